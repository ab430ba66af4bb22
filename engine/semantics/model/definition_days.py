"""What a definition says of days: 离职日期为空, 到期日早于今天, 从建单到完工超过48小时.

The day of asking is written ``CURRENT_DATE``; the compiler puts in the day that the question is asked as of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.model.definition_words import is_within
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role
from chat2sql.engine.semantics.model.spelling import spelled

_ENDING = re.compile(r"(?:日期|时间|时刻|日|时)$")
_TODAY = r"(?:统计|查询|报表|核算|当前|系统|今)?(?:日期?|天|时点|时间)|当[日天前]|今[日天]|现在|目前|NOW\(\)|CURRENT_DATE"
_UNSET = re.compile(r"\s*(?:字段)?(?:为空|是空|空缺|未填写?|无值|\s+is\s+null)", re.IGNORECASE)
_SET = re.compile(r"\s*(?:字段)?(?:不为空|非空|不空|有值|已填写?|\s+is\s+not\s+null)", re.IGNORECASE)
_COMPARED = re.compile(
    rf"\s*(?P<how>不早于|不晚于|晚于|早于|大于等于|小于等于|大于|小于|>=|<=|>|<|在)\s*(?:{_TODAY})(?P<side>之?[前后])?",
    re.IGNORECASE,
)
_RECENT = re.compile(
    r"\s*(?:都|须|要)?(?:在|落在|发生在)?\s*(?:最近|近|过去)\s*(?P<n>[0-9]+)\s*个?(?P<unit>天|日|月|年)(?:[之以]?内|(?![之以]?[前外上]))"
)
_TODAY_FIRST = re.compile(
    r"(?:(?:统计|查询|报表|核算|当前)(?:日期?|时点|时间)|当[日天]|今[日天]|NOW\(\)|CURRENT_DATE)\s*(?P<how>不早于|不晚于|晚于|早于|>=|<=|≥|≤|>|<)\s*$",
    re.IGNORECASE,
)
"""统计日<=到期日: the other way round."""
_PASSED = re.compile(r"(?<![未没不通])(?:已?经?过了?|已经?过|超过了?)\s*$")
_SIGNS = {
    "晚于": ">",
    "大于": ">",
    ">": ">",
    "早于": "<",
    "小于": "<",
    "<": "<",
    "不早于": ">=",
    "大于等于": ">=",
    ">=": ">=",
    "≥": ">=",
    "≤": "<=",
    "不晚于": "<=",
    "小于等于": "<=",
    "<=": "<=",
}
_LASTS = re.compile(
    r"\s*(?:之间|的?时长|的?时间|用时|耗时)?\s*(?P<how>不超过|不足|少于|小于|超过|大于|多于|达到|<=|>=|<|>)\s*(?P<n>[0-9]+)\s*个?"
    r"(?P<unit>小时|天|日|分钟)"
)
_IN_ORDER = re.compile(
    r"(?P<first>[㐀-鿿]{2,8}?(?:日期|时间|日)|[A-Za-z_]\w*)\s*(?P<how>不早于|不晚于|晚于|早于|小于等于|大于等于)\s*"
    r"(?P<last>[㐀-鿿]{2,8}?(?:日期|时间|日)|[A-Za-z_]\w*)"
)
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_WITHIN = re.compile(
    r"(?P<n>[0-9]+)\s*个?(?P<unit>小时|天|日|分钟)(?:[之以]?内)(?P<done>[㐀-鿿]{2,6})\s*[(（]\s*(?P<ends>[A-Za-z_]\w*)\s*[-－−]\s*(?P<begins>[A-Za-z_]\w*)\s*[)）]"
)
"""48小时内完工(finish_time-create_time)."""
_UNITS = {"小时": "HOUR", "天": "DAY", "日": "DAY", "分钟": "MINUTE", "月": "MONTH", "年": "YEAR"}
_LONGER = {
    "不超过": "<=",
    "不足": "<",
    "少于": "<",
    "小于": "<",
    "<": "<",
    "<=": "<=",
    "达到": ">=",
    ">=": ">=",
}


class Said(NamedTuple):
    """A condition, and where it stands: characters ``start`` up to ``end``."""

    start: int
    end: int
    condition: str


def said_of_days(text: str, dataset: Dataset, dialect: Dialect) -> tuple[Said, ...]:
    """The conditions on days in a definition, in their order; those that 或 connects are one."""
    times = [field for field in dataset.fields if field.role is Role.TIME and not field.expression]
    found = sorted(
        (
            *_single(text, times, dataset, dialect),
            *_durations(text, times, dataset, dialect),
            *_in_order(text, times, dataset, dialect),
        )
    )
    told: list[Said] = []
    for one in found:
        if told and one.start < told[-1].end:
            continue
        if told and re.fullmatch(r"[\s，,、]*(?:或者?|or)[\s，,]*", text[told[-1].end : one.start]):
            first = told.pop()
            told.append(Said(first.start, one.end, f"({first.condition} OR {one.condition})"))
        else:
            told.append(one)
    return tuple(told)


def _single(text: str, times: list[Field], dataset: Dataset, dialect: Dialect) -> Iterator[Said]:
    for field in times:
        column = spelled(dataset.name, field.name, dialect)
        for match in _named(text, field):
            for pattern, condition in ((_UNSET, "IS NULL"), (_SET, "IS NOT NULL")):
                state = pattern.match(text, match.end())
                if state is not None:
                    yield Said(match.start(), state.end(), f"{column} {condition}")
            passed = _PASSED.search(text[: match.start()])
            if passed is not None:
                end = match.end() + len(_told_again(text, match.end(), field))
                yield Said(passed.start(), end, f"{column} < CURRENT_DATE")
            first = _TODAY_FIRST.search(text[: match.start()])
            if first is not None:
                end = match.end() + len(_told_again(text, match.end(), field))
                yield Said(first.start(), end, f"{column} {_TURNED[_SIGNS[first['how']]]} CURRENT_DATE")
            recent = _RECENT.match(text, match.end())
            if recent is not None:
                yield Said(match.start(), recent.end(), f"{column} >= {_since(recent, dialect)}")
            compared = _COMPARED.match(text, match.end())
            sign = _sign(compared) if compared is not None else ""
            if compared is not None and sign:
                yield Said(match.start(), compared.end(), f"{column} {sign} CURRENT_DATE")


def _told_again(text: str, end: int, field: Field) -> str:
    """The column's name in brackets behind what it is called: 到期日(due_dt)."""
    match = re.match(rf"\s*[(（]\s*{re.escape(field.name)}\s*[)）]", text[end:])
    return match.group() if match is not None else ""


