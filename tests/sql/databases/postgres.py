"""PostgreSQL's part in the contract of executors."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sql.databases import SEED, Contract, Exact, Fault, Unreachable

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import SqlProblemKind

WRITTEN_FILE = "/tmp/chat2sql-written-by-sql"
OWN_SEED = """
    CREATE SEQUENCE counter;
    CREATE TYPE "OrderState" AS ENUM ('open', 'paid');
    CREATE DOMAIN short_text AS varchar(5) CHECK (VALUE <> '');
    CREATE TYPE point3 AS (x int, y int, label text);
    CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM orders; RETURN 1; END';
    CREATE FUNCTION wipe_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
        AS 'BEGIN DELETE FROM public.orders; RETURN 1; END';
    CREATE FUNCTION wipe_immutable() RETURNS int LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
        AS 'BEGIN EXECUTE ''DELETE FROM public.orders''; RETURN 1; END';
    CREATE FUNCTION make_temporary() RETURNS int LANGUAGE plpgsql
        AS 'BEGIN CREATE TEMP TABLE kept (x int); RETURN 1; END';
    CREATE FUNCTION complain() RETURNS int LANGUAGE plpgsql
        AS 'BEGIN RAISE EXCEPTION ''% of % is wrong'', (SELECT name FROM public.customers LIMIT 1), ''Berlin''; END';
    CREATE PROCEDURE wipe_all() LANGUAGE SQL AS 'DELETE FROM orders';
"""
STATE = (
    "SELECT * FROM public.customers ORDER BY id",
    "SELECT * FROM public.orders ORDER BY id",
    "SELECT * FROM public.secrets ORDER BY id",
    "SELECT last_value, is_called FROM public.counter",
    "SELECT relname, relnamespace::regnamespace::text, relacl::text, reloptions::text FROM pg_class"
    " WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace) ORDER BY 1, 2",
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' ORDER BY 1",
    "SELECT extname FROM pg_extension ORDER BY 1",
    "SELECT oid FROM pg_largeobject_metadata ORDER BY 1",
    "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles ORDER BY 1",
    "SELECT s.* FROM pg_db_role_setting s ORDER BY 1, 2",
    "SELECT objoid, description FROM pg_description WHERE objoid > 16383 ORDER BY 1, 2",
    "SELECT slot_name FROM pg_replication_slots ORDER BY 1",
    "SELECT name, setting FROM pg_file_settings ORDER BY 1",
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    f"SELECT modification FROM pg_stat_file('{WRITTEN_FILE}', true)",
    f"SELECT modification FROM pg_stat_file('{WRITTEN_FILE.rpartition('/')[2]}', true)",
)


class Postgres:
    """A database of its own on the test run's server."""

    def __init__(self, server: str) -> None:
        name = f"contract_{uuid.uuid4().hex[:8]}"
        self.role = f"reader_{name}"
        self._server = server
        self._name = name
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.owner_dsn = make_conninfo(server, dbname=name)
        self.dsn = make_conninfo(server, dbname=name, user=self.role)
        with psycopg.connect(self.owner_dsn, autocommit=True) as connection:
            connection.execute("; ".join((*SEED, OWN_SEED)).encode())
            connection.execute(
                sql.SQL("CREATE ROLE {role} LOGIN; GRANT SELECT ON customers, orders TO {role}").format(
                    role=sql.Identifier(self.role)
                )
            )

    def state(self) -> object:
        with psycopg.connect(self.owner_dsn, autocommit=True) as connection:
            return [connection.execute(query.encode()).fetchall() for query in STATE]

    def running(self) -> Sequence[str]:
        return self._ask(
            "SELECT query FROM pg_stat_activity WHERE application_name = 'chat2sql' AND state = 'active'"
            " AND datname = %s"
        )

    def drop_connections(self) -> None:
        self._ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'chat2sql' AND datname = %s"
        )

    def remove(self) -> None:
        with psycopg.connect(self.owner_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(self.role)))
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(self.role)))

    def _ask(self, query: str) -> list[str]:
        with psycopg.connect(self._server, autocommit=True) as connection:
            return [str(row[0]) for row in connection.execute(query.encode(), (self._name,)).fetchall()]


