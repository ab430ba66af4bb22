"""Groups that are periods: "the monthly total", "per week", 每年."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.literals import Tables
from chat2sql.engine.sql.repair.writing import written_column

_FIGURE = r"(?:average|mean|total|sum|count|number|amount|sales|revenue|price|volume|trend)"
_PERIODS = {
    unit: re.compile(
        rf"\b(?:each|every|per|by) {unit}\b|\b{adjective} (?:\w+ )?{_FIGURE}s?\b|\b{_FIGURE} {adjective}\b"
        rf"|(?:每个?|各|按|逐){han}",
        re.IGNORECASE,
    )
    for unit, adjective, han in (
        ("year", "yearly", "年"),
        ("quarter", "quarterly", "季"),
        ("month", "monthly", "月"),
        ("week", "weekly", "周"),
        ("day", "daily", "[日天]"),
    )
}
_OF_ONE = {
    "month": re.compile(
        r"\b(?:in|for|of|during) (?:january|february|march|april|may|june|july|august|september|october|november"
        r"|december|(?:this|last|the (?:last|previous|current)) month)\b|\d月|[本上]个?月",
        re.IGNORECASE,
    ),
    "day": re.compile(r"\b(?:today|yesterday)\b|\b\d{4}-\d{2}-\d{2}\b|今天|昨天", re.IGNORECASE),
}
"""Where one such period is looked at, the figure of "monthly sales" is that month's."""

_PERIOD_STARTS: dict[Dialect, dict[str, str]] = {
    Dialect.POSTGRESQL: {unit: f"DATE_TRUNC('{unit}', {{}})" for unit in _PERIODS},
    Dialect.DUCKDB: {unit: f"DATE_TRUNC('{unit}', {{}})" for unit in _PERIODS},
    Dialect.MYSQL: {"year": "YEAR({})", "month": "DATE_FORMAT({}, '%Y-%m')", "day": "DATE({})"},
    Dialect.SQLITE: {"year": "STRFTIME('%Y', {})", "month": "STRFTIME('%Y-%m', {})", "day": "DATE({})"},
}
"""How each database says in which period a date lies."""

_DATED = re.compile(r"date|timestamp", re.IGNORECASE)


def asked_period(select: exp.Select, tables: Tables, dialect: Dialect, question: str) -> exp.Expr | None:
    """The period by which the question wants figures, of the one date that the query's condition reads, or that its
    tables have; None: it wants none, or the date is not clear."""
    known = {word for _, table in tables for word in words(table.name)}
    known |= {word for _, table in tables for column in table.columns for word in words(column.name)}
    unit = next((unit for unit, said in _PERIODS.items() if said.search(question)), None)
    if unit is None or unit in known or unit not in _PERIOD_STARTS[dialect]:
        return None
    if unit in _OF_ONE and _OF_ONE[unit].search(question):
        return None
    dates = _dates(tables)
    where = select.args.get("where")
    read = [
        (alias, date)
        for alias, date in dates
        for column in (where.find_all(exp.Column) if where is not None else ())
        if column.name.lower() == date.name.lower() and column.table.lower() in ("", alias.lower())
    ]
    chosen = {(alias, date.name): date for alias, date in read or dates}
    if len(chosen) != 1:
        return None
    ((alias, name), date) = chosen.popitem()
    column = written_column(name, dialect, owner=alias if len(tables) > 1 else None)
    if unit == "day" and date.type.lower() == "date":
        return column
    text = _PERIOD_STARTS[dialect][unit].format(column.sql(dialect))
    return exp.alias_(sqlglot.parse_one(text, read=dialect), unit)


def is_dated(select: exp.Select, tables: Tables) -> bool:
    """Whether a query groups by dates, or by what is made of them."""
    group = select.args.get("group")
    keys = [
        *(group.expressions if group is not None else ()),
        *(item.unalias() for item in select.expressions if not item.find(exp.AggFunc)),
    ]
    dates = {date.name.lower() for _, date in _dates(tables)}
    return any(column.name.lower() in dates for key in keys for column in key.find_all(exp.Column))


def _dates(tables: Tables) -> list[tuple[str, Column]]:
    return [
        (alias, column) for alias, table in tables for column in table.columns if _DATED.search(column.type)
    ]
