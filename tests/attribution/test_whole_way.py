"""The expected tables once more, the whole way: in by import or HTTP, out by the report.

What the relations of a lake give is compared in ``test_reference_*``; here nothing is taken for
granted of how events become such relations. Money in a report is whole units of a currency, so
where a rule divides it, it is compared to within one for each sale.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.attribution import whole_way
from tests.attribution.reference import DATA, table
from tests.server import Server, serving

RESET: Final = 'journeys = "split"\nexternal_lookback = "always"\nvisit = "1s"\n'
DIRECT: Final = "Paid Search"

RULES: Final = {
    "first": "first",
    "last": "last",
    f"last_non_direct[{DIRECT}]": "last_non_direct",
    "linear": "linear",
    "position_40_20_40": "position",
}
DECAYING: Final = {"time_decay_hl1d": "1d", "time_decay_hl7d": "7d"}
WHOLE: Final = ("first", "last", "last_non_direct")
GAMES: Final = {
    "set_sum": "shapley_sum",
    "exact_set_rate": "shapley_rate",
    "exact_set_count": "shapley_count",
    "markov_chain_game_order1": "shapley_chain",
}
SETTINGS: Final = {"FOOTFALL_LAKE_INTERVAL_S": "3600"}


class Told:
    """A server that was told something, and a folder for files."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self._folder = folder
        (folder / "channels.toml").write_text(whole_way.CHANNELS)

    def report(self, definition: str, models: list[str], *more: str) -> dict[str, Any]:
        asked = [word for model in models for word in ("--model", model)]
        return whole_way.report(self.server, self._folder, *asked, *more, definition=definition)

    def channels(self, definition: str, models: list[str]) -> dict[str, dict[str, Any]]:
        """Return rows by channel, as the tables call them, and the whole report under none."""
        by_source = self.report(definition, models, *self._by_source())
        rows = {row["value"]: row for row in by_source["rows"]}
        return rows | {"": by_source}

    def _by_source(self) -> tuple[str, ...]:
        return "--by", "source", "--channels", str(self._folder / "channels.toml")


@pytest.fixture(scope="module")
def touches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """62,483 touches and 1,838 sales, imported."""
    folder = tmp_path_factory.mktemp("touches")
    with serving(f"sqlite:///{folder / 'footfall.db'}", folder, SETTINGS) as server:
        whole_way.import_touches(server, folder)
        yield Told(server, folder)


@pytest.fixture(scope="module")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """6,589 deliveries, redeemed coupons and 47,243 baskets, sent over HTTP."""
    folder = tmp_path_factory.mktemp("journeys")
    with serving(f"sqlite:///{folder / 'footfall.db'}", folder, SETTINGS) as server:
        whole_way.tell_complete_journey(server)
        yield Told(server, folder)


def agree(row: dict[str, str], told: dict[str, Any], model: str, closeness: float) -> None:
    """Compare one line of a table with a row of a report."""
    conversions, value = float(row["conversions"]), float(row["value"])
    if model in WHOLE:
        assert (told["conversions"][model], float(told["credit"][model])) == (conversions, value)
        return
    assert told["conversions"][model] == pytest.approx(conversions, rel=closeness)
    assert float(told["credit"][model]) == pytest.approx(value, abs=0.01 * max(conversions, 1))


@pytest.mark.parametrize(
    ("name", "days", "windows"),
    [
        ("touches_reset_heuristics.csv", None, RESET),
        ("touches_lookback_heuristics.csv", "7", 'external_lookback = "7d"\nvisit = "1s"\n'),
        ("touches_lookback_heuristics.csv", "30", 'external_lookback = "30d"\nvisit = "1s"\n'),
    ],
    ids=["reset", "7 days", "30 days"],
)
def test_rules(touches: Told, name: str, days: str | None, windows: str) -> None:
    by_model = defaultdict(list)
    for row in table(name):
        if row.get("lookback_days") == days:
            by_model[row["model"]].append(row)
    plain = touches.channels(windows, [RULES[each] for each in by_model if each in RULES])
    for model, rows in by_model.items():
        found, ours = plain, RULES.get(model, "time_decay")
        if model in DECAYING:
            found = touches.channels(f'{windows}half_life = "{DECAYING[model]}"\n', [ours])
        assert len(rows) == 5
        for row in rows:
            agree(row, found[row["channel"]], ours, 1e-9)
    assert (plain[""]["conversions"], plain[""]["unattributed"]) == (1838, "0.00")
    assert plain[""]["net"] == "11423.50"


def test_markov_and_shapley(touches: Told) -> None:
    orders = [f"markov_{order}" for order in (1, 2, 3, 4)]
    found = touches.channels(RESET, [*orders, *GAMES.values()])
    chains = [
        row for row in table("touches_reset_markov_exact.csv") if row["with_null_paths"] == "1"
    ]
    assert len(chains) == 20
    for row in chains:
        agree(row, found[row["channel"]], f"markov_{row['order']}", 1e-8)
    games = [row for row in table("touches_reset_shapley.csv") if row["game"] in GAMES]
    assert len(games) == 20
    for row in games:
        told = found[row["channel"]]["conversions"][GAMES[row["game"]]]
        assert told == pytest.approx(float(row["conversions"]), rel=1e-9)


def test_baskets_by_precedence(journeys: Told) -> None:
    baskets: dict[str, int] = defaultdict(int)
    cents: dict[str, int] = defaultdict(int)
    worthless = whole_way.worthless_baskets()
    rows = table("complete_journey_precedence_totals.csv")
    for row in rows:
        for key in (row["campaign_id"], row["evidence"]):
            baskets[key] += int(row["baskets"])
            cents[key] += int(row["sales_cents"])
    for by in ("campaign", "evidence"):
        found = journeys.report('visit = "1s"\n', ["precedence"], "--by", by)
        assert found["conversions"] == sum(int(row["baskets"]) for row in rows)
        for told in found["rows"]:
            key = _evidence(told["value"]) if by == "evidence" else told["value"]
            assert told["conversions"]["precedence"] == baskets.pop(key)
            earned = round(float(told["credit"]["precedence"]) * 100)
            assert earned == cents[key] + worthless[key]
    assert set(baskets) == {"0", "none"}


def test_baskets_by_what_a_month_before_them_earned(journeys: Told) -> None:
    """Of models that do not ask which of a day's campaigns came first."""
    month = 'active_lookback = "30d"\npassive_lookback = "30d"\nvisit = "1s"\n'
    models = {"linear": "linear", "time_decay_hl7d": "time_decay"}
    found = journeys.report(month, list(models.values()), "--by", "campaign")
    path = DATA / "complete_journey" / "campaign_descriptions.csv.gz"
    types = {row["campaign_id"]: row["campaign_type"] for row in table(str(path))}
    for row in table("complete_journey_lookback30.csv"):
        if row["model"] not in models or not row["campaign_type"]:
            continue
        model = models[row["model"]]
        told = [each for each in found["rows"] if types[each["value"]] == row["campaign_type"]]
        conversions = sum(each["conversions"][model] for each in told)
        assert conversions == pytest.approx(float(row["baskets"]), rel=1e-9)
        cents = 100 * sum(float(each["credit"][model]) for each in told)
        assert cents == pytest.approx(float(row["sales_cents"]), abs=float(row["baskets"]))


def _evidence(kind: str) -> str:
    return {"delivery": "passive"}.get(kind, "active")
