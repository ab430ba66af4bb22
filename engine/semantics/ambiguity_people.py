"""Names that several people bear: which names a question has, where they are looked for, and how their bearers are told
apart. Names of people are in no value index, so the database itself has to be asked, by ``activities.ambiguous_names``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.semantics.absent_reading import Asked
from chat2sql.engine.semantics.absent_rules import CLOSING_EN, OPENING_EN
from chat2sql.engine.semantics.ambiguity import MOST_CHOICES, QuestionBack, ask_which
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Relationship, Role
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.evidence import evidence
from chat2sql.engine.sql.masking.person_names import is_name, name_words

MOST_ROWS = MOST_CHOICES + 1
"""Bearers of a name that are fetched, of each kind of people."""

_MOST_NAMES = 3
_MOST_TRAITS = 3
_MOST_KINDS = 3
_ENGLISH_NAME = re.compile(r"\b[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){1,3}\b")
_MEANS_ALL = re.compile(
    r"叫|同名|重名|姓名|名字|哪些|几[个位名]|多少[个位名]|\b(?:named|called|name)\b|\bhow many\b|\blist\b",
    re.IGNORECASE,
)
"""A question about everybody of a name is clear."""
_IN_ENGLISH = re.compile(r"(?:^|_)en(?:glish)?$|英文", re.IGNORECASE)
_HAN_ONLY = re.compile(r"[㐀-鿿]+")
_GENDER = re.compile(r"gender|sex|性别", re.IGNORECASE)


class Trait(NamedTuple):
    """What sets people of one name apart: a field of their own, or what is called so at the end of a join."""

    label: Bilingual
    column: str
    join: Relationship | None = None
    target: str = ""


class People(NamedTuple):
    """A dataset of people: the columns that bear their names, and what else tells one from another."""

    dataset: Dataset
    names: tuple[str, ...]
    traits: tuple[Trait, ...]

    @property
    def key(self) -> str | None:
        """The column that tells everyone apart, where it is one."""
        return self.dataset.primary_key[0] if len(self.dataset.primary_key) == 1 else None


class Bearer(NamedTuple):
    """Somebody of a name, as the database has them."""

    people: People
    names: tuple[str, ...]
    traits: tuple[str, ...]
    key: str


def names_of_people(asked: Asked) -> tuple[str, ...]:
    """The names of single people that a question speaks of; empty where it speaks of everybody who bears one."""
    if _MEANS_ALL.search(asked.question):
        return ()
    return tuple(dict.fromkeys((*_chinese_names(asked), *_english_names(asked))))[:_MOST_NAMES]


def _chinese_names(asked: Asked) -> Iterator[str]:
    for start, end in name_words(asked.bare):
        if asked.leaves_unread(start, end):
            yield asked.bare[start:end]


def _english_names(asked: Asked) -> Iterator[str]:
    for match in _ENGLISH_NAME.finditer(asked.bare):
        words = match.group().split(" ")
        start = match.start()
        while len(words) > 2 and words[0].lower() in CLOSING_EN | OPENING_EN:
            start += len(words.pop(0)) + 1
        name = " ".join(words)
        if len(words) > 1 and is_name(name) and asked.leaves_unread(start, match.end()):
            yield name


def people_meant(asked: Asked, catalogue: Catalogue) -> tuple[People, ...]:
    """The datasets of people that a question can be about: those that it names if it does, else those beside what it
    names, else all."""
    known = tuple(
        one
        for dataset in asked.model.datasets
        if (table := catalogue.table(dataset.table)) is not None
        and (one := _people(asked, table, dataset)) is not None
    )
    named = {meaning.dataset for meaning in asked.meanings()}
    beside = {
        other
        for join in asked.model.relationships
        for one, other in ((join.source, join.target), (join.target, join.source))
        if one in named
    }
    for wanted in (named, beside):
        some = tuple(one for one in known if one.dataset.name in wanted)
        if some:
            return some[:_MOST_KINDS]
    return known[:_MOST_KINDS]


def _people(asked: Asked, table: Table, dataset: Dataset) -> People | None:
    names = tuple(
        field.name for field in dataset.fields if field.role is Role.NAME and _names_people(table, field)
    )
    return People(dataset, names, tuple(_traits(asked, dataset))[:_MOST_TRAITS]) if names else None


def _names_people(table: Table, field: Field) -> bool:
    column = table.column(field.name)
    said = (field.name, f"{table.name}.{field.name}", column.comment if column is not None else "")
    return any(MaskKind.NAME in evidence(text).kinds for text in said)


def _traits(asked: Asked, dataset: Dataset) -> Iterator[Trait]:
    """What is not personal: names at the ends of joins, and fields whose values may be copied into an index."""
    copied = {
        (column.table, column.column) for column in (asked.values.columns if asked.values is not None else ())
    }
    for join in asked.model.joins_from(dataset.name):
        target = asked.model.dataset(join.target)
        shown = _shown(target, asked.language) if target is not None else None
        if (
            target is not None
            and shown is not None
            and (target.table, shown) in copied
            and len(join.source_columns) == 1
        ):
            yield Trait(join.label, shown, join, target.table)
    own = [field for field in dataset.fields if (dataset.table, field.name) in copied]
    for field in sorted(own, key=lambda one: _GENDER.search(f"{one.name} {one.label.zh}") is not None):
        yield Trait(field.label, field.name)


def _shown(target: Dataset, language: Language) -> str | None:
    english = (
        field.name
        for field in target.fields
        if field.role is Role.NAME and _IN_ENGLISH.search(f"{field.name} {field.label.zh}")
    )
    return next(english, target.display) if language is Language.EN else target.display


# -- the look-up ---------------------------------------------------------------------------------------


def lookup(names: Sequence[str], kinds: Sequence[People], catalogue: Catalogue) -> str:
    """The query for the bearers of some names: for each a row with which kind of people it is, its names, its traits and
    its key, all as texts; at most ``MOST_ROWS`` of each kind."""
    width = max(len(people.names) for people in kinds)
    selects = [
        exp.select("*").from_(_select(place, people, names, width, catalogue).subquery(f"people_{place}"))
        for place, people in enumerate(kinds)
    ]
    whole: exp.Query = selects[0]
    for other in selects[1:]:
        whole = whole.union(other, distinct=False)
    return whole.sql(catalogue.dialect.value)


def _select(place: int, people: People, names: Sequence[str], width: int, catalogue: Catalogue) -> exp.Select:
    own = "bearer"
    columns = [_text(own, people.names[min(number, len(people.names) - 1)]) for number in range(width)]
    joins: list[tuple[str, Trait]] = []
    for number, trait in enumerate(people.traits):
        alias = own if trait.join is None else f"trait_{number}"
        if trait.join is not None:
            joins.append((alias, trait))
        columns.append(_text(alias, trait.column))
    columns += [exp.null() for _ in range(_MOST_TRAITS - len(people.traits))]
    columns.append(_text(own, people.key) if people.key is not None else exp.null())
    wanted = [exp.Literal.string(name) for name in names]
    query = exp.select(
        exp.alias_(exp.Literal.number(place), "kind"),
        *(exp.alias_(column, f"c{number}") for number, column in enumerate(columns)),
    ).from_(_table(people.dataset.table, own, catalogue))
    for alias, trait in joins:
        assert trait.join is not None
        ends = exp.column(trait.join.source_columns[0], own, quoted=True).eq(
            exp.column(trait.join.target_columns[0], alias, quoted=True)
        )
        query = query.join(_table(trait.target, alias, catalogue), on=ends, join_type="left")
    bears = [exp.column(name, own, quoted=True).isin(*wanted) for name in people.names]
    return query.where(exp.or_(*bears)).limit(MOST_ROWS)


def _table(name: str, alias: str, catalogue: Catalogue) -> exp.Expr:
    found = catalogue.table(name)
    assert found is not None
    return exp.alias_(exp.table_(found.name, db=found.schema_name, quoted=True), alias, table=True)


def _text(table: str, column: str) -> exp.Expr:
    return exp.cast(exp.column(column, table, quoted=True), "text")


def bearers(rows: Sequence[tuple[object, ...]], kinds: Sequence[People]) -> tuple[Bearer, ...]:
    """The rows of a look-up, in an order of their own."""
    width = max(len(people.names) for people in kinds)
    found = []
    for kind, *texts in rows:
        told = tuple("" if text is None else str(text) for text in texts)
        people = kinds[int(str(kind))]
        found.append(Bearer(people, told[:width], told[width : width + len(people.traits)], told[-1]))
    return tuple(sorted(found, key=lambda one: (kinds.index(one.people), one.traits, len(one.key), one.key)))


# -- the question back ---------------------------------------------------------------------------------


def which_person(asked: Asked, names: Sequence[str], found: Sequence[Bearer]) -> QuestionBack | None:
    """The question back about the first name that several bear; None: each is one person's, or the question says whose."""
    for name in names:
        bearing = _said_of(asked, [one for one in found if name in one.names])
        if len(bearing) > 1:
            choices = tuple(dict.fromkeys(_described(one, bearing) for one in bearing))
            many = len(bearing) >= MOST_ROWS
            zh_many, en_many = ("至少 ", "at least ") if many else ("", "")
            return ask_which(
                f"有 {zh_many}{len(bearing)} 位“{name}”，您问的是哪一位？",
                f"There are {en_many}{len(bearing)} people called '{name}'. Which one do you mean?",
                choices,
            )
    return None


