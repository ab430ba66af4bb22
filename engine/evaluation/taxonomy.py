"""What is wrong in a wrong SQL, by comparing its parts with a right one's."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect


class Mistake(StrEnum):
    """A part of the query in which it differs from the gold that it is nearest to."""

    TABLES = "tables"
    OUTPUT = "output"
    VALUES = "values"
    CONDITIONS = "conditions"
    AGGREGATES = "aggregates"
    GROUPING = "grouping"
    ORDER_OR_LIMIT = "order_or_limit"
    DISTINCT = "distinct"
    SET_OPERATION = "set_operation"
    NESTING = "nesting"
    OTHER = "other"


def mistakes(sql: str, golds: tuple[str, ...], dialect: Dialect) -> tuple[Mistake, ...]:
    """In which parts a query differs from the gold with which it has most in common; OTHER: in none of those told apart.

    A difference need not be a mistake: the same can be said in two ways. Over a set of wrong ones it shows where they lie.
    """
    mine = _parts(sql, dialect)
    theirs = [parts for gold in golds if (parts := _parts(gold, dialect)) is not None]
    if mine is None or not theirs:
        return (Mistake.OTHER,)
    differing = [
        tuple(part for part in Mistake if part in mine and mine[part] != parts[part]) for parts in theirs
    ]
    return min(differing, key=len) or (Mistake.OTHER,)


def _parts(sql: str, dialect: Dialect) -> dict[Mistake, object] | None:
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError:
        return None
    return {mistake: read(tree) for mistake, read in _READERS.items()}


def _names(tree: exp.Expr, *kinds: type[exp.Expr]) -> list[str]:
    return sorted(node.name.lower() for node in tree.find_all(*kinds) if node.name)


def _output(tree: exp.Expr) -> list[str]:
    select = tree.find(exp.Select)
    return [] if select is None else [
        "|".join(_names(item, exp.Column)) or type(item.unalias()).__name__ for item in select.expressions
    ]  # fmt: skip


def _values(tree: exp.Expr) -> list[str]:
    limits = {
        id(literal)
        for limit in tree.find_all(exp.Limit, exp.Offset)
        for literal in limit.find_all(exp.Literal)
    }
    return sorted(literal.name for literal in tree.find_all(exp.Literal) if id(literal) not in limits)


def _conditions(tree: exp.Expr) -> list[str]:
    comparisons = (exp.Predicate, exp.Between, exp.In)
    return sorted(
        f"{type(node).__name__}({','.join(_names(node, exp.Column))})"
        for clause in tree.find_all(exp.Where, exp.Having)
        for node in clause.find_all(*comparisons)
    )


def _order(tree: exp.Expr) -> list[str]:
    ordered = [
        f"{','.join(_names(o, exp.Column))} {bool(o.args.get('desc'))}" for o in tree.find_all(exp.Ordered)
    ]
    return ordered + [limit.sql() for limit in tree.find_all(exp.Limit)]


_READERS: dict[Mistake, Callable[[exp.Expr], object]] = {
    Mistake.TABLES: lambda tree: sorted(set(_names(tree, exp.Table))),
    Mistake.OUTPUT: _output,
    Mistake.VALUES: _values,
    Mistake.CONDITIONS: _conditions,
    Mistake.AGGREGATES: lambda tree: sorted(type(node).__name__ for node in tree.find_all(exp.AggFunc)),
    Mistake.GROUPING: lambda tree: [_names(group, exp.Column) for group in tree.find_all(exp.Group)],
    Mistake.ORDER_OR_LIMIT: _order,
    Mistake.DISTINCT: lambda tree: len(list(tree.find_all(exp.Distinct))),
    Mistake.SET_OPERATION: lambda tree: [type(node).__name__ for node in tree.find_all(exp.SetOperation)],
    Mistake.NESTING: lambda tree: len(list(tree.find_all(exp.Select))),
}
