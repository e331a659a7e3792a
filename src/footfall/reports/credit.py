"""What each channel, source, campaign … earned, model beside model, and period after period.

Credit in a report is whole minor units. Under the rules it is the sum of the credits in the
receipts behind it; Markov and Shapley look at all journeys together, so theirs has no receipt.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from footfall.attribution.allocate import whole_units
from footfall.attribution.paths import Credit, Ints
from footfall.attribution.run import Attribution, Total
from footfall.attribution.words import RULES, SOLD, Range, Resampling
from footfall.domain.money import format_minor
from footfall.domain.times import iso_utc
from footfall.reports.credit_bodies import CreditPeriod, CreditReport, CreditRow
from footfall.reports.intervals import add_intervals
from footfall.reports.periods import Period, periods
from footfall.reports.question import Question, reckoned
from footfall.reports.sales import Sales, sales_of, sums
from footfall.reports.sold import SoldLines, sold_in
from footfall.reports.words import CannotReport

_NOT_BY_TOUCH: Final = Total(0, 0, 0, 0)


def credit_report(
    attribution: Attribution,
    question: Question,
    models: tuple[str, ...],
    resampling: Resampling | None = None,
) -> CreditReport:
    """Return the report of one currency.

    Args:
        resampling: to tell how sure its numbers are.

    Raises:
        CannotReport: the models and the date basis do not go together, or there are too many
            periods.
        TooMuchForModel: a model cannot tell so many values apart.
    """
    if question.by in SOLD:
        require_by_purchase(question)
        _require_rules(models, "by", "says nothing of what was sold")
        whole, parts = _by_purchase(attribution, question, models)
    elif question.date_basis == "touch":
        _require_rules(models, "date_basis", "cannot be counted by the time of the touch")
        whole, parts = _by_touch(attribution, question, models)
    else:
        compared = attribution.compare(
            question.by,  # type: ignore[arg-type]
            models,
            question.currency,
            question.during,
        )
        whole = _Table(compared.values, compared.credit, compared.total)
        parts = _by_purchase(attribution, question, models)[1] if question.per else []
    report = CreditReport(
        by=question.by,
        models=list(models),
        per=question.per,
        periods=[
            CreditPeriod(
                period=period.name,
                since=iso_utc(period.since_at),
                until=iso_utc(period.until_at),
                **_told(table, question, models),
            )
            for period, table in parts
        ],
        **_told(whole, question, models),
        **reckoned(attribution, question),
    )
    if resampling is not None:
        add_intervals(attribution, question, report, resampling)
    return report


class _Table(NamedTuple):
    """Credit of the values of a dimension, by model, and all that there was."""

    values: tuple[str, ...]
    credit: dict[str, Credit]
    total: Total


_Parts = list[tuple[Period, _Table]]


def require_by_purchase(question: Question) -> None:
    """Refuse to count what was sold by the time of a touch.

    Raises:
        CannotReport: that is what is asked.
    """
    if question.date_basis == "touch":
        raise CannotReport(
            f"What was sold has the time of the sale, so “by={question.by}” goes with "
            "“date_basis=purchase” only.",
            "date_basis",
        )


def _require_rules(models: Sequence[str], parameter: str, problem: str) -> None:
    for model in models:
        if model not in RULES:
            raise CannotReport(
                f"“{model}” looks at all journeys together and credits no single touch, so it "
                f"{problem}. Ask for rules: {', '.join(RULES)}.",
                parameter,
            )


def _by_touch(
    attribution: Attribution, question: Question, models: Sequence[str]
) -> tuple[_Table, _Parts]:
    """Count each touch's credit at the time of the touch, whenever the sale was."""
    sales = sales_of(attribution, question.by, question.currency, models=models)
    at = sales.touched_at
    wanted = (at >= question.during.since_at) & (at < question.during.until_at)
    (earned,) = _credits(sales, models, np.where(wanted, 0, -1), 1)
    known = _periods(question, at[wanted])
    parts = _credits(sales, models, np.where(wanted, _places(at, known), -1), len(known))
    return _Table(sales.values, earned, _NOT_BY_TOUCH), [
        (each, _Table(sales.values, credit, _NOT_BY_TOUCH))
        for each, credit in zip(known, parts, strict=True)
    ]


