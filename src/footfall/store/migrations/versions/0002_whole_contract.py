"""People, catalogue and everything else of the whole wire contract.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

LOGGED = (
    "'attach', 'attach_conflict', 'identify', 'identify_conflict', 'merge', 'undo', 'settle', "
    "'suppress', 'erase'"
)


def upgrade() -> None:
    """Make the new tables, widen the old ones, and move lists out of the profiles' data."""
    _create_tables()
    _add_columns()
    _widen_check("identities", "'email', 'phone', 'user'")
    _widen_check("identity_log", LOGGED)
    _move_lists()


def _widen_check(table: str, kinds: str) -> None:
    # SQLite cannot change a constraint: there the table is copied, and numbers its rows for good.
    kept = {"sqlite_autoincrement": True}
    with op.batch_alter_table(table, table_kwargs=kept) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_kind"), f"kind in ({kinds})")


def _move_lists() -> None:
    if op.get_bind().dialect.name == "postgresql":
        each = "cross join lateral jsonb_array_elements_text(p.data -> 'lists') as told(name)"
        rest = "data - 'lists'"
        has = "p.data ? 'lists'"
    else:
        each = "join json_each(p.data, '$.lists') as each_one"
        rest = "json_remove(data, '$.lists')"
        has = "json_type(p.data, '$.lists') = 'array'"
    name = "told.name" if "told" in each else "each_one.value"
    op.execute(
        f"""
        insert into lists (business_id, name, created_at, updated_at)
        select p.business_id, {name}, min(p.created_at), min(p.created_at)
        from profiles p {each} where {has} group by p.business_id, {name}
        """
    )
    op.execute(
        f"""
        insert into list_members (profile_id, list_id, created_at)
        select distinct p.id, l.id, p.created_at from profiles p {each}
        join lists l on l.business_id = p.business_id and l.name = {name} where {has}
        """
    )
    op.execute(f"update profiles as p set data = {rest} where {has}")


def _create_tables() -> None:
    op.create_table(
        "unique_values",
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("row_id", RowId, nullable=False),
        sa.PrimaryKeyConstraint("business_id", "scope", "value", name=op.f("pk_unique_values")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_unique_values_scope_row_id", "unique_values", ["scope", "row_id"], unique=False
    )
    op.create_table(
        "integrations",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("data", Json, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_integrations_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrations")),
        sa.UniqueConstraint("business_id", "name", name=op.f("uq_integrations_business_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lists",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_lists_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_lists_business_id_name",
        "lists",
        ["business_id", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "properties",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("is_inherited", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_properties_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_properties")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_properties_business_id_owner_name",
        "properties",
        ["business_id", "owner", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "sightings",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("event_id", RowId, nullable=False),
        sa.Column("object_id", RowId, nullable=False),
        sa.Column("action_id", RowId, nullable=False),
        sa.Column("token_id", RowId, nullable=True),
        sa.Column("profile_id", RowId, nullable=True),
        sa.Column("session_id", RowId, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("tracked_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("data", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_sightings_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sightings_object_id_id", "sightings", ["object_id", "id"], unique=False)
    op.create_table(
        "structures",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_structures_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structures")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_structures_business_id_name",
        "structures",
        ["business_id", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("profile_id", RowId, nullable=False),
        sa.Column("session_id", RowId, nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("origin in ('identify', 'form')", name=op.f("ck_claims_origin")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_claims_business_id")
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_claims_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_claims_profile_id", "claims", ["profile_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("object_id", RowId, nullable=False),
        sa.Column("product_id", RowId, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(price_minor is null) = (currency is null)", name=op.f("ck_items_money")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_items_quantity")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_items_business_id")
        ),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_items_object_id")),
        sa.ForeignKeyConstraint(["product_id"], ["objects.id"], name=op.f("fk_items_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_items_object_id_id", "items", ["object_id", "id"], unique=False)
    op.create_table(
        "list_members",
        sa.Column("profile_id", RowId, autoincrement=False, nullable=False),
        sa.Column("list_id", RowId, autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_members_list_id")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_list_members_profile_id")
        ),
        sa.PrimaryKeyConstraint("profile_id", "list_id", name=op.f("pk_list_members")),
    )
    op.create_index("ix_list_members_list_id", "list_members", ["list_id"], unique=False)
    op.create_table(
        "open_carts",
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("object_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_open_carts_object_id")
        ),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_open_carts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "submissions",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("form_id", RowId, nullable=False),
        sa.Column("session_id", RowId, nullable=True),
        sa.Column("profile_id", RowId, nullable=True),
        sa.Column("data", Json, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_submissions_business_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["objects.id"], name=op.f("fk_submissions_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_submissions_form_id_id", "submissions", ["form_id", "id"], unique=False)
    op.create_index("ix_submissions_profile_id", "submissions", ["profile_id"], unique=False)


def _add_columns() -> None:
    op.add_column("businesses", sa.Column("origins", Json, nullable=True))
    op.add_column("businesses", sa.Column("test_of", RowId, nullable=True))
    op.add_column("identity_log", sa.Column("other_id", RowId, nullable=True))
    op.add_column("identity_log", sa.Column("about_id", RowId, nullable=True))
    op.create_index(
        "ix_identity_log_business_id_id", "identity_log", ["business_id", "id"], unique=False
    )
    op.create_index("ix_identity_log_profile_id", "identity_log", ["profile_id"], unique=False)
    op.create_index(
        "uq_identity_log_about_id",
        "identity_log",
        ["about_id"],
        unique=True,
        sqlite_where=sa.text("about_id IS NOT NULL"),
        postgresql_where=sa.text("about_id IS NOT NULL"),
    )
    op.add_column("objects", sa.Column("parent_id", RowId, nullable=True))
    op.create_index(
        "ix_objects_parent_id",
        "objects",
        ["parent_id"],
        unique=False,
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.add_column("profiles", sa.Column("merged_into", RowId, nullable=True))
    op.add_column("profiles", sa.Column("suppressed_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "profiles",
        sa.Column("suppressed_count", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_profiles_merged_into",
        "profiles",
        ["merged_into"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "uq_businesses_test_of",
        "businesses",
        ["test_of"],
        unique=True,
        sqlite_where=sa.text("test_of IS NOT NULL"),
        postgresql_where=sa.text("test_of IS NOT NULL"),
    )
