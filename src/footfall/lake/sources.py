"""The tables of the store that the lake follows; known without loading what writes and reads it."""

from collections.abc import Mapping
from typing import Final

from footfall.store import tables

SOURCES: Final = (
    tables.identity_log,
    tables.objects,
    tables.links,
    tables.deliveries,
    tables.events,
    tables.sightings,
    tables.changes,
)
"""What has to be settled before it is read."""

Bounds = Mapping[str, int]
"""Row numbers by the store's table, up to which everything is settled."""
