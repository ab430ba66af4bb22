"""Which parts of an expression decide whether it fails: an error tells something of a masked value there.

An allow-list, by what PostgreSQL and DuckDB do; what is not in it may fail by any of its parts. That numbers can grow too
large is left out: without arithmetic no report could be made of a masked column.
"""

from __future__ import annotations

from sqlglot import exp

from chat2sql.engine.sql.guard.names import folded
from chat2sql.engine.sql.guard.row_errors import CANNOT_FAIL

_HARMLESS = (frozenset(CANNOT_FAIL) - {exp.Like, exp.ILike, exp.AggFunc}) | {
    exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Ceil, exp.Floor, exp.Sign, exp.Greatest, exp.Least,
    exp.Concat, exp.ConcatWs, exp.DPipe, exp.Reverse, exp.Replace, exp.Initcap, exp.MD5, exp.StrPosition,
    exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week, exp.DayOfWeek, exp.DayOfMonth, exp.DayOfYear, exp.Dayname,
    exp.DateDiff, exp.TimestampDiff, exp.DateAdd, exp.DateSub, exp.Typeof,
    exp.ArgMax, exp.ArgMin, exp.Corr, exp.CovarPop, exp.CovarSamp,
    exp.Left, exp.Right, exp.Struct, exp.PropertyEQ, exp.Dot, exp.Distinct, exp.Order, exp.WithinGroup,
    exp.IgnoreNulls, exp.RespectNulls,
}  # fmt: skip
_DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)
# Their other parts decide.
_HARMLESS_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(
        (
            exp.Substring, exp.Pad, exp.Round, exp.Trunc, exp.SplitPart, exp.TimeToStr, exp.ToChar,
            exp.TimestampTrunc, exp.DateTrunc, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.Like, exp.ILike,
            exp.SimilarTo, exp.RegexpLike, exp.RegexpReplace, exp.RegexpExtract, exp.Bracket,
        ),
        frozenset({"this"}),
    ),
    exp.Extract: frozenset({"expression"}),
    exp.Interval: frozenset({"unit"}),
    exp.GroupConcat: frozenset({"this", "separator"}),
    exp.Lag: frozenset({"this", "default"}),
    exp.Lead: frozenset({"this", "default"}),
}  # fmt: skip
# What goes into a lambda has no name that could be followed.
_IN_LAMBDAS = (
    exp.Lambda,
    exp.Identifier,
    exp.Literal,
    exp.Paren,
    exp.DPipe,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Lower,
    exp.Upper,
)
_OF_AGGREGATES = frozenset({"this"})
_NOTHING: frozenset[str] = frozenset()
_HARMLESS_BY_NAME = frozenset(
    {
        "age",
        "total",
        "julianday",
        "unixepoch",
        "row_to_json",
        "to_json",
        "to_jsonb",
        "json_agg",
        "jsonb_agg",
        "row",
    }
)


def decisive(node: exp.Expr) -> list[exp.Expr]:
    """The parts of an expression whose values can make it fail on some rows."""
    kind = type(node)
    if kind in _HARMLESS or (kind is exp.Anonymous and folded(node.name) in _HARMLESS_BY_NAME):
        return []
    if isinstance(node, _DIVISIONS):
        return [] if _never_zero(node.expression.unnest()) else [node.expression]
    if isinstance(node, exp.Transform) and all(
        isinstance(part, _IN_LAMBDAS) for part in node.expression.walk()
    ):
        return []
    harmless = _HARMLESS_PARTS.get(kind, _NOTHING)
    if isinstance(node, exp.AggFunc) and not harmless and not _is_particular(node):
        harmless = _OF_AGGREGATES
    parts = (
        value if isinstance(value, list) else [value]
        for name, value in node.args.items()
        if name not in harmless
    )
    return [part for some in parts for part in some if isinstance(part, exp.Expr)]


def _is_particular(node: exp.Expr) -> bool:
    """Before WITHIN GROUP stands a fraction, not the values; lists of unlike lengths make no list of lists."""
    return isinstance(node.parent, exp.WithinGroup) or (
        isinstance(node, exp.ArrayAgg) and node.find(exp.Array) is not None
    )


def _never_zero(divisor: exp.Expr) -> bool:
    """A number that the query states, or ``NULLIF(x, 0)``."""
    if isinstance(divisor, exp.Nullif):
        return divisor.expression.is_number and float(divisor.expression.name) == 0
    return isinstance(divisor, exp.Literal) and divisor.is_number and float(divisor.name) != 0
