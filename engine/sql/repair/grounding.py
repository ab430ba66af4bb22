"""Conditions on a value that stands in another column: that of the table a key leads to, or the one the question names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import column_codes, is_amount
from chat2sql.engine.sql.guard.names import spell
from chat2sql.engine.sql.repair.joins import join_paths
from chat2sql.engine.sql.repair.literals import compared, tables_of
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.sql.repair.writing import free_alias, written_join
from chat2sql.engine.values.index import How, ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.nearest import column_values, grades, is_missing

_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*")
_TYPED_TIME = re.compile(r"date|time|interval|bool", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]{2}")
_MOST_KINDS = 50
_SURE = (How.EXACT, How.NORMALISED)


def ground_values(
    tree: exp.Expr, catalogue: Catalogue, values: ValueIndex | None, question: str
) -> list[Repair]:
    """Move a condition on a text to the column that has it; in place.

    Two mistakes of small models. A key is compared with the name of what it leads to (``flights.airline = 'JetBlue'``,
    where that is a number): the name's own column is joined. And a value is made up (``code = 'XYZ'``, which nobody
    said) though the question names one of another column of the same table: that one is asked for.

    Args:
        catalogue: what the caller sees.
        values: as ``values.fitness.permitted`` lets it be used; None: nothing is known, and nothing is done.
    """
    if values is None:
        return []
    done = []
    for owner, column, sides in list(compared(tree, catalogue, exp.EQ, exp.NEQ, exp.In)):
        node = next(side for side in sides if isinstance(side, exp.Column))
        texts = [side for side in sides if isinstance(side, exp.Literal) and side.is_string]
        if texts and len(texts) == len(sides) - 1:
            condition = _Condition(node, owner, column, texts)
            repair = _by_key(condition, catalogue, values)
            if repair is None and question and not _may_say_it_otherwise(condition, catalogue, values):
                repair = _by_question(condition, catalogue, values, question)
            done += [repair] if repair is not None else []
    return done


@dataclass(frozen=True)
class _Condition:
    """A column of a query, the catalogue's that it is, and the texts that it is compared with."""

    node: exp.Column
    owner: Table
    column: Column
    texts: list[exp.Literal]


def _by_key(at: _Condition, catalogue: Catalogue, values: ValueIndex) -> Repair | None:
    """The column of the table that a key leads to, where that has the texts and the key has not."""
    table = catalogue.key(at.owner)
    if any(_NUMBER.fullmatch(text.name) for text in at.texts):
        return None
    if not is_amount(at.column.type) and not all(
        is_missing(values, table, at.column.name, text.name)
        and not any(grades(values, table, at.column.name, text.name))
        for text in at.texts
    ):
        return None
    targets = [key.target_table for key in at.owner.foreign_keys if key.columns == (at.column.name,)]
    target = catalogue.table(targets[0]) if len(targets) == 1 else None
    if target is None or target is at.owner:
        return None
    holders = [other.name for other in target.columns if _has_all(catalogue.key(target), other, at, values)]
    alias = _joined(at, target, catalogue) if len(holders) == 1 else None
    if alias is None:
        return None
    before = at.node.sql(catalogue.dialect)
    _becomes(at.node, alias, holders[0], catalogue)
    told = f"{before} has no such text -> {at.node.sql(catalogue.dialect)}"
    return Repair(kind=RepairKind.LITERAL_COLUMN, explanation=told)


def _has_all(table: str, column: Column, at: _Condition, values: ValueIndex) -> bool:
    best = [
        next((how for how, _ in grades(values, table, column.name, text.name)), None) for text in at.texts
    ]
    return all(how in _SURE for how in best)


def _joined(at: _Condition, target: Table, catalogue: Catalogue) -> str | None:
    """What a table is called in the query, which joins it from now on if it did not; None: it cannot be joined."""
    select = at.node.parent_select
    assert isinstance(select, exp.Select)
    present = dict(tables_of(select, catalogue))
    called = next((alias for alias, table in present.items() if table is target), None)
    mine = next((alias for alias, table in present.items() if table is at.owner), None)
    place, table = catalogue.key(target), catalogue.key(at.owner)
    paths = [path for path in join_paths(catalogue, [table], place) if len(path) == 1]
    if called is not None or mine is None or not paths:
        return called
    alias = free_alias(target.name, present)
    select.append("joins", written_join(paths[0][0], mine, alias, catalogue))
    return alias


def _may_say_it_otherwise(at: _Condition, catalogue: Catalogue, values: ValueIndex) -> bool:
    """Whether a text may stand for other words of the question: a date, a code, or one of a few kinds, as ``open`` for
    what is not resolved. Of the names that a column has by the hundred, none stands for another."""
    if _TYPED_TIME.search(at.column.type) or column_codes(at.column):
        return True
    if not all(_NAME.search(text.name) for text in at.texts):
        return True
    held = column_values(values, catalogue.key(at.owner), at.column.name)
    if held is None or not held.complete or len(held.values) > _MOST_KINDS:
        return False
    return all(text.name in held.values for text in at.texts)


def _by_question(at: _Condition, catalogue: Catalogue, values: ValueIndex, question: str) -> Repair | None:
    """The value of the same table that the question names, where the one that is asked for is made up."""
    condition, made_up = at.node.parent, at.texts[0].name.strip().casefold()
    if not isinstance(condition, exp.EQ) or made_up in question.casefold():
        return None
    linked = link_values(values, question, catalogue)
    used = {literal.name.casefold() for literal in at.node.root().find_all(exp.Literal)}
    meant = [
        link
        for link in linked
        if link.table == catalogue.key(at.owner) and link.how in _SURE and not link.part
    ]
    if len(meant) != 1 or meant[0].value.casefold() in used or meant[0].column == at.column.name:
        return None
    if any(made_up == link.value.casefold() for link in linked):
        return None
    before = condition.sql(catalogue.dialect)
    qualifier = at.node.args.get("table")
    _becomes(at.node, qualifier.name if qualifier is not None else "", meant[0].column, catalogue)
    at.texts[0].replace(exp.Literal.string(meant[0].value))
    told = f"the question does not say {before}, but {condition.sql(catalogue.dialect)}"
    return Repair(kind=RepairKind.LITERAL_COLUMN, explanation=told)


def _becomes(node: exp.Column, alias: str, name: str, catalogue: Catalogue) -> None:
    node.set("this", spell(name, catalogue.dialect))
    if alias:
        node.set("table", spell(alias, catalogue.dialect))
