"""Loading the demo company: all of it into PostgreSQL, its sales into SQLite.

Both loads are whole or not there at all, and do nothing where the same version is there already.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import errors, sql

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.demo.company import VERSION, DemoTable, generate
from chat2sql.engine.demo.reader import ensure_reader, grant_reader
from chat2sql.engine.demo.rows import Value

Progress = Callable[[str, int], None]
"""Called after each table, with its name and the rows it has."""

SQLITE_TABLES = (
    "regions",
    "stores",
    "categories",
    "products",
    "customers",
    "orders",
    "order_items",
    "payments",
    "returns",
)
_SQLITE_APPLICATION_ID = 0x43325144
_LOCK_KEY = 0x4332_5344
_MARK = "Chat2SQL demo company, version "


class LoadReport(Frozen):
    """What a load did.

    Attributes:
        tables: how many tables the demo company has there.
        rows: how many rows were written; 0 if it was there already.
        seconds: how long it took.
        already_loaded: whether this version was there, so that nothing was done.
    """

    tables: int
    rows: int
    seconds: float
    already_loaded: bool


def load_postgres(
    owner_dsn: str, on_progress: Progress | None = None, *, reader_password: str | None = None
) -> LoadReport:
    """Load the demo company into the schema ``public`` of an empty database, and let ``demo_reader`` read it.

    Everything happens in one transaction. An older version of the demo company is replaced. The mark of
    a finished load is the comment on the schema.

    Args:
        owner_dsn: of the database to fill; its user owns that database and may create roles.
        on_progress: called after each table.
        reader_password: for ``demo_reader``, where the server asks for one; left as it is if None.

    Raises:
        DatabaseUnavailable: the server cannot be reached or stopped while loading.
        Misconfigured: the database holds tables that are not ours, a right is missing, or ``demo_reader``
            exists with more rights than to read.
    """
    began = time.monotonic()
    with _postgres_errors(), psycopg.connect(owner_dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
        ensure_reader(connection, reader_password)
        if _loaded_version(connection) == VERSION:
            return _report(began, len(_present(connection)), 0)
        tables = generate()
        names = tuple(table.name for table in tables)
        _make_room(connection, names)
        connection.execute(_script("schema_postgres.sql").encode())
        for table in tables:
            _copy(connection, table)
            if on_progress:
                on_progress(table.name, len(table.rows))
        grant_reader(connection)
        mark = sql.Literal(f"{_MARK}{VERSION}")
        connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(mark))
        analysed = sql.SQL(", ").join(sql.Identifier("public", name) for name in names)
        connection.execute(sql.SQL("ANALYZE {}").format(analysed))
    return _report(began, len(tables), sum(len(table.rows) for table in tables))


def load_sqlite(path: Path) -> LoadReport:
    """Write the sales part of the demo company into a SQLite file.

    The file appears complete or not at all: it is written beside its place and then moved there.

    Raises:
        Misconfigured: the path holds another file, or cannot be written.
    """
    began = time.monotonic()
    if path.exists() and _sqlite_version(path) == VERSION:
        return _report(began, len(SQLITE_TABLES), 0)
    tables = [table for table in generate() if table.name in SQLITE_TABLES]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".demo-") as folder:
            built = Path(folder) / path.name
            _build_sqlite(built, tables)
            os.replace(built, path)  # noqa: PTH105
    except (OSError, sqlite3.OperationalError) as error:
        raise Misconfigured(
            zh="演示数据的 SQLite 文件无法写入。请检查目录的写权限和磁盘空间。",
            en="The demo's SQLite file cannot be written. Check the folder's rights and the disk's free space.",
        ) from error
    return _report(began, len(tables), sum(len(table.rows) for table in tables))


def _report(began: float, tables: int, rows: int) -> LoadReport:
    return LoadReport(
        tables=tables, rows=rows, seconds=round(time.monotonic() - began, 3), already_loaded=rows == 0
    )


def _script(name: str) -> str:
    return (files("chat2sql.engine.demo") / name).read_text(encoding="utf-8")


@contextmanager
def _postgres_errors() -> Iterator[None]:
    # The driver's messages may hold the DSN, so they are not kept as the cause.
    try:
        yield
    except errors.InsufficientPrivilege:
        raise Misconfigured(
            zh="当前用户无权装载演示数据。请使用演示数据库的所有者，并确保它可以创建角色。",
            en="This user may not load the demo. Use the owner of the demo database, with the right to create roles.",
        ) from None
    except psycopg.OperationalError:
        raise DatabaseUnavailable(
            zh="无法连接演示数据库，或装载时连接中断。请确认服务器正在运行、数据库存在、用户名和密码正确。",
            en="The demo database cannot be reached, or broke off. Check that the server runs, the database exists, "
            "and user and password are right.",
        ) from None


def _loaded_version(connection: psycopg.Connection) -> int | None:
    row = connection.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')").fetchone()
    mark = row[0] if row else None
    return int(mark.removeprefix(_MARK)) if mark and mark.startswith(_MARK) else None


def _present(connection: psycopg.Connection) -> set[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {str(name) for (name,) in found}


def _make_room(connection: psycopg.Connection, names: tuple[str, ...]) -> None:
    """Drop an older demo company; refuse a database that holds anything else."""
    present = _present(connection)
    if not present:
        return
    if _loaded_version(connection) is None or not present <= set(names):
        raise Misconfigured(
            zh="该数据库中已有其他表，不会覆盖。请为演示数据指定一个空数据库。",
            en="This database holds other tables, which stay untouched. Name an empty database for the demo.",
        )
    dropped = sql.SQL(", ").join(sql.Identifier("public", name) for name in sorted(present))
    connection.execute(sql.SQL("DROP TABLE {}").format(dropped))


def _copy(connection: psycopg.Connection, table: DemoTable) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("public", table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table.values():
            copy.write_row([list(value) if isinstance(value, tuple) else value for value in row])


def _sqlite_version(path: Path) -> int:
    """The version of the demo company in the file.

    Raises:
        Misconfigured: it is not a file of the demo company.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        application, version = 0, 0
    if application != _SQLITE_APPLICATION_ID:
        raise Misconfigured(
            zh="演示数据的目标路径已有其他文件，不会覆盖。请移走该文件，或指定另一个路径。",
            en="The demo's path holds another file, which stays untouched. Move it away, or name another path.",
        )
    return int(version)


def _build_sqlite(path: Path, tables: list[DemoTable]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_script("schema_sqlite.sql"))
        for table in tables:
            described = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            kept = [table.columns.index(str(column[1])) for column in described]
            marks = ", ".join("?" * len(kept))
            connection.executemany(
                f"INSERT INTO {table.name} VALUES ({marks})",  # noqa: S608  -- names and marks are ours
                ([_sqlite_value(row[n]) for n in kept] for row in table.values()),
            )
        connection.execute("ANALYZE")
        connection.execute(f"PRAGMA application_id = {_SQLITE_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.commit()


def _sqlite_value(value: Value) -> bool | int | str | None:
    """Text for what SQLite has no type for; the columns' numeric affinity makes numbers of amounts again."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal | date):
        return str(value)
    return value
