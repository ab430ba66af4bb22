"""What the words of a database are, for telling whether a word of a question could mean anything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import takewhile

from chat2sql.config.vocabulary import Language
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.lexicon import han_runs, has_han, singular, stem, words
from chat2sql.engine.schema.meanings import chinese_meanings, english_meanings, kinds, only_asks, synonyms
from chat2sql.engine.schema.spoken import speaks
from chat2sql.engine.semantics.absent_rules import FAMILIES, GENERAL_EN, GENERAL_ZH
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.sql.masking.evidence import evidence
from chat2sql.engine.values.common_words import is_common
from chat2sql.engine.values.index import ValueIndex

_TEXT = re.compile(r"char|text|string|clob", re.IGNORECASE)
_LISTED = re.compile(r"\[\]|array|json|xml", re.IGNORECASE)
_LABEL_END = re.compile(r"[:：,，。;；(（=]")
_SHORTEST_STEM = 5
_PREFIXES = ("sub", "non", "re", "un")


class Vocabulary:
    """The words that a database has: of names, comments, codes and values, with what else they are called."""

    def __init__(self, catalogue: Catalogue, values: ValueIndex | None, model: SemanticModel) -> None:
        self._catalogue = catalogue
        self._parts: list[Table | Column] = [
            *catalogue.tables,
            *(column for table in catalogue.tables for column in table.columns),
        ]
        held = [value for column in values.columns for value in column.values] if values is not None else []
        samples = [
            sample for table in catalogue.tables for column in table.columns for sample in column.samples
        ]
        written = [text for part in self._parts for text in (part.name, part.comment)]
        self._called = "\n".join((*written, *_said_by_owners(model)))
        self._labels = "\n".join(_LABEL_END.split(part.comment)[0] for part in self._parts)
        self._text = "\n".join((self._called, *held, *samples)).lower()
        self._values = tuple(value for value in (*held, *samples) if has_han(value))
        complete = {
            (column.table, column.column)
            for column in (values.columns if values is not None else ())
            if column.complete
        }
        self.knows_values = all(
            (catalogue.key(table), column.name) in complete or _needs_no_values(table, column)
            for table in catalogue.tables
            for column in table.columns
        )
        """Whether every text that the database holds, and that may be known, is known."""

    def speaks(self, language: Language) -> bool:
        """Whether it is known what most of the columns are called in a language."""
        return speaks(self._catalogue, language)

    def lists(self, table: str) -> bool:
        """Whether a table has lists or documents, whose values nobody has read."""
        known = self._catalogue.table(table)
        return known is not None and any(_LISTED.search(column.type) for column in known.columns)

    def names(self, word: str) -> bool:
        """Whether a name or comment has the word as it stands."""
        return word.lower() in self._called.lower()

    # -- Chinese ---------------------------------------------------------------------------------------

    def knows_zh(self, word: str) -> bool:
        """Whether a Chinese word could mean something in the database, or means nothing of its own."""
        if word in GENERAL_ZH or is_common(word, self._catalogue):
            return True
        if len(word) > 1 and (word in self._text or self._is_shortened(word)):
            return True
        return self._is_kin(word) or self._means_zh(word)

    def knows_character(self, character: str) -> bool:
        """Whether a Chinese character is part of what a table or column is called."""
        return character in self._labels

    def is_of_the_lexicon(self, word: str) -> bool:
        """Whether the general vocabulary has a Chinese word, so that its synonyms are known."""
        return len(word) > 1 and bool(synonyms(word))

    def _means_zh(self, word: str) -> bool:
        if not synonyms(word):
            # A word that only has a known one inside is looked at in its parts.
            return False
        meant = chinese_meanings(word).keys()
        if meant & self._chinese or any(kind in self._all_meanings for one in meant for kind in kinds(one)):
            return True
        others = [other for other in synonyms(word) if has_han(other) and len(other) > 1]
        return any(other in self._text for other in others)

    def _is_shortened(self, word: str) -> bool:
        """Whether a value has the word's characters in their order, and begins alike: 仓管 is 仓库管理员."""
        return any(value[0] == word[0] and _in_order(word, value) for value in self._values if value)

    @cached_property
    def _chinese(self) -> frozenset[str]:
        return frozenset(one for run in han_runs(self._called) for one in chinese_meanings(run))

    @cached_property
    def _all_meanings(self) -> frozenset[str]:
        return self._chinese | frozenset(english_meanings(self._called))

    # -- English ---------------------------------------------------------------------------------------

    def knows_en(self, word: str) -> bool:
        """The same for an English word, in lower case."""
        plain = singular(word)
        if plain in GENERAL_EN or word in GENERAL_EN or only_asks(plain) or is_common(plain, self._catalogue):
            return True
        if self.names_en(plain) or self._is_kin(plain):
            return True
        if any(plain.startswith(prefix) and self.names_en(plain[len(prefix) :]) for prefix in _PREFIXES):
            return True
        # A word that the comments have in Chinese says which sense of an English one is meant.
        known = self._chinese if self.speaks(Language.ZH) else self._english
        return bool(english_meanings(plain).keys() & known)

    def names_en(self, plain: str) -> bool:
        """Whether a word stands in a name, a comment or a value, in some form."""
        return plain in self._words or any(_alike(plain, other) for other in self._stems.get(stem(plain), ()))

    def lexicon_has_en(self, word: str) -> bool:
        """Whether the general vocabulary has an English word, so that its synonyms are known."""
        return bool(english_meanings(singular(word)))

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(words(self._text))

    @cached_property
    def _stems(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for word in dict.fromkeys(words(self._called)):
            found[stem(word)] = (*found.get(stem(word), ()), word)
        return found

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(english_meanings(self._called))

    # -- both ------------------------------------------------------------------------------------------

    def _is_kin(self, word: str) -> bool:
        """Whether the database has a word of the same family."""
        return any(word in family and family & self._kin for family in FAMILIES)

    @cached_property
    def _kin(self) -> frozenset[str]:
        """The words of families that the database has."""
        return frozenset(
            word
            for family in FAMILIES
            for word in family
            if (word in self._called if has_han(word) else singular(word) in words(self._called))
        )


def _said_by_owners(model: SemanticModel) -> Iterator[str]:
    """What the semantic model calls things, whoever wrote it."""
    fields = (field for dataset in model.datasets for field in dataset.fields)
    for entry in (*model.datasets, *fields, *model.metrics, *model.segments):
        yield from (entry.label.zh, entry.label.en, *entry.synonyms)


def _needs_no_values(table: Table, column: Column) -> bool:
    """Whether it does not matter what a column holds: no text, or texts of people and codes that nobody asks for."""
    if _TEXT.search(column.type) is None or _LISTED.search(column.type):
        return True
    names = (column.name, f"{table.name}.{column.name}", column.comment)
    return (
        column.primary_key
        or bool(column.comment and _is_coded(column))
        or any(evidence(name).kinds for name in names)
    )


def _is_coded(column: Column) -> bool:
    return "=" in column.comment or any(mark in column.comment for mark in (":", "："))


def _alike(word: str, other: str) -> bool:
    """Whether two English words are forms of one: registered and register, not complaint and completed."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return same >= max(_SHORTEST_STEM, min(len(word), len(other)) - 2)


def _in_order(word: str, value: str) -> bool:
    place = -1
    for character in word:
        place = value.find(character, place + 1)
        if place < 0:
            return False
    return True


@lru_cache(maxsize=16)
def vocabulary(catalogue: Catalogue, values: ValueIndex | None, model: SemanticModel) -> Vocabulary:
    """The words of a database; made once for each."""
    return Vocabulary(catalogue, values, model)


@lru_cache(maxsize=4096)
def parts_zh(word: str) -> tuple[str, ...]:
    """The words of the general vocabulary that a Chinese word is made of, longer ones first, and the characters between
    them."""
    found: list[str] = []
    place = 0
    while place < len(word):
        longest = next(
            (
                word[place:end]
                for end in range(len(word), place + 1, -1)
                if word[place:end] in GENERAL_ZH or synonyms(word[place:end])
            ),
            word[place],
        )
        found.append(longest)
        place += len(longest)
    return tuple(found)
