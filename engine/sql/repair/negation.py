"""Mending what a small model writes for "who has no cat": a cat-less row instead of no row with a cat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.from_clause import FromClause, Source, conjuncts, read_from, sides
from chat2sql.engine.sql.repair.joins import conditions
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

# "that is not a cat" denies a property, "does not have" a relation: only the latter is about all rows together.
_DENIED = re.compile(
    r"\b(?:do|does|did|have|has|had)(?:\s+not|n['’]t)\b|\bwithout\b|\bnever\b|\bno\b"
    r"|没有?|未(?!来)|从不|不(?:曾|养|拥有|包含|含有?|参加|使用|具有|属于)",
    re.IGNORECASE,
)
_WHOLE = ("group", "having", "qualify", "windows", "into")


def mend_negation(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Ask for what has no such related row, where a query asks for a related row that is not such; in place.

    It is done where the question denies a relation, all outputs are of one table, and the condition that a value is
    another one stands on a table of which that one has many rows.
    """
    if not isinstance(tree, exp.Select) or not _DENIED.search(question):
        return []
    clause = read_from(tree, catalogue, outer=True)
    if clause is None or any(tree.args.get(part) for part in _WHOLE) or tree.find(exp.Star):
        return []
    asked = _asked_for(clause)
    where = tree.args.get("where")
    if asked is None or where is None:
        return []
    parts = list(conjuncts(where.this))
    denials = [part for part in parts if _is_denial(part) and asked not in clause.owners(part)]
    inside = [part for part in parts if part not in denials and asked not in clause.owners(part)]
    outside = [part for part in parts if part not in denials and part not in inside]
    if len(denials) != 1 or any(clause.owners(part) - {asked} for part in outside):
        return []
    # A dog and no cat: the row with the dog is there to stay, and cannot be the cat anyway.
    keeps = any(isinstance(part, exp.EQ) and part.this == _denied_column(denials[0]) for part in inside)
    related = _related_rows(clause, asked, [*([] if keeps else inside), _affirmed(denials[0])], catalogue)
    if related is None:
        return []
    before = tree.sql(catalogue.dialect)
    absent = exp.Not(this=exp.Exists(this=related))
    kept = [*outside, *inside] if keeps else outside
    if not keeps:
        tree.set("from_", exp.From(this=asked.node))
        tree.set("joins", [])
    tree.set("where", exp.Where(this=exp.and_(*(part.copy() for part in kept), absent, copy=False)))
    explanation = f"{before} -> {tree.sql(catalogue.dialect)}"
    return [Repair(kind=RepairKind.NEGATION, explanation=explanation)]


def _asked_for(clause: FromClause) -> Source | None:
    """The one table that all outputs, and the order, come from."""
    order = clause.select.args.get("order")
    shown = [*clause.select.expressions, *([order] if order is not None else [])]
    owners = set().union(*(clause.owners(item) for item in shown))
    return owners.pop() if len(owners) == 1 else None


def _is_denial(part: exp.Expr) -> bool:
    plain = part.this.unnest() if isinstance(part, exp.Not) else part
    if isinstance(part, exp.NEQ):
        return isinstance(part.this, exp.Column) and isinstance(part.expression, exp.Literal)
    return (
        isinstance(part, exp.Not)
        and isinstance(plain, (exp.In, exp.Like, exp.EQ))
        and not plain.find(exp.Query)
    )


def _denied_column(denial: exp.Expr) -> exp.Expr:
    plain = denial.this.unnest() if isinstance(denial, exp.Not) else denial
    column: exp.Expr = plain.this
    return column


def _affirmed(denial: exp.Expr) -> exp.Expr:
    if isinstance(denial, exp.Not):
        inner: exp.Expr = denial.this.unnest()
        return inner
    return exp.EQ(this=denial.this.copy(), expression=denial.expression.copy())


def _related_rows(
    clause: FromClause, asked: Source, parts: Sequence[exp.Expr], catalogue: Catalogue
) -> exp.Select | None:
    """The rows of the other tables that belong to one of the table asked for; None where that has not many of them."""
    others = [source for source in clause.sources if source is not asked]
    links = [link for source in clause.sources for link in source.links]
    leading = [link for link in links if asked in clause.owners(link)]
    if (
        len(leading) != 1
        or any(source.others for source in clause.sources)
        or not _leads_to_many(clause, asked, leading[0], catalogue)
    ):
        return None
    rows = exp.Select(expressions=[exp.Literal.number(1)], from_=exp.From(this=others[0].node.copy()))
    placed = {asked, others[0]}
    for source in others[1:]:
        placed.add(source)
        own = [link for link in links if link is not leading[0] and clause.owners(link) <= placed]
        links = [link for link in links if link not in own]
        if not own:
            return None
        on = exp.and_(*(link.copy() for link in own), copy=False)
        rows.append("joins", exp.Join(this=source.node.copy(), on=on))
    conditions_ = (leading[0].copy(), *(part.copy() for part in parts))
    rows.set("where", exp.Where(this=exp.and_(*conditions_, copy=False)))
    return rows


def _leads_to_many(clause: FromClause, asked: Source, link: exp.EQ, catalogue: Catalogue) -> bool:
    """Whether the other table of a link refers to the one asked for, which so has many of its rows."""
    (left, first), (right, second) = (clause.end(side) for side in sides(link))
    (other, theirs), mine = ((left, first), second) if right is asked else ((right, second), first)
    if other is None or theirs is None or mine is None:
        return False
    keys = catalogue.key(asked.table), catalogue.key(other.table)
    refers = any(
        catalogue.table(key.target_table) == asked.table and theirs in key.columns
        for key in other.table.foreign_keys
    )
    return refers and any((theirs, mine) in pairs for pairs in conditions(catalogue, *keys))
