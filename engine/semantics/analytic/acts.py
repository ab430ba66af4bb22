"""What operators do, and the shape of their tables."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

AFTER = "!"
"""Marks a comparison that stands behind its number."""

SOLD, BOUGHT = "sold", "bought"
"""Of what is denied: that anything was sold, as the business counts it; that anything was ordered at all."""

BOUGHT_AT_ALL = "买过"
"""Of what is said: that something was sold to somebody, as the business counts it."""

EXCLUDED = "excluded"
"""Of what is denied: all that the clause before it restricts, as in 取消的不算."""

NTH_DESC, NTH_ASC = "nth_desc", "nth_asc"
"""Of a place in a ranking: only what stands there, from the top or from the bottom."""

ATTAINMENT = "目标完成率"
"""The figure by which targets are met or missed."""

MONEY = "money"
"""What 多少钱 asks for: the sum of money of the rows that are spoken of."""


class Act(StrEnum):
    """What an operator does."""

    EACH = "each"
    GRAIN = "grain"
    TOP = "top"
    MOST = "most"
    RANKED = "ranked"
    COUNT = "count"
    AGGREGATE = "aggregate"
    SHARE = "share"
    YEAR_BEFORE = "year_before"
    PERIOD_BEFORE = "period_before"
    GROWTH = "growth"
    DIFFERENCE = "difference"
    RUNNING = "running"
    MOVING = "moving"
    NOT = "not"
    TREE = "tree"
    TOPMOST = "topmost"
    CHILDREN = "children"
    LIST = "list"
    WHICH = "which"
    SAID = "said"
    COMPARE = "compare"
    ATTAINED = "attained"
    ALSO = "also"


class Row(NamedTuple):
    """One operator: what it does, its words (a group named ``n`` is a number), and of what sort it is."""

    act: Act
    pattern: re.Pattern[str]
    detail: str = ""


def row(act: Act, *patterns: str, detail: str = "") -> Row:
    """An operator, by the alternatives of its words."""
    return Row(act, re.compile("|".join(patterns), re.IGNORECASE), detail)
