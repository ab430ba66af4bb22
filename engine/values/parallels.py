"""Learning which names in two scripts mean the same, from columns that stand side by side: 北京 and Beijing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import product

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.lexicon import words as lexicon_words
from chat2sql.engine.values.index import ColumnValues, Parallel
from chat2sql.engine.values.keys import key, letters, reading, stem

MOST_PAIRS = 5_000
"""Rows of two columns that are compared at most."""

_MOSTLY = 0.8
_ONE_TO_ONE = 0.9
_SOUND_ALIKE = 0.5
_LANGUAGE_WORDS = frozenset(
    [
        "en",
        "eng",
        "english",
        "latin",
        "foreign",
        "intl",
        "international",
        "zh",
        "cn",
        "ch",
        "chs",
        "chi",
        "chn",
        "chinese",
        "hans",
        "local",
        "native",
        "pinyin",
        "py",
    ]
)
_LANGUAGE_HAN = re.compile("中文|英文|汉语|英语|拼音|外文|中|英")


def candidates(columns: Sequence[ColumnValues]) -> Iterator[tuple[ColumnValues, ColumnValues]]:
    """The pairs of columns of one table that may say the same, the Chinese one first."""
    chinese = [column for column in columns if _share(map(has_han, column.values)) >= _MOSTLY]
    latin = [column for column in columns if _share(map(_is_latin, column.values)) >= _MOSTLY]
    for pair in product(chinese, latin):
        fewer, more = sorted(len(column.values) for column in pair)
        if fewer >= more * _ONE_TO_ONE:
            yield pair


def parallel(
    chinese: ColumnValues, latin: ColumnValues, rows: Collection[tuple[str, str]]
) -> Parallel | None:
    """What two columns teach; None: they do not say the same.

    They do if nearly every value of one stands beside one value of the other only, and either their names differ in
    the language alone (``name_zh``, ``name_en``; 中文名, 英文名), or the Chinese is read as the Latin is written. That
    values are unique says nothing yet: a product and its code are, too.

    Args:
        rows: distinct pairs of values that stand in one row.
    """
    known = set(chinese.values), set(latin.values)
    met = [(one, other) for one, other in rows if one in known[0] and other in known[1]]
    ones, others = Counter(one for one, _ in met), Counter(other for _, other in met)
    pairs = tuple((one, other) for one, other in met if ones[one] == 1 and others[other] == 1)
    if not pairs or len(pairs) < len(met) * _ONE_TO_ONE:
        return None
    if not _differ_in_language(chinese.column, latin.column) and _share(map(_sounds, pairs)) < _SOUND_ALIKE:
        return None
    return Parallel(table=chinese.table, columns=(chinese.column, latin.column), pairs=pairs)


def _differ_in_language(chinese: str, latin: str) -> bool:
    """Whether the names of two columns are one name but for what says the language."""
    names = [
        [word for word in lexicon_words(_LANGUAGE_HAN.sub("", name)) if word not in _LANGUAGE_WORDS]
        + [_LANGUAGE_HAN.sub("", name)] * has_han(name)
        for name in (chinese, latin)
    ]
    return names[0] == names[1]


def _sounds(pair: tuple[str, str]) -> bool:
    chinese = key(pair[0])
    return letters(key(pair[1])) in {reading(chinese), reading(stem(chinese) or "")}


def _is_latin(value: str) -> bool:
    return value.isascii() and any(character.isalpha() for character in value)


def _share(truths: Iterator[bool]) -> float:
    counted = Counter(truths)
    return counted[True] / counted.total() if counted else 0.0
