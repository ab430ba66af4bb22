"""Choosing sample values and making them safe to stand in a prompt as data."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from chat2sql.engine.sql.masking.detection import is_personal
from chat2sql.engine.sql.masking.person_names import is_chinese_name

ROWS_READ = 500
"""How many rows of a table are read at most to choose samples from."""
CHARS_READ = 101
"""How many characters of a value are read at most: enough to tell that it is long."""

_LONGEST = 40
# Whether it is a person's or not, a model learns nothing from a number that long.
_LONG_NUMBER = re.compile(r"\+?(?:[\s().-]*\d){10,}[\dXx]?")
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_LONG_TEXT = 60
_QUOTES = str.maketrans({"'": "’", '"': "”", "`": "’"})
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# A column holds names of people if nearly all its values read like one; single words often do.
_FEWEST_NAMES = 3
_SHARE_OF_NAMES = 0.8


def one_line(text: str, longest: int) -> str:
    """The text without control and invisible characters, on one line, cut with an ellipsis."""
    visible = "".join(" " if unicodedata.category(char) in _UNSAFE_CATEGORIES else char for char in text)
    squeezed = " ".join(visible.split())
    return squeezed if len(squeezed) <= longest else squeezed[: longest - 1].rstrip() + "…"


def choose_samples(values: Iterable[str | None], limit: int, name: str = "") -> tuple[str, ...]:
    """The most frequent short values, at most ``limit``, each cleaned; equal counts in order of appearance.

    Nothing is chosen from a column of long or structured text or of people's names, and no value with anything personal
    in it. ``name`` is the column's, best with its table's before it (``customers.name``): it tells of more.
    """
    present = [value for value in values if value]
    fit = [value for value in present if _is_fit(value)]
    if len(fit) * 2 < len(present) or _are_names(set(fit)):
        return ()
    counts = Counter(cleaned for value in fit if (cleaned := one_line(value, _LONGEST).translate(_QUOTES)))
    return tuple(value for value, _ in counts.most_common() if not is_personal(name, value))[:limit]


def _are_names(values: set[str]) -> bool:
    names = sum(is_chinese_name(value.strip()) for value in values)
    return names >= _FEWEST_NAMES and names >= len(values) * _SHARE_OF_NAMES


def _is_fit(value: str) -> bool:
    if len(value) > _LONG_TEXT or value.lstrip().startswith(("{", "[")):
        return False
    return _DATED.match(value) is not None or _LONG_NUMBER.fullmatch(value.strip()) is None
