"""The one ``metadata``, and the columns that every table makes alike."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
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


def id_column() -> Column[int]:
    """Return a table's row number."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def business_column() -> Column[int]:
    """Return whose a row is."""
    return Column("business_id", RowId, ForeignKey("businesses.id"), nullable=False)


def at_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Return a time in microseconds UTC."""
    return Column(name, BigInteger, nullable=nullable)
