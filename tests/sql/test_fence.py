"""What keeps tenants apart, construct by construct: the rewrite, and PostgreSQL's row-level security beside it."""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlglot
import yaml
from mariadb_server import MariadbServer
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tenant_databases import Database, duckdb_database, mariadb_database, postgres_database, sqlite_database
from tenant_queries import TENANTS

from chat2sql.config.errors import Misconfigured, Refusal
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.fence import fence
from chat2sql.engine.sql.guard.policy import Policy, TenantRows

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "fence.yaml").read_text())
REWRITE = Policy(tenants=TenantRows(tables=("orders.tenant",), by="rewrite"))
Case = dict[str, Any]
Databases = dict[tuple[Dialect, bool], Database]


def _each(group: str) -> list[Any]:
    return [
        pytest.param(dialect, case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("only", case.get("type", Dialect))
        if dialect not in case.get("not", ())
    ]


@pytest.fixture(scope="module")
async def databases(postgres_server: str, mariadb_server: MariadbServer) -> AsyncIterator[Databases]:
    """Each dialect's, with the tenants kept apart and not."""
    names = {apart: f"fence_{uuid.uuid4().hex[:8]}" for apart in (True, False)}
    opened: Databases = {}
    async with AsyncExitStack() as stack:
        for apart, name in names.items():
            with psycopg.connect(postgres_server, autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            each = {
                Dialect.SQLITE: sqlite_database(apart=apart),
                Dialect.DUCKDB: duckdb_database(apart=apart),
                Dialect.POSTGRESQL: postgres_database(
                    make_conninfo(postgres_server, dbname=name), apart=apart
                ),
                Dialect.MYSQL: mariadb_database(mariadb_server, apart=apart),
            }
            for dialect, database in each.items():
                opened[dialect, apart] = await stack.enter_async_context(database)
        yield opened
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in names.values():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize(("dialect", "case"), _each("queries"))
async def test_a_tenant_gets_what_its_own_database_would_give(
    dialect: Dialect, case: Case, databases: Databases
) -> None:
    kept, open_ = databases[dialect, True], databases[dialect, False]
    query = case["sql"].replace("{s}", kept.schema)
    leaks = False
    for tenant in TENANTS:
        checked = kept.checked(query, tenant)
        assert checked.ok, checked.problems
        expected = kept.asked_own(query, tenant)
        assert expected is not None or case.get("fails", False)
        assert _counted(await kept.asked(checked.executable, tenant)) == _counted(expected)
        unfenced = await open_.asked(open_.checked(query, tenant).executable, tenant)
        leaks = leaks or _counted(unfenced) != _counted(expected)
    assert leaks is not case.get("alike", False)


def _counted(rows: list[tuple[object, ...]] | None) -> Counter[str] | None:
    return None if rows is None else Counter(map(str, rows))


@pytest.mark.parametrize(("dialect", "case"), _each("columns"))
async def test_a_tenant_is_told_exactly(
    dialect: Dialect, case: Case, postgres_server: str, mariadb_server: MariadbServer
) -> None:
    declared = case["type"][dialect]
    numbered = ", ".join(f"({number}, {value})" for number, value in enumerate(case["rows"], 1))
    create = f"CREATE {'TEMPORARY ' if dialect is Dialect.POSTGRESQL else ''}TABLE orders (id integer, tenant {declared})"
    run = RUNS[dialect](postgres_server, mariadb_server)
    run(create)
    try:
        run(f"INSERT INTO orders VALUES {numbered}")
        for tenant, expected in case["callers"].items():
            for query in ("SELECT id FROM orders", "SELECT id FROM orders WHERE 1 / id >= 0"):
                checked = check(
                    query, _catalogue(dialect, declared), policy=REWRITE, caller=Caller(tenant=tenant)
                )
                assert checked.ok, checked.problems
                assert sorted(run(checked.executable)) == [(number,) for number in expected], tenant
    finally:
        run("DROP TABLE orders")


Run = Callable[[str], list[tuple[Any, ...]]]


def _of_sqlite(postgres: str, mariadb: MariadbServer) -> Run:
    connection = sqlite3.connect(":memory:")
    return lambda statement: connection.execute(statement).fetchall()


def _of_duckdb(postgres: str, mariadb: MariadbServer) -> Run:
    connection = duckdb.connect()
    return lambda statement: connection.execute(statement).fetchall()


def _of_postgres(postgres: str, mariadb: MariadbServer) -> Run:
    connection = psycopg.connect(postgres, autocommit=True)

    def run(statement: str) -> list[tuple[Any, ...]]:
        cursor = connection.execute(statement.encode())
        rows = [] if cursor.description is None else cursor.fetchall()
        if statement.startswith("DROP"):
            connection.close()
        return rows

    return run


def _of_mariadb(postgres: str, mariadb: MariadbServer) -> Run:
    mariadb.run("CREATE DATABASE IF NOT EXISTS fence_columns")
    return lambda statement: mariadb.run(statement, database="fence_columns")


RUNS = {
    Dialect.SQLITE: _of_sqlite,
    Dialect.DUCKDB: _of_duckdb,
    Dialect.POSTGRESQL: _of_postgres,
    Dialect.MYSQL: _of_mariadb,
}


def _catalogue(dialect: Dialect, declared: str = "text") -> Catalogue:
    columns = {"orders": ("id", "tenant"), "regions": ("id",), "secrets": ("x",)}
    tables = tuple(
        Table(
            name=name,
            columns=tuple(Column(name=one, type=declared if one == "tenant" else "integer") for one in known),
        )
        for name, known in columns.items()
    )
    return Catalogue(datasource="fence", dialect=dialect, tables=tables)


@pytest.mark.parametrize(("dialect", "case"), _each("refused"))
def test_what_cannot_be_fenced_is_refused(dialect: Dialect, case: Case) -> None:
    policy = Policy(tenants=TenantRows(tables=("orders.tenant",), shared=("regions",), by="rewrite"))
    tree = sqlglot.parse_one(case["sql"], dialect=dialect)
    with pytest.raises(Refusal):
        fence(tree, _catalogue(dialect), policy, Caller(tenant="acme"))
    assert not check(case["sql"], _catalogue(dialect), policy=policy, caller=Caller(tenant="acme")).ok


@pytest.mark.parametrize("dialect", [one for one in Dialect if one is not Dialect.POSTGRESQL])
def test_row_level_security_is_not_relied_upon_where_there_is_none(dialect: Dialect) -> None:
    policy = Policy(tenants=TenantRows(tables=("orders.tenant",), by="rls"))
    with pytest.raises(Misconfigured) as caught:
        check("SELECT id FROM orders", _catalogue(dialect), policy=policy, caller=Caller(tenant="acme"))
    assert 'by = "rewrite"' in caught.value.message.zh and 'by = "rewrite"' in caught.value.message.en


@pytest.mark.parametrize("dialect", list(Dialect))
def test_without_anything_to_fence_the_query_stays_as_it_is(dialect: Dialect) -> None:
    for query in ("SELECT id FROM orders", "WITH orders AS (SELECT id FROM regions) SELECT id FROM orders"):
        checked = check(query, _catalogue(dialect), caller=Caller(tenant="acme"))
        assert checked.ok
        assert checked.executable == checked.sql
