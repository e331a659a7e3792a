"""Members, their sessions and invitations, on each engine."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection, text

from footfall.domain.times import DAY
from footfall.domain.tokens import digest
from footfall.store import (
    audit,
    businesses,
    facts,
    invitations,
    ledger,
    members,
    schema,
    tokens,
    web_sessions,
)
from footfall.store.engine import Engines, open_engines
from footfall.store.pages import Bounds

T = TypeVar("T")


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    opened = open_engines(database_url)
    schema.upgrade(opened)
    yield opened
    opened.dispose()


def write(engines: Engines, fn: Callable[[Connection], T]) -> T:
    with engines.write.begin() as connection:
        return fn(connection)


def business(connection: Connection, name: str = "A") -> int:
    return businesses.create(connection, name, currency="USD", timezone="UTC", country="US").id


def member(connection: Connection, email: str = "ana@shop.example") -> int:
    return members.create(connection, email, "Ana", "hash").id


def test_an_invitation_is_good_once(engines: Engines) -> None:
    row_id = write(engines, business)
    _, secret = write(engines, lambda c: invitations.create(c, row_id, "analyst", None))
    first = write(engines, lambda c: invitations.take(c, secret))
    assert first is not None
    assert (first.business_id, first.role) == (row_id, "analyst")
    assert write(engines, lambda c: invitations.take(c, secret)) is None


def test_of_two_first_links_taken_at_once_one_makes_the_owner(engines: Engines) -> None:
    write(engines, business)
    secrets = [
        write(engines, lambda c: invitations.create(c, None, "owner", None))[1] for _ in range(2)
    ]

    def enter(connection: Connection, secret: str) -> bool:
        if invitations.take(connection, secret) is None:
            return False
        member(connection, f"{secret[:8]}@shop.example".lower())
        return True

    with ThreadPoolExecutor(2) as pool:
        got_in = list(pool.map(lambda secret: write(engines, lambda c: enter(c, secret)), secrets))
    assert sorted(got_in) == [False, True]


def test_an_invitation_ends_with_its_time_and_when_it_is_withdrawn(engines: Engines) -> None:
    row_id = write(engines, business)
    made, secret = write(engines, lambda c: invitations.create(c, row_id, "owner", None))
    write(engines, lambda c: c.execute(text("update invitations set expires_at = 1")))
    assert write(engines, lambda c: invitations.find(c, secret)) is None
    assert write(engines, lambda c: invitations.pending(c, row_id)) == []
    other, late = write(engines, lambda c: invitations.create(c, row_id, "owner", None))
    assert other.id > made.id
    write(engines, lambda c: invitations.withdraw(c, row_id + 1, other.id))
    assert write(engines, lambda c: invitations.find(c, late)) is not None
    write(engines, lambda c: invitations.withdraw(c, row_id, other.id))
    assert write(engines, lambda c: invitations.find(c, late)) is None


def test_a_session_ends_with_its_time(engines: Engines) -> None:
    member_id = write(engines, member)
    write(engines, lambda c: web_sessions.begin(c, digest("a"), member_id))
    assert write(engines, lambda c: web_sessions.find_member(c, digest("a"))) == member_id
    assert write(engines, lambda c: web_sessions.find_member(c, digest("b"))) is None
    write(
        engines,
        lambda c: c.execute(
            text("update web_sessions set expires_at = expires_at - :d"), {"d": 14 * DAY}
        ),
    )
    assert write(engines, lambda c: web_sessions.find_member(c, digest("a"))) is None


def test_a_member_sees_the_businesses_it_is_in_and_no_others(engines: Engines) -> None:
    first, second = (
        write(engines, lambda c: business(c, "A")),
        write(engines, lambda c: business(c, "B")),
    )
    member_id = write(engines, member)
    write(engines, lambda c: members.join(c, member_id, second, "analyst"))
    write(engines, lambda c: members.join(c, member_id, second, "developer"))
    assert write(engines, lambda c: members.memberships_of(c, member_id)) == [
        (second, "B", "developer")
    ]
    assert write(engines, lambda c: members.all_of(c, first)) == []
    write(engines, lambda c: members.leave(c, member_id, second))
    assert write(engines, lambda c: members.memberships_of(c, member_id)) == []


def test_changes_are_paged_newest_first_within_their_business(engines: Engines) -> None:
    row_id, other = write(engines, business), write(engines, business)
    member_id = write(engines, member)

    def note(connection: Connection, number: int) -> None:
        audit.add(connection, row_id, member_id, "a.b", str(number), {"n": number})

    for number in range(5):
        write(engines, partial(note, number=number))
    write(engines, lambda c: audit.add(c, other, member_id, "a.b", "theirs"))
    first = write(engines, lambda c: audit.page(c, row_id, Bounds(3)))
    assert [each.subject for each in first.rows] == ["4", "3", "2"]
    assert first.has_more
    bounds = Bounds(3, after=first.rows[-1].id)
    rest = write(engines, lambda c: audit.page(c, row_id, bounds))
    assert [each.details for each in rest.rows] == [{"n": 1}, {"n": 0}]


def test_a_changed_currency_reaches_whoever_remembers_a_token(engines: Engines) -> None:
    row_id = write(engines, business)
    token, _ = write(engines, lambda c: tokens.create(c, row_id, "a"))
    with engines.write.begin() as connection:
        seen = facts.epoch(connection)
        businesses.change(connection, row_id, {"currency": "UYU"})
        news = facts.news(connection, seen)
    assert ("token", token.id) in [(noun, number) for _, noun, number in news]


def test_totals_are_those_of_the_hours_and_the_business(engines: Engines) -> None:
    row_id = write(engines, business)
    assert not write(engines, lambda c: ledger.has_entries(c, row_id))
    with engines.write.begin() as connection:
        add = ledger.upsert(connection.dialect.name)
        for hour, business_id in ((0, row_id), (1, row_id), (2, row_id), (1, row_id + 1)):
            values = {"token_id": 7, "hour_at": hour, "business_id": business_id}
            counts = {"received": 3, "stored": 1, "duplicate": 1, "rejected": 1}
            connection.execute(add, values | counts)
    found = write(engines, lambda c: ledger.totals(c, row_id, 0, 2))
    assert sorted(entry.hour_at for entry in found) == [0, 1]
    assert write(engines, lambda c: ledger.last_hours(c, row_id)) == {7: 2}
    assert write(engines, lambda c: ledger.has_entries(c, row_id))
