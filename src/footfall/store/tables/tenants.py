"""Who there is: the installation, its businesses, their tokens, actions, integrations, settings."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from footfall.store.tables.base import Json, RowId, at_column, business_column, id_column, metadata

# What this installation is: its id and the secret behind public ids, as texts by name.
installation = Table(
    "installation",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
)

# What changed in facts that processes cache; the highest id is the epoch.
changes = Table(
    "changes",
    metadata,
    id_column(),
    Column("noun", String(16), nullable=False),
    Column("row_id", RowId, nullable=False),
    sqlite_autoincrement=True,
)

businesses = Table(
    "businesses",
    metadata,
    id_column(),
    Column("name", String(255), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    # Web origins whose pages may track; null: any.
    Column("origins", Json),
    # Hosts that tracked links may lead to; null: any.
    Column("link_hosts", Json),
    # The business that this one is the test side of (``token create --test``).
    Column("test_of", RowId),
    at_column("created_at"),
)
Index(
    "uq_businesses_test_of",
    businesses.c.test_of,
    unique=True,
    sqlite_where=businesses.c.test_of.is_not(None),
    postgresql_where=businesses.c.test_of.is_not(None),
)

tokens = Table(
    "tokens",
    metadata,
    id_column(),
    business_column(),
    Column("name", String(255), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("scopes", Json, nullable=False),
    at_column("created_at"),
    at_column("expires_at", nullable=True),
    at_column("revoked_at", nullable=True),
    at_column("last_used_at", nullable=True),
    Column("rotated_from", RowId, ForeignKey("tokens.id")),
)

# Custom actions have a business; built-in ones have none and the row numbers of domain/actions.py.
actions = Table(
    "actions",
    metadata,
    id_column(),
    Column("business_id", RowId, ForeignKey("businesses.id")),
    Column("name", String(128), nullable=False),
    Column("title", String(255)),
    Column("is_goal", Boolean, nullable=False),
    Column("is_passive", Boolean, nullable=False),
    at_column("created_at"),
    at_column("deleted_at", nullable=True),
    sqlite_autoincrement=True,
)
Index(
    "uq_actions_business_id_name",
    actions.c.business_id,
    actions.c.name,
    unique=True,
    sqlite_where=actions.c.deleted_at.is_(None),
    postgresql_where=actions.c.deleted_at.is_(None),
)


# Shops' plugins that switched themselves on; never their keys.
integrations = Table(
    "integrations",
    metadata,
    id_column(),
    business_column(),
    Column("name", String(64), nullable=False),
    Column("data", Json),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
    UniqueConstraint("business_id", "name"),
    sqlite_autoincrement=True,
)

# By what the sales of a business are credited: a row for each change, the latest one holds.
# ``definition`` has the keys that were set, ``channels`` rules of its own if there are any.
attribution_settings = Table(
    "attribution_settings",
    metadata,
    id_column(),
    business_column(),
    Column("token_id", RowId),
    at_column("at"),
    Column("definition", Json, nullable=False),
    Column("channels", Text),
    Column("version", String(12), nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "ix_attribution_settings_business_id_id",
    attribution_settings.c.business_id,
    attribution_settings.c.id,
)

# What one euro was worth, of the whole installation; days and decimal texts as they were published.
exchange_rates = Table(
    "exchange_rates",
    metadata,
    Column("currency", String(3), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("rate", String(16), nullable=False),
    at_column("imported_at"),
)
