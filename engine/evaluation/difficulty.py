"""How hard a question of Spider is, which the set itself does not say."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect


class Difficulty(StrEnum):
    """Spider's four levels."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
    EXTRA = "extra"


class _Counts(NamedTuple):
    """What the rules count: plain components, further queries, and the kinds of things there are several of."""

    components: int
    queries: int
    several: int


def spider_difficulty(sql: str, dialect: Dialect = Dialect.SQLITE) -> Difficulty | None:
    """The level of a gold query by the "SQL hardness criteria" of Spider (Yu et al., EMNLP 2018, github.com/taoyds/spider).

    Counted as the set's own evaluation script counts, so that figures by difficulty can be laid beside published ones.
    That means, beyond the written criteria: of a set operation only the first query is looked into; HAVING itself
    and the aggregates in it count for nothing; a subquery in FROM counts like a joined table; and a negated
    condition counts like an aggregate, as does each AND or OR of a HAVING.

    Returns:
        The level; None if the query cannot be read.
    """
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError:
        return None
    further = 0
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        further += isinstance(tree, exp.SetOperation)
        tree = tree.this
    return _level(_counts(tree, further)) if isinstance(tree, exp.Select) else None


def _level(found: _Counts) -> Difficulty:
    components, queries, several = found
    if queries == 0:
        if components <= 1 and several == 0:
            return Difficulty.EASY
        if (components <= 1 and several <= 2) or (components <= 2 and several <= 1):
            return Difficulty.MEDIUM
        if (components <= 2 and several > 2) or (components == 3 and several <= 2):
            return Difficulty.HARD
    elif queries == 1 and components <= 1 and several == 0:
        return Difficulty.HARD
    return Difficulty.EXTRA


def _counts(select: exp.Select, further: int) -> _Counts:
    joins = select.args.get("joins") or []
    where, having, group, order = (select.args.get(name) for name in ("where", "having", "group", "order"))
    conditions = [clause.this for clause in (where, having) if clause is not None]
    conditions += [join.args["on"] for join in joins if join.args.get("on") is not None]
    parts = [node for condition in conditions for node in _own(condition)]
    components = (
        sum(select.args.get(name) is not None for name in ("where", "group", "order", "limit"))
        + len(joins)
        + sum(isinstance(node, (exp.Or, exp.Like)) for node in parts)
    )
    aggregates = (
        sum(_aggregated(item) for item in select.expressions)
        + sum(_aggregated(item) for item in (order.expressions if order is not None else ()))
        + sum(isinstance(node, exp.Not) for clause in (where, having) for node in _own(clause))
        + sum(isinstance(node, exp.Connector) for node in _own(having))
    )
    several = (
        (aggregates > 1)
        + (len(select.expressions) > 1)
        + (where is not None and isinstance(where.this.unnest(), exp.Connector))
        + (group is not None and len(group.expressions) > 1)
    )
    return _Counts(components, further + sum(map(_is_query, parts)), several)


def _own(clause: exp.Expr | None) -> Iterator[exp.Expr]:
    """The nodes of a clause; a query in it is one of them, what is inside that is not."""
    if clause is not None:
        yield from clause.walk(prune=_is_query)


def _is_query(node: exp.Expr) -> bool:
    """Whether it is a query, and not the brackets around one."""
    return isinstance(node, (exp.Select, exp.SetOperation))


def _aggregated(item: exp.Expr) -> bool:
    return any(isinstance(node, exp.AggFunc) for node in _own(item))
