"""SQL of another dialect, written in the database's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from chat2sql.config.vocabulary import Dialect

_SQLITE_PARTS = {
    "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S", "week": "%W",
    "dow": "%w", "dayofweek": "%w", "doy": "%j", "dayofyear": "%j",
}  # fmt: skip
_SQLITE_STARTS = {
    "year": "%Y-01-01", "month": "%Y-%m-01", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H:00:00",
}  # fmt: skip


def readings(sql: str, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """The text as each dialect would read it, written in ``dialect``; its own reading first.

    Yields:
        whose reading it is, and the text.
    """
    for other in (dialect, *(other for other in Dialect if other is not dialect)):
        try:
            trees = sqlglot.parse(sql, read=other, error_level=ErrorLevel.IMMEDIATE)
            if len(trees) != 1 or trees[0] is None:
                continue
            tree = trees[0].transform(_OWN_WAYS[dialect]) if dialect in _OWN_WAYS else trees[0]
            written = tree.sql(dialect=dialect, comments=False, unsupported_level=ErrorLevel.RAISE)
        except (SqlglotError, RecursionError):
            continue
        yield other.value, written


def _sqlite(node: exp.Expr) -> exp.Expr:
    """What sqlglot leaves as it is: SQLite has one function for parts and starts of dates."""
    if isinstance(node, exp.Extract):
        return _part(node.name, node.expression) or node
    if isinstance(node, (exp.Year, exp.Month, exp.Day)):
        return _part(type(node).__name__, node.this) or node
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)):
        layout = _SQLITE_STARTS.get(node.text("unit").lower())
        return node if layout is None else _strftime(layout, node.this)
    return node


def _part(name: str, moment: exp.Expr) -> exp.Expr | None:
    layout = _SQLITE_PARTS.get(name.lower())
    if layout is None:
        return None
    bare = moment.this if isinstance(moment, (exp.Date, exp.TsOrDsToDate)) else moment
    return exp.cast(_strftime(layout, bare), "INTEGER")


def _strftime(layout: str, moment: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="STRFTIME", expressions=[exp.Literal.string(layout), moment.copy()])


_OWN_WAYS: dict[Dialect, Callable[[exp.Expr], exp.Expr]] = {Dialect.SQLITE: _sqlite}
