"""The rules for festivals and shopping days in both languages: 去年国庆, 双11期间, last Christmas, Black Friday 2024."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from chat2sql.engine.semantics.periods import DAY, Period, TimeKind
from chat2sql.engine.semantics.time_festivals import FESTIVALS, seasons, the_day
from chat2sql.engine.semantics.time_rules import (
    RELATIVE,
    Moment,
    Reading,
    distinct,
    group,
    named_year,
    rule,
)
from chat2sql.engine.semantics.time_rules_en import FOUR, OF_YEAR, YEARS
from chat2sql.engine.semantics.time_rules_zh import YEAR

_HAN = {
    "元旦": "new year", "元旦节": "new year", "春节": "spring festival", "农历新年": "spring festival",
    "清明": "qingming", "清明节": "qingming", "五一": "may day", "五一节": "may day", "五一劳动节": "may day",
    "劳动节": "may day", "端午": "dragon boat", "端午节": "dragon boat", "中秋": "mid-autumn",
    "中秋节": "mid-autumn", "国庆": "national day", "国庆节": "national day", "十一国庆": "national day",
    "中秋国庆": "national day", "国庆中秋": "national day", "黄金周": "golden week",
    "十一": "national day", "除夕": "lunar new year's eve", "除夕夜": "lunar new year's eve",
    "大年三十": "lunar new year's eve", "大年初一": "lunar new year's day", "元宵": "lantern festival",
    "元宵节": "lantern festival", "七夕": "qixi", "七夕节": "qixi", "情人节": "valentine",
    "妇女节": "women's day", "三八节": "women's day", "女神节": "women's day", "儿童节": "children's day",
    "六一儿童节": "children's day", "教师节": "teachers' day", "母亲节": "mother's day", "万圣节": "halloween",
    "感恩节": "thanksgiving", "平安夜": "christmas eve", "圣诞": "christmas", "圣诞节": "christmas",
    "复活节": "easter", "黑五": "black friday", "黑色星期五": "black friday", "网络星期一": "cyber monday",
    "网一": "cyber monday", "双11": "double 11", "双十一": "double 11", "双 11": "double 11",
    "双12": "double 12", "双十二": "double 12", "双 12": "double 12", "618": "618", "六一八": "618",
}  # fmt: skip
_EN = {
    "new year's day": "new year", "new years day": "new year", "new year's eve": "new year's eve",
    "new years eve": "new year's eve", "chinese new year's eve": "lunar new year's eve",
    "chinese new year": "spring festival", "lunar new year": "spring festival",
    "spring festival": "spring festival", "qingming": "qingming", "qingming festival": "qingming",
    "tomb-sweeping day": "qingming", "tomb sweeping day": "qingming", "dragon boat festival": "dragon boat",
    "mid-autumn festival": "mid-autumn", "mid autumn festival": "mid-autumn", "moon festival": "mid-autumn",
    "national day": "national day", "golden week": "golden week", "labor day": "labor day", "labour day": "labor day",
    "lantern festival": "lantern festival", "valentine's day": "valentine", "valentines day": "valentine",
    "women's day": "women's day", "children's day": "children's day", "mother's day": "mother's day",
    "halloween": "halloween", "thanksgiving day": "thanksgiving", "thanksgiving": "thanksgiving",
    "black friday": "black friday", "cyber monday": "cyber monday", "christmas eve": "christmas eve",
    "christmas day": "christmas", "christmas": "christmas", "xmas": "christmas", "boxing day": "boxing day",
    "easter sunday": "easter", "easter": "easter", "independence day": "independence day",
    "memorial day": "memorial day", "singles' day": "double 11", "singles day": "double 11",
    "single's day": "double 11", "double 11": "double 11", "double eleven": "double 11",
    "double 12": "double 12", "double twelve": "double 12",
}  # fmt: skip
_WHOLE_IN_ENGLISH = {"spring festival", "qingming", "dragon boat", "mid-autumn", "golden week"}
"""Festivals whose English name means all their days off; one that is called a day means that day."""


def festival(match: re.Match[str], moment: Moment) -> Reading:
    """A festival of the year it names or takes over, else the latest that has begun.

    期间, 假期, 大促, season, holiday name its whole time, 当天 its very day. Without either a Chinese name of a public
    holiday means its days off.
    """
    return _in_year(match, moment, lambda year: _meant(match, year, moment.conventions.country))


def _key(match: re.Match[str]) -> str:
    name = " ".join(match["f"].lower().replace("’", "'").split())
    return _HAN.get(name) or _EN[name]


def _meant(match: re.Match[str], year: int, country: str) -> tuple[Period, ...]:
    key = _key(match)
    wide = FESTIVALS[key].off and (match["f"] in _HAN or key in _WHOLE_IN_ENGLISH)
    if group(match, "whole") or (wide and not group(match, "exact")):
        return seasons(key, year, country)
    return (the_day(key, year, country),)


def _in_year(match: re.Match[str], moment: Moment, build: Callable[[int], tuple[Period, ...]]) -> Reading:
    named = named_year(match, moment)
    year = named or moment.year or moment.as_of.year
    values = build(year)
    if not (named or moment.year) and _start(values[0]) > moment.as_of:
        year -= 1
        values = build(year)
    return Reading(values, named, floating=named is None, again=lambda back: build(year - back)[0])


def _start(value: Period) -> date:
    return value.start or date.min


def relative_festival(match: re.Match[str], moment: Moment) -> Reading:
    """'last Christmas' can mean the latest one or that of last year; 'next Christmas' likewise."""
    offset, this = RELATIVE[match["rel"].lower()], moment.as_of.year
    of_year = {year: _meant(match, year, moment.conventions.country)[0] for year in range(this - 1, this + 2)}
    if offset == 0:
        return Reading((of_year[this],), again=lambda back: _again(match, moment, this - back))
    if offset < 0:
        nearest = max((year for year in of_year if _start(of_year[year]) < moment.as_of), default=this - 1)
    else:
        nearest = min((year for year in of_year if _start(of_year[year]) > moment.as_of), default=this + 1)
    reading = distinct(of_year[nearest], of_year[this + offset])
    return reading._replace(again=lambda back: _again(match, moment, nearest - back))


def _again(match: re.Match[str], moment: Moment, year: int) -> Period:
    return _meant(match, year, moment.conventions.country)[0]


def around(match: re.Match[str], moment: Moment) -> Reading:
    """国庆前后: three days or a week on either side, nobody said which."""
    value = festival(match, moment).periods[0]
    if value.start is None or value.end is None:
        return Reading(())
    return Reading(
        tuple(
            Period(
                start=value.start - timedelta(days=days),
                end=value.end + timedelta(days=days),
                kind=TimeKind.RANGE,
            )
            for days in (3, 7)
        )
    )


def holiday_season(match: re.Match[str], moment: Moment) -> Reading:
    """From Thanksgiving to the end of the year, or all of November and December."""

    def build(year: int) -> tuple[Period, ...]:
        first = _start(the_day("thanksgiving", year, moment.conventions.country))
        end = date(year, 12, 31) + DAY
        starts = (first, date(year, 11, 1))
        return tuple(Period(start=start, end=end, kind=TimeKind.HOLIDAY) for start in starts)

    return _in_year(match, moment, build)


def _names(table: dict[str, str], *, without: tuple[str, ...] = ()) -> str:
    chosen = sorted((name for name in table if name not in without), key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]") for name in chosen)


_RISKY = ("十一", "618", "六一八", "五一")
_WHOLE = r"(?:(?:小长|长|黄金)?假期?|黄金周|放假)(?:期间)?|假日|(?:大促|促销|活动|购物节|购物季|电商节)?期间|大促|促销季?|活动"
_EXACT = r"节?(?:当天|当日|那天|当晚)"
_SUFFIX = rf"(?:\s?的?(?:(?P<whole>{_WHOLE})|(?P<exact>{_EXACT})))"
# Streets, shops, teams and songs are called after festivals too.
_NO_NAME = r"(?![路街道巷广桥店村镇队厂号楼区组群序联晚曲版款])"
_HAN_FESTIVAL = rf"(?<!届)(?<!每年)(?<!历年)(?<!每逢)(?P<f>{_names(_HAN, without=_RISKY)})"
# What a follow-up puts together: 国庆 2023.
_YEAR_BEHIND = r"(?:\s(?P<y2>(?:19|20)[0-9]{2})(?![0-9年]))"
# 周五一共: the characters before 五一 make it another word.
_MAY_DAY = r"(?<![一二三四五六七八九十百0-9周期拜第])(?P<f>五一)(?![共个直起些定致般月号日点]|\s?[0-9])"
# 618 is a price or a number wherever the words around it do not make it a festival.
_SIX = r"(?P<f>618|六一八)(?![0-9]|\.[0-9]|\s?[元块个件单人名号%％万千笔])"
_NOT_A_SIX = r"(?<![\w价格额于为是过到号第满减编单=><.￥¥$#-])"
_SEASON_EN = (
    r"(?:\s+(?P<whole>holidays?|weekend|period|season|golden\s+week|sales?\s+(?:event|period)|vacation)\b)"
)
_THINGS = r"(?!\s+(?:trees?|cards?|gifts?|decorations?|lights|ltd|inc)\b)"
_EN_FESTIVAL = rf"(?<!every )(?<!each )\b(?P<f>{_names(_EN)})\b{_THINGS}"

FESTIVAL_RULES = (
    rule(rf"{YEAR}?{_HAN_FESTIVAL}(?:{_SUFFIX}|{_NO_NAME}){_YEAR_BEHIND}?", festival),
    rule(rf"{YEAR}?{_MAY_DAY}(?:{_SUFFIX}|{_NO_NAME}){_YEAR_BEHIND}?", festival),
    rule(rf"{YEAR}?(?<!双)(?<!第)(?<!二)(?<!三)(?P<f>十一){_SUFFIX}", festival),
    rule(rf"{YEAR}{_SIX}(?:{_SUFFIX})?", festival),
    rule(rf"{_NOT_A_SIX}{_SIX}{_SUFFIX}", festival),
    rule(r"(?:\A|(?<=[，,。 和与到]))(?P<f>618)(?=\s?(?:的|到|至|和|与|销售|订单|成交|GMV|vs|sales?\b))", festival),
    rule(r"\b(?P<f>618)(?P<whole>\s+(?:sale|festival|shopping\s+festival|campaign|promotion))\b", festival),
    rule(rf"{YEAR}?{_HAN_FESTIVAL}节?前后", around),
    rule(rf"{YEAR}?{_MAY_DAY}节?前后", around),
    rule(rf"{YEARS}?{_EN_FESTIVAL}{_SEASON_EN}?{OF_YEAR}?", festival),
    rule(rf"(?<![0-9.,])(?P<y>{FOUR})\s+{_EN_FESTIVAL}{_SEASON_EN}?", festival),
    rule(rf"\b(?P<rel>last|this|next)\s+{_EN_FESTIVAL}{_SEASON_EN}?", relative_festival),
    rule(rf"\baround\s+(?:the\s+)?{_EN_FESTIVAL}{OF_YEAR}?", around),
    rule(rf"{YEARS}?\bholiday\s+season\b{OF_YEAR}?", holiday_season),
)  # fmt: skip
