"""The words of a definition that the schema has: columns by identifier or name, codes, names that are defined already."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from chat2sql.engine.schema.lexicon import has_han, singular
from chat2sql.engine.semantics.model.finer import amount_of, are_lines
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Relationship, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, TermIndex, Unit

_BY_TIME = re.compile(r"(?:按照?|以)(?P<time>(?P<of>[㐀-鿿]{2,6}?)(?:日期|时间|日))")
_PAUSE = re.compile("[，,。；;、()（）]")
_SUMS = re.compile("合计|总计|小计|总额|金额|之和|不含|不计|不算|剔除|排除")
_OF_LINES = re.compile(r"^(?:明细(?:行|表)?的?|各?行的?)(?=[㐀-鿿]{2})")
_LINE_AMOUNT = re.compile(r"(?:[㐀-鿿]{1,3}单)?(?:的?明细)?行的?(?:含税|不含税)?金额|明细金额")
_LENGTH_COUNTS = 1.25
_SIGNS = r"[÷/×*＋+－−-]"
_OPERAND = re.compile(
    rf"(?:^|(?<=[÷/×*＋+－−(（=，,-]))\s*(?P<word>[㐀-鿿]{{2,10}}?)\s*(?=$|{_SIGNS}|[)）,，。；;]|合计|之和|求和|总和)"
)


def known_words(
    text: str, units: list[Unit], dataset: str, index: TermIndex, model: SemanticModel, *, about: str = ""
) -> list[Mention]:
    """The words without overlap that explain most of a text, each with its meanings for the definition's dataset.

    Args:
        about: the table whose comment has the definition, where the dataset is another: its codes are meant first.
    """
    ending: dict[int, list[Mention]] = {}
    for mention in _known_words(text, units, dataset, index, model, about=about):
        ending.setdefault(mention.after, []).append(mention)
    best: list[tuple[float, tuple[Mention, ...]]] = [(0.0, ())]
    for after in range(1, len(units) + 1):
        choices = [best[-1]]
        for mention in ending.get(after, ()):
            worth, before = best[mention.first]
            choices.append((worth + (after - mention.first) ** _LENGTH_COUNTS, (*before, mention)))
        best.append(max(choices, key=lambda one: one[0]))
    return list(best[-1][1])


def _known_words(
    text: str, units: list[Unit], dataset: str, index: TermIndex, model: SemanticModel, *, about: str
) -> Iterator[Mention]:
    """Names of columns, and the words to which the dataset, or one that its rows have one of, gives a meaning."""
    own, reach = model.dataset(dataset), routes_from(model, dataset)
    columns = _columns(reach, model)
    for number, unit in enumerate(units):
        if unit.text in columns:
            owner, name = columns[unit.text]
            named = Meaning(kind=Kind.FIELD, dataset=owner, name=name)
            yield Mention(number, number + 1, unit.text, (named,))
    yield from _by_first_words(text, units, own, index)
    yield from _operands(text, units, own, index)
    yield from _times(text, units, own)
    yield from _of_each_line(text, units, own)
    for mention in index.mentions(units):
        near = [one for one in mention.meanings if _is_near(one, reach)]
        whole = text[units[mention.first].start : units[mention.after - 1].end]
        if near and not _PAUSE.search(whole):
            near.sort(
                key=lambda one: (
                    len(reach[one.dataset]),
                    one.dataset != about,
                    not _is_figure(model, one),
                    -one.weight,
                )
            )
            yield mention._replace(meanings=tuple(near))


def _columns(reach: Collection[str], model: SemanticModel) -> dict[str, tuple[str, str]]:
    """The columns that a definition may name, the nearest of each name."""
    found: dict[str, tuple[str, str]] = {}
    for dataset in (known for name in reach if (known := model.dataset(name)) is not None):
        for field in dataset.fields:
            found.setdefault(singular(field.name.lower()), (dataset.name, field.name))
    return found


def _times(text: str, units: list[Unit], own: Dataset | None) -> Iterator[Mention]:
    """按开始日期 for 请假开始日, where one time of the dataset is called so."""
    for match in _BY_TIME.finditer(text):
        alike = [
            field
            for field in (own.fields if own is not None else ())
            if field.role is Role.TIME and match["of"] in field.label.zh
        ]
        place = [
            number for number, unit in enumerate(units) if match.start("time") <= unit.start < match.end()
        ]
        if len(alike) == 1 and own is not None and place:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=alike[0].name, weight=0.6)
            yield Mention(place[0], place[-1] + 1, match["time"], (named,))


def _by_first_words(text: str, units: list[Unit], own: Dataset | None, index: TermIndex) -> Iterator[Mention]:
    """基本 for 基本工资, where one quantity of the dataset begins so."""
    measures = [field for field in (own.fields if own is not None else ()) if field.role is Role.MEASURE]
    for number in range(len(units) - 1):
        word = text[units[number].start : units[number + 1].end]
        if _SUMS.fullmatch(word):
            continue
        alike = [field for field in measures if field.label.zh.startswith(word)]
        beside = text[: units[number].start].rstrip()[-1:] + text[units[number + 1].end :].lstrip()[:1]
        in_formula = any(char in "÷/×*＋+－-" for char in beside)
        if in_formula and not alike:
            alike = [field for field in measures if field.label.zh.endswith(word)]
        is_word = len(word) == 2 and has_han(word) and (in_formula or not index.meanings(word))
        if is_word and len(alike) == 1 and own is not None:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=alike[0].name, weight=0.6)
            yield Mention(number, number + 2, word, (named,))


def _of_each_line(text: str, units: list[Unit], own: Dataset | None) -> Iterator[Mention]:
    """采购单行金额: the only sum of money that each line has."""
    amount = amount_of(own) if own is not None and are_lines(own) else None
    if own is None or amount is None:
        return
    for match in _LINE_AMOUNT.finditer(text):
        place = [number for number, unit in enumerate(units) if match.start() <= unit.start < match.end()]
        if place:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=amount.name, weight=0.6)
            yield Mention(place[0], place[-1] + 1, match.group(), (named,))


def _operands(text: str, units: list[Unit], own: Dataset | None, index: TermIndex) -> Iterator[Mention]:
    """What stands in a formula and is called nearly so: 成交成本单价 for 成交时成本单价, 数量 of a purchase for 采购数量."""
    measures = [field for field in (own.fields if own is not None else ()) if field.role is Role.MEASURE]
    if own is None or not re.search(_SIGNS, text):
        return
    for match in _OPERAND.finditer(text):
        word = _OF_LINES.sub("", match["word"])
        if any(
            one.kind is Kind.METRIC or (one.kind is Kind.FIELD and one.dataset == own.name)
            for one in index.meanings(word)
        ):
            continue
        alike = [field for field in measures if is_within(word, field.label.zh)]
        if len(alike) > 1:
            alike = [
                field
                for field in alike
                if field.label.zh.endswith(word) and field.label.zh[: -len(word)] in own.label.zh
            ]
        place = [
            number
            for number, unit in enumerate(units)
            if match.start("word") <= unit.start < match.end("word")
        ]
        if len(alike) == 1 and place:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=alike[0].name, weight=0.6)
            yield Mention(place[0], place[-1] + 1, word, (named,))


def is_within(short: str, whole: str) -> bool:
    """Whether the characters of a word stand in another in their order."""
    rest = iter(whole)
    return len(short) > 1 and all(char in rest for char in short)


def _is_near(meaning: Meaning, reach: Mapping[str, Sequence[Relationship]]) -> bool:
    """Whether a definition may mean it: states of what is two joins away are no business of its rows."""
    way = reach.get(meaning.dataset)
    return (
        way is not None and meaning.kind is not Kind.JOIN and (meaning.kind is not Kind.CODE or len(way) <= 1)
    )


def _is_figure(model: SemanticModel, meaning: Meaning) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return meaning.kind is not Kind.FIELD or (field is not None and field.role is Role.MEASURE)
