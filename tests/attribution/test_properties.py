"""What holds for every history, whatever happened in it."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from footfall.attribution import engine, words
from footfall.attribution.definition import Definition
from footfall.attribution.receipts import receipts
from footfall.attribution.run import Attribution
from footfall.domain.times import DAY, SECOND
from tests.attribution.histories import History, Numbers, definitions, histories, moments, numbers
from tests.attribution.lake import BUSINESS, START, campaign, merge, undo

some = settings(max_examples=12)


def close(these: Numbers, those: Numbers) -> bool:
    """Tell whether numbers are the same but for rounding in sums of fractions."""
    return these.keys() == those.keys() and all(
        np.allclose(these[key], those[key], atol=2e-3, rtol=1e-9) for key in these
    )


def references(asked: Attribution) -> list[str]:
    query = "select reference from told_conversions order by conversion_id"
    return [reference for (reference,) in asked.connection.execute(query).fetchall()]


@some
@given(histories(), definitions)
def test_the_credits_of_a_conversion_are_its_net_value(
    history: History, definition: Definition
) -> None:
    asked = history.attribution(definition)
    report = asked.compare("source", words.MODELS, "USD")
    found = asked.candidates(words.RULES)
    for model in words.RULES:
        credit = engine.credit_touches(found, engine.weigh(model, found, definition))
        for place, net in enumerate(found.net_minor):
            assert credit[found.starts[place] : found.starts[place + 1]].sum() == net
    total = report.total
    for model, earned in report.credit.items():
        # Net values only: a chain or an exact game of no conversions has nothing to share out.
        assert np.isclose(earned.value_minor.sum(), total.attributed_minor), model
        assert np.isclose(earned.conversions.sum(), total.attributed_conversions), model


@some
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_that_rows_come_in_does_not_matter(history: History, luck: Any) -> None:
    shuffled = History(*(luck.sample(rows, len(rows)) for rows in history))
    assert close(numbers(shuffled.attribution()), numbers(history.attribution()))


@some
@given(histories(), st.randoms(use_true_random=False))
def test_when_things_arrived_does_not_matter(history: History, luck: Any) -> None:
    """Where no two things happened in one instant; and what is told again changes nothing."""
    placed = [row for row in history.events if row["action"] not in _CHANGES]
    for number, row in enumerate(placed):
        # Told apart by microseconds, which end no window.
        row["occurred_at"] = row["received_at"] = row["occurred_at"] + number
        if row.get("utm_observed_at") is not None:
            row["utm_observed_at"] = row["occurred_at"]
    usual = numbers(history.attribution())
    ids = luck.sample(range(2000, 3000), len(history.events))
    late = [
        row | {"event_id": number, "received_at": row["received_at"] + luck.randrange(9 * DAY)}
        for row, number in zip(history.events, ids, strict=True)
    ]
    again = [
        row | {"event_id": row["event_id"] + 5000, "received_at": row["received_at"] + 9 * DAY}
        for row in late
        if row["action"] in {"order.placed", *_CHANGES}
    ]
    assert close(numbers(history._replace(events=late + again).attribution()), usual)


_CHANGES = {"order.cancelled", "order.confirmed", "refund.received"}


@some
@given(histories(), definitions)
def test_a_merge_that_is_undone_never_was(history: History, definition: Definition) -> None:
    told = [merge(20, 1, 5), merge(21, 5, 6), undo(22, 20), undo(23, 21)]
    changed = history._replace(identity=history.identity + told)
    before, after = history.attribution(definition), changed.attribution(definition)
    assert close(numbers(after), numbers(before))


@some
@given(histories(), moments)
def test_a_session_attached_late_was_always_the_profiles(history: History, at: int) -> None:
    late = [row | {"changed_at": at + 90 * DAY} for row in history.identity]
    changed = history._replace(identity=late)
    assert close(numbers(changed.attribution()), numbers(history.attribution()))


@some
@given(histories(), definitions, st.sampled_from([1, 2, 3]))
def test_a_touch_outside_every_window_changes_nothing(
    history: History, definition: Definition, session_id: int
) -> None:
    definition = replace(definition, external_lookback_us=7 * DAY)
    early = campaign(90, START - 8 * DAY, "early", session_id=session_id)
    changed = history._replace(events=[*history.events, early])
    before, after = (
        numbers(history.attribution(definition)),
        numbers(changed.attribution(definition)),
    )

    def of_rules(told: Numbers) -> Numbers:
        return {key: each for key, each in told.items() if key[1] in {*words.RULES, "total"}}

    assert of_rules(after) == of_rules(before)


@some
@given(histories(), definitions, st.integers(2, 1000))
def test_money_that_is_scaled_scales_credit(
    history: History, definition: Definition, scale: int
) -> None:
    scaled = [
        row | {"amount_minor": row["amount_minor"] * scale} if row.get("amount_minor") else row
        for row in history.events
    ]
    changed = history._replace(events=scaled)
    before, after = (
        numbers(history.attribution(definition)),
        numbers(changed.attribution(definition)),
    )
    assert before.keys() == after.keys()
    for key, (conversions, minor) in before.items():
        # A rule's share of each sale is rounded to a unit, and there are at most four sales.
        divides = key[1] in {"linear", "time_decay", "position", "w_shaped"}
        slack = 4 * scale if divides else 1e-3 * scale
        assert after[key][0] == conversions
        assert abs(after[key][1] - minor * scale) <= slack


@some
@given(histories(), definitions)
def test_receipts_and_the_query_for_all_agree_on_every_touch(
    history: History, definition: Definition
) -> None:
    asked = history.attribution(definition)
    asked.compare("channel", [], "USD")
    found = asked.candidates(words.RULES)
    ids = asked.connection.execute("select conversion_id from conversions order by 1").fetchall()
    counted = {
        ids[row][0]: found.touch_id[found.starts[place] : found.starts[place + 1]].tolist()
        for place, row in enumerate(found.conversion_row)
    }
    credit = {model: engine.weigh(model, found, definition) for model in words.RULES}
    minor = {model: engine.credit_touches(found, weights) for model, weights in credit.items()}
    earned = dict.fromkeys(words.RULES, 0)
    for reference in references(asked):
        for receipt in receipts(asked, reference):
            if not receipt.conversion.net_minor:
                assert not any(each.credit_minor for each in receipt.considered)
                continue
            touches = [each.touch.touch_id for each in receipt.considered if each.counts]
            assert touches == counted.get(receipt.conversion.conversion_id, [])
            for each in receipt.considered:
                for model, share in each.credit_minor.items():
                    earned[model] += share
    assert earned == {model: int(shares.sum()) for model, shares in minor.items()}


@some
@given(histories(), definitions, moments)
def test_asking_as_of_a_moment_gives_what_stood_then(
    history: History, definition: Definition, as_of: int
) -> None:
    known = History(
        [row for row in history.events if row["received_at"] <= as_of],
        [row for row in history.identity if row["changed_at"] <= as_of],
        history.objects,
        [row for row in history.deliveries if row["created_at"] <= as_of],
    )
    then = numbers(history.attribution(definition, as_of))
    assert close(then, numbers(known.attribution(definition)))


@some
@given(histories(), histories(), definitions)
def test_rows_of_another_business_never_count(
    history: History, other: History, definition: Definition
) -> None:
    """Not even where they have the same numbers."""
    mixed = History(
        *(
            [*mine, *({**row, "business_id": BUSINESS + 1} for row in theirs)]
            for mine, theirs in zip(history, other, strict=True)
        )
    )
    assert close(numbers(mixed.attribution(definition)), numbers(history.attribution(definition)))


@some
@given(histories(), definitions)
def test_asking_twice_gives_the_same_to_the_last_bit(
    history: History, definition: Definition
) -> None:
    first, second = (
        history.attribution(definition).compare("source", words.MODELS, "USD") for _ in range(2)
    )
    assert first.values == second.values
    for model in words.MODELS:
        for these, those in zip(first.credit[model], second.credit[model], strict=True):
            assert these.tobytes() == those.tobytes()


@given(histories())
@settings(max_examples=10)
def test_a_later_visit_changes_no_number_of_an_earlier_sale(history: History) -> None:
    last = max(row["occurred_at"] for row in history.events)
    later = campaign(90, last + SECOND, "later", session_id=1)
    changed = history._replace(events=[*history.events, later])
    before, after = numbers(history.attribution()), numbers(changed.attribution())
    assume(before)
    assert {key: after[key] for key in before if key[1] in words.RULES} == {
        key: each for key, each in before.items() if key[1] in words.RULES
    }
