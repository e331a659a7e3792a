import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from footfall.store import events as store_events
from footfall.store import released
from footfall.store.engine import open_engines
from footfall.store.event_index import (
    EVERYTHING,
    EventIndex,
    Facet,
    Range,
    SqliteIndex,
    Wanted,
    Zone,
)
from footfall.store.events import EventFilter
from tests.store.builders import ORDER_PLACED, Shop, T
from tests.store.history import (
    ACTIONS,
    INSTALLATION,
    Event,
    Library,
    bring_up_to_date,
    histories,
)
from tests.store.running import running

BLOCKS = st.sampled_from([1, 2, 3, 7, 20])
WAIT_LIMIT_S = 20

facets = st.one_of(
    st.tuples(st.just(Facet.PROFILE), st.sampled_from([1, 2])),
    st.tuples(st.just(Facet.SESSION), st.sampled_from([1, 2, 4])),
    st.tuples(st.just(Facet.OBJECT), st.sampled_from([10, 20])),
)
bounds = st.builds(
    Range, st.sampled_from([1, 1, 5, 20, 40]), st.sampled_from([EVERYTHING, 60, 30, 12, 4])
)
zones = st.builds(
    Zone,
    st.sampled_from([1, 2, 3]),
    action_id=st.sampled_from([None, *ACTIONS]),
    since_at=st.sampled_from([None, 0, 15, 31]),
    until_at=st.sampled_from([None, 0, 15, 31]),
)


@pytest.fixture(scope="module")
def library(module_url: str) -> Iterator[Library]:
    """A database on each engine that all examples share."""
    library = Library(module_url)
    yield library
    library.engines.dispose()


def has(event: Event, wanted: Wanted) -> bool:
    columns = {
        Facet.PROFILE: event.profile_id,
        Facet.SESSION: event.session_id,
        Facet.OBJECT: event.object_id,
    }
    return any(columns[facet] == row_id for facet, row_id in wanted)


def is_in(event: Event, zone: Zone) -> bool:
    return (
        event.business_id == zone.business_id
        and zone.action_id in (None, event.action_id)
        and (zone.since_at is None or event.occurred_at >= zone.since_at)
        and (zone.until_at is None or event.occurred_at < zone.until_at)
    )


def looked_up(
    library: Library, index: EventIndex, wanted: Wanted, bound: Range, *, newest_first: bool
) -> list[int]:
    with library.engines.read.begin() as connection:
        return list(index.lookup(connection, wanted, bound, newest_first=newest_first))


def ordered(ids: list[int], *, newest_first: bool) -> list[int]:
    return ids[::-1] if newest_first else ids


@settings(max_examples=40)
@given(
    history=histories(),
    block=BLOCKS,
    indexed_count=st.integers(0, 60),
    wanted=st.lists(facets, min_size=1, max_size=7, unique=True),
    bound=bounds,
    newest_first=st.booleans(),
)
def test_a_lookup_finds_what_a_scan_finds(
    library: Library,
    history: list[Event],
    block: int,
    indexed_count: int,
    wanted: Wanted,
    bound: Range,
    newest_first: bool,
) -> None:
    library.replace(history[:indexed_count])
    expected = [e.id for e in history if has(e, wanted) and bound.first <= e.id <= bound.last]
    with library.index(block) as index:
        bring_up_to_date(index)
        library.add(history[indexed_count:])
        for _ in ("before", "after"):
            found = looked_up(library, index, wanted, bound, newest_first=newest_first)
            assert found == ordered(expected, newest_first=newest_first)
            bring_up_to_date(index)


@settings(max_examples=40)
@given(history=histories(), block=BLOCKS, zone=zones, bound=bounds, newest_first=st.booleans())
def test_ranges_hold_every_event_of_their_zone_in_order(
    library: Library,
    history: list[Event],
    block: int,
    zone: Zone,
    bound: Range,
    newest_first: bool,
) -> None:
    library.replace(history)
    with library.index(block) as index:
        bring_up_to_date(index)
        ranges = list(index.ranges(zone, bound, newest_first=newest_first))
    ascending = ranges[::-1] if newest_first else ranges
    edges = [edge for each in ascending if each.first <= each.last for edge in each]
    assert edges == sorted(edges)
    assert all(bound.first <= each.first and each.last <= bound.last for each in ranges)
    wanted = {e.id for e in history if is_in(e, zone) and bound.first <= e.id <= bound.last}
    held = {e.id for e in history if any(r.first <= e.id <= r.last for r in ranges)}
    assert wanted <= held


@pytest.fixture
def page_views(sqlite_url: str) -> Iterator[Library]:
    """A SQLite database with 10 events of business 1 and 10 of business 2."""
    library = Library(sqlite_url)
    library.add([Event(n, 1, 1, None, None, 16, n) for n in range(1, 11)])
    library.add([Event(n, 2, 3, None, None, 16, n) for n in range(11, 21)])
    yield library
    library.engines.dispose()


EVERY_ID = Range(1, EVERYTHING)


