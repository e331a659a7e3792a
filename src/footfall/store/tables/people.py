"""Customers: profiles, what identifies them, sessions, and every change of who is who."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from footfall.store.tables.base import Json, RowId, at_column, business_column, id_column, metadata

profiles = Table(
    "profiles",
    metadata,
    id_column(),
    business_column(),
    Column("first_name", String(255)),
    Column("last_name", String(255)),
    Column("source", String(64), nullable=False, server_default=""),
    Column("reference", String(255)),
    Column("data", Json),
    # The profile that this one turned out to be; undoing the merge clears it.
    Column("merged_into", RowId),
    # From then on events are counted and not kept.
    at_column("suppressed_at", nullable=True),
    Column("suppressed_count", BigInteger, nullable=False, server_default="0"),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
)
Index(
    "ix_profiles_merged_into",
    profiles.c.merged_into,
    sqlite_where=profiles.c.merged_into.is_not(None),
    postgresql_where=profiles.c.merged_into.is_not(None),
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

# E-mail addresses, phones, and ids in other systems (kind ``user``, the system in ``label``).
# ``value`` is the normal form, null where ``raw`` has none; a ``user``'s is ``label:raw``.
identities = Table(
    "identities",
    metadata,
    id_column(),
    business_column(),
    Column("profile_id", RowId, ForeignKey("profiles.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", String(64), nullable=False, server_default=""),
    Column("value", String(320)),
    Column("raw", String(320), nullable=False),
    at_column("created_at"),
    CheckConstraint("kind in ('email', 'phone', 'user')", name="kind"),
    sqlite_autoincrement=True,
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
    id_column(),
    business_column(),
    Column("text", String(128), nullable=False),
    Column("profile_id", RowId, ForeignKey("profiles.id")),
    at_column("created_at"),
    at_column("attached_at", nullable=True),
    UniqueConstraint("business_id", "text"),
)
Index(
    "ix_sessions_profile_id",
    sessions.c.profile_id,
    sqlite_where=sessions.c.profile_id.is_not(None),
    postgresql_where=sessions.c.profile_id.is_not(None),
)

# What browsers said of a person and nobody has proved; identifies nobody.
claims = Table(
    "claims",
    metadata,
    id_column(),
    business_column(),
    Column("profile_id", RowId, ForeignKey("profiles.id"), nullable=False),
    Column("session_id", RowId),
    Column("origin", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("value", Text, nullable=False),
    at_column("created_at"),
    CheckConstraint("origin in ('identify', 'form')", name="origin"),
    sqlite_autoincrement=True,
)
Index("ix_claims_profile_id", claims.c.profile_id)

lists = Table(
    "lists",
    metadata,
    id_column(),
    business_column(),
    Column("name", String(255), nullable=False),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
    sqlite_autoincrement=True,
)
Index(
    "uq_lists_business_id_name",
    lists.c.business_id,
    lists.c.name,
    unique=True,
    sqlite_where=lists.c.deleted_at.is_(None),
    postgresql_where=lists.c.deleted_at.is_(None),
)
list_members = Table(
    "list_members",
    metadata,
    Column("profile_id", RowId, ForeignKey("profiles.id"), nullable=False, autoincrement=False),
    Column("list_id", RowId, ForeignKey("lists.id"), nullable=False, autoincrement=False),
    at_column("created_at"),
    PrimaryKeyConstraint("profile_id", "list_id"),
)
Index("ix_list_members_list_id", list_members.c.list_id)

# What was filled into a form on a page.
submissions = Table(
    "submissions",
    metadata,
    id_column(),
    business_column(),
    Column("form_id", RowId, ForeignKey("objects.id"), nullable=False),
    Column("session_id", RowId),
    Column("profile_id", RowId),
    Column("data", Json),
    at_column("created_at"),
    sqlite_autoincrement=True,
)
Index("ix_submissions_form_id_id", submissions.c.form_id, submissions.c.id)
Index("ix_submissions_profile_id", submissions.c.profile_id)

# What changed or would have changed who an event belongs to, so that it can be replayed.
# ``other_id`` is the second profile: merged into ``profile_id``, or the owner a conflict is with.
# ``about_id`` is the row that an ``undo`` undoes or a ``settle`` settles.
identity_log = Table(
    "identity_log",
    metadata,
    id_column(),
    business_column(),
    at_column("at"),
    Column("kind", String(32), nullable=False),
    Column("session_id", RowId),
    Column("profile_id", RowId),
    Column("other_id", RowId),
    Column("about_id", RowId),
    Column("cause", String(64), nullable=False),
    Column("token_id", RowId),
    Column("details", Json),
    CheckConstraint(
        "kind in ('attach', 'attach_conflict', 'identify', 'identify_conflict', 'merge', 'undo', "
        "'settle', 'suppress', 'erase')",
        name="kind",
    ),
    sqlite_autoincrement=True,
)
Index("ix_identity_log_session_id", identity_log.c.session_id)
Index("ix_identity_log_profile_id", identity_log.c.profile_id)
Index("ix_identity_log_business_id_id", identity_log.c.business_id, identity_log.c.id)
Index(
    "ix_identity_log_erased_at",
    identity_log.c.at,
    sqlite_where=identity_log.c.kind == "erase",
    postgresql_where=identity_log.c.kind == "erase",
)
Index(
    "uq_identity_log_about_id",
    identity_log.c.about_id,
    unique=True,
    sqlite_where=identity_log.c.about_id.is_not(None),
    postgresql_where=identity_log.c.about_id.is_not(None),
)
