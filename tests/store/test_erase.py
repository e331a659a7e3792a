"""Events on their way while their person is erased: none keeps what it told."""

from functools import partial

from sqlalchemy import select

from footfall.domain.times import now_us
from footfall.ops.erasures import Erasures
from footfall.store import bulk, erase
from footfall.store.append import Appender
from footfall.store.engine import open_engines
from footfall.store.event_index import PostgresqlIndex
from footfall.store.identity_log import Origin
from footfall.store.tables import events
from tests.store.builders import Shop, T
from tests.store.running import Running, running

TOLD = '{"url":"https://shop.example/ana"}'


def erase_elsewhere(url: str, shop: Shop, at: int) -> None:
    """Erase the first profile through another connection, as another process does."""
    engines = open_engines(url)
    with engines.write.begin() as connection:
        assert erase.erase(
            connection,
            PostgresqlIndex(),
            shop.id,
            shop.profiles[0],
            lambda kind, row_id: f"{kind}{row_id}",
            Origin(at, "cli"),
        )
    engines.dispose()


def told(started: Running) -> list[object]:
    return [data for (data,) in started.rows(select(events.c.data).order_by(events.c.id))]


def two_turns(started: Running, erasures: Erasures) -> None:
    """Let two turns of upkeep pass: the first hears of an erasure, the second looks again."""
    for _ in range(2):
        started.write(erasures.follow)


def test_an_event_that_waited_while_its_person_was_erased_is_emptied(
    started: Running, shop: Shop
) -> None:
    erasures = Erasures(started.store.index)
    waiting = shop.submission(shop.draft(data=TOLD))
    others = shop.submission(shop.draft(data=TOLD, profile_id=shop.profiles[1]))
    erase_elsewhere(started.url, shop, now_us())
    started.append(waiting, others)
    assert None not in told(started)
    two_turns(started, erasures)
    assert [data is None for data in told(started)] == [True, False]


def test_an_event_in_the_session_of_whoever_was_erased_is_emptied(
    started: Running, shop: Shop
) -> None:
    erasures = Erasures(started.store.index)
    session = started.write(lambda each: shop.add_session(each, "a" * 32, shop.profiles[0]))
    waiting = shop.submission(
        shop.draft(data=TOLD, profile_id=None, session_id=session),
        shop.draft(data=TOLD, profile_id=shop.profiles[1], session_id=session),
    )
    erase_elsewhere(started.url, shop, now_us())
    started.append(waiting)
    two_turns(started, erasures)
    # Whoever an event names by itself is whose it is.
    assert [data is None for data in told(started)] == [True, False]


def test_an_event_committed_during_the_erasure_is_emptied(postgres_url: str) -> None:
    with running(postgres_url) as started:
        shop = started.write(Shop)
        erasures = Erasures(started.store.index)
        engines = open_engines(started.url)
        with engines.write.begin() as connection:
            waiting = shop.submission(shop.draft(data=TOLD))
            Appender(bulk.for_dialect("postgresql")).apply(connection, [waiting])
            # It is there and not committed: the erasure cannot see it.
            erase_elsewhere(started.url, shop, now_us())
        engines.dispose()
        assert told(started) != [None]
        two_turns(started, erasures)
        assert told(started) == [None]


def test_after_a_restart_the_erasures_of_the_last_day_are_looked_at(
    started: Running, shop: Shop
) -> None:
    erase_elsewhere(started.url, shop, now_us())
    started.append(shop.submission(shop.draft(data=TOLD)))
    later = Erasures(started.store.index)
    two_turns(started, later)
    assert told(started) == [None]


def test_an_erasure_is_looked_at_for_a_day(started: Running, shop: Shop) -> None:
    erase_elsewhere(started.url, shop, T)
    for later, count in ((0, 1), (erase.RECENT, 1), (erase.RECENT + 1, 0)):
        at = T + later
        found = started.read(partial(erase.recent, now_at=at))
        assert len(found) == count
