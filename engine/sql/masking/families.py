"""Families of types, as far as they tell whether a conversion can fail."""

from __future__ import annotations

import re
from enum import StrEnum

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect


class Family(StrEnum):
    """Types whose values convert into each other, but for numbers that are too large."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"


_DECLARED = {
    Family.TEXT: re.compile(r"\w*char\b|character\b|\w*text\b|string\b|bpchar\b|name\b", re.IGNORECASE),
    Family.NUMBER: re.compile(
        r"u?(?:tiny|small|medium|big|huge)?int(?:eger)?\d*\b|(?:small|big)?serial\b|numeric\b|dec(?:imal)?\b|real\b"
        r"|float\d?\b|double\b",
        re.IGNORECASE,
    ),
    Family.TIME: re.compile(r"date\b|datetime\b|timestamp\w*\b", re.IGNORECASE),
}
# Of whatever goes in, or else nothing could be worked out.
_NUMBERS = (
    exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Mul, exp.Div, exp.Mod,
    exp.Round, exp.Abs, exp.Ceil, exp.Floor, exp.Sign, exp.Length, exp.Extract, exp.Year, exp.Month, exp.Day,
)  # fmt: skip
_TEXTS = (
    exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Replace, exp.Left, exp.Right, exp.SplitPart,
    exp.Reverse, exp.Initcap,
)  # fmt: skip
_SAME = (exp.Add, exp.Sub, exp.Neg, exp.Greatest, exp.Least, exp.TimestampTrunc, exp.DateTrunc)
_LISTS = re.compile(r"\[|\([^)]*[a-z]", re.IGNORECASE)
_CONVERT_ANYTHING = frozenset({Dialect.SQLITE, Dialect.MYSQL})


def declared(column_type: str) -> Family | None:
    """The family of a column's type in the database's words; None: none of them."""
    if _LISTS.search(column_type):
        return None
    return next((family for family, words in _DECLARED.items() if words.match(column_type)), None)


def given_by(node: exp.Expr, parts: Family | None) -> Family | None:
    """The family that an operator or a function gives.

    Args:
        parts: of what goes in.
    """
    if isinstance(node, _NUMBERS):
        return Family.NUMBER
    if isinstance(node, _TEXTS):
        return Family.TEXT
    return parts if isinstance(node, _SAME) else None


def target(node: exp.Expr) -> Family | None:
    """The family that a conversion gives, written as CAST or as a function; None: none of them."""
    if isinstance(node, (exp.Date, exp.Timestamp)):
        return Family.TIME
    to = node.args.get("to")
    if not isinstance(to, exp.DataType):
        return None
    if to.is_type(*exp.DataType.TEXT_TYPES):
        return Family.TEXT
    if to.is_type(*exp.DataType.NUMERIC_TYPES):
        return Family.NUMBER
    return Family.TIME if to.is_type(*exp.DataType.TEMPORAL_TYPES) else None


def converts(node: exp.Expr, given: Family | None, dialect: Dialect) -> bool:
    """Whether a conversion succeeds on all values of a family; SQLite and MySQL make something of any value."""
    to = target(node)
    return (
        isinstance(node, exp.TryCast)
        or to is Family.TEXT
        or (to is not None and (to is given or dialect in _CONVERT_ANYTHING))
    )
