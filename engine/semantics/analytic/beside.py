"""What stands beside a word: the thing that it asks for, counts or ranks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from chat2sql.engine.semantics.analytic.acts import COUNTERS, EXCLUDED, Act
from chat2sql.engine.semantics.analytic.token import Sort, Token, said_places
from chat2sql.engine.semantics.model.semantic_model import Additivity, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning

_NEAR = 6
_SHORT = 2
_KINDS = frozenset(["渠道", "方式", "类型", "类别", "状态", "分类"])
_OF_PAPERS = ("单数", "笔数")


def beside(tokens: Sequence[Token], place: int) -> list[int]:
    """The dataset named right behind a word, or else right before it."""
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(tokens) and tokens[at].sort is Sort.NOISE:
            at += step
        if 0 <= at < len(tokens) and tokens[at].text.endswith("过") and step < 0:
            # 没有采购过的有哪些: of whom it was spoken before; 一张采购单都没下过的: not of the orders.
            things = [back for back in range(at - 1, -1, -1) if is_thing(tokens[back])]
            object_ = 1 if tokens[at - 1].text in ("都", "也") else 0
            at = next(iter(things[object_:]), -1)
        if 0 <= at < len(tokens) and is_thing(tokens[at]):
            return [_before_denied(tokens, at) if step < 0 else at]
    return []


def _before_denied(tokens: Sequence[Token], at: int) -> int:
    """店铺里没有申请过任何退款的有哪些: the shops, and not what they have none of."""
    for back in range(at - 1, max(at - _NEAR, -1), -1):
        if is_thing(tokens[back]) or tokens[back].act is Act.ALSO:
            break
        if tokens[back].act is Act.NOT:
            return next((one for one in range(back - 1, -1, -1) if is_thing(tokens[one])), at)
    return at


def rows_beside(tokens: Sequence[Token], place: int, model: SemanticModel) -> list[int]:
    """Rows that are named with their thing right behind a word: 哪些在售商品."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    best = after.meanings[0] if after is not None and after.meanings else None
    dataset = model.dataset(best.dataset) if best is not None and best.kind is Kind.SEGMENT else None
    if after is None or dataset is None:
        return []
    thing = tokens[place + 2] if place + 2 < len(tokens) else None
    if thing is not None and is_thing(thing) and thing.start == after.end:
        # 列出在职员工的姓名、部门
        return [place + 2]
    return [place + 1] if after.text.endswith((dataset.label.zh or " ", *dataset.synonyms)) else []


def counted_beside(tokens: Sequence[Token], place: int) -> list[int]:
    """The dataset whose rows are counted: behind the word, whatever restricts it standing between, or before it."""
    if not is_most_of_many(tokens[place]):
        if tokens[place].act is Act.COUNT and _asks_for_figure(tokens, place):
            return []
        for at in range(place + 1, min(place + 5, len(tokens))):
            token = tokens[at]
            if is_thing(token) and token.sort is Sort.TERM:
                return [at]
            restricts = token.sort in (Sort.NOISE, Sort.VALUE) or any(
                meaning.kind in (Kind.SEGMENT, Kind.CODE) for meaning in token.meanings
            )
            if not restricts:
                break
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if following is not None and any(one.kind is Kind.SEGMENT for one in following.meanings):
            return [place + 1]
    before = place - 1
    while before >= 0 and tokens[before].sort is Sort.NOISE:
        before -= 1
    if tokens[place].text.endswith(_OF_PAPERS) and is_thing(tokens[place]):
        # 按门店统计单数 counts no shops.
        return [place]
    if before >= 0 and is_thing(tokens[before]) and tokens[before].sort is Sort.TERM:
        return [before]
    return [place] if is_thing(tokens[place]) else []


def _asks_for_figure(tokens: Sequence[Token], place: int) -> bool:
    """带来了多少销售额: a figure is asked for, and nothing counted."""
    after = place + 1
    while after < len(tokens) and tokens[after].sort is Sort.NOISE:
        after += 1
    best = tokens[after].meanings[0] if after < len(tokens) and tokens[after].meanings else None
    return best is not None and best.kind is Kind.METRIC and best.weight == 1


def is_most_of_many(token: Token) -> bool:
    """最多 and 最少 count what stands before them, unless a figure does."""
    return token.act in (Act.MOST, Act.TOP) and re.search("最[多少]", token.text) is not None


