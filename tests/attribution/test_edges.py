"""Nothing, little, very much: what reports say at the ends of what can happen."""

import pytest

from footfall.attribution import engine, words
from footfall.attribution.definition import Definition
from footfall.attribution.words import Range
from footfall.domain.times import DAY
from tests.attribution.lake import START, attribution, campaign, credit_of, delivery, event, order

HUGE = 2**53 + 1


def test_a_business_that_nothing_happened_to_has_an_empty_report() -> None:
    asked = attribution()
    report = asked.compare("channel", words.MODELS, "USD")
    assert (asked.currencies(), report.values, report.total) == ([], (), (0, 0, 0, 0))
    assert all(len(credit.conversions) == 0 for credit in report.credit.values())


def test_touches_that_led_to_nothing_earned_nothing() -> None:
    asked = attribution(events=[campaign(1, START, "google")])
    report = asked.compare("source", words.MODELS, "USD")
    assert report.values == ("google",)
    assert all(credit.value_minor.tolist() == [0] for credit in report.credit.values())


def test_sales_that_no_touch_led_to_are_in_the_total_alone() -> None:
    report = attribution(events=[order(1, START)]).compare("source", words.MODELS, "USD")
    assert report.values == ()
    assert report.total == (1, 10_000, 0, 0)


def test_one_journey_of_one_touch_gives_all_to_it_under_every_model() -> None:
    asked = attribution(events=[campaign(1, START, "google"), order(2, START)])
    report = asked.compare("source", words.MODELS, "USD")
    for model, credit in report.credit.items():
        assert credit.conversions.tolist() == pytest.approx([1]), model
        assert credit.value_minor.tolist() == pytest.approx([10_000]), model


@pytest.mark.parametrize("model", words.RULES)
def test_a_sale_no_float_can_hold_keeps_its_last_unit(model: str) -> None:
    events = [
        campaign(1, START, "google"),
        campaign(2, START + 1, "facebook"),
        campaign(3, START + 2, "bing"),
        order(4, START + 3, HUGE),
    ]
    assert sum(credit_of(attribution(events=events), model).values()) == HUGE


def test_a_report_asks_for_sales_of_a_time_and_looks_back_before_it() -> None:
    asked = attribution(
        events=[
            campaign(1, START, "google"),
            order(2, START + DAY, 100),
            order(3, START + 2 * DAY, 200),
            order(4, START + 3 * DAY, 400),
        ]
    )
    during = Range(START + 2 * DAY, START + 3 * DAY)
    report = asked.compare("source", ["last"], "USD", during)
    assert report.total == (1, 200, 1, 200)
    assert report.credit["last"].value_minor.tolist() == [200]


def test_a_sale_outside_the_time_still_ends_a_journey() -> None:
    events = [
        campaign(1, START, "google"),
        order(2, START + DAY, 100),
        order(3, START + 2 * DAY, 200),
    ]
    asked = attribution(Definition(journeys="split"), events=events)
    during = Range(START + 2 * DAY, START + 3 * DAY)
    assert asked.compare("source", ["last"], "USD", during).total == (1, 200, 0, 0)


def test_journeys_to_nothing_count_by_when_their_last_touch_was() -> None:
    events = [
        campaign(1, START, "google", session_id=1),
        order(2, START, session_id=1),
        campaign(3, START, "google", session_id=2),
        campaign(4, START + 5 * DAY, "google", session_id=3),
    ]
    asked = attribution(events=events)
    for until_at, nulls in ((START, 0), (START + DAY, 1), (START + 6 * DAY, 2)):
        during = Range(0, until_at)
        report = asked.compare("source", ["markov_1"], "USD")
        found = engine.candidates(asked.connection, asked.definition)
        names = report.values
        paths = engine.paths(asked.connection, found, asked.definition, names, during)
        assert int(paths.nulls.sum()) == nulls


def test_what_only_bots_met_is_in_no_journey() -> None:
    events = [
        campaign(1, START, "google", session_id=1),
        order(2, START + 1, session_id=1),
        campaign(3, START, "google", session_id=2),
        # The only one that names these, and one that names what people name too.
        campaign(4, START, "zebra", session_id=3, is_bot=True),
        campaign(5, START, "google", session_id=4, is_bot=True),
    ]
    asked = attribution(events=events)
    report = asked.compare("source", ["markov_1"], "USD")
    assert report.values == ("google",)
    paths = engine.paths(asked.connection, asked.candidates(), asked.definition, report.values)
    assert int(paths.nulls.sum()) == 1


def test_two_sales_in_one_instant_have_the_same_touches() -> None:
    events = [campaign(1, START, "google"), order(2, START + 1, 100), order(3, START + 1, 200)]
    asked = attribution(Definition(journeys="split"), events=events)
    assert credit_of(asked) == {"google": 300}


def test_an_order_that_was_cancelled_or_paid_in_another_currency_still_ends_a_journey() -> None:
    events = [
        campaign(1, START, "google"),
        order(2, START + DAY),
        order(3, START + DAY, action="order.cancelled", object_id=2),
        campaign(4, START + 2 * DAY, "facebook"),
        order(5, START + 3 * DAY, currency="EUR"),
        campaign(6, START + 4 * DAY, "bing"),
        order(7, START + 5 * DAY),
    ]
    asked = attribution(Definition(journeys="split"), events=events)
    assert credit_of(asked, "first") == {"bing": 10_000}
    assert credit_of(asked, "first", currency="EUR") == {"facebook": 10_000}


def test_a_person_whose_order_was_cancelled_did_not_end_in_nothing() -> None:
    events = [
        campaign(1, START, "google"),
        order(2, START + DAY),
        order(3, START + DAY, action="order.cancelled", object_id=2),
        campaign(4, START, "google", session_id=2),
        order(5, START + DAY, session_id=2),
    ]
    asked = attribution(events=events)
    names = asked.compare("source", [], "USD").values
    found = engine.candidates(asked.connection, asked.definition)
    paths = engine.paths(asked.connection, found, asked.definition, names)
    assert (paths.conversions.sum(), paths.nulls.sum()) == (1, 0)


def test_what_erased_people_met_is_nobodys_journey() -> None:
    events = [
        campaign(1, START, "google", session_id=None),
        campaign(2, START, "google"),
        order(3, START + DAY),
    ]
    sent = [delivery(1, START, profile_id=0) | {"profile_id": None}]
    asked = attribution(events=events, deliveries=sent)
    report = asked.compare("source", ["markov_1"], "USD")
    assert report.values == ("google",)
    assert asked.connection.execute("select count(*) from told_touches").fetchall() == [(1,)]


def test_no_lists_of_ones_own_are_no_trouble() -> None:
    definition = Definition(own_sources=(), own_hosts=(), goals=())
    events = [
        event(1, START, referrer="https://blog.example/"),
        event(2, START, action="short_link.clicked", link_id="aB3xK9qZ"),
        order(3, START),
    ]
    asked = attribution(definition, events=events)
    assert asked.compare("source", words.MODELS, "USD").total == (0, 0, 0, 0)
