from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from footfall.domain.events import EventDraft
from footfall.store import events as store_events
from footfall.store.events import EventFilter
from footfall.store.tables import idempotency
from tests.store.builders import Shop
from tests.store.history import Event, Library, bring_up_to_date, filters, histories
from tests.store.running import Running


@pytest.fixture(scope="module")
def library(module_url: str) -> Iterator[Library]:
    """A database on each engine that all examples share."""
    library = Library(module_url)
    yield library
    library.engines.dispose()


@settings(max_examples=50)
@given(
    history=histories(),
    block=st.sampled_from([1, 2, 3, 7, 20]),
    is_indexed=st.booleans(),
    wanted=filters,
    limit=st.integers(1, 7),
)
def test_pages_of_every_filter_hold_what_matches_without_gap_or_repeat(
    library: Library,
    history: list[Event],
    block: int,
    is_indexed: bool,
    wanted: EventFilter,
    limit: int,
) -> None:
    library.replace(history)
    owners = {event.id: event.owner_id for event in history}
    expected = [event.id for event in reversed(history) if event.matches(wanted)]
    with library.index(block) as index, library.engines.read.begin() as connection:
        if is_indexed:
            bring_up_to_date(index)

        def page(**bound: int) -> list[int]:
            rows = store_events.page(connection, index, wanted, limit, **bound)
            assert len(rows) <= limit
            assert [row.owner_id for row in rows] == [owners[row.id] for row in rows]
            return [row.id for row in rows]

        forwards = page()
        while following := page(after=forwards[-1]) if forwards else []:
            forwards += following
        assert forwards == expected
        backwards = expected[-1:]
        while ahead := page(before=backwards[0]) if backwards else []:
            backwards = ahead + backwards
        assert backwards == expected


def test_an_event_with_profile_and_session_is_on_one_page_once(library: Library) -> None:
    # As many entries as are looked at together end between the two entries of one event.
    history = [Event(n, 1, 2, 3, None, 18, 0) for n in range(1, 500)]
    history.append(Event(500, 1, 2, None, None, 18, 0))
    library.replace(history)
    with library.index(500) as index, library.engines.read.begin() as connection:
        bring_up_to_date(index)
        rows = store_events.page(connection, index, EventFilter(1, profile_id=2), 250)
        assert [row.id for row in rows] == list(range(500, 250, -1))


def test_an_event_is_found_by_its_key_and_with_the_names_around_it(
    started: Running, shop: Shop
) -> None:
    session_id = started.write(
        lambda connection: shop.add_session(connection, "s" * 32, shop.profiles[1])
    )
    object_id = started.write(
        lambda connection: shop.add_object(connection, name="Bag", reference="bag-1")
    )
    draft: EventDraft = shop.keyed(
        "k", profile_id=None, session_id=session_id, object_id=object_id, data='{"a":1}'
    )
    started.append(shop.submission(draft))
    found = started.read(lambda connection: store_events.find_by_key(connection, shop.id, "k"))
    assert found == draft.event_id
    row = started.read(lambda connection: store_events.find(connection, shop.id, draft.event_id))
    assert row is not None
    assert (row.action_name, row.session_text, row.owner_id) == (
        "page.viewed",
        "s" * 32,
        shop.profiles[1],
    )
    assert (row.object_kind, row.object_name, row.object_reference) == ("product", "Bag", "bag-1")
    assert row.data == {"a": 1}


def test_another_business_finds_nothing(started: Running, shop: Shop) -> None:
    draft = shop.keyed("k")
    started.append(shop.submission(draft))
    other = started.write(Shop)
    assert started.read(lambda c: store_events.find(c, other.id, draft.event_id)) is None
    assert started.read(lambda c: store_events.find_by_key(c, other.id, "k")) is None
    wanted = store_events.EventFilter(other.id)
    assert started.read(lambda c: store_events.page(c, started.store.index, wanted, 9)) == []


def test_the_key_of_a_batch_names_no_event(started: Running, shop: Shop) -> None:
    row = {"business_id": shop.id, "key": "k", "fingerprint": b"a" * 16, "answer": b"answer"}
    started.write(lambda connection: connection.execute(insert(idempotency).values(row)))
    assert started.read(lambda c: store_events.find_by_key(c, shop.id, "k")) is None
