"""What columns without a comment are called in Chinese: ``hire_date`` is 入职日期, ``po_amt`` of purchase_order 金额.

An identifier is read as what it is about and what of it: the last word says which (date, amount), the words before it
whose. Words that the table has in its own name say nothing more. One with a word that is not known has no name.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_CODED, _KINDS = (
    frozenset({"code", "cd", "type", "flag"}),
    frozenset({"reason", "level", "lvl", "grade", "status", "source"}),
)
_OF_A_DAY = frozenset({"open", "close"})
"""Prices of stocks, not of what opens or closes."""
_SIMPLE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


def chinese_name(column: str, table: str) -> str:
    """What a column may be called in Chinese; empty: not known.

    Args:
        table: that it is of; its own words, and their initials, are left out of the column's.
    """
    parts = [part.lower() for part in _SIMPLE.split(column) if part]
    told = [part.lower() for part in _SIMPLE.split(table.rpartition(".")[2]) if part]
    own = {*told, *(part.rstrip("s") for part in told), "".join(part[0] for part in told)}
    bare = _name("_".join(parts[1:])) if parts[:1] and parts[0] in own else ""
    return bare or _name("_".join(parts))


def _name(identifier: str) -> str:
    whole, about, what = _written("whole"), _written("about"), _written("what")
    first, _, last = identifier.rpartition("_")
    if identifier in whole:
        return whole[identifier]
    if last in _CODED and first in _KINDS:
        return whole[first]
    if last == "price" and first in _OF_A_DAY:
        return ""
    return f"{about[first]}{what[last]}" if first in about and last in what else ""


@cache
def _written(section: str) -> dict[str, str]:
    told = tomllib.loads(Path(__file__).with_name("identifier_names.toml").read_text("utf-8"))
    return dict(pair.split("=", maxsplit=1) for pair in told[section]["names"].split())
