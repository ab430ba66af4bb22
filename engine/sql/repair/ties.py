"""Rankings that keep those who share the last place, where a question says so."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_TIES = re.compile(
    r"并列(?!出)|(?:一样|相同|同样|相等)的?(?:多|高|大)?的?(?:话)?(?:[也都]|全)(?:都|要|算|列|留|给|显示)"
    r"|\b(?:everyone|anyone|all|any|those|include|including|keep|with|also) (?:\w+ ){0,3}tied?s?\b|\bties\b",
    re.IGNORECASE,
)
_NOT_KEPT = re.compile(
    r"(?:并列|一样|相同)的?(?:话)?(?:不|忽略|只取|仅取|略)|(?:忽略|不含|不算|不要|去掉)并列|\bbreak\w* ties\b|\bignor\w+ ties\b",
    re.IGNORECASE,
)
_PLACE, _RANKED = "place", "ranked"


def mend_ties(tree: exp.Query, question: str) -> tuple[exp.Query, list[Repair]]:
    """Rank instead of cutting off: ``ORDER BY x DESC LIMIT 3`` drops one of two that share the third place."""
    wanted = _TIES.search(question) and not _NOT_KEPT.search(question)
    ordered = _cut_off(tree) if wanted else None
    if ordered is None:
        return tree, []
    select, key, most = ordered
    before = f"LIMIT {most}"
    named = [_named(item, number) for number, item in enumerate(select.expressions)]
    by = exp.Ordered(
        this=_computed(key.this, select), desc=key.args.get("desc"), nulls_first=key.args.get("nulls_first")
    )
    rank = exp.Window(this=exp.Rank(), order=exp.Order(expressions=[by]))
    inner = select.copy()
    inner.set("expressions", [*(item.copy() for item in named), exp.alias_(rank, _PLACE)])
    for part in ("order", "limit"):
        inner.set(part, None)
    place = exp.column(_PLACE, table=_RANKED)
    whole = (
        exp.select(*(exp.column(_output(item), table=_RANKED) for item in named))
        .from_(inner.subquery(_RANKED))
        .where(exp.LTE(this=place, expression=exp.Literal.number(most)))
        .order_by(place.copy())
    )
    told = f"{before} -> the first {most} places, shared ones too"
    return whole, [Repair(kind=RepairKind.TIES, explanation=told)]


def _cut_off(tree: exp.Query) -> tuple[exp.Select, exp.Ordered, int] | None:
    """The query with what it is ordered by first and how many rows it keeps; None: it keeps all, or ranks already."""
    if not isinstance(tree, exp.Select) or tree.args.get("offset") or tree.args.get("distinct"):
        return None
    order, limit = tree.args.get("order"), tree.args.get("limit")
    if order is None or not isinstance(limit, exp.Limit) or tree.find(exp.Window) is not None or tree.is_star:
        return None
    # A second key decides among those who share a place.
    outputs = [item.alias_or_name.lower() for item in tree.expressions]
    if len(order.expressions) > 1 or len(set(outputs)) < len(outputs) or _PLACE in outputs:
        return None
    most, first = limit.expression, order.expressions[0]
    if not isinstance(most, exp.Literal) or most.is_string or not isinstance(first, exp.Ordered):
        return None
    within = first.this.find_all(exp.Column) if not isinstance(first.this, exp.Column) else ()
    if any(not column.table and column.name.lower() in outputs for column in within):
        return None
    return tree, first, int(most.name)


def _named(item: exp.Expr, number: int) -> exp.Expr:
    return (
        item
        if isinstance(item, (exp.Alias, exp.Column))
        else exp.alias_(item.copy(), f"value_{number + 1}", quoted=True)
    )


def _output(item: exp.Expr) -> exp.Identifier:
    """What an output is called, spelled as it is there."""
    name = item.args["alias"] if isinstance(item, exp.Alias) else item.this
    assert isinstance(name, exp.Identifier)
    return name.copy()


def _computed(key: exp.Expr, select: exp.Select) -> exp.Expr:
    """What an ORDER BY goes by, where it names an output or its number."""
    if isinstance(key, exp.Literal) and key.is_int and 0 < int(key.name) <= len(select.expressions):
        output: exp.Expr = select.expressions[int(key.name) - 1]
        return output.unalias().copy()
    if isinstance(key, exp.Column) and not key.table:
        for item in select.expressions:
            if isinstance(item, exp.Alias) and item.alias.lower() == key.name.lower():
                return item.unalias().copy()
    return key.copy()
