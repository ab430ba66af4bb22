"""What words mean, whatever the language: the lines of ``lexicon.toml`` that a text's words stand in.

A meaning is written as a term (``=17``) that stands beside the words themselves, so that a Chinese question finds a
table with an English name, an English question one with a Chinese comment, and either finds synonyms.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from itertools import pairwise, product
from pathlib import Path

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.lexicon import han_runs, singular, words

_GLOSSES = 3
_ENDINGS = ("ing", "ed", "er", "est", "ly", "ion", "al")

Meanings = tuple[str, ...]


class _Lexicon(Frozen):
    """``lexicon.toml``, turned round.

    Attributes:
        chinese: the meanings of each Chinese word; none for one that only asks.
        english: the meanings of each English word, in the singular.
        phrases: the meanings of each pair of English words.
        kinds: for the meanings that are names, the meanings of their kind.
        asking: English words, in the singular, that only say what to do with the data.
        lines: for each meaning all of its words, as they are written.
    """

    chinese: dict[str, Meanings]
    english: dict[str, Meanings]
    phrases: dict[tuple[str, str], Meanings]
    kinds: dict[str, Meanings]
    asking: frozenset[str]
    lines: dict[str, tuple[str, ...]]

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest Chinese word."""
        return max(map(len, self.chinese))


@cache
def _lexicon() -> _Lexicon:
    written = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text("utf-8"))
    chinese: dict[str, Meanings] = {}
    english: dict[str, Meanings] = {}
    phrases: dict[tuple[str, str], Meanings] = {}
    kinds: dict[str, Meanings] = {}
    spelled: dict[str, tuple[str, ...]] = {}
    number = 0
    for section in ("topics", "names"):
        for topic, lines in written[section].items():
            of_kind = tuple(m for word in topic.split() for m in english[word]) if section == "names" else ()
            for line in lines.strip().splitlines():
                number += 1
                meaning = f"={number}"
                if of_kind:
                    kinds[meaning] = of_kind
                in_chinese, in_english = (side.split() for side in line.split(" = "))
                spelled[meaning] = (*in_chinese, *(word.replace("_", " ") for word in in_english))
                for word in in_chinese:
                    chinese[word] = (*chinese.get(word, ()), meaning)
                for word in in_english:
                    first, _, second = word.partition("_")
                    if second:
                        phrase = (singular(first), singular(second))
                        phrases[phrase] = (*phrases.get(phrase, ()), meaning)
                    else:
                        english[singular(word)] = (*english.get(singular(word), ()), meaning)
    asking = written["asking"]
    return _Lexicon(
        chinese=chinese | dict.fromkeys(asking["chinese"].split(), ()),
        english=english,
        phrases=phrases,
        kinds=kinds,
        asking=frozenset(singular(word) for word in asking["english"].split()),
        lines=spelled,
    )


def only_asks(word: str) -> bool:
    """Whether an English word, in the singular, says what to do with the data and not what it is about."""
    return word in _lexicon().asking


def kinds(meaning: str) -> Meanings:
    """The meanings of a name's kind: of France that of a country. Empty if the meaning is no name's."""
    return _lexicon().kinds.get(meaning, ())


def english_meanings(text: str, *, asking: float = 1) -> dict[str, float]:
    """The meanings of a text's words that are not Chinese, each as often as it occurs.

    Args:
        asking: for how much of an occurrence a word that only asks counts.
    """
    lexicon = _lexicon()
    found: dict[str, float] = {}
    parts = words(text)
    for word in parts:
        _count(found, _of_english(word), asking if only_asks(word) else 1)
    for phrase in pairwise(parts):
        _count(found, lexicon.phrases.get(phrase, ()))
    return found


def chinese_meanings(text: str) -> dict[str, float]:
    """The meanings of a text's Chinese words, each as often as it occurs."""
    lexicon = _lexicon()
    found: dict[str, float] = {}
    for run in han_runs(text):
        for word in _segmented(run):
            _count(found, lexicon.chinese[word])
    return found


def synonyms(text: str) -> tuple[str, ...]:
    """What else a Chinese word is called, in both languages; empty for phrases and words that are not known."""
    lexicon = _lexicon()
    meanings = lexicon.chinese.get(text, ())
    return tuple(
        dict.fromkeys(word for meaning in meanings for word in lexicon.lines[meaning] if word != text)
    )


def in_chinese(word: str) -> tuple[str, ...]:
    """What an English word is called in Chinese; empty if it is not known."""
    lexicon = _lexicon()
    return tuple(
        dict.fromkeys(
            spelled
            for meaning in _of_english(singular(word.lower()))
            for spelled in lexicon.lines[meaning]
            if han_runs(spelled)
        )
    )


def glosses(text: str) -> tuple[str, ...]:
    """A Chinese name word by word in English, in the ways that are known; empty where a part of it is not."""
    lexicon = _lexicon()
    parts = _segmented(text)
    if "".join(parts) != text or not parts:
        return ()
    told: list[tuple[str, ...]] = []
    for part in parts:
        english = [
            word for meaning in lexicon.chinese[part] for word in lexicon.lines[meaning] if not han_runs(word)
        ]
        if not english:
            return ()
        told.append(tuple(dict.fromkeys(english))[:_GLOSSES])
    return tuple(" ".join(words) for words in product(*told))[: _GLOSSES**2]


def _count(found: dict[str, float], meanings: Meanings, weight: float = 1) -> None:
    for meaning in meanings:
        found[meaning] = found.get(meaning, 0) + weight


@lru_cache(maxsize=65536)
def _of_english(word: str) -> Meanings:
    english = _lexicon().english
    return next((english[base] for base in _bases(word) if base in english), ())


def _bases(word: str) -> Iterator[str]:
    """The word, and what it may be without a regular ending."""
    yield word
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) > 2:
            yield base
            yield base + "e"
            if base[-1] == base[-2]:
                yield base[:-1]
            if base.endswith("i"):
                yield base[:-1] + "y"


@lru_cache(maxsize=4096)
def _segmented(run: str) -> tuple[str, ...]:
    """The known words of a run of Chinese: as few characters left over as can be, then as few words as can be."""
    lexicon = _lexicon()
    best: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for start in range(len(run) - 1, -1, -1):
        # What is best from each place on is known already, from the end of the run.
        left_over, found = best[-1]
        choices = [(left_over + 1, found)]
        for length in range(1, min(lexicon.longest, len(run) - start) + 1):
            word = run[start : start + length]
            if word in lexicon.chinese:
                left_over, found = best[-length]
                choices.append((left_over, (word, *found)))
        best.append(min(choices, key=lambda choice: (choice[0], len(choice[1]))))
    return best[-1][1]
