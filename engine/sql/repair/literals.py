"""Literals of the wrong type for the column they are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.names import effective, referenced_cte, source_name
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_STRICT = frozenset({Dialect.POSTGRESQL, Dialect.DUCKDB})
_TEXT = re.compile(r"char|text|string|citext|uuid", re.IGNORECASE)
_BOOLEAN = re.compile(r"bool", re.IGNORECASE)
_WHOLE = re.compile(r"^\s*(big|small|tiny)?int", re.IGNORECASE)
_TRUTHS = {
    "1": True,
    "0": False,
    "true": True,
    "false": False,
    "t": True,
    "f": False,
    "yes": True,
    "no": False,
}


def mend_literals(tree: exp.Expr, catalogue: Catalogue) -> list[Repair]:
    """Write each literal as its column's type wants it, where the database would refuse it otherwise; in place."""
    if catalogue.dialect not in _STRICT:
        return []
    done = []
    for _, found, sides in compared(
        tree, catalogue, exp.EQ, exp.NEQ, exp.In, exp.GT, exp.GTE, exp.LT, exp.LTE
    ):
        for value in sides:
            instead = _as_type(value, found.type)
            if instead is not None:
                written = value.sql(catalogue.dialect)
                value.replace(instead)
                told = f"{found.name} is {found.type}: {written} -> {instead.sql(catalogue.dialect)}"
                done.append(Repair(kind=RepairKind.LITERAL_TYPE, explanation=told))
    return done


def compared(
    tree: exp.Expr, catalogue: Catalogue, *kinds: type[exp.Expr]
) -> Iterator[tuple[Table, Column, list[exp.Expr]]]:
    """Each comparison of those kinds with a column of the catalogue: its table, the column, and all that is compared."""
    for comparison in tree.find_all(*kinds):
        sides = [comparison.this, *comparison.expressions] if isinstance(comparison, exp.In) else [
            comparison.this, comparison.expression,
        ]  # fmt: skip
        column = next((side for side in sides if isinstance(side, exp.Column)), None)
        known = catalogued(column, catalogue) if column is not None else None
        if known is not None:
            yield *known, sides


def _as_type(value: exp.Expr, column_type: str) -> exp.Expr | None:
    if _TEXT.search(column_type):
        is_number = isinstance(value, exp.Literal) and not value.is_string
        return exp.Literal.string(value.name) if is_number else None
    if _BOOLEAN.search(column_type) and isinstance(value, exp.Literal):
        truth = _TRUTHS.get(value.name.lower())
        return exp.Boolean(this=truth) if truth is not None and not value.is_string else None
    if _WHOLE.match(column_type) and isinstance(value, exp.Boolean):
        return exp.Literal.number(int(bool(value.this)))
    return None


def catalogued(column: exp.Column, catalogue: Catalogue) -> tuple[Table, Column] | None:
    """The catalogue's column that one of a query means, and its table; None: it is not one of a table in its own
    SELECT."""
    select = column.parent_select
    if not isinstance(select, exp.Select):
        return None
    qualifier = column.args.get("table")
    alias = effective(qualifier, catalogue.dialect) if qualifier is not None else None
    having = [
        (table, found)
        for name, table in tables_of(select, catalogue)
        if alias in (None, name) and (found := table.column(column.name)) is not None
    ]
    return having[0] if len(having) == 1 else None


Tables = list[tuple[str, Table]]
"""The catalogue's tables that a SELECT itself reads, with the names that it calls them by."""


def tables_of(select: exp.Select, catalogue: Catalogue) -> Tables:
    """The catalogue's tables that a SELECT itself reads; those that its subqueries read are not among them."""
    return [
        (source_name(node, catalogue.dialect), table)
        for node in select.find_all(exp.Table)
        if node.parent_select is select
        and referenced_cte(node, catalogue.dialect) is None
        and (table := catalogue.table(".".join(part.name for part in node.parts))) is not None
    ]
