"""Questions that only a record of what held from when to when can answer: who it was on a day, what it cost then."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.beside import beside
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import How

_AT_THAT_TIME = frozenset(["任职", "当时", "当", "在任", "在岗", "时", "是", "担任"])
"""What a record is of anyway."""


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
    if len(days) != 1:
        return None
    quantities = {one.dataset for token in tokens for one in token.meanings if one.kind is Kind.FIELD}
    kinds = {
        one.dataset for token in tokens for one in token.meanings if one.kind is Kind.CODE and one.weight == 1
    }
    found = []
    for one in model.datasets:
        leads = {join.target for join in model.joins_from(one.name)}
        is_record = one.is_record and bool(named & leads)
        # 2024年1月1日时张江店的店长是谁
        wanted = asked or people & leads
        says_where = bool(wanted) and wanted <= leads and bool((named - wanted) & leads)
        # 某商品2024年6月1日的批发价, which is a kind of price.
        of_kind = one.name in kinds and _quantity_of(one) is not None
        if is_record and (says_where or (not asked and (one.name in quantities or of_kind))):
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
        if is_name or (token.sort is Sort.UNREAD and token.text in _AT_THAT_TIME):
            told.append(token._replace(sort=Sort.NOISE, values=(), meanings=()))
        else:
            told.append(token._replace(meanings=own) if own else token)
    return told


def _quantity_of(history: Dataset) -> str | None:
    """The only quantity that a record has."""
    found = [field.name for field in history.fields if field.role is Role.MEASURE]
    return found[0] if len(found) == 1 else None


def _asking_for_quantity(tokens: Sequence[Token], history: Dataset) -> list[Token]:
    """批发价是多少, of which 批发价 says what kind of price: the quantity itself."""
    quantity = _quantity_of(history)
    asks = [place for place, token in enumerate(tokens) if token.act is Act.COUNT]
    named = any(
        one.kind is Kind.FIELD and (one.dataset, one.name) == (history.name, quantity)
        for token in tokens
        for one in token.meanings
    )
    if quantity is None or named or not asks:
        return list(tokens)
    meant = Meaning(kind=Kind.FIELD, dataset=history.name, name=quantity)
    told = list(tokens)
    told[asks[-1]] = told[asks[-1]]._replace(sort=Sort.TERM, act=None, meanings=(meant,))
    return told
