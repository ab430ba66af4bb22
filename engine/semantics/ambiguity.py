"""Questions that the database answers in several ways, with different results: which of them is to be asked back.

Only what nothing else in the question decides is asked; a question that names its figure and its thing is never stopped
here.
"""

from __future__ import annotations

from collections.abc import Iterator

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.schema.lexicon import has_han, words
from chat2sql.engine.semantics.absent_reading import Asked
from chat2sql.engine.semantics.ambiguity_figures import figures_about, is_guessed, rates_of
from chat2sql.engine.semantics.ambiguity_rules import (
    BEST,
    JUDGING,
    ORGANISATION_EN,
    ORGANISATION_ZH,
    PEOPLE,
    RATE,
    RATE_IS_SAID,
)
from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role
from chat2sql.engine.semantics.model.terms import Kind

MOST_CHOICES = 6
_SURE = 0.95
_FEWEST_CHARACTERS = 2


class QuestionBack(Frozen):
    """What to ask the asker; a number as the reply stands for the choice of that place, counted from 1."""

    question_back: Bilingual
    choices: tuple[Bilingual, ...]


def which_meaning(asked: Asked) -> QuestionBack | None:
    """The question back where the words leave open what is meant; None: they do not."""
    if asked.said:
        # The asker says how it is meant.
        return None
    for rule in (_which_organisation, _which_rate, _which_measure, _judged_by_what, _who_is_counted):
        found = rule(asked)
        if found is not None:
            return found
    return None


def ask_which(zh: str, en: str, choices: tuple[Bilingual, ...]) -> QuestionBack:
    """A question with its choices, numbered.

    Args:
        zh, en: the question itself.
        choices: more than one; further ones than can be told are left out.
    """
    told = choices[:MOST_CHOICES]
    lines_zh = "\n".join(f"{number}. {choice.zh or choice.en}" for number, choice in enumerate(told, 1))
    lines_en = "\n".join(f"{number}. {choice.en or choice.zh}" for number, choice in enumerate(told, 1))
    return QuestionBack(
        question_back=Bilingual(
            zh=f"{zh}\n{lines_zh}\n请回复编号，或直接说明。",
            en=f"{en}\n{lines_en}\nReply with a number, or in your own words.",
        ),
        choices=told,
    )


# -- a measure that several datasets have --------------------------------------------------------------


def _which_measure(asked: Asked) -> QuestionBack | None:
    content = asked.of(Sort.TERM, Sort.UNREAD)
    if len(content) != 1 or asked.of(Sort.VALUE) or _is_settled(content[0]):
        return None
    word = content[0].text
    found = tuple(_measures(asked, content[0]))
    if len({dataset.name for dataset, _ in found}) < _FEWEST_CHARACTERS:
        return None
    choices = tuple(_of_dataset(dataset, field) for dataset, field in found)
    return ask_which(f"“{word}”指的是哪一个？", f"Which '{word}' do you mean?", choices)


def _is_settled(token: Token) -> bool:
    """Whether a word names a figure or a thing as a whole."""
    return any(
        meaning.kind in (Kind.METRIC, Kind.DATASET, Kind.SEGMENT, Kind.CODE) and meaning.weight >= _SURE
        for meaning in token.meanings
    )


def _measures(asked: Asked, token: Token) -> Iterator[tuple[Dataset, Field]]:
    """The quantities that a word may be: those that bear it in their names, and those of a dataset that does; then what
    else it stands for."""
    told: set[tuple[str, str]] = set()
    named = [
        (dataset, field)
        for dataset in asked.model.datasets
        for field in dataset.fields
        if field.role is Role.MEASURE and _bears(token.text, field.label)
    ]
    of_named = [
        (dataset, field)
        for dataset in asked.model.datasets
        for field in dataset.fields
        if field.role is Role.MEASURE and _bears(token.text, dataset.label)
    ]
    meant = [
        (dataset, field)
        for meaning in token.meanings
        if (dataset := asked.model.dataset(meaning.dataset)) is not None
        and (field := dataset.field(meaning.name)) is not None
        and (field.role is Role.MEASURE or field.codes)
    ]
    for dataset, field in (*named, *meant, *(of_named if named else ())):
        if (dataset.name, field.name) not in told:
            told.add((dataset.name, field.name))
            yield dataset, field


def _bears(word: str, label: Bilingual) -> bool:
    if has_han(word):
        # 退款额 is 退款金额.
        whole = label.zh.replace("额", "金额") if "金额" in word and "金额" not in label.zh else label.zh
        return len(word) >= _FEWEST_CHARACTERS and word in whole
    said = set(words(word))
    return bool(said) and said <= set(words(label.en))


def _of_dataset(dataset: Dataset, field: Field) -> Bilingual:
    return Bilingual(
        zh=f"{dataset.label.zh or dataset.label.en}的{field.label.zh or field.label.en}",
        en=f"{field.label.en or field.label.zh} of {dataset.label.en or dataset.label.zh}",
    )


# -- good by what --------------------------------------------------------------------------------------


