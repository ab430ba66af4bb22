"""The words of a question that have no part in its intent."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.finer import on_the_way
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind

_MATTERING = frozenset(
    {
        Act.TOP,
        Act.MOST,
        Act.AGGREGATE,
        Act.NOT,
        Act.TREE,
        Act.TOPMOST,
        Act.COMPARE,
        Act.YEAR_BEFORE,
        Act.PERIOD_BEFORE,
        Act.GROWTH,
        Act.DIFFERENCE,
        Act.MOVING,
        Act.CHILDREN,
    }
)


_OF_EACH = re.compile("大类|小类|类别|品牌|[款种项]")
_OF_QUANTITIES = frozenset("额数值量")


def unread(phrase: Phrase, model: SemanticModel) -> tuple[str, ...]:
    """Words that nothing stands for, but for the verb that the base's own time is called after: 建 of 建单时间."""
    dataset = model.dataset(phrase.base)
    time = dataset.field(dataset.time or "") if dataset is not None else None
    happens = time.label.zh[:1] if time is not None and _happens(phrase) else ""
    return tuple(
        piece.token.text
        for piece in phrase
        if piece.token.sort is Sort.UNREAD
        and piece.token.text != happens
        and not piece.used
        and not _says_what_it_is(piece, phrase, model)
    )


def _says_what_it_is(piece: Piece, phrase: Phrase, model: SemanticModel) -> bool:
    """天猫店, 天河那家店, 作废单: a character of what the thing before it is called."""
    before = phrase.before(piece)
    says = before is not None and (before.value is not None or before.kind is Kind.CODE)
    if before is not None and piece.token.text in _OF_QUANTITIES and before.token.end == piece.token.start:
        # 实际发生额 of 实际发生
        return before.kind is Kind.METRIC or phrase.is_measure(before)
    dataset = model.dataset(before.dataset) if before is not None and says else None
    if dataset is None or len(piece.token.text) > 1:
        return False
    return any(piece.token.text in word for word in (dataset.label.zh, *dataset.synonyms))


def _happens(phrase: Phrase) -> bool:
    """Whether rows of the base are named, and a period."""
    named = any(piece.kind is Kind.DATASET and piece.dataset == phrase.base for piece in phrase)
    return named and any(piece.token.sort is Sort.TIME for piece in phrase)


def unused(phrase: Phrase, model: SemanticModel, base: str) -> tuple[str, ...]:
    """Words that say something and have no part in the intent.

    Args:
        base: the dataset that the intent is about.
    """
    spoken_of = {base} | {piece.dataset for piece in phrase if piece.used}
    spoken_of |= on_the_way(model, base, spoken_of)
    return tuple(piece.token.text for piece in phrase if _is_left(piece, phrase, spoken_of))


def _is_left(piece: Piece, phrase: Phrase, spoken_of: set[str]) -> bool:
    if piece.used:
        return _only_restricts(piece, phrase)
    if piece.token.sort in (Sort.VALUE, Sort.TIME, Sort.NUMBER):
        return True
    if piece.token.sort is Sort.OPERATOR:
        return piece.token.act in _MATTERING
    if piece.kind is Kind.DATASET and piece.token.sort is Sort.TERM and piece.dataset not in spoken_of:
        return True
    if _is_time_said_again(piece, phrase) or _says_of_what_values(piece, phrase):
        return False
    # A dataset named beside its own field or value only says whose that is.
    return piece.kind in (Kind.METRIC, Kind.SEGMENT, Kind.CODE) or _is_named_field(piece, phrase)


def _says_of_what_values(piece: Piece, phrase: Phrase) -> bool:
    """A和B两个品牌: the column of values that are named."""
    named = [one for one in phrase if one.value is not None and one.used]
    return piece.kind is Kind.FIELD and any(one.place == piece.place for one in named)


def _only_restricts(piece: Piece, phrase: Phrase) -> bool:
    """只看有销售额的网点: rows that have any of it, which a figure does not say."""
    if piece.kind is not Kind.METRIC or piece.restricts or piece.token.sort is not Sort.TERM:
        return False
    before = phrase.just_before(piece)
    behind = [one for one in phrase if one.token.start == piece.token.end]
    only = before is not None and before.token.text in ("有", "没有")
    return only and bool(behind) and behind[0].token.text == "的"


def _is_time_said_again(piece: Piece, phrase: Phrase) -> bool:
    """1月完工单最多的是谁，完工了几单: by which time it goes, said twice."""
    field = phrase.field_of(piece)
    is_time = field is not None and field.role is Role.TIME
    return is_time and any(one.used and one.place == piece.place for one in phrase if one is not piece)


def _is_named_field(piece: Piece, phrase: Phrase) -> bool:
    """A field that is no key: 客户编号 may only say whose a row is, 成本 asks for something."""
    field = phrase.field_of(piece)
    return field is not None and field.role is not Role.KEY and piece.token.sort is Sort.TERM


def each_of_nothing(phrase: Phrase) -> bool:
    """Whether 每个 or 按 stands before something that nothing is grouped by."""
    for piece in phrase:
        after = phrase.after(piece)
        if piece.token.act is not Act.EACH or piece.used or after is None:
            continue
        if after.kind in (Kind.CODE, Kind.SEGMENT) or after.value is not None:
            return True
        if any(one.token.start == piece.token.end and _OF_EACH.fullmatch(one.token.text) for one in phrase):
            # 各款, 各大类: of what, nothing says.
            return True
        if phrase.is_measure(after) and piece.token.text.startswith("每"):
            # 每平米销售额
            return True
    return False
