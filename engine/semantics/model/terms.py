"""The words for what a semantic model has, and where they stand in a text.

A text is read in units: a Chinese character, an English word in the singular, a number. So one index finds 销售额 inside
各门店销售额 and 'order lines' in 'how many order lines', and nothing inside another English word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.lexicon import has_han, singular
from chat2sql.engine.schema.meanings import glosses, synonyms
from chat2sql.engine.semantics.model.dataset_names import stem_of
from chat2sql.engine.semantics.model.finer import amount_of
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Named, Origin, Role, SemanticModel
from chat2sql.engine.semantics.model.spoken_forms import (
    LEADERS,
    code_forms,
    how_many,
    last_words,
    says_little,
    short_forms,
)
from chat2sql.engine.semantics.model.truth import is_yes_or_no

_UNIT = re.compile(r"[㐀-鿿豈-﫿]|[A-Za-z_]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_]+")
_PERSON = re.compile(r"姓名|full_?name|员工|职员|人员|学生|患者|会员")
_STAFF = re.compile(r"员工|职员|雇员|人员|staff|employee|(?:^|_)emp(?:$|_)", re.IGNORECASE)
_LEADS = re.compile(r"上级|领导|主管|经理|汇报|负责")
_SALES = ("销售额", "销量", "订单数")
_FULL, _COMPOSED, _SHORT, _KNOWN, _NAME_ONLY = 1.0, 0.95, 0.8, 0.7, 0.6
_TEXTS = frozenset({Role.NAME, Role.CATEGORY, Role.TEXT, Role.LIST})


class Kind(StrEnum):
    """What a word can stand for."""

    METRIC = "metric"
    DATASET = "dataset"
    FIELD = "field"
    SEGMENT = "segment"
    CODE = "code"
    JOIN = "join"


class Meaning(Frozen):
    """One thing that a word stands for.

    Attributes:
        dataset: whose it is.
        name: of the metric, field, segment or relationship; empty for a dataset itself.
        code: the value, where a word is a code's meaning.
        weight: how well the word names it, up to 1.
    """

    kind: Kind
    dataset: str
    name: str = ""
    code: str = ""
    weight: float = _FULL


class Unit(NamedTuple):
    """A part of a text, and where it stands, in characters."""

    text: str
    start: int
    end: int


class Mention(NamedTuple):
    """A word or phrase of a text that the model knows: units ``first`` up to ``after``."""

    first: int
    after: int
    text: str
    meanings: tuple[Meaning, ...]


def units_of(text: str) -> list[Unit]:
    """The units of a text."""
    return [
        Unit(singular(match.group().lower().strip("_")), match.start(), match.end())
        for match in _UNIT.finditer(text)
        if match.group().strip("_")
    ]


def key_of(text: str) -> tuple[str, ...]:
    """The units of a word or phrase, to look it up by."""
    return tuple(unit.text for unit in units_of(text.replace("_", " ")))


class TermIndex:
    """All words for one semantic model."""

    def __init__(self, model: SemanticModel) -> None:
        self._texts = {
            (dataset.name, field.name)
            for dataset in model.datasets
            for field in dataset.fields
            if field.role in _TEXTS and not field.codes
        }
        self._times = tuple(
            (field.label.zh, Meaning(kind=Kind.FIELD, dataset=dataset.name, name=field.name, weight=_KNOWN))
            for dataset in model.datasets
            for field in dataset.fields
            if field.role is Role.TIME and field.label.zh
        )
        self._keys = {
            (dataset.name, field.name)
            for dataset in model.datasets
            for field in dataset.fields
            if field.role is Role.KEY
        }
        self._stems = tuple(
            (stem_of(word).removesuffix("订"), Meaning(kind=Kind.DATASET, dataset=dataset.name))
            for dataset in model.datasets
            for word in (dataset.label.zh, *dataset.synonyms)
            if has_han(word)
        )
        self.unclear = model.unclear
        self._found: dict[tuple[str, ...], dict[tuple[Kind, str, str, str], Meaning]] = {}
        self._numbers = {
            dataset.name: tuple(
                Meaning(kind=Kind.FIELD, dataset=dataset.name, name=name) for name in dataset.numbering
            )
            for dataset in model.datasets
        }
        self._displays = {one.name: one.display for one in model.datasets if one.display}
        for dataset in model.datasets:
            self._dataset(dataset)
        for word, owner, name in last_words(model):
            self._add(word, Meaning(kind=Kind.FIELD, dataset=owner, name=name, weight=_KNOWN))
        of_people = [dataset for dataset in model.datasets if _names_people(dataset)]
        self.people = tuple(
            Meaning(kind=Kind.DATASET, dataset=dataset.name, weight=_KNOWN) for dataset in of_people
        )
        self.named_people = tuple(
            Meaning(kind=Kind.FIELD, dataset=dataset.name, name=dataset.display or "")
            for dataset in of_people
        )
        self.money = tuple(
            Meaning(kind=Kind.FIELD, dataset=dataset.name, name=field.name, weight=_KNOWN)
            for dataset in model.datasets
            if (field := amount_of(dataset)) is not None
        )
        for one in of_people:
            if _STAFF.search(f"{one.label.zh} {one.name}"):
                self._add("同事", Meaning(kind=Kind.DATASET, dataset=one.name, weight=_KNOWN))
        for join in model.relationships:
            for word in (join.label.zh, join.label.en):
                self._add(word, Meaning(kind=Kind.JOIN, dataset=join.source, name=join.name, weight=_SHORT))
        for segment in model.segments:
            self._named(segment, Kind.SEGMENT, segment.dataset)
        for metric in model.metrics:
            if metric.is_of_lines:
                continue
            # What a definition calls 工单量 is not every row.
            weight = _COMPOSED if metric.origin is Origin.KEY else _FULL
            self._named(metric, Kind.METRIC, metric.dataset, weight)

    @cached_property
    def lengths(self) -> dict[str, tuple[int, ...]]:
        """For each first unit the lengths of the phrases that begin with it, the longest first."""
        found: dict[str, set[int]] = {}
        for key in self._found:
            found.setdefault(key[0], set()).add(len(key))
        return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What a whole phrase stands for, the best named first."""
        return self._ranked(key_of(text))

    @cached_property
    def sales(self) -> tuple[Meaning, ...]:
        """The figures that say what was sold, the money first; none where nothing is called so."""
        return tuple(one for word in _SALES for one in self.meanings(word) if one.kind is Kind.METRIC)

    def times_of(self, verb: str) -> tuple[Meaning, ...]:
        """The times that are called after what happens then: 关店日期 for 关."""
        return tuple(meaning for label, meaning in self._times if label.startswith(verb))

    def things_called(self, text: str) -> tuple[Meaning, ...]:
        """The datasets that a word stands for, and nothing else of it."""
        return tuple(one for one in self.meanings(text) if one.kind is Kind.DATASET)

    def called_after(self, verb: str) -> tuple[Meaning, ...]:
        """The dataset whose rows are called after what is done, where that is one: 采购 of 采购订单."""
        found = {one.dataset: one for stem, one in self._stems if len(verb) > 1 and stem == verb}
        return tuple(found.values()) if len(found) == 1 else ()

    def called_by(self, dataset: str) -> Meaning | None:
        """The field that rows are called by; None: they have no name."""
        name = self._displays.get(dataset, "")
        return Meaning(kind=Kind.FIELD, dataset=dataset, name=name) if name else None

    def is_key(self, meaning: Meaning) -> bool:
        """Whether a field leads to other rows."""
        return (meaning.dataset, meaning.name) in self._keys

    def holds_text(self, meaning: Meaning) -> bool:
        """Whether a field holds texts that a question may spell out."""
        return (meaning.dataset, meaning.name) in self._texts

    def numbered_by(self, meaning: Meaning) -> tuple[Meaning, ...]:
        """The fields that a code beside a word may stand in: the field itself, or of a dataset those that number it."""
        if meaning.kind is Kind.DATASET:
            return self._numbers.get(meaning.dataset, ())
        if meaning.kind is not Kind.FIELD:
            return ()
        own = self._numbers.get(meaning.dataset, ())
        return tuple(one for one in own if one.name == meaning.name)

    def mentions(self, units: list[Unit]) -> Iterator[Mention]:
        """Every known phrase in a text, overlapping ones too."""
        for first, unit in enumerate(units):
            for length in self.lengths.get(unit.text, ()):
                key = tuple(one.text for one in units[first : first + length])
                if len(key) == length and key in self._found:
                    yield Mention(first, first + length, " ".join(key), self._ranked(key))

    def _ranked(self, key: tuple[str, ...]) -> tuple[Meaning, ...]:
        return tuple(sorted(self._found.get(key, {}).values(), key=lambda one: -one.weight))

    def _add(self, text: str, meaning: Meaning, *, single: bool = False) -> None:
        key = key_of(text)
        if not key or (len(key) == 1 and len(key[0]) == 1 and not single):
            return
        place = (meaning.kind, meaning.dataset, meaning.name, meaning.code)
        known = self._found.setdefault(key, {})
        if place not in known or known[place].weight < meaning.weight:
            known[place] = meaning

    def _named(self, entry: Named, kind: Kind, dataset: str, weight: float = _FULL) -> None:
        meaning = Meaning(kind=kind, dataset=dataset, name=entry.name, weight=weight)
        for word in (entry.label.zh, entry.label.en, *entry.synonyms):
            self._add(word, meaning)
            self._also(word, meaning)
        if entry.label.zh and not entry.label.en:
            for gloss in glosses(entry.label.zh):
                self._add(gloss, meaning.model_copy(update={"weight": _KNOWN}))

    def _also(self, word: str, meaning: Meaning) -> None:
        """What the word is called elsewhere."""
        if says_little(word):
            return
        for other in synonyms(word):
            self._add(other, meaning.model_copy(update={"weight": _KNOWN}))

    def _dataset(self, dataset: Dataset) -> None:
        meaning = Meaning(kind=Kind.DATASET, dataset=dataset.name)
        for word in (dataset.label.zh, dataset.label.en, *dataset.synonyms):
            self._add(word, meaning)
            self._also(word, meaning)
            # 每家店, 多少单: of a thing with a name of two characters the last one stands for it in speech.
            if len(word) == len("门店") and has_han(word):
                self._add(word[-1], meaning.model_copy(update={"weight": _NAME_ONLY}), single=True)
        for field in dataset.fields:
            self._field(dataset, field)

    def _field(self, dataset: Dataset, field: Field) -> None:
        whole = Meaning(kind=Kind.FIELD, dataset=dataset.name, name=field.name)
        owned = field.origin in (Origin.OWNER, Origin.IMPORT)
        for word in (field.label.zh, field.label.en):
            self._add(word, whole)
            self._also(word, whole)
            for short in short_forms(word, field.role):
                self._add(short, whole.model_copy(update={"weight": _SHORT}))
        if field.role is Role.MEASURE and field.label.zh.endswith("数"):
            for asked in how_many(field.label.zh, {thing for thing, _ in self._stems}):
                self._add(asked, whole.model_copy(update={"weight": _COMPOSED}))
        for word in field.synonyms:
            weight = _FULL if owned or has_han(word) else _NAME_ONLY
            self._add(word, whole.model_copy(update={"weight": weight}))
        self._leader(dataset, field, whole.model_copy(update={"weight": _SHORT}))
        self._owned(dataset, field, whole.model_copy(update={"weight": _COMPOSED}))
        for code in field.codes:
            for word in code.words:
                self._code(word, whole.model_copy(update={"kind": Kind.CODE, "code": code.code}))

    def _leader(self, dataset: Dataset, field: Field, short: Meaning) -> None:
        """What people call whom they report to, whatever the column is called."""
        leads = dataset.parent == field.name and _LEADS.search(field.label.zh) is not None
        if leads and _names_people(dataset):
            for word in LEADERS:
                self._add(word, short)

    def _owned(self, dataset: Dataset, field: Field, composed: Meaning) -> None:
        """A field with its dataset: 客户城市, customer city, city of customers."""
        for owner in (dataset.label.zh, *(word for word in dataset.synonyms if has_han(word))):
            if field.label.zh and owner and not field.label.zh.startswith(owner):
                self._add(f"{owner}{field.label.zh}", composed)
            rest = field.label.zh.removeprefix(owner) if owner else ""
            is_plain = field.role is not Role.MEASURE and len(rest) > 1 and not says_little(rest)
            if is_plain and rest != field.label.zh:
                # 卡号 of 会员卡号
                self._add(rest, composed.model_copy(update={"weight": _KNOWN}))
        stem = stem_of(dataset.label.zh)
        if field.role is Role.MEASURE and field.label.zh and stem != dataset.label.zh and len(stem) > 1:
            # 实发工资 is what was 实发 by the 工资单.
            self._add(f"{field.label.zh}{stem}", composed)
        if field.label.en and dataset.label.en:
            self._add(f"{singular(dataset.label.en)} {field.label.en}", composed)
            for short in short_forms(field.label.en, field.role):
                self._add(f"{singular(dataset.label.en)} {short}", composed)
            self._add(f"{field.label.en} of {dataset.label.en}", composed)

    def _code(self, word: str, meaning: Meaning) -> None:
        """A value by what it means, in the forms in which people say so."""
        if is_yes_or_no(word):
            return
        said_itself = word == meaning.code.lower()
        self._add(word, meaning.model_copy(update={"weight": _KNOWN}) if said_itself else meaning)
        for part in re.split("[/／]", word) if re.search("[/／]", word) and has_han(word) else ():
            self._add(part, meaning.model_copy(update={"weight": _COMPOSED}), single=len(part) == 1)
        for short in code_forms(word):
            self._add(short, meaning.model_copy(update={"weight": _SHORT}), single=len(short) == 1)
        self._also(word, meaning)


def _names_people(dataset: Dataset) -> bool:
    return _PERSON.search(_called(dataset)) is not None


def _called(dataset: Dataset) -> str:
    field = dataset.field(dataset.display or "")
    return f"{field.label.zh} {field.name} {dataset.label.zh}" if field is not None else ""


@lru_cache(maxsize=16)
def term_index(model: SemanticModel) -> TermIndex:
    """The words of a model; made once for each."""
    return TermIndex(model)
