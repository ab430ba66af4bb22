"""SQLite's part in the contract of executors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sql.databases import SEED, Contract, Exact, Fault, Unreachable

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import SqlProblemKind

COUNTING = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r{limit}) "
DOUBLING = (
    "WITH RECURSIVE r(n, t) AS (SELECT 1, 'x' UNION ALL SELECT n + 1, t || t FROM r WHERE n < 40)"
    " SELECT max(t) FROM r"
)


class Sqlite:
    """A file. It knows no roles, so that everybody is the owner."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "contract 1.sqlite"
        with closing(sqlite3.connect(self._file)) as connection:
            connection.executescript("; ".join(SEED))
        self.dsn = self.owner_dsn = f"sqlite:///{self._file}"

    def state(self) -> object:
        return {file.name: file.read_bytes() for file in self._file.parent.iterdir()}

    def running(self) -> Sequence[str]:
        return ()

    def drop_connections(self) -> None:
        raise AssertionError("a file has no server")


@contextmanager
def opened(request: pytest.FixtureRequest) -> Iterator[Sqlite]:
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    yield Sqlite(folders.mktemp("contract"))


CONTRACT = Contract(
    dialect=Dialect.SQLITE,
    opened=opened,
    served=False,
    heavy=COUNTING.format(limit="") + "SELECT count(*) FROM r",
    numbers=COUNTING.format(limit=" WHERE n < {most}") + "SELECT n FROM r",
    wide=COUNTING.format(limit=" WHERE n < {rows}") + "SELECT printf('%.{width}c', 'x') AS t FROM r",
    endless=COUNTING.format(limit="") + "SELECT n FROM r",
    exact=(
        Exact("1", "integer", 1),
        Exact("9223372036854775807", "integer", 9223372036854775807),
        Exact("1.5", "real", 1.5),
        Exact("'北京'", "text", "北京"),
        Exact("''", "text", ""),
        Exact("x'00ff'", "blob", b"\x00\xff"),
        Exact("x''", "blob", b""),
        Exact("CAST(x'ff41' AS TEXT)", "text", "\ufffdA"),
        Exact("json('{\"a\": 1.10}')", "text", '{"a":1.10}'),
        Exact("'{\"a\": 2}' -> 'a'", "text", "2"),
        Exact("'{\"a\": 2}' ->> '$.a'", "integer", 2),
        Exact("'AbC' LIKE 'a%' AND 'AbC' GLOB 'A*'", "integer", 1),
        Exact("(SELECT sum(value) FROM json_each('[1, 2]'))", "integer", 3),
        Exact("date('2024-02-29')", "text", "2024-02-29"),
        Exact(
            "printf('%.2f|%5s|%-3d|%q|%x', 2.5, 'e', 7, 'O''Neil', 255)", "text", "2.50|    e|7  |O''Neil|ff"
        ),
        Exact("format(NULL)", "null", None),
        Exact("format('900000000 %% of %d', 9007199254740993)", "text", "900000000 % of 9007199254740993"),
        Exact("NULL", "null", None),
    ),
    faults=(
        Fault("SELECT abs(-9223372036854775808)", SqlProblemKind.DATA, "overflow"),
        Fault("SELECT json('{')", SqlProblemKind.DATA, "malformed"),
        Fault(DOUBLING, SqlProblemKind.TOO_LARGE, "too big"),
        Fault("SELECT sql FROM sqlite_master", SqlProblemKind.PERMISSION, "prohibited"),
        Fault("SELECT length(printf('%.*c', 900000000, 'x'))", SqlProblemKind.TOO_LARGE, "too big"),
        Fault(
            "SELECT format('%s %-0900000000d', name, id) FROM customers", SqlProblemKind.TOO_LARGE, "too big"
        ),
        Fault("SELECT printf(x'252e39303030303030303063', 'x')", SqlProblemKind.TOO_LARGE, "too big"),
        Fault("SELECT format('%.40000000c%.40000000c', 'x', 'y')", SqlProblemKind.TOO_LARGE, "too big"),
        Fault("SELECT 'x' LIKE printf('%.1001c', 'x')", SqlProblemKind.TOO_LARGE, "too complex"),
    ),
    leaks=(
        "SELECT json_extract('{}', name) FROM customers",
        "SELECT json_set('{}', city, 1) FROM customers",
        "SELECT json_extract('{}', name), 'Amy Ann Bob Carl' FROM customers",
        "SELECT json_extract('{}', name) AS \"Ann\" FROM customers",
        "SELECT json_extract('{}', 'no such ' || name) FROM customers",
    ),
    writes=(
        "INSERT INTO customers (id) VALUES (99)",
        "UPDATE customers SET name = 'x'",
        "DELETE FROM orders",
        "REPLACE INTO orders VALUES (1, 1, 1)",
        "DROP TABLE orders",
        "ALTER TABLE orders ADD COLUMN x",
        "CREATE TABLE new_one (x int)",
        "CREATE TEMP TABLE new_one (x int)",
        "CREATE VIRTUAL TABLE new_one USING fts5(x)",
        "CREATE TABLE new_one AS SELECT 1",
        "SELECT 1; DELETE FROM orders",
        "SELECT 1; COMMIT; DELETE FROM orders",
        "INSERT INTO orders VALUES (9, 9, 9) RETURNING id",
        "PRAGMA query_only = OFF",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint",
        "ATTACH ':memory:' AS other",
        "ATTACH 'chat2sql-written.sqlite' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'chat2sql-written.sqlite'",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT writefile('chat2sql-written', 'x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM pragma_table_list",
        "SELECT * FROM pragma_user_version",
        "SELECT sql FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM dbstat",
        "SELECT sqlite_compileoption_get(0)",
        "SELECT fts3_tokenizer('simple')",
        "SELECT randomblob(1000000000)",
        "SELECT last_insert_rowid()",
        "SELECT * FROM tables_used('SELECT 1')",
        "SELECT count(*) FROM pragma_table_list",
    ),
    refused=(),
    harmless=("SELECT random()", "SELECT datetime('now')"),
    runs_in_explain=(
        "DELETE FROM orders",
        "SELECT 1; DELETE FROM orders",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "ATTACH 'chat2sql-written.sqlite' AS other",
        "VACUUM",
        "BEGIN",
    ),
    estimates=frozenset(),
    unreachable=(
        Unreachable("sqlite:////nowhere/hush.sqlite", Misconfigured),
        Unreachable(__file__, Misconfigured),
    ),
)
