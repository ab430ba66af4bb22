"""Comparisons: of a row's own quantity, of a figure of each group, of one field with another."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import AFTER, COUNTERS, Act
from chat2sql.engine.semantics.analytic.defined_figures import as_defined
from chat2sql.engine.semantics.analytic.intent import (
    Against,
    Aggregate,
    Condition,
    Figure,
    Operator,
    Place,
    SegmentUse,
)
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.quantities_said import in_its_unit, told_with_unit
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.joins import route
from chat2sql.engine.semantics.model.semantic_model import Additivity, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind

_MIRRORED = {
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.ABOVE,
    Operator.IS: Operator.IS_NOT,
}


_IN_DAYS = re.compile(r"天数|时长|天[)）]$")
_SINGLE = re.compile(r"[单每某]一?[笔次单张条项个件]|一[笔次单张条]")


class Limit(NamedTuple):
    """A figure of groups compared with numbers, before the figure has its number."""

    figure: Figure
    operator: Operator
    values: tuple[float, ...]
    shown: bool = True
    against: Against | None = None


class Limits:
    """The comparisons of one phrase.

    Attributes:
        own: conditions on quantities that each row has.
        below: the same, of rows of the many side.
        limits: comparisons of the figures of groups.
        segments: which rows those figures count.
        compared: the pieces that are compared with something, by number.
        doubts: what could not be told.
    """

    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self.own: list[Condition] = []
        self.below: list[Condition] = []
        self.limits: list[Limit] = []
        self.segments: list[SegmentUse] = []
        self.compared: set[int] = set()
        self.doubts: list[str] = []
        for piece in phrase:
            if piece.token.act is Act.COMPARE and not self._says_again(piece):
                self._comparison(piece)
            if piece.token.sort is Sort.NUMBER and not piece.used:
                self._is_told(piece)
            if piece.token.act is Act.ATTAINED and piece.meaning is not None:
                # 没完成目标 is less than all of it.
                met = Figure(metric=piece.meaning.name, dataset=piece.dataset)
                asked = any(
                    one.kind is Kind.METRIC and one.meaning == piece.meaning and one is not piece
                    for one in phrase
                )
                self.limits.append(Limit(met, Operator(piece.token.detail), (1.0,), shown=asked))

    def _kept(self, subject: Piece, numbers: list[Piece], values: tuple[float, ...]) -> tuple[float, ...]:
        """The numbers as what is compared with them keeps them."""
        kept = in_its_unit(subject, numbers, values, self._phrase)
        if kept is None:
            self.doubts.append(f"a unit that {subject.token.text} is not in: {numbers[0].token.text}")
        return kept or values

    def _is_told(self, number: Piece) -> None:
        """保修期36个月的, which is compared with nothing."""
        told = told_with_unit(number, self._phrase)
        if told is not None:
            self.own.append(told.condition)
            self.compared.add(told.subject.number)

    def _says_again(self, piece: Piece) -> bool:
        """达到15单及以上 says it twice."""
        before = self._phrase.before(piece)
        again = piece.token.detail.endswith(AFTER) and before is not None and before.used
        piece.used = piece.used or (again and before is not None and before.token.sort is Sort.NUMBER)
        return piece.used

    def _comparison(self, piece: Piece) -> None:
        operator = Operator(piece.token.detail.removesuffix(AFTER))
        is_behind = piece.token.detail.endswith(AFTER)
        numbers = self._numbers(piece, behind=not is_behind)
        before = self._phrase.before(piece)
        if before is not None and before.token.act is Act.NOT and operator in _MIRRORED:
            before.used = True
            operator = _MIRRORED[operator]
        excluded = self._phrase.excluded_by(piece)
        if excluded is not None and operator in _MIRRORED:
            excluded.used = True
            operator = _MIRRORED[operator]
        if operator is Operator.BETWEEN and len(numbers) < 2:
            piece.used = piece.used or not numbers
            return
        subject = self._subject(piece if not numbers or not is_behind else numbers[0])
        if subject is None and is_behind:
            subject = self._behind(piece)
        after = self._phrase.after(piece)
        if not numbers and after is not None and (after.token.sort is Sort.TIME or after.value is not None):
            piece.used = True
            return
        if not numbers:
            self._without_number(piece, subject, operator)
            return
        values = tuple(number.token.number for number in numbers if number.token.number is not None)
        values = tuple(sorted(values)) if operator is Operator.BETWEEN else values[:1]
        if subject is None:
            subject = self._implied()
        if subject is None:
            self.doubts.append(f"a comparison of nothing: {piece.token.text}")
            return
        for number in numbers:
            number.used = True
        piece.used = True
        values = self._kept(subject, numbers, values)
        in_days = subject.counted and numbers[0].token.text.endswith("天")
        (self._days if in_days else self._compare)(subject, operator, values)

    def _without_number(self, piece: Piece, subject: Piece | None, operator: Operator) -> None:
        """What is set against another field, or against all rows."""
        after = self._phrase.after(piece)
        if after is not None and after.token.act is Act.WHOLE:
            self._with_whole(piece, subject, operator, after)
        else:
            self._with_field(piece, subject, operator)

    def _with_whole(self, piece: Piece, subject: Piece | None, operator: Operator, whole: Piece) -> None:
        """毛利率高于公司整体的门店: a figure of each group against that of all, or their mean."""
        figure = self._figure(subject) if subject is not None else None
        if figure is None:
            self.doubts.append(f"a comparison of nothing: {piece.token.text}")
            return
        piece.used = whole.used = True
        against = Against.MEAN if "均" in whole.token.text else Against.WHOLE
        named = as_defined(figure, self._phrase, self._model)
        self.limits.append(Limit(named, operator, (), against=against))

    def _numbers(self, piece: Piece, *, behind: bool) -> list[Piece]:
        found = []
        for near in self._phrase.next_to(piece, 1 if behind else -1):
            if near.token.sort is Sort.NUMBER:
                found.append(near)
            elif near.token.act is not Act.ALSO:
                break
        if found or not behind:
            return found
        return [near for near in self._phrase.next_to(piece, -1) if near.token.sort is Sort.NUMBER][::-1]

    def _subject(self, piece: Piece) -> Piece | None:
        """What is compared: the figure right before it."""
        for near in self._phrase.next_to(piece, -1):
            if near.kind is Kind.METRIC or self._phrase.is_measure(near) or near.counted:
                return near
            own = near.kind is Kind.SEGMENT and near.dataset == self._phrase.base and self._counts(piece)
            if own or (near.is_below and near.kind in (Kind.DATASET, Kind.FIELD, Kind.SEGMENT, Kind.CODE)):
                near.counted = True
                return near
            if near.token.act is Act.COUNT:
                near.used = True
                continue
            if near.kind is Kind.DATASET:
                if (
                    near.dataset == self._phrase.base
                    and self._counts(piece)
                    and not self._is_last_thing(near)
                ):
                    near.counted = True
                    return near
                break
        after = next(iter(self._phrase.next_to(piece, 1)), None)
        after = self._phrase.after(after) if after is not None and after.token.sort is Sort.NUMBER else None
        if after is not None and after.kind is Kind.DATASET and not self._is_last_thing(after):
            after.counted = True
            return after
        return None

    def _behind(self, piece: Piece) -> Piece | None:
        """What the number before a comparison is of: 有3笔及以上有效订单的, 4条以上价格记录."""
        for near in self._phrase.next_to(piece, 1):
            if near.is_below and near.kind in (Kind.DATASET, Kind.SEGMENT):
                near.counted = True
                return near
            if near.kind is not Kind.CODE:
                break
        return None

    def _counts(self, piece: Piece) -> bool:
        """Whether the number behind a comparison counts things: 超过5张."""
        number = piece if piece.token.sort is Sort.NUMBER else self._phrase.after(piece)
        return number is not None and number.token.sort is Sort.NUMBER and number.token.text[-1:] in COUNTERS

    def _is_last_thing(self, piece: Piece) -> bool:
        """Whether it is the only thing that a question can be about."""
        return not any(
            other.kind in (Kind.DATASET, Kind.FIELD)
            and other is not piece
            and not self._phrase.is_measure(other)
            for other in self._phrase
        )

    def _implied(self) -> Piece | None:
        """The only measure that a question names."""
        found = [piece for piece in self._phrase if self._phrase.is_measure(piece) and not piece.used]
        return found[0] if len(found) == 1 else None

    def _compare(self, subject: Piece, operator: Operator, values: tuple[float, ...]) -> None:
        figure = self._figure(subject)
        if figure is None:
            assert subject.meaning is not None
            place = Place(dataset=subject.dataset, field=subject.meaning.name)
            written = tuple(f"{value:g}" if value < 1e6 else str(int(value)) for value in values)
            condition = Condition(place=place, operator=operator, values=written)
            subject.used = subject.restricts = True
            self.compared.add(subject.number)
            if subject.is_below:
                self.below.append(condition)
            else:
                self.own.append(condition)
            return
        self.limits.append(Limit(as_defined(figure, self._phrase, self._model), operator, values))

    def _days(self, subject: Piece, operator: Operator, values: tuple[float, ...]) -> None:
        """病假累计达到5天: the days of those rows, and not how many there are."""
        dataset = self._model.dataset(subject.dataset)
        days = [
            field.name
            for field in (dataset.fields if dataset is not None else ())
            if field.role is Role.MEASURE and _IN_DAYS.search(field.label.zh)
        ]
        if len(days) != 1:
            self.doubts.append(f"a comparison of nothing: {subject.token.text}")
            return
        subject.counted = False
        figure = Figure(aggregate=Aggregate.SUM, dataset=subject.dataset, field=days[0])
        self.limits.append(Limit(as_defined(figure, self._phrase, self._model), operator, values))

    def _figure(self, subject: Piece) -> Figure | None:
        """What is compared, as a figure of groups; None: each row has it."""
        if subject.kind is Kind.METRIC and subject.meaning is not None:
            return Figure(metric=subject.meaning.name, dataset=subject.dataset)
        if subject.counted:
            subject.used = subject.restricts = True
            if subject.kind is Kind.SEGMENT and subject.meaning is not None:
                self.compared.add(subject.number)
                self.segments.append(SegmentUse(segment=subject.meaning.name))
            return Figure(aggregate=Aggregate.COUNT, dataset=subject.dataset)
        if subject.token.act is Act.SAID and subject.meaning is not None:
            self.compared.add(subject.number)
            subject.used = True
            return Figure(aggregate=Aggregate.SUM, dataset=subject.dataset, field=subject.meaning.name)
        if subject.token.sort is Sort.TERM and subject.token.detail and subject.meaning is not None:
            self.compared.add(subject.number)
            subject.used = True
            return Figure(
                aggregate=Aggregate(subject.token.detail), dataset=subject.dataset, field=subject.meaning.name
            )
        before, after = self._phrase.before(subject), self._phrase.after(subject)
        for near in (before, after):
            if near is not None and near.token.act is Act.AGGREGATE:
                near.used = True
                self.compared.add(subject.number)
                subject.used = True
                assert subject.meaning is not None
                return Figure(
                    aggregate=Aggregate(near.token.detail),
                    dataset=subject.dataset,
                    field=subject.meaning.name,
                )
        return self._summed_of_thing(subject)

    def _summed_of_thing(self, subject: Piece) -> Figure | None:
        """去年采购金额超过10万元的供应商: of all that leads to each of the things, and not of single rows."""
        field, thing = self._phrase.field_of(subject), self._phrase.thing_asked_for()
        if field is None or thing is None or field.additivity is not Additivity.ADDITIVE:
            return None
        near = [one for one in self._phrase.next_to(subject, 1) if one.token.sort is not Sort.OPERATOR]
        # Nothing but the number stands between: 金额超过1000元的订单 are single ones.
        behind = [one for one in near if one.token.sort is not Sort.NUMBER][:1]
        single = any(_SINGLE.search(piece.token.text) for piece in self._phrase)
        leads = thing.dataset != subject.dataset and route(self._model, subject.dataset, thing.dataset)
        if single or behind != [thing] or not leads:
            return None
        assert subject.meaning is not None
        self.compared.add(subject.number)
        subject.used = True
        return Figure(aggregate=Aggregate.SUM, dataset=subject.dataset, field=subject.meaning.name)

    def _with_field(self, piece: Piece, subject: Piece | None, operator: Operator) -> None:
        """One field compared with another: 库存低于安全库存."""
        other = self._phrase.after(piece)
        if subject is None or other is None or not self._phrase.is_measure(other) or subject.meaning is None:
            return
        assert other.meaning is not None
        if subject.kind is not Kind.FIELD or route(self._model, subject.dataset, other.dataset) is None:
            return
        place = Place(dataset=subject.dataset, field=subject.meaning.name)
        self.own.append(
            Condition(
                place=place, operator=operator, other=Place(dataset=other.dataset, field=other.meaning.name)
            )
        )
        for one in (piece, subject, other):
            one.used = one.restricts = True
        self.compared |= {subject.number, other.number}
