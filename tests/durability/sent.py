"""What a sender knows of each request it sent: the claims that the database is held to.

``mix`` makes requests, ``load`` sends them and notes the answers, ``books`` compares.
"""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple


class Fate(Enum):
    """What its sender may rely on."""

    STORED = "stored"
    REFUSED = "refused"
    TURNED_AWAY = "turned away"
    """Answered 503: to be sent again."""
    UNKNOWN = "unknown"
    """Sent at least in part, and no answer came."""


class Answer(NamedTuple):
    """An answer that arrived whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True, eq=False)
class Item:
    """One event in a request.

    Attributes:
        marker: in the event's ``metadata``, so that it is recognised without a key.
        key: what makes a repeat a repeat.
        session, reference: of the new session and the inline object it came with.
        profile: public id of the profile it names.
        step: the (order, action) of which there is one event, whoever reports it.
        is_good: whether it is to be taken at all.
    """

    marker: str
    key: str | None = None
    session: str | None = None
    reference: str | None = None
    profile: str | None = None
    step: tuple[str, str] | None = None
    is_good: bool = True
    fate: Fate = Fate.UNKNOWN


@dataclass(slots=True, eq=False)
class Sent:
    """A request and every answer it got.

    Attributes:
        name: also its ``Request-Id``.
        items: its events; none for requests about something else.
        attach: (session, profile) a request other than an event is to bring together.
        made: reference of the profile that it makes.
        is_safe: whether sending it again can do no harm.
        is_lost: whether an attempt remained without an answer.
    """

    name: str
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    items: list[Item] = field(default_factory=list)
    attach: tuple[str, str] | None = None
    made: str | None = None
    is_safe: bool = False
    is_lost: bool = False
    answers: list[Answer] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        """Whether an answer came that says what became of it."""
        return any(answer.status != 503 for answer in self.answers)

    @property
    def fate(self) -> Fate:
        """What became of it as a whole, as far as its sender knows."""
        statuses = {answer.status for answer in self.answers}
        if statuses & {200, 201, 207}:
            return Fate.STORED
        if any(400 <= status < 500 for status in statuses):
            return Fate.REFUSED
        return Fate.UNKNOWN if self.is_lost or not statuses else Fate.TURNED_AWAY

    def note(self, answer: Answer) -> str | None:
        """Note an answer; return what is surprising about it."""
        self.answers.append(answer)
        if answer.status == 207:
            return self._note_results(answer.json()["results"])
        if answer.status != 503 or not self.is_settled:
            for item in self.items:
                item.fate = self.fate
        if answer.status == 503:
            return _odd_refusal(answer)
        is_good = all(item.is_good for item in self.items)
        wanted = (200, 201) if is_good else (400, 404, 422)
        if answer.status not in wanted:
            return f"{answer.status} instead of {wanted}: {answer.body!r} for {self.body!r}"
        return None

    def _note_results(self, results: list[dict[str, Any]]) -> str | None:
        if len(results) != len(self.items):
            return f"{len(results)} results for {len(self.items)} items"
        for item, result in zip(self.items, results, strict=True):
            item.fate = Fate.REFUSED if result["result"] == "rejected" else Fate.STORED
            if item.is_good is (item.fate is Fate.REFUSED):
                return f"{result} for an item that is {'good' if item.is_good else 'bad'}"
        return None


def _odd_refusal(answer: Answer) -> str | None:
    """Return what a 503 lacks to be one a client can act on."""
    if int(answer.headers.get("retry-after", "0")) < 1:
        return f"503 without Retry-After: {answer.body!r}"
    error = answer.json()["errors"][0]
    if error["type"] != "unavailable" or not error["message"]:
        return f"503 with another shape: {answer.body!r}"
    return None
