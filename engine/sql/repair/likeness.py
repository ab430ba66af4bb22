"""Which known name was meant by one that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

CLOSE = 0.75
"""How alike two names must be, from 0 to 1, to be taken for the same one misspelled."""

_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLURALS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("s", ""))
_KEPT_ENDINGS = ("ss", "us", "is")


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """A name's words in lower case and singular: ``OrderItems`` and ``order_item`` are (order, item)."""
    return tuple(_singular(word.lower()) for word in _SEPARATORS.split(_CAMEL.sub("_", name)) if word)


def _singular(word: str) -> str:
    if len(word) > 2 and not word.endswith(_KEPT_ENDINGS):
        for ending, instead in _PLURALS:
            if word.endswith(ending):
                return word.removesuffix(ending) + instead
    return word


def same_words(name: str, other: str, *, context: str = "") -> bool:
    """Whether two names say the same: but for case, plural and separators, or but for the words of the table.

    Args:
        context: the table of the other one: ``name`` of ``singer`` is ``singer_name``.
    """
    mine, others, around = words(name), words(other), words(context)
    if "".join(mine) == "".join(others):
        return True
    return bool(around) and (around + mine == others or around + others == mine)


def likeness(name: str, other: str) -> float:
    """How alike two names are, from 0 to 1."""
    mine, others = " ".join(words(name)), " ".join(words(other))
    if not mine or not others:
        return 0.0
    return SequenceMatcher(None, mine, others, autojunk=False).ratio()


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like this one and close enough to be meant; several if they are equally so."""
    scored = [(likeness(name, other), other) for other in dict.fromkeys(known)]
    best = max((score for score, _ in scored), default=0.0)
    return [other for score, other in scored if score == best] if best >= CLOSE else []
