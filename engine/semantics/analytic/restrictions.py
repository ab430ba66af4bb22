"""Which rows count: values, codes, segments, comparisons with numbers, and rows that have, or have not, any of another
dataset."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import BOUGHT, SOLD, Act
from chat2sql.engine.semantics.analytic.below import OF_PEOPLE, of_children, with_below
from chat2sql.engine.semantics.analytic.either_or import either_or_of
from chat2sql.engine.semantics.analytic.figures import counts_rows_of, is_number_of
from chat2sql.engine.semantics.analytic.intent import (
    Condition,
    Figure,
    Operator,
    Place,
    Presence,
    SegmentUse,
    Threshold,
)
from chat2sql.engine.semantics.analytic.limits import Limit, Limits
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.presences import Presences
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.joins import targets_of
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.values.index import How

_NEAR = 1
_BEGUN = frozenset({"申请", "提交", "创建", "登记", "新建", "发起", "下单", "已提交", "已申请"})
"""States that are where a row begins: 去年申请的 says when, and not that nothing has become of it since."""
_IS_OTHER = re.compile(r"非|不是|不含|不在|不包括|除")
"""Before rows that have a name: there are others, and not none of them."""


class Restrictions(NamedTuple):
    """What a question restricts.

    Attributes:
        compared: the pieces that are compared with something, by number.
        limits: comparisons of the figures of groups.
        at, segment_at: by field and by segment, which piece says so.
    """

    conditions: tuple[Condition, ...]
    segments: tuple[SegmentUse, ...]
    presences: tuple[Presence, ...]
    limits: tuple[Limit, ...]
    compared: frozenset[int]
    doubts: tuple[str, ...]
    at: dict[Place, int]
    segment_at: dict[str, int]

    def thresholds_over(
        self, figures: tuple[Figure, ...], model: SemanticModel
    ) -> tuple[tuple[Threshold, ...], tuple[Figure, ...]]:
        """The comparisons by the numbers of their figures, and the figures with those that were missing."""
        told = []
        for limit in self.limits:
            figure = next((one for one in figures if is_number_of(one, limit.figure, model)), limit.figure)
            # 有效订单数不到15单的，分别多少单: how many of those.
            again = [one for one in figures if counts_rows_of(one, figure, model)]
            figures = tuple(dict.fromkeys((*(one for one in figures if one not in again), figure)))
            told.append(
                Threshold(
                    figure=figures.index(figure),
                    operator=limit.operator,
                    values=limit.values,
                    shown=limit.shown,
                    against=limit.against,
                )
            )
        return tuple(told), figures


def restrictions_of(phrase: Phrase, model: SemanticModel) -> Restrictions:
    """Find them; the pieces that have a part in them are marked."""
    return _Finder(phrase, model).found()


class _Finder:
    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self._conditions: dict[tuple[Place, Operator], Condition] = {}
        self._segments: list[SegmentUse] = []
        self._presences = Presences(phrase, model)
        self._at: dict[Place, int] = {}
        self._segment_at: dict[str, int] = {}

    def found(self) -> Restrictions:
        limits = Limits(self._phrase, self._model)
        self._conditions |= {(one.place, one.operator): one for one in limits.own}
        self._segments += limits.segments
        for one in limits.below:
            self._presences.add(one.place.dataset, condition=one, negated=False)
        for piece in self._phrase:
            if self._names_what_is_below(piece):
                piece.used = piece.restricts = True
            elif self._only_says_when(piece) or (piece.value is not None and piece.used and piece.restricts):
                continue
            elif piece.value is not None or piece.kind is Kind.CODE:
                self._value(piece)
            elif piece.kind is Kind.SEGMENT and piece.number in limits.compared:
                continue
            elif piece.kind is Kind.SEGMENT and piece.meaning is not None:
                self._segment(piece, piece.meaning.name)
            elif self._is_flag(piece):
                self._flag(piece)
        for piece in self._phrase:
            self._is_set(piece)
            self._idle_below(piece)
            self._led_to(piece)
            self._unset(piece)
            self._presences.take(piece)
        told = self._conditions.values()
        either_or = either_or_of(self._phrase, self._segments, told, self._model)
        return Restrictions(
            conditions=tuple(told),
            segments=tuple(dict.fromkeys(self._segments)),
            presences=self._presences.found(),
            limits=tuple(limits.limits),
            compared=frozenset(limits.compared | self._presences.denied),
            doubts=(*limits.doubts, *either_or, *self._presences.doubts),
            at=self._at,
            segment_at=self._segment_at,
        )

    def _led_to(self, piece: Piece) -> None:
        """在职店长: of the people that are asked for, those to whom a column leads that is called so."""
        field, after = self._phrase.field_of(piece), self._phrase.after(piece)
        if piece.used or field is None or field.role is not Role.KEY or piece.dataset == self._phrase.base:
            return
        leads = targets_of(self._model, piece.dataset, field.name)
        asked = after is not None and after.token.act is Act.WHICH
        grouped = self._phrase.has(Act.EACH, Act.GRAIN)
        if asked or grouped or not leads or leads[0] != self._phrase.base:
            return
        piece.used = piece.restricts = True
        self._presences.add(piece.dataset, negated=False)

    def _idle_below(self, piece: Piece) -> None:
        """每个会员等级下面有多少人: what has no rows below it only has others under it."""
        before = self._phrase.before(piece) if piece.token.act is Act.TREE else None
        dataset = self._model.dataset(before.dataset) if before is not None else None
        if dataset is not None and dataset.parent is None and OF_PEOPLE.search(piece.token.text) is None:
            piece.used = piece.used or "下属" not in piece.token.text

    def _names_what_is_below(self, piece: Piece) -> bool:
        """华东大区连同下面的分公司: what lies below is only called by its level."""
        before, dataset = self._phrase.before(piece), self._model.dataset(piece.dataset)
        follows = before is not None and before.token.act is Act.TREE
        return follows and piece.kind is Kind.CODE and dataset is not None and dataset.parent is not None

    def _only_says_when(self, piece: Piece) -> bool:
        """去年申请的退货: when they were applied for, whatever became of them."""
        said, dataset = piece.token.text, self._model.dataset(piece.dataset)
        if piece.kind is not Kind.CODE or said not in _BEGUN or dataset is None:
            return False
        before = self._phrase.before(piece)
        return (
            before is not None
            and before.token.time is not None
            and any(
                field.role is Role.TIME and field.label.zh.startswith(said.removeprefix("已"))
                for field in dataset.fields
            )
        )

    def _value(self, piece: Piece) -> None:
        place = piece.place
        assert place is not None
        value = piece.value.value if piece.value is not None else piece.meaning.code if piece.meaning else ""
        field = self._model.field(place.dataset, place.field)
        none_of = self._none_below(piece)
        operator = Operator.IS_NOT if not none_of and self._denied(piece) else Operator.IS
        negated = operator is Operator.IS_NOT
        if field is not None and field.role is Role.LIST:
            operator = Operator.CONTAINS
        if piece.value is not None and piece.value.how is How.PART:
            operator = Operator.LIKE
        if piece.value is not None and piece.value.how is How.START:
            operator = Operator.STARTS
        piece.used = piece.restricts = True
        self._name_of(piece, place)
        place = of_children(piece, place, self._phrase, self._model)
        self._at[place] = piece.number
        tree = with_below(piece, place, self._phrase, self._model)
        after = self._phrase.after(piece)
        strictly = (
            tree
            and after is not None
            and after.token.act is Act.TREE
            and OF_PEOPLE.search(after.token.text) is not None
        )
        condition = Condition(
            place=place,
            operator=operator,
            values=(value,),
            tree=tree,
            strictly=strictly,
            negated=negated and operator is not Operator.IS_NOT,
        )
        if piece.is_below:
            self._presences.add(place.dataset, condition=condition, negated=none_of)
        else:
            known = self._conditions.get((place, operator))
            values = (*known.values, value) if known is not None and value not in known.values else (value,)
            tree = condition.tree or (known is not None and known.tree)
            self._conditions[place, operator] = condition.model_copy(update={"values": values, "tree": tree})

    def _none_below(self, piece: Piece) -> bool:
        """没请过病假: that there is none of it, and not that there is any other."""
        before = self._phrase.before(piece)
        if not piece.is_below or before is None or before.token.act is not Act.NOT or before.token.detail:
            return False
        if _IS_OTHER.match(before.token.text):
            return False
        before.used = True
        return True

    def _name_of(self, piece: Piece, place: Place) -> None:
        """The word for the field or dataset beside a value only says what that is: 渠道为线上, 华东大区."""
        before = self._phrase.before(piece)
        if before is not None and before.token.act is Act.NOT:
            before = self._phrase.before(before)  # 过敏原不含坚果
        for near in (before, self._phrase.after(piece)):
            if near is None or near.meaning is None or near.used:
                continue
            names_field = near.kind is Kind.FIELD and (
                self._phrase.place_of(near) == place
                or self._is_called(near, place)
                or (near.token.text == "状态" and piece.kind is Kind.CODE)
            )
            own = (
                self._phrase.after(piece) is near
                and near.token.sort is Sort.TERM
                and near.kind is Kind.DATASET
                and near.dataset == place.dataset
            )
            if names_field or (
                own and self._model.dataset(place.dataset) is not None and self._is_name(place)
            ):
                near.used = near.restricts = True

    def _is_called(self, near: Piece, place: Place) -> bool:
        """等级为S: whatever else is called 等级, that of which S is a value."""
        field, between = self._model.field(place.dataset, place.field), self._phrase.after(near)
        says = between is not None and between.place == place and near.dataset != place.dataset
        return (
            says and field is not None and bool(field.label.zh) and field.label.zh.endswith(near.token.text)
        )

    def _is_name(self, place: Place) -> bool:
        field = self._model.field(place.dataset, place.field)
        return field is not None and field.role is Role.NAME

    def _denied(self, piece: Piece) -> bool:
        excluded = self._phrase.excluded_by(piece)
        if excluded is not None:
            excluded.used = True
            return True
        before, after = self._phrase.before(piece), self._phrase.after(piece)
        said = self._phrase.just_before(piece)
        if (
            piece.is_below
            and after is not None
            and after.token.text in ("没有", "没")
            and said is not None
            and said.token.text.startswith("一")
        ):
            # 一单有效订单都没有
            after.used = True
            return True
        if before is None or before.token.act is not Act.NOT or before.token.detail in (SOLD, BOUGHT):
            # 没卖出去的在售商品 are on sale.
            return False
        if piece.token.start - before.token.end > _NEAR and not (
            piece.is_below and piece.kind is Kind.SEGMENT
        ):
            # 没提过的战略客户 are 战略客户; 没产生过有效订单的 have none.
            return False
        before.used = True
        return True

    def _segment(self, piece: Piece, name: str) -> None:
        use = SegmentUse(segment=name, negated=self._denied(piece))
        piece.used = piece.restricts = True
        if piece.is_below:
            # 从来没有过有效订单: none of them, and not one that is not valid.
            before = self._phrase.before(piece)
            is_other = use.negated and before is not None and _IS_OTHER.match(before.token.text) is not None
            told = use if is_other else SegmentUse(segment=name)
            self._presences.add(piece.dataset, segment=told, negated=use.negated and not is_other)
        else:
            self._segments.append(use)
            self._segment_at[name] = piece.number

    def _is_flag(self, piece: Piece) -> bool:
        before, field = self._phrase.before(piece), self._phrase.field_of(piece)
        grouped = before is not None and before.token.act is Act.EACH
        return field is not None and field.role is Role.FLAG and not grouped

    def _flag(self, piece: Piece) -> None:
        place = piece.place
        assert place is not None
        value = "false" if self._denied(piece) else "true"
        piece.used = piece.restricts = True
        self._conditions[place, Operator.IS] = Condition(place=place, operator=Operator.IS, values=(value,))

    def _is_set(self, piece: Piece) -> None:
        """已经关门的店: what has happened has a time."""
        field, said = self._phrase.field_of(piece), self._phrase.just_before(piece)
        is_time = field is not None and field.role is Role.TIME
        if not is_time or piece.used or piece.is_below or piece.place is None:
            return
        if said is not None and said.token.text in ("已", "已经"):
            piece.used = piece.restricts = True
            condition = Condition(place=piece.place, operator=Operator.SET)
            self._conditions[piece.place, Operator.SET] = condition

    def _unset(self, piece: Piece) -> None:
        """A field without a value: 没留手机号的客户, 还没评级的供应商."""
        place = piece.place
        if piece.kind is not Kind.FIELD or place is None or piece.is_below or piece.used:
            return
        denied = next((near for near in self._phrase.next_to(piece, -1) if near.token.act is Act.NOT), None)
        between = [near for near in self._phrase.next_to(piece, -1) if near.token.sort is not Sort.UNREAD]
        if denied is None or (between and between[0] is not denied):
            return
        denied.used = piece.used = piece.restricts = True
        excluded = self._phrase.excluded_by(piece)
        operator = Operator.UNSET if excluded is None else Operator.SET
        if excluded is not None:
            excluded.used = True
        self._conditions[place, operator] = Condition(place=place, operator=operator)
