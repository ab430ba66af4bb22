"""The roles that docs/datasources.md tells an administrator to make: its statements on real servers, and what the roles
can do afterwards, past guard and executor."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pymysql
import pytest
from mariadb_server import MariadbServer
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sql.databases import ACME

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Estimate, Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.rls import audit_role

PAGE = (Path(__file__).parents[2] / "docs/datasources.md").read_text()
LIMITS = FetchLimits(row_cap=10, timeout_s=20)
SEED = (
    "CREATE TABLE customers (id int PRIMARY KEY, city varchar(20))",
    "INSERT INTO customers VALUES (1, 'Rome')",
    "CREATE VIEW cities AS SELECT city FROM customers",
    "CREATE SEQUENCE counter",
)
LATER = "CREATE TABLE later (id int)"
WRITES = (
    "INSERT INTO customers VALUES (2, 'x')",
    "UPDATE customers SET city = 'x'",
    "DELETE FROM customers",
    "DROP TABLE customers",
    "ALTER TABLE customers ADD COLUMN x int",
    "CREATE INDEX new_one ON customers (city)",
    "CREATE TABLE new_one (x int)",
    "CREATE TEMPORARY TABLE new_one (x int)",
    "CREATE VIEW new_one AS SELECT 1 AS x",
    "DROP VIEW cities",
    "CREATE ROLE new_one",
)
POSTGRES_WRITES = (
    *WRITES,
    "TRUNCATE customers",
    "CREATE SCHEMA new_one",
    "ALTER TABLE customers OWNER TO chat2sql_reader",
    "SELECT nextval('counter')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_read_file('/etc/passwd')",
    "SET ROLE postgres",
    "ALTER ROLE chat2sql_reader SUPERUSER",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "ALTER ROLE chat2sql_reader RESET temp_file_limit",
    "COPY customers TO '/tmp/chat2sql-written-by-a-reader'",
)
MYSQL_WRITES = (
    *WRITES,
    "GRANT SELECT ON customers TO chat2sql_reader",
    "TRUNCATE customers",
    "CREATE DATABASE new_one",
    "SELECT NEXTVAL(counter)",
    "SELECT id FROM customers INTO OUTFILE '/tmp/chat2sql-written-by-a-reader'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE customers",
    "LOCK TABLES customers WRITE",
    "SET GLOBAL max_connections = 7",
    "CREATE FUNCTION new_one() RETURNS int RETURN 1",
    "SELECT * FROM mysql.global_priv",
    "SHUTDOWN",
)
DENIED = frozenset({1044, 1045, 1142, 1227, 1370, 1410})


def statements(heading: str) -> list[str]:
    """The SQL of a section, statement by statement."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    blocks = re.findall(r"^```sql\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
    found = [part.strip() for block in blocks for part in block.split(";\n") if part.strip()]
    assert len(found) >= 2
    return found


@pytest.fixture
def sales(postgres_server: str) -> Iterator[str]:
    """The database of the page, with its role; the superuser's DSN."""
    dsn = make_conninfo(postgres_server, dbname="sales")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE sales")
        with psycopg.connect(dsn, autocommit=True) as owner:
            for statement in (*SEED, *statements("PostgreSQL"), LATER):
                owner.execute(sql.SQL(statement))  # type: ignore[arg-type]  # of the page
            yield dsn
            owner.execute("DROP OWNED BY chat2sql_reader")
        connection.execute("DROP DATABASE sales")
        connection.execute("DROP ROLE chat2sql_reader")


async def test_postgres(sales: str) -> None:
    reader = make_conninfo(sales, user="chat2sql_reader", password="change-me")
    catalogue = await introspect(reader, Dialect.POSTGRESQL, "sales")
    assert {table.name for table in catalogue.tables} == {"customers", "cities", "later"}
    assert await audit_role(reader, Policy(), catalogue) == ()
    await _asks(Dialect.POSTGRESQL, reader)
    allowed = []
    with psycopg.connect(reader, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in POSTGRES_WRITES:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                continue
            allowed.append(statement)
    assert allowed == []


@pytest.fixture
def shop(mariadb_server: MariadbServer) -> Iterator[MariadbServer]:
    """A server with the database of the page, and its user."""
    mariadb_server.run("CREATE DATABASE sales")
    mariadb_server.run(*SEED, *statements("MySQL and MariaDB"), LATER, database="sales")
    yield mariadb_server
    mariadb_server.run("DROP USER 'chat2sql_reader'@'%'", "DROP DATABASE sales")


async def test_mysql(shop: MariadbServer) -> None:
    reader = shop.dsn("chat2sql_reader", "change-me", "sales")
    catalogue = await introspect(reader, Dialect.MYSQL, "sales")
    assert {table.name for table in catalogue.tables} == {"customers", "cities", "later"}
    await _asks(Dialect.MYSQL, reader)
    with pytest.raises(Misconfigured, match="refused the login"):
        await _asks(Dialect.MYSQL, f"{reader}?ssl_mode=disabled")
    context = ssl.create_default_context(cafile=str(shop.ca_file))
    allowed = []
    with (
        closing(
            pymysql.connect(
                host="127.0.0.1",
                port=shop.port,
                user="chat2sql_reader",
                password="change-me",
                database="sales",
                ssl=context,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in MYSQL_WRITES:
            try:
                cursor.execute(statement)
            except pymysql.Error as error:
                if error.args[0] in DENIED:
                    continue
            allowed.append(statement)
    assert allowed == []


async def _asks(dialect: Dialect, dsn: str) -> None:
    """Rows, and an estimate on a view."""
    executor = open_executor(dialect, dsn)
    sink = RowList()
    try:
        fetched = await executor.fetch("SELECT city FROM cities", sink, caller=ACME, limits=LIMITS)
        assert isinstance(fetched, Fetched) and sink.rows == [("Rome",)], fetched
        estimate = await executor.explain("SELECT city FROM cities", caller=ACME, timeout_s=20)
        assert isinstance(estimate, Estimate) and estimate.rows is not None, estimate
    finally:
        await executor.aclose()