def _judged_by_what(asked: Asked) -> QuestionBack | None:
    judged = next((word for word in _judgements(asked)), None)
    if judged is None or _names_figure(asked):
        return None
    choices = figures_about(asked.model, _thing(asked))
    if len(choices) < _FEWEST_CHARACTERS:
        return None
    return ask_which(f"“{judged}”按什么来看？", f"'{judged}' by which figure?", choices)


def _judgements(asked: Asked) -> Iterator[str]:
    for match in JUDGING.finditer(asked.bare):
        if not asked.vocabulary.names(match.group()):
            yield match.group()
    things = asked.of(Sort.TERM)
    if things and not asked.of(Sort.UNREAD, Sort.VALUE):
        yield from (match.group() for match in BEST.finditer(asked.bare))


def _names_figure(asked: Asked) -> bool:
    """Whether the question says by what: a figure, a quantity, a state, or that something is sold."""
    if any(token.act in (Act.SAID, Act.COUNT, Act.SHARE) for token in asked.of(Sort.OPERATOR)):
        return True
    for token in asked.of(Sort.TERM):
        if any(meaning.kind is Kind.DATASET for meaning in token.meanings):
            continue
        for meaning in token.meanings:
            field = asked.model.field(meaning.dataset, meaning.name)
            if meaning.kind not in (Kind.FIELD, Kind.JOIN) or (
                field is not None and field.role is Role.MEASURE
            ):
                return True
    return False


def _thing(asked: Asked) -> str | None:
    for token in asked.of(Sort.TERM):
        for meaning in token.meanings:
            if meaning.kind is Kind.DATASET:
                return meaning.dataset
    return None


# -- a rate of what ------------------------------------------------------------------------------------


def _which_rate(asked: Asked) -> QuestionBack | None:
    if RATE_IS_SAID.search(asked.bare):
        return None
    for token in asked.of(Sort.TERM):
        for rate, dataset in _rates(asked, token):
            if rate in asked.model.unclear:
                # A comment says how, if not in words that rules can read.
                continue
            choices = rates_of(asked.model, dataset)
            if len(choices) >= _FEWEST_CHARACTERS:
                return ask_which(f"“{rate}”怎么计算？", f"How is the '{rate}' worked out?", choices)
    return None


def _rates(asked: Asked, token: Token) -> Iterator[tuple[str, Dataset]]:
    """The rates that a word speaks of, each with what is to be put in proportion: an event before 率, or a ratio that
    nobody has defined."""
    behind = RATE.match(asked.question, token.end)
    for meaning in token.meanings:
        dataset = asked.model.dataset(meaning.dataset)
        metric = asked.model.metric(meaning.name) if meaning.kind is Kind.METRIC else None
        if dataset is None:
            continue
        if behind is not None and meaning.kind is Kind.DATASET:
            yield f"{token.text}{behind.group()}", dataset
        elif metric is not None and RATE.search(token.text) and is_guessed(asked.model, metric):
            yield token.text, dataset


# -- who is counted ------------------------------------------------------------------------------------


def _who_is_counted(asked: Asked) -> QuestionBack | None:
    says_more = any(token.act is Act.SAID for token in asked.of(Sort.OPERATOR))
    if says_more or asked.of(Sort.TERM, Sort.UNREAD, Sort.VALUE):
        return None
    counted = any(
        token.act is Act.COUNT and PEOPLE.search(asked.question[token.start : token.end + 1])
        for token in asked.of(Sort.OPERATOR)
    )
    people = [asked.model.dataset(meaning.dataset) for meaning in asked.terms.people]
    choices = tuple(one.label for one in people if one is not None)
    if not counted or len(choices) < _FEWEST_CHARACTERS:
        return None
    return ask_which("要数的是哪些人？", "Who is to be counted?", choices)


# -- an organisation by a part of its name -------------------------------------------------------------


def _which_organisation(asked: Asked) -> QuestionBack | None:
    if asked.values is None:
        return None
    for said, first, last in _organisations(asked.question):
        for column in asked.values.columns:
            if any(value in asked.question for value in column.values if said in value):
                continue
            meant = tuple(value for value in column.values if _is_called(value, first, last))
            if len(meant) >= _FEWEST_CHARACTERS and len(meant) <= MOST_CHOICES:
                choices = tuple(Bilingual(zh=value, en=value) for value in meant)
                return ask_which(f"“{said}”指的是哪一家？", f"Which one is '{said}'?", choices)
    return None


def _organisations(question: str) -> Iterator[tuple[str, str, str]]:
    """Names of organisations as the question has them: the whole, what stands first in it and its kind."""
    for kind in ORGANISATION_ZH:
        place = question.find(kind)
        if place > 0:
            start = place
            while start > 0 and has_han(question[start - 1]) and place - start < MOST_CHOICES:
                start -= 1
            for begin in range(start, place - _FEWEST_CHARACTERS + 1):
                yield question[begin:place] + kind, question[begin:place], kind
            break
    for match in ORGANISATION_EN.finditer(question):
        yield match.group(), match["name"], match["kind"]


def _is_called(value: str, first: str, last: str) -> bool:
    if has_han(first):
        return value.startswith(first) and value.endswith(last) and len(value) > len(first) + len(last)
    return set(words(first)) <= set(words(value)) and len(words(value)) > len(words(first)) + 1
