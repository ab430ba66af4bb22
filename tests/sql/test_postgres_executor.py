"""What only PostgreSQL has: row-level security bound to the caller, roles with settings of their own, logins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sql.databases import ACME
from sql.databases.postgres import CONTRACT

from chat2sql.config.errors import DatabaseUnavailable, InvalidInput, Misconfigured
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import (
    Estimate,
    Executor,
    Fetched,
    FetchLimits,
    Row,
    RowList,
    SqlProblem,
    SqlProblemKind,
)

LIMITS = FetchLimits(row_cap=100, timeout_s=20)


async def _rows(executor: Executor, query: str, caller: Caller = ACME) -> list[Row]:
    sink = RowList()
    fetched = await executor.fetch(query, sink, caller=caller, limits=LIMITS)
    assert isinstance(fetched, Fetched), fetched
    return sink.rows


@pytest.fixture
def role(database: str) -> Iterator[str]:
    """A role that may log in, and nothing else yet."""
    with psycopg.connect(database, autocommit=True) as connection:
        name = f"role_{connection.info.dbname}"
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield name
        connection.execute(
            sql.SQL("DROP OWNED BY {role}; DROP ROLE {role}").format(role=sql.Identifier(name))
        )


@pytest_asyncio.fixture
async def as_role(database: str, role: str) -> AsyncIterator[Executor]:
    executor = open_executor(Dialect.POSTGRESQL, make_conninfo(database, user=role))
    yield executor
    await executor.aclose()


@pytest_asyncio.fixture
async def as_owner(database: str) -> AsyncIterator[Executor]:
    executor = open_executor(Dialect.POSTGRESQL, database)
    yield executor
    await executor.aclose()


# -- the caller ------------------------------------------------------------------------------------------

TENANTS = ("acme", "other", "o'neil\"; --", "back\\slash'", "北京", "")


@pytest.fixture
def facts(database: str, role: str) -> None:
    """A table of several tenants under FORCE, and ``set_config`` out of everybody's reach."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE facts (tenant text, owner text, x int)")
        for number, tenant in enumerate(TENANTS):
            connection.execute("INSERT INTO facts VALUES (%s, 'ann', %s)", (tenant, number))
        connection.execute(
            "INSERT INTO facts SELECT 'large', 'ann', n FROM generate_series(1, 50000) n; ANALYZE facts"
        )
        connection.execute(
            "ALTER TABLE facts ENABLE ROW LEVEL SECURITY; ALTER TABLE facts FORCE ROW LEVEL SECURITY"
        )
        connection.execute(
            "CREATE POLICY own ON facts USING (tenant = current_setting('chat2sql.tenant')"
            " AND owner = current_setting('chat2sql.user'))"
        )
        connection.execute(sql.SQL("GRANT SELECT ON facts TO {}").format(sql.Identifier(role)))
        connection.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.set_config FROM PUBLIC")


@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("number", range(len(TENANTS)))
async def test_row_level_security_sees_tenant_and_user(as_role: Executor, number: int) -> None:
    caller = Caller(tenant=TENANTS[number], user="ann")
    assert await _rows(as_role, "SELECT x FROM facts", caller) == [(number,)]
    assert await _rows(as_role, "SELECT x FROM facts", Caller(tenant=TENANTS[number], user="eve")) == []


