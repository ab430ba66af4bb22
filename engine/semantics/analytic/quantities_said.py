"""Quantities that a question tells in some unit, as the field keeps them of which they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.intent import Condition, Operator, Place
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.units import has_unit, in_unit_of


class Told(NamedTuple):
    """A condition that a number and the quantity before it make."""

    condition: Condition
    subject: Piece


def told_with_unit(number: Piece, phrase: Phrase) -> Told | None:
    """保修期36个月的商品: a number with a unit right behind the quantity that rows have of their own.

    The pieces are marked; None: the number says something else.
    """
    subject = phrase.just_before(number)
    field = phrase.field_of(subject) if subject is not None else None
    if subject is None or field is None or number.token.number is None or subject.used or subject.is_below:
        return None
    beside = subject.token.end == number.token.start and phrase.is_measure(subject)
    # 金额100元以上 is compared with it.
    closes = any(one.token.start == number.token.end and one.token.text == "的" for one in phrase)
    value = in_unit_of(field, number.token.text, number.token.number)
    if not (beside and closes and has_unit(number.token.text)) or value is None:
        return None
    number.used = subject.used = subject.restricts = True
    place = Place(dataset=subject.dataset, field=field.name)
    return Told(Condition(place=place, operator=Operator.IS, values=(f"{value:g}",)), subject)


def in_its_unit(
    subject: Piece, numbers: Sequence[Piece], values: tuple[float, ...], phrase: Phrase
) -> tuple[float, ...] | None:
    """两年 as the months that a field keeps; None: the field is in no such unit."""
    field = phrase.field_of(subject)
    if field is None:
        return values
    kept = [in_unit_of(field, one.token.text, value) for one, value in zip(numbers, values, strict=False)]
    told = tuple(value for value in kept if value is not None)
    return told if len(told) == len(kept) else None
