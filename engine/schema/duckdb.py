"""Reading the tables of a DuckDB file through DuckDB's own catalogue functions."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import duckdb

from chat2sql.engine.schema.catalogue import Column, ForeignKey, Table
from chat2sql.engine.schema.samples import CHARS_READ, ROWS_READ, choose_samples

DEFAULT_SCHEMA = "main"
_SAMPLE_TIMEOUT_S = 2.0
_SAMPLED_TYPE = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|FLOAT|DOUBLE|VARCHAR|DATE|TIME.*|UUID|ENUM\(.*\)",
    re.DOTALL,
)

_RELATIONS = """
SELECT schema_name, table_name, false, coalesce(comment, ''), estimated_size
FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary
UNION ALL
SELECT schema_name, view_name, true, coalesce(comment, ''), NULL
FROM duckdb_views() WHERE database_name = current_database() AND NOT internal AND NOT temporary
"""

_COLUMNS = """
SELECT c.schema_name, c.table_name, c.column_name, c.data_type, c.is_nullable, coalesce(c.comment, ''),
       EXISTS (FROM duckdb_constraints() AS k
               WHERE k.database_name = c.database_name AND k.table_oid = c.table_oid
                 AND k.constraint_type = 'PRIMARY KEY' AND list_contains(k.constraint_column_names, c.column_name))
FROM duckdb_columns() AS c
WHERE c.database_name = current_database() AND NOT c.internal
ORDER BY c.schema_name, c.table_name, c.column_index
"""

_KEYS = """
SELECT schema_name, table_name, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type = 'FOREIGN KEY'
ORDER BY schema_name, table_name, constraint_column_indexes
"""


class _Relation(NamedTuple):
    schema_name: str
    name: str
    is_view: bool
    comment: str
    row_estimate: int | None


class _Attribute(NamedTuple):
    schema_name: str
    table_name: str
    name: str
    type: str
    nullable: bool
    comment: str
    primary_key: bool


class _Key(NamedTuple):
    schema_name: str
    table_name: str
    columns: list[str]
    target_table: str
    target_columns: list[str]


_Place = tuple[str, str]
"""Schema and table."""


def read_tables(
    connection: duckdb.DuckDBPyConnection, *, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> tuple[Table, ...]:
    """All tables and views that can be read, those of ``main`` first, then by name.

    Args:
        connection: as ``open_duckdb`` gives it.
        schemas: only these; empty: all.
        samples: sample values per column at most; 0: none are read.
        timeout_s: how long reading samples may take over all tables, in seconds.
    """
    attributes: dict[_Place, list[_Attribute]] = {}
    for attribute in map(_Attribute._make, connection.execute(_COLUMNS).fetchall()):
        attributes.setdefault((attribute.schema_name, attribute.table_name), []).append(attribute)
    keys: dict[_Place, list[ForeignKey]] = {}
    for key in map(_Key._make, connection.execute(_KEYS).fetchall()):
        keys.setdefault((key.schema_name, key.table_name), []).append(_foreign_key(key))
    relations = sorted(
        map(_Relation._make, connection.execute(_RELATIONS).fetchall()),
        key=lambda relation: (
            relation.schema_name != DEFAULT_SCHEMA,
            relation.schema_name,
            relation.name,
        ),
    )
    deadline = time.monotonic() + timeout_s
    tables = []
    for relation in relations:
        place = (relation.schema_name, relation.name)
        if (schemas and relation.schema_name not in schemas) or not _readable(connection, relation):
            continue
        left = min(_SAMPLE_TIMEOUT_S, deadline - time.monotonic())
        values = _scan(connection, place, attributes[place], samples, left) if samples and left > 0 else {}
        tables.append(_table(relation, attributes[place], tuple(keys.get(place, ())), values))
    return tuple(tables)


@contextmanager
def interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt whatever the connection still does after so many seconds."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _foreign_key(key: _Key) -> ForeignKey:
    # A key of DuckDB's never leaves its schema.
    target = (
        key.target_table if key.schema_name == DEFAULT_SCHEMA else f"{key.schema_name}.{key.target_table}"
    )
    return ForeignKey(
        columns=tuple(key.columns), target_table=target, target_columns=tuple(key.target_columns)
    )


def _readable(connection: duckdb.DuckDBPyConnection, relation: _Relation) -> bool:
    """Whether it can be selected from: what a view is made of may be gone, or be a file outside."""
    if not relation.is_view:
        return True
    try:
        connection.execute(f"SELECT 1 FROM {_name((relation.schema_name, relation.name))} LIMIT 0")  # noqa: S608
    except (duckdb.ProgrammingError, duckdb.PermissionException):
        return False
    return True


def _table(
    relation: _Relation,
    attributes: list[_Attribute],
    keys: tuple[ForeignKey, ...],
    samples: dict[str, tuple[str, ...]],
) -> Table:
    return Table(
        schema_name=relation.schema_name,
        name=relation.name,
        comment=relation.comment,
        columns=tuple(
            Column(
                name=attribute.name,
                type=attribute.type,
                nullable=attribute.nullable,
                primary_key=attribute.primary_key,
                comment=attribute.comment,
                samples=samples.get(attribute.name, ()),
            )
            for attribute in attributes
        ),
        foreign_keys=keys,
        row_estimate=relation.row_estimate,
        is_view=relation.is_view,
    )


def _scan(
    connection: duckdb.DuckDBPyConnection,
    place: _Place,
    attributes: list[_Attribute],
    limit: int,
    timeout_s: float,
) -> dict[str, tuple[str, ...]]:
    """Samples from the first rows; none from a view that is too slow or fails."""
    names = [attribute.name for attribute in attributes if _SAMPLED_TYPE.fullmatch(attribute.type)]
    if not names:
        return {}
    heads = ", ".join(f"left(CAST({_quote(name)} AS VARCHAR), {CHARS_READ})" for name in names)
    query = f"SELECT {heads} FROM {_name(place)} LIMIT {ROWS_READ}"  # noqa: S608
    try:
        with interrupted_after(connection, timeout_s):
            rows = connection.execute(query).fetchall()
    except duckdb.Error:
        return {}
    return {
        name: choose_samples((row[i] for row in rows), limit, f"{place[1]}.{name}")
        for i, name in enumerate(names)
    }


def _name(place: _Place) -> str:
    return ".".join(map(_quote, place))


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
