"""A resolved question as pieces that know their neighbours, and which of them have been given a part already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat2sql.engine.semantics.analytic.acts import EXCLUDED, Act
from chat2sql.engine.semantics.analytic.beside import counted_beside, is_most_of_many
from chat2sql.engine.semantics.analytic.intent import Place
from chat2sql.engine.semantics.analytic.resolve import Grounded, Resolved
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.semantic_model import Field, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import How, LinkedValue

LISTS = ("列出", "列举", "给出", "显示", "展示")
"""What stands before a list of what is to be told, in its order."""
NAMES = frozenset({"名称", "名字"})
"""What only asks for what a thing is called."""
_PRICE = re.compile(r"^(?!.*(?:成本|进价|采购|cost|purchase)).*(?:价|price)", re.IGNORECASE)
_NEXT = 3
_CLOSES_CLAUSE = frozenset("，,")


def called_by(dataset: str, model: SemanticModel) -> Place | None:
    """What the rows of a dataset are called by."""
    known = model.dataset(dataset)
    field = known.called_by if known is not None else None
    return Place(dataset=dataset, field=field) if field else None


@dataclass
class Piece:
    """A token in its place.

    Attributes:
        used: whether it has a part in the intent.
        restricts: whether that part is to choose rows.
        counted: whether its rows are counted.
    """

    number: int
    resolved: Resolved
    used: bool = False
    restricts: bool = False
    counted: bool = False

    @property
    def token(self) -> Token:
        """The words themselves."""
        return self.resolved.token

    @property
    def meaning(self) -> Meaning | None:
        """What a term stands for."""
        return self.resolved.meaning

    @property
    def value(self) -> LinkedValue | None:
        """The value that is mentioned."""
        return self.resolved.value

    @property
    def kind(self) -> Kind | None:
        """What sort of term it is."""
        return self.meaning.kind if self.meaning is not None else None

    @property
    def dataset(self) -> str:
        """Whose it is; empty for other words."""
        if self.meaning is not None:
            return self.meaning.dataset
        return self.value.table if self.value is not None else ""

    @property
    def place(self) -> Place | None:
        """The field that is named, or whose value is."""
        if self.value is not None:
            return Place(dataset=self.value.table, field=self.value.field)
        return Place(dataset=self.dataset, field=self.meaning.name) if self.meaning is not None else None

    @property
    def is_below(self) -> bool:
        """Whether it is of the many side, seen from the base."""
        return self.resolved.distance < 0


class Phrase:
    """The pieces of a question in its order."""

    def __init__(self, grounded: Grounded, model: SemanticModel) -> None:
        self.base = grounded.base
        self._model = model
        self._pieces = [Piece(number, resolved) for number, resolved in enumerate(grounded.tokens)]
        self._mark_counted()

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._pieces)

    def before(self, piece: Piece) -> Piece | None:
        """The piece before it that says something."""
        return self._beside(piece, -1)

    def after(self, piece: Piece) -> Piece | None:
        """The piece behind it that says something."""
        return self._beside(piece, 1)

    def just_before(self, piece: Piece) -> Piece | None:
        """The piece before it, whether it says something or not."""
        return self._pieces[piece.number - 1] if piece.number else None

    def next_to(self, piece: Piece, step: int) -> Iterator[Piece]:
        """The few pieces before it (-1) or behind it (1), nearest first, noise left out."""
        here = self._beside(piece, step)
        for _ in range(_NEXT):
            if here is None:
                return
            yield here
            here = self._beside(here, step)

    def has(self, *acts: Act) -> bool:
        """Whether any of the operators stands in it."""
        return any(piece.token.act in acts for piece in self._pieces)

    def use(self, *acts: Act) -> None:
        """Mark these operators as having a part."""
        for piece in self._pieces:
            if piece.token.act in acts:
                piece.used = True

    def list_begins(self) -> int | None:
        """The number of the piece from which on is listed what is to be told: 列出, or 要 behind a pause."""
        for piece in self._pieces:
            said = self.just_before(piece)
            pauses = said is not None and (
                said.token.text in _CLOSES_CLAUSE or said.token.end < piece.token.start
            )
            if piece.token.text.startswith(LISTS) or (pauses and piece.token.text == "要"):
                return piece.number
        return None

    def asks_which(self) -> bool:
        """Whether things are asked for rather than figures."""
        return self.has(Act.WHICH, Act.LIST)

    def lists_things(self) -> bool:
        """Whether rows are wanted: 有哪些, 最高的三个, which plans."""
        if self.has(Act.LIST, Act.MOST, Act.TOP, Act.RANKED):
            return True
        return any(
            near is not None and near.kind is Kind.DATASET
            for piece in self._pieces
            if piece.token.act is Act.WHICH
            for near in (self.after(piece), self.before(piece))
        )

    def excluded_by(self, piece: Piece) -> Piece | None:
        """What says at the end of a piece's clause that it does not count: 取消的不算, 报废仓不要."""
        for after in self._pieces[piece.number + 1 :]:
            # A mark between two pieces is none of them: 没有负责人的部门有哪些？撤销的不算.
            is_parted = after.token.start > self._pieces[after.number - 1].token.end
            if is_parted or after.token.text in _CLOSES_CLAUSE:
                return None
            if after.token.detail == EXCLUDED:
                return after
        return None

    def names_thing_after(self, piece: Piece) -> bool:
        """Whether a dataset is named behind a piece, which then belongs to it: 最高工资的员工."""
        return any(one.kind is Kind.DATASET and one.number > piece.number for one in self._pieces)

    def place_of(self, piece: Piece) -> Place | None:
        """The field that stands for a term: of a dataset what its rows are called."""
        meaning = piece.meaning
        if meaning is None:
            return None
        if meaning.kind is Kind.FIELD:
            return self._beyond_key(Place(dataset=meaning.dataset, field=meaning.name))
        if meaning.kind is Kind.DATASET:
            return called_by(meaning.dataset, self._model)
        return None

    def name_of(self, piece: Piece) -> Place | None:
        """The field that stands for a term, of a segment or a code what its rows are called."""
        is_named = piece.kind in (Kind.SEGMENT, Kind.CODE)
        return called_by(piece.dataset, self._model) if is_named else self.place_of(piece)

    def field_of(self, piece: Piece) -> Field | None:
        """The field that a term names."""
        if piece.kind is not Kind.FIELD or piece.meaning is None:
            return None
        return self._model.field(piece.dataset, piece.meaning.name)

    def _beyond_key(self, place: Place) -> Place:
        """A foreign key stands for what the row that it leads to is called."""
        for join in self._model.joins_from(place.dataset):
            if join.source_columns == (place.field,):
                there = called_by(join.target, self._model)
                if there is not None and join.target == place.dataset:
                    return there.model_copy(update={"via": place.field})
                return there or place
        return place

    def thing_asked_for(self) -> Piece | None:
        """The dataset whose rows are wanted: named beside 哪些, else named last."""
        things = [piece for piece in self._pieces if piece.kind is Kind.DATASET and not piece.is_below]
        things = [piece for piece in things if not self._among_fields(piece)]
        who = [piece for piece in things if piece.token.act is Act.WHICH]
        if who and not any(piece.token.sort is Sort.TERM and self._has_name(piece) for piece in things):
            return who[0]
        things = [piece for piece in things if piece not in who] or things
        for piece in self._pieces:
            if piece.token.act in (Act.WHICH, Act.LIST):
                for near in (self.after(piece), self.before(piece)):
                    if near in things:
                        return near
        free = [piece for piece in things if not piece.used]
        return (free or things)[-1] if things else None

    def _among_fields(self, piece: Piece) -> bool:
        """姓名、部门和入职日期 of somebody: what each row leads to, among what is told of it."""
        for step in (-1, 1):
            beside = self._beside(piece, step)
            field = (
                self._beside(beside, step) if beside is not None and beside.token.act is Act.ALSO else None
            )
            if field is None or field.kind is not Kind.FIELD or self.is_measure(field):
                continue
            if field.dataset == self.base != piece.dataset:
                return True
        return False

    def names_row(self) -> bool:
        """Whether one row of the base is named: then what it leads to is asked of it, 董婉清在哪个部门."""
        dataset = self._model.dataset(self.base)
        return dataset is not None and any(
            piece.value is not None
            and piece.dataset == self.base
            and piece.value.how is not How.PART
            and piece.value.field in (dataset.display, *dataset.numbering)
            for piece in self._pieces
        )

    def thing_ranked(self, mark: Piece) -> Piece | None:
        """What stands behind 前五 or 最高的, else what is asked for, if it is no figure itself."""
        if self._may_group(mark):
            return mark
        who = [piece for piece in self._pieces if piece.token.act is Act.WHICH and self._may_group(piece)]
        named = [piece for piece in self._pieces if piece.token.sort is Sort.TERM and self._may_group(piece)]
        people = {piece.dataset for piece in who}
        who = [] if any(self._has_name(one) and one.dataset not in people for one in named) else who
        for near in (*who, *self.next_to(mark, 1)):
            if self._may_group(near):
                return near
        which = next((piece for piece in self._pieces if piece.token.act in (Act.WHICH, Act.LIST)), None)
        near_which = self.after(which) if which is not None else None
        if near_which is not None and self._may_group(near_which):
            return near_which
        free = [piece for piece in self._pieces if self._may_group(piece) and not piece.used]
        return free[-1] if free else self._named_by_segment(mark)

    def _named_by_segment(self, mark: Piece) -> Piece | None:
        """线下门店 of 最高的5家线下门店: rows with a name of their own, that say what they are."""
        for piece in self._pieces[mark.number + 1 :]:
            is_named = piece.kind in (Kind.SEGMENT, Kind.CODE)
            dataset = self._model.dataset(piece.dataset) if is_named else None
            if dataset is not None and dataset.parent is not None:
                # 大区 is a level of a tree.
                continue
            words = (dataset.label.zh, *dataset.synonyms) if dataset is not None else ()
            # 直营店 of 店铺
            if piece.dataset != self.base and any(piece.token.text[-1:] in word for word in words):
                return piece
        return None

    def is_measure(self, piece: Piece) -> bool:
        """Whether a piece is a quantity."""
        field = self.field_of(piece)
        return field is not None and field.role is Role.MEASURE

    def number_of_things(self) -> int | None:
        """How many things are asked for: which five products, 最高的三个人."""
        for piece in self._pieces:
            if piece.token.sort is Sort.NUMBER and not piece.used and piece.token.number is not None:
                after = self.after(piece)
                is_unit = piece.token.text[-1:] in "个位名家款人" or (
                    after is not None and self._may_group(after)
                )
                if is_unit and piece.token.number == int(piece.token.number) and piece.token.number > 0:
                    piece.used = True
                    return int(piece.token.number)
        return None

    def _has_name(self, piece: Piece) -> bool:
        """Whether the rows of a dataset are called by a name, as people are and requests are not."""
        dataset = self._model.dataset(piece.dataset)
        return dataset is not None and dataset.display is not None

    def row_field(self, role: Role) -> Place | None:
        """What single rows are ranked by: a quantity of theirs, or the time that 最近 and 最早 go by."""
        for piece in self._pieces:
            field = self.field_of(piece)
            if field is not None and field.role is role and not piece.restricts:
                return piece.place
        return None

    def price_of(self, dataset: str) -> Place | None:
        """What 最贵 goes by: the only price of a thing that is not what it cost us."""
        known = self._model.dataset(dataset)
        prices = [
            field.name
            for field in (known.fields if known is not None else ())
            if field.role is Role.MEASURE and _PRICE.search(f"{field.label.zh} {field.label.en}")
        ]
        return Place(dataset=dataset, field=prices[0]) if len(prices) == 1 else None

    def _may_group(self, piece: Piece) -> bool:
        if piece.kind is Kind.DATASET:
            return not piece.counted and not piece.is_below
        field = self.field_of(piece)
        return field is not None and field.role in (Role.CATEGORY, Role.NAME, Role.KEY, Role.FLAG)

    def _mark_counted(self) -> None:
        tokens = [piece.token for piece in self._pieces]
        for piece in self._pieces:
            if piece.token.act is Act.COUNT or is_most_of_many(piece.token):
                for at in counted_beside(tokens, piece.number):
                    self._pieces[at].counted = True
                    piece.used = piece.used or piece.token.act is Act.COUNT

    def _beside(self, piece: Piece, step: int) -> Piece | None:
        at = piece.number + step
        while 0 <= at < len(self._pieces):
            if self._pieces[at].token.sort is not Sort.NOISE:
                return self._pieces[at]
            at += step
        return None
