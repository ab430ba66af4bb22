"""Isolation of tenants under generated queries; ``benchmarks/tenant_fuzz.py`` asks 10,000 of each database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from tenant_databases import (
    Database,
    duckdb_database,
    mariadb_database,
    postgres_database,
    sqlite_database,
)

from chat2sql.config.vocabulary import Dialect

QUERIES = {Dialect.POSTGRESQL: 300, Dialect.SQLITE: 400, Dialect.MYSQL: 150, Dialect.DUCKDB: 120}
CONTROLS = 60
SEED = 3
FEWEST_EXECUTED = 0.9
FEWEST_WITH_ROWS = 0.6
FEWEST_SEEN = 0.2
"""Share of queries that give other tenants' data away where nothing keeps them apart."""

Opened = Callable[[bool], AbstractAsyncContextManager[Database]]


@pytest.fixture
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    """Opens a dialect's database: with the tenants apart, or not."""
    dialect: Dialect = request.param
    if dialect is Dialect.POSTGRESQL:
        superuser = request.getfixturevalue("database")
        yield lambda apart: postgres_database(superuser, apart=apart)
    elif dialect is Dialect.MYSQL:
        server = request.getfixturevalue("mariadb_server")
        yield lambda apart: mariadb_database(server, apart=apart)
    elif dialect is Dialect.SQLITE:
        yield lambda apart: sqlite_database(apart=apart)
    else:
        yield lambda apart: duckdb_database(apart=apart)


@pytest.mark.parametrize("opened", list(Dialect), indirect=True)
async def test_tenants_are_kept_apart(opened: Opened) -> None:
    async with opened(True) as database:
        count = QUERIES[database.catalogue.dialect]
        tally = await database.tally(count, SEED)
    assert tally.leaking == []
    assert tally.foreign_rows == 0
    assert tally.differing == []
    assert tally.generated == count
    assert tally.executed >= FEWEST_EXECUTED * count, tally.refused
    assert tally.with_rows >= FEWEST_WITH_ROWS * count


@pytest.mark.parametrize("opened", list(Dialect), indirect=True)
async def test_the_same_queries_leak_where_nothing_keeps_tenants_apart(opened: Opened) -> None:
    async with opened(False) as database:
        tally = await database.tally(CONTROLS, SEED)
    assert tally.foreign_rows > 0
    assert len(tally.leaking) >= FEWEST_SEEN * CONTROLS
