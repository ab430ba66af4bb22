"""Taking a question apart into what may mention a value: words, quoted texts, and Chinese characters in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chat2sql.engine.schema.lexicon import has_han, pairs
from chat2sql.engine.schema.lexicon import words as lexicon_words
from chat2sql.engine.semantics.literals import QUOTED
from chat2sql.engine.values.keys import HAN, WORD, folded, words

_SENTENCE_END = re.compile(r"(?:^|[.!?。！？:：;；\n])\W*$")
_GAP = re.compile(rf"[^\w{HAN}]{{0,3}}|_")
_NEAR_WORDS = 4
_NEAR_CHARACTERS = 10
_JUST_BEFORE_WORDS = 2
_JUST_BEFORE_CHARACTERS = 4
# Too many columns are called so for it to say which is meant.
_SAYS_NOTHING = frozenset({"name", "id", "code", "no", "number", "value", "key", "text", "title"})


class Word(NamedTuple):
    """A word of the question that is not Chinese.

    Attributes:
        key: as ``keys.key`` spells it.
        leads: whether a sentence begins with it, where a capital says nothing.
    """

    start: int
    end: int
    key: str
    is_capital: bool
    leads: bool


class Question:
    """A question, taken apart.

    Attributes:
        words: those that are not Chinese, in order.
        quoted: where quoted texts stand, without the quotes.
        characters: its letters, digits and Chinese characters as keys spell them, and where each stands.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = tuple(_words(text))
        self.quoted = tuple(
            match.span(group) for match in QUOTED.finditer(text) if (group := match.lastindex) is not None
        )
        self.characters = [
            (spelled, place)
            for place, character in enumerate(text)
            for spelled in folded(character)
            if spelled.isalnum()
        ]
        self.has_han = has_han(text)
        self._terms = frozenset(words(text)), frozenset(pairs(text))

    def phrases(self, longest: int) -> Iterator[tuple[int, int, str]]:
        """Runs of words with nothing but spaces and punctuation between them: start, end and key.

        Args:
            longest: words in a run at most.
        """
        for first, word in enumerate(self.words):
            spelled = word.key
            yield word.start, word.end, spelled
            for before, after in zip(
                self.words[first:], self.words[first + 1 : first + longest], strict=False
            ):
                if _GAP.fullmatch(self.text, before.end, after.start) is None:
                    break
                spelled = f"{spelled} {after.key}"
                yield word.start, after.end, spelled

    def names(self) -> Iterator[tuple[int, int, str]]:
        """Runs of words that look like a name: capitalised, or not Chinese in the middle of Chinese. A word that leads
        a sentence is part of one only if another follows, and then the run without it is one too."""
        run: list[Word] = []
        for word in (*self.words, None):
            named = word is not None and (word.is_capital or self.has_han)
            if run and (
                word is None or not named or _GAP.fullmatch(self.text, run[-1].end, word.start) is None
            ):
                yield from _runs(run)
                run = []
            if word is not None and named:
                run.append(word)

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether it stands in quotes."""
        return any(first <= start and end <= last for first, last in self.quoted)

    def is_capital(self, start: int, end: int) -> bool:
        """Whether a word in it has a capital that no rule of the sentence puts there."""
        return any(
            word.is_capital and not word.leads
            for word in self.words
            if start <= word.start and word.end <= end
        )

    def names_near(
        self, column: str, comment: str, start: int, end: int, *, just_before: bool = False
    ) -> bool:
        """Whether a column is spoken of beside what stands there: by a word of its name, or of its comment.

        Args:
            just_before: only right before it counts.
        """
        said, said_han = _terms(column, comment)
        before = [word.key for word in self.words if word.end <= start]
        after = [word.key for word in self.words if word.start >= end]
        han_before, han_after = self.text[:start], self.text[end : end + _NEAR_CHARACTERS]
        if just_before:
            before, after = before[-_JUST_BEFORE_WORDS:], []
            han_before, han_after = han_before[-_JUST_BEFORE_CHARACTERS:], ""
        near = {*before[-_NEAR_WORDS:], *after[:_NEAR_WORDS]}
        near_han = {*pairs(han_before[-_NEAR_CHARACTERS:]), *pairs(han_after)}
        return not (said.isdisjoint(near) and said_han.isdisjoint(near_han))

    def names_anywhere(self, column: str, comment: str) -> bool:
        """Whether a column or table is spoken of at all."""
        said, said_han = _terms(column, comment)
        return not (said.isdisjoint(self._terms[0]) and said_han.isdisjoint(self._terms[1]))


def says_nothing(column: str) -> bool:
    """Whether a column is only called name, code or the like, which does not say what of."""
    said = set(lexicon_words(column))
    return bool(said) and said <= _SAYS_NOTHING


def _words(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        spelled = "".join(words(match[0]))
        if spelled:
            yield Word(
                start=match.start(),
                end=match.end(),
                key=spelled,
                is_capital=match[0][0].isupper(),
                leads=_SENTENCE_END.search(text[max(0, match.start() - 5) : match.start()]) is not None,
            )


def _runs(run: list[Word]) -> Iterator[tuple[int, int, str]]:
    for left in (run, run[1:]) if run[0].leads else (run,):
        if left and not (len(left) == 1 and left[0].leads):
            yield left[0].start, left[-1].end, " ".join(word.key for word in left)


def _terms(column: str, comment: str) -> tuple[frozenset[str], frozenset[str]]:
    texts = (column, comment)
    said = {word for text in texts for word in lexicon_words(text)} - _SAYS_NOTHING
    return frozenset(said), frozenset(pair for text in texts for pair in pairs(text))
