"""What happened: events, the keys they came under, refusals, and the books over both."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from footfall.store.tables.base import Json, RowId, at_column, business_column, id_column, metadata

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
    at_column("occurred_at"),
    at_column("tracked_at", nullable=True),
    at_column("received_at"),
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

# Events that are in the lake alone, by action: how many, and the sum of their digests modulo 2⁶³
# (``lake/sql/sums.sql``). Which those are is in ``installation`` (``store/released.py``).
released_events = Table(
    "released_events",
    metadata,
    Column("business_id", RowId, nullable=False, autoincrement=False),
    Column("action_id", RowId, nullable=False, autoincrement=False),
    Column("event_count", BigInteger, nullable=False),
    Column("digest", BigInteger, nullable=False),
    PrimaryKeyConstraint("business_id", "action_id"),
    sqlite_with_rowid=False,
)

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

# Who else reported a lifecycle step that was stored already: told apart from the first, never
# added to it (contract 4.3). ``event_id`` is the event that counts.
sightings = Table(
    "sightings",
    metadata,
    id_column(),
    business_column(),
    Column("event_id", RowId, nullable=False),
    Column("object_id", RowId, nullable=False),
    Column("action_id", RowId, nullable=False),
    Column("token_id", RowId),
    Column("profile_id", RowId),
    Column("session_id", RowId),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    at_column("occurred_at"),
    at_column("tracked_at", nullable=True),
    at_column("received_at"),
    Column("flags", Integer, nullable=False),
    Column("data", Json),
    sqlite_autoincrement=True,
)
Index("ix_sightings_object_id_id", sightings.c.object_id, sightings.c.id)

# Refused requests and batch items, without secrets, the newest ones of each business.
rejections = Table(
    "rejections",
    metadata,
    id_column(),
    business_column(),
    Column("token_id", RowId),
    at_column("received_at"),
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

# Per token and hour (UTC): received = stored + duplicate + rejected, always. Token 0 is no token:
# what came with the business's public id, or from the server itself.
ledger = Table(
    "ledger",
    metadata,
    Column("token_id", RowId, nullable=False, autoincrement=False),
    Column("hour_at", BigInteger, nullable=False, autoincrement=False),
    Column("business_id", RowId, nullable=False, autoincrement=False),
    Column("received", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("duplicate", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    PrimaryKeyConstraint("business_id", "hour_at", "token_id"),
    CheckConstraint("received = stored + duplicate + rejected", name="balance"),
)
