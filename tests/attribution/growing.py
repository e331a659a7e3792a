"""A real store and lake that grow in random steps, for what is kept of them to keep up with."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update
from structlog.testing import capture_logs

from footfall.attribution import channels, read
from footfall.attribution.definition import Definition
from footfall.attribution.run import Attribution
from footfall.domain.actions import BUILT_IN, LINK_CLICKED
from footfall.domain.events import Flag
from footfall.domain.public_ids import Kind
from footfall.domain.times import HOUR
from footfall.lake.lake import Lake
from footfall.settings import Settings
from footfall.store import erase, facts, tables
from footfall.store.identity_log import Origin
from tests.store.builders import Shop, T
from tests.store.running import Running, running

Relations = dict[str, list[tuple[Any, ...]]]

COMPARED: Final = ("owners", "told_touches", "told_conversions", "origins")
SECRET: Final = "x-very-private-x"


class World:
    """A shop with three profiles, three sessions, three orders and two refunds."""

    def __init__(self, started: Running, lake_settings: Settings) -> None:
        self.started = started
        self.lake_settings = lake_settings
        self.lake = Lake(lake_settings)
        self.shop = started.write(Shop)
        self.sessions = [
            started.write(partial(self.shop.add_session, text=f"session-{i}")) for i in range(3)
        ]
        self.orders = [self._object(kind="order", reference=f"order-{i}") for i in range(3)]
        self.refunds = [
            self._object(kind="refund", parent_id=self.orders[i], reference=f"refund-{i}")
            for i in range(2)
        ]
        self.changes: list[int] = []

    def do(self, steps: list[dict[str, Any]]) -> None:
        """Store what happens in one step, and bring the lake up to date."""
        self.started.write(lambda connection: self._store(connection, steps))
        self.lake.archive()

    def erase(self, who: int) -> None:
        """Erase one of the profiles."""
        store = self.started.store

        def encode(kind: Kind, row_id: int) -> str:
            return store.public_ids[kind].encode(row_id)

        def gone(connection: Connection) -> None:
            erase.erase(
                connection,
                store.index,
                self.shop.id,
                self.shop.profiles[who],
                encode,
                Origin(T, "api"),
            )

        self.started.write(gone)
        self.lake.archive()

    def kept(self, definition: Definition | None = None, lake: Lake | None = None) -> Relations:
        """Return the relations that are kept beside the lake, made or grown if need be."""
        with capture_logs() as logs:
            found = self.answers(lake or self.lake, definition)
        assert [each for each in logs if each["log_level"] != "info"] == []
        return found

    def answers(self, lake: Lake, definition: Definition | None = None) -> Relations:
        """Return the relations as whoever asks sees them, kept or not."""
        told = definition or Definition()
        return read.read(lake, self.shop.id, told, channels.load(), relations)

    def fresh(self, definition: Definition | None = None) -> Relations:
        """Return the same, reckoned from the lake."""
        told = definition or Definition()
        return self.lake.read_now(
            self.shop.id,
            lambda views: relations(Attribution(views, self.shop.id, told, channels.load())),
        )

    def attach(self, session: int, profile: int) -> None:
        """Have the store itself know whose a session is."""
        table = tables.sessions
        changed = update(table).where(table.c.id == self.sessions[session])
        who = self.shop.profiles[profile]
        self.started.write(lambda connection: connection.execute(changed.values(profile_id=who)))

    def published(self) -> list[str]:
        """Return the names of the files that are to be read."""
        states = self._derived.glob("*/*/state.json")
        return sorted(name for path in states for name in json.loads(path.read_bytes())["files"])

    def bases(self) -> list[Path]:
        """Return the files that have everything as of some moment."""
        states = sorted(self._derived.glob("*/*/state.json"))
        return [path.parent / json.loads(path.read_bytes())["files"][0] for path in states]

    def holds(self, text: str) -> bool:
        """Tell whether a text is in any file that is kept, compressed or not."""
        for path in self._derived.rglob("*"):
            if path.is_file() and text.encode() in path.read_bytes():
                return True
        for path in (path for path in self._derived.rglob("*") if path.stat().st_size > 4096):
            with duckdb.connect(path, read_only=True) as connection:
                names = [name for (name,) in connection.execute("show tables").fetchall()]
                rows = [connection.execute(f"from {name}").fetchall() for name in names]
            if text in repr(rows):
                return True
        return False

    @property
    def _derived(self) -> Path:
        return self.lake_settings.data / "derived"

    def _object(self, **columns: Any) -> int:
        return self.started.write(lambda connection: self.shop.add_object(connection, **columns))

    def _store(self, connection: Connection, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            told = dict(step)
            table = told.pop("table")
            for name, pool in _POOLS.items():
                if told.get(name) is not None:
                    told[name] = (
                        getattr(self, pool)[told[name]]
                        if pool != "profiles"
                        else (self.shop.profiles[told[name]])
                    )
            if table == "objects":
                row_id = self.refunds[told["number"]]
                parent = None if told["parent"] is None else self.orders[told["parent"]]
                connection.execute(
                    update(tables.objects)
                    .where(tables.objects.c.id == row_id)
                    .values(parent_id=parent, updated_at=T + 1)
                )
                facts.changed(connection, "object", row_id)
                continue
            if table == "identity_log":
                about = told.pop("about", None)
                if told["kind"] == "undo":
                    if not self.changes:
                        continue
                    told["about_id"] = self.changes[about % len(self.changes)]
            if table == "events" and (refund := told.pop("refund", None)) is not None:
                told["object_id"] = self.refunds[refund]
            row = {"business_id": self.shop.id} | told
            made = connection.execute(insert(tables.metadata.tables[table]).values(row))
            if table == "identity_log":
                assert made.inserted_primary_key is not None
                self.changes.append(made.inserted_primary_key[0])


_POOLS: Final = {
    "profile_id": "profiles",
    "other_id": "profiles",
    "session_id": "sessions",
    "object_id": "orders",
}
"""What small numbers in a step stand for."""


def relations(attribution: Attribution) -> Relations:
    """Return the rows of all relations, and what a report says of them."""
    found: Relations = {}
    for name in COMPARED:
        rows = attribution.connection.execute(f"from {name}").fetchall()
        found[name] = sorted(rows, key=repr)
    for by in ("channel", "source"):
        told = attribution.compare(by, ("first", "precedence", "shapley_sum"), "USD")
        found[by] = [
            (value, *(float(credit.value_minor[i]) for credit in told.credit.values()))
            for i, value in enumerate(told.values)
        ]
        found[f"{by}: total"] = [told.total]
    return found


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A new store and its lake in a folder."""
    url = f"sqlite:///{folder}/footfall.db"
    with running(url) as started:
        made = World(started, Settings(data=folder, database=url))
        try:
            yield made
        finally:
            made.lake.close()