@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize(
    "attack",
    [
        "SELECT x FROM facts WHERE set_config('chat2sql.tenant', 'other', true) <> ''",
        "WITH a AS MATERIALIZED (SELECT set_config('chat2sql.tenant', 'other', false)) SELECT x FROM a, facts",
        "SELECT x FROM facts, LATERAL (SELECT pg_catalog.set_config('chat2sql.tenant', 'other', true)) AS s",
        "SELECT query_to_xml('SELECT set_config(''chat2sql.tenant'', ''other'', true)', true, true, '')",
        "SELECT query_to_xml('SET chat2sql.tenant = ''other''', true, true, ''), x FROM facts",
        "SELECT x FROM facts, ts_stat('SELECT set_config(''chat2sql.tenant'', ''other'', true)::tsvector')",
        "SET LOCAL chat2sql.tenant = 'other'",
        "SELECT 1; SET LOCAL chat2sql.tenant = 'other'",
        "UPDATE pg_settings SET setting = 'other' WHERE name = 'chat2sql.tenant'",
        "WITH u AS (UPDATE pg_settings SET setting = 'other' RETURNING 1) SELECT x FROM facts, u",
        "RESET chat2sql.tenant",
        "SET ROLE postgres",
        "SET row_security = off",
    ],
)
async def test_no_statement_binds_another_tenant(as_role: Executor, attack: str) -> None:
    """With the guard off: the role alone holds, once the owner has revoked ``set_config``."""
    sink = RowList()
    problem = await as_role.fetch(attack, sink, caller=ACME, limits=LIMITS)
    assert isinstance(problem, SqlProblem) and sink.rows == []
    assert await _rows(as_role, "SELECT x FROM facts") == [(0,)]


@pytest.mark.usefixtures("facts")
async def test_explain_plans_for_the_caller(as_role: Executor) -> None:
    few, many = [
        await as_role.explain("SELECT * FROM facts", caller=Caller(tenant=tenant, user="ann"), timeout_s=9)
        for tenant in ("other", "large")
    ]
    assert isinstance(few, Estimate) and isinstance(many, Estimate)
    assert few.rows is not None and many.rows is not None and few.rows < 100 < 10_000 < many.rows
    assert "chat2sql.tenant" in json.loads(few.text)["Filter"]


async def test_callers_whom_no_database_can_name_are_refused(as_owner: Executor) -> None:
    for caller in (Caller(tenant="a\x00b"), Caller(tenant="a", user="\ud800")):
        with pytest.raises(InvalidInput):
            await as_owner.fetch("SELECT 1", RowList(), caller=caller, limits=LIMITS)


async def test_a_plan_is_json_of_the_cursors_plan(as_owner: Executor) -> None:
    plan = await as_owner.explain("SELECT * FROM pg_class", caller=ACME, timeout_s=5)
    assert isinstance(plan, Estimate) and json.loads(plan.text)["Relation Name"] == "pg_class"


# -- exact values, whatever the role's settings -----------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "query", "value"),
    [
        ("timezone = 'Asia/Shanghai'", "TIMESTAMPTZ '2024-01-01 00:00:00+08'", datetime(2023, 12, 31, 16, tzinfo=UTC)),
        ("datestyle = 'German'", "TIMESTAMP '2024-01-02 03:04:05'", datetime(2024, 1, 2, 3, 4, 5)),
        ("datestyle = 'Postgres, DMY'", "TIMESTAMP '03/02/2024 01:00'", datetime(2024, 2, 3, 1)),
        ("extra_float_digits = 0", "0.1::float8 + 0.2::float8", 0.1 + 0.2),
        ("bytea_output = 'escape'", "'\\x00ff'::bytea", b"\x00\xff"),
        ("statement_timeout = '1ms'", "(SELECT count(*) FROM generate_series(1, 300000))", 300000),
        ("default_transaction_read_only = off", "1.50", Decimal("1.50")),
    ],
)  # fmt: skip
async def test_settings_of_the_role_do_not_change_values(
    database: str, role: str, as_role: Executor, setting: str, query: str, value: object
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} SET {setting}".encode())
    assert await _rows(as_role, f"SELECT {query} AS v") == [(value,)]


async def test_timestamps_keep_the_zone_of_the_database(database: str, as_owner: Executor) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            f"ALTER DATABASE \"{connection.info.dbname}\" SET timezone = 'Asia/Shanghai'".encode()
        )
    ((instant,),) = await _rows(as_owner, "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+08' AS t")
    assert isinstance(instant, datetime) and instant.hour == 0
    assert str(instant.tzinfo) == "Asia/Shanghai"


