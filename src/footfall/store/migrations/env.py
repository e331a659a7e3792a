"""Runs migrations on the connection that ``store.schema`` opened; there is no other way in."""

from alembic import context

from footfall.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
