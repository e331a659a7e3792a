"""A server that real touches and sales came into as they would in a shop, and its reports."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb

from tests.attribution.reference import DATA, EXPECTED
from tests.server import Server

SAME_ORDER: Final = ("--concurrency", "1", "--batch-size", "5000")
"""Ties go by arrival, so the file's order has to be that of arrival."""

_COMMON: Final = """
[event]
session = "md5(customer_id)"
tracked_at = "time"
"""
_TOUCHES: Final = f"""
{_COMMON}
action = "'page.viewed'"
event_id = "'touch-' || file_row"
url = "'https://shop.example/'"
[event.utm_params]
source = "channel"
medium = "'ad'"
observed_at = "time"
"""
_ORDERS: Final = f"""
[file]
where = "conversion = '1'"
{_COMMON}
action = "'order.placed'"
event_id = "'order-' || file_row"
amount = "conversion_value::decimal(12, 2)"
currency = "'USD'"
[event.object_parameters]
reference = "'order-' || file_row"
"""

# In the table one of the channels stands for coming directly.
CHANNELS: Final = """
[sources]

[[channel]]
name = "Direct"
source_is = ["paid search"]
"""
JOURNEY: Final = DATA / "complete_journey"


def import_touches(server: Server, folder: Path) -> None:
    """Import the file of ad touches: first what led to sales, then the sales."""
    for name, mapping in (("touches", _TOUCHES), ("orders", _ORDERS)):
        path = folder / f"{name}.toml"
        path.write_text(mapping)
        where = ("--url", server.url, "--token", server.token)
        files = ("--map", str(path), "--rejected", str(folder / "rejected.jsonl"))
        touches = str(DATA / "touches.csv.gz")
        done = server.command("import", touches, *where, *files, *SAME_ORDER)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]


def report(server: Server, folder: Path, *arguments: str, definition: str) -> dict[str, Any]:
    """Return what ``footfall attribution report`` says by a definition."""
    path = folder / "definition.toml"
    path.write_text(definition)
    told = ("--definition", str(path), "--json", *arguments)
    done = server.command("attribution", "report", *told)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tell_complete_journey(server: Server) -> None:
    """Tell of deliveries, redeemed coupons and baskets in batches, with their own times.

    Between those of one day the lowest campaign is to win. What arrives later is later, so the
    highest campaign is told first, and each in a request of its own.
    """
    people = _people(server)
    starts = {row["campaign_id"]: row["start_date"] for row in _rows("campaign_descriptions")}
    sent = _by_campaign(_rows("campaigns"))
    for campaign, rows in sent:
        _send(
            server,
            "/v1/deliveries",
            "deliveries",
            (
                {
                    "profile": people[row["household_id"]],
                    "campaign": campaign,
                    "channel": "mail",
                    "reference": f"{campaign}-{row['household_id']}",
                    "delivered_at": f"{starts[campaign]}T00:00:00Z",
                }
                for row in rows
            ),
        )
    for campaign, rows in _by_campaign(_rows("coupon_redemptions")):
        days = dict.fromkeys((row["household_id"], row["redemption_date"]) for row in rows)
        utm = {"source": "hellotext", "medium": "mail", "campaign": campaign}
        _send(
            server,
            "/v1/attribution/events/batch",
            "events",
            (
                {
                    "action": "page.viewed",
                    "url": "https://shop.example/coupon",
                    "profile": people[household],
                    "tracked_at": f"{day}T00:00:00Z",
                    "utm_params": utm | {"observed_at": f"{day}T00:00:00Z"},
                }
                for household, day in days
            ),
        )
    _send(server, "/v1/attribution/events/batch", "events", _baskets(people))


def worthless_baskets() -> Counter[str]:
    """Return how many baskets are told as worth a cent and are not, by what wins them."""
    query = """
        select evidence, campaign_id::varchar
        from read_parquet($baskets) join read_parquet($winners) using (basket_id)
        where sales_cents < 1
    """
    winners = EXPECTED / "complete_journey_precedence.parquet"
    paths = {"baskets": str(JOURNEY / "baskets.parquet"), "winners": str(winners)}
    return Counter(key for row in duckdb.connect().execute(query, paths).fetchall() for key in row)


def _baskets(people: dict[str, str]) -> Iterator[dict[str, Any]]:
    query = "select basket_id, household_id, at_local, sales_cents from read_parquet($path)"
    told = duckdb.connect().execute(query, {"path": str(JOURNEY / "baskets.parquet")}).fetchall()
    for basket, household, at, cents in told:
        yield {
            "action": "order.placed",
            "profile": people[str(household)],
            "tracked_at": at // 1_000_000,
            # One worth nothing would be no conversion; here it is one of a cent.
            "amount": f"{max(cents, 1) / 100:.2f}",
            "currency": "USD",
            "object_parameters": {"reference": str(basket)},
        }


def _people(server: Server) -> dict[str, str]:
    """Make a profile for each household; return public ids by household."""
    query = """
        select distinct household_id::varchar from read_parquet($baskets)
        union select household_id::varchar from read_csv($campaigns)
        union select household_id::varchar from read_csv($redemptions)
        order by 1
    """
    paths = {
        "baskets": str(JOURNEY / "baskets.parquet"),
        "campaigns": str(JOURNEY / "campaigns.csv.gz"),
        "redemptions": str(JOURNEY / "coupon_redemptions.csv.gz"),
    }
    households = [row[0] for row in duckdb.connect().execute(query, paths).fetchall()]
    client = server.client
    found = {}
    for household in households:
        answer = client.post("/v1/profiles", json={"reference": household})
        assert answer.status_code == 201, answer.text
        found[household] = answer.json()["id"]
    return found


def _send(server: Server, path: str, noun: str, rows: Iterable[dict[str, Any]]) -> None:
    client = server.client
    left = iter(rows)
    while batch := list(islice(left, 5000)):
        answer = client.post(path, json={noun: batch})
        assert answer.status_code == 207, answer.text[:1000]
        told = answer.json()
        assert told["created"] == len(batch), str(told)[:1000]


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(JOURNEY / f"{name}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


def _by_campaign(rows: list[dict[str, str]]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return rows by campaign, the highest one first."""
    found = defaultdict(list)
    for row in rows:
        found[row["campaign_id"]].append(row)
    return sorted(found.items(), key=lambda each: -int(each[0]))
