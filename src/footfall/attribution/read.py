"""A business's lake, a definition and a moment → its ``Attribution``, asked something.

What everybody met and bought is kept in files beside the lake (``kept``, ``renew``) as long as the
question is of now; as of an earlier moment it is reckoned from the lake itself. Whatever goes wrong
with the files, no answer depends on them.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import duckdb
import structlog
from deltalake import DeltaTable

from footfall.attribution import kept
from footfall.attribution.answers import Answers
from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.exchange import Exchange
from footfall.attribution.renew import Renewal, Report, Unsure
from footfall.attribution.run import Attribution
from footfall.attribution.words import FOREVER
from footfall.lake.columns import TABLES
from footfall.lake.delta import Overtaken
from footfall.lake.derived import Come, State, come, files_after
from footfall.lake.lake import BROKEN, Lake

log = structlog.get_logger(__name__)

T = TypeVar("T")

_ATTEMPTS: Final = 3
_PATIENCE_S: Final = 300.0
"""How long a question waits for another process that makes the files it needs."""

_SETS_MAX: Final = 2
"""Sets of files a business may have: of definitions that count other touches or conversions."""

_GROWN_BYTES_MIN: Final = 16 << 20
_GROWN_SHARE: Final = 0.1
"""All is made anew when what came after a base is larger than the one and this part of the base."""

_FAILED: Final = (duckdb.Error, Overtaken, *BROKEN)
_TABLES: Final = tuple(sorted(set(kept.SOURCES.values())))

Opened = Mapping[str, DeltaTable]


def silent(what: str, done: int, total: int | None) -> None:
    """Report nothing."""


def read(
    lake: Lake,
    business_id: int,
    definition: Definition,
    channels: Channels,
    ask: Callable[[Attribution], T],
    *,
    as_of: int = FOREVER,
    exchange: Exchange | None = None,
    report: Report = silent,
) -> T:
    """Ask something of a business's attribution, of all that the lake has by now.

    Args:
        as_of: UTC microseconds; whatever arrived later is not known yet.
        exchange: to have all sales in one currency.
        report: told how far it is when much has to be reckoned first.
    """
    if as_of == FOREVER:
        keeper = _Keeper(lake, business_id, definition, channels, report)
        for _ in range(_ATTEMPTS):
            state = keeper.current()
            if state is None:
                break
            try:
                with keeper.asked(state, exchange) as attribution:
                    return ask(attribution)
            except duckdb.IOException as problem:
                # Others took their place or removed them just now; or they are damaged.
                log.info("attribution_read_again", error=_line(problem))
                keeper.drop(state)
    with lake.derived.spilling() as spill:
        return lake.read_now(
            business_id,
            lambda views: ask(
                Attribution(views, business_id, definition, channels, as_of, exchange=exchange)
            ),
            kept.options(spill),
        )


class _Keeper:
    """The files of one business, by one way of counting touches and conversions."""

    def __init__(
        self,
        lake: Lake,
        business_id: int,
        definition: Definition,
        channels: Channels,
        report: Report,
    ) -> None:
        self._lake = lake
        self._business_id = business_id
        self._definition = definition
        self._channels = channels
        self._report = report
        self._kind = kept.kind_of(definition, channels)
        self._folder = lake.derived.folder(business_id, self._kind)

    def current(self) -> State | None:
        """Return files with everything the lake has, ``None`` if there can be none."""
        try:
            return self._current()
        except _FAILED as problem:
            log.warning("attribution_not_kept", error=_line(problem))
        return None

    @contextmanager
    def asked(self, state: State, exchange: Exchange | None) -> Iterator[Attribution]:
        """Yield the attribution out of some files."""
        memory = self._lake.memory
        new = kept.Instances(self._lake.until_closed, self._lake.derived.spilling)
        instances: kept.Instances = memory.setdefault(kept.Instances, new)
        with instances.opened(self._paths(state)) as connection:
            yield Attribution(
                connection,
                self._business_id,
                self._definition,
                self._channels,
                is_reckoned=True,
                answers=memory.setdefault(Answers, Answers()),
                of=(self._business_id, *state.files),
                exchange=exchange,
            )

    def drop(self, state: State) -> None:
        """Remove files that could not be read, unless others are in their place already."""
        if self._find() == state:
            self._lake.derived.forget(self._folder)

    def _current(self) -> State | None:
        bounds, state = self._lake.done, self._find()
        known = (Answers, self._business_id, self._kind)
        # What is in the lake follows from what was in the store when it was brought up to date.
        if bounds and state is not None and self._lake.memory.get(known) == (bounds, state):
            return state
        if not self._is_current(state, self._pinned()):
            with self._lake.derived.alone(self._folder, _PATIENCE_S) as is_alone:
                state = self._renewed() if is_alone else None
        if state is not None:
            self._lake.memory[known] = (bounds, state)
        return state

    def _renewed(self) -> State | None:
        """Return files brought up to date, unless another process just did that."""
        for _ in range(_ATTEMPTS):
            # In this order, so that the tables never have less than the files.
            old = self._find()
            opened = self._pinned()
            if self._is_current(old, opened):
                return old
            try:
                made = self._made(old, opened)
            except (duckdb.Error, OSError, Unsure) as problem:
                if old is None:
                    raise
                log.warning("attribution_made_anew", error=_line(problem))
                self._lake.derived.forget(self._folder)
                continue
            if made is not None:
                self._lake.derived.keep_latest(self._business_id, _SETS_MAX)
                return made
        return None

    def _made(self, old: State | None, opened: Opened) -> State | None:
        """Make files of what the lake has; ``None`` if rows were erased meanwhile."""
        began, derived = time.monotonic(), self._lake.derived
        now = self._come(opened)
        can_grow = old is not None and self._can_grow(old, now)
        after = {name: old.come[name].number if can_grow and old else -1 for name in _TABLES}
        files = {
            name: files_after(
                self._lake.location, opened[name], TABLES[name], self._business_id, after[name]
            )
            for name in _TABLES
        }
        path = derived.part(self._folder)
        with derived.spilling() as spill:
            renewal = Renewal(
                self._business_id, self._definition, self._channels, files, spill, self._report
            )
            if can_grow and old is not None:
                expected = {name: now[name].count - old.come[name].count for name in _TABLES}
                renewal.grow(path, self._paths(old), after, expected)
                base = [self._paths(old)[0]]
            else:
                renewal.build(path)
                base = []
        made = derived.publish(self._folder, self._business_id, self._kind, now, [*base, path])
        log.info(
            "attribution_kept",
            business=self._business_id,
            anew=not base,
            seconds=round(time.monotonic() - began, 2),
        )
        return made

    def _can_grow(self, old: State, now: Mapping[str, Come]) -> bool:
        """Tell whether little enough was added since."""
        if not self._lake.derived.is_good(self._business_id, old, now):
            return False
        base, *grown = [path.stat().st_size for path in self._paths(old)]
        most = max(_GROWN_BYTES_MIN, _GROWN_SHARE * base)
        rows = sum(was.count for was in old.come.values())
        added = sum(each.count for each in now.values()) - rows
        return sum(grown) <= most and added <= max(_GROWN_SHARE * rows, 50_000)

    def _is_current(self, state: State | None, opened: Opened) -> bool:
        """Tell whether files have everything that is in opened tables: rows are only ever added."""
        if state is None:
            return False
        now = self._come(opened)
        return self._lake.derived.is_good(self._business_id, state, now) and all(
            was.count == now[name].count for name, was in state.come.items()
        )

    def _come(self, opened: Opened) -> dict[str, Come]:
        location = self._lake.location
        return {
            name: come(location, table, TABLES[name], self._business_id)
            for name, table in opened.items()
        }

    def _pinned(self) -> Opened:
        return {name: self._lake.location.open(TABLES[name]) for name in _TABLES}

    def _find(self) -> State | None:
        return self._lake.derived.find(self._folder, self._kind)

    def _paths(self, state: State) -> list[Path]:
        return [self._folder / name for name in state.files]


def _line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [""])[0]