def _since(recent: re.Match[str], dialect: Dialect) -> str:
    unit = _UNITS[recent["unit"]]
    if dialect is Dialect.SQLITE:
        return f"DATE(CURRENT_DATE, '-{recent['n']} {unit.lower()}s')"
    return f"CURRENT_DATE - INTERVAL '{recent['n']}' {unit}"


def _sign(compared: re.Match[str]) -> str:
    if compared["how"] == "在":
        side = (compared["side"] or "")[-1:]
        return {"前": "<", "后": ">"}.get(side, "")
    return _SIGNS[compared["how"]]


def _durations(text: str, times: list[Field], dataset: Dataset, dialect: Dialect) -> Iterator[Said]:
    if dialect is Dialect.SQLITE:
        # It has no intervals.
        return
    by_name = {field.name.lower(): field for field in times}
    for within in _WITHIN.finditer(text):
        last, begin = (by_name.get(within[side].lower()) for side in ("ends", "begins"))
        if last is not None and begin is not None:
            ends, begins = (spelled(dataset.name, one.name, dialect) for one in (last, begin))
            interval = f"INTERVAL '{within['n']}' {_UNITS[within['unit']]}"
            yield Said(within.start(), within.end(), f"{ends} <= {begins} + {interval}")
    for first in times:
        for begun in _named(text, first):
            for last in times:
                to = re.compile(rf"\s*(?:到|至|与|和)\s*(?:{_words(last)})").match(text, begun.end())
                lasts = _LASTS.match(text, to.end()) if to is not None and last is not first else None
                if lasts is None:
                    continue
                start = (
                    begun.start() - len("从")
                    if text[: begun.start()].endswith(("从", "自"))
                    else begun.start()
                )
                sign = _LONGER.get(lasts["how"], ">")
                begins, ends = (spelled(dataset.name, one.name, dialect) for one in (first, last))
                interval = f"INTERVAL '{lasts['n']}' {_UNITS[lasts['unit']]}"
                yield Said(start, lasts.end(), f"{ends} {sign} {begins} + {interval}")


def _in_order(text: str, times: list[Field], dataset: Dataset, dialect: Dialect) -> Iterator[Said]:
    """完工日期不晚于预约日期: days, of which one may be told to the second."""
    for match in _IN_ORDER.finditer(text):
        first, last = (_time_called(match[side], times) for side in ("first", "last"))
        if first is not None and last is not None and first is not last:
            left, right = (
                _day(one, dataset, dialect, other) for one, other in ((first, last), (last, first))
            )
            yield Said(match.start(), match.end(), f"{left} {_SIGNS[match['how']]} {right}")


def _time_called(word: str, times: list[Field]) -> Field | None:
    """The only time that a word names, or has all characters of: 预约日期 for 预约上门日期."""
    named = [field for field in times if re.fullmatch(_words(field), word)]
    stem = _ENDING.sub("", word)
    found = named or [field for field in times if is_within(stem, _ENDING.sub("", field.label.zh))]
    return found[0] if len(found) == 1 else None


def _day(field: Field, dataset: Dataset, dialect: Dialect, beside: Field) -> str:
    """A time as it is compared with another: by its day where the other is one."""
    column = spelled(dataset.name, field.name, dialect)
    is_day = re.fullmatch("date", beside.type.strip(), re.IGNORECASE) is not None
    return f"CAST({column} AS DATE)" if is_day and "time" in field.type.lower() else column


def _named(text: str, field: Field) -> Iterator[re.Match[str]]:
    return re.finditer(_words(field), text)


def _words(field: Field) -> str:
    """What a time may be called: 完工时间, 完工, finish_tm; the longest first."""
    stem = _ENDING.sub("", field.label.zh)
    called = {field.name, field.label.zh, stem, *(f"{stem}{ending}" for ending in ("日期", "日", "时间"))}
    known = sorted((word for word in called if len(word) > 1), key=len, reverse=True)
    return "|".join(map(re.escape, known))
