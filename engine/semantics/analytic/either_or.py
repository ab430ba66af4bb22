"""Conditions of which one is enough, or which no row can meet together."""

from __future__ import annotations

from collections.abc import Iterable

from chat2sql.engine.semantics.analytic.acts import EITHER
from chat2sql.engine.semantics.analytic.intent import Operator, Place, SegmentUse
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.shops_offline import OFFLINE


def either_of_two(phrase: Phrase) -> tuple[str, ...]:
    """金卡或在上海的: conditions on two fields, of which one is enough, are not told."""
    for piece in phrase:
        before, after = phrase.before(piece), phrase.after(piece)
        if piece.token.detail != EITHER or before is None or after is None:
            continue
        if before.place is None or before.place != after.place:
            return ("one of two conditions",)
    return ()


def both_of_two(
    segments: Iterable[SegmentUse], conditions: Iterable[tuple[Place, Operator]]
) -> tuple[str, ...]:
    """线下门店和线上店铺: what is one of them is not the other."""
    told = {f"{place.dataset}{OFFLINE}" for place, _ in conditions}
    return ("of two that exclude each other",) if any(one.segment in told for one in segments) else ()
