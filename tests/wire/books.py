"""What requests left behind in the database, in the words of a caller."""

import json
from collections.abc import Iterator
from typing import Any

from footfall.domain.public_ids import Kind
from tests.scene import Scene

_TABLES = ("events", "sessions", "objects", "items", "sightings", "identity_log", "rejections")


class Books:
    """What was added to the database after this was opened."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        counts = ", ".join(f"(select coalesce(max(id), 0) from {table})" for table in _TABLES)
        (row,) = scene.read(f"select {counts}")
        self._last = dict(zip(_TABLES, row, strict=True))

    def rejections(self) -> list[dict[str, Any]]:
        rows = self._new("rejections", "status, request_id, errors")
        return [row._asdict() | {"errors": _json(row.errors)} for row in rows]

    def stored(self) -> dict[str, Any]:
        """Everything that was added but refusals, by table; empty ones left out."""
        made = {
            "events": list(self._events()),
            "sessions": list(self._sessions()),
            "objects": list(self._objects()),
            "items": list(self._items()),
            "sightings": list(self._sightings()),
            "attached": list(self._attached()),
        }
        return {name: rows for name, rows in made.items() if rows}

    def _new(self, table: str, columns: str) -> list[Any]:
        last = self._last[table]
        return self._scene.read(f"select {columns} from {table} where id > {last} order by id")

    def _events(self) -> Iterator[dict[str, Any]]:
        columns = "action_id, profile_id, session_id, object_id, amount_minor, currency"
        times = "occurred_at, tracked_at, received_at, flags, data"
        for row in self._new("events", f"{columns}, {times}"):
            claimed = row.received_at if row.tracked_at is None else row.tracked_at
            assert row.occurred_at == min(claimed, row.received_at)
            yield _told(
                action=self._action(row.action_id),
                profile=self._profile(row.profile_id),
                session=self._session(row.session_id),
                object=self._object(row.object_id),
                amount=_amount(row),
                tracked_at=_seconds(row.tracked_at),
                ahead=bool(row.flags) or None,
                data=_json(row.data),
            )

    def _sessions(self) -> Iterator[dict[str, Any]]:
        for row in self._new("sessions", "text, profile_id, attached_at"):
            assert (row.profile_id is None) == (row.attached_at is None)
            yield _told(id=row.text, profile=self._profile(row.profile_id))

    def _objects(self) -> Iterator[dict[str, Any]]:
        columns = "kind, parent_id, source, reference, sku, name, amount_minor, currency, data"
        for row in self._new("objects", columns):
            yield _told(
                type=row.kind,
                parent=self._object(row.parent_id),
                source=row.source or None,
                reference=row.reference,
                sku=row.sku,
                name=row.name,
                amount=_amount(row),
                data=_json(row.data),
            )

    def _items(self) -> Iterator[dict[str, Any]]:
        for row in self._new("items", "object_id, product_id, quantity, price_minor, currency"):
            price = None if row.price_minor is None else f"{row.price_minor} {row.currency}"
            yield _told(
                of=self._object(row.object_id),
                product=self._one(f"select name from objects where id = {row.product_id}"),
                quantity=row.quantity,
                price=price,
            )

    def _sightings(self) -> Iterator[dict[str, Any]]:
        columns = "action_id, profile_id, session_id, object_id, amount_minor, currency"
        for row in self._new("sightings", f"{columns}, tracked_at, data"):
            yield _told(
                action=self._action(row.action_id),
                profile=self._profile(row.profile_id),
                session=self._session(row.session_id),
                object=self._object(row.object_id),
                amount=_amount(row),
                tracked_at=_seconds(row.tracked_at),
                data=_json(row.data),
            )

    def _attached(self) -> Iterator[dict[str, Any]]:
        for row in self._new("identity_log", "kind, session_id, profile_id, cause"):
            assert (row.kind, row.cause) == ("attach", "event")
            yield _told(
                session=self._session(row.session_id), profile=self._profile(row.profile_id)
            )

    def _profile(self, row: int | None) -> str | None:
        return None if row is None else self._scene.ids[Kind.PROFILE].encode(row)

    def _object(self, row: int | None) -> str | None:
        if row is not None and row > self._last["objects"]:
            return "made"
        return None if row is None else self._scene.ids[Kind.OBJECT].encode(row)

    def _session(self, row: int | None) -> str | None:
        return None if row is None else self._one(f"select text from sessions where id = {row}")

    def _action(self, row: int) -> str:
        return self._one(f"select name from actions where id = {row}")

    def _one(self, sql: str) -> str:
        ((text,),) = self._scene.read(sql)
        return str(text)


def _told(**columns: Any) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if value is not None}


def _amount(row: Any) -> str | None:
    return None if row.amount_minor is None else f"{row.amount_minor} {row.currency}"


def _seconds(at: int | None) -> float | None:
    return None if at is None else at / 1_000_000


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
