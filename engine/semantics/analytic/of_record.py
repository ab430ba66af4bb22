"""Questions that only a record of what held from when to when can answer: who it was on a day, what it cost then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.beside import beside
from chat2sql.engine.semantics.analytic.intent import Aggregate, Condition, Figure, Held, Place
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import How

_NOW = re.compile("现在|目前|当前|如今|现行")
_EVER = re.compile(
    "历史|历次|历来|历年|曾|每次|变动|变化|变更|调整|[调改涨降]价|涨|跌|[几多少]次|记录|流水|履历|所有|全部|最[高低早晚近]|平均"
    r"|\b(?:ever|history|changes?d?|records?|all|highest|lowest|average)\b",
    re.IGNORECASE,
)
_AT_THAT_TIME = frozenset(["任职", "当时", "当", "在任", "在岗", "时", "是", "担任"])
"""What a record is of anyway."""


def holds_now(said: str, has_period: bool) -> bool:
    """Whether a question about what held from when to when asks for what holds today.

    零售价是多少 is today's price; the highest it ever was is another matter.

    Args:
        said: the question's words.
        has_period: whether it names any.
    """
    return not has_period and (_NOW.search(said) is not None or _EVER.search(said) is None)


def history_of(tokens: Sequence[Token], model: SemanticModel) -> Dataset | None:
    """What says which held on a day: 熊小梅2022年3月1号在哪个部门 asks of the record of where people were."""
    days = [one.time for one in tokens if one.time is not None and one.time.is_day]
    asked = {
        one.dataset
        for place, token in enumerate(tokens)
        if token.act is Act.WHICH
        for at in beside(tokens, place)
        for one in tokens[at].meanings
        if one.kind is Kind.DATASET
    }
    people = {one.dataset for token in tokens if token.act is Act.WHICH for one in token.meanings}
    named = {value.table for token in tokens for value in token.values if value.how is not How.PART}
    now = holds_now("".join(token.text for token in tokens), any(token.time is not None for token in tokens))
    if len(days) != 1 and not now:
        return None
    spoken = {value.table for token in tokens for value in token.values}
    spoken |= {one.dataset for token in tokens for one in token.meanings if one.kind is Kind.DATASET}
    quantities = {one.dataset for token in tokens for one in token.meanings if one.kind is Kind.FIELD}
    kinds = {
        one.dataset for token in tokens for one in token.meanings if one.kind is Kind.CODE and one.weight == 1
    }
    found = []
    for one in model.datasets:
        leads = {join.target for join in model.joins_from(one.name)}
        if not one.is_record:
            continue
        # 2024年1月1日时张江店的店长是谁
        wanted = asked or people & leads
        says_where = bool(wanted) and wanted <= leads and bool((named - wanted) & leads)
        # 某商品2024年6月1日的批发价, which is a kind of price.
        of_kind = one.name in kinds and _quantity_of(one) is not None
        of_something = of_kind and bool(spoken & routes_from(model, one.name).keys())
        of_one = bool(named & leads) and (says_where or (not asked and one.name in quantities))
        if of_something or (of_one and not now):
            found.append(one)
    return found[0] if len(found) == 1 else None


def as_of_record(tokens: Sequence[Token], history: Dataset) -> list[Token]:
    """The tokens of a question as a record means them."""
    return _asking_for_quantity(_without_its_name(tokens, history), history)


def _without_its_name(tokens: Sequence[Token], history: Dataset) -> list[Token]:
    """店长 of 店长任职履历 says of what the record is, and not what somebody is today; 岗位 is that of the record."""
    told = []
    for token in tokens:
        is_name = bool(token.values) and len(token.text) > 1 and history.label.zh.startswith(token.text)
        own = tuple(one for one in token.meanings if one.dataset == history.name and one.kind is Kind.FIELD)
        if own:
            told.append(token._replace(meanings=own, values=() if is_name else token.values))
        elif is_name or (token.sort is Sort.UNREAD and token.text in _AT_THAT_TIME):
            told.append(token._replace(sort=Sort.NOISE, values=(), meanings=()))
        else:
            told.append(token)
    return told


def _quantity_of(history: Dataset) -> str | None:
    """The only quantity that a record has."""
    found = [field.name for field in history.fields if field.role is Role.MEASURE]
    return found[0] if len(found) == 1 else None


def _asking_for_quantity(tokens: Sequence[Token], history: Dataset) -> list[Token]:
    """批发价是多少, of which 批发价 says what kind of price: the quantity itself."""
    quantity = _quantity_of(history)
    kind = next((place for place, token in enumerate(tokens) if _says_kind(token, history)), None)
    named = any(
        one.kind is Kind.FIELD and (one.dataset, one.name) == (history.name, quantity)
        for token in tokens
        for one in token.meanings
    )
    if quantity is None or named or kind is None:
        return list(tokens)
    end = tokens[kind].end
    meant = Meaning(kind=Kind.FIELD, dataset=history.name, name=quantity)
    # 零售价 says of which kind it is, and that it is asked for.
    itself = Token(Sort.TERM, end, end, "", meanings=(meant,))
    return [*tokens[: kind + 1], itself, *tokens[kind + 1 :]]


def _says_kind(token: Token, history: Dataset) -> bool:
    return any(one.kind is Kind.CODE and one.dataset == history.name for one in token.meanings)


def of_which_kind(
    held: Sequence[Held], figures: Sequence[Figure], conditions: Sequence[Condition], model: SemanticModel
) -> tuple[str, ...]:
    """各商品的价格, of which there are retail and wholesale ones: one is meant, and not the mean of both."""
    means = {one.dataset for one in figures if one.aggregate is Aggregate.MEAN}
    named = {one.place for one in conditions if len(one.values) == 1}
    for dataset in (model.dataset(one.dataset) for one in held if one.dataset in means):
        kinds = [one for one in dataset.fields if len(one.codes) > 1] if dataset is not None else []
        if dataset is not None and any(
            Place(dataset=dataset.name, field=one.name) not in named for one in kinds
        ):
            return (f"which of several kinds of {dataset.label.zh}",)
    return ()
