"""What a receipt says: every touch with its reason, how they came to be one person's, the sum."""

from typing import Any

import pytest

from footfall.attribution import words
from footfall.attribution.definition import Definition
from footfall.attribution.receipts import WORDS, Receipt, duration, receipts
from footfall.domain.times import DAY, HOUR, MINUTE, SECOND
from tests.attribution.lake import (
    START,
    attach,
    attribution,
    campaign,
    credit_of,
    delivery,
    event,
    merge,
    order,
    undo,
)

BOUGHT = START + 10 * DAY


def receipt(definition: Definition | None = None, **relations: Any) -> Receipt:
    """Return the receipt of the order 9."""
    (found,) = receipts(attribution(definition, **relations), "order-9")
    return found


def sentences(found: Receipt) -> list[tuple[bool, str]]:
    return [(each.counts, each.reason) for each in found.considered]


def test_what_a_bot_met_is_shown_and_left_out_and_changes_nothing() -> None:
    met = [
        campaign(1, START, "google", session_id=1),
        campaign(2, START + 1, "news", session_id=1, is_bot=True),
        event(3, START + 2, session_id=1, is_bot=True, referrer="https://blog.example/"),
        campaign(4, START + 3, "google", session_id=1, utm_observed_at=None),
    ]
    told = receipt(events=[*met, order(9, START + HOUR)])
    shown = [(WORDS[each.touch.kind], each.touch.source) for each in told.considered]
    # The campaign is remembered by the same browser: a bot between does not make it news.
    assert shown == [("external", "google"), ("bot", "news"), ("bot", "blog.example")]
    for each in told.considered[1:]:
        assert not each.counts
        assert each.reason.startswith("Left out because")
        assert each.credit_minor == {}
    alone = attribution(events=[*met[1:3], order(9, START + HOUR)])
    assert credit_of(alone) == {}
    assert alone.compare("source", [], "USD").values == ()
    assert "none of them counts" in receipts(alone, "order-9")[0].reason


def test_every_touch_of_the_person_has_a_verdict() -> None:
    found = receipt(
        events=[
            campaign(1, BOUGHT - 8 * DAY, "google"),
            campaign(2, BOUGHT - 2 * DAY - HOUR, "facebook"),
            campaign(3, BOUGHT, "bing"),
            order(9, BOUGHT),
            campaign(4, BOUGHT + MINUTE, "news"),
        ]
    )
    assert sentences(found) == [
        (False, "It was 8 days before the sale; external evidence counts for 7 days."),
        (True, "It counts: external evidence, 2 days 1 hour before the sale."),
        (True, "It counts: external evidence, at the very moment of the sale."),
        (False, "It came 1 minute after the sale; nothing explains what was before."),
    ]
    assert found.reason == (
        "By precedence Paid Search earned it: it is the most recent external evidence."
    )


def test_each_touch_has_its_credit_under_every_rule() -> None:
    found = receipt(
        events=[
            campaign(1, BOUGHT - DAY, "google"),
            campaign(2, BOUGHT - HOUR, "facebook"),
            order(9, BOUGHT, 101),
        ]
    )
    first, second = (each.credit_minor for each in found.considered)
    assert first.keys() == second.keys() == set(words.RULES)
    assert all(first[model] + second[model] == 101 for model in words.RULES)
    assert (first["linear"], second["linear"]) == (51, 50)


def test_the_touch_that_led_to_the_milestone_says_so() -> None:
    found = receipt(
        events=[
            campaign(1, BOUGHT - 3 * DAY, "google"),
            campaign(2, BOUGHT - 2 * DAY, "facebook"),
            event(3, BOUGHT - DAY, action="form.completed"),
            campaign(4, BOUGHT - HOUR, "bing"),
            order(9, BOUGHT, 900),
        ]
    )
    assert found.milestone_at == BOUGHT - DAY
    assert [each.reason.partition(" It led")[2] for each in found.considered] == [
        "",
        " to the milestone form.completed.",
        "",
    ]
    assert [each.credit_minor["w_shaped"] for each in found.considered] == [300, 300, 300]


