"""Subqueries that give the column of the query around them: ``id IN (SELECT id FROM visits)``, where visits have none."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import spell
from chat2sql.engine.sql.repair.joins import conditions
from chat2sql.engine.sql.repair.literals import catalogued, tables_of
from chat2sql.engine.sql.repair.steps import Repair, RepairKind


def mend_membership(tree: exp.Expr, catalogue: Catalogue) -> list[Repair]:
    """Give the column that refers to the one compared with, where a subquery's own table lacks the one it names; in place.

    SQL then takes the column of the query around it, so that each row is compared with itself and the condition holds
    for all rows or for none.
    """
    done = []
    for member in list(tree.find_all(exp.In)):
        query = member.args.get("query")
        select = query.unnest() if query is not None else None
        if not isinstance(select, exp.Select) or len(select.expressions) != 1:
            continue
        given, tables = select.expressions[0].unalias(), tables_of(select, catalogue)
        if not isinstance(given, exp.Column) or given.args.get("table") is not None or len(tables) != 1:
            continue
        owner = catalogued(member.this, catalogue) if isinstance(member.this, exp.Column) else None
        if owner is None or tables[0][1].column(given.name) is not None:
            continue
        name = _referring(tables[0][1], owner[0], owner[1].name, catalogue)
        if name is None:
            continue
        before = select.sql(catalogue.dialect)
        given.set("this", spell(name, catalogue.dialect))
        told = f"{before} -> {select.sql(catalogue.dialect)}"
        done.append(Repair(kind=RepairKind.COLUMN_NAME, explanation=told))
    return done


def _referring(table: Table, target: Table, column: str, catalogue: Catalogue) -> str | None:
    """The table's column that a key ties to a column of another table."""
    ways = conditions(catalogue, catalogue.key(target), catalogue.key(table))
    pairs = [pair for way in ways if len(way) == 1 for pair in way]
    return next((mine for mine, theirs in pairs if theirs == column), None)
