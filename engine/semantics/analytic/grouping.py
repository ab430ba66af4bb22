"""What rows are grouped by: what 各, 按 and by stand before, what a threshold is about, several values of one field."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Aggregate, Condition, Grain, Group, Operator, Place
from chat2sql.engine.semantics.analytic.levels import Levels, says_each
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece, called_by
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.analytic.trees import has_classes
from chat2sql.engine.semantics.model.joins import route
from chat2sql.engine.semantics.model.semantic_model import Field, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.values.index import How

_DISTRIBUTED = re.compile("分布|构成|结构")
_SORTS = frozenset({"类型", "类别", "种类", "性质"})
_OF_EACH_SORT = frozenset({"各类", "各种", "每类", "每种", "不同类型的", "不同类型"})
_SORT = re.compile(r"类型|类别|种类|分类|性质|(?:_|^)(?:type|kind|sort|class|category)$", re.IGNORECASE)


_UNITS = (
    ("天|日|day", Grain.DAY),
    ("周|week", Grain.WEEK),
    ("月|month", Grain.MONTH),
    ("季|quarter", Grain.QUARTER),
    ("年|year", Grain.YEAR),
)


def _unit_in(text: str) -> Grain | None:
    """The unit of time that a text names first: 3个月移动平均."""
    found = [
        (match.start(), grain) for words, grain in _UNITS if (match := re.search(words, text, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


class Grouping:
    """The groups of one phrase.

    Attributes:
        placed_by: the time by which the periods of the question are meant: 按结算时间.
        doubts: why what is grouped by may not be what was meant.
    """

    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self._levels = Levels(phrase, model)
        self.placed_by: Place | None = None
        self.doubts: tuple[str, ...] = ()

    @property
    def topmost(self) -> set[str]:
        """The segments that only say that a group is what stands at the top of its tree."""
        return self._levels.segments

    @property
    def levels(self) -> set[Place]:
        """The fields whose codes only say at which level of its tree."""
        return self._levels.places

    def groups(self) -> tuple[Group, ...]:
        """The groups that the question names."""
        found: list[Group] = []
        chained = False
        for piece in self._phrase:
            if piece.token.act is Act.GRAIN and self._asks_when(piece):
                # 哪天开业: the time itself is asked for, not a group.
                piece.used = True
                continue
            unit = self._by_unit(piece) or self._by_name(piece)
            if unit is not None:
                found.append(unit)
                chained = True
                continue
            level = (
                self._levels.as_level(piece)
                or self._levels.as_children(piece)
                or self._levels.as_topmost_class(piece)
            )
            if level is not None:
                found.append(level)
                chained = True
                continue
            if self._only_says_of_what(piece) or self._summed_over(piece):
                continue
            place = self._phrase.place_of(piece) if piece.token.sort is Sort.TERM else None
            before = self._phrase.before(piece)
            each = self._each_before(before)
            follows = each is not None and each.token.act is Act.EACH
            chained = chained and before is not None and before.token.act is Act.ALSO
            if place is not None and each is not None and follows and self._is_time(piece, each):
                self.placed_by = place
                piece.used = each.used = True
                continue
            place = self._group_place(piece, each if follows else None, place)
            if place is not None and (follows or chained):
                found.append(self.of(place, before, piece))
                piece.used = not self._phrase.is_measure(piece)
                if each is not None and follows:
                    each.used = True
                chained = True
            elif piece.token.act is not Act.ALSO and piece.token.sort is not Sort.NOISE:
                chained = False
        return tuple(dict.fromkeys(found)) or self._by_values() or self._distributed()

    def _only_says_of_what(self, piece: Piece) -> bool:
        """各商品大类: by the level of the tree that stands right behind the thing."""
        after = self._phrase.after(piece)
        if piece.kind is not Kind.DATASET or after is None or after.kind is not Kind.CODE:
            return False
        dataset = self._model.dataset(after.dataset)
        beside = after.token.start == piece.token.end and dataset is not None and dataset.parent is not None
        leads = piece.dataset != after.dataset and bool(route(self._model, piece.dataset, after.dataset))
        return beside and leads and self._levels.level_field(after) is not None

    def _by_name(self, piece: Piece) -> Group | None:
        """各类假期, where a field is called so itself; 男女 of people."""
        field = self._phrase.field_of(piece)
        told = piece.token.sort is Sort.TERM and piece.token.text.startswith(("各", "每", "男女"))
        if not told or field is None or field.role not in (Role.CATEGORY, Role.KEY, Role.FLAG):
            return None
        piece.used = True
        return Group(place=self._phrase.place_of(piece))

    def _summed_over(self, piece: Piece) -> bool:
        """所有仓库合计: no group, but all of them together."""
        said, after = self._phrase.just_before(piece), self._phrase.after(piece)
        is_all = said is not None and said.token.text in ("全部", "所有")
        sums = after is not None and after.token.act is Act.AGGREGATE and after.token.detail == Aggregate.SUM
        if not (is_all and sums) or piece.kind is not Kind.DATASET:
            return False
        piece.used = piece.restricts = True
        return True

    def _each_before(self, piece: Piece | None) -> Piece | None:
        """The first piece, looking back, that does not only restrict the thing behind it: 每家 of 每家营业中的门店."""
        while (
            piece is not None
            and piece.place not in self._levels.places
            and (piece.restricts or piece.kind in (Kind.SEGMENT, Kind.CODE) or piece.token.act is Act.TOPMOST)
        ):
            piece = self._phrase.before(piece)
        return piece

    def _by_unit(self, piece: Piece) -> Group | None:
        """A unit of time: 每月, or that of 3个月移动平均."""
        if piece.token.act is Act.GRAIN and piece.token.detail in set(Grain):
            piece.used = True
            return Group(grain=Grain(piece.token.detail))
        several = piece.token.act is Act.MOVING and (piece.token.number or 0) > 1
        unit = _unit_in(piece.token.text) if several else None
        piece.used = piece.used or unit is not None
        return Group(grain=unit) if unit is not None else None

    def _group_place(self, piece: Piece, each: Piece | None, place: Place | None) -> Place | None:
        """What a piece groups by; a quantity by what has it, where it is named with that behind 各."""
        place = self._sort_named(piece) or place
        if each is not None:
            place = self._sort_of(piece, each) or self._own_of(piece) or place
        is_measure = self._phrase.is_measure(piece) and (each is None or self._own_of(piece) is None)
        return None if is_measure else place

    def _sort_named(self, piece: Piece) -> Place | None:
        """各类型网点, 每种类型的网点: by the sort of what is named behind, whatever else has one."""
        after = self._phrase.after(piece)
        says_sort = piece.kind is Kind.FIELD and piece.token.text in _SORTS
        if not says_sort or after is None or after.kind is not Kind.DATASET or after.used:
            return None
        sorts = self._sorts(after.dataset)
        after.used = len(sorts) == 1 and after.dataset != piece.dataset
        return Place(dataset=after.dataset, field=sorts[0].name) if after.used else None

    def _sorts(self, name: str) -> list[Field]:
        """The fields that say of what sort a row is."""
        dataset = self._model.dataset(name)
        return [
            field
            for field in (dataset.fields if dataset is not None else ())
            if field.role is Role.CATEGORY and _SORT.search(f"{field.label.zh} {field.name}")
        ]

    def _sort_of(self, piece: Piece, each: Piece) -> Place | None:
        """各类工单: by the sort of each, where the rows have one column that says it."""
        dataset = self._model.dataset(piece.dataset) if piece.kind is Kind.DATASET else None
        if dataset is None or each.token.text not in _OF_EACH_SORT:
            return None
        sorts = self._sorts(dataset.name)
        return Place(dataset=dataset.name, field=sorts[0].name) if len(sorts) == 1 else None

    def _own_of(self, piece: Piece) -> Place | None:
        """各产线日产能: a quantity that is named with the thing that has it."""
        dataset = self._model.dataset(piece.dataset)
        if dataset is None or not self._phrase.is_measure(piece) or not dataset.display:
            return None
        is_named = any(
            word and piece.token.text.startswith(word) for word in (dataset.label.zh, *dataset.synonyms)
        )
        return Place(dataset=dataset.name, field=dataset.display) if is_named else None

    def _is_time(self, piece: Piece, each: Piece) -> bool:
        """Whether 按 before a time says what a period is about, and no group."""
        field = self._phrase.field_of(piece)
        is_time = field is not None and field.role is Role.TIME
        has_period = any(one.token.time is not None for one in self._phrase)
        return is_time and has_period and each.token.text.startswith(("按", "依", "by"))

    def _asks_when(self, piece: Piece) -> bool:
        is_which = piece.token.text.startswith(("哪", "which", "Which"))
        return is_which and not self._phrase.has(Act.MOST, Act.TOP, Act.RANKED, Act.COMPARE)

    def _by_values(self) -> tuple[Group, ...]:
        """金卡、白金客户各有多少人: several values of a field and each of them."""
        said_each = says_each(self._phrase)
        if not said_each:
            return ()
        named = [piece.place for piece in self._phrase if piece.value is not None or piece.kind is Kind.CODE]
        several = [place for place in named if place is not None and named.count(place) > 1]
        if several:
            self._counts_them(several.count(several[0]))
            return (self._of_nodes(several[0]),)
        described = [one.place for one in self._phrase if one.value is not None and one.value.how is How.PART]
        if len(described) == 1 and described[0] is not None and said_each:
            # 名字里带凌云的几家客户各自买了多少
            return (Group(place=described[0]),)
        return self._by_number()

    def _of_nodes(self, place: Place) -> Group:
        """华东部、华南部各自（含下属）: each node that is named, for what hangs below it too."""
        below = self._phrase.has(Act.TREE) or has_classes(self._model.dataset(place.dataset))
        if not below or place != called_by(place.dataset, self._model):
            return Group(place=place)
        named = tuple(
            piece.value.value
            for piece in self._phrase
            if piece.value is not None and piece.place == place and piece.value.how is not How.PART
        )
        at = Condition(place=place, operator=Operator.IS, values=named)
        return Group(place=place, topmost=True, at=at)

    def _distributed(self) -> tuple[Group, ...]:
        """会员等级的人数分布: by what it is told of, where that is one thing."""
        if not any(_DISTRIBUTED.fullmatch(piece.token.text) for piece in self._phrase):
            return ()
        named = [
            piece
            for piece in self._phrase
            if not (piece.used or piece.restricts or piece.is_below)
            and (field := self._phrase.field_of(piece)) is not None
            and field.role in (Role.CATEGORY, Role.FLAG, Role.KEY)
        ]
        place = self._phrase.place_of(named[0]) if len(named) == 1 else None
        if place is None:
            return ()
        named[0].used = True
        return (Group(place=place),)

    def _counts_sorts(self, piece: Piece) -> bool:
        """三类, 两种: whether a number is of sorts."""
        behind = next((one for one in self._phrase if one.token.start == piece.token.end), None)
        return piece.token.text.endswith(("类", "种")) or (
            behind is not None and behind.token.text in ("类", "种")
        )

    def _counts_them(self, named: int) -> None:
        """直营、加盟、线上三类店铺: how many have been named."""
        for piece in self._phrase:
            if piece.token.sort is Sort.NUMBER and not piece.used and piece.token.number == named:
                piece.used = True

    def _by_number(self) -> tuple[Group, ...]:
        """三个渠道分别占多少: each of as many as there are."""
        if self._phrase.has(Act.MOST, Act.TOP, Act.RANKED):
            return ()
        for piece in self._phrase:
            after = self._phrase.after(piece)
            place = self._phrase.place_of(after) if after is not None else None
            is_number = piece.token.sort is Sort.NUMBER and not piece.used
            if is_number and after is not None and self._counts_sorts(piece):
                # 三类网点: by that sort of which there are three.
                sorts = [one for one in self._sorts(after.dataset) if len(one.codes) == piece.token.number]
                piece.used = after.used = len(sorts) == 1
                return (Group(place=Place(dataset=after.dataset, field=sorts[0].name)),) if sorts else ()
            if is_number and after is not None and place is not None and not self._phrase.is_measure(after):
                piece.used = after.used = True
                return (Group(place=place),)
        return ()

    def of(self, place: Place, before: Piece | None, piece: Piece | None = None) -> Group:
        """The group of a field, with what the word before it says of its tree: 一级类目."""
        if (
            piece is not None
            and piece.is_below
            and piece.kind is Kind.FIELD
            and piece.dataset != place.dataset
        ):
            # 名下客户数 by the owner that a record tells, who is no part of the customer.
            self.doubts = (f"by {piece.token.text}, of which there may be several",)
        level = self._levels.level(before, place) if before is not None else None
        topmost = level is not None or (before is not None and self._levels.is_topmost(before, place))
        return Group(place=place, topmost=topmost, at=level)

    def things_listed(self) -> tuple[Group, ...]:
        """The groups that a threshold is about: 订单数超过十的客户."""
        pieces = [
            piece for piece in self._phrase if not piece.used and not piece.counted and not piece.restricts
        ]
        things = [piece for piece in pieces if piece.kind is Kind.DATASET]
        fields = [
            piece for piece in pieces if piece.kind is Kind.FIELD and not self._phrase.is_measure(piece)
        ]
        asked = self._phrase.thing_asked_for()
        first = [asked] if asked is not None and asked in pieces else []
        for piece in (*first, *reversed(things), *fields):
            place = self._phrase.place_of(piece)
            if place is not None:
                piece.used = True
                return (Group(place=place),)
        named = [piece.dataset for piece in self._phrase if piece.kind is Kind.SEGMENT and piece.restricts]
        # 有效订单数不到15的在营门店
        called = called_by(named[-1], self._model) if named and named[-1] != self._phrase.base else None
        return (Group(place=called),) if called is not None else ()
