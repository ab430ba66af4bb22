"""Reading the tables of a SQLite file.

SQLite stores no comments, but it keeps the text of CREATE TABLE: what stands there after ``--`` on the
line of a column is that column's comment, and on the line of the table's name the table's.
"""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from typing import NamedTuple

from sqlalchemy import Inspector, create_engine, inspect
from sqlalchemy.pool import StaticPool

from chat2sql.engine.schema.catalogue import Column, ForeignKey, Table
from chat2sql.engine.schema.connect import limit_sqlite, sqlite_error
from chat2sql.engine.schema.samples import CHARS_READ, ROWS_READ, choose_samples

_SAMPLE_TIMEOUT_S = 2.0
_ROWS_COUNTED = 100_000
_UNSAMPLED_TYPE = re.compile(r"BLOB|BYTEA|BINARY|JSON|BOOL", re.IGNORECASE)

_OBJECTS = """
SELECT l.name, l.type = 'view', coalesce(m.sql, '')
FROM pragma_table_list AS l JOIN sqlite_master AS m ON m.name = l.name AND m.type IN ('table', 'view')
WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') AND l.name NOT LIKE 'sqlite!_%' ESCAPE '!'
ORDER BY l.name
"""

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]")
_COMMENT = re.compile(r"--(?P<line>.*)$|/\*(?P<block>.*?)\*/")
_LEADING_NAME = re.compile(r"\s*[,(]?\s*(?:\"((?:[^\"]|\"\")+)\"|`([^`]+)`|\[([^\]]+)\]|(\w+))")
_CREATE = re.compile(r"\s*CREATE\b", re.IGNORECASE)


class _Object(NamedTuple):
    name: str
    is_view: bool
    definition: str


class Comments(NamedTuple):
    """The comments of one CREATE TABLE text; column names in lower case."""

    table: str
    columns: dict[str, str]


def read_comments(definition: str, columns: tuple[str, ...]) -> Comments:
    """Read the comments out of the text of a CREATE TABLE or CREATE VIEW.

    A comment on a line of its own belongs to the column that the next line defines.
    """
    known = {name.lower() for name in columns}
    table: list[str] = []
    waiting: list[str] = []
    found: dict[str, str] = {}
    for line in definition.splitlines():
        comment, defined = _read_line(line, known)
        if defined is not None:
            found[defined] = " ".join(filter(None, [*waiting, comment]))
            waiting = []
        elif comment and (_CREATE.match(line) or (not found and line.lstrip().startswith("("))):
            table.append(comment)
        elif comment and _blank(line):
            waiting.append(comment)
        elif not _blank(line):
            waiting = []
    return Comments(" ".join(table), {name: text for name, text in found.items() if text})


def _blank(line: str) -> bool:
    return not _COMMENT.sub("", line).strip()


def _read_line(line: str, known: set[str]) -> tuple[str, str | None]:
    """The comment of a line, and the column it defines (in lower case), if it does."""
    # Quoted text is blotted out first: a '--' inside it starts no comment.
    blotted = _QUOTED.sub(lambda match: "x" * len(match[0]), line)
    mark = _COMMENT.search(blotted)
    comment = ""
    if mark:
        group = "line" if mark["line"] is not None else "block"
        comment = line[mark.start(group) : mark.end(group)].strip(" \t-*")
        line = line[: mark.start()]
    leading = _LEADING_NAME.match(line)
    if leading is None or _CREATE.match(line):
        return comment, None
    name = next(part for part in leading.groups() if part is not None).lower()
    return comment, name if name in known else None


def read_tables(connection: sqlite3.Connection, *, samples: int, timeout_s: float) -> tuple[Table, ...]:
    """All tables and views that can be read, by name.

    Args:
        connection: as ``open_sqlite`` gives it.
        samples: sample values per column at most; 0: none are read.
        timeout_s: how long reading samples may take over all tables, in seconds.
    """
    objects = [_Object(name, bool(view), text) for name, view, text in connection.execute(_OBJECTS)]
    readable = [found for found in objects if _readable(connection, found.name)]
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    deadline = time.monotonic() + timeout_s
    names = {found.name.lower(): found.name for found in readable}
    with engine.connect() as reflecting:
        inspector = inspect(reflecting)
        tables = []
        for found in readable:
            table = _table(inspector, found, names)
            limit_sqlite(connection, max(0.1, min(_SAMPLE_TIMEOUT_S, deadline - time.monotonic())))
            tables.append(_with_data(connection, table, samples))
            limit_sqlite(connection, timeout_s)
    return tuple(tables)


