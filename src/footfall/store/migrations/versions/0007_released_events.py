"""Events that are in the lake alone.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table that counts what the store let go of."""
    op.create_table(
        "released_events",
        sa.Column("business_id", RowId, autoincrement=False, nullable=False),
        sa.Column("action_id", RowId, autoincrement=False, nullable=False),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "action_id", name=op.f("pk_released_events")),
        sqlite_with_rowid=False,
    )