def is_thing(token: Token) -> bool:
    """Whether a word can stand for a dataset."""
    return any(meaning.kind is Kind.DATASET for meaning in token.meanings)


def left_out(tokens: Sequence[Token]) -> frozenset[int]:
    """The places of what a clause at the end leaves out: 草稿和作废的采购单不算."""
    found: set[int] = set()
    for place, token in enumerate(tokens):
        at = place - 1
        while token.detail == EXCLUDED and at >= 0 and tokens[at].act in (None, Act.ALSO):
            found.add(at)
            at -= 1
    return frozenset(found)


def counted_by_number(tokens: Sequence[Token]) -> set[int]:
    """The places of what a number counts: 在职员工超过8人的部门."""
    said = said_places(tokens)
    found = set()
    for thing, compared, number in zip(said, said[1:], said[2:], strict=False):
        is_number = tokens[number].sort is Sort.NUMBER and tokens[number].text[-1:] in COUNTERS
        is_rows = any(one.kind in (Kind.DATASET, Kind.SEGMENT) for one in tokens[thing].meanings[:1])
        if tokens[compared].act is Act.COMPARE and is_number and is_rows:
            found.add(thing)
    return found


def named_behind(tokens: Sequence[Token]) -> list[Token]:
    """线下门店: the shops of which 线下 says which they are, whatever code means 门店."""
    told = list(tokens)
    for place, (first, then) in enumerate(pairwise(tokens), start=1):
        which = first.best if not first.values else None
        beside = first.end == then.start and then.sort is Sort.TERM
        if which is None or which.kind is not Kind.SEGMENT or not beside:
            continue
        things = tuple(
            one for one in then.meanings if one.kind is Kind.DATASET and one.dataset == which.dataset
        )
        told[place] = then._replace(meanings=things) if things else then
    for place, token in enumerate(told):
        behind = _thing_behind(told, place) if len({one.table for one in token.values}) > 1 else None
        if behind is None:
            continue
        tables = {one.dataset for one in told[behind].meanings if one.kind is Kind.DATASET}
        meant = tuple(one for one in token.values if one.table in tables)
        if meant:
            # 徐汇那家店: no customer whose name has 徐汇 in it.
            told[place] = token._replace(values=meant)
            told[behind] = told[behind]._replace(sort=Sort.NOISE, meanings=())
    return told


def _thing_behind(tokens: Sequence[Token], place: int) -> int | None:
    """The place of 店 in 那家店, right behind a name."""
    at = place + 1
    while (
        at < len(tokens)
        and tokens[at].sort is Sort.NOISE
        and tokens[at].text in ("那", "这", "家", "个", "那家", "那个")
    ):
        at += 1
    is_short = (
        place + 1 < at < len(tokens) and tokens[at].sort is Sort.TERM and len(tokens[at].text) <= _SHORT
    )
    return at if is_short else None


def without_kind(tokens: Sequence[Token]) -> list[Token]:
    """会员来源渠道: what only says of what sort the field is that stands right before it."""
    told = list(tokens)
    for place, (first, then) in enumerate(pairwise(tokens), start=1):
        is_field = first.best is not None and first.best.kind is Kind.FIELD
        if is_field and first.end == then.start and then.text in _KINDS and not then.act:
            told[place] = then._replace(sort=Sort.NOISE, meanings=(), values=())
    return told


def as_quantity(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """费用预算和实际发生额: of rows beside one of their quantities that which is called so, and not the rows themselves."""
    told = list(tokens)
    said = said_places(tokens)
    for first, between, then in zip(said, said[1:], said[2:], strict=False):
        dataset = model.dataset(_thing_of(tokens[first]))
        other = tokens[then].best
        if tokens[between].act is not Act.ALSO or dataset is None or other is None:
            continue
        sums = [
            one
            for one in dataset.fields
            if one.role is Role.MEASURE and one.additivity is Additivity.ADDITIVE
        ]
        meant = [one for one in sums if one.label.zh.startswith(tokens[first].text[-2:])]
        beside = other.dataset == dataset.name and any(one.name == other.name for one in sums)
        if beside and len(meant) == 1 and meant[0].name != other.name:
            named = Meaning(kind=Kind.FIELD, dataset=dataset.name, name=meant[0].name)
            told[first] = tokens[first]._replace(meanings=(named,))
    return told


def _thing_of(token: Token) -> str:
    best = token.best if token.sort is Sort.TERM else None
    return best.dataset if best is not None and best.kind is Kind.DATASET else ""
