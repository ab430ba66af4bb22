"""A period told once more in brackets behind it: 上周（周一到周日）, 国庆七天(10.1~10.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from chat2sql.engine.semantics.analytic.intent import Place, Window
from chat2sql.engine.semantics.periods import DAY
from chat2sql.engine.semantics.time_expressions import TimeExpression

_AGAIN = re.compile(
    r"(?:期间|当天|那天|[一二两三四五六七八九0-9]{1,2}天)?[(（](?P<said>[^()（）]{2,20})[)）]"
)
_CURRENT = re.compile("当(?P<unit>[天日周月季年])")
_WHOLE_WEEK = re.compile(r"周一\s*[到至~～-]\s*周[日天]")
_MONTH, _DAY_OF_MONTH = r"(?:1[0-2]|0?[1-9])[.月/]", r"(?:3[01]|[12][0-9]|0?[1-9])[日号]?"
_DAYS = re.compile(
    rf"(?P<first>{_MONTH}{_DAY_OF_MONTH})(?:\s*[~～—－至到-]+\s*(?P<last>{_MONTH}{_DAY_OF_MONTH})|当天|当日)?"
)


def said_again(
    question: str, times: Sequence[TimeExpression]
) -> Iterator[tuple[TimeExpression, tuple[int, int]]]:
    """The periods that are told twice, each with where both stand; days that the brackets name are those that are meant.

    Brackets that say anything else are left to whoever reads the question: 今年(1-3月) is no year.
    """
    for time in times:
        for other in times:
            brackets = question[time.span[1] : other.span[0]] + question[other.span[1] : other.span[1] + 1]
            if brackets in ("()", "（）") and _is_within(other, time):
                yield other, (time.span[0], other.span[1] + 1)
        match = _AGAIN.match(question, time.span[1])
        told = _as_told(time, match["said"].strip()) if match is not None else None
        if match is not None and told is not None:
            yield told, (time.span[0], match.end())


def is_each_unit(said: str, question: str) -> bool:
    """按月累计，每月当月销售额: the month of each row, and not the present one."""
    unit = _CURRENT.fullmatch(said)
    return unit is not None and re.search(f"[每各按逐分]个?{unit['unit']}", question) is not None


def _is_within(part: TimeExpression, whole: TimeExpression) -> bool:
    ends = (part.start, part.end, whole.start, whole.end)
    if any(end is None for end in ends) or part.ambiguous:
        return False
    first, last, start, end = (day for day in ends if day is not None)
    return start <= first and last <= end


def _as_told(time: TimeExpression, said: str) -> TimeExpression | None:
    if time.start is None or time.end is None:
        return None
    if _WHOLE_WEEK.fullmatch(said):
        return time if (time.end - time.start).days == len("一二三四五六日") else None
    days = _DAYS.fullmatch(said)
    first = _day(days["first"], time.start.year) if days is not None else None
    last = _day(days["last"], time.start.year) if days is not None and days["last"] else first
    if first is None or last is None or not time.start <= first <= last < time.end:
        return None
    return time.model_copy(update={"start": first, "end": last + DAY})


def _day(said: str, year: int) -> date | None:
    month, day = (int(number) for number in re.findall(r"[0-9]+", said))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def each_once(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """2023年和2024年分别多少，2024年同比多少: a period that is named again says nothing new."""
    found: dict[tuple[Place | None, date | None, date | None], Window] = {}
    for one in windows:
        found.setdefault((one.place, one.start, one.end), one)
    return tuple(found.values())
