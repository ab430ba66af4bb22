"""Conditions of which one is enough, or which no row can meet together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from chat2sql.engine.semantics.analytic.acts import EITHER
from chat2sql.engine.semantics.analytic.intent import Condition, SegmentUse
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.shops_offline import OFFLINE


def either_or_of(
    phrase: Phrase, segments: Iterable[SegmentUse], conditions: Collection[Condition], model: SemanticModel
) -> tuple[str, ...]:
    """Why what a question restricts may not be what was meant."""
    return (*_either_of_two(phrase), *_both_of_two(segments, conditions, model))


def _either_of_two(phrase: Phrase) -> tuple[str, ...]:
    """金卡或在上海的: conditions on two fields, of which one is enough, are not told."""
    for piece in phrase:
        before, after = phrase.before(piece), phrase.after(piece)
        if piece.token.detail != EITHER or before is None or after is None:
            continue
        if before.place is None or before.place != after.place:
            return ("one of two conditions",)
    return ()


def _both_of_two(
    segments: Iterable[SegmentUse], conditions: Collection[Condition], model: SemanticModel
) -> tuple[str, ...]:
    """线下门店和线上店铺: what is one of them is not the other."""
    others = [one for use in segments if (one := model.segment(use.segment)) is not None]
    for other in others:
        codes = re.findall(r"\w+", other.condition.rpartition(" IN ")[2])
        is_offline = other.name == f"{other.dataset}{OFFLINE}"
        if is_offline and any(
            one.place.dataset == other.dataset and set(one.values) & set(codes) for one in conditions
        ):
            return ("of two that exclude each other",)
    return ()