def _by_purchase(
    attribution: Attribution, question: Question, models: Sequence[str]
) -> tuple[_Table, _Parts]:
    """Return the credit under rules, and that of each period by itself.

    Chains and games see the journeys of a period alone, and are in periods only.
    """
    rules = [model for model in models if model in RULES]
    sales = sales_of(attribution, question.by, question.currency, question.during, rules)
    pieces, has = pieces_of(attribution, sales, question), sales.is_attributed
    (earned,) = _credits(pieces, rules, np.zeros(len(pieces.of_sale), np.int64), 1)
    total = Total(
        len(has), int(sales.net_minor.sum()), int(has.sum()), int(sales.net_minor[has].sum())
    )
    whole, known = _Table(pieces.values, earned, total), _periods(question, sales.converted_at)
    if not known:
        return whole, []
    place, count = _places(sales.converted_at, known), len(known)
    conversions, net = np.bincount(place, minlength=count), sums(place, sales.net_minor, count)
    attributed = np.bincount(place[has], minlength=count)
    attributed_minor = sums(place[has], sales.net_minor[has], count)
    parts: _Parts = []
    for i, credit in enumerate(_credits(pieces, rules, place[pieces.of_sale], count)):
        total = Total(
            int(conversions[i]), int(net[i]), int(attributed[i]), int(attributed_minor[i])
        )
        parts.append((known[i], _Table(pieces.values, credit, total)))
    _add_whole_models(attribution, question, [each for each in models if each not in RULES], parts)
    return whole, parts


def pieces_of(attribution: Attribution, sales: Sales, question: Question) -> Sales | SoldLines:
    """Return what credit is divided among: touches, or what was sold."""
    if question.by in SOLD:
        return sold_in(attribution, sales, question.by)
    return sales


def _add_whole_models(
    attribution: Attribution, question: Question, models: Sequence[str], parts: _Parts
) -> None:
    for period, table in parts if models else ():
        if table.total.attributed_conversions:
            during, by = Range(period.since_at, period.until_at), question.by
            compared = attribution.compare(by, models, question.currency, during)  # type: ignore[arg-type]
            table.credit.update(compared.credit)
        else:
            nothing = Credit(np.zeros(len(table.values)), np.zeros(len(table.values), np.int64))
            table.credit.update(dict.fromkeys(models, nothing))


def _periods(question: Question, at: Ints) -> list[Period]:
    """Return the periods of a report over things that happened then."""
    if question.per is None:
        return []
    ends = (int(at.min()), int(at.max())) if len(at) else (question.now, 0)
    return periods(question.per, question.bounded(*ends), question.zone, question.during)


def _places(at: Ints, known: list[Period]) -> Ints:
    """Return which period each instant is in."""
    begins = np.array([each.since_at for each in known], np.int64)
    place: Ints = np.searchsorted(begins, at, side="right") - 1
    return place


def _credits(
    pieces: Sales | SoldLines, models: Sequence[str], part: Ints, count: int
) -> list[dict[str, Credit]]:
    """Return what the touches, or the lines sold, of each of ``count`` parts earned.

    Args:
        part: shape (touches,) or (lines,), the part of each; -1: none.
    """
    width = len(pieces.values)
    wanted = part >= 0
    code = part[wanted] * width + pieces.code[wanted]
    found: list[dict[str, Credit]] = [{} for _ in range(count)]
    for model in models:
        shares = np.bincount(code, pieces.weights(model)[wanted], count * width)
        minor = sums(code, pieces.minor(model)[wanted], count * width)
        for i, each in enumerate(found):
            of_part = slice(i * width, (i + 1) * width)
            each[model] = Credit(shares[of_part].astype(np.float64), minor[of_part])
    return found


def _told(table: _Table, question: Question, models: Sequence[str]) -> dict[str, Any]:
    """Return the fields that a report and each of its periods have."""
    currency, total = question.currency, table.total
    minor = {model: whole_units(table.credit[model].value_minor) for model in models}
    earned = {model: table.credit[model].conversions for model in models}
    rows = [
        (
            -int(minor[models[0]][i]),
            CreditRow(
                value,
                {model: float(earned[model][i]) for model in models},
                {model: format_minor(int(minor[model][i]), currency) for model in models},
            ),
        )
        for i, value in enumerate(table.values)
        if any(earned[model][i] for model in models)
    ]
    rows.sort(key=lambda each: (each[0], each[1].value))
    credited = {model: format_minor(int(minor[model].sum()), currency) for model in models}
    told: dict[str, Any] = {"rows": [row for _, row in rows], "credited": credited}
    names = ("conversions", "net", "unattributed_conversions", "unattributed")
    if question.date_basis == "touch":
        return told | dict.fromkeys(names)
    values = (
        total.conversions,
        format_minor(total.net_minor, currency),
        total.conversions - total.attributed_conversions,
        format_minor(total.net_minor - total.attributed_minor, currency),
    )
    return told | dict(zip(names, values, strict=True))
