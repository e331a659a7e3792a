"""Properties and lists that two processes on one PostgreSQL database want at the same moment."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from footfall.domain.properties import OF_PROFILES, Definition, Given, Property, read_values
from footfall.domain.property_kinds import Locale
from footfall.errors import Fault, Refused
from footfall.store import lists, properties, property_values, structures
from footfall.store.tables import lists as list_rows
from footfall.store.tables import profiles, unique_values
from tests.store.builders import Shop, T
from tests.store.running import Running, running
from tests.store.test_races import overtaken

TEXT = Definition(name="Customer ID", kind="text", is_unique=False).over(None)


@pytest.fixture
def started(postgres_url: str) -> Iterator[Running]:
    with running(postgres_url) as store:
        yield store


def make(started: Running, shop: Shop, *, is_unique: bool) -> Property:
    wanted = TEXT._replace(is_unique=is_unique)
    return started.write(
        lambda connection: properties.create(connection, shop.id, OF_PROFILES, wanted, T)
    )


def give(connection: Connection, shop: Shop, profile_id: int, text: str) -> None:
    """Give a profile a value as a request does."""
    (known,) = properties.of_owner(connection, shop.id, OF_PROFILES, locks=True)
    faults: list[Fault] = []
    given = [Given(known, text, "property_by_id[x]")]
    values = read_values(given, Locale("USD"), faults, clears=False)
    assert faults == []
    property_values.assign(connection, shop.id, profiles, profile_id, values, T)


def make_unique(connection: Connection, shop: Shop, known: Property) -> None:
    faults: list[Fault] = []
    properties.change(
        connection, shop.id, known, TEXT._replace(id=known.id, is_unique=True), T, faults
    )
    if faults:
        raise Refused(faults)


def held(started: Running) -> list[tuple[str, int]]:
    rows = started.rows(select(unique_values.c.value, unique_values.c.row_id))
    return [(value, row_id) for value, row_id in rows]


def test_a_unique_value_taken_meanwhile_is_refused(started: Running, shop: Shop) -> None:
    make(started, shop, is_unique=True)
    theirs, ours, _ = shop.profiles
    with pytest.raises(Refused, match="must be unique"):
        overtaken(
            started,
            lambda connection: give(connection, shop, theirs, "x"),
            lambda: started.write(lambda connection: give(connection, shop, ours, "x")),
        )
    assert held(started) == [("x", theirs)]


def test_values_written_while_a_property_becomes_unique_are_held_to_it(
    started: Running, shop: Shop
) -> None:
    known = make(started, shop, is_unique=False)
    theirs, ours, _ = shop.profiles
    started.write(lambda connection: give(connection, shop, theirs, "x"))
    with pytest.raises(Refused, match="must be unique"):
        overtaken(
            started,
            lambda connection: make_unique(connection, shop, known),
            lambda: started.write(lambda connection: give(connection, shop, ours, "x")),
        )
    assert held(started) == [("x", theirs)]


def test_a_property_does_not_become_unique_over_values_written_meanwhile(
    started: Running, shop: Shop
) -> None:
    known = make(started, shop, is_unique=False)
    theirs, ours, _ = shop.profiles
    started.write(lambda connection: give(connection, shop, ours, "x"))
    with pytest.raises(Refused, match="same value twice"):
        overtaken(
            started,
            lambda connection: give(connection, shop, theirs, "x"),
            lambda: started.write(lambda connection: make_unique(connection, shop, known)),
        )
    assert held(started) == []


def test_a_list_made_meanwhile_is_joined(started: Running, shop: Shop) -> None:
    theirs, ours, _ = shop.profiles
    overtaken(
        started,
        lambda connection: lists.join(connection, shop.id, theirs, ["Regulars"], T),
        lambda: started.write(
            lambda connection: lists.join(connection, shop.id, ours, ["Regulars"], T)
        ),
    )
    assert started.rows(select(list_rows.c.name)) == [("Regulars",)]
    on = started.read(lambda connection: lists.of_profiles(connection, [theirs, ours]))
    assert on == {theirs: ["Regulars"], ours: ["Regulars"]}


def test_an_object_made_meanwhile_has_its_name(started: Running, shop: Shop) -> None:
    def create(connection: Connection) -> None:
        properties.lock(connection, shop.id)
        structures.create(connection, shop.id, "visit", None, [TEXT], T)

    with pytest.raises(Refused, match="already"):
        overtaken(started, create, lambda: started.write(create))
    known = started.read(lambda connection: structures.by_name(connection, shop.id))
    assert list(known) == ["visit"]
