"""Tracked links, clicks on them, and delivered messages.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make the new tables; businesses may say which hosts their links lead to."""
    op.add_column("businesses", sa.Column("link_hosts", Json, nullable=True))
    _create_links()
    _create_link_clicks()
    _create_deliveries()


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("medium", sa.String(length=255), nullable=True),
        sa.Column("campaign", sa.String(length=255), nullable=True),
        sa.Column("profile_id", RowId, nullable=True),
        sa.Column("session_id", RowId, nullable=True),
        sa.Column("clicks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("previews", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("suppressed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clicked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deactivated_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_links_business_id")
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_links_profile_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_links_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_links_code", "links", ["code"], unique=True)
    op.create_index("ix_links_business_id_id", "links", ["business_id", "id"], unique=False)
    op.create_index(
        "ix_links_profile_id",
        "links",
        ["profile_id"],
        unique=False,
        sqlite_where=sa.text("profile_id IS NOT NULL"),
        postgresql_where=sa.text("profile_id IS NOT NULL"),
    )


def _create_link_clicks() -> None:
    op.create_table(
        "link_clicks",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("link_id", RowId, nullable=False),
        sa.Column("session_id", RowId, nullable=False),
        sa.Column("clicked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_link_clicks_business_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_clicks_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_clicks")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_clicks_link_id_id", "link_clicks", ["link_id", "id"], unique=False)


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("token_id", RowId, nullable=True),
        sa.Column("profile_id", RowId, nullable=True),
        sa.Column("campaign", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_deliveries_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_deliveries_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_deliveries_business_id_source_reference",
        "deliveries",
        ["business_id", "source", "reference"],
        unique=True,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_business_id_id", "deliveries", ["business_id", "id"], unique=False
    )
    op.create_index(
        "ix_deliveries_business_id_campaign_id",
        "deliveries",
        ["business_id", "campaign", "id"],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_profile_id_id",
        "deliveries",
        ["profile_id", "id"],
        unique=False,
        sqlite_where=sa.text("profile_id IS NOT NULL"),
        postgresql_where=sa.text("profile_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_business_id_delivered_at",
        "deliveries",
        ["business_id", "delivered_at"],
        unique=False,
    )
