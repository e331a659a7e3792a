"""All tables, to be read so: ``tenants people catalogue facts evidence members``.

Units: ``…_at`` UTC microseconds; ``…_minor`` integer minor units of the ``currency`` beside it
(ISO 4217). Rows are never removed while something refers to them: deleting sets ``deleted_at``. No
row number is given twice, because callers keep the ids made of them.
Both engines get these definitions through ``migrations/``.
"""

from footfall.store.tables.base import metadata
from footfall.store.tables.catalogue import (
    items,
    objects,
    open_carts,
    properties,
    structures,
    unique_values,
)
from footfall.store.tables.evidence import deliveries, link_clicks, links
from footfall.store.tables.facts import (
    events,
    idempotency,
    ledger,
    lifecycles,
    rejections,
    released_events,
    sightings,
)
from footfall.store.tables.members import (
    audit,
    invitations,
    members,
    memberships,
    web_sessions,
)
from footfall.store.tables.people import (
    claims,
    identities,
    identity_log,
    list_members,
    lists,
    profiles,
    sessions,
    submissions,
)
from footfall.store.tables.tenants import (
    actions,
    attribution_settings,
    businesses,
    changes,
    exchange_rates,
    installation,
    integrations,
    tokens,
)

__all__ = [
    "actions",
    "attribution_settings",
    "audit",
    "businesses",
    "changes",
    "claims",
    "deliveries",
    "events",
    "exchange_rates",
    "idempotency",
    "identities",
    "identity_log",
    "installation",
    "integrations",
    "invitations",
    "items",
    "ledger",
    "lifecycles",
    "link_clicks",
    "links",
    "list_members",
    "lists",
    "members",
    "memberships",
    "metadata",
    "objects",
    "open_carts",
    "profiles",
    "properties",
    "rejections",
    "released_events",
    "sessions",
    "sightings",
    "structures",
    "submissions",
    "tokens",
    "unique_values",
    "web_sessions",
]
