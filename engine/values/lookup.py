"""Tables over a value index in which a question's words are found, built once for each index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.keys import key, letters, reading, stem

_SHORTEST_FUZZY = 5
_LONG_FUZZY = 10
_SHORTEST_READING = 4


class Entry(NamedTuple):
    """A value of a column, by their places in the index."""

    column: int
    value: int


class Synonym(NamedTuple):
    """The same in another script.

    Attributes:
        parallel: the place in the index of the columns it was learned from.
        text: the other one, exactly as it stands there.
    """

    parallel: int
    text: str


class Lookup:
    """The entries of an index by what can be known of them. Keys are those of ``keys.key``.

    Attributes:
        by_key: by a value's key, or the key's stem.
        by_letters: values that are not Chinese, by their letters and digits in one word.
        by_reading: Chinese values, by their pinyin.
        synonyms: what else the values of a key are called.
        starts: how long the Chinese keys are that begin with a character, the longest first.
        longest: words in the longest key that is not Chinese.
    """

    def __init__(self, index: ValueIndex) -> None:
        self.index = index
        self.by_key: dict[str, list[Entry]] = {}
        self.by_letters: dict[str, list[Entry]] = {}
        self.by_reading: dict[str, list[Entry]] = {}
        self.synonyms: dict[str, list[Synonym]] = {}
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for number, column in enumerate(index.columns):
            for place, value in enumerate(column.values):
                self._enter(value, Entry(number, place))
        for number, learned in enumerate(index.parallels):
            for one, other in learned.pairs:
                for said, meant in ((one, other), (other, one)):
                    for spelled in _with_stem(key(said)):
                        self.synonyms.setdefault(spelled, []).append(Synonym(number, meant))
        self.starts, self.longest = self._measure()

    def value(self, entry: Entry) -> str:
        """The text of an entry."""
        return self.index.columns[entry.column].values[entry.value]

    def alike(self, spelled: str) -> Iterator[str]:
        """The keys that differ from this one by a slip of the pen, the nearest first; see ``slips``."""
        near = [
            other
            for length in range(len(spelled) - 2, len(spelled) + 3)
            for other in self._by_start.get((spelled[:1], length), ())
        ]
        return slips(spelled, near)

    def _enter(self, value: str, entry: Entry) -> None:
        full = key(value)
        if not full:
            return
        chinese = has_han(full)
        for spelled in _with_stem(full):
            entries = self.by_key.setdefault(spelled, [])
            entries.append(entry)
            if chinese:
                sound = reading(spelled)
                if sound is not None and len(sound) >= _SHORTEST_READING:
                    self.by_reading.setdefault(sound, []).append(entry)
                continue
            self.by_letters.setdefault(letters(spelled), []).append(entry)
            if len(entries) == 1 and len(spelled) >= _SHORTEST_FUZZY - 1:
                self._by_start.setdefault((spelled[0], len(spelled)), []).append(spelled)

    def _measure(self) -> tuple[dict[str, tuple[int, ...]], int]:
        lengths: dict[str, set[int]] = {}
        longest = 0
        for spelled in (*self.by_key, *self.synonyms):
            if has_han(spelled):
                lengths.setdefault(spelled[0], set()).add(len(spelled))
            else:
                longest = max(longest, spelled.count(" ") + 1)
        return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}, longest


@lru_cache(maxsize=16)
def lookup(index: ValueIndex) -> Lookup:
    """The tables of an index; equal arguments give the same object. The first time takes about a second for 50,000
    values, and longer where they are Chinese."""
    return Lookup(index)


def slips(spelled: str, others: Iterable[str]) -> Iterator[str]:
    """Those of some keys that differ by one letter added, left out, changed or swapped, or by two in long ones, the
    nearest first. Numbers and words of one or two letters have to be equal (``store 12`` and ``store 13`` are two), and
    short and Chinese keys have no slips: one character more makes another name of them."""
    if len(spelled) < _SHORTEST_FUZZY or has_han(spelled):
        return
    most = 2 if len(spelled) >= _LONG_FUZZY else 1
    fixed = _fixed(spelled)
    found = process.extract(
        spelled, list(dict.fromkeys(others)), scorer=OSA.distance, score_cutoff=most, limit=10
    )
    for other, _, _ in found:
        if _fixed(other) == fixed:
            yield other


def _fixed(spelled: str) -> list[str]:
    return [word for word in spelled.split(" ") if len(word) <= 2 or any(map(str.isdigit, word))]


def _with_stem(spelled: str) -> tuple[str, ...]:
    if not spelled:
        return ()
    bare = stem(spelled)
    return (spelled,) if bare is None else (spelled, bare)
