"""Books of events that come without a token, and recent erasures found quickly.

Until now the ledger counted by token alone. What is stored already is counted as stored; what was
repeated or refused before is not known any more.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

HOUR_US = 3_600_000_000


def upgrade() -> None:
    """Count by business and token, 0 for whoever has none, and index erasures by their time."""
    _make_ledger_anew()
    op.create_index(
        "ix_identity_log_erased_at",
        "identity_log",
        ["at"],
        unique=False,
        sqlite_where=sa.text("kind = 'erase'"),
        postgresql_where=sa.text("kind = 'erase'"),
    )


def _make_ledger_anew() -> None:
    op.execute("create table ledger_before as select * from ledger")
    op.drop_table("ledger")
    op.create_table(
        "ledger",
        sa.Column("token_id", RowId, autoincrement=False, nullable=False),
        sa.Column("hour_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("business_id", RowId, autoincrement=False, nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "received = stored + duplicate + rejected", name=op.f("ck_ledger_balance")
        ),
        sa.PrimaryKeyConstraint("business_id", "hour_at", "token_id", name=op.f("pk_ledger")),
    )
    names = "token_id, hour_at, business_id, received, stored, duplicate, rejected"
    op.execute(f"insert into ledger ({names}) select {names} from ledger_before")
    op.drop_table("ledger_before")
    op.execute(
        f"""
        insert into ledger ({names})
        select 0, received_at - received_at % {HOUR_US}, business_id, count(*), count(*), 0, 0
        from events where token_id is null
        group by business_id, received_at - received_at % {HOUR_US}
        """
    )
