"""Alternatives on one column that AND tears apart: ``city = 'a' OR city = 'b' AND paid``."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.repair.steps import Repair, RepairKind


def mend_precedence(tree: exp.Expr, dialect: Dialect) -> list[Repair]:
    """Put the alternatives on a column in parentheses where a condition on another one stands beside them; in place.

    Two conditions on one column that OR joins are alternatives of each other, and AND binds closer than OR, so the other
    condition would hold for one of them only. Where parentheses say what belongs together, they stay.
    """
    done = []
    for where in list(tree.find_all(exp.Where)):
        condition = where.this
        if not isinstance(condition, exp.Or):
            continue
        regrouped = _regrouped(condition)
        if regrouped is None:
            continue
        before = condition.sql(dialect)
        where.set("this", regrouped)
        told = f"{before} -> {regrouped.sql(dialect)}"
        done.append(Repair(kind=RepairKind.PRECEDENCE, explanation=told))
    return done


def _regrouped(condition: exp.Or) -> exp.Expr | None:
    """The condition with its alternatives in parentheses; None: they are not on one column, or it is not clear which part
    holds for all of them.

    Of ``a OR b AND c`` one alternative, ``b``, has conditions beside it: ``(a OR b) AND c``.
    """
    parts = list(condition.flatten(unnest=False))
    longer = [part for part in parts if isinstance(part, exp.And)]
    if len(longer) != 1:
        return None
    single = [part for part in parts if part is not longer[0]]
    columns = {column for part in single if (column := _column(part)) is not None}
    if len(columns) != 1 or any(_column(part) is None for part in single):
        return None
    conjuncts = list(longer[0].flatten(unnest=False))
    same = [part for part in conjuncts if _column(part) in columns]
    others = [part for part in conjuncts if part not in same]
    if len(same) != 1 or not others:
        return None
    alternatives = [part if part is not longer[0] else same[0] for part in parts]
    return exp.and_(exp.paren(exp.or_(*alternatives)), *others)


def _column(condition: exp.Expr) -> exp.Column | None:
    """The one column that a condition says has one of some values. Bounds are no such alternatives: "over 1000, or over
    500 if open" is meant as it stands."""
    if not isinstance(condition, exp.EQ | exp.In | exp.Like | exp.ILike) or condition.find(exp.Query):
        return None
    columns = list(condition.find_all(exp.Column))
    return columns[0] if len(columns) == 1 else None
