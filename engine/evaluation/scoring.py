"""Execution accuracy: do two queries give the same rows?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import Row

TOLERANCE = 1e-4
"""How far two numbers may be apart and still be the same."""

_RELATIVE = 1e-9


def same_rows(rows: Sequence[Row], gold: Sequence[Row], *, ordered: bool) -> bool:
    """Whether the rows are the gold's: as a list where the order counts, as a multiset else.

    Values are compared column by column in their order; numbers of all types within ``TOLERANCE``.
    """
    if len(rows) != len(gold) or (rows and len(rows[0]) != len(gold[0])):
        return False
    if not ordered:
        rows, gold = sorted(rows, key=_key), sorted(gold, key=_key)
    return all(_same(mine, theirs) for mine, theirs in zip(rows, gold, strict=True))


def is_ordered(sql: str, dialect: Dialect) -> bool:
    """Whether a query says in which order its rows come."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError:
        return False
    return isinstance(tree, exp.Query) and tree.args.get("order") is not None


def _same(mine: Row, theirs: Row) -> bool:
    return all(_equal(a, b) for a, b in zip(mine, theirs, strict=True))


def _equal(mine: object, theirs: object) -> bool:
    if isinstance(mine, (int, float, Decimal)) and isinstance(theirs, (int, float, Decimal)):
        return math.isclose(float(mine), float(theirs), rel_tol=_RELATIVE, abs_tol=TOLERANCE)
    return mine == theirs


def _key(row: Row) -> tuple[tuple[int, float, str], ...]:
    """An order of rows in which equal ones meet: numbers by a rounded value, so that near ones stand together."""
    return tuple(
        (0, 0.0, "")
        if value is None
        else (1, round(float(value), 3), "")
        if isinstance(value, (int, float, Decimal))
        else (2, 0.0, str(value))
        for value in row
    )
