"""Reading the tables of a MySQL or MariaDB database: what the user may SELECT, and no system objects.

``information_schema`` is asked directly: it holds no more than the user may see, column by column, where SQLAlchemy's
inspector reads the text of SHOW CREATE TABLE, which a user with rights on some columns is refused. To such a user the
server does not tell the foreign keys of that table.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import pymysql
from pymysql import Connection

from chat2sql.engine.schema.catalogue import Column, ForeignKey, Table
from chat2sql.engine.schema.samples import CHARS_READ, ROWS_READ, choose_samples
from chat2sql.engine.sql.executors.mysql_errors import statement_failure
from chat2sql.engine.sql.executors.mysql_session import limit_time

_SAMPLE_TIMEOUT_S = 2.0
_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
_SAMPLED_TYPES = frozenset(
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "date", "datetime", "timestamp"}
    | {"time", "year", "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"}
    | {"uuid", "inet4", "inet6"}
)  # fmt: skip
# MariaDB tells how wide a number was to be shown; tinyint(1) says that it is a boolean.
_DISPLAY_WIDTH = re.compile(r"^((?:tiny|small|medium|big)?int)\((?!1\))\d+\)")

_RELATIONS = """
SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE LIKE '%%VIEW', t.TABLE_COMMENT, t.TABLE_ROWS
FROM information_schema.TABLES AS t
WHERE t.TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
  AND LOWER(t.TABLE_SCHEMA) NOT IN %(system)s AND (%(every)s OR t.TABLE_SCHEMA IN %(schemas)s)
"""

_COLUMNS = """
SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.DATA_TYPE, c.IS_NULLABLE = 'YES',
       c.COLUMN_KEY = 'PRI', c.COLUMN_COMMENT
FROM information_schema.COLUMNS AS c
WHERE LOWER(c.TABLE_SCHEMA) NOT IN %(system)s AND (%(every)s OR c.TABLE_SCHEMA IN %(schemas)s)
  AND FIND_IN_SET('select', LOWER(c.PRIVILEGES))
ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION
"""

_KEYS = """
SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME,
       k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE AS k
WHERE k.REFERENCED_TABLE_NAME IS NOT NULL
  AND LOWER(k.TABLE_SCHEMA) NOT IN %(system)s AND (%(every)s OR k.TABLE_SCHEMA IN %(schemas)s)
ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION
"""


class _Relation(NamedTuple):
    schema_name: str
    name: str
    is_view: int
    comment: str
    row_estimate: int | None


class _Attribute(NamedTuple):
    schema_name: str
    table_name: str
    name: str
    type: str
    data_type: str
    nullable: int
    primary_key: int
    comment: str


class _KeyPart(NamedTuple):
    schema_name: str
    table_name: str
    key: str
    column: str
    target_schema: str
    target_table: str
    target_column: str


_Row = TypeVar("_Row", _Relation, _Attribute, _KeyPart)
_Place = tuple[str, str]
"""Schema and table."""


def default_schema(connection: Connection) -> str:
    """The database in which this connection finds unqualified names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        ((name,),) = cursor.fetchall()
    return str(name)


def read_tables(
    connection: Connection, *, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> tuple[Table, ...]:
    """All readable tables and views, those of the default database first, then by name.

    Args:
        connection: as ``open_session`` gives it.
        schemas: only these databases; empty: all that are not the system's.
        samples: sample values per column at most; 0: none are read.
        timeout_s: how long reading samples may take over all tables, in seconds.
    """
    home = default_schema(connection)
    wanted = {"system": _SYSTEM, "every": not schemas, "schemas": schemas or ("",)}
    attributes: dict[_Place, list[_Attribute]] = {}
    for attribute in _read(connection, _Attribute, _COLUMNS, wanted):
        attributes.setdefault((attribute.schema_name, attribute.table_name), []).append(attribute)
    relations = sorted(
        (
            relation
            for relation in _read(connection, _Relation, _RELATIONS, wanted)
            if (relation.schema_name, relation.name) in attributes
        ),
        key=lambda relation: (relation.schema_name != home, relation.schema_name, relation.name),
    )
    keys = _keys(_read(connection, _KeyPart, _KEYS, wanted), attributes, home)
    deadline = time.monotonic() + timeout_s
    tables = []
    for relation in relations:
        place = (relation.schema_name, relation.name)
        left = min(_SAMPLE_TIMEOUT_S, deadline - time.monotonic())
        values = _scan(connection, place, attributes[place], samples, left) if samples and left > 0 else {}
        tables.append(_table(relation, attributes[place], keys.get(place, ()), values))
    return tuple(tables)


def _read(connection: Connection, kind: type[_Row], query: str, values: dict[str, object]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [kind(*row) for row in cursor.fetchall()]


def _keys(
    parts: Iterable[_KeyPart], attributes: dict[_Place, list[_Attribute]], home: str
) -> dict[_Place, tuple[ForeignKey, ...]]:
    """The foreign keys of each table, of those whose tables and columns may be read."""
    readable = {place: {attribute.name.lower() for attribute in found} for place, found in attributes.items()}
    keys: dict[tuple[_Place, str], list[_KeyPart]] = {}
    for part in parts:
        keys.setdefault(((part.schema_name, part.table_name), part.key), []).append(part)
    found: dict[_Place, tuple[ForeignKey, ...]] = {}
    for (place, _), columns in keys.items():
        target = (columns[0].target_schema, columns[0].target_table)
        if {part.column.lower() for part in columns} <= readable.get(place, set()) and {
            part.target_column.lower() for part in columns
        } <= readable.get(target, set()):
            key = ForeignKey(
                columns=tuple(part.column for part in columns),
                target_table=target[1] if target[0] == home else ".".join(target),
                target_columns=tuple(part.target_column for part in columns),
            )
            found[place] = (*found.get(place, ()), key)
    return found


def _table(
    relation: _Relation,
    attributes: list[_Attribute],
    keys: tuple[ForeignKey, ...],
    samples: dict[str, tuple[str, ...]],
) -> Table:
    is_view = bool(relation.is_view)
    return Table(
        schema_name=relation.schema_name,
        name=relation.name,
        comment="" if is_view else relation.comment,  # of a view it is the word VIEW
        columns=tuple(
            Column(
                name=attribute.name,
                type=_DISPLAY_WIDTH.sub(r"\1", attribute.type),
                nullable=bool(attribute.nullable),
                primary_key=bool(attribute.primary_key),
                comment=attribute.comment,
                samples=samples.get(attribute.name, ()),
            )
            for attribute in attributes
        ),
        foreign_keys=keys,
        row_estimate=None if is_view else relation.row_estimate,
        is_view=is_view,
    )


def _scan(
    connection: Connection, place: _Place, attributes: list[_Attribute], limit: int, timeout_s: float
) -> dict[str, tuple[str, ...]]:
    """Samples from the first rows; none from a view that is too slow or fails."""
    names = [attribute.name for attribute in attributes if attribute.data_type.lower() in _SAMPLED_TYPES]
    if not names:
        return {}
    heads = ", ".join(f"LEFT(CAST({_quote(name)} AS CHAR), {CHARS_READ})" for name in names)
    source = ".".join(map(_quote, place))
    limit_time(connection, timeout_s)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {heads} FROM {source} LIMIT {ROWS_READ}")  # noqa: S608
            rows = cursor.fetchall()
    except pymysql.Error as error:
        statement_failure(error)  # raises where it is the connection's fault
        return {}
    return {
        name: choose_samples((row[i] for row in rows), limit, f"{place[1]}.{name}")
        for i, name in enumerate(names)
    }


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
