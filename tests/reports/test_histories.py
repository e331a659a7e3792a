"""Reports on stories whose numbers are known by hand: ``reports/`` in folders of histories.

``question.toml`` there has the zone and the time that are asked about; each file of ``reports``
the rows of the report it is named after.
"""

import csv
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import asdict

from footfall.attribution import histories
from footfall.attribution.run import Attribution
from footfall.attribution.words import Range
from footfall.domain.times import DAY, parse_bound
from footfall.reports.assists import assist_report
from footfall.reports.credit import credit_report
from footfall.reports.customers import customer_report
from footfall.reports.funnel import funnel_report
from footfall.reports.paths import lag_report, length_report, path_report
from footfall.reports.question import Question
from footfall.reports.timeline import timeline_report
from tests.attribution.test_histories import FOLDER, HISTORIES

Rows = list[dict[str, str]]
Tell = Callable[[str], tuple[Attribution, Any]]

REPORTS: Final = sorted(
    (path.parents[1].name, path.stem) for path in FOLDER.glob("*/reports/*.csv")
)


def question(name: str, by: Any, **more: Any) -> Question:
    said = tomllib.loads((HISTORIES[name] / "question.toml").read_text("utf-8"))
    zone = ZoneInfo(said["zone"])
    during = Range(parse_bound(said["since"], zone), parse_bound(said["until"], zone))
    return Question("USD", zone, during.until_at + 9 * DAY, by, during, **more)


def credited(asked: Attribution, told: Question) -> Rows:
    report = credit_report(asked, told, ("linear", "first"))
    # Periods without a sale are there, and have no row.
    assert [each.period for each in report.periods] == [
        f"2026-03-{day}" for day in range(27, 32)
    ] + ["2026-04-01"]
    return [
        {"period": each.period, "value": row.value, **row.credit}
        for each in report.periods
        for row in each.rows
    ]


def sold(asked: Attribution, told: Question) -> Rows:
    report = credit_report(asked, told, ("linear", "first"))
    assert report.credited["linear"] == report.credited["first"]
    return [
        {
            "value": row.value,
            "conversions": text(row.conversions["linear"]),
            "credit": row.credit["linear"],
        }
        for row in report.rows
    ]


def shown(report: Any) -> Rows:
    return [{name: text(value) for name, value in asdict(row).items()} for row in report.rows]


def text(value: Any) -> str:
    if isinstance(value, list):
        return " > ".join(value)
    return str(round(value, 4) if isinstance(value, float) else value)


MAKE: Final[dict[str, Callable[[Attribution, str, Any], Rows]]] = {
    "paths": lambda asked, name, by: shown(path_report(asked, question(name, by), 25)),
    "path_lengths": lambda asked, name, by: shown(length_report(asked, question(name, by))),
    "time_to_convert": lambda asked, name, by: shown(lag_report(asked, question(name, by))),
    "funnel": lambda asked, name, by: shown(funnel_report(asked, question(name, by))),
    "assists": lambda asked, name, by: shown(assist_report(asked, question(name, by))),
    "customers": lambda asked, name, by: shown(
        customer_report(asked, question(name, by), "linear")
    ),
    "timeline": lambda asked, name, by: shown(timeline_report(asked, question(name, by), "day")),
    "credit_by_purchase": lambda asked, name, by: credited(asked, question(name, by, per="day")),
    "credit_by_category": lambda asked, name, _: sold(asked, question(name, "category")),
    "credit_by_product": lambda asked, name, _: sold(asked, question(name, "product")),
    "credit_by_touch": lambda asked, name, by: credited(
        asked, question(name, by, per="day", date_basis="touch")
    ),
}


@pytest.fixture
def told() -> Iterator[Tell]:
    """Opens the attribution of a story, and says by what its credit is told."""
    with ExitStack() as opened:

        def tell(name: str) -> tuple[Attribution, Any]:
            history = histories.read(HISTORIES[name])
            return opened.enter_context(histories.attribution(history)), history.by

        yield tell


@pytest.mark.parametrize(("name", "report"), REPORTS)
def test_a_report_says_of_a_story_what_was_worked_out_by_hand(
    told: Tell, name: str, report: str
) -> None:
    asked, by = told(name)
    with (HISTORIES[name] / "reports" / f"{report}.csv").open() as file:
        wanted = list(csv.DictReader(file))
    assert MAKE[report](asked, name, by) == wanted


def test_every_report_has_a_story() -> None:
    assert {report for _, report in REPORTS} == MAKE.keys()


def test_what_reports_say_beside_their_rows(told: Tell) -> None:
    name = "four_visitors_over_a_change_of_clocks"
    asked, by = told(name)
    paths = path_report(asked, question(name, by), 1)
    assert (paths.conversions, paths.net, paths.paths, len(paths.rows)) == (4, "200.00", 3, 1)
    assert (paths.unattributed_conversions, paths.unattributed) == (1, "20.00")
    assert lag_report(asked, question(name, by)).median_seconds == 13 * 3600 + 1800
    everybody = funnel_report(asked, question(name, by)).people
    assert asdict(everybody) == {
        "value": "(all)",
        "reached": 3,
        "again": 2,
        "converted": 2,
        "converted_again": 1,
    }
    customers = customer_report(asked, question(name, by), "linear")
    assert asdict(customers.new) == {
        "conversions": 3,
        "people": 3,
        "net": "150.00",
        "unattributed_conversions": 1,
        "unattributed": "20.00",
    }
    assert (customers.returning.conversions, customers.returning.net) == (1, "50.00")
    assert (paths.timezone, paths.since, paths.until) == (
        "Europe/Madrid",
        "2026-03-26T23:00:00Z",
        "2026-04-01T22:00:00Z",
    )
