from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import errors
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.demo.company import generate
from chat2sql.engine.demo.load import LoadReport, load_postgres
from chat2sql.engine.demo.reader import READER_ROLE, reader_dsn
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.schema.m_schema import render
from chat2sql.engine.schema.tokens import estimate_tokens

FIXTURES = Path(__file__).parents[1] / "fixtures"
INTEGRITY = yaml.safe_load((FIXTURES / "demo_integrity.yaml").read_text(encoding="utf-8"))
SHAPE = yaml.safe_load((FIXTURES / "demo_shape.yaml").read_text(encoding="utf-8"))


def is_bilingual(comment: str) -> bool:
    return any("一" <= c <= "鿿" for c in comment) and any(c.isascii() and c.isalpha() for c in comment)


def value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def tables_of(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }


@pytest.mark.parametrize("case", INTEGRITY, ids=lambda case: case["name"])
def test_nothing_contradicts_itself(company_dsn: str, case: dict[str, str]) -> None:
    with psycopg.connect(company_dsn) as connection:
        connection.execute("SET timezone = 'Asia/Shanghai'")
        assert connection.execute(case["sql"].encode()).fetchmany(5) == []


@pytest.mark.parametrize("case", SHAPE, ids=lambda case: case["name"])
def test_it_looks_like_a_company(company_dsn: str, case: dict[str, str]) -> None:
    assert (
        float(case["low"]) <= float(str(value(reader_dsn(company_dsn), case["sql"]))) <= float(case["high"])
    )


def test_every_row_and_column_arrives(company_dsn: str) -> None:
    with psycopg.connect(company_dsn) as connection:
        for table in generate():
            cursor = connection.execute(f"SELECT * FROM {table.name} LIMIT 0".encode())
            assert tuple(column.name for column in cursor.description or ()) == table.columns
            count = connection.execute(f"SELECT count(*) FROM {table.name}".encode()).fetchone()
            assert count == (len(table.rows),)


def test_foreign_keys_and_checks_are_declared_and_valid(company_dsn: str) -> None:
    counted = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = '{}' AND convalidated"
    assert value(company_dsn, counted.format("f")) == 26
    assert value(company_dsn, counted.format("p")) == 21
    assert int(str(value(company_dsn, counted.format("c")))) > 20


async def test_comments_are_bilingual_and_the_schema_fits_a_tight_prompt(company_dsn: str) -> None:
    catalogue = await introspect(reader_dsn(company_dsn), Dialect.POSTGRESQL, "demo")
    assert [table.name for table in catalogue.tables] == sorted(table.name for table in generate())
    for table in catalogue.tables:
        assert is_bilingual(table.comment), table.name
        for column in table.columns:
            assert is_bilingual(column.comment), f"{table.name}.{column.name}"
            assert len(column.comment) <= 120
        assert table.row_estimate is not None and table.row_estimate > 0
    assert estimate_tokens(render(catalogue)) < 3900


