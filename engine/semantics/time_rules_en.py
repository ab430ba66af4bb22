"""The English rules for time."""

from __future__ import annotations

from chat2sql.engine.semantics import time_resolvers as to
from chat2sql.engine.semantics.time_rules import NUMBER, rule

_NAMES = "jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_SHY = "may|mar(?:ch)?"
"""Months that are also other words; without a year they count only where a month must stand."""
_MONTH = rf"(?P<m>{_NAMES}|{_SHY})\b\.?"
_FOUR = r"(?:19|20)[0-9]{2}(?![0-9]|s\b)"
_BARE_YEAR = r"(?:19[5-9][0-9]|200[1-9]|20[1-4][0-9])(?![0-9]|[.,][0-9]|s\b)"
_REL = r"(?P<rel>this|current|last|previous|prior|next|coming)"
_RY = r"(?P<ry>this|last|next|current|previous|prior|the)\s+year\b"
_OF_YEAR = rf"(?:,?\s*(?:(?:of|in)\s+)?(?:(?:the\s+)?{_RY}|(?P<y>{_FOUR}|'[0-9]{{2}}(?![0-9]))))"
_YEARS = r"(?:(?P<ry2>this|last|next|current|previous|prior)\s+year(?:'?s)?\s+)"
_UNIT = r"(?P<u>days?|weeks?|months?|quarters?|years?)\b"
_ONE_UNIT = r"(?P<u>week|month|quarter|year)\b"
_RECENT = r"\b(?:last|past|previous|recent|trailing|latest|preceding)\s+"
_FULL = r"(?P<full>full|complete|completed|calendar|whole)\s+"
_RUNNING = r"(?:(?:the\s+)?(?:current|this)\s+(?:day|week|month|quarter|year)|today(?:'s\s+date)?)\b\)?"
_WITHOUT = rf"(?:excluding|exclusive\s+of|not\s+including)\s+{_RUNNING}"
_EDGE = r"\b(?P<edge>end|start|beginning)\s+of\s+"
_DAY = r"(?P<d>3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?\b"
_QUARTER = r"(?:\bQ(?P<q>[1-4])\b|\b(?P<q2>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\b)"
_WEEKDAY = r"(?P<wd>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b"
_COUNTED = r"(?!\s*(?:%|orders|customers|products|units|items|people|employees|users|rows|records|dollars|usd|rmb|yuan))"
_JOIN = r"\s*(?:to|and|vs\.?|versus|through|until|-|–|—)\s*"
_MONTH_MUST_STAND = r"\b(?:in|since|of|from|until|till|during|before|after|vs\.?|versus|through|between)\s+"

EN_RULES = (
    # days and months by name
    rule(rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}{_OF_YEAR}?", to.a_date),
    rule(rf"(?<!top )(?<!first )(?<!last )\b{_DAY}\s+(?:of\s+)?{_MONTH}{_OF_YEAR}?", to.a_date),
    rule(rf"{_YEARS}?\b{_MONTH}{_OF_YEAR}", to.a_month),
    rule(rf"{_YEARS}\b{_MONTH}", to.a_month),
    rule(rf"\b(?P<y>{_FOUR})\s+{_MONTH}", to.a_month),
    rule(rf"\b(?P<m>{_NAMES})\b\.?", to.a_month),
    rule(rf"{_MONTH_MUST_STAND}(?P<t>(?P<m>{_SHY}))\b", to.a_month),
    rule(rf"\b(?:{_NAMES}|{_SHY})\.?{_JOIN}(?P<t>(?P<m>{_SHY}))\b", to.a_month),
    rule(r"(?<=[a-z,] )(?P<m>(?-i:May|March|Mar))\b", to.a_month),
    rule(rf"\b(?P<rel>last|this|next)\s+{_MONTH}(?!\s+(?:i|we|you|be|have)\b)", to.relative_month_name),
    rule(rf"{_EDGE}{_MONTH}{_OF_YEAR}?", to.a_month),
    # quarters, halves, years
    rule(rf"{_YEARS}?{_QUARTER}{_OF_YEAR}?", to.a_quarter),
    rule(r"\b(?P<y>(?:19|20)[0-9]{2})[-\s]?(?:Q(?P<q>[1-4]))\b", to.a_quarter),
    rule(rf"{_YEARS}?\bH(?P<h>[12])\b{_OF_YEAR}?", to.a_half),
    rule(rf"\b(?P<h>first|second|1st|2nd)\s+half{_OF_YEAR}", to.a_half),
    rule(rf"\bfirst\s+{NUMBER}\s+(?P<u>quarters|months){_OF_YEAR}", to.first_of_year),
    rule(rf"\byear\s+(?P<y>{_FOUR})", to.a_year),
    rule(rf"\b(?:in|during|since|throughout|year)\s+(?P<t>(?P<y>{_FOUR})){_COUNTED}", to.a_year),
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
    rule(rf"{_EDGE}(?:the\s+year\s+)?(?P<y>{_FOUR})", to.a_year),
    # relative to as_of
    rule(r"\b(?P<rel>today|yesterday|tomorrow|day\s+before\s+yesterday)\b", to.relative_day),
    rule(rf"\b{_REL}\s+{_ONE_UNIT}(?!-)", to.relative_unit),
    rule(rf"\b{_ONE_UNIT}\s+(?P<rel>before\s+last)\b", to.relative_unit),
    rule(
        rf"{_EDGE}(?:the\s+)?(?P<rel>this|the|current|last|previous|prior|next)\s+{_ONE_UNIT}",
        to.relative_unit,
    ),
    rule(rf"\b(?P<rel>last|this|next)\s+{_WEEKDAY}", to.weekday),
    rule(r"\b(?P<rel>last|this|next)\s+weekend\b", to.weekend),
    rule(rf"{_RECENT}(?:a\s+)?{NUMBER}\s+(?:{_FULL})?{_UNIT}(?!\s+of\b)", to.rolling_units),
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
        r"\bsame\s+(?:period|time|point|(?P<u>month|quarter|week|day))\s+(?:of\s+|in\s+)?(?:the\s+)?"
        r"(?:last|previous|prior)\s+(?P<by>year|quarter|month|week)\b",
        to.same_period,
    ),
    rule(r"\b(?:same\s+period\s+)?(?:a|one)\s+(?P<by>year|month)\s+earlier\b", to.same_period),
)
