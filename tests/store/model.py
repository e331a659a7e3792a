"""What the store promises of events, said the slow way: one after the other, in memory.

``Wish`` is an event as it was told, free of rows; ``World.take`` says what becomes of it. The store
must come to the same end in whatever groups the same wishes reach it.
"""

from dataclasses import dataclass, field
from typing import Literal

Outcome = tuple[Literal["created", "duplicate", "rejected"], int | None]
"""What became of a wish; with the number of the wish whose event it is, or repeats."""

Named = tuple[str, str]
"""How an object is told of: which field names it, and the text."""


@dataclass(frozen=True)
class Told:
    """An object told inside an event; ``amount_minor`` in US dollars."""

    reference: str | None = None
    sku: str | None = None
    name: str | None = None
    amount_minor: int | None = None

    @property
    def by(self) -> Named | None:
        """What it is looked for by."""
        for kind in ("reference", "sku", "name"):
            text = getattr(self, kind)
            if text is not None:
                return kind, text
        return None


@dataclass(frozen=True)
class Wish:
    """An event as told; ``knows_rows``: it came with row numbers where the rows were there."""

    key: str | None = None
    fingerprint: bytes = b""
    profile: int | None = None
    session: str | None = None
    told: Told | None = None
    is_lifecycle: bool = False
    inherits: bool = False
    knows_rows: bool = False

    @property
    def attaches(self) -> bool:
        return self.profile is not None and self.session is not None


@dataclass(frozen=True)
class Batch:
    """Wishes sent together, perhaps under a key."""

    wishes: list[Wish]
    key: str | None = None
    fingerprint: bytes = b""


@dataclass
class World:
    """Everything stored so far, and what became of every wish."""

    outcomes: list[Outcome] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    events: dict[int, Wish] = field(default_factory=dict)
    keys: dict[str, tuple[bytes, int | None]] = field(default_factory=dict)
    sessions: dict[str, int | None] = field(default_factory=dict)
    attached: list[tuple[str, int]] = field(default_factory=list)
    objects: list[Told] = field(default_factory=list)
    makers: list[int] = field(default_factory=list)
    object_of: dict[int, int | None] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)
    sightings: list[tuple[int, Wish, int | None]] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {"created": 0, "duplicate": 0, "rejected": 0}
    )

    def take_batch(self, batch: Batch) -> None:
        """Decide a batch: as a whole when its key was used, else wish by wish."""
        earlier = self.keys.get(batch.key) if batch.key is not None else None
        if earlier is not None:
            is_repeat = earlier == (batch.fingerprint, None)
            self.batches.append("duplicate" if is_repeat else "rejected")
            self.outcomes += [("rejected", None)] * len(batch.wishes)
            if is_repeat:
                self.counts["duplicate"] += len(batch.wishes)
            return
        self.batches.append("created")
        if batch.key is not None:
            self.keys[batch.key] = (batch.fingerprint, None)
        for wish in batch.wishes:
            outcome = self._decide(wish, len(self.outcomes))
            self.counts[outcome[0]] += 1
            self.outcomes.append(outcome)

    def find(self, told: Told | None) -> int | None:
        """Return which object is meant; of several the first that was made."""
        if told is None or told.by is None:
            return None
        by, text = told.by
        for number, known in enumerate(self.objects):
            is_unnamed = known.reference is None and known.sku is None
            if getattr(known, by) == text and (by != "name" or is_unnamed):
                return number
        return None

    def amount_of(self, number: int) -> int | None:
        """Return the amount of an event: its object's, where it inherits."""
        object_number = self.object_of[number]
        if not self.events[number].inherits or object_number is None:
            return None
        return self.objects[object_number].amount_minor

    def _decide(self, wish: Wish, number: int) -> Outcome:
        if wish.key is not None and wish.key in self.keys:
            fingerprint, original = self.keys[wish.key]
            if original is None or fingerprint != wish.fingerprint:
                return "rejected", None
            return "duplicate", original
        if wish.attaches and self.sessions.get(wish.session or "") not in (None, wish.profile):
            return "rejected", None
        known = self.find(wish.told)
        if wish.is_lifecycle and known in self.steps:
            assert known is not None
            if wish.key is not None:
                self.keys[wish.key] = (wish.fingerprint, self.steps[known])
            self._own(wish)
            self.sightings.append((self.steps[known], wish, self._value_of(wish, known)))
            return "duplicate", self.steps[known]
        self._keep(wish, number, known)
        return "created", number

    def _keep(self, wish: Wish, number: int, known: int | None) -> None:
        self.events[number] = wish
        if wish.key is not None:
            self.keys[wish.key] = (wish.fingerprint, number)
        self._own(wish)
        if wish.told is not None and known is None:
            known = len(self.objects)
            self.objects.append(wish.told)
            self.makers.append(number)
        self.object_of[number] = known
        if wish.is_lifecycle:
            assert known is not None
            self.steps[known] = number

    def _own(self, wish: Wish) -> None:
        if wish.session is not None:
            owner = self.sessions.setdefault(wish.session, None)
            if wish.profile is not None and owner is None:
                self.sessions[wish.session] = wish.profile
                self.attached.append((wish.session, wish.profile))

    def _value_of(self, wish: Wish, known: int) -> int | None:
        """Return what a sighting says an object is worth, else what is known of it."""
        assert wish.told is not None
        if not wish.inherits:
            return None
        told = wish.told.amount_minor
        return self.objects[known].amount_minor if told is None else told
