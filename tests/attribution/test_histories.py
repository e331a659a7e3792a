"""Stories whose credit is known by hand: each folder of ``tests/histories`` holds one.

``events.csv`` (and ``identity.csv``, ``deliveries.csv``, ``objects.csv``) has the columns it needs;
``definition.toml`` what differs from the default, ``by`` what and ``as_of`` when. ``credits.csv``
has all credit under the models it names, and what nobody earned as ``(unattributed)``.
"""

import csv
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import pytest

from footfall.attribution import engine, words
from footfall.attribution.channels import load
from footfall.attribution.definition import Definition
from footfall.attribution.receipts import Receipt, Touch, receipts
from footfall.attribution.run import NOTHING, Attribution
from footfall.attribution.words import FOREVER
from footfall.domain.times import parse_duration, parse_instant
from tests.attribution.lake import RELATIONS, Row, attribution, event

HISTORIES: Final = Path(__file__).parents[1] / "histories"
STORIES: Final = sorted(path.name for path in HISTORIES.iterdir() if path.is_dir())
UNATTRIBUTED: Final = "(unattributed)"
_TEXTS: Final = {
    "action", "kind", "cause", "campaign", "channel", "currency", "referrer", "page_url",
    "object_reference", "click_id", "click_id_kind", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "utm_content", "link_id", "name", "data", "lines",
}  # fmt: skip

Credits = dict[tuple[str, str, str], int]


def instant(text: str) -> int:
    return parse_instant(text, received_at=FOREVER).tracked_at


def parsed(column: str, text: str) -> Any:
    if not text:
        return None
    if column.endswith("_at"):
        return instant(text)
    if column in _TEXTS:
        return text
    return text == "true" if column.startswith("is_") else int(text)


def rows(name: str, relation: str) -> list[Row]:
    """Return the rows of a relation; what a file leaves out is what is usual."""
    path = HISTORIES / name / f"{relation}.csv"
    if not path.exists():
        return []
    with path.open() as file:
        told = [
            {key: parsed(key, text) for key, text in row.items()} for row in csv.DictReader(file)
        ]
    return [_completed(relation, number, row) for number, row in enumerate(told, 1)]


def _completed(relation: str, number: int, row: Row) -> Row:
    if relation == "events":
        usual = event(number, row["occurred_at"], session_id=None, object_id=number)
        currency = "USD" if row.get("amount_minor") is not None else None
        usual |= {"currency": currency}
        return usual | {key: value for key, value in row.items() if value is not None}
    usual = {"business_id": 1}
    if relation == "deliveries":
        usual |= {"delivery_id": number, "created_at": row["delivered_at"]}
    return usual | row


def told(name: str) -> tuple[Attribution, Any]:
    """Return the attribution of a story, and by what its credit is told."""
    path = HISTORIES / name / "definition.toml"
    changes = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    by = changes.pop("by", "source")
    as_of = instant(changes.pop("as_of")) if "as_of" in changes else FOREVER
    for key, value in changes.items():
        if isinstance(value, list):
            changes[key] = tuple(value)
        elif key.endswith("_us"):
            changes[key] = parse_duration(value)
    relations = {relation: rows(name, relation) for relation in RELATIONS}
    channels = load()
    return attribution(Definition(**changes), channels, as_of, **relations), by


def expected(name: str) -> Credits:
    with (HISTORIES / name / "credits.csv").open() as file:
        found = list(csv.DictReader(file))
    credits_ = {
        (row["order"], row["model"], row["value"]): int(row["credit_minor"]) for row in found
    }
    assert len(credits_) == len(found)
    return credits_


def reckoned(asked: Attribution, by: Any) -> Credits:
    """Return the credit of each conversion as the engine gives it."""
    earned: Credits = defaultdict(int)
    for currency in asked.currencies():
        values = asked.compare(by, [], currency).values
        found = asked.candidates(words.RULES)
        query = (
            "select conversion_id, reference, told.net_minor, is_asked from conversions "
            "join told_conversions as told using (conversion_id) order by conversion_id"
        )
        sales = asked.connection.execute(query).fetchall()
        for model in words.RULES:
            left = {i: sale[2] for i, sale in enumerate(sales) if sale[3]}
            minor = engine.credit_touches(found, engine.weigh(model, found, asked.definition))
            for i, row in enumerate(found.conversion_row.tolist()):
                for touch in range(found.starts[i], found.starts[i + 1]):
                    value = values[found.value_code[touch]]
                    earned[sales[row][1], model, value] += int(minor[touch])
                    left[row] -= int(minor[touch])
            for row, rest in left.items():
                earned[sales[row][1], model, UNATTRIBUTED] += rest
    return {key: each for key, each in earned.items() if each}


def of_receipts(asked: Attribution, by: Any) -> Credits:
    """Return the same, added up from the receipts of all orders."""
    query = "select reference from told_conversions where net_minor > 0"
    earned: Credits = defaultdict(int)
    for (reference,) in asked.connection.execute(query).fetchall():
        for receipt in receipts(asked, reference):
            for model in words.RULES:
                _add(earned, receipt, model, by)
    return {key: each for key, each in earned.items() if each}


def _add(earned: Credits, receipt: Receipt, model: str, by: str) -> None:
    sale = receipt.conversion
    order = str(sale.reference)
    earned[order, model, UNATTRIBUTED] += sale.net_minor
    for each in receipt.considered:
        minor = each.credit_minor.get(model, 0)
        assert each.counts or not minor
        value = value_of(each.touch, by)
        earned[order, model, value] += minor
        earned[order, model, UNATTRIBUTED] -= minor


def value_of(touch: Touch, by: str) -> str:
    """Return what a touch is credited by, as its receipt tells it."""
    if by == "source_medium":
        return f"{touch.source or NOTHING} / {touch.medium or NOTHING}"
    if by == "kind":
        return {number: word for word, number in words.KINDS.items()}[touch.kind]
    told: str | None = getattr(touch, "link_id" if by == "link" else by)
    return told or NOTHING


def of_reports(asked: Attribution, by: Any) -> Credits:
    """Return the credit of all orders together as reports give it."""
    earned: Credits = defaultdict(int)
    for currency in asked.currencies():
        report = asked.compare(by, words.RULES, currency)
        for model in words.RULES:
            minor = report.credit[model].value_minor.tolist()
            for value, each in zip(report.values, minor, strict=True):
                earned["", model, value] += each
            total = report.total
            earned["", model, UNATTRIBUTED] += total.net_minor - total.attributed_minor
    return {key: each for key, each in earned.items() if each}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_ends_as_it_was_worked_out_by_hand(name: str) -> None:
    wanted = expected(name)
    models = {model for _, model, _ in wanted} or {"last"}
    asked, by = told(name)
    earned = reckoned(asked, by)
    assert {key: each for key, each in earned.items() if key[1] in models} == wanted
    # Receipts and reports tell the same in their own ways.
    assert of_receipts(asked, by) == earned
    added: Credits = defaultdict(int)
    for (_, model, value), minor in earned.items():
        added["", model, value] += minor
    assert of_reports(asked, by) == added


def test_there_is_a_sentence_with_each_story() -> None:
    assert len(STORIES) >= 25
    for name in STORIES:
        assert (HISTORIES / name / "story.txt").read_text("utf-8").strip().endswith(".")
