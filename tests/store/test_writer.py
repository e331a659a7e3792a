import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from footfall.domain.times import now_us
from footfall.errors import Refused, Unavailable
from footfall.store import facts
from footfall.store.tables import businesses, events, rejections, sessions
from tests.store.blocking import be_impatient, blocked, elsewhere
from tests.store.builders import Shop
from tests.store.running import Running, running, settled


def add_business(name: str) -> Any:
    """Return a function for the writer that adds a row."""
    row = {"name": name, "currency": "USD", "timezone": "UTC", "country": "US", "created_at": 0}

    def add(connection: Connection) -> str:
        connection.execute(insert(businesses).values(row))
        return name

    return add


def names(started: Running) -> set[str]:
    return {name for (name,) in started.rows(select(businesses.c.name))}


async def begun(started: Running, *fns: Any) -> list[asyncio.Task[Any]]:
    """Start writes and return when all of them have been accepted."""
    tasks = [asyncio.create_task(started.store.write(fn)) for fn in fns]
    await asyncio.sleep(0)
    return tasks


def is_failing(started: Running) -> bool:
    return started.store.writer.has_failed


def assert_unavailable(outcome: object) -> None:
    assert isinstance(outcome, Refused)
    assert outcome.status == 503
    assert isinstance(outcome.faults[0], Unavailable)


def test_a_write_returns_what_its_function_returned_once_others_see_it(started: Running) -> None:
    async def write_then_look() -> tuple[str, Any]:
        value = await started.store.write(add_business("first"))
        with elsewhere(started.url) as connection:
            return value, connection.execute(select(businesses.c.name)).scalar()

    assert started.run(write_then_look()) == ("first", "first")


def test_an_append_resolves_only_after_the_commit(started: Running, shop: Shop) -> None:
    draft = shop.draft()

    async def append() -> None:
        with blocked(started.url):
            task = asyncio.create_task(started.store.append(shop.submission(draft)))
            # The reads take their time, and whatever else the loop has to do is done meanwhile.
            for _ in range(20):
                await started.store.read(lambda connection: connection.execute(select(events)))
            assert not task.done()
        await task
        with elsewhere(started.url) as connection:
            assert connection.execute(select(events.c.id)).scalars().all() == [draft.event_id]

    started.run(append())


def test_a_failing_write_undoes_only_itself(started: Running) -> None:
    def fail(connection: Connection) -> None:
        add_business("failed")(connection)
        raise ValueError("no")

    async def together() -> list[Any]:
        store = started.store
        return await settled(
            store.write(add_business("a")), store.write(fail), store.write(add_business("b"))
        )

    before = started.commits
    first, failure, last = started.run(together())
    assert (first, last) == ("a", "b")
    assert isinstance(failure, ValueError)
    assert names(started) == {"a", "b"}
    assert started.commits == before + 1


def test_a_write_that_breaks_a_constraint_undoes_only_itself(started: Running, shop: Shop) -> None:
    nobody = 999_999
    row = {"business_id": nobody, "text": "s", "created_at": 0}
    draft = shop.draft()

    async def together() -> list[Any]:
        store = started.store
        return await settled(
            store.append(shop.submission(draft)),
            store.write(lambda connection: connection.execute(insert(sessions).values(row))),
            store.write(add_business("kept")),
        )

    outcomes = started.run(together())
    assert_unavailable(outcomes[1])
    assert outcomes[0] is None
    assert outcomes[2] == "kept"
    assert started.rows(select(events.c.id)) == [(draft.event_id,)]
    assert names(started) == {"Shop", "kept"}


def test_what_arrives_during_a_commit_is_the_next_one(started: Running) -> None:
    async def crowd() -> None:
        with blocked(started.url):
            first = await begun(started, add_business("first"))
            others = await begun(started, *(add_business(f"{n}") for n in range(300)))
        await asyncio.gather(*first, *others)

    before = started.commits
    started.run(crowd())
    assert len(names(started)) == 301
    assert started.commits == before + 2


def test_close_finishes_what_was_accepted(started: Running) -> None:
    async def close_early() -> list[Any]:
        with blocked(started.url):
            tasks = await begun(started, add_business("first"))
            tasks += await begun(started, add_business("second"), add_business("third"))
            closing = asyncio.create_task(started.store.writer.close())
            await asyncio.sleep(0)
            with pytest.raises(Refused) as refused:
                await started.store.write(add_business("late"))
        await closing
        assert_unavailable(refused.value)
        assert all(task.done() for task in tasks)
        return await asyncio.gather(*tasks)

    assert started.run(close_early()) == ["first", "second", "third"]
    assert names(started) == {"first", "second", "third"}


def test_past_the_bound_callers_are_turned_away_at_once(database_url: str) -> None:
    async def overload(started: Running) -> None:
        with blocked(database_url):
            accepted = await begun(started, *(add_business(f"{n}") for n in range(3)))
            (late,) = await begun(started, add_business("late"))
            assert late.done()
            assert_unavailable(late.exception())
            assert started.store.writer.waiting == 3
        await asyncio.gather(*accepted)
        await started.store.write(add_business("after"))

    with running(database_url, queue_events_max=3) as started:
        started.run(overload(started))
        assert names(started) == {"0", "1", "2", "after"}
        assert started.store.writer.stats.refused == 1
        assert started.store.writer.waiting == 0


