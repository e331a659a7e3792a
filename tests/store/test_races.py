"""Two processes on one PostgreSQL database that want the same thing at the same moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from footfall.domain.events import EventDraft
from footfall.domain.objects import COUPON_CODE, ObjectDraft, Unique
from footfall.domain.profiles import Contact, ProfileDraft
from footfall.store import profiles as profiles_of
from footfall.store import tables
from footfall.store.append import Appender
from footfall.store.bulk import for_dialect
from footfall.store.tables import events, idempotency, identity_log, objects, sessions
from tests.store.blocking import elsewhere, wait_until_blocked
from tests.store.builders import FINGERPRINT, ORDER_PLACED, Shop, T
from tests.store.running import Running, running

SESSION = "s" * 32


@pytest.fixture
def started(postgres_url: str) -> Iterator[Running]:
    with running(postgres_url) as store:
        yield store


def overtaken(started: Running, others: Callable[[Connection], Any], ours: Any) -> Any:
    """Run ``ours`` while another process has done ``others`` and commits it only once we wait."""
    with elsewhere(started.url) as connection, ThreadPoolExecutor(1) as pool:
        value = others(connection)
        done = pool.submit(ours)
        wait_until_blocked(started.url)
        connection.commit()
        done.result(timeout=20)
    return value


def append_elsewhere(shop: Shop, draft: EventDraft) -> Callable[[Connection], int]:
    """Return what appends a draft as another process does, and tells its row number."""

    def append(connection: Connection) -> int:
        Appender(for_dialect("postgresql")).apply(connection, [shop.submission(draft)])
        return draft.event_id

    return append


def test_a_key_taken_meanwhile_makes_a_duplicate(started: Running, shop: Shop) -> None:
    ours, bystander = shop.keyed("k"), shop.draft()
    theirs = overtaken(
        started,
        append_elsewhere(shop, shop.keyed("k")),
        lambda: started.append(shop.submission(ours), shop.submission(bystander)),
    )
    assert (ours.result, ours.event_id) == ("duplicate", theirs)
    assert bystander.result == "created"
    assert started.rows(select(idempotency.c.key, idempotency.c.event_id)) == [("k", theirs)]
    assert set(started.rows(select(events.c.id))) == {(theirs,), (bystander.event_id,)}


def test_a_key_taken_meanwhile_with_another_body_is_a_conflict(
    started: Running, shop: Shop
) -> None:
    ours = shop.keyed("k")
    overtaken(
        started,
        append_elsewhere(shop, shop.keyed("k", b"b" * 16)),
        lambda: started.append(shop.submission(ours)),
    )
    assert ours.result == "rejected"
    assert ours.fault is not None
    assert ours.fault.type == "idempotency_conflict"


def test_a_batch_key_taken_meanwhile_gets_the_first_answer(started: Running, shop: Shop) -> None:
    row = {"business_id": shop.id, "key": "k", "fingerprint": FINGERPRINT, "answer": b"first"}
    ours = shop.batch("k", FINGERPRINT, shop.draft(), shop.draft())
    overtaken(
        started,
        lambda connection: connection.execute(insert(idempotency).values(row)),
        lambda: started.append(ours),
    )
    assert ours.batch is not None
    assert (ours.batch.outcome, ours.batch.answer) == ("duplicate", b"first")
    assert started.rows(select(events.c.id)) == []


def test_a_session_begun_meanwhile_is_found(started: Running, shop: Shop) -> None:
    ours = shop.draft(profile_id=None, new_session=SESSION)
    theirs = overtaken(
        started,
        lambda connection: shop.add_session(connection, SESSION),
        lambda: started.append(shop.submission(ours)),
    )
    assert (ours.result, ours.session_id, ours.made_session) == ("created", theirs, False)
    assert started.rows(select(sessions.c.id)) == [(theirs,)]


def test_a_session_begun_meanwhile_for_another_profile_stays_theirs(
    started: Running, shop: Shop
) -> None:
    ours = shop.draft(new_session=SESSION, attaches=True)
    overtaken(
        started,
        lambda connection: shop.add_session(connection, SESSION, shop.profiles[1]),
        lambda: started.append(shop.submission(ours)),
    )
    assert ours.result == "rejected"
    assert started.rows(select(sessions.c.profile_id)) == [(shop.profiles[1],)]
    assert started.rows(select(events.c.id)) == []


def test_a_session_attached_meanwhile_stays_theirs(started: Running, shop: Shop) -> None:
    session_id = started.write(lambda connection: shop.add_session(connection, SESSION))
    ours = shop.draft(session_id=session_id, attaches=True)
    attached = (
        update(sessions).where(sessions.c.id == session_id).values(profile_id=shop.profiles[1])
    )
    overtaken(
        started,
        lambda connection: connection.execute(attached),
        lambda: started.append(shop.submission(ours)),
    )
    assert ours.result == "rejected"
    assert started.rows(select(identity_log.c.id)) == []


def coupon() -> ObjectDraft:
    return ObjectDraft("coupon", name="TEN", uniques=[Unique(COUPON_CODE, "TEN", "code")])


def test_a_coupon_made_meanwhile_is_found_by_its_code(started: Running, shop: Shop) -> None:
    theirs, ours = shop.draft(new_object=coupon()), shop.draft(new_object=coupon())
    overtaken(
        started, append_elsewhere(shop, theirs), lambda: started.append(shop.submission(ours))
    )
    assert (ours.result, ours.object_id, ours.made_object) == ("created", theirs.object_id, False)
    assert started.rows(select(objects.c.id)) == [(theirs.object_id,)]


def test_an_open_cart_begun_meanwhile_is_refilled(started: Running, shop: Shop) -> None:
    def filled(amount_minor: int) -> EventDraft:
        cart = ObjectDraft("cart", amount_minor=amount_minor, currency="USD", items=[])
        return shop.draft(new_object=cart, refills=True)

    theirs, ours = filled(10_00), filled(20_00)
    overtaken(
        started, append_elsewhere(shop, theirs), lambda: started.append(shop.submission(ours))
    )
    assert (ours.object_id, ours.made_object) == (theirs.object_id, False)
    assert started.rows(select(objects.c.amount_minor)) == [(20_00,)]


def test_a_unique_value_taken_meanwhile_refuses_the_second(started: Running, shop: Shop) -> None:
    def booked() -> EventDraft:
        unique = Unique("property.1", "no. 7", "number")
        told = ObjectDraft("appointment", uniques=[unique], is_always_new=True)
        return shop.draft(new_object=told)

    theirs, ours = booked(), booked()
    overtaken(
        started, append_elsewhere(shop, theirs), lambda: started.append(shop.submission(ours))
    )
    assert ours.result == "rejected"
    assert ours.fault is not None
    assert (ours.fault.type, ours.fault.parameter) == ("parameter_not_unique", "number")
    assert started.rows(select(objects.c.id)) == [(theirs.object_id,)]


def test_an_object_made_meanwhile_is_found_with_its_amount(started: Running, shop: Shop) -> None:
    told = ObjectDraft("product", reference="r", name="R", amount_minor=10_00, currency="USD")
    ours = shop.draft(new_object=told, inherits=True)
    theirs = overtaken(
        started,
        lambda connection: shop.add_object(
            connection, reference="r", amount_minor=12_00, currency="EUR"
        ),
        lambda: started.append(shop.submission(ours)),
    )
    assert (ours.object_id, ours.made_object) == (theirs, False)
    assert started.rows(select(events.c.amount_minor, events.c.currency)) == [(12_00, "EUR")]
    assert started.rows(select(objects.c.id)) == [(theirs,)]


def test_an_amount_inherited_in_a_lost_attempt_is_not_kept(started: Running, shop: Shop) -> None:
    def told(amount_minor: int) -> ObjectDraft:
        return ObjectDraft("product", reference="r", amount_minor=amount_minor, currency="USD")

    repeat = shop.keyed("k", new_object=told(10_00), inherits=True)
    ours = shop.draft(new_object=told(20_00), inherits=True)
    overtaken(
        started,
        append_elsewhere(shop, shop.keyed("k")),
        lambda: started.append(shop.submission(repeat, ours)),
    )
    assert (repeat.result, ours.result) == ("duplicate", "created")
    amount = select(events.c.amount_minor).where(events.c.id == ours.event_id)
    assert started.rows(amount) == [(20_00,)]
    assert started.rows(select(objects.c.amount_minor)) == [(20_00,)]


def test_a_step_of_an_order_taken_meanwhile_makes_a_duplicate(started: Running, shop: Shop) -> None:
    order = started.write(lambda connection: shop.add_object(connection, kind="order"))

    def placed() -> EventDraft:
        draft = shop.draft(object_id=order, is_lifecycle=True)
        draft.action_id = ORDER_PLACED
        return draft

    ours = placed()
    theirs = overtaken(
        started, append_elsewhere(shop, placed()), lambda: started.append(shop.submission(ours))
    )
    assert (ours.result, ours.event_id) == ("duplicate", theirs)


def test_a_contact_taken_meanwhile_is_found_by_a_write(started: Running, shop: Shop) -> None:
    address = "ana@example.org"
    draft = ProfileDraft(contacts=[Contact("email", "", address, address, "email")])
    made: list[int] = []

    def keep(connection: Connection) -> None:
        made.append(profiles_of.keep(connection, shop.id, draft, T).id)

    overtaken(started, keep, lambda: started.write(keep))
    assert made[-1] == made[0]
    assert started.rows(select(tables.identities.c.profile_id)) == [(made[0],)]


def test_two_processes_store_each_key_once(postgres_url: str) -> None:
    keys = [f"k{number}" for number in range(60)]
    outcomes: list[EventDraft] = []
    together = threading.Barrier(2)

    def send(shop: Shop) -> None:
        with running(postgres_url) as started:
            together.wait(timeout=20)
            for start in range(0, len(keys), 5):
                drafts = [
                    shop.keyed(key, new_session=f"{key:x>32}", profile_id=None)
                    for key in keys[start : start + 5]
                ]
                started.append(*(shop.submission(draft) for draft in drafts))
                outcomes.extend(drafts)

    with running(postgres_url) as first:
        shop = first.write(Shop)
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(send, shop) for _ in range(2)]:
                done.result(timeout=60)
        stored: dict[str, int] = dict(first.rows(select(idempotency.c.key, idempotency.c.event_id)))
        assert {draft.key: draft.event_id for draft in outcomes} == stored
        created = [draft for draft in outcomes if draft.result == "created"]
        assert {draft.key for draft in created} == set(keys)
        assert len(created) == len(keys)
        assert first.rows(select(func.count()).select_from(events)) == [(len(keys),)]
        assert first.rows(
            select(tables.ledger.c.received, tables.ledger.c.stored, tables.ledger.c.duplicate)
        ) == [(2 * len(keys), len(keys), len(keys))]
