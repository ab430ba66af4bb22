"""Whether a model's wording of a question in the other language can stand for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from chat2sql.config.vocabulary import Language
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.literals import QUOTED
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time

_LONGEST = 4
"""English takes two to three letters where Chinese takes a character; what is far longer explains instead."""

_LEAST_CHARS = 80
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*[A-Za-z0-9_]")
_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_HAN = re.compile(r"[㐀-鿿]{2,}")
_CODE = re.compile(r"\b(?=\w*[0-9])(?=\w*[A-Za-z])\w+\b|\b\w*[A-Z]\w*[A-Z]\w*\b|(?<=[el] )[B-HJ-Z]\b")
_ORDINARY = frozenset(
    {
        "YTD",
        "YOY",
        "MOM",
        "QOQ",
        "RMB",
        "CNY",
        "USD",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "H1",
        "H2",
        "ID",
        "SKU",
        "SKUS",
        "AOV",
        "VS",
    }
)
"""What has a Chinese word of its own, or is a period."""
_SAID_ALIKE = tuple(
    (re.compile(rf"\b(?:{english})\b", re.IGNORECASE), re.compile(chinese))
    for english, chinese in (
        (r"never|not|no|none|nobody|without|\w+n't|excluding|except|neither", "[没未无非除]|不(?!同)"),
        (
            r"lowest|least|fewest|smallest|bottom|shortest|cheapest|worst",
            "最[低少小短差]|倒数|垫底|最便宜|末",
        ),
        (
            r"highest|most|largest|biggest|top|longest|best",
            "最[高多大好贵长强快热畅]|前[0-9一二三四五六七八九十]|第一|冠军|一级|顶级|大类|大区",
        ),
        (r"average|mean|avg", "平均|均|客单价|单价"),
        (r"share|percent|percentage|proportion", "占|比|百分|率|%|幅"),
        (r"each|every|per|by(?= (?:each )?[a-z])", "各|每|按|分|客单价|单价|单均|最|前|排"),
        (
            r"more than|at least|above|over|exceed\w*|or more",
            "(?<!不)超|大于|(?<!不)高于|以上|不少于|至少|(?<!不)多于|不低于|不小于|达到|满",
        ),
        (
            r"less than|fewer than|below|under|at most",
            "低于|少于|不到|以下|小于|不足|不超过|不高于|不多于|至多|下属|下级|下面|手下|旗下",
        ),
        (r"year-over-year|year over year|yoy", "同比|同期|去年"),
        (r"cumulative|running total", "累计"),
        (r"twice|second", "[两二2]"),
    )
)
"""What turns a question into another one where it is left out."""
_MADE_UP = tuple(
    (re.compile(rf"\b(?:{english})\b", re.IGNORECASE), re.compile(chinese))
    for english, chinese in (
        (r"average|mean|avg|per|typical\w*", "平均"),
        (r"cumulative|running|accumulat\w*|so far|to date|total", "累计"),
        (r"year|yoy|last|previous|before|compar\w*|change\w*|growth|grow\w*|versus|vs", "同比|环比"),
        (
            r"never|not|no|none|nobody|nothing|without|\w+n't|exclud\w*|except|neither|lack\w*|missing|un\w+|in\w+|non\w*|pending"
            r"|outstanding|overdue|zero|yet|still|fail\w*|empty|open|waiting|have left|left",
            "没|未|无(?!线)|不(?!同|超|少|低|高|大|小|多|足|到|论|管|分)",
        ),
    )
)
"""What turns it into another one where only the wording has it."""
_GROUPED = re.compile(r"(?<![\w.,-])[0-9][0-9,]*(?:\.[0-9]+)?(?![\w-])")
_COUNTED = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_HAN_DIGITS = "零〇一二两三四五六七八九十百千万"
_DIGITS = {str(number): word for number, word in enumerate(("零", "[一首]", "[二两]", *"三四五六七八九十"))}


def faithful(question: str, wording: str) -> str | None:
    """The wording, without marks around it; None where it has lost what the question says, or is no question.

    It has to have the question's numbers and Latin words, and no Chinese outside of what the question itself quotes.
    """
    said = _bare(wording.strip().split("\n", maxsplit=1)[0])
    if not said or len(said) > max(_LEAST_CHARS, _LONGEST * len(question)):
        return None
    if has_han(QUOTED.sub("", said)) or "```" in said:
        return None
    folded = said.lower()
    kept = all(word.lower() in folded for word in _LATIN.findall(question))
    counted = all(_has_number(folded, number) for number in _NUMBER.findall(question))
    return said if kept and counted else None


def _bare(line: str) -> str:
    """The line without the quotation marks in which all of it stands, or with which it only begins."""
    said = line.strip()
    if said.startswith('"') and said.endswith('"') and said.count('"') % 2 == 0:
        return said[1:-1].strip()
    return said[1:].strip() if said.startswith('"') and said.count('"') % 2 else said


def _has_number(folded: str, number: str) -> bool:
    if number in folded.replace(",", ""):
        return True
    plain = number.isdecimal() and int(number) < len(_WORDS)
    return plain and _WORDS[int(number)] in folded


def faithful_in_chinese(question: str, wording: str, as_of: date) -> str | None:
    """The Chinese wording of an English question; None where it has lost what the question says, or is no question.

    It has to have the question's numbers, codes and Chinese names, to be about the same periods, and to deny, compare,
    rank and share out where the question does.

    Args:
        as_of: the day of asking, by which periods are told.
    """
    said = _bare(wording.strip().split("\n", maxsplit=1)[0])
    if not has_han(said) or "```" in said or len(said) > max(_LEAST_CHARS, len(question)):
        return None
    names = [one for one in _HAN.findall(question) if one not in said]
    codes = [
        one
        for one in _CODE.findall(question)
        if one.upper() not in _ORDINARY and one.lower() not in said.lower()
    ]
    periods = resolve_time(question, as_of, Language.EN)
    times = {place for one in periods for place in range(*one.span)}
    numbers = [
        one.group()
        for one in _GROUPED.finditer(question)
        if one.start() not in times and not _counts_alike(said, one.group())
    ]
    made = [chinese for english, chinese in _MADE_UP if chinese.search(said) and not english.search(question)]
    lost = [
        english for english, chinese in _SAID_ALIKE if english.search(question) and not chinese.search(said)
    ]
    moved = _bounds(periods) != _bounds(resolve_time(said, as_of, Language.ZH))
    return None if names or codes or numbers or made or lost or moved else said


def _counts_alike(said: str, number: str) -> bool:
    plain = number.replace(",", "")
    digits = {one.group().replace(",", "") for one in _COUNTED.finditer(said)}
    word = _DIGITS.get(plain)
    return plain in digits or (
        word is not None and re.search(rf"(?<![{_HAN_DIGITS}]){word}(?![{_HAN_DIGITS}])", said) is not None
    )


def _bounds(periods: Sequence[TimeExpression]) -> set[tuple[date | None, date | None]]:
    return {(one.start, one.end) for one in periods}
