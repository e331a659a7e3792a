"""Evidence that marketing reached a person: tracked links, clicks on them, delivered messages."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from footfall.store.tables.base import RowId, at_column, business_column, id_column, metadata

# Short addresses. A code names one link of the whole installation and is never given again, so a
# deleted link keeps its row. ``session_id`` is the recipient's, prepared with a link made for a
# profile. ``clicks`` counts events; ``previews`` and ``suppressed`` count openings that are none:
# by what only looks at addresses, and by people whose events are not kept.
links = Table(
    "links",
    metadata,
    id_column(),
    business_column(),
    Column("code", String(32), nullable=False),
    Column("destination", Text, nullable=False),
    Column("source", String(255), nullable=False),
    Column("medium", String(255)),
    Column("campaign", String(255)),
    Column("profile_id", RowId, ForeignKey("profiles.id")),
    Column("session_id", RowId, ForeignKey("sessions.id")),
    Column("clicks", BigInteger, nullable=False, server_default="0"),
    Column("previews", BigInteger, nullable=False, server_default="0"),
    Column("suppressed", BigInteger, nullable=False, server_default="0"),
    at_column("clicked_at", nullable=True),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deactivated_at", nullable=True),
    at_column("deleted_at", nullable=True),
    sqlite_autoincrement=True,
)
# The redirect knows nothing but the code.
Index("uq_links_code", links.c.code, unique=True)
Index("ix_links_business_id_id", links.c.business_id, links.c.id)
Index(
    "ix_links_profile_id",
    links.c.profile_id,
    sqlite_where=links.c.profile_id.is_not(None),
    postgresql_where=links.c.profile_id.is_not(None),
)

# One row for each event ``short_link.clicked``, because events are not found by their link: what a
# link's clicks by day and by visitor are counted from. Who it was is the session's to say.
link_clicks = Table(
    "link_clicks",
    metadata,
    id_column(),
    business_column(),
    Column("link_id", RowId, ForeignKey("links.id"), nullable=False),
    Column("session_id", RowId, nullable=False),
    at_column("clicked_at"),
    sqlite_autoincrement=True,
)
Index("ix_link_clicks_link_id_id", link_clicks.c.link_id, link_clicks.c.id)

# Messages that reached somebody, as their sender tells it: passive touches. ``profile_id`` and
# ``reference`` are null once the person is erased; that a message was delivered stays true.
deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    business_column(),
    Column("token_id", RowId),
    Column("profile_id", RowId, ForeignKey("profiles.id")),
    Column("campaign", String(255), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("source", String(64), nullable=False, server_default=""),
    Column("reference", String(255)),
    at_column("delivered_at"),
    at_column("created_at"),
    sqlite_autoincrement=True,
)
# What makes a repeat a repeat.
Index(
    "uq_deliveries_business_id_source_reference",
    deliveries.c.business_id,
    deliveries.c.source,
    deliveries.c.reference,
    unique=True,
    sqlite_where=deliveries.c.reference.is_not(None),
    postgresql_where=deliveries.c.reference.is_not(None),
)
Index("ix_deliveries_business_id_id", deliveries.c.business_id, deliveries.c.id)
Index(
    "ix_deliveries_business_id_campaign_id",
    deliveries.c.business_id,
    deliveries.c.campaign,
    deliveries.c.id,
)
Index(
    "ix_deliveries_profile_id_id",
    deliveries.c.profile_id,
    deliveries.c.id,
    sqlite_where=deliveries.c.profile_id.is_not(None),
    postgresql_where=deliveries.c.profile_id.is_not(None),
)
Index("ix_deliveries_business_id_delivered_at", deliveries.c.business_id, deliveries.c.delivered_at)