def test_a_touch_of_an_earlier_sale_says_so() -> None:
    found = receipt(
        Definition(journeys="split"),
        events=[
            campaign(1, BOUGHT - 3 * DAY, "google"),
            order(8, BOUGHT - 2 * DAY),
            order(9, BOUGHT),
        ],
    )
    assert sentences(found) == [(False, "It led to an earlier sale, and each touch leads to one.")]
    assert found.reason == (
        "1 touch of this person is known, and it does not count: revenue without attribution."
    )


def test_a_repeat_says_which_touch_counts_for_it() -> None:
    found = receipt(
        Definition(repeats="collapsed"),
        events=[
            campaign(1, BOUGHT - 3 * DAY, "google"),
            campaign(2, BOUGHT - 2 * DAY, "google"),
            order(9, BOUGHT),
        ],
    )
    assert [each.counts for each in found.considered] == [False, True]
    assert found.considered[0].reason == (
        "The next touch was Paid Search again, and counts for both."
    )


@pytest.mark.parametrize(
    ("edition", "why"),
    [
        ("B", "Paid Search earned it: the strongest evidence there is is external"),
        ("C", "Unassigned earned it: in edition C active evidence that came after all external"),
    ],
)
def test_the_sum_names_the_fact_that_decided(edition: Any, why: str) -> None:
    found = receipt(
        Definition(edition=edition),
        events=[
            campaign(1, BOUGHT - 3 * DAY, "google"),
            event(2, BOUGHT - DAY, action="short_link.clicked", link_id="aB3xK9qZ"),
            order(9, BOUGHT),
        ],
    )
    assert why in found.reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([], "No touch of this person is known: revenue without attribution."),
        (
            [order(10, BOUGHT + DAY, action="order.cancelled", object_id=9)],
            "The order was cancelled, so there is nothing to credit.",
        ),
        (
            [order(10, BOUGHT + DAY, action="refund.received", object_id=50)],
            "All of it was refunded, so there is nothing to credit.",
        ),
    ],
)
def test_a_sale_without_credit_has_a_receipt_too(more: list[Any], reason: str) -> None:
    objects = [{"object_id": 50, "business_id": 1, "kind": "refund", "parent_id": 9}]
    found = receipt(events=[order(9, BOUGHT), *more], objects=objects)
    assert found.reason == reason
    assert found.conversion.gross_minor == 10_000


def test_it_tells_by_what_changes_the_touches_are_the_persons() -> None:
    found = receipt(
        events=[
            campaign(1, BOUGHT - DAY, "google", session_id=3),
            order(9, BOUGHT, session_id=None, profile_id=1),
        ],
        identity=[
            attach(1, 3, 2),
            merge(2, 2, 1),
            attach(3, 4, 7),
            merge(4, 7, 1),
            undo(5, 4),
            # Another business's undoing of a number that is also ours.
            undo(6, 1, business_id=2),
        ],
    )
    assert [change.log_id for change in found.changes] == [1, 2]
    assert [each.counts for each in found.considered] == [True]


def test_orders_of_one_reference_have_a_receipt_each() -> None:
    asked = attribution(events=[order(9, BOUGHT), order(11, BOUGHT, object_reference="order-9")])
    assert [each.conversion.conversion_id for each in receipts(asked, "order-9")] == [9, 11]
    assert receipts(asked, "order-10") == []


def test_a_delivery_is_named_by_its_number() -> None:
    found = receipt(
        events=[order(9, BOUGHT, session_id=None, profile_id=1)],
        deliveries=[delivery(5, BOUGHT - HOUR)],
    )
    (each,) = found.considered
    assert (each.touch.delivery_id, each.touch.event_id) == (5, None)
    assert (each.touch.channel, each.touch.campaign) == ("Email", "spring")


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (0, "less than a second"),
        (SECOND, "1 second"),
        (90 * SECOND, "1 minute 30 seconds"),
        (7 * DAY, "7 days"),
        (DAY + MINUTE, "1 day 1 minute"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(us: int, words: str) -> None:
    assert duration(us) == words
