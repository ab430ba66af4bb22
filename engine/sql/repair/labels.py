"""Keys that are shown where the query has joined the table that says what they stand for."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import is_amount
from chat2sql.engine.schema.lexicon import terms
from chat2sql.engine.sql.repair.from_clause import FromClause, Source, read_from
from chat2sql.engine.sql.repair.idle import ends, held_by
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.sql.repair.writing import written_column

_KEY = re.compile(
    r"(?:\b|_)(?:ids?|identifiers?|keys?|codes?|numbers?(?! of))\b|编号|代码|编码|号码|主键", re.IGNORECASE
)
_LABELS = (("name",), ("title",), ("label",))


def mend_labels(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Show the name instead of a numbered key where the table that has it is joined and nothing of it is read; in place.

    "Which airline has most flights" is no number: whoever joins the airlines wants their name. Done for tables that the
    question names, unless it asks for a key.
    """
    if not isinstance(tree, exp.Select) or tree.args.get("distinct") or _KEY.search(question):
        return []
    clause, asked = read_from(tree, catalogue), frozenset(terms(question))
    done = []
    for source in clause.sources if clause is not None else ():
        assert clause is not None
        held = held_by(clause, source)
        if held is None or source.others or clause.readers(source, without=[held[1]]):
            continue
        if asked.isdisjoint(terms(source.table.name)):
            continue
        mine, theirs = ends(clause, held[1], source)
        if (repair := _labelled(clause, source, mine, theirs)) is not None:
            done.append(repair)
    return done


def _labelled(clause: FromClause, source: Source, mine: exp.Expr, theirs: exp.Expr) -> Repair | None:
    other, name = clause.end(theirs)
    key = other.table.column(name) if other is not None and name is not None else None
    label = _label(source.table, mine.name, theirs.name)
    if key is None or label is None or not is_amount(key.type):
        return None
    shown = [
        column
        for item in clause.select.expressions
        if isinstance(column := item.unalias(), exp.Column) and clause.end(column) == (other, name)
    ]
    if not shown:
        return None
    dialect, group = clause.dialect, clause.select.args.get("group")
    called = {column.parent.alias for column in shown if isinstance(column.parent, exp.Alias)}
    # A group by an output's name or number would be one of the names, which two may share.
    if group is not None and any(
        isinstance(key, exp.Literal) or (isinstance(key, exp.Column) and key.name in called and not key.table)
        for key in group.expressions
    ):
        return None
    before = shown[0].sql(dialect)
    written = written_column(label.name, dialect, owner=source.alias)
    for column in shown:
        column.replace(written.copy())
    return Repair(kind=RepairKind.LABEL, explanation=f"{before} -> {written.sql(dialect)}")


def _label(table: Table, key: str, reference: str) -> Column | None:
    """The column that says what a key of the table stands for: called like the reference, or its one name."""
    same = table.column(reference)
    if same is not None and same.name != key and not is_amount(same.type):
        return same
    named = [column for column in table.columns if column.name != key and is_label(table, column)]
    return named[0] if len(named) == 1 else None


def is_label(table: Table, column: Column) -> bool:
    """Whether a column has the names of a table's rows: name, title, customer_name of customers."""
    called, owner = words(column.name), words(table.name)
    return called[-1:] in _LABELS and called[:-1] in ((), owner)
