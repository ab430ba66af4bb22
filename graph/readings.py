"""Asking which of several readings of a question is meant, and what the reply says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.graph.candidates import Reading
from chat2sql.graph.state import Verdict

_ASKED = Bilingual(
    zh="这个问题有几种理解，候选查询的结果不一致。您指的是哪一种？请回复编号。",
    en="The question can be read in several ways, and the candidate queries disagree. Which one do you mean? "
    "Reply with its number.",
)
_ORDINALS = (
    ("一", "first"),
    ("二", "second"),
    ("三", "third"),
    ("四", "fourth"),
    ("五", "fifth"),
    ("六", "sixth"),
)
_NUMBER = re.compile(
    r"\W*(?:the|第|选|number|no|option)?\W*(\d{1,2}|[一二三四五六]|first|second|third|fourth|fifth|sixth)\W*(?:个|种|one)?\W*",
    re.IGNORECASE,
)


def which_is_meant(readings: Sequence[Reading]) -> Bilingual:
    """The question back: the readings, numbered from 1, with their shares of the votes."""

    def listed(words: Sequence[str]) -> str:
        lines = zip(range(1, len(readings) + 1), words, readings, strict=True)
        return "\n".join(f"{number}. ({reading.share:.0%}) {text}" for number, text, reading in lines)

    return Bilingual(
        zh=f"{_ASKED.zh}\n{listed([reading.words.zh for reading in readings])}",
        en=f"{_ASKED.en}\n{listed([reading.words.en for reading in readings])}",
    )


def chosen(verdict: Verdict, reply: str) -> Verdict | None:
    """The verdict on the reading that a reply names; None: it names none, or says more than a number.

    There is no confidence left to tell: the asker has said what is meant.
    """
    named = _NUMBER.fullmatch(reply)
    number = _number(named[1]) if named is not None else 0
    if not 1 <= number <= len(verdict.readings):
        return None
    reading = verdict.readings[number - 1]
    votes = tuple(vote.model_copy(update={"agrees": vote.reading == number}) for vote in verdict.votes)
    return verdict.model_copy(
        update={
            "sql": reading.sql,
            "repairs": reading.repairs,
            "confidence": None,
            "votes": votes,
            "readings": (),
        }
    )


def spelled_out(reply: str, choices: Sequence[Bilingual], language: Language) -> str:
    """What a reply says: the choice whose number it names, else its own words."""
    named = _NUMBER.fullmatch(reply)
    number = _number(named[1]) if named is not None else 0
    return choices[number - 1].to(language) if 1 <= number <= len(choices) else reply


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return next(number for number, words in enumerate(_ORDINALS, start=1) if word.lower() in words)
