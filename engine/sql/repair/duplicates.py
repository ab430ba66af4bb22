"""Rows that come several times because of a table that only says which of them there are."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.from_clause import FromClause, Source, read_from
from chat2sql.engine.sql.repair.idle import ends, held_by, leave_out
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_EACH = re.compile(r"\b(?:each|every|per)\b|[每各]", re.IGNORECASE)
_COUNTED = ("distinct", "group", "having", "limit", "offset")


def mend_duplicates(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Make a condition of a joined table of which nothing is read, where it multiplies the rows; in place.

    The countries with a car maker are joined to the makers to leave out the others. A country with five makers is one
    country all the same, unless the question wants a row for each maker.
    """
    if _EACH.search(question):
        return []
    if not isinstance(tree, exp.Select) or any(tree.args.get(part) for part in _COUNTED):
        return []
    if any(item.find(exp.AggFunc, exp.Window, exp.Star) for item in tree.expressions):
        return []
    clause = read_from(tree, catalogue)
    for source in clause.sources if clause is not None else ():
        assert clause is not None
        repair = _as_condition(clause, source, catalogue)
        if repair is not None:
            return [repair]
    return []


def _as_condition(clause: FromClause, source: Source, catalogue: Catalogue) -> Repair | None:
    held = held_by(clause, source)
    if held is None or source.others:
        return None
    other, link = held
    if clause.readers(source, without=[link]):
        return None
    mine, theirs = ends(clause, link, source)
    key = {column.name for column in source.table.columns if column.primary_key}
    owner, name = clause.end(mine)
    if owner is not source or name is None or key == {name}:
        return None
    before = clause.text()
    rows = exp.select(mine.copy()).from_(source.node.copy())
    leave_out(clause, source, other, link)
    clause.select.where(exp.In(this=theirs.copy(), query=rows.subquery()), copy=False)
    told = f"{before} -> {clause.text()} {clause.select.args['where'].sql(catalogue.dialect)}"
    return Repair(kind=RepairKind.DUPLICATE_ROWS, explanation=told)