def test_a_submission_takes_as_much_of_the_queue_as_it_has_events(database_url: str) -> None:
    async def overload(started: Running, shop: Shop) -> None:
        with blocked(database_url):
            first = asyncio.create_task(
                started.store.append(shop.submission(shop.draft(), shop.draft()))
            )
            await asyncio.sleep(0)
            with pytest.raises(Refused) as refused:
                await started.store.append(shop.submission(shop.draft(), shop.draft()))
            assert_unavailable(refused.value)
            last = asyncio.create_task(started.store.append(shop.submission(shop.draft())))
            await asyncio.sleep(0)
            assert started.store.writer.waiting == 3
        await asyncio.gather(first, last)

    with running(database_url, queue_events_max=3) as started:
        started.run(overload(started, started.write(Shop)))
        assert started.store.writer.stats.refused == 2
        assert len(started.rows(select(events.c.id))) == 3


def test_more_than_the_bound_at_once_is_taken_when_nothing_waits(database_url: str) -> None:
    with running(database_url, queue_events_max=3) as started:
        shop = started.write(Shop)
        started.append(shop.submission(*(shop.draft() for _ in range(4))))
        assert len(started.rows(select(events.c.id))) == 4


def test_a_cancelled_caller_costs_nobody_anything(started: Running) -> None:
    async def cancel_one() -> list[Any]:
        with blocked(started.url):
            tasks = await begun(started, *(add_business(name) for name in ("a", "gone", "b")))
            tasks[1].cancel()
            await asyncio.sleep(0)
        return await settled(*tasks)

    first, cancelled, last = started.run(cancel_one())
    assert (first, last) == ("a", "b")
    assert isinstance(cancelled, asyncio.CancelledError)
    assert names(started) == {"a", "gone", "b"}


def test_a_commit_that_fails_fails_its_group_and_the_next_one_works(
    started: Running, shop: Shop
) -> None:
    async def group() -> list[Any]:
        store = started.store
        return await settled(
            store.append(shop.submission(shop.draft())),
            store.append(shop.submission(shop.draft(), shop.draft())),
            store.write(add_business("lost")),
        )

    be_impatient(started)
    with blocked(started.url):
        outcomes = started.run(group())
    for outcome in outcomes:
        assert_unavailable(outcome)
    assert is_failing(started)
    assert started.store.writer.stats.failed == 4
    assert started.rows(select(events.c.id)) == []

    assert started.run(group()) == [None, None, "lost"]
    assert not is_failing(started)
    assert len(started.rows(select(events.c.id))) == 3


def test_a_full_disk_fails_the_group_and_room_again_heals_it(sqlite_url: str) -> None:
    def fill_up(connection: Connection) -> None:
        # The engine's own limit: past it SQLite reports a full disk, as it would a real one.
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    with running(sqlite_url) as started:
        shop = started.write(Shop)
        started.write(fill_up)
        drafts = [shop.draft(data='{"text":"' + "x" * 1000 + '"}') for _ in range(1000)]
        with pytest.raises(Refused) as refused:
            started.append(shop.submission(*drafts))
        assert_unavailable(refused.value)
        assert started.rows(select(events.c.id)) == []
        started.append(shop.submission(*drafts))
        assert len(started.rows(select(events.c.id))) == 1000


def test_a_lost_connection_fails_the_group_and_the_next_one_has_another(postgres_url: str) -> None:
    def cut(connection: Connection) -> None:
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    async def group(store: Any, shop: Shop) -> list[Any]:
        return await settled(store.append(shop.submission(shop.draft())), store.write(cut))

    with running(postgres_url) as started:
        shop = started.write(Shop)
        for outcome in started.run(group(started.store, shop)):
            assert_unavailable(outcome)
        started.append(shop.submission(shop.draft()))
        assert len(started.rows(select(events.c.id))) == 1


def test_one_submission_gone_wrong_costs_the_others_nothing(started: Running, shop: Shop) -> None:
    good, bad, also_good = (shop.draft() for _ in range(3))
    broken = shop.batch("key", b"b" * 16, bad)

    def give_up() -> bytes:
        raise RuntimeError("cannot be rendered")

    assert broken.batch is not None
    broken.batch.render = give_up

    async def together() -> list[Any]:
        store = started.store
        return await settled(
            store.append(shop.submission(good)),
            store.append(broken),
            store.append(shop.submission(also_good)),
            store.write(add_business("kept")),
        )

    outcomes = started.run(together())
    assert_unavailable(outcomes.pop(1))
    assert outcomes == [None, None, "kept"]
    assert started.store.writer.stats.failed == 1
    stored = started.rows(select(events.c.id).order_by(events.c.id))
    assert stored == [(good.event_id,), (also_good.event_id,)]
    assert "kept" in names(started)


def test_cached_facts_are_forgotten_as_the_commit_that_changes_them_resolves(
    started: Running, shop: Shop
) -> None:
    known = started.store.facts.profiles

    async def change() -> None:
        known.put("a", shop.profiles[0], shop.profiles[0])
        with blocked(started.url):
            (task,) = await begun(
                started, lambda connection: facts.changed(connection, "profile", shop.profiles[0])
            )
            assert len(known) == 1
        await task
        assert len(known) == 0

    started.run(change())


def test_changes_of_a_write_that_failed_are_not_told(started: Running, shop: Shop) -> None:
    known = started.store.facts.profiles
    known.put("a", shop.profiles[0], shop.profiles[0])

    def fail(connection: Connection) -> None:
        facts.changed(connection, "profile", shop.profiles[0])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        started.write(fail)
    assert len(known) == 1


def test_a_read_that_fails_is_refused_as_unavailable(started: Running) -> None:
    with pytest.raises(Refused) as refused:
        started.read(lambda connection: connection.execute(text("select * from nothing_here")))
    assert_unavailable(refused.value)


def test_refusals_without_events_are_stored_in_the_commit(started: Running, shop: Shop) -> None:
    row = shop.refusal() | {"received_at": now_us()}
    started.append(shop.submission(rejected=1, refusals=[row]))
    assert started.rows(select(rejections.c.received_at)) == [(row["received_at"],)]
