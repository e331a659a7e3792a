"""Carries an import out: actions, then profiles, then events, as far as the last run left them.

Made and run by ``run``. Batches are under way side by side but counted, and their progress saved,
in the order of the file: every row up to the mark has an outcome, and what a crash leaves
unmarked is sent again under the same event ids.
"""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import msgspec

from footfall.importing.answers import Outcome, ProfileOutcome, WireError
from footfall.importing.mapping import ActionSection
from footfall.importing.pipeline import in_order
from footfall.importing.progress import Mark, Progress
from footfall.importing.report import RejectedFile, Tally
from footfall.importing.rows import PreparedRow, ProfileKey, Rows
from footfall.importing.sender import Sender

Item = TypeVar("Item")

_PROFILES_AT_ONCE: Final = 50
_UNKNOWN: Final = ProfileOutcome(errors=[WireError(message="no answer is remembered for it.")])


class Watch(Protocol):
    """Is told how far an import is."""

    def begin(self, what: str, total: int | None = None, done: int = 0) -> None: ...
    def advance(self, done: int) -> None: ...
    def note(self, text: str) -> None: ...


class Prepared(NamedTuple):
    """A row ready to send; or, with errors, found wanting before it was sent.

    ``event`` is JSON, or ``columns`` is, when there is no event to be made of the row.
    """

    number: int
    event: str | None
    columns: str | None
    errors: list[WireError]


class Transfer:
    """One run over one file.

    Args:
        rows: what to send.
        progress: what earlier runs did, and where this one writes what it did.
        rejected: where refused rows go.
        total: rows of the file.
        stop: once set, what is under way is finished and nothing more is begun.
    """

    def __init__(
        self,
        sender: Sender,
        rows: Rows,
        progress: Progress,
        rejected: RejectedFile,
        watch: Watch,
        total: int,
        stop: asyncio.Event,
    ) -> None:
        self._sender = sender
        self._rows = rows
        self._progress = progress
        self._rejected = rejected
        self._watch = watch
        self._total = total
        self._stop = stop
        mark = progress.load()
        self.row_done = mark.row_done
        self.tally: Tally = mark.tally
        self.profiles_count = 0

    async def send_actions(self, actions: dict[str, ActionSection]) -> None:
        """Make the custom actions the mapping names."""
        for name, section in actions.items():
            await self._sender.create_action(name, section)

    async def send_profiles(self, width: int) -> None:
        """Find or create every profile the progress does not know yet."""
        self._watch.begin("profiles")
        self.profiles_count = self._rows.collect_profiles()
        self._watch.begin("profiles", self.profiles_count)
        done = 0
        chunks = _chunks(self._rows.profiles(), _PROFILES_AT_ONCE)
        done = 0
        async with aclosing(in_order(chunks, self._find_or_create, width, self._stop)) as results:
            async for chunk, found in results:
                self._progress.save_profiles(found)
                done += len(chunk)
                self._watch.advance(done)

    async def send_events(self, batch_size: int, width: int) -> None:
        """Send every event past the last mark; set the mark after each batch."""
        self._watch.begin("events", self._total, self.row_done)
        batches = self._batches(batch_size)
        async with aclosing(in_order(batches, self._send, width, self._stop)) as results:
            async for batch, outcomes in results:
                self._record(batch, outcomes)
        if not self._stop.is_set():
            self._mark(self._total)

    async def _find_or_create(
        self, chunk: list[tuple[ProfileKey, dict[str, Any]]]
    ) -> list[tuple[ProfileKey, ProfileOutcome]]:
        known = self._progress.profiles(key for key, _ in chunk)
        new = [(key, fields) for key, fields in chunk if key not in known]
        return [(key, await self._sender.create_profile(fields)) for key, fields in new]

    def _batches(self, size: int) -> Iterator[list[Prepared]]:
        for chunk in _chunks(self._rows.events(self.row_done), size):
            owners = self._progress.profiles(row.owner for row in chunk if row.owner)
            yield [_prepare(row, owners) for row in chunk]

    async def _send(self, batch: list[Prepared]) -> list[Outcome]:
        events = [row.event for row in batch if row.event is not None and not row.errors]
        sent = iter(await self._sender.send(events))
        return [Outcome("rejected", row.errors) if row.errors else next(sent) for row in batch]

    def _record(self, batch: list[Prepared], outcomes: list[Outcome]) -> None:
        for row, outcome in zip(batch, outcomes, strict=True):
            self.tally.add(outcome)
            if outcome.result == "rejected":
                self._rejected.write(row.number, row.event, row.columns, outcome.errors)
        self._mark(batch[-1].number)

    def _mark(self, row_done: int) -> None:
        self.row_done = row_done
        # The rejected rows first: a mark must never be ahead of them.
        self._progress.save(Mark(row_done, self._rejected.flush(), self.tally))
        self._watch.advance(row_done)


def _prepare(row: PreparedRow, owners: dict[ProfileKey, ProfileOutcome]) -> Prepared:
    """Return a row with its profile's id, or with all that keeps it from being sent."""
    errors = [
        WireError("invalid", f"“{written}” has no value in this row.", key)
        for key, written in row.failed
    ]
    event = row.event
    if row.owner is not None:
        owner = owners.get(row.owner, _UNKNOWN)
        errors += [
            WireError(each.type, f"The profile was refused: {each.message}", each.parameter)
            for each in owner.errors
        ]
        if event is not None and owner.id is not None:
            event = f'{{"profile":{_json(owner.id)},{event[1:]}'
    return Prepared(row.number, event, row.columns, errors)


def _chunks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
