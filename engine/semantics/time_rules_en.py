"""The English rules for time."""

from __future__ import annotations

from chat2sql.engine.semantics import time_resolvers as to
from chat2sql.engine.semantics.time_rules import NUMBER, rule
from chat2sql.engine.semantics.time_weekdays import weekday, weekend

_NAMES = "jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_SHY = "may|mar(?:ch)?"
"""Months that are also other words; without a year they count only where a month must stand."""
MONTH = rf"(?P<m>{_NAMES}|{_SHY})\b\.?"
FOUR = r"(?:19|20)[0-9]{2}(?![0-9]|s\b)"
_BARE_YEAR = r"(?:19[5-9][0-9]|200[1-9]|20[1-4][0-9])(?![0-9]|[.,][0-9]|s\b)"
_REL = r"(?P<rel>this|current|last|previous|prior|next|coming)"
_RY = r"(?P<ry>this|last|next|current|previous|prior|the)\s+year\b"
OF_YEAR = rf"(?:,?\s*(?:(?:of|in)\s+)?(?:(?:the\s+)?{_RY}|(?P<y>{FOUR}|'[0-9]{{2}}(?![0-9]))))"
YEARS = r"(?:(?P<ry2>this|last|next|current|previous|prior)\s+year(?:'?s)?\s+)"
_UNIT = r"(?P<u>days?|weeks?|months?|quarters?|years?)\b"
_ONE_UNIT = r"(?P<u>week|month|quarter|year)\b"
_RECENT = r"\b(?:last|past|previous|recent|trailing|rolling|latest|preceding)(?:\s+|-)"
_FULL = r"(?P<full>full|complete|completed|calendar|whole)\s+"
# 'last quarter of 2024' is a part of 2024, not the quarter before this one.
_NO_PART = (
    rf"(?!\s+(?:of|in)\s+(?:the\s+)?(?:{_NAMES}|{_SHY}|(?:19|20)[0-9]{{2}}|[QH][1-4]|FY|fiscal|(?:last|this|next|previous|current)\s"
    r"|(?:first|second|third|fourth)\s|(?:year|quarter|month)\b))"
)
_RUNNING = r"(?:(?:the\s+)?(?:current|this)\s+(?:day|week|month|quarter|year)|today(?:'s\s+date)?)\b\)?"
_WITHOUT = rf"(?:excluding|exclusive\s+of|not\s+including)\s+{_RUNNING}"
_EDGE = r"\b(?P<edge>end|start|beginning)\s+of\s+"
_DAY = r"(?P<d>3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?\b"
_DAY_2 = _DAY.replace("<d>", "<d2>")
_THROUGH = r"\s*(?:to|through|until|-|–|—)\s*(?:the\s+)?"
_QUARTER = r"(?:\bQ(?P<q>[1-4])\b|\b(?P<q2>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\b)"
_WEEKDAY = r"(?P<wd>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b"
_COUNTED = r"(?!\s*(?:%|orders|customers|products|units|items|people|employees|users|rows|records|dollars|usd|rmb|yuan))"
_JOIN = r"\s*(?:to|and|vs\.?|versus|through|until|-|–|—)\s*"
_MONTH_MUST_STAND = r"\b(?:in|since|of|from|until|till|during|before|after|vs\.?|versus|through|between)\s+"

