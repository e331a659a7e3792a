"""The example is what its README says, and goes into a real server to the penny."""

from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from footfall.importing.mapping import load_mapping
from footfall.importing.rows import Rows
from footfall.importing.run import ImportJob, run_import
from footfall.importing.source import Source
from tests.importing.test_import import Watching, stored

FOLDER = Path(__file__).parents[2] / "examples" / "online_retail"
DECEMBER = FOLDER / "december_2010.csv.gz"
MAPPING = FOLDER / "mapping.toml"
README = (FOLDER / "README.md").read_text()

LINES = {"product.purchased": 41_683, "product.returned": 728, "stock.adjusted": 70}
SIGNS = {"product.purchased": 1, "product.returned": -1, "stock.adjusted": 0}
PENNY = Decimal("0.01")


@pytest.fixture(scope="module")
def december() -> list[dict[str, Any]]:
    """The events of the example, each with its customer."""
    mapping = load_mapping(MAPPING)
    with Source(DECEMBER, mapping.file) as source:
        return [
            {**msgspec.json.decode(row.event or ""), "owner": row.owner}
            for row in Rows(source, mapping).events()
        ]


def test_the_example_is_small() -> None:
    assert DECEMBER.stat().st_size <= 1_000_000


def test_every_line_is_an_event_of_the_action_the_readme_tells(
    december: list[dict[str, Any]],
) -> None:
    assert Counter(event["action"] for event in december) == LINES
    for action, count in LINES.items():
        row = next(line for line in README.splitlines() if f"| `{action}` |" in line)
        assert f"| {count:,} |" in row


def test_amounts_sum_to_the_penny_line_by_line(december: list[dict[str, Any]]) -> None:
    total = sum(
        SIGNS[event["action"]] * Decimal(event["amount"]).quantize(PENNY, ROUND_HALF_EVEN)
        for event in december
    )
    assert total == Decimal("748957.02")
    assert f"{total:,} GBP" in README


def test_every_line_has_an_owner_and_an_id_of_its_own(december: list[dict[str, Any]]) -> None:
    assert all((event["owner"] is None) == ("session" in event) for event in december)
    assert len({event["event_id"] for event in december}) == len(december)
    assert len({event["owner"] for event in december} - {None}) == 948


def test_the_example_goes_in_whole_and_a_second_import_stores_nothing_new(
    footfall_server: Any, tmp_path: Path
) -> None:
    job = ImportJob(
        file=DECEMBER,
        mapping=MAPPING,
        url=footfall_server.url,
        token=footfall_server.token,
        data=tmp_path,
        rejected=tmp_path / "rejected.jsonl",
    )
    first = run_import(job, Watching())
    assert (first.rows, first.stored, first.rejected, first.profiles) == (42_481, 42_481, 0, 948)
    counts = {name: count for name, count, _ in stored(footfall_server)}
    assert counts == LINES
    assert sum(SIGNS[name] * total for name, _, total in stored(footfall_server)) == 74_895_702
    for table, count in {"profiles": 948, "objects": 2822, "sessions": 317}.items():
        assert footfall_server.query(f"select count(*) from {table}")[0][0] == count
    second = run_import(job, Watching())
    assert (second.stored, second.duplicate, second.rejected) == (0, 42_481, 0)
    assert footfall_server.query("select count(*) from events")[0][0] == 42_481
