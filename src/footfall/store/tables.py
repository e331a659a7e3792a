"""All tables, in reading order.

Units: ``…_at`` UTC microseconds; ``…_minor`` integer minor units of the ``currency`` beside it
(ISO 4217). Rows are never removed while something refers to them: deleting sets ``deleted_at``.
Both engines get these definitions through ``migrations/``.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives row numbers of its own only to columns declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _id() -> Column[int]:
    return Column("id", RowId, primary_key=True, autoincrement=True)


def _business() -> Column[int]:
    return Column("business_id", RowId, ForeignKey("businesses.id"), nullable=False)


def _at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


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
    _id(),
    Column("noun", String(16), nullable=False),
    Column("row_id", RowId, nullable=False),
    sqlite_autoincrement=True,
)

businesses = Table(
    "businesses",
    metadata,
    _id(),
    Column("name", String(255), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    _at("created_at"),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    _business(),
    Column("name", String(255), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("scopes", Json, nullable=False),
    _at("created_at"),
    _at("expires_at", nullable=True),
    _at("revoked_at", nullable=True),
    _at("last_used_at", nullable=True),
    Column("rotated_from", RowId, ForeignKey("tokens.id")),
)

# Custom actions have a business; built-in ones have none and the row numbers of domain/actions.py.
actions = Table(
    "actions",
    metadata,
    _id(),
    Column("business_id", RowId, ForeignKey("businesses.id")),
    Column("name", String(128), nullable=False),
    Column("title", String(255)),
    Column("is_goal", Boolean, nullable=False),
    Column("is_passive", Boolean, nullable=False),
    _at("created_at"),
    _at("deleted_at", nullable=True),
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

profiles = Table(
    "profiles",
    metadata,
    _id(),
    _business(),
    Column("first_name", String(255)),
    Column("last_name", String(255)),
    Column("source", String(64), nullable=False, server_default=""),
    Column("reference", String(255)),
    Column("data", Json),
    _at("created_at"),
    _at("updated_at"),
    _at("deleted_at", nullable=True),
)
Index("ix_profiles_business_id_id", profiles.c.business_id, profiles.c.id)
Index(
    "uq_profiles_business_id_source_reference",
    profiles.c.business_id,
    profiles.c.source,
    profiles.c.reference,
    unique=True,
    sqlite_where=text("reference is not null and deleted_at is null"),
    postgresql_where=text("reference is not null and deleted_at is null"),
)

# E-mail addresses and phones. ``value`` is the normal form, null where ``raw`` has none.
identities = Table(
    "identities",
    metadata,
    _id(),
    _business(),
    Column("profile_id", RowId, ForeignKey("profiles.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", String(64), nullable=False, server_default=""),
    Column("value", String(320)),
    Column("raw", String(320), nullable=False),
    _at("created_at"),
    CheckConstraint("kind in ('email', 'phone')", name="kind"),
)
Index("ix_identities_profile_id", identities.c.profile_id)
Index(
    "uq_identities_business_id_kind_value",
    identities.c.business_id,
    identities.c.kind,
    identities.c.value,
    unique=True,
    sqlite_where=identities.c.value.is_not(None),
    postgresql_where=identities.c.value.is_not(None),
)

# A browser or device. ``text`` is the id it goes by; ``profile_id`` who it turned out to be.
sessions = Table(
    "sessions",
    metadata,
    _id(),
    _business(),
    Column("text", String(128), nullable=False),
    Column("profile_id", RowId, ForeignKey("profiles.id")),
    _at("created_at"),
    _at("attached_at", nullable=True),
    UniqueConstraint("business_id", "text"),
)
Index(
    "ix_sessions_profile_id",
    sessions.c.profile_id,
    sqlite_where=sessions.c.profile_id.is_not(None),
    postgresql_where=sessions.c.profile_id.is_not(None),
)

# What actions are done to. ``amount_minor`` is a product's price, an order's total.
objects = Table(
    "objects",
    metadata,
    _id(),
    _business(),
    Column("kind", String(64), nullable=False),
    Column("source", String(64), nullable=False, server_default=""),
    Column("reference", String(255)),
    Column("sku", String(255)),
    Column("name", String(1024)),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    Column("data", Json),
    _at("created_at"),
    _at("updated_at"),
    _at("deleted_at", nullable=True),
    CheckConstraint("(amount_minor is null) = (currency is null)", name="money"),
)
Index("ix_objects_business_id_kind_id", objects.c.business_id, objects.c.kind, objects.c.id)
Index(
    "uq_objects_business_id_kind_source_reference",
    objects.c.business_id,
    objects.c.kind,
    objects.c.source,
    objects.c.reference,
    unique=True,
    sqlite_where=text("reference is not null and deleted_at is null"),
    postgresql_where=text("reference is not null and deleted_at is null"),
)
# By what a caller may name an object with when it does not say the source.
Index("ix_objects_business_id_reference", objects.c.business_id, objects.c.reference)
Index("ix_objects_business_id_sku", objects.c.business_id, objects.c.sku)
# Finds what has neither reference nor SKU, only a name.
Index(
    "ix_objects_business_id_kind_name",
    objects.c.business_id,
    objects.c.kind,
    objects.c.name,
    sqlite_where=text("reference is null and sku is null"),
    postgresql_where=text("reference is null and sku is null"),
)

# Facts, append-only, in order of commit. No foreign keys and, on SQLite, no index but the row
# number: rows they point at are never removed, and each index at random places costs 10 to 20 µs
# an event (docs/performance.md). ``store/event_index.py`` finds events by whom and what.
events = Table(
    "events",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("business_id", RowId, nullable=False),
    Column("token_id", RowId),
    Column("action_id", RowId, nullable=False),
    Column("profile_id", RowId),
    Column("session_id", RowId),
    Column("object_id", RowId),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    _at("occurred_at"),
    _at("tracked_at", nullable=True),
    _at("received_at"),
    Column("flags", Integer, nullable=False),
    Column("data", Json),
    CheckConstraint("profile_id is not null or session_id is not null", name="owner"),
    sqlite_autoincrement=True,
)
for _column in (events.c.profile_id, events.c.session_id, events.c.object_id):
    Index(
        f"ix_events_{_column.name}_id",
        _column,
        events.c.id,
        postgresql_where=_column.is_not(None),
    ).ddl_if(dialect="postgresql")
Index(
    "ix_events_business_id_action_id_id", events.c.business_id, events.c.action_id, events.c.id
).ddl_if(dialect="postgresql")

# The key a caller gave an event or a batch, for ever; committed with what it names.
# ``answer`` is the compressed answer of a batch; an event's needs none.
idempotency = Table(
    "idempotency",
    metadata,
    Column("business_id", RowId, nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", LargeBinary(16), nullable=False),
    Column("event_id", RowId),
    Column("answer", LargeBinary),
    PrimaryKeyConstraint("business_id", "key"),
    sqlite_with_rowid=False,
)

# One event for each lifecycle action of an order (contract 4.3).
lifecycles = Table(
    "lifecycles",
    metadata,
    Column("object_id", RowId, nullable=False, autoincrement=False),
    Column("action_id", RowId, nullable=False, autoincrement=False),
    Column("event_id", RowId, nullable=False),
    PrimaryKeyConstraint("object_id", "action_id"),
    sqlite_with_rowid=False,
)

# What changed or would have changed who an event belongs to, so that it can be replayed.
identity_log = Table(
    "identity_log",
    metadata,
    _id(),
    _business(),
    _at("at"),
    Column("kind", String(32), nullable=False),
    Column("session_id", RowId),
    Column("profile_id", RowId),
    Column("cause", String(64), nullable=False),
    Column("token_id", RowId),
    Column("details", Json),
    CheckConstraint("kind in ('attach', 'attach_conflict')", name="kind"),
)
Index("ix_identity_log_session_id", identity_log.c.session_id)

# Refused requests and batch items, without secrets, the newest ones of each business.
rejections = Table(
    "rejections",
    metadata,
    _id(),
    _business(),
    Column("token_id", RowId),
    _at("received_at"),
    Column("request_id", String(128), nullable=False),
    Column("method", String(8), nullable=False),
    Column("path", String(255), nullable=False),
    Column("status", Integer, nullable=False),
    Column("item", Integer),
    Column("errors", Json, nullable=False),
    Column("body", Json),
    sqlite_autoincrement=True,
)
Index("ix_rejections_business_id_id", rejections.c.business_id, rejections.c.id)

# Per token and hour (UTC): received = stored + duplicate + rejected, always.
ledger = Table(
    "ledger",
    metadata,
    Column("token_id", RowId, ForeignKey("tokens.id"), nullable=False, autoincrement=False),
    Column("hour_at", BigInteger, nullable=False, autoincrement=False),
    Column("business_id", RowId, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("duplicate", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    PrimaryKeyConstraint("token_id", "hour_at"),
    CheckConstraint("received = stored + duplicate + rejected", name="balance"),
)
