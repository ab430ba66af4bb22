"""Finding the values that a question mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.sql.masking.person_names import word_tags
from chat2sql.engine.values.common_words import is_common
from chat2sql.engine.values.index import ELEMENT, How, LinkedValue, ValueIndex
from chat2sql.engine.values.keys import key, letters, reading, stem
from chat2sql.engine.values.lookup import Entry, Lookup, lookup
from chat2sql.engine.values.mentions import Question, says_nothing

_MOST_PER_MENTION = 4
_LONGEST_QUESTION = 1_000
"""Characters; what stands behind them is not looked at."""
_LONGEST_SOUND = 6
_SOUNDED_WORDS = 3
"""Pinyin is written in up to so many words: ``Bei Jing``."""
_SHORTEST_LOWER = 6
_RANKS = {how: rank for rank, how in enumerate(How)}
_PROPER_NOUNS = ("nr", "ns", "nt", "nz")


@dataclass(frozen=True)
class _Hit:
    """A value that may be meant by a part of the question."""

    start: int
    end: int
    entry: Entry
    how: How
    is_near: bool
    is_quoted: bool


def link_values(
    index: ValueIndex,
    question: str,
    catalogue: Catalogue,
    *,
    most: int = 8,
    common: Callable[[str, Catalogue], bool] = is_common,
) -> tuple[LinkedValue, ...]:
    """The values that a question mentions, the likeliest first.

    A mention is a word or phrase in English and any part of a Chinese text, the longest first and without overlap.
    Quoted texts and capitalised words go before others. Numbers, single characters, common words and the names of
    tables and columns are taken for values only in quotes, written like the value in capitals, or where their column
    is named beside them. What is only misspelled is looked for in quotes and in names.

    Args:
        index: as ``fitness.permitted`` lets it be used.
        catalogue: what the asker sees; values of other columns do not exist for them.
        most: values at most.
        common: which keys say too little by themselves.
    """
    found = _Search(lookup(index), Question(question[:_LONGEST_QUESTION]), catalogue, common)
    return found.linked()[:most]


class _Search:
    def __init__(
        self,
        known: Lookup,
        question: Question,
        catalogue: Catalogue,
        common: Callable[[str, Catalogue], bool],
    ) -> None:
        self._known, self._question, self._catalogue, self._is_common = known, question, catalogue, common

    def linked(self) -> tuple[LinkedValue, ...]:
        """All of them, ranked."""
        hits = [*self._phrases(), *self._runs(), *self._sounds()]
        spans = _apart(hits)
        slips = [
            hit for hit in self._slips() if all(hit.end <= start or end <= hit.start for start, end in spans)
        ]
        spans += _apart(slips)
        ranked: dict[tuple[int, int], list[_Hit]] = {span: [] for span in spans}
        for hit in [*hits, *slips]:
            if (hit.start, hit.end) in ranked:
                ranked[hit.start, hit.end].append(hit)
        chosen: dict[Entry, _Hit] = {}
        for everywhere in ranked.values():
            at_span = self._spoken_of(everywhere)
            kept = dict.fromkeys(hit.entry for hit in sorted(at_span, key=self._rank))
            best = {hit.entry: hit for hit in sorted(at_span, key=self._rank, reverse=True)}
            for entry in list(kept)[:_MOST_PER_MENTION]:
                chosen.setdefault(entry, best[entry])
        return tuple(map(self._told, sorted(chosen.values(), key=self._rank)))

    # -- where values are found ------------------------------------------------------------------------

    def _phrases(self) -> Iterator[_Hit]:
        """Words that spell a value, or what it is called in another script."""
        for start, end, spelled in self._question.phrases(self._known.longest):
            yield from self._hits(start, end, spelled, self._known.by_key.get(spelled, ()))
            yield from self._called(start, end, spelled)
            joined = letters(spelled)
            if joined != spelled or spelled not in self._known.by_key:
                yield from self._hits(
                    start, end, spelled, self._known.by_letters.get(joined, ()), How.NORMALISED
                )
            if spelled.count(" ") < _SOUNDED_WORDS and self._may_be_pinyin(start, end, joined):
                yield from self._hits(
                    start, end, spelled, self._known.by_reading.get(joined, ()), How.SYNONYM
                )

    def _runs(self) -> Iterator[_Hit]:
        """Chinese that spells a value, wherever it stands."""
        characters = self._question.characters
        for first, (character, start) in enumerate(characters):
            for length in self._known.starts.get(character, ()):
                run = characters[first : first + length]
                spelled = "".join(part for part, _ in run)
                if len(run) < length or not self._ends_words(first, first + length):
                    continue
                end = run[-1][1] + 1
                yield from self._hits(start, end, spelled, self._known.by_key.get(spelled, ()))
                yield from self._called(start, end, spelled)

    def _sounds(self) -> Iterator[_Hit]:
        """Chinese names of values that are written as they sound: 北京 and Beijing. Quoted text may be mistyped with the
        right sound."""
        characters = self._question.characters
        for first, (character, start) in enumerate(characters):
            for length in range(2, _LONGEST_SOUND + 1) if has_han(character) else ():
                run = characters[first : first + length]
                spelled = "".join(part for part, _ in run)
                if len(run) < length or not has_han(run[-1][0]):
                    break
                sound = reading(spelled)
                if sound is None:
                    break
                end = run[-1][1] + 1
                if sound in self._known.by_letters and _is_proper_noun(spelled):
                    yield from self._hits(start, end, spelled, self._known.by_letters[sound], How.SYNONYM)
        for start, end in self._question.quoted:
            spelled = key(self._question.text[start:end])
            sound = reading(spelled)
            if sound is not None and spelled not in self._known.by_key:
                yield from self._hits(start, end, spelled, self._known.by_reading.get(sound, ()), How.FUZZY)

    def _slips(self) -> Iterator[_Hit]:
        """Names and quoted texts that are nearly spelled as a value."""
        text = self._question.text
        quoted = ((start, end, key(text[start:end])) for start, end in self._question.quoted)
        for start, end, spelled in (*quoted, *self._question.names()):
            if self._is_common(spelled, self._catalogue) and not self._question.is_quoted(start, end):
                continue
            for other in self._known.alike(spelled):
                yield from self._hits(start, end, spelled, self._known.by_key[other], How.FUZZY)

    def _called(self, start: int, end: int, spelled: str) -> Iterator[_Hit]:
        for synonym in self._known.synonyms.get(spelled, ()):
            learned = self._known.index.parallels[synonym.parallel]
            table = self._catalogue.table(learned.table)
            # What was learned where the asker may not look is not known to them.
            if table is not None and all(table.column(name) is not None for name in learned.columns):
                entries = self._known.by_key.get(key(synonym.text), ())
                yield from self._hits(start, end, spelled, entries, How.SYNONYM)

    # -- which of them count ---------------------------------------------------------------------------

    def _hits(
        self, start: int, end: int, spelled: str, entries: list[Entry] | tuple[()], how: How | None = None
    ) -> Iterator[_Hit]:
        """The entries that may be meant there. Without ``how`` it is told from the spelling."""
        quoted = self._question.is_quoted(start, end)
        # "grade 2" means one, "grades above 2" does not.
        tiny = len(spelled) == 1 or spelled.isdigit()
        common = bool(entries) and not quoted and self._is_common(spelled, self._catalogue)
        for entry in entries:
            seen = self._seen(entry)
            if seen is None:
                continue
            near = self._question.names_near(
                self._named(entry), seen[1].comment, start, end, just_before=tiny
            )
            value = self._known.value(entry)
            mention = self._question.text[start:end]
            shouted = mention == value and _is_shouted(value, self._question.text)
            # In small letters a word is not the code that is written like it: "and", the airport AND.
            if common and not shouted and (not near or (value.isupper() and mention != value)):
                continue
            told = how or (How.EXACT if _is_same(value, self._question.text, start, end) else How.NORMALISED)
            yield _Hit(start, end, entry, told, near, quoted)

    def _seen(self, entry: Entry) -> tuple[Table, Column] | None:
        column = self._known.index.columns[entry.column]
        table = self._catalogue.table(column.table)
        found = table.column(column.column) if table is not None else None
        return (table, found) if table is not None and found is not None else None

    def _named(self, entry: Entry) -> str:
        column = self._known.index.columns[entry.column]
        return column.part.rpartition(".")[2].removesuffix(ELEMENT) or column.column

    def _ends_words(self, first: int, after: int) -> bool:
        """Whether a run of characters does not begin or end inside a word that is not Chinese."""
        characters = self._question.characters
        for inner, outer in ((first, first - 1), (after - 1, after)):
            if 0 <= outer < len(characters):
                is_next = abs(characters[inner][1] - characters[outer][1]) == 1
                if is_next and not (has_han(characters[inner][0]) or has_han(characters[outer][0])):
                    return False
        return True

    def _may_be_pinyin(self, start: int, end: int, joined: str) -> bool:
        return (
            len(joined) >= _SHORTEST_LOWER
            or self._question.is_capital(start, end)
            or self._question.is_quoted(start, end)
        )

    def _rank(self, hit: _Hit) -> tuple[object, ...]:
        seen = self._seen(hit.entry)
        assert seen is not None
        spoken_of = sum(self._question.names_anywhere(part.name, part.comment) for part in seen)
        capital = self._question.is_capital(hit.start, hit.end)
        return (
            not hit.is_quoted,
            not capital and not has_han(self._question.text[hit.start : hit.end]),
            _RANKS[hit.how],
            not hit.is_near,
            -spoken_of,
            seen[0].is_view,
            hit.start - hit.end,
            hit.entry,
        )

    def _spoken_of(self, hits: list[_Hit]) -> list[_Hit]:
        """Of the columns that have a value, those that are named beside it where any are; a column that is only called
        name or code, by its table."""
        return [hit for hit in hits if hit.is_near or self._is_of_table_near(hit)] or hits

    def _is_of_table_near(self, hit: _Hit) -> bool:
        seen = self._seen(hit.entry)
        if seen is None or not says_nothing(seen[1].name):
            return False
        return self._question.names_near(seen[0].name, seen[0].comment, hit.start, hit.end)

    def _told(self, hit: _Hit) -> LinkedValue:
        column = self._known.index.columns[hit.entry.column]
        return LinkedValue(
            table=column.table,
            column=column.column,
            part=column.part,
            value=self._known.value(hit.entry),
            mention=self._question.text[hit.start : hit.end],
            how=hit.how,
        )


def _apart(hits: list[_Hit]) -> list[tuple[int, int]]:
    """The places of the hits without overlap: quoted ones first, then the longest."""
    taken: list[tuple[int, int]] = []
    for hit in sorted(hits, key=lambda hit: (not hit.is_quoted, hit.start - hit.end, hit.start)):
        if all(hit.end <= start or end <= hit.start for start, end in taken):
            taken.append((hit.start, hit.end))
    return taken


def _is_same(value: str, text: str, start: int, end: int) -> bool:
    """Whether the value stands there but for case, whatever punctuation belongs to it."""
    after = start + len(value)
    if text[start:after].casefold() == value.casefold():
        return after >= end or not text[after].isalnum()
    return text[start:end].casefold() == value.casefold()


def _is_shouted(value: str, text: str) -> bool:
    """Whether a value in capitals stands out in a text: ``OR`` is a state unless everything is in capitals."""
    return len(value) > 1 and value.isupper() and not text.isupper()


@lru_cache(maxsize=10_000)
def _is_proper_noun(spelled: str) -> bool:
    """Whether Chinese is one name of a place, a person, a company or a product: 北京 is, 背景 only sounds so."""
    bare = stem(spelled) or spelled
    tags = word_tags(bare)
    return len(tags) == 1 and tags[0][1].startswith(_PROPER_NOUNS)
