from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from footfall.domain.sessions import SessionFact
from footfall.domain.times import HOUR
from footfall.errors import Refused
from footfall.store.tables import events, idempotency, ledger, rejections, sessions
from tests.store.blocking import be_impatient, blocked, elsewhere
from tests.store.builders import Shop, T
from tests.store.running import Running, settled

BODY = b"b" * 16


def test_an_event_is_stored_as_it_was_told(started: Running, shop: Shop) -> None:
    draft = shop.draft(
        amount_minor=19_90, currency="USD", tracked_at=T - 1, flags=1, data='{"metadata":{"é":1}}'
    )
    started.append(shop.submission(draft))
    ((*columns, data),) = started.rows(select(events))
    assert columns == [
        draft.event_id,
        shop.id,
        shop.token_id,
        draft.action_id,
        shop.profiles[0],
        None,
        None,
        19_90,
        "USD",
        T,
        T - 1,
        T,
        1,
    ]
    assert data == {"metadata": {"é": 1}}


def test_events_are_numbered_in_the_order_of_their_arrival(started: Running, shop: Shop) -> None:
    drafts = [shop.draft() for _ in range(700)]
    started.append(*(shop.submission(*drafts[n : n + 7]) for n in range(0, 700, 7)))
    more = shop.draft()
    started.append(shop.submission(more))
    ids = [draft.event_id for draft in (*drafts, more)]
    assert ids == sorted(set(ids))
    assert started.rows(select(events.c.id).order_by(events.c.id)) == [(row,) for row in ids]


def test_a_repeated_key_stores_one_event(started: Running, shop: Shop) -> None:
    first, beside, later = shop.keyed("k"), shop.keyed("k"), shop.keyed("k")
    started.append(shop.submission(first), shop.submission(beside))
    started.append(shop.submission(later))
    assert [draft.result for draft in (first, beside, later)] == [
        "created",
        "duplicate",
        "duplicate",
    ]
    assert first.event_id == beside.event_id == later.event_id
    assert started.rows(select(events.c.id)) == [(first.event_id,)]


def test_a_key_is_unique_within_its_business_only(started: Running, shop: Shop) -> None:
    other = started.write(Shop)
    ours, theirs = shop.keyed("k"), other.keyed("k")
    started.append(shop.submission(ours), other.submission(theirs))
    assert (ours.result, theirs.result) == ("created", "created")


def test_a_key_is_kept_only_with_its_event(started: Running, shop: Shop) -> None:
    draft = shop.keyed("k", new_session="s" * 32)
    submission = shop.submission(draft)
    be_impatient(started)
    with blocked(started.url), pytest.raises(Refused):
        started.append(submission)
    for table in (events, idempotency, sessions, ledger):
        assert started.rows(select(table)) == []
    started.append(submission)
    assert draft.result == "created"
    assert started.rows(select(idempotency.c.key, idempotency.c.event_id)) == [
        ("k", draft.event_id)
    ]


def test_a_repeated_batch_gets_the_first_answer(started: Running, shop: Shop) -> None:
    first = shop.batch("k", BODY, shop.draft(), shop.keyed("in the batch"))
    again = shop.batch("k", BODY, shop.draft(), shop.keyed("in the batch"))
    started.append(first)
    started.append(again)
    assert first.batch is not None
    assert again.batch is not None
    assert again.batch.outcome == "duplicate"
    assert again.batch.answer == first.batch.answer
    ids = [draft.event_id for draft in first.drafts]
    assert first.batch.answer == f"created {ids[0]},created {ids[1]}".encode()
    assert started.rows(select(events.c.id).order_by(events.c.id)) == [(row,) for row in ids]


def test_two_tellings_of_one_batch_in_one_commit_are_one(started: Running, shop: Shop) -> None:
    before = started.commits
    first = shop.batch("k", BODY, shop.draft())
    again = shop.batch("k", BODY, shop.draft())
    started.append(first, again)
    assert first.batch is not None
    assert again.batch is not None
    assert (first.batch.outcome, again.batch.outcome) == ("created", "duplicate")
    assert again.batch.answer == first.batch.answer
    assert started.commits == before + 1


