"""Values as SQL, by the type of the field that they are compared with."""

from __future__ import annotations

import re
from datetime import date

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.model.semantic_model import Field, Role
from chat2sql.engine.semantics.model.truth import truth

_NUMERIC = re.compile(r"INT|NUM|DEC|REAL|FLOA|DOUB|SERIAL|MONEY", re.IGNORECASE)
_HOLDS = frozenset({"true", "1", "t", "yes", "y"})
_TRUTH = re.compile(r"bool", re.IGNORECASE)


def contains(column: exp.Expr, text: str, *, at_start: bool = False) -> exp.Expr:
    """Whether a text has another in it, or begins with it."""
    escaped = text.replace("%", "").replace("_", "")
    pattern = f"{escaped}%" if at_start else f"%{escaped}%"
    return exp.Like(this=column.copy(), expression=exp.Literal.string(pattern))


def day_of(day: date) -> exp.Expr:
    """A day."""
    return exp.Literal.string(day.isoformat())


def days_from_today(days: int, dialect: Dialect) -> exp.Expr:
    """The day so many days after the day of asking, or before it."""
    if dialect is Dialect.SQLITE:
        return sqlglot.parse_one(f"DATE(CURRENT_DATE, '{days:+d} days')", read=dialect)
    sign = "+" if days > 0 else "-"
    return sqlglot.parse_one(f"CURRENT_DATE {sign} INTERVAL '{abs(days)}' DAY", read=dialect)


def with_today(tree: exp.Expr, as_of: date, dialect: Dialect) -> exp.Expr:
    """What is written with CURRENT_DATE, as of a day. SQLite's dates are texts."""
    today = day_of(as_of) if dialect is Dialect.SQLITE else exp.cast(day_of(as_of), "DATE")
    return tree.transform(lambda node: today.copy() if isinstance(node, exp.CurrentDate) else node)


def literal(value: str, field: Field) -> exp.Expr:
    """A value as a field of that type is compared with it."""
    if field.role is Role.FLAG or _TRUTH.search(field.type):
        return sqlglot.parse_one(truth(field, holds=value.lower() in _HOLDS))
    if _NUMERIC.search(field.type) or field.role is Role.MEASURE:
        return exp.Literal.number(value)
    return exp.Literal.string(value)
