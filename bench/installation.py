"""A database of the benchmark's own: a business, its token, and names for events to use.

Made through Footfall's tables before any server starts; ``history`` fills it with events.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Table, create_engine, func, insert, select, text

from bench.options import PRODUCTS, PROFILES
from footfall.app import open_store
from footfall.domain import sessions as session_rules
from footfall.domain.public_ids import Kind
from footfall.domain.times import now_us
from footfall.ops.first_start import welcome
from footfall.settings import load
from footfall.store.engine import parse_url
from footfall.store.store import Store
from footfall.store.tables import objects, profiles, sessions

SESSIONS: Final = 20_000
_POLL_S: Final = 0.05
_INDEX_LIMIT_S: Final = 900


class Installation:
    """A data folder and its database.

    Attributes:
        token: private token with every scope.
        business_id: what pages name the business by.
        profiles, products, sessions: what callers name them by, in the order of their rows.
        profile_rows, product_rows, session_rows: the first row number of each.
    """

    def __init__(self, folder: Path, database: str = "", *, has_names: bool = True) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._settings = load({}, data=folder, database=database)
        store = open_store(self._settings)
        first = welcome(store)
        assert first is not None, "the database is not empty"
        self.token, self.business_id = first.token, first.business_id
        self.profiles: list[str] = []
        self.products: list[str] = []
        self.sessions: list[str] = []
        if has_names:
            self._make_names(store)
        store.engines.dispose()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a server over it."""
        return {
            "FOOTFALL_DATA": str(self.folder),
            "FOOTFALL_DATABASE": self._settings.database_url,
            # All requests come from one address; they are counted as ever and never too many.
            "FOOTFALL_RATE_ADDRESS_PER_MINUTE": "1000000000",
        }

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "footfall.db"

    def engine(self) -> Engine:
        """Return a way into the database beside a server; dispose of it after."""
        return create_engine(parse_url(self._settings.database_url))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        engine = self.engine()
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(sql))]
        finally:
            engine.dispose()

    def count(self) -> int:
        """Return how many events are stored."""
        counted: int = self.query("select count(*) from events")[0][0]
        return counted

    @property
    def names_file(self) -> Path:
        """A file with a product and a profile per line, for the load generator."""
        path = self.folder / "names"
        if not path.exists():
            pairs = zip(self.products, self.profiles, strict=True)
            path.write_text("".join(f"{product} {profile}\n" for product, profile in pairs))
        return path

    def wait_for_index(self) -> None:
        """Wait until the SQLite event index holds every full block."""
        if self._settings.database:
            return
        until = time.monotonic() + _INDEX_LIMIT_S
        while self._unindexed() >= self._settings.index_events_count:
            if time.monotonic() > until:
                raise RuntimeError("the event index does not catch up")
            time.sleep(_POLL_S)

    def _unindexed(self) -> int:
        latest: int = self.query("select coalesce(max(id), 0) from events")[0][0]
        path = self.file.with_name("index.db")
        if latest < self._settings.index_events_count or not path.exists():
            return latest
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            try:
                (blocks,) = connection.execute("select count(*) from blocks").fetchone()
            except sqlite3.OperationalError:
                return latest  # being made
        return latest - int(blocks) * self._settings.index_events_count

    def _make_names(self, store: Store) -> None:
        at = now_us()
        with store.engines.write.begin() as connection:
            business = {"business_id": 1, "created_at": at}
            self.profile_rows = _insert(
                connection, profiles, [_profile(i) | business for i in range(PROFILES)]
            )
            self.product_rows = _insert(
                connection, objects, [_product(i) | business for i in range(PRODUCTS)]
            )
            self.sessions = [session_rules.mint() for _ in range(SESSIONS)]
            self.session_rows = _insert(
                connection, sessions, [{"text": each} | business for each in self.sessions]
            )
        ids = store.public_ids
        self.profiles = [
            ids[Kind.PROFILE].encode(self.profile_rows + index) for index in range(PROFILES)
        ]
        self.products = [
            ids[Kind.OBJECT].encode(self.product_rows + index) for index in range(PRODUCTS)
        ]


def event(product: str, profile: str) -> bytes:
    """Return the request the benchmark sends: somebody bought something."""
    return msgspec.json.encode(
        {"action": "product.purchased", "product": product, "profile": profile}
    )


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert rows into an empty table and return the first one's number."""
    connection.execute(insert(table), rows)
    first, last = connection.execute(select(func.min(table.c.id), func.max(table.c.id))).one()
    assert last - first + 1 == len(rows)
    return int(first)


def _profile(index: int) -> dict[str, Any]:
    return {
        "first_name": f"First {index}",
        "last_name": f"Last {index}",
        "source": "bench",
        "reference": f"customer-{index}",
        "updated_at": now_us(),
    }


def _product(index: int) -> dict[str, Any]:
    return {
        "kind": "product",
        "source": "bench",
        "reference": f"product-{index}",
        "sku": f"SKU-{index}",
        "name": f"Product {index}",
        "amount_minor": 100 + index,
        "currency": "USD",
        "updated_at": now_us(),
    }
