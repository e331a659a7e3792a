"""By what each business's sales are credited, and what a euro was worth on each day.

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make both tables, empty: until somebody changes something, what is built in holds."""
    op.create_table(
        "attribution_settings",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("business_id", RowId, nullable=False),
        sa.Column("token_id", RowId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("channels", sa.Text(), nullable=True),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["businesses.id"],
            name=op.f("fk_attribution_settings_business_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribution_settings")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_attribution_settings_business_id_id",
        "attribution_settings",
        ["business_id", "id"],
        unique=False,
    )
    op.create_table(
        "exchange_rates",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("rate", sa.String(length=16), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_exchange_rates")),
    )
