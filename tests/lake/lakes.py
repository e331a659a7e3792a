"""A lake with the store it is of, and short ways to fill the one and ask the other."""

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from footfall.lake.columns import TABLES
from footfall.lake.lake import Lake
from footfall.store import tables
from tests.store.builders import Shop
from tests.store.running import Running


class Pond:
    """A lake, its store and the one business in it."""

    def __init__(self, lake: Lake, started: Running, shop: Shop) -> None:
        self.lake = lake
        self.started = started
        self.shop = shop

    def track(self, count: int = 1, data: dict[str, Any] | None = None, **changes: Any) -> None:
        """Store events of the shop's first profile."""
        if data is not None:
            changes["data"] = msgspec.json.encode(data).decode()
        drafts = [self.shop.draft(**changes) for _ in range(count)]
        self.started.append(self.shop.submission(*drafts))

    def ask(self, sql: str, business_id: int | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the shop's views."""
        business = self.shop.id if business_id is None else business_id
        return self.lake.read_now(business, lambda connection: connection.execute(sql).fetchall())

    def one(self, sql: str) -> Any:
        """Return the one value of a query."""
        return self.ask(sql)[0][0]

    def event_ids(self) -> list[int]:
        """Return the archived events' row numbers, in order."""
        return [row[0] for row in self.ask("select event_id from events order by event_id")]

    def stored_ids(self) -> list[int]:
        """Return the stored events' row numbers, in order."""
        query = select(tables.events.c.id).order_by(tables.events.c.id)
        return [row[0] for row in self.started.rows(query)]

    @property
    def folder(self) -> Path:
        return Path(self.lake.location.root)

    def parquet(self, table: str) -> list[Path]:
        """Return the Parquet files of a table, also those that no version names any more."""
        return sorted((self.folder / table).rglob("*.parquet"))

    def version(self, table: str) -> int:
        return self.lake.location.open(TABLES[table]).version()
