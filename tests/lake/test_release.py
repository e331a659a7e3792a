"""The store lets go of old events, and whoever asks for them notices nothing."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from footfall.domain.times import DAY
from footfall.errors import ConfigurationError
from footfall.lake import release
from footfall.lake.lake import Lake
from footfall.lake.older import older_events
from footfall.settings import Settings
from footfall.store import erase, events, released, tables
from footfall.store.event_index import Range
from footfall.store.events import Event, EventFilter
from footfall.store.identity_log import Origin
from tests.lake.lakes import Pond
from tests.store.builders import ORDER_PLACED, T

LATER = T + 10 * DAY


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "PART", 3)


def track(pond: Pond, count: int, received_at: int, **changes: object) -> None:
    """Store events of the first profile that arrived at a time."""
    drafts = [pond.shop.draft(**changes) for _ in range(count)]
    for draft in drafts:
        draft.received_at = received_at
    pond.started.append(pond.shop.submission(*drafts))


def let_go(pond: Pond, before_at: int = T + DAY) -> int:
    pond.lake.archive()
    gone = 0
    while count := pond.lake.release(before_at):
        gone += count
    return gone


def last_id(pond: Pond) -> int:
    return pond.started.read(released.standing).last_id


def test_old_events_leave_the_store_and_stay_in_the_lake(pond: Pond) -> None:
    track(pond, 10, T)
    track(pond, 4, LATER)
    assert let_go(pond) == 10
    assert pond.stored_ids() == [11, 12, 13, 14]
    assert pond.event_ids() == list(range(1, 15))
    assert pond.started.read(released.standing) == released.Released(10, T)
    assert pond.started.read(released.count) == 10
    assert let_go(pond) == 0


def test_nothing_goes_that_arrived_after_something_younger(pond: Pond) -> None:
    track(pond, 2, T)
    track(pond, 1, LATER)
    track(pond, 2, T)
    track(pond, 1, LATER)
    assert let_go(pond) == 2
    assert pond.stored_ids() == [3, 4, 5, 6]


def test_the_newest_event_stays(pond: Pond) -> None:
    track(pond, 5, T)
    assert let_go(pond) == 4
    assert pond.stored_ids() == [5]


def test_nothing_goes_that_is_not_archived(pond: Pond) -> None:
    track(pond, 3, T)
    pond.lake.archive()
    track(pond, 5, T)
    assert pond.lake.release(LATER) == 3
    assert pond.lake.release(LATER) == 0
    assert pond.stored_ids() == [4, 5, 6, 7, 8]


def test_nothing_goes_that_the_lake_has_otherwise(pond: Pond) -> None:
    track(pond, 5, T)
    track(pond, 1, LATER)
    pond.lake.archive()
    pond.started.write(
        lambda c: c.execute(
            update(tables.events)
            .where(tables.events.c.id == 2)
            .values(amount_minor=1, currency="USD")
        )
    )
    assert pond.lake.release(T + DAY) == 0
    assert pond.stored_ids() == [1, 2, 3, 4, 5, 6]


def test_a_process_that_ends_half_way_has_let_go_of_whole_parts(
    pond: Pond, lake_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(pond, 10, T)
    track(pond, 1, LATER)
    pond.lake.archive()
    done: list[bool] = []

    class Killed(BaseException):
        pass

    real = released.release

    def twice(*arguments: object) -> bool:
        if len(done) == 2:
            raise Killed
        done.append(real(*arguments))  # type: ignore[arg-type]
        return done[-1]

    stopped = Lake(lake_settings)
    with monkeypatch.context() as patch:
        patch.setattr("footfall.lake.release.released.release", twice)
        with pytest.raises(Killed):
            stopped.release(T + DAY)
    stopped.close()
    assert pond.stored_ids() == [7, 8, 9, 10, 11]
    assert pond.started.read(released.count) == last_id(pond) == 6
    assert let_go(pond) == 4
    assert pond.event_ids() == list(range(1, 12))


def test_another_process_that_was_faster_is_noticed(pond: Pond) -> None:
    track(pond, 4, T)
    track(pond, 1, LATER)
    pond.lake.archive()
    stale = released.Released()
    assert let_go(pond) == 4
    share = released.Share(pond.shop.id, 1, 1, 1)
    again = released.Released(4, T)
    assert not pond.started.write(lambda c: released.release(c, stale, again, [share]))
    assert pond.started.read(released.count) == 4


def test_a_repeat_of_what_is_gone_is_a_repeat(pond: Pond) -> None:
    first = pond.shop.keyed("purchase-1")
    pond.started.append(pond.shop.submission(first))
    track(pond, 1, LATER)
    assert let_go(pond) == 1
    again = pond.shop.keyed("purchase-1")
    other = pond.shop.keyed("purchase-1", b"b" * 16)
    pond.started.append(pond.shop.submission(again, other))
    assert (again.result, again.event_id) == ("duplicate", first.event_id)
    assert other.result == "rejected"


def test_an_order_is_placed_once_and_has_its_owner_for_ever(pond: Pond) -> None:
    order = pond.started.write(
        lambda c: pond.shop.add_object(c, kind="order", reference="o-1", source="shop")
    )

    def placed(**changes: object) -> object:
        draft = pond.shop.draft(object_id=order, is_lifecycle=True, **changes)
        draft.action_id = ORDER_PLACED
        pond.started.append(pond.shop.submission(draft))
        return draft

    first = placed()
    track(pond, 3, T)
    track(pond, 1, LATER)
    assert let_go(pond) == 4
    # The event that the step names is still needed: the order's owner is told by it.
    assert pond.stored_ids() == [1, 5]
    again = placed(profile_id=pond.shop.profiles[1])
    assert again.result == "duplicate"  # type: ignore[attr-defined]
    assert again.event_id == first.event_id  # type: ignore[attr-defined]
    nobodys = pond.shop.draft(profile_id=None, object_id=order, wants_owner=True, is_lifecycle=True)
    nobodys.action_id = ORDER_PLACED + 1
    pond.started.append(pond.shop.submission(nobodys))
    assert (nobodys.result, nobodys.profile_id) == ("created", pond.shop.profiles[0])


def test_it_is_read_as_the_store_read_it(pond: Pond) -> None:
    who = pond.shop.profiles[1]
    session = pond.started.write(lambda c: pond.shop.add_session(c, "theirs", who))
    bag = pond.started.write(lambda c: pond.shop.add_object(c, name="Bag", reference="bag-1"))
    track(pond, 2, T, data='{"metadata": {"a": 1}}', profile_id=who, object_id=bag, flags=3)
    track(pond, 2, T, profile_id=None, session_id=session, amount_minor=5, currency="USD")
    track(pond, 2, T, session_id=session)
    track(pond, 2, T)
    track(pond, 1, LATER, profile_id=who)
    pond.lake.archive()
    filters = [
        EventFilter(pond.shop.id),
        EventFilter(pond.shop.id, profile_id=who),
        EventFilter(pond.shop.id, session_id=session),
        EventFilter(pond.shop.id, object_id=bag),
        EventFilter(pond.shop.id, since_at=T, until_at=T + 1),
        EventFilter(pond.shop.id, until_at=T),
        EventFilter(pond.shop.id, action_id=999),
    ]
    before = [_listed(pond, wanted) for wanted in filters]
    assert let_go(pond) == 8
    for wanted, told in zip(filters, before, strict=True):
        assert _listed(pond, wanted) == told
    assert [len(each) for each in before] == [9, 5, 4, 2, 9, 0, 0]


def _listed(pond: Pond, wanted: EventFilter) -> list[Event]:
    """All events, oldest first, from the lake as far as the store does not have them."""
    store = pond.started.store

    def recent(connection: Connection) -> list[Event]:
        return events.page(connection, store.index, wanted, 1000)[::-1]

    owners = pond.started.read(lambda c: events.owners(c, wanted))
    bound = Range(1, last_id(pond))
    kept = pond.lake.read_now(wanted.business_id, lambda c: older_events(c, wanted, owners, bound))
    older = pond.started.read(lambda c: events.named(c, kept))
    return [*older, *pond.started.read(recent)]


def test_erasing_a_person_reaches_what_the_lake_alone_has(pond: Pond) -> None:
    who = pond.shop.profiles[1]
    session = pond.started.write(lambda c: pond.shop.add_session(c, "theirs", who))
    track(pond, 2, T, data='{"metadata": {"note": "private"}}', profile_id=who)
    track(pond, 2, T, data='{"metadata": {"note": "private"}}', profile_id=None, session_id=session)
    track(pond, 2, T, data='{"metadata": {"note": "stays"}}')
    track(pond, 1, LATER)
    assert let_go(pond) == 6
    store = pond.started.store
    pond.started.write(
        lambda c: erase.erase(
            c, store.index, pond.shop.id, who, lambda kind, row: str(row), Origin(LATER, "api")
        )
    )
    # Even before the lake follows nothing is shown of it.
    hidden = [each.data for each in _listed(pond, EventFilter(pond.shop.id))]
    assert hidden == [None] * 4 + [{"metadata": {"note": "stays"}}] * 2 + [None]
    pond.lake.archive()
    assert pond.ask("select count(*), count(data) from events") == [(7, 2)]
    assert pond.one("select data from events where data is not null limit 1").count("stays") == 1


def test_what_was_emptied_after_an_erasure_is_emptied_in_the_lake(pond: Pond) -> None:
    """An event that was on its way while its person was erased."""
    who = pond.shop.profiles[1]
    store = pond.started.store
    origin = Origin(LATER, "api")
    pond.started.write(
        lambda c: erase.erase(c, store.index, pond.shop.id, who, lambda k, row: str(row), origin)
    )
    pond.lake.archive()
    track(pond, 1, T, data='{"a": "private"}', profile_id=who)
    pond.lake.archive()
    assert pond.one("select count(data) from events") == 1
    log = tables.identity_log
    change = pond.started.rows(select(func.max(log.c.id)))[0][0]
    assert pond.started.write(lambda c: erase.again(c, store.index, change)) == 1
    pond.lake.archive()
    assert pond.one("select count(data) from events") == 0


def test_what_the_lake_was_never_told_is_emptied_before_anything_goes(pond: Pond) -> None:
    track(pond, 4, T, data='{"a": "private"}')
    track(pond, 1, LATER)
    pond.lake.archive()
    pond.started.write(lambda c: c.execute(update(tables.events).values(data=None)))
    assert pond.lake.release(T + DAY) == 0
    assert pond.one("select count(data) from events where event_id < 5") == 0
    assert pond.lake.release(T + DAY) == 4


def test_a_lake_that_is_gone_is_not_made_anew(pond: Pond, lake_settings: Settings) -> None:
    track(pond, 4, T)
    track(pond, 1, LATER)
    let_go(pond)
    aside = pond.folder.with_name("aside")
    pond.folder.rename(aside)
    again = Lake(lake_settings)
    for attempt in (again.archive, again.rebuild, lambda: again.release(LATER)):
        with pytest.raises(ConfigurationError, match="up to number 4 are in it alone"):
            attempt()
    with pytest.raises(ConfigurationError):
        again.read_now(pond.shop.id, lambda c: c)
    again.close()
    assert not pond.folder.exists()
    aside.rename(pond.folder)
    assert pond.event_ids() == [1, 2, 3, 4, 5]


def test_a_rebuilt_lake_keeps_what_it_alone_has(pond: Pond) -> None:
    track(pond, 4, T)
    track(pond, 3, LATER)
    let_go(pond)
    before = pond.ask("select * from events order by event_id")
    told: list[tuple[str, int, int | None]] = []
    pond.lake.rebuild(lambda *what: told.append(what))
    assert pond.ask("select * from events order by event_id") == before
    assert ("Archiving events", 3, 7) in told
    track(pond, 1, LATER)
    pond.lake.archive()
    assert pond.event_ids() == list(range(1, 9))


def test_a_store_set_back_keeps_what_the_lake_alone_has(pond: Pond) -> None:
    track(pond, 4, T)
    track(pond, 3, LATER)
    let_go(pond)
    pond.started.write(lambda c: c.execute(tables.events.delete().where(tables.events.c.id > 5)))
    if pond.lake.engines.is_sqlite:
        pond.started.write(
            lambda c: c.exec_driver_sql("update sqlite_sequence set seq = 5 where name = 'events'")
        )
    else:
        pond.started.write(lambda c: c.exec_driver_sql("select setval('events_id_seq', 5)"))
    pond.lake.archive()
    assert pond.event_ids() == [1, 2, 3, 4, 5]


def test_a_lake_in_a_folder_with_a_space_is_read(pond: Pond, tmp_path: Path) -> None:
    place = tmp_path / "a lake % here"
    settings = Settings(data=tmp_path, database=pond.started.url, lake_url=str(place))
    lake = Lake(settings)
    spaced = Pond(lake, pond.started, pond.shop)
    track(spaced, 4, T)
    track(spaced, 1, LATER)
    assert let_go(spaced) == 4
    lake.compact(files_max=0)
    assert spaced.event_ids() == [1, 2, 3, 4, 5]
    lake.close()
    shutil.rmtree(place)
