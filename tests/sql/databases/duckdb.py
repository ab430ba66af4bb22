"""DuckDB's part in the contract of executors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from sql.databases import SEED, Contract, Exact, Fault, Unreachable

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import SqlProblemKind

WRITTEN_FILE = "/tmp/chat2sql-written-by-duckdb"
OWN_SEED = (
    "CREATE SEQUENCE counter",
    "CREATE TYPE mood AS ENUM ('good', 'bad')",
)


class Duckdb:
    """A file. It knows no roles, so that everybody is the owner."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "contract 1.duckdb"
        with closing(duckdb.connect(self._file)) as connection:
            for statement in (*SEED, *OWN_SEED):
                connection.execute(statement)
        self.dsn = self.owner_dsn = f"duckdb:///{self._file}"

    def state(self) -> object:
        files = {file.name: file.read_bytes() for file in self._file.parent.iterdir()}
        return files, Path(WRITTEN_FILE).exists()

    def running(self) -> Sequence[str]:
        return ()

    def drop_connections(self) -> None:
        raise AssertionError("a file has no server")


@contextmanager
def opened(request: pytest.FixtureRequest) -> Iterator[Duckdb]:
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    yield Duckdb(folders.mktemp("contract"))


UTC_INSTANT = datetime(2024, 1, 1, 0, 0, 0, 5, tzinfo=UTC)

