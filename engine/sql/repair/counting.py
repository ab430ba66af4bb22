"""Mending counts of a condition: ``COUNT(city = 'a')`` counts every row, whether the condition holds or not."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.repair.steps import Repair, RepairKind


def mend_counts(tree: exp.Expr, dialect: Dialect) -> list[Repair]:
    """Count the rows for which a condition holds, where a query counts the condition itself; in place."""
    done = []
    for count in list(tree.find_all(exp.Count)):
        condition = count.this
        if not isinstance(condition, exp.Predicate) or isinstance(condition, exp.SubqueryPredicate):
            continue
        was = count.sql(dialect)
        case = exp.Case(ifs=[exp.If(this=condition.copy(), true=exp.Literal.number(1))])
        count.set("this", case)
        done.append(Repair(kind=RepairKind.COUNTED_CONDITION, explanation=f"{was} -> {count.sql(dialect)}"))
    return done
