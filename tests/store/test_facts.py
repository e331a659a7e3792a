import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from footfall.domain import tokens as token_texts
from footfall.store import facts, tokens
from footfall.store.facts import Cache, Facts
from footfall.store.tables import changes
from tests.store.blocking import elsewhere, wait_until_blocked
from tests.store.builders import Shop
from tests.store.running import Running, running

WAIT_LIMIT_S = 20

keys = st.sampled_from("abcdef")
rows = st.integers(1, 4)
steps = st.one_of(st.tuples(st.just("put"), keys, rows), st.tuples(st.just("forget"), rows))


@given(size=st.integers(1, 5), told=st.lists(steps, max_size=40))
def test_a_cache_is_bounded_and_never_tells_what_it_was_told_to_forget(
    size: int, told: list[tuple]
) -> None:
    cache: Cache[tuple[int, int]] = Cache(size)
    latest: dict[str, tuple[int, int]] = {}
    for number, (verb, *arguments) in enumerate(told):
        if verb == "put":
            key, row_id = arguments
            latest[key] = (row_id, number)
            cache.put(key, row_id, (row_id, number))
            assert cache.get(key) == latest[key]
        else:
            (row_id,) = arguments
            cache.forget(row_id)
            latest = {key: fact for key, fact in latest.items() if fact[0] != row_id}
        assert len(cache) <= size
        assert all(cache.get(key) in (None, latest.get(key)) for key in "abcdef")
    for row_id in range(1, 5):
        cache.forget(row_id)
    assert len(cache) == 0


def test_a_full_cache_drops_what_it_learnt_first() -> None:
    cache: Cache[int] = Cache(2)
    for row_id, key in enumerate("abc"):
        cache.put(key, row_id, row_id)
    assert [cache.get(key) for key in "abc"] == [None, 1, 2]


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("token", "callers"),
        ("profile", "profiles"),
        ("session", "sessions"),
        ("object", "objects"),
        ("actions", "actions"),
    ],
)
def test_a_change_costs_only_the_facts_about_its_row(noun: str, kind: str) -> None:
    known = filled()
    generation = known.generation
    known.forget([(noun, 1)])
    for name in KINDS:
        assert len(getattr(known, name)) == (1 if name == kind else 2)
    assert getattr(known, kind).get("key of 1") is None
    assert known.generation > generation


def test_a_change_of_an_unknown_noun_costs_everything() -> None:
    known = filled()
    known.forget([("something new", 1)])
    assert not any(len(getattr(known, name)) for name in KINDS)


KINDS = ("callers", "profiles", "sessions", "objects", "actions")


def filled() -> Facts:
    """Facts about rows 1 and 2 of every kind."""
    known = Facts(10)
    fill(known)
    return known


def fill(known: Facts) -> None:
    for name in KINDS:
        for row_id in (1, 2):
            getattr(known, name).put(f"key of {row_id}", row_id, row_id)


def follow_until(started: Running, condition: Callable[[], bool]) -> None:
    """Let a store run until something holds."""

    async def wait() -> None:
        until = time.monotonic() + WAIT_LIMIT_S
        while not condition():
            assert time.monotonic() < until, "the store did not follow"
            await started.store.read(facts.epoch)

    started.run(wait())


def count(known: Facts) -> int:
    return sum(len(getattr(known, name)) for name in KINDS)


def test_what_another_process_changes_is_followed(database_url: str) -> None:
    with running(database_url) as first, running(database_url) as second:
        known = first.store.facts
        fill(known)
        second.write(lambda connection: facts.changed(connection, "profile", 1))
        follow_until(first, lambda: known.profiles.get("key of 1") is None)
        assert count(known) == 2 * len(KINDS) - 1
        assert known.seen == second.read(facts.epoch)


def test_a_token_revoked_by_a_command_is_forgotten(started: Running, shop: Shop) -> None:
    digest = token_texts.digest(shop.token_text)
    caller = started.read(lambda connection: tokens.find_caller(connection, digest))
    assert caller is not None
    assert caller.token_id == shop.token_id
    known = started.store.facts.callers
    known.put(digest, shop.token_id, caller)
    with elsewhere(started.url) as connection:
        tokens.revoke(connection, shop.token_id)
        connection.commit()
    follow_until(started, lambda: len(known) == 0)
    assert started.read(lambda connection: tokens.find_caller(connection, digest)) is None


def change_many(number: int) -> Callable[[Connection], None]:
    """Return what changes so many facts about rows that nobody knows."""

    def change(connection: Connection) -> None:
        for row_id in range(number):
            facts.changed(connection, "profile", 1000 + row_id)

    return change


def test_more_changes_than_can_be_followed_cost_everything(started: Running) -> None:
    known = started.store.facts
    fill(known)
    with elsewhere(started.url) as connection:
        change_many(1500)(connection)
        connection.commit()
        latest = facts.epoch(connection)
    follow_until(started, lambda: count(known) == 0)
    assert known.seen == latest


def test_many_changes_of_others_cost_nothing_else(started: Running) -> None:
    known = started.store.facts
    fill(known)
    with elsewhere(started.url) as connection:
        change_many(999)(connection)
        connection.commit()
        latest = facts.epoch(connection)
    follow_until(started, lambda: known.seen == latest)
    assert count(known) == 2 * len(KINDS)


def test_what_cannot_be_followed_is_not_trusted(started: Running) -> None:
    known = started.store.facts
    fill(known)
    with elsewhere(started.url) as connection:
        connection.execute(text("alter table changes rename to gone"))
        connection.commit()

        async def wait() -> None:
            until = time.monotonic() + WAIT_LIMIT_S
            while count(known):
                assert time.monotonic() < until, "the facts are still trusted"
                await started.store.read(lambda connection: connection.execute(text("select 1")))

        started.run(wait())
        connection.execute(text("alter table gone rename to changes"))
        connection.commit()
        fill(known)
        facts.changed(connection, "session", 2)
        connection.commit()
    follow_until(started, lambda: known.sessions.get("key of 2") is None)
    assert count(known) == 2 * len(KINDS) - 1


def test_changes_become_visible_in_the_order_of_their_numbers(postgres_url: str) -> None:
    with running(postgres_url) as started, elsewhere(postgres_url) as slow:
        facts.changed(slow, "profile", 1)
        with ThreadPoolExecutor(1) as pool:
            quick = pool.submit(
                started.write, lambda connection: facts.changed(connection, "profile", 2)
            )
            wait_until_blocked(postgres_url)
            slow.commit()
            quick.result(timeout=WAIT_LIMIT_S)
        order = select(changes.c.row_id).order_by(changes.c.id)
        assert started.rows(order) == [(1,), (2,)]


def test_pruning_keeps_every_change_that_may_still_be_followed(started: Running) -> None:
    started.write(change_many(10))
    started.write(facts.prune)
    assert started.rows(select(func.count()).select_from(changes)) == [(10,)]
