"""Real touches and sales as the relations of a lake, and the tables of what should come out.

Where both come from is told in ``data/README.md``.
"""

import csv
import gzip
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from footfall.attribution import engine, words
from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.paths import Floats, Ints
from footfall.attribution.run import Attribution
from footfall.attribution.words import Dimension
from tests.attribution.lake import BUSINESS, lake

DATA: Final = Path(__file__).parent / "data"
EXPECTED: Final = DATA / "expected"

TOUCH_CHANNELS: Final = (
    "Facebook",
    "Instagram",
    "Online Display",
    "Online Video",
    "Paid Search",
)

NO_CHANNELS: Final = Channels("", (), {})

# Each row of the file is a touch, however soon after another one of its channel.
_TOUCHES: Final = """
insert into events by name
with
    told as (
        select
            row_number() over (order by customer_id, time) as number,
            dense_rank() over (order by customer_id) as session_id,
            epoch_us(time::timestamptz) as occurred_at,
            channel,
            conversion = 1 as is_conversion,
            (conversion_value * 100)::bigint as amount_minor
        from read_csv($path)
    )
select
    number * 2 as event_id,
    $business as business_id,
    'page.viewed' as action,
    session_id,
    occurred_at,
    occurred_at as received_at,
    false as is_bot,
    channel as utm_source,
    'ad' as utm_medium,
    occurred_at as utm_observed_at,
    null::bigint as amount_minor,
    null as currency,
    null::bigint as object_id
from told
union all by name
select
    number * 2 + 1 as event_id,
    $business as business_id,
    'order.placed' as action,
    session_id,
    occurred_at,
    occurred_at as received_at,
    false as is_bot,
    amount_minor,
    'USD' as currency,
    number as object_id
from told
where is_conversion
"""

_DELIVERIES: Final = """
insert into deliveries by name
select
    campaign_id as delivery_id,
    $business as business_id,
    household_id as profile_id,
    campaign_id::varchar as campaign,
    'mail' as channel,
    epoch_us(start_date::timestamp) as delivered_at,
    epoch_us(start_date::timestamp) + $tie * campaign_id as created_at
from read_csv($campaigns) as sent
join read_csv($descriptions) as told using (campaign_id)
"""

_REDEMPTIONS: Final = """
insert into events by name
select
    -- The lowest campaign is the smallest number within a day.
    row_number() over (order by redemption_date, campaign_id, household_id) as event_id,
    $business as business_id,
    'coupon.redeemed' as action,
    household_id as profile_id,
    epoch_us(redemption_date::timestamp) as occurred_at,
    epoch_us(redemption_date::timestamp) + $tie * campaign_id as received_at,
    false as is_bot,
    'hellotext' as utm_source,
    'mail' as utm_medium,
    campaign_id::varchar as utm_campaign,
    epoch_us(redemption_date::timestamp) as utm_observed_at
from (select distinct household_id, redemption_date, campaign_id from read_csv($redemptions))
"""

_BASKETS: Final = """
insert into events by name
select
    basket_id as event_id,
    $business as business_id,
    'order.placed' as action,
    household_id as profile_id,
    basket_id as object_id,
    at_local as occurred_at,
    at_local as received_at,
    false as is_bot,
    -- A basket worth nothing is no conversion; here it is one of a cent, so that it has a winner.
    greatest(sales_cents, 1) as amount_minor,
    'USD' as currency
from read_parquet($baskets)
"""


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of an expected table."""
    path = EXPECTED / name
    told = path.read_bytes()
    text = gzip.decompress(told) if path.suffix == ".gz" else told
    return list(csv.DictReader(text.decode().splitlines()))


def touches(definition: Definition) -> Attribution:
    """Return the attribution of the file of ad touches."""
    connection = lake()
    connection.execute(_TOUCHES, {"path": str(DATA / "touches.csv.gz"), "business": BUSINESS})
    return Attribution(connection, BUSINESS, definition, NO_CHANNELS)


def complete_journey(definition: Definition, tie: int = 0) -> Attribution:
    """Return the attribution of baskets to campaigns.

    Args:
        tie: how much later each campaign is told than the one before it, which decides between
            those of one day; 0: not at all, so that the lowest one wins.
    """
    folder = DATA / "complete_journey"
    connection = lake()
    connection.execute(
        _DELIVERIES,
        {
            "business": BUSINESS,
            "tie": tie,
            "campaigns": str(folder / "campaigns.csv.gz"),
            "descriptions": str(folder / "campaign_descriptions.csv.gz"),
        },
    )
    redemptions = str(folder / "coupon_redemptions.csv.gz")
    told = {"business": BUSINESS, "tie": tie, "redemptions": redemptions}
    connection.execute(_REDEMPTIONS, told)
    baskets = str(folder / "baskets.parquet")
    connection.execute(_BASKETS, {"business": BUSINESS, "baskets": baskets})
    return Attribution(connection, BUSINESS, definition, NO_CHANNELS)


class Asked:
    """One dimension of an attribution, with the candidates behind it.

    Attributes:
        values: of the dimension, by ``found.value_code``.
    """

    def __init__(self, attribution: Attribution, by: Dimension = "source") -> None:
        self.values = attribution.compare(by, [], "USD").values
        self.definition = attribution.definition
        self.connection = attribution.connection
        self.found = attribution.candidates(words.RULES)

    def weigh(self, model: str, definition: Definition | None = None) -> Floats:
        return engine.weigh(model, self.found, definition or self.definition)

    def earned(self, weights: Floats, worth: Any = None) -> dict[str, tuple[float, float]]:
        """Return conversions and value of each value of the dimension, undivided.

        Args:
            worth: shape (conversions,), instead of their net values.
        """
        net = self.found.net_minor if worth is None else worth
        minor = weights * np.repeat(net, np.diff(self.found.starts))
        count = len(self.values)
        of_conversions = np.bincount(self.found.value_code, weights, count)
        of_value = np.bincount(self.found.value_code, minor, count)
        pairs = zip(of_conversions.tolist(), of_value.tolist(), strict=True)
        return dict(zip(self.values, pairs, strict=True))

    def conversion_ids(self) -> Ints:
        """Return the events behind ``found.conversion_row``."""
        query = "select conversion_id from conversions order by conversion_id"
        ids: Ints = self.connection.execute(query).fetchnumpy()["conversion_id"]
        return ids[self.found.conversion_row]


def parquet(path: Path, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of a Parquet file."""
    query = f"select {columns} from read_parquet($path)"
    return duckdb.connect().execute(query, {"path": str(path)}).fetchall()
