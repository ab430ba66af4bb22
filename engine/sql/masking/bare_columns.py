"""Columns of a grouped SQLite query that are neither grouped by nor aggregated.

Other databases refuse them. SQLite takes them from the row that has the MIN or MAX
(sqlite.org/lang_select.html, "Bare columns in an aggregate query"), and so shows which row that is.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from chat2sql.engine.sql.guard.names import folded


def has_bare_columns(select: exp.Select) -> bool:
    """Whether any stands in the select list, HAVING or ORDER BY; of what a query inside holds, every column counts."""
    group = select.args.get("group")
    keys = list(group.iter_expressions()) if group is not None else []
    shown = list(select.expressions)
    by_position = {int(key.name) - 1 for key in keys if isinstance(key, exp.Literal) and key.name.isdigit()}
    by_name = {folded(key.name) for key in keys if isinstance(key, exp.Column) and not key.table}
    pending: list[exp.Expr] = [
        item
        for position, item in enumerate(shown)
        if position not in by_position and not (isinstance(item, exp.Alias) and folded(item.alias) in by_name)
    ]
    aliases = {folded(item.alias) for item in shown if isinstance(item, exp.Alias)}
    order = select.args.get("order")
    for part in order.expressions if order is not None else []:
        if not (
            isinstance(part.this, exp.Column) and not part.this.table and folded(part.this.name) in aliases
        ):
            pending.append(part.this)
    having = select.args.get("having")
    return any(_is_bare(part, keys) for part in [*pending, *([having.this] if having is not None else [])])


def _is_bare(part: exp.Expr, keys: list[exp.Expr]) -> bool:
    pending = [part]
    while pending:
        node = pending.pop()
        if node in keys or (isinstance(node, exp.Column) and _is_key(node, keys)):
            continue
        if isinstance(node, (exp.Column, exp.Star)):
            return True
        if isinstance(node, exp.Window):
            pending += node.find_all(exp.Column)
        elif not isinstance(node, exp.AggFunc):
            pending += node.iter_expressions()
    return False


def _is_key(column: exp.Column, keys: Iterable[exp.Expr]) -> bool:
    return any(
        isinstance(key, exp.Column)
        and folded(key.name) == folded(column.name)
        and (not key.table or not column.table or folded(key.table) == folded(column.table))
        for key in keys
    )
