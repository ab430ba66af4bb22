"""The order in which groups are read, where a query leaves it to chance."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, Repaired, RepairKind

_TIMES = frozenset(
    re.findall(
        r"\w+",
        "year quarter month week weekday day date hour semester term 年 年份 季度 月 月份 周 日 日期",
    )
)
_TIME_TYPE = re.compile(r"date|time", re.IGNORECASE)
_TIME_PARTS = (
    *(exp.DateTrunc, exp.TimestampTrunc, exp.Extract, exp.TimeToStr, exp.Date, exp.TsOrDsToDate),
    *(exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day, exp.DayOfWeek),
)
_GIVES_ANOTHER_ORDER = ("order", "limit", "offset", "fetch")


def in_reading_order(sql: str, catalogue: Catalogue) -> Repaired | None:
    """Order a query's groups by time where they are points in time, else by their first figure, the largest first.

    Returns:
        None: the query has no groups, has an order, or takes only some of them.
    """
    try:
        tree = sqlglot.parse_one(sql, read=catalogue.dialect)
    except SqlglotError:
        return None
    if not isinstance(tree, exp.Select) or any(tree.args.get(part) for part in _GIVES_ANOTHER_ORDER):
        return None
    if not tree.args.get("group") or any(item.find(exp.Window) or item.is_star for item in tree.expressions):
        return None
    figures = [item for item in tree.expressions if item.find(exp.AggFunc)]
    names = [item.alias_or_name.lower() for item in tree.expressions if item.alias_or_name]
    # A name that two outputs share says nothing to ORDER BY.
    if not figures or len(set(names)) < len(names):
        return None
    dialect, keys = catalogue.dialect, _keys(tree)
    times = [item for item in keys if _is_time(item, catalogue)]
    if times:
        ordered = [_name(item, dialect) for item in sorted(keys, key=lambda item: item not in times)]
    else:
        ordered = [f"{_name(figures[0], dialect)} DESC{_nulls(figures[0])}"]
    tree.order_by(*ordered, dialect=dialect, copy=False)
    told = tree.args["order"].sql(dialect).strip()
    return Repaired(
        sql=tree.sql(dialect, comments=False),
        repairs=(Repair(kind=RepairKind.READING_ORDER, explanation=told),),
    )


def _keys(select: exp.Select) -> list[exp.Expr]:
    return [item for item in select.expressions if item.find(exp.Column) and not item.find(exp.AggFunc)]


def _name(output: exp.Expr, dialect: Dialect) -> str:
    """What ORDER BY calls an output."""
    alias = output.args.get("alias")
    return (alias if alias is not None else output).sql(dialect)


def _nulls(figure: exp.Expr) -> str:
    """A group without a figure comes last; a count always has one."""
    return "" if isinstance(figure.unalias(), exp.Count) else " NULLS LAST"


def _is_time(output: exp.Expr, catalogue: Catalogue) -> bool:
    key = output.unalias()
    if key.find(*_TIME_PARTS):
        return True
    if not isinstance(key, exp.Column):
        return False
    owner = catalogued(key, catalogue)
    if owner is not None and _TIME_TYPE.search(owner[1].type):
        return True
    return bool(_TIMES.intersection(words(key.name)[-1:]))
