"""Choosing sample values and making them safe to stand in a prompt as data."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

ROWS_READ = 500
"""How many rows of a table are read at most to choose samples from."""
CHARS_READ = 101
"""How many characters of a value are read at most: enough to tell that it is long."""

_LONGEST = 40
# An e-mail address, or a telephone, card or identity number: it tells a model nothing and tells of a person.
_OF_A_PERSON = re.compile(r"\S+@\S+\.\S+|\+?(?:[\s().-]*\d){10,}[\dXx]?")
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_LONG_TEXT = 60
_QUOTES = str.maketrans({"'": "’", '"': "”", "`": "’"})
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def one_line(text: str, longest: int) -> str:
    """The text without control and invisible characters, on one line, cut with an ellipsis."""
    visible = "".join(" " if unicodedata.category(char) in _UNSAFE_CATEGORIES else char for char in text)
    squeezed = " ".join(visible.split())
    return squeezed if len(squeezed) <= longest else squeezed[: longest - 1].rstrip() + "…"


def choose_samples(values: Iterable[str | None], limit: int) -> tuple[str, ...]:
    """The most frequent short values, at most ``limit``, each cleaned; equal counts in order of appearance.

    Nothing is chosen from a column of long or structured text, and no value that reaches a person.
    """
    present = [value for value in values if value]
    fit = [value for value in present if _is_fit(value)]
    if len(fit) * 2 < len(present):
        return ()
    counts = Counter(cleaned for value in fit if (cleaned := one_line(value, _LONGEST).translate(_QUOTES)))
    return tuple(value for value, _ in counts.most_common(limit))


def _is_fit(value: str) -> bool:
    if len(value) > _LONG_TEXT or value.lstrip().startswith(("{", "[")):
        return False
    return _DATED.match(value) is not None or _OF_A_PERSON.fullmatch(value.strip()) is None
