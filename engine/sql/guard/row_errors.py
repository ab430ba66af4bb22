"""Can a condition of this query fail on some rows? Then which rows it is tried on shows.

A database may try the conditions of a query on a row before it has seen that the row is another tenant's. A comparison
betrays nothing by that; ``1 / (amount - 5) > 0`` does, by failing where another tenant has a 5. (PostgreSQL calls
operators that cannot fail leakproof, and lets only those before the conditions of row-level security.)
"""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect

_CONDITIONS = (exp.Where, exp.Having, exp.Qualify, exp.Join)
CANNOT_FAIL = (
    exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Alias,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Lower,
    exp.Upper, exp.Trim, exp.Length, exp.Exists, exp.AggFunc, exp.Window, exp.Collate,
    exp.Filter, exp.Where,
)  # fmt: skip
"""Expressions that do not fail, whatever their parts are on a row."""


def may_fail_on_rows(tree: exp.Expr, dialect: Dialect) -> bool:
    """Whether anything that a database could try early is not known never to fail.

    What is computed behind the conditions does not count: the outermost select list, groups and orders. DuckDB converts
    text that is compared with a number row by row, so there nothing is known.
    """
    if dialect is Dialect.DUCKDB:
        return True
    parts: list[exp.Expr] = list(tree.find_all(*_CONDITIONS))
    parts += [
        projection
        for select in tree.find_all(exp.Select)
        if select.parent is not None
        for projection in select.expressions
    ]
    return any(map(_may_fail, parts))


def _may_fail(part: exp.Expr) -> bool:
    """Of a part without the queries inside, which are looked at on their own; constants fail for everybody."""
    pending: list[exp.Expr] = [part]
    if isinstance(part, _CONDITIONS):
        pending = list(part.iter_expressions())
    while pending:
        node = pending.pop()
        if isinstance(node, (exp.Query, exp.Table, exp.AggFunc)):
            continue
        if not isinstance(node, CANNOT_FAIL):
            if node.find(exp.Column) is not None:
                return True
            continue
        pending.extend(node.iter_expressions())
    return False