CONTRACT = Contract(
    dialect=Dialect.DUCKDB,
    opened=opened,
    served=False,
    heavy="SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range < 0",
    numbers="SELECT n::INTEGER AS n FROM range(1, {most} + 1) AS r (n)",
    wide="SELECT repeat('x', {width}) AS t FROM range({rows})",
    endless="SELECT range AS n FROM range(1000000000000000)",
    exact=(
        Exact("true", "BOOLEAN", True),
        Exact("1", "INTEGER", 1),
        Exact("1::TINYINT", "TINYINT", 1),
        Exact("9223372036854775807", "BIGINT", 9223372036854775807),
        Exact("18446744073709551615::UBIGINT", "UBIGINT", 18446744073709551615),
        Exact("170141183460469231731687303715884105727::HUGEINT", "HUGEINT", 2**127 - 1),
        Exact("340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", 2**128 - 1),
        Exact("12345678901234567890123::BIGNUM", "BIGNUM", "12345678901234567890123"),
        Exact("12.30::DECIMAL(10, 2)", "DECIMAL(10,2)", Decimal("12.30")),
        Exact("1.5::DOUBLE", "DOUBLE", 1.5),
        Exact("1.5::FLOAT", "FLOAT", 1.5),
        Exact("'infinity'::DOUBLE", "DOUBLE", float("inf")),
        Exact("'北京'", "VARCHAR", "北京"),
        Exact("''", "VARCHAR", ""),
        Exact("'\\x00\\xFF'::BLOB", "BLOB", b"\x00\xff"),
        Exact("''::BLOB", "BLOB", b""),
        Exact("'10110'::BIT", "BIT", "10110"),
        Exact("DATE '2024-02-29'", "DATE", date(2024, 2, 29)),
        Exact("DATE '0044-03-15 (BC)'", "DATE", "0044-03-15 (BC)"),
        Exact("DATE '12024-01-01'", "DATE", "12024-01-01"),
        Exact("'infinity'::DATE", "DATE", "infinity"),
        Exact("TIME '23:59:59.5'", "TIME", time(23, 59, 59, 500000)),
        Exact("TIME '24:00:00'", "TIME", "24:00:00"),
        Exact("'12:00:01.123456789'::TIME_NS", "TIME_NS", "12:00:01.123456789"),
        Exact("'12:00:01+02'::TIMETZ", "TIME WITH TIME ZONE", "12:00:01+02"),
        Exact("TIMESTAMP '2024-01-02 03:04:05.6'", "TIMESTAMP", datetime(2024, 1, 2, 3, 4, 5, 600000)),
        Exact("'2024-01-02 03:04:05'::TIMESTAMP_S", "TIMESTAMP_S", datetime(2024, 1, 2, 3, 4, 5)),
        Exact("'2024-01-02 03:04:05.6'::TIMESTAMP_MS", "TIMESTAMP_MS", datetime(2024, 1, 2, 3, 4, 5, 600000)),
        Exact(
            "'2024-01-02 03:04:05.000000007'::TIMESTAMP_NS", "TIMESTAMP_NS", "2024-01-02 03:04:05.000000007"
        ),
        Exact("'-infinity'::TIMESTAMP", "TIMESTAMP", "-infinity"),
        Exact("TIMESTAMPTZ '2024-01-01 08:00:00.000005+08'", "TIMESTAMP WITH TIME ZONE", UTC_INSTANT),
        Exact("'infinity'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "infinity"),
        Exact("INTERVAL '1 month 2 days 3.5 seconds'", "INTERVAL", "1 month 2 days 00:00:03.5"),
        Exact(
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID",
            "UUID",
            UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ),
        Exact("'bad'::mood", "ENUM('good', 'bad')", "bad"),
        Exact("'{\"a\": 1.10}'::JSON", "JSON", '{"a": 1.10}'),
        Exact("[1, NULL, 3]", "INTEGER[]", "[1,null,3]"),
        Exact("['北京', '']", "VARCHAR[]", '["北京",""]'),
        Exact("[1, 2]::INTEGER[2]", "INTEGER[2]", "[1,2]"),
        Exact("{'a': 1, 'b': INTERVAL '1 month'}", "STRUCT(a INTEGER, b INTERVAL)", '{"a":1,"b":"1 month"}'),
        Exact("MAP {'k': DATE '2024-01-01'}", "MAP(VARCHAR, DATE)", '{"k":"2024-01-01"}'),
        Exact("[12345678901234567890123.12]", "DECIMAL(25,2)[]", "[12345678901234567890123.12]"),
        Exact("union_value(k := 1)", "UNION(k INTEGER)", '{"k":1}'),
        Exact("row(1, 'x')", "TUPLE(INTEGER, VARCHAR)", '[1,"x"]'),
        Exact("'POINT(1 2)'::GEOMETRY", "GEOMETRY", "POINT (1 2)"),
        Exact("NULL", '"NULL"', None),
    ),
    faults=(
        Fault("SELECT c.nam FROM customers c", SqlProblemKind.UNKNOWN_NAME, "nam"),
        Fault("SELECT city, count(*) FROM customers", SqlProblemKind.SYNTAX, "GROUP BY"),
        Fault("SELECT name + 1 FROM customers", SqlProblemKind.TYPE, "types"),
        Fault("SELECT id = DATE '2024-01-01' FROM customers", SqlProblemKind.TYPE),
        Fault("SELECT (SELECT id FROM orders)", SqlProblemKind.DATA, "More than one row"),
        Fault("SELECT 2147483647::INTEGER + id::INTEGER FROM orders", SqlProblemKind.DATA, "Overflow"),
        Fault("SELECT * FROM read_csv('/etc/passwd')", SqlProblemKind.PERMISSION, "disabled"),
        Fault("SELECT nextval('counter')", SqlProblemKind.READ_ONLY),
        Fault("DELETE FROM orders", SqlProblemKind.READ_ONLY),
        Fault(
            "SELECT count(DISTINCT a) FROM (SELECT repeat(range::VARCHAR, 100000) a FROM range(2000000))",
            SqlProblemKind.TOO_LARGE,
        ),
    ),
    leaks=(
        "SELECT CAST(name AS INTEGER) FROM customers",
        "SELECT CAST(city AS DATE) FROM customers WHERE id = 2",
        "SELECT CAST(name AS INTERVAL) FROM customers WHERE id = 3",
        "SELECT error(name) FROM customers",
        "SELECT error('x ' || word) FROM secrets",
        "SELECT strptime(name, '%Y') FROM customers",
        "SELECT regexp_matches('x', name || '(') FROM customers",
        "SELECT json(name) FROM customers",
        "SELECT CAST(word AS UUID) FROM secrets",
        "SELECT CAST(name AS INTEGER[]) FROM customers",
        "SELECT date_part(name, DATE '2024-01-01') FROM customers",
        "SELECT timezone(name, TIMESTAMP '2024-01-01') FROM customers",
        "SELECT TIMESTAMP '2024-01-01' AT TIME ZONE (name || 'x') FROM customers",
        "SELECT CAST(name AS INTEGER), 'Amy Ann Bob Carl' FROM customers",
        'SELECT CAST(name AS INTEGER) AS "Ann" FROM customers',
        "SELECT timezone(name, TIMESTAMP '2024-01-01') AS \"Ann\" FROM customers",
        "SELECT CAST(unicode(name) * 11987 AS TINYINT) FROM customers",
    ),
    writes=(
        "INSERT INTO customers (id) VALUES (99)",
        "INSERT INTO orders VALUES (9, 9, 9) RETURNING id",
        "UPDATE customers SET name = 'x'",
        "DELETE FROM orders",
        "TRUNCATE orders",
        "MERGE INTO orders USING orders o ON orders.id = o.id WHEN MATCHED THEN DELETE",
        "DROP TABLE orders",
        "ALTER TABLE orders ADD COLUMN x INTEGER",
        "CREATE TABLE new_one (x INTEGER)",
        "CREATE TEMP TABLE new_one (x INTEGER)",
        "CREATE TABLE new_one AS SELECT 1",
        "CREATE MACRO new_one(a) AS a",
        "CREATE SECRET new_one (TYPE http)",
        "CREATE PERSISTENT SECRET new_one (TYPE http)",
        "SELECT 1; DELETE FROM orders",
        "WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d",
        "SELECT id INTO new_one FROM orders",
        f"COPY orders TO '{WRITTEN_FILE}'",
        f"COPY (SELECT 1) TO '{WRITTEN_FILE}'",
        "COPY orders FROM '/etc/passwd'",
        f"EXPORT DATABASE '{WRITTEN_FILE}'",
        "IMPORT DATABASE '/tmp'",
        f"ATTACH '{WRITTEN_FILE}' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH contract",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "FORCE INSTALL httpfs FROM 'http://127.0.0.1:1'",
        "UPDATE EXTENSIONS",
        "SET threads = 1",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "SET VARIABLE kept = 1",
        "PRAGMA enable_profiling",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CHECKPOINT",
        "VACUUM",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "PREPARE kept AS SELECT 1",
        "EXECUTE kept",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT nextval('counter')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_parquet('http://127.0.0.1:1/x')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'http://127.0.0.1:1/x.csv'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELECT * FROM sqlite_scan('/tmp/x', 't')",
        "SELECT * FROM postgres_query('host=127.0.0.1', 'SELECT 1')",
        "SELECT * FROM query('DELETE FROM orders')",
        "SELECT * FROM query('SELECT 1; DELETE FROM orders')",
        "SELECT * FROM json_execute_serialized_sql('{}')",
    ),
    refused=(),
    harmless=(
        "SELECT random()",
        "SELECT setseed(0.5)",
        "SELECT now()",
        "SELECT currval('counter')",
        "SELECT * FROM duckdb_settings()",
        "SELECT write_log('x')",
        "SELECT * FROM checkpoint()",
        "SELECT * FROM force_checkpoint()",
    ),
    session="SELECT getvariable('kept'), current_schema(), current_setting('threads')",
    runs_in_explain=(
        "DELETE FROM orders",
        "ANALYZE DELETE FROM orders",
        "ANALYZE SELECT 1",
        "(ANALYZE) SELECT 1",
        "SELECT 1; DELETE FROM orders",
        f"COPY orders TO '{WRITTEN_FILE}'",
        "SET threads = 1",
    ),
    estimates=frozenset({"rows"}),
    unreachable=(
        Unreachable("duckdb:////nowhere/hush.duckdb", Misconfigured),
        Unreachable("duckdb://hush@host/hush", Misconfigured),
        Unreachable("duckdb://", Misconfigured),
        Unreachable(":memory:", Misconfigured),
        Unreachable("duckdb:///:memory:", Misconfigured),
        Unreachable(__file__, Misconfigured),
    ),
)
