"""Reading the tables of a PostgreSQL database: what the role may SELECT, and no system objects.

The system catalogue is asked directly: SQLAlchemy's inspector knows no rights, and it parses foreign keys
out of text, where a key to another schema or an odd name goes wrong.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from chat2sql.engine.schema.catalogue import Column, ForeignKey, Table
from chat2sql.engine.schema.connect import limit_postgres, postgres_error
from chat2sql.engine.schema.samples import CHARS_READ, ROWS_READ, choose_samples

_SAMPLE_TIMEOUT_S = 2.0
_SAMPLED_CATEGORIES = frozenset("SNDE")
_LONG_WIDTH = 100

_RELATIONS = """
SELECT c.oid::bigint AS oid, n.nspname AS schema_name, c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
       CASE
           WHEN c.relkind = 'p' THEN (
               SELECT sum(nullif(leaf.reltuples, -1))
               FROM pg_partition_tree(c.oid) AS part JOIN pg_class AS leaf ON leaf.oid = part.relid
               WHERE part.isleaf)
           WHEN c.relkind = 'v' THEN NULL
           ELSE nullif(c.reltuples, -1)
       END::float8 AS row_estimate
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND (cardinality(%(schemas)s::text[]) = 0 OR n.nspname = ANY(%(schemas)s::text[]))
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_any_column_privilege(c.oid, 'SELECT')
  AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname <> current_schema(), n.nspname COLLATE "C", c.relname COLLATE "C"
