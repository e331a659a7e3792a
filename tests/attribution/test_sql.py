"""Each query is what its header says: parameters, columns and types, on data and on nothing."""

import re
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import pytest

from footfall.attribution.exchange import Exchange
from footfall.attribution.reckon import make
from footfall.attribution.run import Attribution
from footfall.attribution.words import FOREVER
from tests.attribution.lake import (
    RELATIONS,
    START,
    attach,
    attribution,
    campaign,
    delivery,
    event,
    merge,
    order,
)

FOLDER: Final = files("footfall.attribution") / "sql"
TEXTS: Final = {
    path.name.removesuffix(".sql"): path.read_text("utf-8")
    for path in FOLDER.iterdir()
    if path.name.endswith(".sql")
}
FIELDS: Final = ("grain", "reads", "params", "returns", "source")

VALUES: Final[dict[str, Any]] = {
    "business_id": 1,
    "as_of": FOREVER,
    "visit_us": 1_800_000_000,
    "own_sources": ["hellotext"],
    "own_hosts": ["paypal.com"],
    "goals": ["order.placed"],
    "is_confirmed_only": False,
    "milestone": "form.completed",
    "by": "channel",
    "nothing": "(none)",
    "currency": "USD",
    "since_at": 0,
    "until_at": FOREVER,
    "begins": [0, 1],
    "ids": [3],
    "external_us": 1,
    "active_us": 1,
    "passive_us": 1,
    "is_split": True,
    "conversion_id": 3,
    "person_id": 1,
    "reference": "order-3",
    "event_id": 3,
    "to": "EUR",
    **{key: ["1"] for key in ("currencies", "days", "numerators", "denominators")},
    **{key: ["1"] for key in ("from_euros", "to_euros")},
    "since": [0],
    "until": [1],
    **{key: ["a"] for key in ("evidence", "source", "medium", "campaign", "click_id_kind")},
    **{key: ["b"] for key in ("named_source", "named_medium", "named_campaign", "channel")},
}

NO_RATES: Final = Exchange("EUR", ZoneInfo("UTC"), lambda *_: [])


def header(name: str) -> dict[str, str]:
    """Return the fields of a query's header; lines that go on are one."""
    lines = [line[3:] for line in TEXTS[name].splitlines() if line.startswith("-- ")]
    told: dict[str, str] = {}
    field = ""
    for line in lines[1:]:
        found = re.match(r"(\w+): +(.*)", line)
        if found and found[1] in FIELDS:
            field = found[1]
            told[field] = found[2]
        elif field:
            told[field] += " " + line.strip()
    return told


def columns(text: str) -> dict[str, str]:
    """Return the names and types in a header; what is in brackets is for people."""
    plain = re.sub(r"\([^)]*\)", "", text)
    told = (part.split() for part in plain.split(",") if part.strip() not in ("", "none"))
    return {name.strip('"'): kind for name, kind in told}


def values_of(name: str) -> dict[str, Any]:
    """Return a value for each parameter of a query."""
    return {key: VALUES[key] for key in columns(header(name)["params"])}


def rows() -> Attribution:
    """Return an attribution of a little of everything."""
    return attribution(
        exchange=NO_RATES,
        events=[
            campaign(1, START, "google", click_id_kind="gclid", click_id="a"),
            event(
                2,
                START,
                action="short_link.clicked",
                link_id="aB3xK9qZ",
                referrer="https://a.example",
            ),
            order(3, START + 5),
        ],
        identity=[attach(1, 1, 2, START), merge(2, 2, 1, START)],
        deliveries=[delivery(1, START)],
    )


def described(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    values = values_of(name)
    found = connection.execute(f"describe {TEXTS[name]}", values).fetchall()
    return {column: kind.lower() for column, kind, *_ in found}


@pytest.fixture(params=["data", "nothing"])
def asked(request: pytest.FixtureRequest) -> Attribution:
    made = rows() if request.param == "data" else attribution(exchange=NO_RATES)
    made.compare("channel", ["w_shaped"], "USD")
    # Gone once the touches are in numbers.
    for table, query in {
        "heard_touches": "touches",
        "new_tellings": "tellings",
        "named_origins": "named_origins",
    }.items():
        make(made.connection, table, query, **values_of(query))
    return made


@pytest.mark.parametrize("name", TEXTS)
def test_a_header_has_every_field_in_order(name: str) -> None:
    assert tuple(header(name)) == FIELDS
    assert TEXTS[name].startswith("-- ")
    assert TEXTS[name].splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_takes_the_parameters_that_its_header_names(name: str) -> None:
    body = re.sub(r"--.*", "", TEXTS[name])
    assert set(re.findall(r"\$(\w+)", body)) == columns(header(name)["params"]).keys()


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_returns_what_its_header_says(asked: Attribution, name: str) -> None:
    assert described(asked.connection, name) == columns(header(name)["returns"])


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_reads_the_relations_that_its_header_names(name: str) -> None:
    body = re.sub(r"--.*", "", TEXTS[name])
    steps = set(re.findall(r"(\w+) as \(\n", body))
    read = set(re.findall(r"\b(?:from|join)\s+(\w+)\b(?!\()", body)) - steps - {"unnest"}
    assert read == {each.strip() for each in header(name)["reads"].split(",")} - {"none"}


@pytest.mark.parametrize("name", TEXTS)
def test_each_reading_of_the_lake_names_the_business(name: str) -> None:
    body = re.sub(r"--.*", "", TEXTS[name])
    pattern = rf"\b(?:from|join)\s+({'|'.join(RELATIONS)})\b"
    count = len(re.findall(pattern, body))
    assert len(re.findall(r"business_id = \$business_id", body)) == count


@pytest.mark.parametrize("name", TEXTS)
def test_the_rows_of_a_query_are_unique_by_its_grain(asked: Attribution, name: str) -> None:
    grain = [each.strip() for each in header(name)["grain"].split(",")]
    returned = columns(header(name)["returns"])
    if not set(grain) <= returned.keys():
        pytest.skip("what its rows are told apart by is not returned")
    values = values_of(name)
    found = asked.connection.execute(TEXTS[name], values).fetchall()
    places = [list(returned).index(each) for each in grain]
    keys = [tuple(row[place] for place in places) for row in found]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", TEXTS)
def test_no_query_hands_on_columns_it_does_not_name(name: str) -> None:
    final = re.split(r"\n\)\n|^with", TEXTS[name])[-1]
    assert not re.search(r"^select \*", final, re.MULTILINE)