def test_blocks_without_a_match_are_skipped(page_views: Library) -> None:
    with page_views.index(5) as index:
        bring_up_to_date(index)
        assert list(index.ranges(Zone(1), EVERY_ID, newest_first=False)) == [
            Range(1, 5),
            Range(6, 10),
            Range(21, EVERYTHING),
        ]
        later = Zone(2, since_at=17)
        assert list(index.ranges(later, Range(1, 20), newest_first=True)) == [Range(16, 20)]


def test_only_full_blocks_are_indexed(page_views: Library) -> None:
    with page_views.index(6) as index:
        assert isinstance(index, SqliteIndex)
        assert index.index_full_blocks() == 3
        assert index.last_indexed == 18
        assert index.index_full_blocks() == 0


def taken_up(library: Library, installation: str = INSTALLATION, block: int = 5) -> SqliteIndex:
    """Return an index over the file that is there, as a restarted server has it."""
    index = SqliteIndex(library.engines.file, installation, block)
    index.prepare()
    return index


def test_a_whole_file_is_taken_up_where_it_ended(page_views: Library) -> None:
    with page_views.index(5) as index:
        bring_up_to_date(index)
    again = taken_up(page_views)
    assert again.last_indexed == 20
    assert again.index_full_blocks() == 0
    found = looked_up(page_views, again, [(Facet.PROFILE, 3)], EVERY_ID, newest_first=False)
    assert found == list(range(11, 21))
    again.close()


def overwrite(file: Path) -> None:
    file.write_bytes(b"this is no database at all" * 1000)


def cut_off(file: Path) -> None:
    with file.open("r+b") as content:
        content.truncate(100)


def remove(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def give_to_another_installation(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("update about set installation = 'another'")


def run_ahead(file: Path) -> None:
    """As when the database beside it was restored from a backup."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("insert into blocks values (4)")


@pytest.mark.parametrize(
    "spoil", [overwrite, cut_off, remove, empty, give_to_another_installation, run_ahead]
)
def test_a_file_that_cannot_be_trusted_is_made_anew(
    page_views: Library, spoil: Callable[[Path], None]
) -> None:
    with page_views.index(5) as index:
        bring_up_to_date(index)
    spoil(page_views.engines.file.with_name("index.db"))
    again = taken_up(page_views)
    assert again.last_indexed == 0
    for _ in ("scanned", "indexed"):
        found = looked_up(page_views, again, [(Facet.PROFILE, 1)], EVERY_ID, newest_first=True)
        assert found == list(range(10, 0, -1))
        assert again.index_full_blocks() in (4, 0)
    assert again.last_indexed == 20
    again.close()


def test_a_file_with_another_block_size_is_made_anew(page_views: Library) -> None:
    with page_views.index(5) as index:
        bring_up_to_date(index)
    again = taken_up(page_views, block=4)
    assert again.last_indexed == 0
    again.close()


def test_a_started_index_keeps_up_by_itself(page_views: Library) -> None:
    index = SqliteIndex(page_views.engines.file, INSTALLATION, 5)
    index.start()
    until = time.monotonic() + WAIT_LIMIT_S
    engines = open_engines(str(page_views.engines.url))
    try:
        with engines.read.connect() as connection:
            while index.last_indexed < 20 and time.monotonic() < until:
                assert found_by(connection, index) == list(range(1, 11))
        assert index.last_indexed == 20
    finally:
        engines.dispose()
        index.close()


def found_by(connection: Connection, index: SqliteIndex) -> list[int]:
    with connection.begin():
        wanted = [(Facet.PROFILE, 1)]
        return list(index.lookup(connection, wanted, EVERY_ID, newest_first=False))


def test_what_the_store_let_go_of_leaves_the_index_and_the_rest_is_found(sqlite_url: str) -> None:
    with running(sqlite_url, index_events_count=4) as started:
        shop = started.write(Shop)
        order = started.write(lambda c: shop.add_object(c, kind="order", reference="o"))
        step = shop.draft(object_id=order, is_lifecycle=True)
        step.action_id = ORDER_PLACED
        started.append(shop.submission(step))
        started.append(shop.submission(*(shop.draft() for _ in range(10))))
        index = started.store.index
        assert isinstance(index, SqliteIndex)
        index.index_full_blocks()
        gone = released.Released(9, T)
        share = released.Share(shop.id, step.action_id, 9, 0)
        assert started.write(lambda c: released.release(c, released.Released(), gone, [share]))
        index.tidy()
        wanted = [(Facet.PROFILE, shop.profiles[0])]
        found = started.read(
            lambda c: list(index.lookup(c, wanted, Range(1, EVERYTHING), newest_first=False))
        )
        # The event that the order's step names stays.
        assert found == [1, 10, 11]
        page = started.read(lambda c: store_events.page(c, index, EventFilter(shop.id), 100))
        assert [each.id for each in page] == [11, 10]
        zone = Zone(shop.id)
        ranges = index.ranges(zone, Range(1, EVERYTHING), newest_first=False)
        assert [each.first for each in ranges] == [9]
