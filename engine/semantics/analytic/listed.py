"""Which fields a question lists: those that it names, and what rows are called where it says which of them it wants."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Place
from chat2sql.engine.semantics.analytic.phrase import NAMES, Phrase, Piece, called_by
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.values.index import How

_WHEN = re.compile("时候|何时|[哪几][天年月日号]|日期|时间")
_WITHIN = "里中带含包是叫"


class Listed:
    """The fields that one phrase lists of the rows of a dataset."""

    def __init__(self, phrase: Phrase, model: SemanticModel, base: str) -> None:
        self._phrase, self._model, self._base = phrase, model, base

    def shown(self) -> tuple[Place, ...]:
        """The fields that are listed: those that are named, and for a ranking what it goes by."""
        found = []
        for piece in self._phrase:
            place = self._phrase.place_of(piece) if self._is_asked_for(piece) else self._asked_besides(piece)
            if place is not None and not piece.restricts:
                piece.used = True
                if self._only_happened(piece):
                    continue
                own = called_by(self._base, self._model) if piece.token.act is Act.GRAIN else None
                if own is not None and not self._phrase.names_row():
                    found.append(own)
                found.append(place)
        asked = next((self._asked_besides(piece) for piece in self._phrase if "谁" in piece.token.text), None)
        if asked in found and self._phrase.has(Act.MOST, Act.TOP):
            # 工资最高的是谁: who, and then how much.
            found = [asked, *(place for place in found if place != asked)]
        own = self._described() or called_by(self._base, self._model)
        names = self._names_things() or self._described() is not None
        dataset = self._model.dataset(self._base)
        if dataset is not None and dataset.display is None and own is not None:
            # 列出采购单号 of what has no name: its number, and no key.
            numbers = {place.field for place in found if place.dataset == self._base}
            names = names and not numbers & set(dataset.numbering)
        if found and own is not None and own not in found and names:
            found.insert(0, own)
        of_what = self._of_what(found)
        found = [of_what, *found] if of_what is not None else found
        if self._phrase.list_begins() is not None:
            # 质保期最长的有哪些，列出名称和质保期: in the order of the list.
            found = list(dict.fromkeys(reversed(found)))[::-1]
        return tuple(dict.fromkeys(found))

    def _only_happened(self, piece: Piece) -> bool:
        """在哪些城市开了店: what has happened, and not when."""
        field = self._phrase.field_of(piece)
        is_time = field is not None and field.role is Role.TIME
        asks_when = any(_WHEN.search(one.token.text) for one in self._phrase)
        which = any(
            one.token.act in (Act.WHICH, Act.LIST) and one.number < piece.number for one in self._phrase
        )
        return is_time and which and not asks_when and re.search("[了过]", piece.token.text) is not None

    def _of_what(self, found: list[Place]) -> Place | None:
        """办公椅现在的零售价: what each of several things is called of which a record only has the price."""
        record = self._model.dataset(self._base)
        if record is None or not record.is_record or {place.dataset for place in found} != {record.name}:
            return None
        named = {piece.dataset for piece in self._phrase if piece.restricts and piece.dataset != record.name}
        things = [join.target for join in self._model.joins_from(record.name)]
        meant = [one for one in dict.fromkeys(things) if named & {one, *routes_from(self._model, one)}]
        thing = self._model.dataset(meant[0]) if len(meant) == 1 else None
        named_by = [piece.place for piece in self._phrase if thing and self._names_one(piece, thing)]
        # By name and by number it is still one.
        if thing is None or (named_by and len(named_by) == len(set(named_by))):
            return None
        return called_by(thing.name, self._model)

    def _names_one(self, piece: Piece, thing: Dataset) -> bool:
        """Whether a value says which one of the things is meant: its name, or its number."""
        value = piece.value
        names = value is not None and value.field in (thing.display, *thing.numbering)
        return names and value is not None and value.table == thing.name and value.how is not How.PART

    def _is_asked_for(self, piece: Piece) -> bool:
        """Whether a piece is a field, or something that each row leads to: 在哪个部门."""
        if piece.kind is not Kind.DATASET or piece.dataset == self._base or piece.is_below:
            return piece.kind is Kind.FIELD
        before, after = self._phrase.before(piece), self._phrase.after(piece)
        asks = before is not None and before.token.act is Act.WHICH
        # 2022年1月1日在客服部的员工有哪些, of a record.
        listed = self._is_record() and after is not None and after.token.act in (Act.WHICH, Act.LIST)
        # 列出姓名、部门和入职日期
        begins = self._phrase.list_begins()
        near = [one for one in (before, after) if one is not None]
        told = begins is not None and begins < piece.number and any(one.token.act is Act.ALSO for one in near)
        return piece.token.sort is Sort.TERM and (asks or listed or told)

    def _is_record(self) -> bool:
        dataset = self._model.dataset(self._base)
        return dataset is not None and dataset.is_record

    def _names_things(self) -> bool:
        """Whether it is said which things are listed, beside what is asked of each: 关门的店有哪些，什么时候关的."""
        if any(self._with_its_fields(piece) for piece in self._phrase):
            return True
        return any(
            near is not None
            and near.dataset == self._base
            and near.token.sort is Sort.TERM
            and near.kind is Kind.DATASET
            for piece in self._phrase
            if piece.token.act in (Act.WHICH, Act.LIST)
            for near in (self._phrase.after(piece), self._phrase.before(piece))
        )

    def _with_its_fields(self, piece: Piece) -> bool:
        """在售商品及其保质期"""
        if piece.kind is not Kind.DATASET or piece.dataset != self._base:
            return False
        after = self._phrase.after(piece)
        field = self._phrase.after(after) if after is not None and after.token.act is Act.ALSO else None
        return field is not None and field.kind is Kind.FIELD and field.dataset == self._base

    def _described(self) -> Place | None:
        """What the things are called of which a name only has a part: 香薰都有哪几款，多少钱."""
        if not self._phrase.has(Act.WHICH, Act.LIST):
            return None
        for piece in self._phrase:
            if piece.value is not None and piece.value.how is How.PART and piece.place is not None:
                return piece.place if called_by(piece.dataset, self._model) == piece.place else None
        return None

    def only_kinds(self, shown: tuple[Place, ...]) -> tuple[Place, ...]:
        """The kinds, where nothing else is listed."""
        kinds = self.kinds()
        return kinds if shown and set(shown) <= set(kinds) else ()

    def kinds(self) -> tuple[Place, ...]:
        """Which values a field has, each once: 在哪些城市开了店."""
        if self._names_things() or self._is_record():
            return ()
        for piece in self._phrase:
            after = self._phrase.after(piece) if piece.token.act in (Act.WHICH, Act.LIST) else None
            field = self._phrase.field_of(after) if after is not None else None
            if after is not None and field is not None and field.role is Role.CATEGORY and after.place:
                return (after.place,)
        return ()

    def _asked_besides(self, piece: Piece) -> Place | None:
        """Who, in 工号8是谁，什么岗位; when, in 今年开了哪几家，哪天开的."""
        dataset = self._model.dataset(self._base)
        if dataset is None:
            return None
        if piece.token.act is Act.WHICH and "叫" in piece.token.text:
            before = self._phrase.before(piece)
            leads = before is not None and before.kind in (Kind.FIELD, Kind.JOIN)
            return None if leads else called_by(self._base, self._model)
        if piece.token.text in NAMES:
            return called_by(self._base, self._model) if self._lists_it(piece) else None
        if piece.token.act in (Act.WHICH, Act.LIST) and "谁" in piece.token.text and piece.dataset:
            return self._who(piece, dataset)
        if piece.token.act is not Act.GRAIN or not piece.token.text.startswith("哪") or dataset.time is None:
            return None
        return Place(dataset=self._base, field=dataset.time)

    def _who(self, piece: Piece, base: Dataset) -> Place | None:
        """Who it is, of people beside whose fields it is asked, or whom a record leads to: 那天的店长是谁."""
        if piece.dataset == base.name:
            return called_by(base.name, self._model) if self._names_fields() else None
        return called_by(piece.dataset, self._model) if base.is_record else None

    def _lists_it(self, piece: Piece) -> bool:
        """列出编码和名称: the name is one of what is listed; 名称里带帐篷的 only says where to look."""
        here = piece.token.start, piece.token.end
        beside = [one for one in self._phrase if one.token.end == here[0] or one.token.start == here[1]]
        within = any(one.token.text[:1] in _WITHIN and one.token.start == here[1] for one in beside)
        listed = any(one.token.act is Act.ALSO for one in beside)
        return listed and not within

    def _names_fields(self) -> bool:
        """Whether fields are asked for, and not of a thing that is named: 工资最高的员工是谁 lists employees anyway."""
        named = any(
            piece.kind is Kind.DATASET and piece.token.sort is Sort.TERM and piece.dataset == self._base
            for piece in self._phrase
        )
        return not named and any(self._is_asked_for(piece) and not piece.restricts for piece in self._phrase)
