"""Submissions → rows, inside the group's transaction; called by the writer thread only.

Most drafts are plain: their names are resolved and they repeat nothing, so they become rows in one
statement. Special ones are first settled (``settle``). Keys, lifecycle steps, refusals and the
ledger's entries are stored in the same commit as the events they belong to.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from footfall.domain.events import EventDraft
from footfall.domain.times import hour_of
from footfall.errors import Fault, Suppressed
from footfall.store import tables
from footfall.store.bulk import Bulk
from footfall.store.ledger import NO_TOKEN
from footfall.store.settle import Settlement, key_conflict
from footfall.store.tables import idempotency, lifecycles, profiles, rejections


class BatchKey:
    """The ``Idempotency-Key`` of a whole batch.

    Attributes:
        fingerprint: of the batch as it was sent.
        render: makes the answer, to be kept, once all drafts have their outcome.
        answer: that answer; on a repeat the earlier one.
        outcome: ``created``, ``duplicate`` (the answer is the first one) or ``rejected`` (the key
            was used before with another body; nothing was stored).
    """

    __slots__ = ("answer", "fingerprint", "key", "outcome", "render")

    def __init__(self, key: str, fingerprint: bytes, render: Callable[[], bytes]) -> None:
        self.key = key
        self.fingerprint = fingerprint
        self.render = render
        self.answer = b""
        self.outcome = "created"


class Submission:
    """What one request wants stored, and what became of it.

    Attributes:
        received: items counted on the wire; each becomes a draft or one of ``rejected``.
        refusals: rows for ``rejections`` of items refused before the store was asked.
        rejected: how many items those are; none for a request that was not about events.
        suppressed: profiles whose events were refused for their sake; counted, nothing kept.
        refusal: makes such a row for an item that the store itself refuses.
        size: how much of the writer's queue it takes.
    """

    __slots__ = (
        "batch",
        "business_id",
        "changes",
        "drafts",
        "error",
        "received",
        "received_at",
        "refusal",
        "refusals",
        "rejected",
        "size",
        "suppressed",
        "token_id",
    )

    def __init__(
        self,
        business_id: int,
        token_id: int | None,
        received_at: int,
        drafts: list[EventDraft],
        refusal: Callable[[int, Fault], dict[str, Any]],
        *,
        received: int = 1,
        rejected: int = 0,
        refusals: Sequence[dict[str, Any]] = (),
        suppressed: Sequence[int] = (),
        batch: BatchKey | None = None,
    ) -> None:
        self.business_id = business_id
        self.token_id = token_id
        self.received_at = received_at
        self.drafts = drafts
        self.refusal = refusal
        self.received = received
        self.refusals = refusals
        self.suppressed = suppressed
        self.rejected = rejected
        self.batch = batch
        self.size = len(drafts) or 1
        self.error: BaseException | None = None
        self.changes: list[tuple[str, int]] = []


class Appender:
    """Applies submissions to a connection.

    Args:
        bulk: the statements of the database engine in use.
    """

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk

    def apply(self, connection: Connection, submissions: Sequence[Submission]) -> None:
        """Store what the submissions hold and write each outcome into its draft.

        Raises:
            IntegrityError, Overtaken: another process was faster; roll back and call again.
        """
        try:
            for run in _runs(submissions):
                self._apply_run(connection, run)
        except BaseException:
            self._bulk.start_over()
            raise

    def _apply_run(self, connection: Connection, submissions: Sequence[Submission]) -> None:
        drafts: list[EventDraft] = []
        special: list[EventDraft] = []
        for submission in submissions:
            if submission.batch is not None and _is_settled(connection, submission):
                continue
            for draft in submission.drafts:
                if draft.is_special:
                    draft.reset()
                    if submission.batch is not None and draft.key == submission.batch.key:
                        draft.refuse(key_conflict(draft.key))
                        continue
                    special.append(draft)
                drafts.append(draft)
        sightings: list[EventDraft] = []
        if special:
            settlement = Settlement(connection, self._bulk, special)
            settlement.settle()
            sightings = settlement.sightings
            drafts = [draft for draft in drafts if draft.result == "created"]
        if drafts:
            self._store(connection, drafts)
        for draft in special:
            if draft.original is not None:
                draft.event_id = draft.original.event_id
        if sightings:
            connection.execute(insert(tables.sightings), [_sighting(draft) for draft in sightings])
        self._bind_keys(
            connection,
            [
                draft
                for draft in (*drafts, *(each for each in special if each.binds_key))
                if draft.key is not None
            ],
        )
        self._account(connection, submissions)

    def _store(self, connection: Connection, drafts: list[EventDraft]) -> None:
        ids = self._bulk.number_events(connection, len(drafts))
        for draft, event_id in zip(drafts, ids, strict=True):
            draft.event_id = event_id
        self._bulk.insert_events(connection, drafts)
        steps = [
            (draft.object_id, draft.action_id, draft.event_id)
            for draft in drafts
            if draft.is_lifecycle
        ]
        if steps:
            self._bulk.insert(connection, lifecycles, sorted(steps))

    def _bind_keys(self, connection: Connection, drafts: list[EventDraft]) -> None:
        if drafts:
            keys = [
                (draft.business_id, draft.key, draft.fingerprint, draft.event_id, None)
                for draft in drafts
            ]
            # Sorted, so that two processes take locks in the same order.
            self._bulk.insert(connection, idempotency, sorted(keys))

    def _account(self, connection: Connection, submissions: Sequence[Submission]) -> None:
        entries: dict[tuple[int, int, int], list[int]] = {}
        refusals: list[dict[str, Any]] = []
        suppressed: Counter[int] = Counter()
        for submission in submissions:
            batch = submission.batch
            if batch is not None and batch.outcome == "created":
                self._keep_answer(connection, submission, batch)
            if batch is None or batch.outcome == "created":
                refusals += submission.refusals
            counts = _count(submission, refusals, suppressed)
            if submission.received:
                token_id = NO_TOKEN if submission.token_id is None else submission.token_id
                hour_at = hour_of(submission.received_at)
                entry = entries.setdefault(
                    (token_id, hour_at, submission.business_id), [0, 0, 0, 0]
                )
                for index, count in enumerate(counts):
                    entry[index] += count
        for profile_id, count in sorted(suppressed.items()):
            connection.execute(
                update(profiles)
                .where(profiles.c.id == profile_id)
                .values(suppressed_count=profiles.c.suppressed_count + count)
            )
        if entries:
            self._bulk.add_to_ledger(connection, [(*key, *row) for key, row in entries.items()])
        if refusals:
            connection.execute(insert(rejections), refusals)

    def _keep_answer(self, connection: Connection, submission: Submission, batch: BatchKey) -> None:
        batch.answer = batch.render()
        row = (submission.business_id, batch.key, batch.fingerprint, None, batch.answer)
        self._bulk.insert(connection, idempotency, [row])


def _sighting(draft: EventDraft) -> dict[str, Any]:
    columns = ("business_id", "event_id", "object_id", "action_id", "token_id", "profile_id")
    more = ("session_id", "amount_minor", "currency", "occurred_at", "tracked_at", "received_at")
    told = {name: getattr(draft, name) for name in (*columns, *more, "flags")}
    return {**told, "data": msgspec.json.decode(draft.data) if draft.data is not None else None}


def _runs(submissions: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """Yield what may be decided together: a batch with a key sees all that came before it."""
    start = 0
    for position, submission in enumerate(submissions):
        if submission.batch is not None:
            if position > start:
                yield submissions[start:position]
            yield submissions[position : position + 1]
            start = position + 1
    if start < len(submissions):
        yield submissions[start:]


def _is_settled(connection: Connection, submission: Submission) -> bool:
    """Tell whether a batch's key was used before, and note what that makes of the batch."""
    batch = submission.batch
    assert batch is not None
    earlier = connection.execute(
        select(idempotency.c.fingerprint, idempotency.c.answer).where(
            idempotency.c.business_id == submission.business_id, idempotency.c.key == batch.key
        )
    ).first()
    if earlier is None:
        batch.outcome = "created"
    elif earlier.answer is not None and earlier.fingerprint == batch.fingerprint:
        batch.outcome = "duplicate"
        batch.answer = earlier.answer
    else:
        batch.outcome = "rejected"
    return earlier is not None


def _count(
    submission: Submission, refusals: list[dict[str, Any]], suppressed: Counter[int]
) -> tuple[int, int, int, int]:
    """Return received, stored, duplicate, rejected; add the store's own refusals to the rows.

    What is refused for the sake of its person leaves no row: it is counted by profile.

    A batch whose key is taken counts nothing here: its refusal as a whole is one, like any other's.
    """
    received = submission.received
    if submission.batch is not None and submission.batch.outcome != "created":
        is_repeat = submission.batch.outcome == "duplicate"
        return (received, 0, received, 0) if is_repeat else (0, 0, 0, 0)
    stored = duplicate = 0
    rejected = submission.rejected
    if submission.suppressed:
        suppressed.update(submission.suppressed)
    for draft in submission.drafts:
        if draft.result == "created":
            stored += 1
        elif draft.result == "duplicate":
            duplicate += 1
        else:
            rejected += 1
            assert draft.fault is not None
            if isinstance(draft.fault, Suppressed):
                suppressed[draft.fault.profile_id] += 1
            else:
                refusals.append(submission.refusal(draft.item, draft.fault))
    return received, stored, duplicate, rejected
