"""Groups that a question asks for and a query forgets: "the average price for each brand"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.meanings import chinese_meanings, english_meanings
from chat2sql.engine.sql.guard.names import spell
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.literals import catalogued, tables_of
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.values.keys import HAN

_GROUPS = re.compile(
    r"\b(?:each|every|per|(?:group|split|broken|differ|var|rang)(?:ed|s|y|ies|es)?(?: down)? (?:by|across|over))\s+"
    r"(?:(?:of )?the\s+)?(?:different\s+)?([A-Za-z][\w -]*)"
    rf"|(?:每一?[个位名家种类条项座所门款只辆届]?|各[个种类]?)([{HAN}]{{1,8}}?)(?=[的有在是被和与中里内]|平均|总|多少|几|[^{HAN}]|$)",
    re.IGNORECASE,
)
_OF_GROUPS = re.compile(r"\baverage number\b|平均(?:每|有多少|数量)", re.IGNORECASE)

_FIGURE = r"(?:average|mean|total|sum|count|number|amount|sales|revenue|price|volume|trend)"
_PERIODS = {
    unit: re.compile(
        rf"\b(?:each|every|per|by) {unit}\b|\b{adjective} (?:\w+ )?{_FIGURE}s?\b|\b{_FIGURE} {adjective}\b"
        rf"|(?:每个?|各|按|逐){han}",
        re.IGNORECASE,
    )
    for unit, adjective, han in (
        ("year", "(?:yearly|annual)", "年"),
        ("quarter", "quarterly", "季"),
        ("month", "monthly", "月"),
        ("week", "weekly", "周"),
        ("day", "daily", "[日天]"),
    )
}
_PERIOD_STARTS: dict[Dialect, dict[str, str]] = {
    Dialect.POSTGRESQL: {unit: f"DATE_TRUNC('{unit}', {{}})" for unit in _PERIODS},
    Dialect.DUCKDB: {unit: f"DATE_TRUNC('{unit}', {{}})" for unit in _PERIODS},
    Dialect.MYSQL: {"year": "YEAR({})", "month": "DATE_FORMAT({}, '%Y-%m')", "day": "DATE({})"},
    Dialect.SQLITE: {"year": "STRFTIME('%Y', {})", "month": "STRFTIME('%Y-%m', {})", "day": "DATE({})"},
}
"""How each database says in which period a date lies."""

_DATED = re.compile(r"date|timestamp", re.IGNORECASE)
_BY = re.compile(r"\b(?:each|every|per|by|different|all|for|of the|various)\b|[每各按分]", re.IGNORECASE)
_LONGEST = 4
_LABELS = (("name",), ("title",), ("label",))


def mend_groups(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Group by what the question says "each" of, where a query gives one figure for all; in place.

    Done where the words after "each" are those of one column of the tables that the query reads, or of one of the
    tables, which stands for its name. The groups come first, as one reads them.
    """
    if not isinstance(tree, exp.Select) or _is_of_groups(tree, question):
        return []
    tables, dialect = tables_of(tree, catalogue), catalogue.dialect
    if _is_one_figure(tree):
        key = _period(tree, tables, dialect, question) or _asked(tree, tables, catalogue, question)
    elif _has_groups(tree) and not _is_dated(tree, tables):
        key = _period(tree, tables, dialect, question)
    else:
        key = None
    if key is None:
        return _without_unseen(tree, dialect, question)
    tree.set("expressions", [key, *tree.expressions])
    tree.group_by(key.unalias().copy(), copy=False)
    return [Repair(kind=RepairKind.FORGOTTEN_GROUP, explanation=f"GROUP BY: added {key.sql(dialect)}")]


def _asked(
    select: exp.Select, tables: list[tuple[str, Table]], catalogue: Catalogue, question: str
) -> exp.Expr | None:
    """The column that the question wants a figure for each of; None: there is none, or only one of it is looked at."""
    meant = next((found for phrase in _phrases(question) if (found := _meant(phrase, tables))), None)
    if meant is None or _is_fixed(select, meant[1], catalogue):
        return None
    return _column(meant[0], meant[1].name, tables, catalogue.dialect)


def _column(alias: str, name: str, tables: list[tuple[str, Table]], dialect: Dialect) -> exp.Column:
    owner = spell(alias, dialect) if len(tables) > 1 else None
    return exp.Column(this=spell(name, dialect), table=owner)


def _has_groups(select: exp.Select) -> bool:
    keys = select.args.get("group")
    return keys is not None and keys.find(exp.Literal) is None and not select.args.get("limit")


def _is_dated(select: exp.Select, tables: list[tuple[str, Table]]) -> bool:
    """Whether a query groups by dates, or by what is made of them."""
    group = select.args.get("group")
    keys = [
        *(group.expressions if group is not None else ()),
        *(item.unalias() for item in select.expressions if not item.find(exp.AggFunc)),
    ]
    dates = {
        column.name.lower() for _, table in tables for column in table.columns if _DATED.search(column.type)
    }
    return any(column.name.lower() in dates for key in keys for column in key.find_all(exp.Column))


