"""Whose rows are whose: the tenant column of a table, and the condition that picks one tenant's rows."""

from __future__ import annotations

import re
from enum import StrEnum

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.name_patterns import means_column, means_table
from chat2sql.engine.sql.guard.policy import TenantRows

WHOLE_NUMBER = r"-?[1-9][0-9]{0,17}|0"
"""A number as a database would write it, which a 64-bit integer holds for certain: ``07`` and ``7`` are two tenants."""
UUID_TEXT = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
"""A UUID as PostgreSQL and DuckDB write it."""


class TenantType(StrEnum):
    """How a tenant column is compared: by its own type where that is exact, so that an index serves, else as text."""

    TEXT = "text"
    NUMBER = "number"
    UUID = "uuid"
    OTHER = "other"


_LENGTH = r"(?:\(\d+\))?"
_TYPES = (
    (TenantType.TEXT, f"(?:long|medium|tiny)?text|string|(?:varchar|character varying){_LENGTH}"),
    (TenantType.NUMBER, f"(?:tiny|small|medium|big)?int(?:eger|[248])?{_LENGTH}(?: unsigned)?(?: zerofill)?"),
    (TenantType.UUID, "uuid"),
)
# By the rules of column affinity in SQLite's documentation.
_SQLITE_TYPES = (
    (TenantType.NUMBER, ".*int.*"),
    (TenantType.TEXT, ".*(?:char|clob|text).*"),
)


def tenant_type(declared: str, dialect: Dialect) -> TenantType:
    """How a column of this declared type is compared with a tenant."""
    types = _SQLITE_TYPES if dialect is Dialect.SQLITE else _TYPES
    fitting = (kind for kind, pattern in types if re.fullmatch(pattern, declared.strip(), re.I | re.S))
    return next(fitting, TenantType.OTHER)


def tenant_column(table: Table, rows: TenantRows, catalogue: Catalogue) -> Column | None:
    """The column that bears the tenant; None: the table is not one of tenants' rows, or lacks the column."""
    for column in table.columns:
        if any(means_column(entry, table, column.name, catalogue) for entry in rows.tables):
            return column
    return table.column(rows.column) if _is_named(table, rows.tables, catalogue) else None


def is_shared(table: Table, rows: TenantRows, catalogue: Catalogue) -> bool:
    """Whether everybody may read all rows; never for a table that is also in the list of tenants' tables."""
    return _is_named(table, rows.shared, catalogue) and not _is_named(table, rows.tables, catalogue)


def _is_named(table: Table, entries: tuple[str, ...], catalogue: Catalogue) -> bool:
    return any(means_table(entry, table, catalogue) for entry in entries)


def is_tenants_row(table: str, column: Column, tenant: str, dialect: Dialect) -> exp.Expr:
    """The condition that a row of a table is this tenant's: exact in letters, case and blanks whatever the column's
    collation, false for every row where the column cannot hold such a tenant, never an error.

    Args:
        table: the name by which the condition calls the table.
    """

    def own() -> exp.Expr:
        return exp.column(exp.to_identifier(column.name, quoted=True), exp.to_identifier(table, quoted=True))

    def value() -> exp.Expr:
        return exp.Literal.string(tenant)

    kind = tenant_type(column.type, dialect)
    if not tenant or "\x00" in tenant:
        return exp.false()
    if kind is TenantType.NUMBER:
        is_number = re.fullmatch(WHOLE_NUMBER, tenant) is not None
        return exp.EQ(this=own(), expression=exp.Literal.number(tenant)) if is_number else exp.false()
    if kind is TenantType.UUID:
        return exp.EQ(this=own(), expression=value()) if re.fullmatch(UUID_TEXT, tenant) else exp.false()

    def text() -> exp.Expr:
        if kind is TenantType.TEXT:
            return own()
        return exp.Cast(this=own(), to=exp.DataType.build(_TEXT[dialect], dialect=dialect))

    # The first half lets an index serve, the second is exact where the column's collation is not.
    return exp.And(
        this=exp.EQ(this=text(), expression=value()), expression=_same_bytes(text(), value(), dialect)
    )


_TEXT = {Dialect.MYSQL: "CHAR", Dialect.POSTGRESQL: "TEXT", Dialect.SQLITE: "TEXT", Dialect.DUCKDB: "TEXT"}


def _same_bytes(one: exp.Expr, other: exp.Expr, dialect: Dialect) -> exp.Expr:
    if dialect is Dialect.DUCKDB:
        one, other = (exp.Anonymous(this="ENCODE", expressions=[text]) for text in (one, other))
    elif dialect is Dialect.MYSQL:
        one, other = _utf8_bytes(one), _utf8_bytes(other)
    else:
        name = exp.Var(this="BINARY") if dialect is Dialect.SQLITE else exp.to_identifier("C", quoted=True)
        one = exp.Collate(this=one, expression=name)
    return exp.EQ(this=one, expression=other)


def _utf8_bytes(text: exp.Expr) -> exp.Expr:
    utf8 = exp.DataType(this=exp.DType.CHARACTER_SET, kind=exp.Var(this="utf8mb4"))
    return exp.Cast(this=exp.Cast(this=text, to=utf8), to=exp.DataType(this=exp.DType.BINARY))