def _said_of(asked: Asked, bearing: list[Bearer]) -> list[Bearer]:
    """Those of whom the question says something that is true of them; all where it says nothing of the kind."""
    said = {value.value for token in asked.of(Sort.VALUE) for value in token.values}
    said |= {meaning.code for meaning in asked.meanings() if meaning.kind is Kind.CODE}
    return [one for one in bearing if said & set(one.traits)] or bearing


def _described(one: Bearer, others: Sequence[Bearer]) -> Bilingual:
    parts = [(trait.label, text) for trait, text in zip(one.people.traits, one.traits, strict=True) if text]
    alike = [other for other in others if (other.people, other.traits) == (one.people, one.traits)]
    if one.key and (len(alike) > 1 or not parts):
        parts.append((Bilingual(zh="编号", en="id"), one.key))
    several = len({other.people.dataset.name for other in others}) > 1
    label = one.people.dataset.label
    zh = "，".join(f"{said.zh or said.en}：{_in_words(one, said, text).zh}" for said, text in parts)
    en = ", ".join(f"{said.en or said.zh}: {_in_words(one, said, text).en}" for said, text in parts)
    return Bilingual(
        zh=f"{label.zh or label.en}，{zh}" if several else zh,
        en=f"{label.en or label.zh}, {en}" if several else en,
    )


def _in_words(one: Bearer, label: Bilingual, text: str) -> Bilingual:
    """What a code means, in the words of its comment."""
    trait = next((trait for trait in one.people.traits if trait.label == label), None)
    field = one.people.dataset.field(trait.column) if trait is not None and trait.join is None else None
    words = next((code.words for code in field.codes if code.code == text), ()) if field is not None else ()
    zh = next((word for word in words if _HAN_ONLY.fullmatch(word)), text)
    en = next((word for word in words if word.isascii()), text)
    return Bilingual(zh=zh, en=en)
