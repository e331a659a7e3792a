"""By what a business's sales are credited: every change of it with its time, the latest holds.

What the values mean, and whether they make sense, is known to ``attribution.in_force``.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select

from footfall.store.tables import attribution_settings, businesses

RECENT: Final = 20
"""Changes that are told beside the settings they led to."""


class Change(NamedTuple):
    """Settings from one moment on, until the next change.

    Attributes:
        definition: the keys that were set.
        channels: text of channel rules; ``None``: the built-in ones.
        version: what reports showed as their version then.
        token_id: who changed it; ``None``: the command line.
    """

    id: int
    at: int
    token_id: int | None
    definition: dict[str, Any]
    channels: str | None
    version: str


_COLUMNS = tuple(attribution_settings.c[name] for name in Change._fields)


def recent(connection: Connection, business_id: int, as_of: int) -> list[Change]:
    """Return the last changes up to a moment, the latest first.

    The test side of a business goes by the settings of the business until it has some of its own.
    """
    found = _changes(connection, business_id, as_of)
    if found:
        return found
    query = select(businesses.c.test_of).where(businesses.c.id == business_id)
    live_id = connection.execute(query).scalar()
    return [] if live_id is None else _changes(connection, live_id, as_of)


def keep(
    connection: Connection,
    business_id: int,
    definition: dict[str, Any],
    channels: str | None,
    version: str,
    *,
    at: int,
    token_id: int | None,
) -> None:
    """Let these settings hold from now on."""
    connection.execute(
        insert(attribution_settings).values(
            business_id=business_id,
            token_id=token_id,
            at=at,
            definition=definition,
            channels=channels,
            version=version,
        )
    )


def _changes(connection: Connection, business_id: int, as_of: int) -> list[Change]:
    query = (
        select(*_COLUMNS)
        .where(
            attribution_settings.c.business_id == business_id, attribution_settings.c.at <= as_of
        )
        .order_by(attribution_settings.c.id.desc())
        .limit(RECENT)
    )
    return [Change(*row) for row in connection.execute(query)]
