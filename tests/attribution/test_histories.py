"""Histories whose credit is known by hand, in ``tests/histories``: as written, and told alike.

``footfall attribution test`` runs them, too; here receipts and reports are held to them as well.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import pytest

from footfall.attribution import histories, words
from footfall.attribution.histories import UNATTRIBUTED, Credits
from footfall.attribution.receipts import Receipt, Touch, receipts
from footfall.attribution.run import NOTHING, Attribution

FOLDER: Final = Path(__file__).parents[1] / "histories"
HISTORIES: Final = {path.name: path for path in histories.find(FOLDER)}


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


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_ends_as_it_was_worked_out_by_hand(name: str) -> None:
    history = histories.read(HISTORIES[name])
    with histories.attribution(history) as asked:
        assert histories.differences(asked, history) == []
        # Receipts and reports tell the same in their own ways, under every rule.
        earned = histories.reckon(asked, history.by, words.RULES)
        assert of_receipts(asked, history.by) == earned
        added: Credits = defaultdict(int)
        for (_, model, value), minor in earned.items():
            added["", model, value] += minor
        assert of_reports(asked, history.by) == added


def test_there_is_a_sentence_with_each_history() -> None:
    assert len(HISTORIES) >= 25
    for path in HISTORIES.values():
        assert histories.read(path).story.endswith(".")
