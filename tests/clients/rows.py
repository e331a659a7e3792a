"""The rows of one business, in the words of a caller: names in place of row numbers.

An object is called by its kind and its reference, SKU, or name: ``product 17``.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, select

from footfall.domain.events import Flag
from footfall.domain.public_ids import Kind
from footfall.store import tables
from tests.scene import Scene

Row = dict[str, Any]


class Rows:
    """Reads the tables of a business beside the server."""

    def __init__(self, scene: Scene, business_row: int) -> None:
        self._scene = scene
        self._business_row = business_row
        self._objects = {row.id: row for row in self._all("objects")}
        self._sessions = {row.id: row.text for row in self._all("sessions")}
        self._lists = {row.id: row.name for row in self._all("lists")}

    def stored(self) -> dict[str, list[Row]]:
        """Every row that tells something of customers, by table, in order of making."""
        return {
            name: [_present(tell(row)) for row in self._all(_TABLE_OF.get(name, name))]
            for name, tell in self._tellers.items()
        } | {"members": [*self._members()]}

    def whole(self) -> str:
        """Every row of every table of the whole database, as text."""
        with self._scene.engines.read.begin() as connection:
            return "\n".join(
                str(tuple(row))
                for table in tables.metadata.sorted_tables
                for row in connection.execute(select(table))
            )

    @property
    def _tellers(self) -> dict[str, Callable[[Any], Row]]:
        return {
            "profiles": self._profile_row,
            "identities": self._identity,
            "sessions": self._session_row,
            "claims": self._claim,
            "submissions": self._submission,
            "objects": self._object_row,
            "items": self._item,
            "events": self._event,
            "sightings": self._event,
            "log": self._change,
            "integrations": self._integration,
            "rejections": self._rejection,
        }

    def _profile_row(self, row: Any) -> Row:
        return {
            "id": self._profile(row.id),
            "first_name": row.first_name,
            "last_name": row.last_name,
            "source": row.source or None,
            "reference": row.reference,
            "merged_into": self._profile(row.merged_into),
            "deleted": row.deleted_at is not None or None,
        }

    def _identity(self, row: Any) -> Row:
        return {
            "profile": self._profile(row.profile_id),
            "kind": row.kind,
            "label": row.label or None,
            "value": row.value,
            "raw": row.raw,
        }

    def _session_row(self, row: Any) -> Row:
        return {"id": row.text, "profile": self._profile(row.profile_id)}

    def _claim(self, row: Any) -> Row:
        return {
            "profile": self._profile(row.profile_id),
            "session": self._sessions.get(row.session_id),
            "origin": row.origin,
            "name": row.name,
            "value": row.value,
        }

    def _submission(self, row: Any) -> Row:
        return {
            "form": self._object(row.form_id),
            "session": self._sessions.get(row.session_id),
            "profile": self._profile(row.profile_id),
            "data": _json(row.data),
        }

    def _object_row(self, row: Any) -> Row:
        return {
            "type": row.kind,
            "parent": self._object(row.parent_id),
            "source": row.source or None,
            "reference": row.reference,
            "sku": row.sku,
            "name": row.name,
            "amount": _amount(row.amount_minor, row.currency),
            "data": _json(row.data),
            "deleted": row.deleted_at is not None or None,
        }

    def _item(self, row: Any) -> Row:
        return {
            "of": self._object(row.object_id),
            "product": self._object(row.product_id),
            "quantity": row.quantity,
            "price": _amount(row.price_minor, row.currency),
        }

    def _event(self, row: Any) -> Row:
        return {
            "action": self._one("select name from actions where id = :id", id=row.action_id),
            "profile": self._profile(row.profile_id),
            "session": self._sessions.get(row.session_id),
            "object": self._object(row.object_id),
            "amount": _amount(row.amount_minor, row.currency),
            "bot": bool(row.flags & Flag.BOT) or None,
            "tracked_at": None if row.tracked_at is None else row.tracked_at / 1_000_000,
            "data": _json(row.data),
        }

    def _change(self, row: Any) -> Row:
        return {
            "kind": row.kind,
            "cause": row.cause,
            "session": self._sessions.get(row.session_id),
            "profile": self._profile(row.profile_id),
            "other": self._profile(row.other_id),
            "details": _json(row.details),
        }

    def _integration(self, row: Any) -> Row:
        return {
            "name": row.name,
            "data": _json(row.data),
            "deleted": row.deleted_at is not None or None,
        }

    def _rejection(self, row: Any) -> Row:
        return {
            "status": row.status,
            "errors": [[each["type"], each["parameter"]] for each in _json(row.errors)],
        }

    def _members(self) -> list[Row]:
        found = self._scene.read(
            "select m.profile_id, m.list_id from list_members m join lists l on l.id = m.list_id "
            "where l.business_id = :row order by m.list_id, m.profile_id",
            row=self._business_row,
        )
        return [
            {"list": self._lists[row.list_id], "profile": self._profile(row.profile_id)}
            for row in found
        ]

    def _all(self, name: str) -> list[Any]:
        table: Table = tables.metadata.tables[name]
        mine = table.c.business_id == self._business_row
        with self._scene.engines.read.begin() as connection:
            return list(connection.execute(select(table).where(mine).order_by(table.c.id)))

    def _profile(self, row: int | None) -> str | None:
        return None if row is None else self._scene.ids[Kind.PROFILE].encode(row)

    def _object(self, row_id: int | None) -> str | None:
        if row_id is None:
            return None
        row = self._objects[row_id]
        named = row.reference or row.sku or row.name
        return f"{row.kind} {named}" if named else str(row.kind)

    def _one(self, sql: str, **values: Any) -> str:
        ((text,),) = self._scene.read(sql, **values)
        return str(text)


_TABLE_OF = {"log": "identity_log"}


def _present(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def _amount(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None else f"{minor} {currency}"


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