def test_loading_again_does_nothing(database: str) -> None:
    seen: list[tuple[str, int]] = []
    first = load_postgres(database, lambda name, rows: seen.append((name, rows)))
    before = value(
        database, "SELECT sum(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    second = load_postgres(database, lambda name, rows: seen.append((name, rows)))
    assert (first.tables, first.already_loaded) == (21, False)
    assert seen == [(table.name, len(table.rows)) for table in generate()]
    assert first.rows == sum(rows for _, rows in seen)
    assert (second.tables, second.rows, second.already_loaded) == (21, 0, True)
    after = value(
        database, "SELECT sum(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    assert before == after


def test_a_load_that_breaks_off_leaves_nothing(database: str) -> None:
    def break_off(table: str, _: int) -> None:
        if table == "orders":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_postgres(database, break_off)
    assert tables_of(database) == set()
    assert not load_postgres(database).already_loaded


def test_an_older_version_is_replaced(database: str) -> None:
    load_postgres(database)
    with psycopg.connect(database) as connection:
        connection.execute("COMMENT ON SCHEMA public IS 'Chat2SQL demo company, version 0'")
        connection.execute("DELETE FROM payments")
    assert not load_postgres(database).already_loaded
    assert int(str(value(database, "SELECT count(*) FROM payments"))) > 10_000


@pytest.mark.parametrize("comment", ["standard public schema", "Chat2SQL demo company, version 0"])
def test_somebody_elses_tables_stay(database: str, comment: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE ledger AS SELECT 1 AS id")
        connection.execute(f"COMMENT ON SCHEMA public IS '{comment}'".encode())
    with pytest.raises(Misconfigured):
        load_postgres(database)
    assert tables_of(database) == {"ledger"}


def test_two_loads_at_once_load_once(database: str) -> None:
    reports: list[LoadReport] = []
    threads = [threading.Thread(target=lambda: reports.append(load_postgres(database))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.already_loaded for report in reports) == [False, True]


def test_an_unreachable_server_is_an_outage_that_tells_no_secret() -> None:
    with pytest.raises(DatabaseUnavailable) as raised:
        load_postgres("postgresql://owner:hunter2@127.0.0.1:1/demo")
    assert "hunter2" not in f"{raised.value.message} {raised.value!r} {raised.value.__cause__!r}"
    assert is_bilingual(f"{raised.value.message.zh} {raised.value.message.en}")


def test_a_user_without_rights_is_told_so(database: str) -> None:
    name = f"plain_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        try:
            with pytest.raises(Misconfigured):
                load_postgres(make_conninfo(database, user=name))
        finally:
            connection.execute(f"DROP ROLE {name}".encode())
    assert tables_of(database) == set()


def test_a_reader_with_more_rights_is_refused(company_dsn: str, database: str) -> None:
    with psycopg.connect(company_dsn, autocommit=True) as connection:
        connection.execute(f"GRANT pg_read_all_data TO {READER_ROLE}".encode())
        try:
            with pytest.raises(Misconfigured):
                load_postgres(database)
        finally:
            connection.execute(f"REVOKE pg_read_all_data FROM {READER_ROLE}".encode())
    assert tables_of(database) == set()


def test_the_readers_password_is_stored_as_a_verifier(database: str) -> None:
    load_postgres(database, reader_password="a pass 'word'")
    stored = str(value(database, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{READER_ROLE}'"))
    assert stored.startswith("SCRAM-SHA-256$")
    with psycopg.connect(reader_dsn(database, "a pass 'word'")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (READER_ROLE,)


@pytest.fixture(scope="module")
def secret_dsn(postgres_server: str) -> Iterator[str]:
    """Another database on the server, with a table of its own."""
    name = f"secret_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    dsn = make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE secrets AS SELECT 'x' AS secret")
    yield dsn
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_the_reader_reads(company_dsn: str) -> None:
    assert value(reader_dsn(company_dsn), "SELECT count(*) FROM orders") == 13_000
    assert value(reader_dsn(company_dsn), "SHOW timezone") == "Asia/Shanghai"


def test_the_reader_is_read_only_unless_it_asks_not_to_be(company_dsn: str) -> None:
    with psycopg.connect(reader_dsn(company_dsn)) as connection, pytest.raises(errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE mine (id int)")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO regions VALUES (99, 'x', 'x')",
        "UPDATE payroll SET bonus = 0",
        "DELETE FROM orders",
        "TRUNCATE payments",
        "DROP TABLE orders",
        "ALTER TABLE orders ADD COLUMN x int",
        "SELECT * FROM orders FOR UPDATE",
        "BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "COPY orders TO PROGRAM 'cat'",
        "COPY orders TO '/tmp/orders.csv'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT rolpassword FROM pg_authid",
        "SET ROLE postgres",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "COMMENT ON TABLE orders IS 'x'",
    ],
)
def test_the_reader_lacks_the_right(company_dsn: str, statement: str) -> None:
    with psycopg.connect(reader_dsn(company_dsn), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize("statement", ["SELECT * FROM secrets", "INSERT INTO secrets VALUES ('y')"])
def test_the_reader_reads_nothing_of_other_databases(
    company_dsn: str, secret_dsn: str, statement: str
) -> None:
    assert value(reader_dsn(company_dsn), "SELECT current_user") == READER_ROLE
    with psycopg.connect(reader_dsn(secret_dsn), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())
