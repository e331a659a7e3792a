"""Who is who: whatever is attached, identified and merged comes apart again exactly."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, Select, Table, select

from footfall.domain.identify import Identification, user_key
from footfall.domain.objects import Unique
from footfall.domain.profiles import ProfileDraft
from footfall.domain.properties import OF_PROFILES, Definition, Values
from footfall.errors import Refused
from footfall.store import conflicts, identify, identity_log, merges, owners, properties, sessions
from footfall.store import profiles as store_profiles
from footfall.store.engine import Engines, open_engines
from footfall.store.identity_log import Change, Origin
from footfall.store.pages import Bounds
from footfall.store.schema import upgrade
from footfall.store.tables import identities, profiles, unique_values
from footfall.store.tables import sessions as sessions_table
from footfall.store.undo import undo
from tests.store.builders import Shop, T
from tests.store.running import Running

ORIGIN = Origin(T, "test")
PROFILES, SESSIONS, USERS = 5, 4, 3
VALUES = ("one", "two")


class Op(NamedTuple):
    """Something that is told of who is who; numbers are places in the lists of a ``World``."""

    kind: str
    first: int
    second: int


ops = st.one_of(
    st.builds(Op, st.just("attach"), st.integers(0, SESSIONS - 1), st.integers(0, PROFILES - 1)),
    st.builds(Op, st.just("identify"), st.integers(0, SESSIONS - 1), st.integers(0, USERS - 1)),
    st.builds(Op, st.just("merge"), st.integers(0, PROFILES - 1), st.integers(0, PROFILES - 1)),
)
undos = st.builds(Op, st.just("undo"), st.integers(0, 20), st.just(0))

State = tuple[dict[int, tuple[int | None, int | None]], dict[int, tuple[int | None, int | None]]]


class World:
    """A business with profiles, of which the first two are known, and free sessions."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.shop = Shop(connection)
        self.profiles = [
            store_profiles.create(
                connection, self.shop.id, T, {"first_name": "known"} if number < 2 else None
            )
            for number in range(PROFILES)
        ]
        self.sessions = [
            self.shop.add_session(connection, f"{self.shop.id}-{number}")
            for number in range(SESSIONS)
        ]

        wanted = Definition(name="Card", kind="text", is_unique=True).over(None)
        self.field = properties.create(connection, self.shop.id, OF_PROFILES, wanted, T)

    def do(self, op: Op) -> None:
        """Do what is told; what the rules refuse is not done."""
        try:
            getattr(self, f"_{op.kind}")(op.first, op.second)
        except Refused:
            return

    def undoable(self) -> list[Change]:
        """The changes that were not undone, newest first."""
        page = identity_log.page(self.connection, self.shop.id, Bounds(1000), [])
        return [
            each for each in page.rows if each.kind in ("attach", "merge") and not each.closed_by
        ]

    def undo(self, change: Change) -> None:
        undo(self.connection, self.shop.id, change.id, ORIGIN)

    def state(self) -> State:
        """Owner and time of every session that has one, and the same of every merged profile."""
        table = sessions_table
        query = select(table.c.id, table.c.profile_id, table.c.attached_at)
        held = {
            row.id: (row.profile_id, row.attached_at)
            for row in self._of_shop(query, table)
            if row.profile_id is not None or row.attached_at is not None
        }
        query = select(profiles.c.id, profiles.c.merged_into, profiles.c.suppressed_at)
        merged = {
            row.id: (row.merged_into, row.suppressed_at)
            for row in self._of_shop(query, profiles)
            if row.merged_into is not None or row.suppressed_at is not None
        }
        return held, merged

    def keys(self) -> list[tuple[int, str, int]]:
        """Every identity with the profile that has it."""
        query = select(identities.c.id, identities.c.value, identities.c.profile_id)
        return sorted(tuple(row) for row in self._of_shop(query, identities))

    def unique_values(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Unique values with the profile that shows each, and with the one it is kept for."""
        shown = [
            (value, row.id)
            for row in self._of_shop(select(profiles.c.id, profiles.c.data), profiles)
            for value in properties.values_in(row.data).values()
        ]
        query = select(unique_values.c.value, unique_values.c.row_id)
        kept = [tuple(row) for row in self._of_shop(query, unique_values)]
        return sorted(shown), sorted(kept)

    def check(self) -> None:
        """Hold roots and members against a walk along the pointers."""
        query = select(profiles.c.id, profiles.c.merged_into)
        into = {row.id: row.merged_into for row in self._of_shop(query, profiles)}
        roots = {}
        for row_id in into:
            walked = [row_id]
            while (parent := into[walked[-1]]) is not None:
                assert parent not in walked, "a cycle"
                walked.append(parent)
            roots[row_id] = walked[-1]
        assert merges.roots_of(self.connection, into) == roots
        for root in set(roots.values()):
            expected = sorted(each for each in roots if roots[each] == root)
            assert merges.members_of(self.connection, root) == expected
        shown = conflicts.page(self.connection, self.shop.id, Bounds(100), []).rows
        claimed = [
            (each.change.kind, each.change.session_id, each.change.profile_id) for each in shown
        ]
        assert len(claimed) == len(set(claimed)), "a conflict was noted twice"

    def _of_shop(self, query: Select[Any], table: Table) -> Sequence[Row[Any]]:
        where = table.c.business_id == self.shop.id
        return self.connection.execute(query.where(where)).all()

    def _attach(self, session: int, profile: int) -> None:
        found = sessions.find(self.connection, self.shop.id, "", self.sessions[session])
        assert found is not None
        sessions.attach(
            self.connection,
            self.shop.id,
            found,
            self.profiles[profile],
            at=T,
            cause="test",
            token_id=None,
        )

    def _identify(self, session: int, user: int) -> None:
        found = sessions.find(self.connection, self.shop.id, "", self.sessions[session])
        key = user_key("shop", f"{user}")
        assert key is not None
        told = Identification("shop", f"{user}", key, {"name": "A"})
        identify.identify(self.connection, self.shop.id, told, found, at=T, token_id=None)

    def _merge(self, first: int, second: int) -> None:
        merges.merge(
            self.connection, self.shop.id, self.profiles[first], self.profiles[second], ORIGIN
        )

    def _give(self, profile: int, number: int) -> None:
        unique = Unique(self.field.scope, VALUES[number], "x")
        values = Values({str(self.field.id): VALUES[number]}, [], [unique])
        row_id = self.profiles[profile]
        store_profiles.change(self.connection, self.shop.id, row_id, ProfileDraft(), T, values)

    def _undo(self, number: int, _: int) -> None:
        if changes := self.undoable():
            self.undo(changes[number % len(changes)])


@pytest.fixture(scope="module")
def engines(module_url: str) -> Iterator[Engines]:
    """A database on each engine that all examples share."""
    engines = open_engines(module_url)
    upgrade(engines)
    yield engines
    engines.dispose()


@settings(max_examples=40)
@given(told=st.lists(ops, max_size=12))
def test_undoing_in_reverse_passes_through_every_earlier_state(
    engines: Engines, told: list[Op]
) -> None:
    with engines.write.begin() as connection:
        world = World(connection)
        before: list[tuple[int, State]] = []
        for op in told:
            state, count = world.state(), len(world.undoable())
            world.do(op)
            world.check()
            changes = world.undoable()
            assert count <= len(changes) <= count + 1
            before += [(each.id, state) for each in changes[: len(changes) - count]]
        keys = world.keys()
        for row_id, state in reversed(before):
            change = world.undoable()[0]
            assert change.id == row_id
            world.undo(change)
            world.check()
            assert world.state() == state
        assert world.keys() == keys


@settings(max_examples=40)
@given(told=st.lists(st.one_of(ops, ops, undos), max_size=16))
def test_undoing_everything_leaves_nobody_tied_to_anybody(engines: Engines, told: list[Op]) -> None:
    with engines.write.begin() as connection:
        world = World(connection)
        for op in told:
            world.do(op)
            world.check()
        for change in world.undoable():
            world.undo(change)
        assert world.state() == ({}, {})
        assert world.undoable() == []


few, card = st.integers(0, 2), st.integers(0, len(VALUES) - 1)
gifts = st.builds(Op, st.just("give"), few, card)
mergers = st.builds(Op, st.just("merge"), few, few)


@settings(max_examples=60)
@given(told=st.lists(st.one_of(gifts, mergers, undos), max_size=16))
def test_a_unique_value_is_never_two_profiles(engines: Engines, told: list[Op]) -> None:
    with engines.write.begin() as connection:
        world = World(connection)
        for op in told:
            world.do(op)
            shown, kept = world.unique_values()
            assert shown == kept
            assert len({value for value, _ in shown}) == len(shown)


@pytest.mark.parametrize("deleted", [0, 1])
def test_whoever_was_deleted_meanwhile_is_merged_with_nobody(
    started: Running, shop: Shop, deleted: int
) -> None:
    first, other, _ = shop.profiles
    gone = (first, other)[deleted]
    started.write(lambda connection: store_profiles.delete(connection, shop.id, gone, T))
    with pytest.raises(Refused):
        started.write(lambda c: merges.merge(c, shop.id, first, other, ORIGIN))
    roots = started.read(lambda connection: merges.roots_of(connection, shop.profiles))
    assert roots == {each: each for each in shop.profiles}


def at_once(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_processes_that_merge_crosswise_make_one_person_and_no_cycle(
    started: Running, shop: Shop
) -> None:
    first, second, third = shop.profiles
    other = open_engines(str(started.url))
    ready = threading.Barrier(3)

    def merging(into: int, row_id: int) -> Callable[[], None]:
        def work() -> None:
            ready.wait()
            try:
                with other.write.begin() as connection:
                    merges.merge(connection, shop.id, into, row_id, ORIGIN)
            except Refused:
                return

        return work

    try:
        at_once(merging(first, second), merging(second, third), merging(third, first))
    finally:
        other.dispose()
    roots = started.read(lambda connection: merges.roots_of(connection, shop.profiles))
    assert sorted(roots) == sorted(shop.profiles)
    assert len(set(roots.values())) == 1


def known(started: Running, shop: Shop, user_id: str) -> int | None:
    """Who the system “shop” knows by an id."""
    user = ("shop", user_id)
    return started.read(lambda c: owners.find_users(c, shop.id, [user])).get(user)


def test_a_user_is_found_under_the_id_its_person_goes_by(started: Running, shop: Shop) -> None:
    key = user_key("shop", "1")
    assert key is not None
    told = Identification("shop", "1", key, {})
    started.write(
        lambda connection: identify.identify(connection, shop.id, told, None, at=T, token_id=None)
    )
    found = known(started, shop, "1")
    assert found is not None
    started.write(lambda c: merges.merge(c, shop.id, shop.profiles[0], found, ORIGIN))
    assert known(started, shop, "1") == shop.profiles[0]
    assert known(started, shop, "2") is None
    other = started.write(Shop)
    assert known(started, other, "1") is None
