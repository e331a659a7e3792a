"""Events of one business that the store let go of, read from the lake by what is asked of them.

There is no index: the columns asked for are read through, of the files that can have them.
"""

from typing import TYPE_CHECKING, Final

from footfall.lake.statements import statement
from footfall.store.event_index import Range
from footfall.store.events import EventFilter
from footfall.store.released import Kept

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVERY: Final = 1 << 62
"""More events than anybody has."""

Owners = tuple[list[int], list[int]]
"""Profiles and sessions, one of which an event has to be of."""


def older_events(
    connection: "DuckDBPyConnection",
    wanted: EventFilter,
    owners: Owners | None,
    bound: Range,
    limit: int = EVERY,
    *,
    newest_first: bool = False,
) -> list[Kept]:
    """Return events, in order of their numbers.

    Args:
        connection: over the views of the business.
        owners: of whoever ``wanted`` names; ``None``: it names nobody.
        bound: row numbers that may be returned.
    """
    profile_ids, session_ids = owners if owners is not None else (None, None)
    values = {
        "first": bound.first,
        "last": bound.last,
        "session_id": wanted.session_id,
        "object_id": wanted.object_id,
        "action_id": wanted.action_id,
        "since_at": wanted.since_at,
        "until_at": wanted.until_at,
        "profile_ids": profile_ids,
        "session_ids": session_ids,
        "direction": -1 if newest_first else 1,
        "most": limit,
    }
    rows = connection.execute(statement("older_events"), values).fetchall()
    return [Kept._make(row) for row in rows]
