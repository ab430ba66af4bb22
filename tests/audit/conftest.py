"""The product's own PostgreSQL with its schema, seen by its owner and by the application's role."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from psycopg.conninfo import make_conninfo

from chat2sql.engine.stores.migrate import migrate
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.rights import APP_ROLE


@pytest.fixture
def owner_dsn(database: str) -> str:
    """The migrated database as the superuser who owns it."""
    migrate(database)
    return database


@pytest.fixture
def app_dsn(owner_dsn: str) -> str:
    """The same database as the application's role."""
    return make_conninfo(owner_dsn, user=APP_ROLE)


@pytest.fixture
async def store(app_dsn: str) -> AsyncIterator[Database]:
    """An open pool as the application's role."""
    async with Database(app_dsn) as opened:
        yield opened