def _readable(connection: sqlite3.Connection, name: str) -> bool:
    """Whether it can be selected from: a view may be broken, a virtual table's module missing."""
    try:
        connection.execute(f"SELECT 1 FROM {_quote(name)} LIMIT 0").close()  # noqa: S608
    except sqlite3.OperationalError as error:
        if sqlite_error(error) is not None:
            raise
        return False
    return True


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _table(inspector: Inspector, found: _Object, names: dict[str, str]) -> Table:
    reflected = inspector.get_columns(found.name)
    comments = read_comments(found.definition, tuple(column["name"] for column in reflected))
    primary = set(inspector.get_pk_constraint(found.name)["constrained_columns"])
    return Table(
        name=found.name,
        comment=comments.table,
        columns=tuple(
            Column(
                name=column["name"],
                type=str(column["type"]).replace("NULL", "any"),
                nullable=column["nullable"] and column["name"] not in primary,
                primary_key=column["name"] in primary,
                comment=comments.columns.get(column["name"].lower(), ""),
            )
            for column in reflected
        ),
        foreign_keys=_foreign_keys(inspector, found.name, names),
        is_view=found.is_view,
    )


def _foreign_keys(inspector: Inspector, name: str, names: dict[str, str]) -> tuple[ForeignKey, ...]:
    """The keys that lead to a table there is; one that names no column leads to the primary key."""
    keys = []
    for found in inspector.get_foreign_keys(name):
        target = names.get(found["referred_table"].lower())
        if target is None:
            continue
        columns = found["referred_columns"] or inspector.get_pk_constraint(target)["constrained_columns"]
        keys.append(
            ForeignKey(
                columns=tuple(found["constrained_columns"]),
                target_table=target,
                target_columns=tuple(columns),
            )
        )
    return tuple(sorted(keys, key=lambda key: (key.columns, key.target_table)))


def _with_data(connection: sqlite3.Connection, table: Table, limit: int) -> Table:
    """The table with its row estimate and samples; without them where reading takes too long."""
    try:
        rows = None if table.is_view else _estimate_rows(connection, table.name)
        values = _scan(connection, table, limit) if limit else {}
    except sqlite3.Error:
        return table
    columns = tuple(c.model_copy(update={"samples": values.get(c.name, ())}) for c in table.columns)
    return table.model_copy(update={"row_estimate": rows, "columns": columns})


def _estimate_rows(connection: sqlite3.Connection, name: str) -> int:
    """From ANALYZE's table if there is one; else counted, up to a limit that then is a lower bound."""
    analysed = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
    if analysed:
        row = connection.execute(
            "SELECT stat FROM sqlite_stat1 WHERE tbl = ? COLLATE NOCASE AND stat IS NOT NULL", (name,)
        ).fetchone()
        if row:
            return int(str(row[0]).split()[0])
    counted = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {_quote(name)} LIMIT {_ROWS_COUNTED})"  # noqa: S608
    ).fetchone()
    return int(counted[0])


def _scan(connection: sqlite3.Connection, table: Table, limit: int) -> dict[str, tuple[str, ...]]:
    names = [column.name for column in table.columns if not _UNSAMPLED_TYPE.search(column.type)]
    if not names:
        return {}
    heads = ", ".join(
        f"CASE typeof({_quote(name)}) WHEN 'blob' THEN NULL"
        f" ELSE substr(CAST({_quote(name)} AS TEXT), 1, {CHARS_READ}) END"
        for name in names
    )
    query = f"SELECT {heads} FROM {_quote(table.name)} LIMIT {ROWS_READ}"  # noqa: S608
    with closing(connection.execute(query)) as cursor:
        rows = cursor.fetchall()
    return {
        name: choose_samples((row[i] for row in rows), limit, f"{table.name}.{name}")
        for i, name in enumerate(names)
    }
