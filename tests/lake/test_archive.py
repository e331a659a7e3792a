"""Whatever is committed comes to the lake, each row once, whoever dies or hurries meanwhile."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from footfall.domain.times import DAY
from footfall.lake.columns import IDENTITY
from footfall.lake.lake import Lake
from footfall.settings import Settings
from footfall.store import facts, items, tables
from footfall.store.engine import open_engines
from footfall.store.tables import objects
from tests.lake.lakes import Pond
from tests.store.builders import ORDER_PLACED, T


def test_what_is_committed_is_in_the_lake_once_it_is_fresh(pond: Pond) -> None:
    pond.track(3)
    pond.started.run(pond.lake.fresh())
    assert pond.event_ids() == pond.stored_ids()
    pond.track(2)
    pond.started.run(pond.lake.fresh())
    assert pond.event_ids() == pond.stored_ids()


def test_archived_twice_equals_once(pond: Pond, lake_settings: Settings) -> None:
    pond.track(5)
    assert pond.lake.archive() > 0
    version = pond.version("events")
    again = Lake(lake_settings)
    assert again.archive() == 0
    again.close()
    assert pond.version("events") == version
    assert pond.event_ids() == pond.stored_ids()


def test_an_event_is_told_in_columns(pond: Pond) -> None:
    page = {"url": "https://shop.example/?gclid=g1", "referrer": "https://other.example/"}
    utm = {"source": "news", "medium": "email", "observed_at": "2023-11-14T22:00:00.000Z"}
    pond.track(
        data={"page": page, "utm_params": utm},
        amount_minor=1250,
        currency="USD",
        session_id=pond.started.write(lambda c: pond.shop.add_session(c, "s1")),
        flags=2,
    )
    pond.lake.archive()
    columns = "action, profile_id, amount_minor, currency, occurred_at, is_bot, is_ahead, day_on"
    told = "utm_source, utm_medium, utm_campaign, utm_observed_at, click_id_kind, click_id"
    assert pond.ask(f"select {columns} from events") == [
        ("page.viewed", pond.shop.profiles[0], 1250, "USD", T, True, False, date(2023, 11, 14))
    ]
    assert pond.ask(f"select {told} from events") == [
        ("news", "email", None, 1_699_999_200_000_000, "gclid", "g1")
    ]
    assert pond.ask("select referrer, page_url from events") == [(page["referrer"], page["url"])]


def test_an_event_knows_its_object(pond: Pond) -> None:
    order = pond.started.write(
        lambda c: pond.shop.add_object(c, kind="order", reference="o-1", source="shop")
    )
    draft = pond.shop.draft(object_id=order)
    draft.action_id = ORDER_PLACED
    pond.started.append(pond.shop.submission(draft))
    pond.lake.archive()
    columns = "action, object_id, object_kind, object_reference"
    assert pond.ask(f"select {columns} from events") == [("order.placed", order, "order", "o-1")]


def test_days_are_of_when_it_happened(pond: Pond) -> None:
    for day in range(3):
        draft = pond.shop.draft()
        draft.occurred_at = T - day * DAY
        pond.started.append(pond.shop.submission(draft))
    pond.lake.archive()
    assert pond.ask("select distinct day_on from events order by 1") == [
        (date(2023, 11, 12),),
        (date(2023, 11, 13),),
        (date(2023, 11, 14),),
    ]


def test_an_object_that_changes_is_shown_as_it_is_now(pond: Pond) -> None:
    row_id = pond.started.write(lambda c: pond.shop.add_object(c, name="before", sku="a"))
    pond.lake.archive()
    assert pond.ask("select name from objects") == [("before",)]

    def rename(connection: Connection) -> None:
        connection.execute(update(objects).where(objects.c.id == row_id).values(name="after"))
        facts.changed(connection, "object", row_id)

    pond.started.write(rename)
    pond.lake.archive()
    assert pond.ask("select object_id, name from objects") == [(row_id, "after")]


def test_an_order_is_archived_with_its_lines_as_they_are_now(pond: Pond) -> None:
    bag = pond.started.write(lambda c: pond.shop.add_object(c, name="bag"))
    order = pond.started.write(lambda c: pond.shop.add_object(c, kind="order", name="first"))
    line = {"product_id": bag, "quantity": 2, "price_minor": 500, "currency": "USD"}
    bare = {"product_id": bag, "quantity": 1, "price_minor": None, "currency": None}

    def fill(connection: Connection, *lines: dict[str, Any]) -> None:
        items.insert_all(connection, pond.shop.id, order, lines, T)
        facts.changed(connection, "object", order)

    query = f"select lines from objects where object_id = {order}"
    pond.started.write(lambda c: fill(c, line))
    pond.lake.archive()
    assert json.loads(pond.ask(query)[0][0]) == [line]
    pond.started.write(lambda c: fill(c, bare))
    pond.lake.archive()
    assert json.loads(pond.ask(query)[0][0]) == [line, bare]
    assert pond.ask(f"select lines from objects where object_id = {bag}") == [(None,)]


def test_changes_that_nobody_remembers_are_looked_for(pond: Pond) -> None:
    row_id = pond.started.write(lambda c: pond.shop.add_object(c, name="before"))
    pond.lake.archive()

    def rename(connection: Connection) -> None:
        connection.execute(update(objects).where(objects.c.id == row_id).values(name="after"))
        facts.changed(connection, "object", row_id)
        facts.changed(connection, "object", 0)

    pond.started.write(rename)
    pond.started.write(
        lambda c: c.execute(
            tables.changes.delete().where(
                tables.changes.c.id
                < select(tables.changes.c.id)
                .order_by(tables.changes.c.id.desc())
                .limit(1)
                .scalar_subquery()
            )
        )
    )
    pond.lake.archive()
    assert pond.ask("select object_id, name from objects") == [(row_id, "after")]


def test_who_is_who_is_followed(pond: Pond) -> None:
    row = {"business_id": pond.shop.id, "at": T, "kind": "merge", "cause": "api"}
    first, second = pond.shop.profiles[:2]
    pair = {"profile_id": first, "other_id": second}
    pond.started.write(lambda c: c.execute(insert(tables.identity_log).values(row | pair)))
    pond.lake.archive()
    assert pond.ask("select kind, profile_id, other_id, changed_at, cause from identity") == [
        ("merge", first, second, T, "api")
    ]


def test_a_table_with_the_columns_of_an_earlier_version_is_archived_anew(pond: Pond) -> None:
    """The first lakes called ``changed_at`` of ``identity`` just ``at``."""
    pond.lake.location.create(
        replace(
            IDENTITY,
            day_of="at",
            columns=tuple(
                replace(column, name="at") if column.name == "changed_at" else column
                for column in IDENTITY.columns
            ),
        )
    )
    row = {"business_id": pond.shop.id, "at": T, "kind": "erase", "cause": "api"}
    pond.started.write(lambda c: c.execute(insert(tables.identity_log).values(row)))
    pond.lake.archive()
    assert pond.ask("select kind, changed_at, day_on from identity") == [
        ("erase", T, date(2023, 11, 14))
    ]


def test_another_business_is_not_seen(pond: Pond) -> None:
    pond.track(2)
    pond.lake.archive()
    assert pond.ask("select count(*) from events", business_id=pond.shop.id + 1) == [(0,)]


def test_views_of_an_empty_lake_have_every_column(pond: Pond) -> None:
    for name in ("events", "identity", "objects", "sightings", "links", "deliveries"):
        assert pond.ask(f"select count(*) from {name}") == [(0,)]


def test_a_lower_number_that_commits_later_is_not_passed_over(
    postgres_url: str, pond_on: Callable[[str], Pond]
) -> None:
    """On PostgreSQL a transaction takes its numbers before others that commit first."""
    pond = pond_on(postgres_url)
    pond.track()
    late = open_engines(postgres_url)
    with late.write.connect() as connection:
        slow = connection.begin()
        number = connection.exec_driver_sql("select nextval('events_id_seq')").scalar_one()
        pond.track()
        archiving = threading.Thread(target=pond.lake.archive)
        archiving.start()
        assert max(pond.stored_ids()) > number
        connection.exec_driver_sql(
            "insert into events (id, business_id, action_id, profile_id, occurred_at, received_at,"
            f" flags) select {number}, business_id, action_id, profile_id, occurred_at,"
            " received_at, flags from events limit 1"
        )
        slow.commit()
    archiving.join()
    late.dispose()
    pond.lake.archive()
    assert number in pond.event_ids()
    assert pond.event_ids() == pond.stored_ids()


def test_a_lake_of_another_installation_is_replaced(pond: Pond) -> None:
    pond.track(2)
    pond.lake.archive()
    pond.lake.location.lake_id = "another"
    pond.lake._done = {}
    pond.track(1)
    pond.lake.archive()
    assert pond.event_ids() == pond.stored_ids()


def test_a_store_set_back_to_an_earlier_state_is_archived_anew(pond: Pond) -> None:
    pond.track(5)
    pond.lake.archive()
    pond.started.write(lambda c: c.execute(tables.events.delete().where(tables.events.c.id > 2)))
    name = "events"
    if pond.lake.engines.is_sqlite:
        pond.started.write(
            lambda c: c.exec_driver_sql(f"update sqlite_sequence set seq = 2 where name = '{name}'")
        )
    else:
        pond.started.write(lambda c: c.exec_driver_sql("select setval('events_id_seq', 2)"))
    pond.lake.archive()
    assert pond.event_ids() == [1, 2]


@pytest.mark.parametrize("attempt", range(3))
def test_two_at_once_archive_each_row_once(
    pond: Pond, lake_settings: Settings, attempt: int
) -> None:
    others = [Lake(lake_settings) for _ in range(2)]
    chance = Random(attempt)
    for _ in range(4):
        pond.track(chance.randrange(1, 50))
        threads = [threading.Thread(target=lake.archive) for lake in (*others, pond.lake)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert pond.event_ids() == pond.stored_ids()
    for lake in others:
        lake.close()