def _without_unseen(select: exp.Select, dialect: Dialect, question: str) -> list[Repair]:
    """One figure for all where the groups of a query are neither shown nor asked for."""
    group = select.args.get("group")
    if group is None or any(select.args.get(part) for part in ("having", "order", "limit", "distinct")):
        return []
    if _BY.search(question) or any(item.find(exp.AggFunc) is None for item in select.expressions):
        return []
    if any(item.find(exp.Window) for item in select.expressions):
        return []
    select.set("group", None)
    told = f"left out: {group.sql(dialect).strip()}"
    return [Repair(kind=RepairKind.UNSEEN_GROUP, explanation=told)]


def _period(
    select: exp.Select, tables: list[tuple[str, Table]], dialect: Dialect, question: str
) -> exp.Expr | None:
    """The month of the one date that the query reads, or that its tables have, where the question says "monthly"."""
    named = {
        word
        for _, table in tables
        for column in table.columns
        for word in (*words(column.name), *words(table.name))
    }
    unit = next(
        (unit for unit, said in _PERIODS.items() if unit not in named and said.search(question)), None
    )
    if unit is None or unit not in _PERIOD_STARTS[dialect]:
        return None
    dates = {
        (alias, column.name)
        for alias, table in tables
        for column in table.columns
        if _DATED.search(column.type)
    }
    days = {
        (alias, column.name)
        for alias, table in tables
        for column in table.columns
        if column.type.lower() == "date"
    }
    where = select.args.get("where")
    read = {
        (alias, name)
        for column in (where.find_all(exp.Column) if where is not None else ())
        for alias, name in dates
        if column.name.lower() == name.lower() and column.table.lower() in ("", alias.lower())
    }
    chosen = read or dates
    if len(chosen) != 1:
        return None
    alias, name = chosen.pop()
    column = _column(alias, name, tables, dialect)
    if unit == "day" and (alias, name) in days:
        return column
    text = _PERIOD_STARTS[dialect][unit].format(column.sql(dialect))
    return exp.alias_(sqlglot.parse_one(text, read=dialect), unit)


def _is_one_figure(select: exp.Select) -> bool:
    if any(select.args.get(part) for part in ("group", "having", "limit", "distinct")):
        return False
    return all(
        item.find(exp.AggFunc) is not None
        and item.find(exp.Window, exp.Query) is None
        and all(column.find_ancestor(exp.AggFunc) for column in item.find_all(exp.Column))
        for item in select.expressions
    )


def _is_of_groups(select: exp.Select, question: str) -> bool:
    """Whether one number is asked for, the mean of what is counted in each group, and no mean in each."""
    return _OF_GROUPS.search(question) is not None and select.find(exp.Avg) is None


def _phrases(question: str) -> Iterator[str]:
    for match in _GROUPS.finditer(question):
        yield next(part for part in match.groups() if part)


def _meant(phrase: str, tables: list[tuple[str, Table]]) -> tuple[str, Column] | None:
    """The column whose name, or whose table's, begins the phrase; the longest counts."""
    candidates = [
        (length, alias, column)
        for alias, table in tables
        for column in table.columns
        if (length := _said(phrase, table, column))
    ]
    longest = max((length for length, *_ in candidates), default=0)
    return next(((alias, column) for length, alias, column in candidates if length == longest), None)


def _said(phrase: str, table: Table, column: Column) -> float:
    """How much of the phrase's beginning a column is called by; 0: it is not."""
    name, owner = words(column.name), words(table.name)
    is_label = name in _LABELS or name in tuple(owner + label for label in _LABELS)
    if has_han(phrase):
        return _said_in_chinese(phrase, table, column, is_label=is_label)
    said = words(phrase)[:_LONGEST]
    if len(said) > 2 and said[1] == "of":
        said = (said[2], said[0])
    for called in (owner + name, name):
        if said[: len(called)] == called:
            return len(called)
    # Its own column before a table of that name.
    return len(owner) - 0.5 if is_label and said[: len(owner)] == owner else 0


def _said_in_chinese(phrase: str, table: Table, column: Column, *, is_label: bool) -> float:
    for length in range(len(phrase), 0, -1):
        part = phrase[:length]
        if column.comment and column.comment == part:
            return length
        meant = chinese_meanings(part).keys()
        if meant and meant <= english_meanings(column.name).keys():
            return length
        is_table = table.comment.removesuffix("表") == part or (
            meant and meant <= english_meanings(table.name).keys()
        )
        if is_label and is_table:
            return length - 0.5
    return 0


def _is_fixed(select: exp.Select, column: Column, catalogue: Catalogue) -> bool:
    """Whether a condition leaves but one group, which needs no name."""
    where = select.args.get("where")
    return where is not None and any(
        (owner := catalogued(side, catalogue)) is not None and owner[1] is column
        for equality in where.find_all(exp.EQ)
        for side in (equality.this, equality.expression)
        if isinstance(side, exp.Column)
    )
