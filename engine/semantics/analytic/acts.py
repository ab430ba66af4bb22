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

EITHER = "either"
"""Of what stands beside another: one of the two is enough."""

EXCLUDED = "excluded"
"""Of what is denied: all that the clause before it restricts, as in 取消的不算."""

NTH_DESC, NTH_ASC = "nth_desc", "nth_asc"
"""Of a place in a ranking: only what stands there, from the top or from the bottom."""

ATTAINMENT = "目标完成率"
"""The figure by which targets are met or missed."""

MONEY = "money"
"""What 多少钱 asks for: the sum of money of the rows that are spoken of."""

PIECES = (
    "个|家|位|名|款|种|类|条|笔|张|件|项|单|间|大|强|人|座|台|次|门|份|批|户|套|辆|场|宗|箱"
    "|本|册|部|支|只|瓶|袋|栋|所|封|起|例|节|艘|架|篇|通|票|车|趟"
)
"""The measure words of what is counted."""


COUNTERS = frozenset("个家位名款种条笔张件单次户套台辆人")
"""Behind a number that counts things."""


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
    WHOLE = "whole"
    ALSO = "also"


class Row(NamedTuple):
    """One operator: what it does, its words (a group named ``n`` is a number), and of what sort it is."""

    act: Act
    pattern: re.Pattern[str]
    detail: str = ""


def row(act: Act, *patterns: str, detail: str = "") -> Row:
    """An operator, by the alternatives of its words."""
    return Row(act, re.compile("|".join(patterns), re.IGNORECASE), detail)
