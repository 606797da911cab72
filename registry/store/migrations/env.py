"""Alembic's entry: runs the migrations on the connection that the caller holds."""

from __future__ import annotations

from alembic import context

from registry.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