moments = st.integers(0, 100).map(lambda hour: T + hour * HOUR)
small = st.integers(0, 2)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    at = draw(moments)
    session, profile = draw(
        st.sampled_from([(0, None), (1, None), (2, None), (0, 1), (None, 0), (None, 1), (None, 2)])
    )
    common = {
        "table": "events",
        "token_id": None,
        "session_id": session,
        "profile_id": profile,
        "occurred_at": at,
        "received_at": at + draw(st.sampled_from([0, 0, HOUR])),
        "flags": int(Flag.BOT) if draw(st.integers(0, 9)) == 0 else 0,
    }
    kind = draw(st.sampled_from(["campaign", "campaign", "click", "referrer", "link", "sale"]))
    if kind == "sale":
        action = draw(
            st.sampled_from(
                ["order.placed", "order.placed", "order.cancelled", "order.confirmed", "refund"]
            )
        )
        if action == "refund":
            told = {"action_id": BUILT_IN["refund.received"].id, "refund": draw(st.integers(0, 1))}
        else:
            told = {"action_id": BUILT_IN[action].id, "object_id": draw(small)}
        return common | told | {"amount_minor": draw(st.integers(1, 9999)), "currency": "USD"}
    source = draw(st.sampled_from(["google", "news", "hellotext"]))
    data: dict[str, Any] = {"page": {"url": "https://shop.example/"}}
    action_id = BUILT_IN["page.viewed"].id
    if kind == "campaign":
        data["utm_params"] = {
            "source": source,
            "medium": "cpc",
            "content": draw(st.sampled_from("ab")),
        }
        if draw(st.booleans()):
            data["utm_params"]["observed_at"] = at // 1_000_000
    elif kind == "click":
        data["click_ids"] = {"gclid": draw(st.sampled_from("xyz"))}
    elif kind == "referrer":
        data["page"]["referrer"] = f"https://{source}.example/"
    else:
        action_id, data["link"] = LINK_CLICKED.id, "aB3xK9qZ"
    return common | {"action_id": action_id, "data": data}


@st.composite
def others(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["attach", "attach", "merge", "undo", "message", "object"]))
    at = draw(moments)
    if kind == "message":
        told = {"campaign": "spring", "channel": "sms", "source": "", "delivered_at": at}
        return {"table": "deliveries", "profile_id": draw(small), "created_at": at} | told
    if kind == "object":
        return {
            "table": "objects",
            "number": draw(st.integers(0, 1)),
            "parent": draw(st.sampled_from([None, 0, 1, 2])),
        }
    change: dict[str, Any] = {"table": "identity_log", "kind": kind, "at": at, "cause": "call"}
    if kind == "attach":
        return change | {"session_id": draw(small), "profile_id": draw(small)}
    if kind == "merge":
        # Upwards only: merges make a tree.
        other = draw(st.integers(1, 2))
        return change | {"other_id": other, "profile_id": draw(st.integers(0, other - 1))}
    return change | {"about": draw(st.integers(0, 5))}


steps = st.lists(st.one_of(events(), events(), others()), max_size=6)
