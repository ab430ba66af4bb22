"""Groups that a question asks for and a query forgets: "the average price for each brand"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.meanings import chinese_meanings, english_meanings
from chat2sql.engine.sql.repair.group_periods import asked_period, is_dated
from chat2sql.engine.sql.repair.labels import is_label
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.literals import Tables, catalogued, tables_of
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.sql.repair.writing import written_column
from chat2sql.engine.values.keys import HAN

_GROUPS = re.compile(
    r"\b(?:each|per|(?:group|split|broken|differ|var|rang)(?:ed|s|y|ies|es)?(?: down)? (?:by|across|over))\s+"
    r"(?:(?:of )?the\s+)?(?:different\s+)?([A-Za-z][\w -]*)"
    rf"|(?:每一?[个位名家种类条项座所门款只辆届]?|各[个种类]?)([{HAN}]{{1,8}}?)(?=[的有在是被和与中里内]|平均|总|多少|几|[^{HAN}]|$)",
    re.IGNORECASE,
)
_NOT_EACH = re.compile(
    r"\baverage number of (?:\w+ ){1,3}per\b|\bon average\b|\baverage (?:dai|week|month|quarter|year)ly\b"
    r"|\b(?:once|at least one)\b|平均(?:每|有多少|数量)",
    re.IGNORECASE,
)
"""The average number of orders per customer is one number."""

_LONGEST = 4


def mend_groups(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Group by what the question says "each" of, where a query gives one figure for all; in place.

    Done where the words after "each" are those of one column of the tables that the query reads, or of one of the
    tables, which stands for its name; or where it says "monthly" and there is one date. The groups come first, as one
    reads them.
    """
    if not isinstance(tree, exp.Select) or _NOT_EACH.search(question):
        return []
    tables, dialect = tables_of(tree, catalogue), catalogue.dialect
    keys: list[exp.Expr] = []
    if _is_one_figure(tree):
        period = asked_period(tree, tables, dialect, question)
        keys = [period] if period is not None else _asked(tree, tables, catalogue, question)
    elif _has_groups(tree) and not is_dated(tree, tables):
        period = asked_period(tree, tables, dialect, question)
        keys = [period] if period is not None else []
    if not keys:
        return []
    tree.set("expressions", [keys[0], *tree.expressions])
    tree.group_by(*(key.unalias().copy() for key in keys), copy=False)
    told = ", ".join(key.sql(dialect) for key in keys)
    return [Repair(kind=RepairKind.FORGOTTEN_GROUP, explanation=f"GROUP BY: added {told}")]


def _asked(select: exp.Select, tables: Tables, catalogue: Catalogue, question: str) -> list[exp.Expr]:
    """The column that the question wants a figure for each of; with its table's key, where it is a table's name."""
    meant = next((found for phrase in _phrases(question) if (found := _meant(phrase, tables))), None)
    if meant is None or _is_fixed(select, meant[2], catalogue):
        return []
    alias, table, column, is_table = meant
    # Each row is one of them already: there is nothing to add up.
    if is_table and len(tables) == 1:
        return []
    counted = (node for distinct in select.find_all(exp.Distinct) for node in distinct.find_all(exp.Column))
    if any(node.name.lower() == column.name.lower() for node in counted):
        return []
    owner = alias if len(tables) > 1 else None
    names = (column.name, *(table.primary_key if is_table and len(table.primary_key) == 1 else ()))
    return [written_column(name, catalogue.dialect, owner=owner) for name in dict.fromkeys(names)]


def _has_groups(select: exp.Select) -> bool:
    keys = select.args.get("group")
    return keys is not None and keys.find(exp.Literal) is None and not select.args.get("limit")


def _is_one_figure(select: exp.Select) -> bool:
    if any(select.args.get(part) for part in ("group", "having", "limit", "distinct")):
        return False
    return all(
        item.find(exp.AggFunc) is not None
        and item.find(exp.Window, exp.Query, exp.Div) is None
        and all(column.find_ancestor(exp.AggFunc) for column in item.find_all(exp.Column))
        for item in select.expressions
    )


def _phrases(question: str) -> Iterator[str]:
    for match in _GROUPS.finditer(question):
        yield next(part for part in match.groups() if part)


def _meant(phrase: str, tables: Tables) -> tuple[str, Table, Column, bool] | None:
    """The column whose name, or whose table's, begins the phrase; the longest counts, and a column before a table."""
    candidates = [
        (length, alias, table, column, is_table)
        for alias, table in tables
        for column in table.columns
        for is_table, length in enumerate(_said(phrase, table, column))
        if length
    ]
    longest = max(candidates, key=lambda one: (one[0], not one[4]), default=None)
    return (*longest[1:4], bool(longest[4])) if longest is not None else None


def _said(phrase: str, table: Table, column: Column) -> tuple[int, int]:
    """How much of the phrase's beginning a column is called by, and how much its table, whose name it is; 0: it is not."""
    if has_han(phrase):
        return _said_in_chinese(phrase, table, column)
    name, owner = words(column.name), words(table.name)
    said = words(phrase)[:_LONGEST]
    if len(said) > 2 and said[1] == "of":
        said = (said[2], said[0])
    own = max((len(called) for called in (owner + name, name) if said[: len(called)] == called), default=0)
    return own, len(owner) if is_label(table, column) and said[: len(owner)] == owner else 0


def _said_in_chinese(phrase: str, table: Table, column: Column) -> tuple[int, int]:
    own, its_table = 0, 0
    for length in range(1, len(phrase) + 1):
        part = phrase[:length]
        meant = chinese_meanings(part).keys()
        if part == column.comment or (meant and meant <= english_meanings(column.name).keys()):
            own = length
        if part == table.comment.removesuffix("表") or (
            meant and meant <= english_meanings(table.name).keys()
        ):
            its_table = length
    return own, its_table if is_label(table, column) else 0


def _is_fixed(select: exp.Select, column: Column, catalogue: Catalogue) -> bool:
    """Whether a condition leaves but one group, which needs no name."""
    where = select.args.get("where")
    return where is not None and any(
        (owner := catalogued(side, catalogue)) is not None and owner[1] is column
        for equality in where.find_all(exp.EQ)
        for side, other in (
            (equality.this, equality.expression),
            (equality.expression, equality.this),
        )
        # A column that equals another one has as many values as that.
        if isinstance(side, exp.Column) and not isinstance(other, exp.Column)
    )
