"""Whole months written as ``BETWEEN first AND first of the next``, which takes in a day too many."""

from __future__ import annotations

import re
from datetime import date

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.days import day_named, day_written
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_NAMES_DAYS = re.compile(
    r"[日号节初到至~～—]|[0-9]\s*[./-]\s*[0-9]|[0-9]{6}|[(（]?含|\b(?:1st|from|between|through|until|inclusive|to)\b",
    re.IGNORECASE,
)


def mend_bounds(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Leave the first day of the next month out of a period of whole months, where the question names no days; in place.

    A model is told a period by its first day and the first day that is not of it, and writes both into BETWEEN.
    """
    if not question or _NAMES_DAYS.search(question):
        return []
    done = []
    for between in list(tree.find_all(exp.Between)):
        low, high = _first_day(between.args["low"]), _first_day(between.args["high"])
        if low is None or high is None or low >= high or _holds_months(between.this, catalogue):
            continue
        before = between.sql(catalogue.dialect)
        mended = exp.and_(
            exp.GTE(this=between.this.copy(), expression=between.args["low"].copy()),
            exp.LT(this=between.this.copy(), expression=between.args["high"].copy()),
        )
        between.replace(exp.paren(mended))
        told = f"{before} -> {mended.sql(catalogue.dialect)}"
        done.append(Repair(kind=RepairKind.PERIOD_END, explanation=told))
    return done


def _holds_months(side: exp.Expr, catalogue: Catalogue) -> bool:
    """Whether a column holds first days only, each for its whole month."""
    known = catalogued(side, catalogue) if isinstance(side, exp.Column) else None
    samples = known[1].samples if known is not None else ()
    days = [day_written(one, at_midnight=True) for one in samples]
    return bool(days) and all(day is not None and day.day == 1 for day in days)


def _first_day(side: exp.Expr) -> date | None:
    """The first day of a month that a literal names; None: it names another day, or none."""
    day = day_named(side, at_midnight=True)
    return day if day is not None and day.day == 1 else None