@contextmanager
def opened(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    database = Postgres(request.getfixturevalue("postgres_server"))
    yield database
    database.remove()


EXACT = (
    Exact("true", "bool", True),
    Exact("1::int2", "int2", 1),
    Exact("9223372036854775807", "int8", 9223372036854775807),
    Exact("1.5::float8", "float8", 1.5),
    Exact("0.1::float8 + 0.2::float8", "float8", 0.1 + 0.2),
    Exact("0.1::float4", "float4", 0.1),
    Exact("'Infinity'::float8", "float8", float("inf")),
    Exact("12.30::numeric(12,2)", "numeric(12,2)", Decimal("12.30")),
    Exact("0.1", "numeric", Decimal("0.1")),
    Exact("12345678901234567890123456789012345678.12", "numeric", Decimal("12345678901234567890123456789012345678.12")),
    Exact("'Infinity'::numeric", "numeric", Decimal("Infinity")),
    Exact("'x'::varchar(5)", "varchar(5)", "x"),
    Exact("'x'::char(3)", "bpchar(3)", "x  "),
    Exact("''::text", "text", ""),
    Exact("'x'::name", "name", "x"),
    Exact("DATE '2024-02-29'", "date", date(2024, 2, 29)),
    Exact("'infinity'::date", "date", "infinity"),
    Exact("'0044-03-15 BC'::date", "date", "0044-03-15 BC"),
    Exact("DATE '10000-01-01'", "date", "10000-01-01"),
    Exact("TIME '23:59:59.5'", "time", time(23, 59, 59, 500000)),
    Exact("TIME '24:00:00'", "time", "24:00:00"),
    Exact("'12:00:00+08'::timetz", "timetz", "12:00:00+08"),
    Exact("TIMESTAMP '2024-01-02 03:04:05.6'", "timestamp", datetime(2024, 1, 2, 3, 4, 5, 600000)),
    Exact("TIMESTAMP(3) '2024-01-02 03:04:05.6785'", "timestamp(3)", datetime(2024, 1, 2, 3, 4, 5, 679000)),
    Exact("'-infinity'::timestamp", "timestamp", "-infinity"),
    Exact("TIMESTAMPTZ '2024-01-01 00:00:00+08'", "timestamptz", datetime(2023, 12, 31, 16, tzinfo=UTC)),
    Exact("'infinity'::timestamptz", "timestamptz", "infinity"),
    Exact("INTERVAL '1 month 2 days'", "interval", "1 mon 2 days"),
    Exact("ARRAY[1, NULL, 3]", "int4[]", [1, None, 3]),
    Exact("ARRAY['a', '北京', NULL, '']", "text[]", ["a", "北京", None, ""]),
    Exact("ARRAY[[1.50, 2], [3, 4]]", "numeric[]", [[Decimal("1.50"), Decimal(2)], [Decimal(3), Decimal(4)]]),
    Exact("ARRAY[INTERVAL '1 day']", "interval[]", ["1 day"]),
    Exact("ARRAY['infinity'::date]", "date[]", ["infinity"]),
    Exact("'{\"a\": [1.10, null]}'::json", "json", '{"a": [1.10, null]}'),
    Exact("'{\"a\": [1.10, null]}'::jsonb", "jsonb", '{"a": [1.10, null]}'),
    Exact("'null'::jsonb", "jsonb", "null"),
    Exact("'\\x00ff'::bytea", "bytea", b"\x00\xff"),
    Exact("''::bytea", "bytea", b""),
    Exact("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    Exact("'10.0.0.0/8'::inet", "inet", "10.0.0.0/8"),
    Exact("'10.1.2.3'::inet", "inet", "10.1.2.3"),
    Exact("B'101'::bit(3)", "bit(3)", "101"),
    Exact("B'101'::varbit(9)", "varbit(9)", "101"),
    Exact("'12.34'::money", "money", "$12.34"),
    Exact("int4range(1, 5)", "int4range", "[1,5)"),
    Exact("'{[1,5), [7,9)}'::int4multirange", "int4multirange", "{[1,5),[7,9)}"),
    Exact("point(1, 2)", "point", "(1,2)"),
    Exact("'open'::\"OrderState\"", '"OrderState"', "open"),
    Exact("ARRAY['open'::\"OrderState\"]", '"OrderState"[]', "{open}"),
    Exact("'abc'::short_text", "varchar(5)", "abc"),
    Exact("ROW(1, NULL, 'a,b')::point3", "point3", '(1,,"a,b")'),
    Exact("ROW(1, 'x')", "record", "(1,x)"),
)  # fmt: skip

WRITES = (
    "INSERT INTO customers (id) VALUES (99)",
    "UPDATE customers SET name = 'x'",
    "DELETE FROM orders",
    "MERGE INTO orders USING customers c ON orders.id = c.id WHEN MATCHED THEN DELETE",
    "TRUNCATE orders",
    "DROP TABLE orders",
    "ALTER TABLE orders ADD COLUMN x int",
    "CREATE TABLE new_one (x int)",
    "CREATE TEMP TABLE new_one (x int)",
    "CREATE TABLE new_one AS SELECT 1 AS x",
    "CREATE EXTENSION vector",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COMMENT ON TABLE orders IS 'x'",
    "GRANT ALL ON orders TO PUBLIC",
    "VACUUM orders",
    "ANALYZE orders",
    "CHECKPOINT",
    "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE",
    "SELECT 1; DELETE FROM orders",
    "SELECT 1; COMMIT; DELETE FROM orders",
    "SELECT 1; ROLLBACK; DROP TABLE orders",
    "SELECT 1; END; DROP TABLE orders; BEGIN",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "SET TRANSACTION READ WRITE",
    "SET chat2sql.tenant = 'other'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "RESET ALL",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION DEFAULT",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "ALTER ROLE CURRENT_USER SET work_mem = '1GB'",
    "DISCARD ALL",
    "PREPARE p AS DELETE FROM orders",
    "EXECUTE p",
    "LISTEN channel",
    "NOTIFY channel, 'x'",
    "DO 'BEGIN DELETE FROM orders; END'",
    "CALL wipe_all()",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "EXPLAIN (ANALYZE) SELECT wipe()",
    "COPY orders TO PROGRAM 'cat'",
    f"COPY orders TO '{WRITTEN_FILE}'",
    "COPY orders FROM '/etc/passwd'",
    "COPY (SELECT 1) TO STDOUT",
    "COPY orders FROM STDIN",
    "LOAD 'auto_explain'",
    "ANALYZE DELETE FROM orders",
    "(ANALYZE) DELETE FROM orders",
    "WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d",
    "WITH d AS (INSERT INTO orders VALUES (9) RETURNING id) SELECT id FROM d",
    "SELECT * FROM (WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d) AS x",
    "SELECT id INTO new_one FROM orders",
    "SELECT id FROM orders FOR UPDATE",
    "SELECT wipe()",
    "SELECT wipe_as_owner()",
    "SELECT wipe_immutable()",
    "SELECT nextval('counter')",
    "SELECT setval('counter', 99)",
    "SELECT set_config('transaction_read_only', 'off', true), wipe_as_owner()",
    "SELECT set_config('transaction_read_only', 'off', false) FROM (SELECT wipe_as_owner()) AS x",
    "SELECT lo_create(4711)",
    "SELECT lo_from_bytea(4711, 'x')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT query_to_xml('DELETE FROM orders', true, true, '')",
    "SELECT query_to_xml('SET chat2sql.tenant = other', true, true, '')",
    "SELECT query_to_xml('SELECT wipe_as_owner()', true, true, '')",
    "SELECT * FROM ts_stat('DELETE FROM orders')",
)

REFUSED = (
    "SELECT * FROM secrets",
    "TABLE secrets",
    "SELECT query_to_xml('SELECT * FROM secrets', true, true, '')",
    "SELECT table_to_xml('secrets', true, true, '')",
    "SELECT * FROM pg_authid",
    "SELECT rolpassword FROM pg_shadow",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_ls_waldir()",
    "SELECT pg_file_write('x', 'y', false)",
    f"SELECT lo_export(4711, '{WRITTEN_FILE}')",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_restore_point('x')",
    "SELECT pg_create_physical_replication_slot('x')",
    "SELECT pg_create_logical_replication_slot('x', 'pgoutput')",
    "SELECT pg_replication_origin_create('x')",
    "SELECT pg_stat_reset()",
    "SELECT pg_promote()",
    "SELECT pg_backup_start('x')",
    "SELECT pg_log_backend_memory_contexts(pg_backend_pid())",
    "SELECT pg_import_system_collations('public')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t(x int)",
    "SELECT set_config('role', 'postgres', true)",
    "SELECT set_config('session_authorization', 'postgres', true)",
    "SELECT set_config('log_statement', 'none', false)",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "SELECT set_config('row_security', 'off', true), word FROM secrets",
)

HARMLESS = (
    "SELECT set_config('local_preload_libraries', 'x', false)",
    "SELECT set_config('chat2sql.tenant', 'other', false)",
    "SELECT set_config('chat2sql.user', 'other', true)",
    "SELECT set_config('statement_timeout', '0', false)",
    "SELECT set_config('search_path', 'pg_temp', false)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT set_config('timezone', 'Asia/Shanghai', false)",
    "SELECT pg_advisory_lock(4711)",
    "SELECT pg_try_advisory_lock_shared(4711)",
    "SELECT pg_advisory_xact_lock(4711)",
    "SELECT pg_notify('channel', 'x')",
    "SELECT pg_current_xact_id()",
    "SELECT pg_export_snapshot()",
    "SELECT make_temporary()",
    "SELECT pg_sleep(0.01)",
    "SELECT pg_cancel_backend(pg_backend_pid())",
)

CONTRACT = Contract(
    dialect=Dialect.POSTGRESQL,
    opened=opened,
    served=True,
    heavy="SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
    numbers="SELECT generate_series(1, {most}) AS n",
    wide="SELECT repeat('x', {width}) AS t FROM generate_series(1, {rows})",
    endless="SELECT n FROM (SELECT generate_series(1, 1000000000) AS n) AS s WHERE pg_sleep(0.001) IS NOT NULL",
    exact=EXACT,
    faults=(
        Fault("SELECT nam FROM customers c", SqlProblemKind.UNKNOWN_NAME, "Perhaps you meant"),
        Fault("SELECT city, COUNT(*) FROM customers", SqlProblemKind.SYNTAX, "GROUP BY"),
        Fault("SELECT 1 / (id - id) FROM orders", SqlProblemKind.DATA, "division by zero"),
        Fault("SELECT (SELECT id FROM orders)", SqlProblemKind.DATA, "more than one row"),
        Fault("SELECT name + 1 FROM customers", SqlProblemKind.UNKNOWN_NAME, "operator"),
        Fault("SELECT name = DATE '2024-01-01' FROM customers", SqlProblemKind.UNKNOWN_NAME, "operator"),
        Fault("SELECT COALESCE(id, DATE '2024-01-01') FROM customers", SqlProblemKind.TYPE, "types"),
        Fault("SELECT nextval('counter')", SqlProblemKind.PERMISSION, "denied"),
        Fault("SELECT wipe_as_owner()", SqlProblemKind.READ_ONLY, "read-only"),
        Fault("SELECT repeat('x', 2000000000)", SqlProblemKind.TOO_LARGE, "too large"),
        Fault("SELECT name FROM customers WHERE id = $1", SqlProblemKind.SYNTAX, "$1"),
        Fault("SELECT lastval()", SqlProblemKind.OTHER),
        Fault("SELECT cursor_to_xml('gone', 1, true, true, '')", SqlProblemKind.UNKNOWN_NAME, "cursor"),
        Fault("SELECT set_config('max_connections', '9', true)", SqlProblemKind.OTHER),
        Fault("SELECT 1 FROM pg_stat_file('nowhere')", SqlProblemKind.PERMISSION),
    ),
    leaks=(
        "SELECT CAST(name AS int) FROM customers",
        "SELECT CAST(city AS date) FROM customers",
        "SELECT CAST(name AS uuid) FROM customers",
        'SELECT CAST(name AS "OrderState") FROM customers',
        "SELECT CAST(name AS json) FROM customers",
        "SELECT CAST(city AS bytea) FROM customers WHERE CAST(name AS inet) IS NOT NULL",
        "SELECT name::regclass FROM customers",
        "SELECT name::regtype FROM customers",
        "SELECT name::regrole FROM customers",
        "SELECT name::regnamespace FROM customers",
        "SELECT has_table_privilege(name, 'SELECT') FROM customers",
        "SELECT current_setting(name) FROM customers",
        "SELECT to_timestamp(city, 'YYYY') FROM customers",
        "SELECT now() AT TIME ZONE name FROM customers",
        "SELECT query_to_xml(name, true, true, '') FROM customers",
        "SELECT convert_from(('\\xff'::bytea || convert_to(name, 'UTF8')), 'UTF8') FROM customers",
        "SELECT complain()",
        "SELECT make_date(2024, ascii(name) * 11987, 1) FROM customers",
        "SELECT make_time(ascii(name) * 11987, 0, 0) FROM customers",
        "SELECT chr(ascii(name) * 1198700) FROM customers",
        "SELECT get_byte(convert_to('a', 'UTF8'), ascii(name) * 11987) FROM customers",
        "SELECT set_masklen('10.0.0.1'::inet, ascii(name) * 11987) FROM customers",
        "SELECT percentile_cont(ascii(name) * 11987) WITHIN GROUP (ORDER BY id) FROM customers GROUP BY name",
        "SELECT to_ascii('a', ascii(name) * 11987) FROM customers",
        "SELECT (ascii(name) * 11987)::text::regclass FROM customers",
    ),
    writes=WRITES,
    refused=REFUSED,
    harmless=HARMLESS,
    runs_in_explain=(
        "ANALYZE DELETE FROM orders",
        "(ANALYZE) DELETE FROM orders",
        "(ANALYZE, FORMAT JSON) SELECT wipe()",
        "ANALYZE SELECT wipe_as_owner()",
        "SELECT 1; DELETE FROM orders",
        "SELECT 1; COMMIT; DELETE FROM orders",
        "DELETE FROM orders",
        "CREATE TABLE new_one AS SELECT 1 AS x",
        "EXECUTE p",
        "WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d",
        "SELECT wipe_immutable()",
    ),
    estimates=frozenset({"cost", "rows"}),
    unreachable=(
        Unreachable("postgresql://u:hush@127.0.0.1:1/db", DatabaseUnavailable),
        Unreachable("postgresql://u:hush@no-such-host.invalid/db", DatabaseUnavailable),
        Unreachable("host=/nowhere dbname=x password=hush", DatabaseUnavailable),
        Unreachable("hush this is no dsn", Misconfigured),
    ),
    session="SELECT name, setting FROM pg_settings WHERE name NOT LIKE '%.%' UNION ALL"
    " SELECT 'tenant and user', current_setting('chat2sql.tenant') || ' ' || current_setting('chat2sql.user')"
    " UNION ALL SELECT locktype, mode FROM pg_locks WHERE locktype = 'advisory'"
    " UNION ALL SELECT 'temporary', relname FROM pg_class WHERE relpersistence = 't'"
    " UNION ALL SELECT 'listening', pg_listening_channels() ORDER BY 1, 2",
)