EN_RULES = (
    # days and months by name
    rule(rf"\b{MONTH}\s+(?:the\s+)?{_DAY}{OF_YEAR}?", to.a_date),
    rule(rf"(?<!top )(?<!first )(?<!last )\b{_DAY}\s+(?:of\s+)?{MONTH}{OF_YEAR}?", to.a_date),
    rule(rf"{YEARS}?\b{MONTH}{OF_YEAR}", to.a_month),
    rule(rf"{YEARS}\b{MONTH}", to.a_month),
    rule(rf"\b(?P<y>{FOUR})\s+{MONTH}", to.a_month),
    rule(rf"\b(?P<m>{_NAMES})\b\.?", to.a_month),
    rule(rf"{_MONTH_MUST_STAND}(?P<t>(?P<m>{_SHY}))\b", to.a_month),
    rule(rf"\b(?:{_NAMES}|{_SHY})\.?{_JOIN}(?P<t>(?P<m>{_SHY}))\b", to.a_month),
    rule(r"(?<=[a-z,] )(?P<m>(?-i:May|March|Mar))\b", to.a_month),
    rule(rf"\b(?P<rel>last|this|next)\s+{MONTH}(?!\s+(?:i|we|you|be|have)\b)", to.relative_month_name),
    rule(rf"{_EDGE}{MONTH}{OF_YEAR}?", to.a_month),
    rule(
        rf"\bbetween\s+(?:the\s+)?{_DAY}\s+and\s+(?:the\s+)?{_DAY_2}\s+(?:of\s+)?{MONTH}{OF_YEAR}?",
        to.days_span,
    ),
    rule(
        rf"(?:\bfrom\s+)?(?:the\s+)?(?<![-/.0-9])\b{_DAY}{_THROUGH}{_DAY_2}\s+(?:of\s+)?{MONTH}{OF_YEAR}?",
        to.days_span,
    ),
    rule(
        rf"(?:\bfrom\s+)?\b{MONTH}\s+(?:the\s+)?{_DAY}{_THROUGH}{_DAY_2}(?![-/:.0-9]){_COUNTED}{OF_YEAR}?",
        to.days_span,
    ),
    # quarters, halves, years
    rule(rf"{YEARS}?{_QUARTER}{OF_YEAR}?", to.a_quarter),
    rule(r"\b(?P<y>(?:19|20)[0-9]{2})[-\s]?(?:Q(?P<q>[1-4]))\b", to.a_quarter),
    rule(rf"{_EDGE}(?:the\s+)?{_QUARTER}{OF_YEAR}?", to.a_quarter),
    rule(rf"{_EDGE}H(?P<h>[12])\b{OF_YEAR}?", to.a_half),
    rule(rf"{YEARS}?\bH(?P<h>[12])\b{OF_YEAR}?", to.a_half),
    rule(rf"\b(?P<h>first|second|1st|2nd)\s+half{OF_YEAR}", to.a_half),
    rule(rf"\bfirst\s+{NUMBER}\s+(?P<u>quarters|months){OF_YEAR}", to.first_of_year),
    rule(rf"\b(?:calendar\s+)?year\s+(?P<y>{FOUR})", to.a_year),
    rule(r"\bCY\s?'?(?P<y>20[0-9]{2}|[0-9]{2})(?![0-9])", to.a_year),
    rule(rf"\b(?:in|during|since|throughout|year)\s+(?P<t>(?P<y>{FOUR})){_COUNTED}", to.a_year),
    rule(
        rf"\b(?:before|after|through|until|till|by|for|of|from|vs\.?|versus)\s+(?P<t>(?P<y>{_BARE_YEAR})){_COUNTED}",
        to.a_year,
    ),
    rule(rf"(?<![0-9.,\-/])(?P<y>{_BARE_YEAR})(?={_JOIN}{_BARE_YEAR}{_COUNTED})", to.a_year),
    rule(rf"(?<![0-9.,\-/]){_BARE_YEAR}{_JOIN}(?P<t>(?P<y>{_BARE_YEAR})){_COUNTED}", to.a_year),
    rule(
        rf"(?<!than )(?<!over )(?<!least )\b(?P<y>{_BARE_YEAR})"
        r"(?=\s+(?:sales|revenue|profits?|budget|gmv|income|results|figures|data|costs|expenses)\b)",
        to.a_year,
    ),
    rule(rf"{_EDGE}(?:the\s+year\s+)?(?P<y>{FOUR})", to.a_year),
    # relative to as_of
    rule(
        r"\b(?P<rel>today|yesterday|tomorrow|day\s+(?:before\s+yesterday|after\s+tomorrow))\b",
        to.relative_day,
    ),
    rule(rf"\b(?P<part>early|mid|middle|late)(?:-|\s+|\s+of\s+){MONTH}{OF_YEAR}?", to.a_month),
    rule(rf"\b(?P<part>early|late)(?:-|\s+)(?P<y>{FOUR})", to.vague_year),
    rule(
        r"\b(?:at|by|until|since|before|after|as\s+of|through)\s+(?:the\s+)?"
        r"(?P<t>(?P<u>year|quarter|month|week)(?:\s+|-)(?P<edge>end))\b(?!\s+[a-z])",
        to.this_edge,
    ),
    rule(rf"\byear(?:\s+|-)(?P<edge>end)\s+(?P<y>{FOUR})", to.a_year),
    rule(rf"\b{_REL}\s+{_ONE_UNIT}(?!-){_NO_PART}", to.relative_unit),
    rule(rf"\b{_ONE_UNIT}\s+(?P<rel>before\s+last)\b", to.relative_unit),
    rule(
        rf"{_EDGE}(?:the\s+)?(?P<rel>this|the|current|last|previous|prior|next)\s+{_ONE_UNIT}",
        to.relative_unit,
    ),
    rule(r"\b(?P<about>this\s+time)\s+(?P<ry>last|next)\s+year\b", to.day_years_ago),
    rule(r"\b(?:this\s+day|today)\s+(?P<ry>last)\s+year\b|\ba\s+year\s+ago\s+today\b", to.day_years_ago),
    rule(
        rf"\b(?:first|last|final|second|third)\s+(?:[a-z0-9]{{1,5}}\s+)?(?:day|week|month)s?\s+of\s+(?P<t>the\s+{_ONE_UNIT})",
        to.this_edge,
    ),
    rule(rf"\b(?P<rel>last|this|next)\s+{_WEEKDAY}", weekday),
    rule(r"\b(?P<rel>last|this|next)\s+weekend\b", weekend),
    rule(r"\b(?:over|during|on)\s+(?P<t>the\s+weekend)\b(?!s)", weekend),
    rule(r"\b(?:(?:as\s+of|up\s+(?:to|until)|until|till)\s+now|to\s+date|so\s+far)\b", to.until_now),
    rule(rf"{_RECENT}(?:a\s+)?{NUMBER}(?:\s+|-)(?:{_FULL})?{_UNIT}(?!\s+of\b)", to.rolling_units),
    rule(rf"\b(?:next|coming|upcoming|following)\s+{NUMBER}(?:\s+|-){_UNIT}(?!\s+of\b)", to.upcoming),
    rule(rf"{_RECENT}{NUMBER}\s+{_UNIT},?\s*\(?(?P<full>{_WITHOUT})", to.rolling_units),
    rule(rf"\(?\b(?:{_WITHOUT}|(?:including|inclusive\s+of)\s+{_RUNNING})", to.aside),
    rule(rf"{_RECENT}{_FULL}{_UNIT}", to.rolling_units),
    rule(rf"{_RECENT}(?P<n>half)\s+(?P<u>year)\b", to.rolling_units),
    rule(rf"\bpast\s+{_UNIT}", to.rolling_units),
    rule(rf"\b(?:a\s+)?{NUMBER}\s+{_UNIT}\s+ago\b", to.units_ago),
    rule(r"\b(?P<n>half)\s+an?\s+(?P<u>year|month)\s+ago\b", to.units_ago),
    rule(rf"\b(?:more\s+than|over|at\s+least)\s+(?:a\s+)?{NUMBER}\s+{_UNIT}\s+ago\b", to.before_units_ago),
    rule(r"\b(?P<u>[ymqw])td\b", to.unit_to_date),
    rule(r"\b(?P<u>year|month|quarter|week)[\s-]+to[\s-]+date\b", to.unit_to_date),
    rule(rf"\bso\s+far\s+this\s+{_ONE_UNIT}", to.unit_to_date),
    rule(rf"\bthis\s+{_ONE_UNIT}\s+(?:so\s+far|to\s+date|until\s+(?:now|today))\b", to.unit_to_date),
    rule(
        r"\b(?:same|corresponding|comparable|equivalent)\s+(?:period|time|point|(?P<u>month|quarter|week|day))\s+"
        r"(?:of\s+|in\s+)?(?:the\s+)?(?:last|previous|prior)\s+(?P<by>year|quarter|month|week)\b",
        to.same_period,
    ),
    rule(
        r"\b(?:last|previous|prior)\s+(?P<by>year|quarter|month|week)(?:'?s)?(?:\s+|-)"
        r"(?:same\s+|corresponding\s+)?(?:period|time)\b",
        to.same_period,
    ),
    rule(
        r"\b(?:to|with|vs\.?|versus|and|over)\s+(?P<t>the\s+(?P<by>day|week|month|quarter|year)\s+before)\b(?!\s+\w)",
        to.same_period,
    ),
    rule(r"\b(?P<by>year|month)(?:\s+|-)ago\s+(?:period|quarter)\b", to.same_period),
    rule(r"\b(?:same\s+period\s+)?(?:a|one)\s+(?P<by>year|month)\s+earlier\b", to.same_period),
)
