"""What actions are done to: objects of every kind, their lines and their properties."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from footfall.store.tables.base import Json, RowId, at_column, business_column, id_column, metadata

# What actions are done to. ``amount_minor`` is a product's price, the value of an order, a cart or
# a refund. ``kind`` is a built-in one or the name of a structure; a variant is a product too.
objects = Table(
    "objects",
    metadata,
    id_column(),
    business_column(),
    Column("kind", String(64), nullable=False),
    # The product of a variant, the order of a refund.
    Column("parent_id", RowId),
    Column("source", String(64), nullable=False, server_default=""),
    Column("reference", String(255)),
    Column("sku", String(255)),
    Column("name", String(1024)),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    Column("data", Json),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
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

Index(
    "ix_objects_parent_id",
    objects.c.parent_id,
    sqlite_where=objects.c.parent_id.is_not(None),
    postgresql_where=objects.c.parent_id.is_not(None),
)

# Lines of an order or a cart, in their order of row number.
items = Table(
    "items",
    metadata,
    id_column(),
    business_column(),
    Column("object_id", RowId, ForeignKey("objects.id"), nullable=False),
    Column("product_id", RowId, ForeignKey("objects.id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price_minor", BigInteger),
    Column("currency", String(3)),
    at_column("created_at"),
    CheckConstraint("(price_minor is null) = (currency is null)", name="money"),
    CheckConstraint("quantity > 0", name="quantity"),
    sqlite_autoincrement=True,
)
Index("ix_items_object_id_id", items.c.object_id, items.c.id)

# The one cart of whoever sends carts without a reference; ``owner`` is ``s<session>`` or
# ``p<profile>`` by row number.
open_carts = Table(
    "open_carts",
    metadata,
    Column("owner", String(24), nullable=False, primary_key=True),
    Column("object_id", RowId, ForeignKey("objects.id"), nullable=False),
    sqlite_with_rowid=False,
)

# Kinds of objects of a business's own, and built-in ones that got properties.
structures = Table(
    "structures",
    metadata,
    id_column(),
    business_column(),
    Column("name", String(64), nullable=False),
    Column("title", String(255)),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
    sqlite_autoincrement=True,
)
Index(
    "uq_structures_business_id_name",
    structures.c.business_id,
    structures.c.name,
    unique=True,
    sqlite_where=structures.c.deleted_at.is_(None),
    postgresql_where=structures.c.deleted_at.is_(None),
)

# Fields of a business's own: of profiles (``owner`` is ``profile``) or of objects of a kind. Values
# are in ``data["properties"]`` of their row, by row number of the property.
properties = Table(
    "properties",
    metadata,
    id_column(),
    business_column(),
    Column("owner", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("is_required", Boolean, nullable=False),
    Column("is_unique", Boolean, nullable=False),
    Column("is_inherited", Boolean, nullable=False),
    at_column("created_at"),
    at_column("updated_at"),
    at_column("deleted_at", nullable=True),
    sqlite_autoincrement=True,
)
Index(
    "uq_properties_business_id_owner_name",
    properties.c.business_id,
    properties.c.owner,
    properties.c.name,
    unique=True,
    sqlite_where=properties.c.deleted_at.is_(None),
    postgresql_where=properties.c.deleted_at.is_(None),
)

# What only one row of a business may have: a coupon's code (``scope`` is ``coupon.code``), a unique
# property's value (``property.<row number>``). ``row_id`` is the object or profile that has it.
unique_values = Table(
    "unique_values",
    metadata,
    Column("business_id", RowId, nullable=False),
    Column("scope", String(64), nullable=False),
    Column("value", String(255), nullable=False),
    Column("row_id", RowId, nullable=False),
    PrimaryKeyConstraint("business_id", "scope", "value"),
    sqlite_with_rowid=False,
)
Index("ix_unique_values_scope_row_id", unique_values.c.scope, unique_values.c.row_id)