async def test_the_role_keeps_its_search_path(database: str, role: str, as_role: Executor) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE SCHEMA sales; CREATE TABLE sales.totals (x int); INSERT INTO sales.totals VALUES (7)"
        )
        connection.execute(
            f"GRANT USAGE ON SCHEMA sales TO {role}; GRANT SELECT ON sales.totals TO {role};"
            f" ALTER ROLE {role} SET search_path = sales".encode()
        )
    assert await _rows(as_role, "SELECT x FROM totals") == [(7,)]


# -- stopping --------------------------------------------------------------------------------------------


def _active(connection: psycopg.Connection) -> list[str]:
    found = connection.execute(
        "SELECT query FROM pg_stat_activity WHERE application_name = 'chat2sql' AND state = 'active'"
        " AND query LIKE 'FETCH%' AND datname = current_database()"
    )
    return [str(row[0]) for row in found.fetchall()]


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


async def test_cancelling_takes_the_fetch_off_the_server(database: str, as_owner: Executor) -> None:
    limits = FetchLimits(row_cap=1, timeout_s=600)
    with psycopg.connect(database, autocommit=True) as watching:
        running = asyncio.create_task(as_owner.fetch(CONTRACT.heavy, RowList(), caller=ACME, limits=limits))
        await _until(lambda: _active(watching))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert _active(watching) == []


async def test_a_lock_is_not_waited_for_longer_than_the_time_limit(database: str, as_owner: Executor) -> None:
    with psycopg.connect(database) as writer:
        writer.execute("CREATE TABLE busy (x int)")
        writer.commit()
        writer.execute("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE")
        limits = FetchLimits(row_cap=1, timeout_s=0.3)
        try:
            ended = await as_owner.fetch("SELECT x FROM busy", RowList(), caller=ACME, limits=limits)
        except DatabaseUnavailable:
            return  # the server's own limit for locks came first
    assert isinstance(ended, SqlProblem) and ended.kind is SqlProblemKind.TIMEOUT


# -- logins and outages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"dbname": "no_such_database"}, {"user": "no_such_user"}])
async def test_refused_login_is_misconfigured(database: str, wrong: dict[str, str]) -> None:
    executor = open_executor(Dialect.POSTGRESQL, make_conninfo(database, **wrong))
    with pytest.raises(Misconfigured):
        await executor.fetch("SELECT 1", RowList(), caller=ACME, limits=LIMITS)
    await executor.aclose()


def _lets_in(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


async def test_wrong_password_is_misconfigured(database: str, role: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} PASSWORD 'right'".encode())
        (row,) = connection.execute("SHOW hba_file").fetchall()
        rules = Path(str(row[0]))
        before = rules.read_text()
        rules.write_text(f"local all {role} scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
        try:
            # The server reads its rules anew in its own time.
            await _until(lambda: not _lets_in(make_conninfo(database, user=role, password="wrong")))
            for password, works in (("wrong-hush", False), ("right", True)):
                executor = open_executor(
                    Dialect.POSTGRESQL, make_conninfo(database, user=role, password=password)
                )
                if works:
                    assert await _rows(executor, "SELECT 1 AS works") == [(1,)]
                else:
                    with pytest.raises(Misconfigured) as raised:
                        await executor.fetch("SELECT 1", RowList(), caller=ACME, limits=LIMITS)
                    assert "hush" not in str(raised.value) + raised.value.message.zh
                await executor.aclose()
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")


async def test_an_executor_outlives_an_outage(database: str, as_owner: Executor) -> None:
    assert await _rows(as_owner, "SELECT 1 AS works") == [(1,)]
    with psycopg.connect(make_conninfo(database, dbname="postgres"), autocommit=True) as admin:
        name = conninfo_to_dict(database)["dbname"]
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        with pytest.raises(DatabaseUnavailable):
            await as_owner.fetch("SELECT 1", RowList(), caller=ACME, limits=LIMITS)
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert await _rows(as_owner, "SELECT 1 AS works") == [(1,)]
