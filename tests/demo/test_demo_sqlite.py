from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.demo.load import SQLITE_TABLES, load_sqlite
from chat2sql.engine.demo.reader import reader_dsn
from chat2sql.engine.schema.introspect import introspect

LEFT_OUT = {"products": {"supplier_id"}, "orders": {"promotion_id"}}


def plain(value: object) -> object:
    """A PostgreSQL value as the SQLite copy has it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return float(value) if isinstance(value, Decimal) else value


def same_json(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        return json.dumps(json.loads(value), ensure_ascii=False, sort_keys=True)
    return value


@pytest.mark.parametrize("table", SQLITE_TABLES)
def test_both_databases_hold_the_same(company_dsn: str, company_file: Path, table: str) -> None:
    with closing(sqlite3.connect(company_file)) as lite, psycopg.connect(reader_dsn(company_dsn)) as server:
        copied = lite.execute(f"SELECT * FROM {table} ORDER BY id")
        columns = [column[0] for column in copied.description]
        all_columns = server.execute(f"SELECT * FROM {table} LIMIT 0".encode()).description or []
        assert {column.name for column in all_columns} - set(columns) == LEFT_OUT.get(table, set())
        original = server.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id".encode())
        expected = [tuple(map(plain, row)) for row in original]
        assert [tuple(map(same_json, row)) for row in copied] == expected
        assert expected


def test_foreign_keys_and_totals_hold(company_file: Path) -> None:
    with closing(sqlite3.connect(company_file)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        wrong = connection.execute(
            "SELECT o.id FROM orders o LEFT JOIN order_items i ON i.order_id = o.id"
            " GROUP BY o.id HAVING abs(o.total_amount - coalesce(sum(i.amount), 0)) > 0.001"
        )
        assert wrong.fetchall() == []


async def test_comments_and_keys_are_read_from_the_text(company_file: Path, company_dsn: str) -> None:
    lite = await introspect(str(company_file), Dialect.SQLITE, "demo")
    server = await introspect(reader_dsn(company_dsn), Dialect.POSTGRESQL, "demo")
    assert {table.name for table in lite.tables} == set(SQLITE_TABLES)
    for table in lite.tables:
        original = server.table(table.name)
        assert original is not None and table.comment == original.comment
        assert {key.columns for key in table.foreign_keys} == {
            key.columns for key in original.foreign_keys if key.target_table in SQLITE_TABLES
        }
        for column in table.columns:
            named = original.column(column.name)
            assert named is not None
            assert column.comment.replace("(JSON)", "") == named.comment


def test_loading_again_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "sales.db"
    first = load_sqlite(path)
    before = path.stat()
    second = load_sqlite(path)
    assert (first.tables, first.already_loaded) == (9, False)
    assert first.rows > 50_000
    assert (second.tables, second.rows, second.already_loaded) == (9, 0, True)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(path.parent.iterdir()) == [path]


def test_an_older_version_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sales.db"
    load_sqlite(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("DELETE FROM returns")
        connection.commit()
    assert not load_sqlite(path).already_loaded
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) > 500 FROM returns").fetchone() == (1,)


def _write_text(path: Path) -> None:
    path.write_text("my notes, long enough to be no database", encoding="utf-8")


def _write_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mine (id)")


@pytest.mark.parametrize("write", [_write_text, _write_database])
def test_somebody_elses_file_stays(tmp_path: Path, write: object) -> None:
    path = tmp_path / "sales.db"
    assert callable(write)
    write(path)
    before = path.read_bytes()
    with pytest.raises(Misconfigured):
        load_sqlite(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(Misconfigured) as raised:
        load_sqlite(tmp_path / "taken" / "sales.db")
    assert str(tmp_path) not in f"{raised.value.message}"
