"""What only SQLite has: values that bear their own types, the authorizer, locks on a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sql.databases import ACME

from chat2sql.config.errors import DatabaseUnavailable
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, Row, RowList, SqlProblem, SqlProblemKind
from chat2sql.engine.sql.guard.allowed import allowed

LIMITS = FetchLimits(row_cap=100, timeout_s=20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "50% of #1?.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE facts (x); INSERT INTO facts VALUES (1), ('b'), (2.5), (x'00'), (NULL);"
            "CREATE VIEW doubled AS SELECT x, x AS again FROM facts"
        )
    return path


@pytest.mark.parametrize(
    ("query", "declared", "rows"),
    [
        ("SELECT 1 AS v UNION ALL SELECT 1.5", "real", [(1,), (1.5,)]),
        ("SELECT 'a' AS v UNION ALL SELECT 1", "text", [("a",), (1,)]),
        ("SELECT NULL AS v UNION ALL SELECT 7", "integer", [(None,), (7,)]),
        ("SELECT x AS v FROM facts", "text", [(1,), ("b",), (2.5,), (b"\x00",), (None,)]),
        ("SELECT again AS v FROM doubled WHERE x = 1", "integer", [(1,)]),
        ("SELECT x AS v FROM facts WHERE 1 = 0", "null", []),
    ],
)
@pytest.mark.parametrize("as_url", [True, False])
async def test_a_column_has_the_type_of_its_first_values(
    file: Path, query: str, declared: str, rows: list[Row], as_url: bool
) -> None:
    dsn = file.as_uri().replace("file://", "sqlite:///") if as_url else str(file)
    sink = RowList()
    fetched = await open_executor(Dialect.SQLITE, dsn).fetch(query, sink, caller=ACME, limits=LIMITS)
    assert isinstance(fetched, Fetched), fetched
    assert [column.type for column in fetched.columns] == [declared]
    assert sink.rows == rows


async def test_the_authorizer_has_the_guards_allow_list(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        known = connection.execute("SELECT DISTINCT name, narg FROM pragma_function_list").fetchall()
    executor = open_executor(Dialect.SQLITE, str(file))
    listed = allowed(Dialect.SQLITE).functions | {"->", "->>"}
    unlisted = [(name, max(count, 0)) for name, count in known if name.lower() not in listed]
    assert {"load_extension", "sqlite_version", "fts3_tokenizer"} <= {name for name, _ in unlisted}
    ran = []
    for name, count in unlisted:
        call = f'SELECT "{name}"({", ".join(["1"] * count)})'
        outcome = await executor.fetch(call, RowList(), caller=ACME, limits=LIMITS)
        if not isinstance(outcome, SqlProblem) or outcome.kind is not SqlProblemKind.PERMISSION:
            ran.append((call, outcome))
    assert ran == []


async def test_a_view_that_formats_still_works(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE VIEW told AS SELECT printf('%05.1f', x) AS t FROM facts WHERE x = 2.5")
    sink = RowList()
    await open_executor(Dialect.SQLITE, str(file)).fetch(
        "SELECT t, format('%d', 3) FROM told", sink, caller=ACME, limits=LIMITS
    )
    assert sink.rows == [("002.5", "3")]


async def test_a_locked_file_is_an_outage(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable):
            await open_executor(Dialect.SQLITE, str(file)).fetch(
                "SELECT 1", RowList(), caller=ACME, limits=FetchLimits(row_cap=1, timeout_s=0.5)
            )