def test_a_batch_under_a_taken_key_stores_nothing(started: Running, shop: Shop) -> None:
    started.append(shop.submission(shop.keyed("event's")), shop.batch("batch's", BODY))
    for key, body in (("event's", BODY), ("batch's", b"c" * 16)):
        late = shop.batch(key, body, shop.draft())
        started.append(late)
        assert late.batch is not None
        assert late.batch.outcome == "rejected"
    assert len(started.rows(select(events.c.id))) == 1


def test_an_event_under_the_key_of_its_own_batch_is_refused_alone(
    started: Running, shop: Shop
) -> None:
    beside, same = shop.draft(), shop.keyed("k")
    batch = shop.batch("k", BODY, beside, same)
    started.append(batch)
    assert (beside.result, same.result) == ("created", "rejected")
    assert same.fault is not None
    assert same.fault.type == "idempotency_conflict"


def test_a_session_named_in_two_ways_is_attached_once(started: Running, shop: Shop) -> None:
    text = "s" * 32
    row_id = started.write(lambda connection: shop.add_session(connection, text))
    by_text = shop.draft(new_session=text, attaches=True)
    by_row = shop.draft(session_id=row_id, attaches=True)
    other = shop.draft(profile_id=shop.profiles[1], session_id=row_id, attaches=True)
    started.append(shop.submission(by_text, by_row, other))
    assert [d.result for d in (by_text, by_row, other)] == ["created", "created", "rejected"]
    assert by_text.session_fact == SessionFact(row_id, shop.profiles[0])


def test_a_refusal_of_the_store_is_kept_with_its_item(started: Running, shop: Shop) -> None:
    drafts = [shop.keyed("k"), shop.draft(), shop.keyed("k", b"z" * 16)]
    started.append(shop.submission(*drafts))
    ((item, errors),) = started.rows(select(rejections.c.item, rejections.c.errors))
    assert (item, errors) == (2, [{"type": "idempotency_conflict"}])


def booked(started: Running) -> list[tuple[Any, ...]]:
    columns = (ledger.c.hour_at, ledger.c.received, ledger.c.stored, ledger.c.duplicate)
    return started.rows(select(*columns, ledger.c.rejected).order_by(ledger.c.hour_at))


def test_the_ledger_counts_each_hour_by_itself(started: Running, shop: Shop) -> None:
    started.append(
        shop.submission(shop.keyed("k"), shop.keyed("k"), rejected=1, refusals=[shop.refusal()])
    )
    later = shop.submission(shop.draft())
    later.received_at = T + HOUR
    started.append(later)
    hour = T - T % HOUR
    assert booked(started) == [(hour, 3, 1, 1, 1), (hour + HOUR, 1, 1, 0, 0)]


def test_a_commit_that_would_unbalance_the_ledger_is_refused(started: Running, shop: Shop) -> None:
    good, miscounted = shop.draft(), shop.submission(shop.draft(), received=5)

    async def together() -> list[Any]:
        store = started.store
        return await settled(store.append(miscounted), store.append(shop.submission(good)))

    refused, fine = started.run(together())
    assert isinstance(refused, Refused)
    assert fine is None
    assert started.rows(select(events.c.id)) == [(good.event_id,)]
    assert [row[1:] for row in booked(started)] == [(1, 1, 0, 0)]


def test_the_table_of_the_ledger_refuses_what_does_not_add_up(started: Running, shop: Shop) -> None:
    row = {"token_id": shop.token_id, "hour_at": 0, "business_id": shop.id}
    row |= {"received": 3, "stored": 1, "duplicate": 1, "rejected": 0}
    with elsewhere(started.url) as connection, pytest.raises(IntegrityError):
        connection.execute(insert(ledger).values(row))


def test_an_event_of_nobody_is_refused_by_its_table(started: Running, shop: Shop) -> None:
    with pytest.raises(Refused):
        started.append(shop.submission(shop.draft(profile_id=None)))
    assert started.rows(select(events.c.id)) == []
