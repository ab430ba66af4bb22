"""Rows that have, or have not, any of another dataset: 下过单的客户, 一件都没卖出去的商品, 没产生过销售额的客户."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.acts import BOUGHT, BOUGHT_AT_ALL, EITHER, SOLD, Act
from chat2sql.engine.semantics.analytic.intent import Condition, Operator, Place, Presence, SegmentUse
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.model.finer import header_of
from chat2sql.engine.semantics.model.joins import route
from chat2sql.engine.semantics.model.semantic_model import Metric, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, term_index

_ASKS = frozenset(["是什么", "什么", "是多少", "是啥"])
_SEVERAL = 2
_HAVING = frozenset(["登记", "办理", "绑定", "录入", "拥有", "配备", "填写", "关联", "名下"])
"""没有登记车辆: none of those."""


class Presences:
    """The presences of one phrase, as they are found.

    Attributes:
        denied: the pieces whose figure only says which rows there are none of, by number.
        doubts: what could not be told of them.
    """

    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self._below: dict[tuple[str, bool], Presence] = {}
        self._sold: set[tuple[str, bool]] = set()
        self.denied: set[int] = set()
        self.doubts: tuple[str, ...] = ()

    def found(self) -> tuple[Presence, ...]:
        """All of them, in the order of the question."""
        return tuple(self._below.values())

    def take(self, piece: Piece) -> None:
        """What a piece says of rows of other datasets."""
        self._presence(piece)
        self._unsold(piece)
        self._without_figure(piece)

    def _presence(self, piece: Piece) -> None:
        if not piece.is_below or piece.meaning is None or piece.used:
            return
        if piece.kind not in (Kind.DATASET, Kind.FIELD, Kind.JOIN):
            return
        negated = any(near.token.act is Act.NOT for near in self._phrase.next_to(piece, -1))
        for near in self._phrase.next_to(piece, -1):
            if near.token.act is Act.NOT or (negated and near.token.text in _HAVING):
                near.used = True
        if piece.kind is Kind.FIELD and not negated and not self._says_there_is(piece):
            return
        behind = self._phrase.after(piece)
        if piece.kind is Kind.FIELD and behind is not None and behind.token.text in _ASKS:
            # 现在的评级是什么: what it is, and not whether there is any.
            return
        if (
            not negated
            and behind is not None
            and behind.token.detail in (SOLD, BOUGHT)
            and self._none_of(piece)
        ):
            # 一张采购单都没下过: none of those.
            negated = behind.used = True
        piece.used = piece.restricts = True
        leading = self._sales_leading_to(self._asked_for()) if piece.token.detail == BOUGHT_AT_ALL else None
        if leading is not None:
            self._put(self._of_figure(leading, counts=True, negated=negated))
            return
        self.add(piece.dataset, negated=negated)

    def _says_there_is(self, piece: Piece) -> bool:
        """有备注的订单, 下过单: whether a field below is said to be there, and not only named."""
        said = self._phrase.just_before(piece)
        has = said is not None and said.token.text.endswith(("有", "过", "了"))
        done = any(
            one.token.start == piece.token.end and one.token.text in ("过", "了") for one in self._phrase
        )
        return has or done or "过" in piece.token.text

    def _none_of(self, piece: Piece) -> bool:
        """Whether it is one that is denied: 一张采购单."""
        said = self._phrase.just_before(piece)
        return said is not None and said.token.text.startswith("一")

    def _unsold(self, piece: Piece) -> None:
        """一件都没卖出去的商品, 一单都没下过的客户: none of what was sold leads there."""
        if piece.token.act is not Act.NOT or piece.token.detail not in (SOLD, BOUGHT) or piece.used:
            return
        leading = self._sales_leading_to(self._asked_for())
        if leading is None:
            return
        piece.used = True
        counts = piece.token.detail == SOLD
        self._put(self._of_figure(leading, counts=counts, negated=True))

    def _without_figure(self, piece: Piece) -> None:
        """今年还没产生过销售额的客户: none of the rows that count for it."""
        before = self._phrase.before(piece)
        metric = (
            self._model.metric(piece.meaning.name) if piece.kind is Kind.METRIC and piece.meaning else None
        )
        if metric is None or before is None or before.token.act is not Act.NOT or before.used:
            return
        thing = self._phrase.thing_asked_for()
        if thing is None or metric.numerator or not route(self._model, metric.dataset, thing.dataset):
            return
        before.used = piece.used = piece.restricts = True
        self.denied.add(piece.number)
        self._put(self._of_figure(metric, counts=True, negated=True))

    def _asked_for(self) -> str:
        """The dataset whose rows the question is about."""
        thing = self._phrase.thing_asked_for()
        return thing.dataset if thing is not None else self._phrase.base

    def _sales_leading_to(self, base: str) -> Metric | None:
        """The figure of what was sold whose rows lead to those of a dataset."""
        found = (self._model.metric(one.name) for one in term_index(self._model).sales)
        return next((one for one in found if one is not None and route(self._model, one.dataset, base)), None)

    def _of_figure(self, metric: Metric, *, counts: bool, negated: bool) -> Presence:
        """Any of the rows that count for a figure, or none; of all its rows if ``counts`` is false."""
        placed = None
        if counts and metric.time:
            dataset, _, field = metric.time.rpartition(".")
            placed = Place(dataset=dataset or metric.dataset, field=field)
        return Presence(
            dataset=metric.dataset,
            placed=placed,
            negated=negated,
            segments=tuple(SegmentUse(segment=name) for name in metric.segments) if counts else (),
        )

    def _put(self, told: Presence) -> None:
        """What is said of the rows of a figure, with what else was said of those rows: 线上买过东西的."""
        # 去年买过、今年没买: what was told of it by another such word is another matter.
        keys = (
            key
            for key, one in self._below.items()
            if key[0] == told.dataset and key not in self._sold and (one.conditions or one.segments)
        )
        periods = sum(piece.token.time is not None for piece in self._phrase)
        # 2023年有过有效订单、2024年一单都没有: two of them.
        alike = (key for key in keys if periods < _SEVERAL or key[1] == told.negated)
        known = next(alike, None)
        before = self._below.pop(known) if known is not None else Presence(dataset=told.dataset)
        # 没在线上买过 denies that there is any, and not where.
        conditions = tuple(
            one.model_copy(update={"operator": Operator.IS})
            if told.negated and one.operator is Operator.IS_NOT
            else one
            for one in before.conditions
        )
        segments = tuple(dict.fromkeys((*before.segments, *told.segments)))
        told = told.model_copy(
            update={"conditions": conditions, "segments": segments, "window": before.window}
        )
        self._below[told.dataset, told.negated] = told
        self._sold.add((told.dataset, told.negated))

    def add(
        self,
        dataset: str,
        *,
        negated: bool,
        condition: Condition | None = None,
        segment: SegmentUse | None = None,
    ) -> None:
        """One more thing that is said of the rows of a dataset."""
        known = next((key for key in self._below if key[0] == dataset), (dataset, negated))
        if (
            segment is not None
            and known in self._below
            and known[1] != negated
            and segment in self._below[known].segments
        ):
            # 2024年有过有效订单、今年没有有效订单: two of them.
            known = (dataset, negated)
        before = self._below.pop(known, None) or Presence(dataset=dataset)
        told = before.model_copy(
            update={
                "negated": before.negated or negated,
                "conditions": self._with(condition, before.conditions, negated=before.negated or negated),
                "segments": (*before.segments, *((segment,) if segment else ())),
            }
        )
        self._below[dataset, told.negated] = told

    def _with(
        self, condition: Condition | None, before: tuple[Condition, ...], *, negated: bool
    ) -> tuple[Condition, ...]:
        """The conditions with one more; several values of one field are one condition: 病假或事假."""
        if condition is None:
            return before
        alike = [one for one in before if (one.place, one.operator) == (condition.place, condition.operator)]
        if condition.operator is not Operator.IS or not alike:
            return (*before, condition)
        if not negated and not any(piece.token.detail == EITHER for piece in self._phrase):
            # 请过病假和事假: rows of either, for each of which there would have to be one.
            self.doubts = ("rows of several kinds, of each of which there has to be one",)
        values = tuple(dict.fromkeys((*alike[0].values, *condition.values)))
        return tuple(one.model_copy(update={"values": values}) if one is alike[0] else one for one in before)


def once_denied(presences: tuple[Presence, ...], model: SemanticModel) -> tuple[Presence, ...]:
    """今年没有卖出过(没有任何有效订单): what is said again of the same rows, in brackets, is of the same period."""
    timed = {one.dataset for one in presences if one.negated and one.window is not None}
    timed |= {head for one in timed if (head := header_of(model, one)) is not None}

    def is_again(one: Presence) -> bool:
        of_same = one.dataset in timed or header_of(model, one.dataset) in timed
        return one.negated and one.window is None and of_same

    return tuple(one for one in presences if not is_again(one))
