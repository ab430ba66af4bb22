"""Dates compared with columns that hold years, months or days as numbers or as short texts: 1980, 202403, '2024-03'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Column
from chat2sql.engine.sql.repair.days import bare, day_named
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_YEAR, _MONTH, _DAY = r"(?:1[5-9]|2[01])\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_TYPED_TIME = re.compile(r"date|time|interval", re.IGNORECASE)
_TEXT = re.compile(r"char|text|string", re.IGNORECASE)
_WHOLE_YEAR = "%Y"


class Unit(Enum):
    """What a column's values are: how one looks, and how the period that a day is in is written."""

    YEAR = (rf"{_YEAR}(?:\.0+)?", "%Y")
    MONTH = (rf"{_YEAR}{_MONTH}", "%Y%m")
    DAY = (rf"{_YEAR}{_MONTH}{_DAY}", "%Y%m%d")
    DASHED_MONTH = (rf"{_YEAR}-{_MONTH}", "%Y-%m")

    def written(self, day: date) -> str:
        """The period that a day is in, as the column has it."""
        return day.strftime(self.value[1])

    def begins(self, day: date) -> bool:
        """Whether a day is the first of its period."""
        return self is Unit.DAY or (day.day == 1 and (self is not Unit.YEAR or day.month == 1))


def mend_periods(tree: exp.Expr, catalogue: Catalogue) -> list[Repair]:
    """Write dates as the columns that they are compared with have them, and take the year of a year for itself; in place.

    No date is equal to the number 1980, and none is before it: SQLite answers with no rows or all of them, the others
    with an error. What a column holds is known from its sample values.
    """
    done = [*_years_of_years(tree, catalogue)]
    for comparison in list(
        tree.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
    ):
        column = next((side for side in comparison.iter_expressions() if isinstance(side, exp.Column)), None)
        known = _held(column, catalogue) if column is not None else None
        if known is None:
            continue
        held, unit = known
        days = [(side, day) for side in comparison.iter_expressions() if (day := day_named(side)) is not None]
        if not days:
            continue
        before = comparison.sql(catalogue.dialect)
        mended: exp.Expr = comparison
        # Before the second of May is as late as May, for a column of months.
        if isinstance(comparison, exp.LT) and not unit.begins(days[0][1]):
            mended = _replaced(comparison, exp.LTE(this=comparison.this, expression=comparison.expression))
        for side, day in days:
            side.replace(_literal(unit.written(day), held))
        told = f"{before} -> {mended.sql(catalogue.dialect)}"
        done.append(Repair(kind=RepairKind.LITERAL_TYPE, explanation=told))
    return done


def _years_of_years(tree: exp.Expr, catalogue: Catalogue) -> Iterator[Repair]:
    for function in list(tree.find_all(exp.Year, exp.Extract, exp.TimeToStr)):
        column = bare(function.expression if isinstance(function, exp.Extract) else function.this)
        if not isinstance(column, exp.Column) or not _takes_year(function):
            continue
        known = _held(column, catalogue)
        if known is None or known[1] is not Unit.YEAR:
            continue
        beside, before = function.parent, function.sql(catalogue.dialect)
        _replaced(function, column)
        if isinstance(beside, exp.Binary):
            for side in (beside.this, beside.expression):
                if isinstance(side, exp.Literal):
                    side.replace(_literal(side.name, known[0]))
        told = f"{before} -> {column.sql(catalogue.dialect)}"
        yield Repair(kind=RepairKind.LITERAL_TYPE, explanation=told)


def _takes_year(function: exp.Expr) -> bool:
    if isinstance(function, exp.Extract):
        return function.name.upper() == "YEAR"
    return isinstance(function, exp.Year) or function.text("format") == _WHOLE_YEAR


def _held(column: exp.Column, catalogue: Catalogue) -> tuple[Column, Unit] | None:
    """The column and what periods it holds; None: none, or dates."""
    known = catalogued(column, catalogue)
    if known is None or not known[1].samples or _TYPED_TIME.search(known[1].type):
        return None
    found = known[1]
    units = (unit for unit in Unit if all(re.fullmatch(unit.value[0], sample) for sample in found.samples))
    unit = next(units, None)
    return (found, unit) if unit is not None else None


def _literal(period: str, column: Column) -> exp.Expr:
    return exp.Literal.string(period) if _TEXT.search(column.type) else exp.Literal.number(period)


def _replaced(node: exp.Expr, other: exp.Expr) -> exp.Expr:
    node.replace(other)
    return other
