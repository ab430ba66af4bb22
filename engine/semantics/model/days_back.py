"""Days before the day of asking, however a definition counts them: 统计日往前90天内(统计日-89天至统计日) is 近90天内."""

from __future__ import annotations

import re

_DAY = r"(?:统计|查询|报表|核算|当前)(?:日期?|当[日天]|时点)?"
_BACK = re.compile(
    rf"{_DAY}\s*(?:往前|向前|之前|以前|前)(?:推|数|追溯)?\s*(?P<n>[0-9]+)\s*天(?:[之以]?内)?\s*"
    rf"(?:[(（](?P<aside>[^()（）]*)[)）])?"
)
_FIRST = re.compile(rf"{_DAY}\s*[-－−]\s*(?P<n>[0-9]+)\s*天?")
_AFTER = re.compile(r">\s*(?!=)$")


def as_recent(comment: str) -> str:
    """A comment whose periods before the day of asking are told as 近N天内, that day one of them."""
    return _BACK.sub(_told, comment)


def _told(match: re.Match[str]) -> str:
    days = int(match["n"])
    aside = match["aside"] or ""
    first = _FIRST.search(aside)
    if first is not None:
        # From the day 89 days ago up to the day itself are 90.
        days = int(first["n"]) + (0 if _AFTER.search(aside[: first.start()]) else 1)
    return f"近{days}天内"
