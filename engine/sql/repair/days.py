"""The days that literals name, whatever they are wrapped in."""

from __future__ import annotations

import re
from datetime import date

from sqlglot import exp

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?P<time>[ T].*)?")
_MIDNIGHT = re.compile(r" 00:00(?::00)?")
_AROUND = (exp.Cast, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.Date)


def bare(node: exp.Expr) -> exp.Expr:
    """What stands inside casts to a time."""
    while isinstance(node, _AROUND):
        node = node.this
    return node


def day_named(side: exp.Expr, *, at_midnight: bool = False) -> date | None:
    """The day that a literal names; None: it names none.

    Args:
        at_midnight: whether a literal with a later time of that day names none.
    """
    literal = bare(side)
    is_text = isinstance(literal, exp.Literal) and literal.is_string
    return day_written(literal.name, at_midnight=at_midnight) if is_text else None


def day_written(text: str, *, at_midnight: bool = False) -> date | None:
    """The day of a text, as ``day_named`` has it of a literal."""
    found = _DATE.fullmatch(text)
    if found is None or (at_midnight and found["time"] and not _MIDNIGHT.fullmatch(found["time"])):
        return None
    try:
        return date(*map(int, found.groups()[:3]))
    except ValueError:
        return None