"""

_COLUMNS = """
SELECT a.attrelid::bigint AS oid, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable, coalesce(col_description(a.attrelid, a.attnum), '') AS comment,
       t.typcategory::text AS category,
       EXISTS (SELECT FROM pg_index AS i
               WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY(i.indkey)) AS primary_key
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = ANY(%(oids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum
"""

_FOREIGN_KEYS = """
SELECT k.conrelid::bigint AS oid, k.confrelid::bigint AS target,
       (SELECT array_agg(a.attname::text ORDER BY n.place)
        FROM unnest(k.conkey) WITH ORDINALITY AS n (number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = n.number) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY n.place)
        FROM unnest(k.confkey) WITH ORDINALITY AS n (number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = n.number) AS target_columns
FROM pg_constraint AS k
WHERE k.contype = 'f' AND k.conparentid = 0
  AND k.conrelid = ANY(%(oids)s::bigint[]::oid[]) AND k.confrelid = ANY(%(oids)s::bigint[]::oid[])
ORDER BY k.conrelid, k.conkey, k.confrelid
"""

_COMMON_VALUES = """
SELECT DISTINCT ON (s.schemaname, s.tablename, s.attname)
       s.schemaname AS schema_name, s.tablename AS table_name, s.attname AS column_name,
       s.avg_width AS width, s.most_common_vals::text::text[] AS values
FROM pg_stats AS s
WHERE s.schemaname = ANY(%(schemas)s::text[]) AND s.most_common_vals IS NOT NULL
ORDER BY s.schemaname, s.tablename, s.attname, s.inherited DESC
"""

_SHORT_TYPES = (
    ("character varying", "varchar"),
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
    ("double precision", "double"),
    ("character(", "char("),
)


class _Relation(NamedTuple):
    oid: int
    schema_name: str
    name: str
    is_view: bool
    comment: str
    row_estimate: float | None


class _Attribute(NamedTuple):
    oid: int
    name: str
    type: str
    nullable: bool
    comment: str
    category: str
    primary_key: bool


class _Key(NamedTuple):
    oid: int
    target: int
    columns: list[str]
    target_columns: list[str]


class _CommonValues(NamedTuple):
    schema_name: str
    table_name: str
    column_name: str
    width: int
    values: list[str | None]


_Samples = dict[tuple[int, str], tuple[str, ...]]
"""Sample values by (relation, column name)."""


def default_schema(connection: psycopg.Connection) -> str | None:
    """The schema in which this connection finds unqualified names first."""
    row = connection.execute("SELECT current_schema()").fetchone()
    return row[0] if row else None


def read_tables(
    connection: psycopg.Connection, *, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> tuple[Table, ...]:
    """All readable tables and views, those of the default schema first, then by name.

    Args:
        connection: an autocommit connection, as ``open_postgres`` gives it.
        schemas: only these; empty: all that are not the system's.
        samples: sample values per column at most; 0: none are read.
        timeout_s: how long reading samples may take over all tables, in seconds.
    """
    with connection.cursor(row_factory=class_row(_Relation)) as cursor:
        relations = cursor.execute(_RELATIONS, {"schemas": list(schemas)}).fetchall()
    attributes: dict[int, list[_Attribute]] = {relation.oid: [] for relation in relations}
    with connection.cursor(row_factory=class_row(_Attribute)) as reading:
        for attribute in reading.execute(_COLUMNS, {"oids": list(attributes)}):
            attributes[attribute.oid].append(attribute)
    keys = _read_keys(connection, relations, attributes)
    values = _read_samples(connection, relations, attributes, samples, timeout_s) if samples else {}
    return tuple(
        _table(relation, attributes[relation.oid], keys[relation.oid], values) for relation in relations
    )


def _read_keys(
    connection: psycopg.Connection, relations: list[_Relation], attributes: dict[int, list[_Attribute]]
) -> dict[int, list[ForeignKey]]:
    """The foreign keys of each relation, of those whose tables and columns may be read."""
    home = default_schema(connection)
    names = {r.oid: r.name if r.schema_name == home else f"{r.schema_name}.{r.name}" for r in relations}
    readable = {oid: {attribute.name for attribute in found} for oid, found in attributes.items()}
    keys: dict[int, list[ForeignKey]] = {relation.oid: [] for relation in relations}
    with connection.cursor(row_factory=class_row(_Key)) as cursor:
        for key in cursor.execute(_FOREIGN_KEYS, {"oids": list(names)}):
            if readable[key.oid].issuperset(key.columns) and readable[key.target].issuperset(
                key.target_columns
            ):
                keys[key.oid].append(
                    ForeignKey(
                        columns=tuple(key.columns),
                        target_table=names[key.target],
                        target_columns=tuple(key.target_columns),
                    )
                )
    return keys


def _table(
    relation: _Relation, attributes: list[_Attribute], keys: list[ForeignKey], samples: _Samples
) -> Table:
    return Table(
        schema_name=relation.schema_name,
        name=relation.name,
        comment=relation.comment,
        columns=tuple(
            Column(
                name=attribute.name,
                type=_short_type(attribute.type),
                nullable=attribute.nullable,
                primary_key=attribute.primary_key,
                comment=attribute.comment,
                samples=samples.get((relation.oid, attribute.name), ()),
            )
            for attribute in attributes
        ),
        foreign_keys=tuple(keys),
        row_estimate=None if relation.row_estimate is None else round(relation.row_estimate),
        is_view=relation.is_view,
    )


def _short_type(name: str) -> str:
    for long, short in _SHORT_TYPES:
        name = name.replace(long, short)
    return name


def _read_samples(
    connection: psycopg.Connection,
    relations: list[_Relation],
    attributes: dict[int, list[_Attribute]],
    limit: int,
    timeout_s: float,
) -> _Samples:
    """Most common values from the statistics where there are enough, the rest from the first rows."""
    deadline = time.monotonic() + timeout_s
    with connection.cursor(row_factory=class_row(_CommonValues)) as cursor:
        schemas = list({relation.schema_name for relation in relations})
        common = {
            (row.schema_name, row.table_name, row.column_name): row
            for row in cursor.execute(_COMMON_VALUES, {"schemas": schemas})
        }
    found: _Samples = {}
    limit_postgres(connection, min(_SAMPLE_TIMEOUT_S, timeout_s))
    for relation in relations:
        unknown: list[str] = []
        for attribute in attributes[relation.oid]:
            if attribute.category not in _SAMPLED_CATEGORIES:
                continue
            row = common.get((relation.schema_name, relation.name, attribute.name))
            if row is not None and row.width > _LONG_WIDTH:
                continue
            if row is not None and len(row.values) >= limit:
                found[relation.oid, attribute.name] = choose_samples(
                    row.values, limit, f"{relation.name}.{attribute.name}"
                )
            else:
                unknown.append(attribute.name)
        if unknown and time.monotonic() < deadline:
            found |= {
                (relation.oid, name): values
                for name, values in _scan(connection, relation, unknown, limit).items()
            }
    limit_postgres(connection, timeout_s)
    return found


def _scan(
    connection: psycopg.Connection, relation: _Relation, columns: list[str], limit: int
) -> dict[str, tuple[str, ...]]:
    """Samples from the first rows; none from a view that is too slow or fails."""
    heads = sql.SQL(", ").join(
        sql.SQL("left({}::text, {})").format(sql.Identifier(name), CHARS_READ) for name in columns
    )
    query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(
        heads, sql.Identifier(relation.schema_name, relation.name), ROWS_READ
    )
    try:
        rows = connection.execute(query).fetchall()
    except psycopg.Error as error:
        if connection.broken or (error.sqlstate is None and postgres_error(error) is not None):
            raise
        return {}
    return {
        name: choose_samples((row[i] for row in rows), limit, f"{relation.name}.{name}")
        for i, name in enumerate(columns)
    }
