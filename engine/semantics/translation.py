"""Whether a model's English wording of a Chinese question can stand for it."""

from __future__ import annotations

import re

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.literals import QUOTED

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
