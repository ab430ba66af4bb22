"""What a question asks for that the database does not have: nouns that nothing in it is called, in either language,
attributes that only other things have, and times between events that are not kept.

Where that is not sure, nothing is said here, and the model has the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.schema.lexicon import singular
from chat2sql.engine.semantics.absent_reading import Asked
from chat2sql.engine.semantics.absent_rules import (
    BETWEEN_EVENTS,
    CLOSING_EN,
    COLUMN_SHAPED_ZH,
    GENERAL_EN,
    GENERAL_HEADS_EN,
    GENERAL_ZH,
    MEASURE_ENDINGS_ZH,
    MODIFIERS_EN,
    OPENING_EN,
    VERB_ASKED_ZH,
    VERB_NOUNS_ZH,
)
from chat2sql.engine.semantics.absent_vocabulary import Vocabulary, parts_zh
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.semantic_model import Role
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.sql.masking.person_names import word_tags
from chat2sql.engine.values.index import How

_NOUNS = ("an", "l", "i")
_NO_NOUNS = ("nr", "ns", "nt", "nrt")
_WORD_EN = re.compile(r"[A-Za-z][A-Za-z'’-]*|[^\sA-Za-z]+")
_SURE = 0.7
_STATUS = re.compile(r"status|state|状态", re.IGNORECASE)
_MOST_TOLD = 3
_MOST_FIELDS = 8
_UNSURE = (How.PART, How.FUZZY)


def missing_data(asked: Asked) -> Bilingual | None:
    """Which data a question asks for that is not there, and what is there instead; None: nothing is sure to be
    missing."""
    # Where nobody says in that language what the columns are, a word may mean any of them.
    if not asked.vocabulary.speaks(asked.language):
        return None
    # What something is called is never missing by itself, however little is there of it.
    nouns = tuple(noun for noun in _absent_nouns(asked) if not asked.terms.meanings(noun))
    for found in (_absent_events(asked), nouns, _absent_attributes(asked)):
        if found:
            return _told(asked, tuple(dict.fromkeys(found))[:_MOST_TOLD])
    return None


# -- nouns ---------------------------------------------------------------------------------------------


def _absent_nouns(asked: Asked) -> tuple[str, ...]:
    if not asked.of(Sort.UNREAD):
        return ()
    said = asked.said.lower()
    nouns = _nouns_zh(asked) if asked.language is Language.ZH else _nouns_en(asked)
    return tuple(noun for noun in nouns if noun.lower() not in said)


def _nouns_zh(asked: Asked) -> Iterator[str]:
    text, start = asked.bare, 0
    for word, tag in word_tags(text):
        end = start + len(word)
        joined = VERB_NOUNS_ZH.match(text, end) if tag.startswith("v") and len(word) > 1 else None
        noun = word + (joined.group() if joined else "")
        if (
            (joined or _is_noun(word, tag) or _is_verb_asked_for(asked, word, tag, end))
            and asked.leaves_unread(start, end)
            and _is_absent_zh(noun, asked.vocabulary)
            and _is_sure(asked, noun, end)
        ):
            yield noun
        start = end


def _is_noun(word: str, tag: str) -> bool:
    if len(word) < 2:
        return False
    if tag in _NO_NOUNS:
        # jieba takes some measures for places.
        return len(word) > 2 and MEASURE_ENDINGS_ZH.search(word) is not None
    return tag.startswith("n") or tag in _NOUNS


def _is_verb_asked_for(asked: Asked, word: str, tag: str, end: int) -> bool:
    """Whether a verb stands for what is counted or listed."""
    known = tag.startswith("v") and asked.vocabulary.is_of_the_lexicon(word)
    return known and VERB_ASKED_ZH.match(asked.bare, end) is not None


def _is_absent_zh(word: str, known: Vocabulary) -> bool:
    if known.knows_zh(word):
        return False
    if known.is_of_the_lexicon(word):
        return True
    if _has_absent_word(word, known):
        return True
    ending = MEASURE_ENDINGS_ZH.search(word)
    bare = word[: ending.start()] if ending is not None and ending.start() > 0 else word
    if bare != word and (known.knows_zh(bare) if len(bare) > 1 else known.knows_character(bare)):
        return False
    parts = [part for part in parts_zh(bare) if part not in GENERAL_ZH]
    if any(len(part) > 1 for part in parts):
        return _has_absent_word(bare, known)
    return bool(parts) and not any(known.knows_character(part) for part in parts)


def _has_absent_word(word: str, known: Vocabulary) -> bool:
    """Whether a word is made of words of the general vocabulary, none of which the database knows."""
    parts = [part for part in parts_zh(word) if len(part) > 1 and part not in GENERAL_ZH]
    return bool(parts) and not any(known.knows_zh(part) for part in parts)


def _is_sure(asked: Asked, noun: str, end: int) -> bool:
    """Whether a word that names no column cannot be a value either that nobody has read."""
    if COLUMN_SHAPED_ZH.search(noun):
        return True
    after = asked.question[end:].removeprefix("的")
    thing = next((token for token in asked.tokens if token.start == len(asked.question) - len(after)), None)
    listed = (
        thing is not None
        and thing.sort is Sort.TERM
        and any(asked.vocabulary.lists(meaning.dataset) for meaning in thing.meanings)
    )
    return asked.vocabulary.knows_values and not listed


def _nouns_en(asked: Asked) -> Iterator[str]:
    for phrase in _phrases_en(asked.bare):
        plain = [word for word, _ in phrase]
        places = {place for _, place in phrase}
        if any(asked.leaves_unread(place, place + 1) for place in places) and _is_absent_en(
            plain, asked.vocabulary
        ):
            yield " ".join(dropwhile(lambda word: word in GENERAL_EN, plain)) or " ".join(plain)


def _phrases_en(text: str) -> Iterator[list[tuple[str, int]]]:
    """The runs of words that follow an article, a preposition or the like, up to a verb or function word."""
    phrase: list[tuple[str, int]] = []
    opened = False
    for match in _WORD_EN.finditer(text):
        said = match.group()
        word = re.sub(r"['’]s?$", "", said).lower()
        if word in CLOSING_EN or word in OPENING_EN or not word.isascii() or not word[:1].isalpha():
            if phrase:
                yield phrase
            phrase, opened = [], word in OPENING_EN
        elif phrase and _is_plural(phrase[-1][0]):
            # After its plural a noun phrase ends: what follows is the verb.
            yield phrase
            phrase, opened = [], False
        elif word != said.lower():
            # What somebody's is, is a phrase of its own.
            phrase, opened = [], True
        elif opened:
            phrase.append((word, match.start()))
    if phrase:
        yield phrase


def _is_plural(word: str) -> bool:
    return singular(word) != word


def _is_absent_en(phrase: list[str], known: Vocabulary) -> bool:
    content = [word for word in phrase if "-" not in word]
    while content and content[-1] in GENERAL_HEADS_EN:
        content.pop()
    content = [word for word in content if not MODIFIERS_EN.search(word) or known.lexicon_has_en(word)]
    if not content:
        return False
    head = content[-1]
    if not known.knows_en(head):
        return True
    if known.names_en(head):
        return False
    return any(known.lexicon_has_en(word) and not known.knows_en(word) for word in content[:-1])


# -- attributes of other things ------------------------------------------------------------------------


def _absent_attributes(asked: Asked) -> tuple[str, ...]:
    """Fields that the question names, of things that it neither names nor reaches by a key."""
    named = _things(asked)
    if not named:
        return ()
    near = named | {
        other
        for join in asked.model.relationships
        for one, other in ((join.source, join.target), (join.target, join.source))
        if one in named
    }
    return tuple(
        token.text
        for token in asked.of(Sort.TERM)
        if token.meanings
        and all(meaning.kind is Kind.FIELD for meaning in token.meanings)
        and token.meanings[0].weight >= _SURE
        and not any(meaning.dataset in near for meaning in token.meanings)
        and _is_attribute(asked, token)
        and not _says_nothing(token.text)
        and not _is_called_so(asked, token.text, near)
    )


def _things(asked: Asked) -> frozenset[str]:
    """The datasets that the question speaks of by their names, their values or their figures."""
    found: set[str] = set()
    for token in asked.of(Sort.TERM):
        whole = {meaning.dataset for meaning in token.meanings if meaning.kind is Kind.DATASET}
        found |= whole or {meaning.dataset for meaning in token.meanings if meaning.kind is not Kind.FIELD}
    # A part of a longer name may be meant otherwise.
    sure = (value for token in asked.of(Sort.VALUE) for value in token.values if value.how not in _UNSURE)
    return frozenset(found | {value.table for value in sure})


def _is_attribute(asked: Asked, token: Token) -> bool:
    """Whether a field is asked for as it stands, and not summed up or compared."""
    roles = {
        field.role
        for meaning in token.meanings
        if (field := asked.model.field(meaning.dataset, meaning.name)) is not None
    }
    return Role.MEASURE not in roles


def _says_nothing(word: str) -> bool:
    """Whether a word says how to show or compare something, whatever a field may be called."""
    plain = singular(word.lower())
    return word in GENERAL_ZH or plain in GENERAL_EN or plain in CLOSING_EN


def _is_called_so(asked: Asked, word: str, datasets: frozenset[str]) -> bool:
    """Whether a field of these datasets has the word in its name: 成本 for 单位成本."""
    return any(
        word.lower() in f"{field.label.zh} {field.label.en} {field.name}".lower()
        for dataset in asked.model.datasets
        if dataset.name in datasets
        for field in dataset.fields
    )


# -- times between events ------------------------------------------------------------------------------


def _absent_events(asked: Asked) -> tuple[str, ...]:
    for pattern in BETWEEN_EVENTS:
        found = pattern.search(asked.bare)
        if found is not None:
            events = (found["first"].rpartition("从")[2], found["second"])
            return tuple(event for event in events if not _is_timed(asked, event))
    return ()


def _is_timed(asked: Asked, event: str) -> bool:
    """Whether the database keeps when something happens."""
    times = [
        f"{field.label.zh} {field.label.en} {field.name}"
        for dataset in asked.model.datasets
        for field in dataset.fields
        if field.role is Role.TIME
    ]
    if any(event.lower() in text.lower() for text in times):
        return True
    meanings = [meaning for first in range(len(event) - 1) for meaning in asked.terms.meanings(event[first:])]
    return any(_has_time(asked, meaning) for meaning in meanings)


def _has_time(asked: Asked, meaning: Meaning) -> bool:
    dataset = asked.model.dataset(meaning.dataset)
    if dataset is None:
        return False
    field = dataset.field(meaning.name)
    if field is not None and field.role is Role.TIME:
        return True
    # The state that a row is in now does not say since when.
    is_state = field is not None and _STATUS.search(f"{field.name} {field.label.zh}") is not None
    return dataset.time is not None and not is_state


# -- what is told --------------------------------------------------------------------------------------


def _told(asked: Asked, words: tuple[str, ...]) -> Bilingual:
    zh_words, en_words = "、".join(f"“{word}”" for word in words), ", ".join(f"'{word}'" for word in words)
    about = next(
        (
            dataset
            for token in asked.of(Sort.TERM, Sort.VALUE)
            for name in (
                *(meaning.dataset for meaning in token.meanings if meaning.kind is Kind.DATASET),
                *(value.table for value in token.values),
            )
            if (dataset := asked.model.dataset(name)) is not None
        ),
        None,
    )
    if about is None:
        zh = "、".join(
            dataset.label.zh or dataset.label.en for dataset in asked.model.datasets[:_MOST_FIELDS]
        )
        en = ", ".join(
            dataset.label.en or dataset.label.zh for dataset in asked.model.datasets[:_MOST_FIELDS]
        )
        return Bilingual(
            zh=f"数据里没有{zh_words}。这里有{zh}等数据，请改问其中有的内容。",
            en=f"There is no {en_words} in this data. It has {en} and the like; ask about what is there.",
        )
    fields = [field for field in about.fields if field.role is not Role.KEY][:_MOST_FIELDS]
    zh = "、".join(field.label.zh or field.label.en for field in fields)
    en = ", ".join(field.label.en or field.label.zh for field in fields)
    return Bilingual(
        zh=f"数据里没有{zh_words}。关于“{about.label.zh or about.label.en}”有：{zh}。请改问其中有的内容。",
        en=f"There is no {en_words} in this data. Of {about.label.en or about.label.zh} it has: {en}."
        " Ask about what is there.",
    )
