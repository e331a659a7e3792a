"""Whatever is told, in whatever groups, the store ends where the model ends."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from footfall.domain.events import EventDraft
from footfall.domain.objects import ObjectDraft
from footfall.store.append import Submission
from footfall.store.tables import (
    events,
    idempotency,
    identity_log,
    ledger,
    lifecycles,
    objects,
    rejections,
    sessions,
    sightings,
)
from tests.store.builders import ORDER_PLACED, Shop
from tests.store.model import Batch, Told, Wish, World
from tests.store.running import Running, running

FINGERPRINTS = (b"a" * 16, b"b" * 16)
SESSIONS = tuple(letter * 32 for letter in "xyz")
AMOUNTS = st.sampled_from([None, 10_00, 20_00])
KEYS = st.sampled_from([None, None, "k0", "k1", "k2"])
PROFILES = st.sampled_from([0, 1])

# Which of several products with one SKU is meant, is nobody's promise.
products = st.builds(
    lambda named, **told: Told(reference=named[0], sku=named[1], **told),
    st.sampled_from([(None, None), ("r0", None), ("r1", None), ("r0", "s0"), (None, "s0")]),
    name=st.sampled_from([None, "n0", "n1"]),
    amount_minor=AMOUNTS,
)
orders = st.builds(Told, reference=st.sampled_from(["o0", "o1"]), amount_minor=AMOUNTS)


def wishes_with(told: Any, *, is_lifecycle: bool) -> st.SearchStrategy[Wish]:
    owned = st.one_of(
        st.tuples(PROFILES, st.none()),
        st.tuples(st.none(), st.sampled_from(SESSIONS)),
        st.tuples(PROFILES, st.sampled_from(SESSIONS)),
    )
    return st.builds(
        lambda owner, **changes: Wish(
            profile=owner[0], session=owner[1], is_lifecycle=is_lifecycle, **changes
        ),
        owned,
        key=KEYS,
        fingerprint=st.sampled_from(FINGERPRINTS),
        told=told,
        inherits=st.booleans(),
        knows_rows=st.booleans(),
    )


wishes = st.one_of(
    wishes_with(st.none(), is_lifecycle=False),
    wishes_with(products, is_lifecycle=False),
    wishes_with(orders, is_lifecycle=True),
)
batches = st.builds(
    Batch,
    st.lists(wishes, min_size=1, max_size=4),
    key=KEYS,
    fingerprint=st.sampled_from(FINGERPRINTS),
)
groups = st.lists(st.lists(batches, min_size=1, max_size=4), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def lasting(module_url: str) -> Iterator[Running]:
    """A started store that all examples share; each makes a business of its own."""
    with running(module_url) as started:
        yield started


class Mirror:
    """Takes the same groups into the store and into the model."""

    def __init__(self, started: Running) -> None:
        self.started = started
        self.shop = started.write(Shop)
        self.world = World()
        self.drafts: list[EventDraft] = []
        self.submissions: list[Submission] = []

    def take(self, group: list[Batch]) -> None:
        """Store batches in one commit."""
        rows = {text: row_id for row_id, text in self.of(sessions, "id", "text")}
        submissions = [self.submission(batch, rows) for batch in group]
        self.drafts += [draft for submission in submissions for draft in submission.drafts]
        before = self.started.commits
        self.started.append(*submissions)
        assert self.started.commits == before + 1
        self.submissions += submissions
        for batch in group:
            self.world.take_batch(batch)

    def of(self, table: Any, *names: str) -> list[tuple[Any, ...]]:
        """Return columns of what the business has in a table."""
        query = select(*(table.c[name] for name in names))
        if "business_id" in table.c:
            query = query.where(table.c.business_id == self.shop.id)
        return self.started.rows(query)

    def event_of(self, number: int | None) -> int | None:
        return None if number is None else self.drafts[number].event_id

    def submission(self, batch: Batch, rows: dict[str, int]) -> Submission:
        """Return a batch as it is submitted while these sessions have rows."""
        drafts = [self._draft(wish, rows) for wish in batch.wishes]
        if batch.key is None:
            return self.shop.submission(*drafts)
        return self.shop.batch(batch.key, batch.fingerprint, *drafts)

    def _draft(self, wish: Wish, rows: dict[str, int]) -> EventDraft:
        profile_id = None if wish.profile is None else self.shop.profiles[wish.profile]
        draft = self.shop.draft(profile_id=profile_id)
        draft.key = wish.key
        draft.fingerprint = wish.fingerprint
        draft.attaches = wish.attaches
        if wish.knows_rows and wish.session in rows:
            draft.session_id = rows[wish.session]
        else:
            draft.new_session = wish.session
        if wish.told is not None:
            draft.new_object = self._told(wish)
            draft.inherits = wish.inherits
        if wish.is_lifecycle:
            draft.action_id = ORDER_PLACED
            draft.is_lifecycle = True
        # It may be decided about even where nothing is left to decide.
        draft.is_special = True
        return draft

    def _told(self, wish: Wish) -> ObjectDraft:
        told = wish.told
        assert told is not None
        return ObjectDraft(
            "order" if wish.is_lifecycle else "product",
            reference=told.reference,
            sku=told.sku,
            name=told.name,
            amount_minor=told.amount_minor,
            currency=None if told.amount_minor is None else "USD",
        )


def assert_same_outcomes(mirror: Mirror) -> None:
    world, drafts = mirror.world, mirror.drafts
    settled = [each.batch.outcome if each.batch else "created" for each in mirror.submissions]
    assert settled == world.batches
    number = 0
    for submission, outcome in zip(mirror.submissions, settled, strict=True):
        for draft in submission.drafts:
            if outcome == "created":
                result, original = world.outcomes[number]
                assert draft.result == result
                if result != "rejected":
                    assert draft.event_id == mirror.event_of(original)
            number += 1
    stored = [drafts[number].event_id for number in sorted(world.events)]
    assert stored == sorted(stored)


def assert_same_rows(mirror: Mirror) -> None:
    world, shop = mirror.world, mirror.shop
    text_of = dict(mirror.of(sessions, "id", "text"))
    profile_of = {row_id: number for number, row_id in enumerate(shop.profiles)} | {None: None}
    found = mirror.of(events, "id", "profile_id", "session_id", "object_id", "amount_minor")
    object_ids = [mirror.drafts[number].object_id for number in world.makers]
    assert {
        row_id: Told(*told)
        for row_id, *told in mirror.of(objects, "id", "reference", "sku", "name", "amount_minor")
    } == dict(zip(object_ids, world.objects, strict=True))
    object_of = {row_id: number for number, row_id in enumerate(object_ids)} | {None: None}
    assert {
        (row_id, profile_of[profile], text_of.get(session), object_of[told], amount)
        for row_id, profile, session, told, amount in found
    } == {
        (
            mirror.event_of(number),
            wish.profile,
            wish.session,
            world.object_of[number],
            world.amount_of(number),
        )
        for number, wish in world.events.items()
    }
    assert len(found) == len(world.events)
    assert dict(mirror.of(idempotency, "key", "event_id")) == {
        key: mirror.event_of(number) for key, (_, number) in world.keys.items()
    }
    assert {
        text: profile_of[profile] for text, profile in mirror.of(sessions, "text", "profile_id")
    } == world.sessions
    assert Counter(
        (text_of[session], profile_of[profile])
        for session, profile in mirror.of(identity_log, "session_id", "profile_id")
    ) == Counter(world.attached)
    seen = ("event_id", "profile_id", "session_id", "amount_minor")
    assert Counter(
        (event_id, profile_of[profile], text_of.get(session), amount)
        for event_id, profile, session, amount in mirror.of(sightings, *seen)
    ) == Counter(
        (mirror.event_of(number), wish.profile, wish.session, amount)
        for number, wish, amount in world.sightings
    )
    steps = select(lifecycles.c.object_id, lifecycles.c.event_id)
    assert dict(mirror.started.rows(steps.where(lifecycles.c.object_id.in_(object_ids)))) == {
        object_ids[told]: mirror.event_of(number) for told, number in world.steps.items()
    }


def assert_books_balance(mirror: Mirror) -> None:
    counts = mirror.world.counts
    booked = mirror.of(ledger, "received", "stored", "duplicate", "rejected")
    columns = [sum(column) for column in zip(*booked, strict=True)]
    assert columns == [sum(counts.values()), *counts.values()]
    query = select(func.count()).where(rejections.c.business_id == mirror.shop.id)
    assert mirror.started.rows(query) == [(counts["rejected"],)]


BY_SKU = Wish(profile=0, told=Told(sku="s0"))
BY_BOTH = Wish(profile=0, told=Told(reference="r0", sku="s0"))
NEW = Wish(profile=0, session=SESSIONS[0])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=groups)
@example(groups=[[Batch([BY_BOTH, BY_SKU])]])
@example(groups=[[Batch([BY_BOTH])], [Batch([BY_SKU])]])
@example(groups=[[Batch([BY_SKU, BY_BOTH])]])
@example(groups=[[Batch([Wish(profile=0, key="k0")], key="k0")]])
@example(groups=[[Batch([Wish(profile=0)], key="k0"), Batch([Wish(profile=0)], key="k0")]])
@example(
    groups=[
        [Batch([Wish(session=SESSIONS[0])])],
        [Batch([NEW, Wish(profile=0, session=SESSIONS[0], knows_rows=True)])],
    ]
)
@example(
    groups=[
        [Batch([Wish(session=SESSIONS[0])])],
        [Batch([NEW, Wish(profile=1, session=SESSIONS[0], knows_rows=True)])],
    ]
)
def test_the_store_ends_where_the_model_ends_in_whatever_groups(
    lasting: Running, groups: list[list[Batch]]
) -> None:
    mirror = Mirror(lasting)
    for group in groups:
        mirror.take(group)
    assert_same_outcomes(mirror)
    assert_same_rows(mirror)
    assert_books_balance(mirror)


@settings(max_examples=15)
@given(before=batches, rehearsed=batches)
def test_a_rehearsal_decides_alike_and_leaves_no_trace(
    lasting: Running, before: Batch, rehearsed: Batch
) -> None:
    mirror = Mirror(lasting)
    mirror.take([before])
    rows = {text: row_id for row_id, text in mirror.of(sessions, "id", "text")}
    trial = mirror.submission(rehearsed, rows)
    contents = lasting.contents()
    lasting.run(lasting.store.rehearse(trial))
    assert lasting.contents() == contents
    mirror.take([rehearsed])
    assert decided(trial) == decided(mirror.submissions[-1])


def decided(submission: Submission) -> list[tuple[Any, ...]]:
    """Return what the commit decided about each draft, apart from row numbers."""
    return [
        (draft.result, draft.made_session, draft.made_object, draft.amount_minor)
        for draft in submission.drafts
    ]
