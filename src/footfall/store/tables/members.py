"""Who may look: the people of the dashboard, what each may do where, and what they changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from footfall.store.tables.base import Json, RowId, at_column, business_column, id_column, metadata

# People who log in. ``email`` is in its normal form, ``password`` an argon2id text with its salt.
members = Table(
    "members",
    metadata,
    id_column(),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("password", String(255), nullable=False),
    # ISO 639-1; null: as the browser asks.
    Column("language", String(2)),
    at_column("created_at"),
    sqlite_autoincrement=True,
)

memberships = Table(
    "memberships",
    metadata,
    business_column(),
    Column("member_id", RowId, ForeignKey("members.id"), nullable=False),
    Column("role", String(16), nullable=False),
    at_column("created_at"),
    PrimaryKeyConstraint("member_id", "business_id"),
    CheckConstraint("role in ('owner', 'developer', 'analyst')", name="role"),
)

# Browsers that are logged in, by the digest of what their cookie holds.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("member_id", RowId, ForeignKey("members.id"), nullable=False),
    at_column("created_at"),
    at_column("expires_at"),
)
Index("ix_web_sessions_member_id", web_sessions.c.member_id)

# Links that make a member, once. Without a business: the first owner's, for all there are.
invitations = Table(
    "invitations",
    metadata,
    id_column(),
    Column("business_id", RowId, ForeignKey("businesses.id")),
    Column("role", String(16), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("invited_by", RowId, ForeignKey("members.id")),
    at_column("created_at"),
    at_column("expires_at"),
    at_column("used_at", nullable=True),
    CheckConstraint("role in ('owner', 'developer', 'analyst')", name="role"),
    sqlite_autoincrement=True,
)

# What members changed, in order; never a secret.
audit = Table(
    "audit",
    metadata,
    id_column(),
    business_column(),
    Column("member_id", RowId, ForeignKey("members.id"), nullable=False),
    at_column("at"),
    Column("action", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("details", Json),
    sqlite_autoincrement=True,
)
Index("ix_audit_business_id_id", audit.c.business_id, audit.c.id)
