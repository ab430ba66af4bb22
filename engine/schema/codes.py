"""What a column's comment says its codes mean: ``状态：0待付款 1已付款``, ``M for male, F for female``.

A comment is read by one notation at a time, the plainest first, and believed only where all of it is a list: two codes
or more, all of one shape, each with a short meaning of its own. Dates, ranges, amounts, settings and numbered sentences
look alike from afar, so the vaguer a notation is, the more has to fit.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.notations import code_list

_TRUTH = re.compile(r"bool", re.IGNORECASE)
_AMOUNT = re.compile(r"INT|(?<!E)NUM|DEC|REAL|FLOA|DOUB|SERIAL", re.IGNORECASE)
_UNCODED = re.compile(
    r"json|date|time|interval|blob|binary|bytea|uuid|xml|point|polygon|geo|\[\]|array|map\b|struct|vector|inet|money",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\(.*\)")
_BRACKETED = re.compile(r"[(（]([^()（）]*)[)）]")
_SIDES = re.compile(r"[/|]|\s+or\s+|(?<=[㐀-鿿])\s*(?=[A-Za-z])|(?<=[A-Za-z])\s*(?=[㐀-鿿])")


class Code(Frozen):
    """A value that a column holds, and what it stands for in the comment's own words."""

    code: str
    meaning: str


def read_codes(comment: str) -> tuple[Code, ...]:
    """The codes that a comment defines, in its order; empty: it defines none that can be told for certain.

    A comment in two languages may define each code twice; then it comes twice. Where it says less about one code than
    about the others, that one is missing rather than wrong.
    """
    return tuple(Code(code=entry.code, meaning=entry.meaning) for entry in code_list(comment))


def introduction(comment: str) -> str:
    """What a comment says before its first code; the whole where it has none."""
    found = code_list(comment)
    return comment[: found[0].start] if found else comment


def spellings(meaning: str) -> tuple[str, ...]:
    """What people call a meaning: all of it, and each side where it is said twice (``已付款 paid``, ``男/male``).

    What stands in brackets says it again only if it is in the other script; else it explains.
    """
    outside = _BRACKETED.sub(" ", meaning)
    again = [text for text in _BRACKETED.findall(meaning) if has_han(text) != has_han(outside)]
    sides = (side.strip() for text in (outside, *again) for side in _SIDES.split(text))
    return tuple(dict.fromkeys(text for text in (meaning, *sides) if text))


@lru_cache(maxsize=8192)
def column_codes(column: Column) -> tuple[Code, ...]:
    """The codes of a column's comment, where its type can hold them and its samples do not belie them."""
    codes = read_codes(column.comment)
    if not codes or _UNCODED.search(_plain(column.type)):
        return ()
    is_number = all(_is_number(code.code) for code in codes)
    if is_amount(column.type) and not is_number:
        return ()
    if is_truth(column.type) or not column.samples:
        return codes
    held = {_compared(sample, is_number) for sample in column.samples}
    return codes if any(_compared(code.code, is_number) in held for code in codes) else ()


def is_amount(column_type: str) -> bool:
    """Whether a type holds numbers."""
    return _AMOUNT.search(_plain(column_type)) is not None


def is_truth(column_type: str) -> bool:
    """Whether a type holds TRUE and FALSE."""
    return _TRUTH.search(_plain(column_type)) is not None


def _plain(column_type: str) -> str:
    """A type without a length, or the values of an enumeration."""
    return _LENGTH.sub("", column_type)


def _compared(value: str, is_number: bool) -> float | str:
    try:
        return float(value) if is_number else value
    except ValueError:
        return value


def _is_number(code: str) -> bool:
    return code.lstrip("-").isdigit()
