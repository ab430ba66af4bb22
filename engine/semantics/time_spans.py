"""From single expressions to ranges and bounds: 'from March to May', 'since 2023', 2023年之前, 截至昨天."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from chat2sql.engine.semantics.periods import Period, TimeKind, since
from chat2sql.engine.semantics.time_resolvers import until_now
from chat2sql.engine.semantics.time_rules import Moment, Reading, Rule, linear

_TO = linear(r"\s*(?:一?直?到|至|~|～|-|–|—|－|to|through|thru|until|till|up\s+to)\s*(?:the\s+)?")
_UP_TO = linear(r"\s*[，,]?的?\s*(?:截[至止]到?|(?:up\s+)?until|through|as\s+of)\s*")
_AND = linear(r"\s*(?:和|与|跟|、|and|&|,|vs\.?|versus|到|至|-|to|through|until|till)\s*")
_BETWEEN_AND = linear(r"\s*(?:和|与|and)\s*")
_FROM = linear(r"(?:从|自|\bfrom\s+(?:the\s+)?|\bstarting\s+(?:from\s+)?)\s*\Z")
_BETWEEN = linear(r"(?:介于|在|从|\bbetween\s+)\s*\Z")
_AFTER_RANGE = linear(r"\s*(?:之间|期间|为止)")
_PREFIXES = (
    ("since", linear(r"\b(?:ever\s+)?(?:since|starting(?:\s+(?:from|in|on))?)\s+(?:the\s+)?\Z")),
    ("since", linear(r"\b(?:on|in)\s+or\s+after\s+(?:the\s+)?\Z")),
    ("after", linear(r"(?<!or )\b(?:after|later\s+than)\s+(?:the\s+)?\Z")),
    ("before", linear(r"(?<!or )\b(?:before|prior\s+to|earlier\s+than)\s+(?:the\s+)?\Z")),
    (
        "through",
        linear(
            r"(?:截[至止]到?|\b(?:until|till|up\s+to|through|up\s+to\s+and\s+including|as\s+of|by|no\s+later\s+than|(?:on|in)\s+or\s+before)\s+(?:the\s+)?)\s*\Z"
        ),
    ),
)
_UNTIL_NOW = r"(?:以来|至今|(?:到|截[至止]到?)(?:现在|今天|目前)(?:为止)?)"
_SUFFIXES = (
    ("since its end", linear(rf"(?:之|以)?后{_UNTIL_NOW}")),
    ("since", linear(rf"\s*(?:{_UNTIL_NOW}|开始|起(?![始点诉订步]))")),
    (
        "since",
        linear(
            r"\s+(?:onwards?|on(?!\s+\w)|(?:up\s+)?until\s+(?:now|today)|(?:up\s+)?to\s+(?:now|today|date|present)|so\s+far)\b"
        ),
    ),
    ("since", linear(r"\s*[及或和](?:以后|之后)|\s+(?:or|and)\s+(?:later|newer|after(?!\s*\w))\b")),
    ("through", linear(r"\s*[及或和](?:以前|之前)|\s+(?:or|and)\s+(?:earlier|older|before(?!\s*\w))\b")),
    ("after", linear(r"\s*(?:之后|以后)")),
    ("after", linear(r"后(?![一二三四五六七八九十两几半0-9来续面台端勤门方期者天])")),
    ("before", linear(r"\s*(?:之前|以前)")),
    ("before", linear(r"前(?![三五十几两一二四六七八九0-9后台端期天年提景])")),
    ("through", linear(r"\s*(?:为止|截[至止])")),
)
_LOOK_BACK = 24
"""How far before an expression its preposition may begin, in characters."""


class Atom(NamedTuple):
    """One expression in the text, with the rule that found it."""

    start: int
    end: int
    rule: Rule
    match: re.Match[str]
    reading: Reading

    def reread(self, moment: Moment) -> Atom:
        """The same expression, read in another year; unchanged when it has no meaning there."""
        reading = read(self.rule, self.match, moment)
        return self if reading is None else self._replace(reading=reading)


def read(row: Rule, match: re.Match[str], moment: Moment) -> Reading | None:
    """What a match means; None when it names no day there is (30 February, the year 12000)."""
    try:
        return row.resolve(match, moment)
    except (ValueError, OverflowError):
        return None


def single(atom: Atom) -> Period | None:
    """The period of an expression that has exactly one meaning."""
    return atom.reading.periods[0] if len(atom.reading.periods) == 1 else None


def without_now(text: str, atoms: list[Atom]) -> list[Atom]:
    """Without the 'to date' and 至今 that close the expression right before them, as ``bound`` reads them."""
    kept: list[Atom] = []
    for atom in atoms:
        closes = kept and atom.rule.resolve is until_now and not text[kept[-1].end : atom.start].strip()
        if not closes:
            kept.append(atom)
    return kept


def share_years(text: str, atoms: list[Atom], moment: Moment) -> list[Atom]:
    """In 'March and April 2024' March takes the year of its neighbour."""
    shared = list(atoms)
    for place in range(len(shared) - 2, -1, -1):
        left, right = shared[place], shared[place + 1]
        if left.reading.floating and right.reading.year and _AND.fullmatch(text, left.end, right.start):
            moved = left.reread(moment._replace(year=right.reading.year))
            # 上半年和去年上半年 are two half years, not one.
            if moved.reading.periods == right.reading.periods:
                continue
            shared[place] = moved._replace(reading=moved.reading._replace(year=right.reading.year))
    return shared


def join_ranges(text: str, atoms: list[Atom], moment: Moment) -> list[Atom]:
    """Two expressions with 'to' between them become one range."""
    joined: list[Atom] = []
    for atom in atoms:
        whole = _range(text, joined[-1], atom, moment) if joined else None
        if whole is None:
            joined.append(atom)
        else:
            joined[-1] = whole
    return joined


def _range(text: str, left: Atom, right: Atom, moment: Moment) -> Atom | None:
    before = text[max(0, left.start - _LOOK_BACK) : left.start]
    after = _AFTER_RANGE.match(text, right.end)
    between = _BETWEEN.search(before) if after or not before.endswith("在") else None
    is_range = _TO.fullmatch(text, left.end, right.start) or _UP_TO.fullmatch(text, left.end, right.start)
    pairs = _BETWEEN_AND.fullmatch(text, left.end, right.start) and (after or between)
    if not (is_range or pairs):
        return None
    bounds = _bounds(left, right, moment)
    if bounds is None:
        return None
    prefix = _FROM.search(before) or between
    start = left.start - len(prefix[0]) if prefix else left.start
    return left._replace(
        start=start, end=after.end() if after else right.end, reading=Reading((bounds,), right.reading.year)
    )


def _bounds(left: Atom, right: Atom, moment: Moment) -> Period | None:
    first = single(left)
    if first is None or first.start is None:
        return None
    if right.reading.floating:
        right = right.reread(moment._replace(year=first.start.year))
    last = single(right)
    if last is not None and last.end is not None and last.end <= first.start and right.reading.floating:
        last = single(right.reread(moment._replace(year=first.start.year + 1)))
    if last is None or last.end is None or last.end <= first.start:
        return None
    return Period(start=first.start, end=last.end, kind=TimeKind.RANGE)


def bound(text: str, atom: Atom, floor: int, ceiling: int, as_of: date) -> Atom:
    """'since', 'before' and the like open one side of the period.

    ``floor`` is where the last expression ended, ``ceiling`` where the next one starts.
    """
    value = single(atom)
    if value is None or value.start is None or value.end is None:
        return atom
    before = text[max(floor, atom.start - _LOOK_BACK) : atom.start]
    start, end = atom.start, atom.end
    sense: str | None = None
    for name, pattern in _PREFIXES:
        if prefix := pattern.search(before):
            sense, start = name, atom.start - len(prefix[0])
    for name, pattern in _SUFFIXES:
        if (suffix := pattern.match(text, atom.end)) and suffix.end() <= ceiling:
            sense, end = sense or name, suffix.end()
            start -= len(found[0]) if (found := _FROM.search(before)) else 0
            break
    if sense is None:
        return atom
    opened = _opened(sense, value.start, value.end, as_of)
    return atom._replace(start=start, end=end, reading=Reading((opened,), atom.reading.year))


def _opened(sense: str, start: date, end: date, as_of: date) -> Period:
    if sense == "since":
        return since(start, as_of)
    if sense == "since its end":
        return since(end, as_of)
    if sense == "after":
        return Period(start=end, end=None, kind=TimeKind.SINCE)
    return Period(start=None, end=start if sense == "before" else end, kind=TimeKind.UNTIL)
