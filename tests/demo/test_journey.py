"""A journey is told in the order in which it happened, and says what was not known then."""

from typing import Any

from footfall.demo.journey import steps_of


def event(action: str, second: int, **more: Any) -> dict[str, Any]:
    """The smallest event as the API answers it."""
    return {
        "action": action,
        "occurred_at": f"2026-03-01T09:30:{second:02}Z",
        "amount": None,
        "currency": None,
        "object": None,
        "url": None,
        "event_id": None,
        "data": {},
        "before_attach": False,
        **more,
    }


def test_what_arrived_late_stands_where_it_happened() -> None:
    arrived = [event("product.viewed", 5), event("order.placed", 9), event("page.viewed", 1)]
    actions = [each.action for each in steps_of(arrived, is_known=True)]
    assert actions == ["page.viewed", "product.viewed", "order.placed"]


def test_what_happened_at_one_moment_stands_as_it_arrived() -> None:
    newest_first = [event("product.viewed", 1), event("page.viewed", 1)]
    actions = [each.action for each in steps_of(newest_first, is_known=True)]
    assert actions == ["page.viewed", "product.viewed"]


def test_what_was_before_the_login_is_marked_anonymous() -> None:
    events = [event("page.viewed", 2), event("page.viewed", 1, before_attach=True)]
    assert [each.is_anonymous for each in steps_of(events, is_known=True)] == [True, False]


def test_a_visitor_nobody_knows_is_anonymous_throughout() -> None:
    events = [event("page.viewed", 1)]
    del events[0]["before_attach"]
    assert [each.is_anonymous for each in steps_of(events, is_known=False)] == [True]


def test_a_campaign_a_referrer_and_nothing_are_told_apart() -> None:
    utm = {"source": "google", "medium": "cpc", "campaign": "c"}
    arrivals = [
        event("session.started", 1, data={"utm_params": utm}),
        event("session.started", 2, data={"page": {"referrer": "https://news.example/"}}),
        event("session.started", 3, data={"utm_params": {}}),
    ]
    titles = [each.title for each in steps_of(arrivals, is_known=True)]
    assert titles == [
        "Came from google (cpc, campaign c)",
        "Came from https://news.example/",
        "Came directly",
    ]


def test_an_order_shows_what_it_was_worth_and_its_key() -> None:
    order = {"type": "order", "name": None, "reference": "ST-1"}
    told = event("order.placed", 1, object=order, amount="9.90", currency="GBP", event_id="ST-1-x")
    (step,) = steps_of([told], is_known=True)
    assert (step.title, step.worth) == ("Bought: order ST-1", "9.90 GBP")
    assert "ST-1-x" in step.meaning
    assert step.told_by == "told by the shop’s server"


def test_an_action_that_is_not_explained_is_still_shown() -> None:
    (step,) = steps_of([event("appointment.booked", 1)], is_known=True)
    assert step.title == "appointment.booked"
