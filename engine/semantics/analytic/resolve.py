"""Which of its meanings every word has: those that fit together around one dataset.

A figure is computed from the rows of one dataset, and everything else in a question must be had from there without
repeating a row. So each dataset in turn is taken for that base, every word gets its best meaning from there, and the
base from which most is explained wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.asked_again import asking_again
from chat2sql.engine.semantics.analytic.beside import (
    as_quantity,
    beside,
    counted_beside,
    counted_by_number,
    is_most_of_many,
    is_thing,
    left_out,
    named_behind,
    rows_beside,
    without_kind,
)
from chat2sql.engine.semantics.analytic.figures import parts_named
from chat2sql.engine.semantics.analytic.of_record import as_of_record, history_of
from chat2sql.engine.semantics.analytic.operators import says_nothing
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.finer import lines_between
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import How, LinkedValue

_PER_JOIN = 0.08
_FROM_BELOW = 0.5
"""What a meaning loses that stands on the many side: it can only be had by asking whether there is any such row."""
_UNREACHED = 2.5
_BY_LINES = 0.4
_NOWHERE = -9
_OWN_FIGURE = 1.6
_KEY_FOR_THING = 0.3
_CODE_FOR_THING = 0.6
_SEVERAL = 0.5
_OFFICE = 0.6
_SHORTEST_NAME = 2
_TWO = 2
_SHORT = 0.7
_NOW = re.compile("现在|目前|当前|如今")
_VAGUE = re.compile(
    r"现在|目前|当前|现任|现行|如今|有效|无效|可用|不可用|启用|停用|正常|异常|开启|关闭|生效|失效|活跃|是|否"
)


class Resolved(NamedTuple):
    """A token with the meaning, or the value, that it has from the base."""

    token: Token
    meaning: Meaning | None = None
    value: LinkedValue | None = None
    distance: int = 0


class Grounded(NamedTuple):
    """A question resolved around one dataset."""

    base: str
    tokens: tuple[Resolved, ...]
    score: float


def ground(tokens: Sequence[Token], model: SemanticModel) -> Grounded | None:
    """The tokens with one meaning each, None where no dataset is spoken of."""
    tokens = as_quantity(without_kind(tokens), model)
    tokens = named_behind(asking_again(_who_of_those(_without_idle_who(tokens, model)), model))
    history = history_of(tokens, model)
    if history is not None:
        told = as_of_record(tokens, history)
        return _around(history.name, told, model, frozenset(), parts_named(told, model))
    bases = {meaning.dataset for token in tokens for meaning in token.meanings}
    bases |= {value.table for token in tokens for value in token.values}
    heads = _heads(tokens, model)
    parts = parts_named(tokens, model)
    around = [
        _around(base, tokens, model, heads, parts)
        for base in sorted(bases)
        if model.dataset(base) is not None
    ]
    return max(around, key=lambda one: one.score, default=None)


def _without_idle_who(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """店长是谁 asks for the one that the column leads to, whoever else there is."""
    told = list(tokens)
    for place, token in enumerate(tokens):
        before = place - 1
        while before >= 0 and tokens[before].sort is Sort.NOISE:
            before -= 1
        if token.act is Act.WHICH and before >= 0 and _leads_on(tokens[before], model):
            told[place] = token._replace(meanings=())
    return told


def _who_of_those(tokens: Sequence[Token]) -> list[Token]:
    """某店的店长是谁，工号多少: who is asked of the people that the rest speaks of, where that is one kind of them."""
    told = list(tokens)
    for place, token in enumerate(tokens):
        people = {one.dataset for one in token.meanings} if token.act is Act.WHICH else set()
        if len(people) < _TWO:
            continue
        others = [other for at, other in enumerate(tokens) if at != place]
        spoken = {value.table for other in others for value in other.values}
        spoken |= {other.meanings[0].dataset for other in others if other.meanings}
        if len(people & spoken) == 1:
            meant = tuple(one for one in token.meanings if one.dataset in spoken)
            told[place] = token._replace(meanings=meant)
    return told


def _leads_on(token: Token, model: SemanticModel) -> bool:
    """Whether a term names a key of other rows, and nothing better."""
    best = token.meanings[0] if token.meanings else None
    field = model.field(best.dataset, best.name) if best is not None and best.kind is Kind.FIELD else None
    # 服务工程师 is what a job is called, too.
    sure = best is not None and (best.weight == 1 or not token.values)
    return sure and field is not None and field.role is Role.KEY


def _around(
    base: str,
    tokens: Sequence[Token],
    model: SemanticModel,
    heads: frozenset[int],
    parts: frozenset[str],
) -> Grounded:
    score = 0.0
    found = []
    aside = left_out(tokens)
    named = frozenset(
        one.dataset
        for token in tokens
        for one in token.meanings
        if one.kind is Kind.DATASET and one.weight > _SHORT and token.sort is Sort.TERM
    ) | {base}
    tokens = _without_name_of(base, tokens, model)
    for place, token in enumerate(_without_vague(token, named) for token in tokens):
        grouped = place > 0 and tokens[place - 1].act is Act.EACH
        best, worth = _best(base, _as_group(token) if grouped else token, model, place in heads)
        other = next((one for one in token.meanings if one.name in parts), None)
        if best.token.sort is Sort.UNREAD and other is not None:
            # 销售额、目标和达成率: the target, though it is of rows of its own.
            best, worth = Resolved(token, meaning=other, distance=1), 0.0
        score += worth
        if place in aside and _NOWHERE < best.distance < 0:
            # What does not count says nothing of what the question is about.
            score += _FROM_BELOW
        found.append(best)
    return Grounded(base, tuple(found), score)


def _without_name_of(base: str, tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """中央工厂 of 中央工厂生产批次 says of what the rows are, whatever department is called so."""
    dataset = model.dataset(base)
    label = dataset.label.zh if dataset is not None else ""
    return [
        token._replace(sort=Sort.NOISE, values=(), meanings=())
        if token.values
        and not token.meanings
        and _SHORTEST_NAME < len(token.text) < len(label)
        and label.startswith(token.text)
        else token
        for token in tokens
    ]


def _without_vague(token: Token, named: frozenset[str]) -> Token:
    """有效, 可用 and the like are states of what is named, and not of any other rows that have such a mark."""
    if not token.meanings or token.values:
        return token
    meant = tuple(
        one
        for one in token.meanings
        if one.kind not in (Kind.CODE, Kind.SEGMENT)
        or (one.dataset in named and not _NOW.fullmatch(token.text))
        or not _VAGUE.fullmatch(token.text)
    )
    if meant == token.meanings:
        return token
    unread = Sort.NOISE if says_nothing(token.text) else Sort.UNREAD
    return token._replace(meanings=meant, sort=token.sort if meant else unread)


def _as_group(token: Token) -> Token:
    """各门店 groups by what is called so, and not by a code that means it."""
    others = tuple(one for one in token.meanings if one.kind is not Kind.CODE)
    return token._replace(meanings=others) if others and not token.values else token


def _best(base: str, token: Token, model: SemanticModel, is_head: bool) -> tuple[Resolved, float]:
    choices: list[tuple[float, Resolved]] = []
    for meaning in token.meanings:
        worth, distance = _worth(base, meaning.dataset, model)
        worth += meaning.weight + _fitness(base, meaning, model, is_head)
        # 门店 is the shop rather than the channel that is called so.
        worth -= _CODE_FOR_THING if meaning.kind is Kind.CODE and _names_a_thing(token) else 0.0
        choices.append((worth, Resolved(token, meaning=meaning, distance=distance)))
    for value in token.values:
        worth, distance = _worth(base, value.table, model)
        field = model.field(value.table, value.field)
        named = 0.06 if field is not None and field.role in (Role.NAME, Role.CATEGORY) else 0.0
        named += _OWN_FIGURE if is_head and value.table == base else 0.0
        # 业务员 of an order is whom it names, and of staff an office.
        named -= _OFFICE if token.meanings else 0.0
        choices.append((worth + 1 + named, Resolved(token, value=value, distance=distance)))
    if not choices:
        return Resolved(token), 0.0
    worth, best = max(choices, key=lambda one: one[0])
    if best.distance == _NOWHERE and token.sort is Sort.OPERATOR:
        # 谁 and 人 ask for people only where there are any.
        return Resolved(token._replace(meanings=())), 0.0
    if best.distance == _NOWHERE and says_nothing(token.text):
        return Resolved(token._replace(sort=Sort.NOISE, meanings=(), values=())), 0.0
    if best.distance == _NOWHERE:
        # A word for something that has nothing to do with the rest says nothing here.
        return Resolved(token._replace(sort=Sort.UNREAD, meanings=(), values=())), worth
    return best, worth


def _worth(base: str, dataset: str, model: SemanticModel) -> tuple[float, int]:
    """What it costs to have a dataset from the base, and over how many joins; negative where from the many side."""
    there = routes_from(model, base).get(dataset)
    if there is not None:
        return -_PER_JOIN * len(there), len(there)
    back = routes_from(model, dataset).get(base)
    if back is not None:
        return -_FROM_BELOW - _PER_JOIN * len(back), -len(back)
    if lines_between(model, dataset, base) is not None:
        # Orders, of a product: by way of their lines.
        return -_FROM_BELOW - _PER_JOIN, -1
    by_lines = [
        found
        for join in model.relationships
        if join.target == base and (found := routes_from(model, join.source).get(dataset)) is not None
    ]
    if by_lines:
        # What its lines have one of: the category of what an order sells.
        return -_BY_LINES - _PER_JOIN * min(map(len, by_lines)), 1
    return -_UNREACHED, _NOWHERE


def _fitness(base: str, meaning: Meaning, model: SemanticModel, is_head: bool) -> float:
    own = _OWN_FIGURE if is_head and meaning.dataset == base else 0.0
    if meaning.kind is Kind.JOIN:
        return -_KEY_FOR_THING
    if meaning.kind is not Kind.FIELD:
        return own if meaning.kind in (Kind.METRIC, Kind.DATASET, Kind.SEGMENT) else 0.0
    field = model.field(meaning.dataset, meaning.name)
    if field is None or field.role is not Role.MEASURE:
        own = 0.0
    if field is not None and field.role in (Role.LIST, Role.DOCUMENT):
        # What holds several is seldom what rows are told apart by.
        own -= _SEVERAL
    # 门店 is the shop, whatever column leads to it.
    return own - (_KEY_FOR_THING if field is not None and field.role is Role.KEY else 0.0)


def _heads(tokens: Sequence[Token], model: SemanticModel) -> frozenset[int]:
    """The places of the words that say what is computed, or else what is counted or listed."""
    figures = {place for place, token in enumerate(tokens) if _is_figure(token, model)}
    counted = {
        near
        for place, token in enumerate(tokens)
        if token.act is Act.COUNT or is_most_of_many(token)
        for near in counted_beside(tokens, place)
    } | counted_by_number(tokens)
    if figures or counted:
        return frozenset(figures | counted)
    asked = {
        near
        for place, token in enumerate(tokens)
        if token.act in (Act.LIST, Act.WHICH, Act.MOST, Act.TOP)
        for near in beside(tokens, place) or rows_beside(tokens, place, model)
    }
    one_named = _named_row(tokens, asked, model)
    if one_named is not None:
        return frozenset([one_named])
    things = [place for place, token in enumerate(tokens) if is_thing(token)]
    return frozenset(asked or things[-1:])


def _named_row(tokens: Sequence[Token], asked: set[int], model: SemanticModel) -> int | None:
    """The place of the name, where it is asked what one row that is named leads to: 董婉清哪天入职, 在哪个部门."""
    wanted = {one.dataset for at in asked for one in tokens[at].meanings if one.kind is Kind.DATASET}
    for place, token in enumerate(tokens):
        for value in token.values:
            dataset = model.dataset(value.table)
            if dataset is None or value.field not in (dataset.display, *dataset.numbering):
                continue
            leads = wanted - {dataset.name} if asked and place < min(asked) else set()
            named = len(token.values) == 1 or any(
                one.kind is Kind.FIELD and one.dataset == dataset.name
                for other in tokens
                for one in other.meanings
            )
            led_to = bool(leads) and named and leads <= routes_from(model, dataset.name).keys()
            if value.how is not How.PART and (led_to or _asks_by_key(tokens, place, dataset)):
                return place
    return None


def _asks_by_key(tokens: Sequence[Token], place: int, dataset: Dataset) -> bool:
    """南京店的店长是谁: it is asked whom a column of the row that is named leads to."""
    said = [token for token in tokens[place + 1 :] if token.sort is not Sort.NOISE]
    for before, after in pairwise(said):
        asks = after.act is Act.WHICH
        keys = [one for one in before.meanings if one.kind is Kind.FIELD and one.dataset == dataset.name]
        if asks and any((field := dataset.field(one.name)) and field.role is Role.KEY for one in keys):
            return True
    return False


def _names_a_thing(token: Token) -> bool:
    return any(one.kind is Kind.DATASET and one.weight == 1 for one in token.meanings)


def _is_figure(token: Token, model: SemanticModel) -> bool:
    return any(
        meaning.kind is Kind.METRIC
        or (
            meaning.kind is Kind.FIELD
            and (field := model.field(meaning.dataset, meaning.name)) is not None
            and field.role is Role.MEASURE
        )
        for meaning in token.meanings
    )
