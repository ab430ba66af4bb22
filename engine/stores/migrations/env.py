"""Runs the revisions on the connection that ``chat2sql.engine.stores.migrate`` passes in.

The caller owns the transaction, so that a failed revision leaves nothing behind and the advisory lock
lasts until all of it is visible.
"""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
)
with context.begin_transaction():
    context.run_migrations()
