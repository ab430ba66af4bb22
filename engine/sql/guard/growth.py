"""How the rows of a SELECT multiply: which of its FROM items no condition joins, and what they make out of nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.limits import is_series, number, series_rows
from chat2sql.engine.sql.guard.names import effective, folded, match, source_name
from chat2sql.engine.sql.guard.scopes import Relation, Scope

FUNCTION_ROWS = 100
"""Estimated rows of a function that makes rows from a value that is written out."""


def measured(
    select: exp.Select, scope: Scope, outputs: Relation, series: Iterable[exp.Expr], dialect: Dialect
) -> tuple[Relation, int]:
    """What a SELECT offers, with how its rows multiply; and how many pairs of its tables no condition joins.

    Args:
        scope: its FROM items.
        outputs: its columns.
        series: all series that the statement makes.
    """
    groups = _groups(select, scope, dialect)
    reading = sum(1 for group in groups if any(relation.reads for relation in group))
    made = 1
    for group in groups:
        made *= max(relation.made_rows for relation in group)
    for function in series:
        if function.find_ancestor(exp.From, exp.Join, exp.Lateral, exp.Select) is select:
            made *= series_rows(function) or 1
    limit = select.args.get("limit")
    most = number(limit.expression) if isinstance(limit, exp.Limit) else None
    if most is not None:
        made = min(made, max(int(most), 1))
    is_one_row = made == 1 and (most == 1 or not scope.sources or _is_aggregate(select))
    relation = replace(outputs, reads=reading > 0 and not is_one_row, made_rows=made, is_one_row=is_one_row)
    return relation, max(reading - 1, 0)


def function_rows(function: exp.Expr) -> int:
    """How many rows a function in FROM makes, estimated."""
    if is_series(function):
        return series_rows(function) or 1
    return 1 if function.find(exp.Column, exp.Select) else FUNCTION_ROWS


def _groups(select: exp.Select, scope: Scope, dialect: Dialect) -> list[list[Relation]]:
    """The FROM items, those that a condition joins together; items of one row join nothing and add nothing."""
    group_of = {alias: alias for alias, relation in scope.sources.items() if not relation.is_one_row}
    if len(group_of) > 1:
        for joined in _joined(select, scope, dialect):
            groups = {group_of[alias] for alias in joined if alias in group_of}
            if len(groups) > 1:
                target = min(groups)
                group_of = {alias: target if group in groups else group for alias, group in group_of.items()}
    groups_by_name: dict[str, list[Relation]] = {}
    for alias, group in group_of.items():
        groups_by_name.setdefault(group, []).append(scope.sources[alias])
    return list(groups_by_name.values())


def _joined(select: exp.Select, scope: Scope, dialect: Dialect) -> Iterator[set[str | None]]:
    """Sets of FROM items that one condition each speaks of."""
    for name in scope.merged:
        yield {
            alias
            for alias, relation in scope.sources.items()
            if name in map(folded, relation.columns) or relation.open
        }
    for own, part in _conditions(select, dialect):
        owners = {_owner(column, scope, dialect) for column in part.find_all(exp.Column)}
        yield {own, *owners} - {None}


def _conditions(select: exp.Select, dialect: Dialect) -> Iterator[tuple[str | None, exp.Expr]]:
    """What joins FROM items: conditions, and what a lateral item is given, which belongs to that item too."""
    where = select.args.get("where")
    if where is not None:
        yield from ((None, part) for part in _conjuncts(where.this))
    from_ = select.args.get("from_")
    pending: list[exp.Expr] = [] if from_ is None else [from_.this]
    pending += [*(select.args.get("joins") or []), *(select.args.get("laterals") or [])]
    while pending:
        item = pending.pop()
        if isinstance(item, exp.Join):
            pending.append(item.this)
            if item.args.get("on") is not None:
                yield from ((None, part) for part in _conjuncts(item.args["on"]))
        elif isinstance(item, (exp.Lateral, exp.Unnest)) or isinstance(item.this, exp.Func):
            yield source_name(item, dialect), item
        elif isinstance(item, exp.Subquery) and not isinstance(item.this, (exp.Query, exp.Values)):
            pending.append(item.this)
        pending += item.args.get("joins") or []


def _conjuncts(condition: exp.Expr) -> Iterable[exp.Expr]:
    return condition.flatten() if isinstance(condition, exp.And) else [condition]


def _owner(column: exp.Column, scope: Scope, dialect: Dialect) -> str | None:
    """The FROM item of this very SELECT that a column belongs to."""
    qualifier = column.args.get("table")
    if qualifier is not None:
        return match(effective(qualifier, dialect), scope.sources, dialect)
    name = effective(column.this, dialect)
    having = (alias for alias, relation in scope.sources.items() if relation.find(name, dialect))
    return next(having, None)


def _is_aggregate(select: exp.Select) -> bool:
    """All rows become one: an aggregate in the select list, and no GROUP BY."""
    if select.args.get("group") is not None:
        return False
    return any(
        not isinstance(aggregate.find_ancestor(exp.Window, exp.Select), exp.Window)
        for projection in select.expressions
        for aggregate in projection.find_all(exp.AggFunc)
        if aggregate.parent_select is select
    )
