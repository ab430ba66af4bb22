"""Groups that are nodes of a tree: those of a level, 各大区 and 每个二级品类, the topmost, and what hangs below one."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Condition, Group, Operator, Place
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece, called_by
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.analytic.trees import has_classes
from chat2sql.engine.semantics.model.semantic_model import Field, SemanticModel
from chat2sql.engine.semantics.model.spelling import unset
from chat2sql.engine.semantics.model.terms import Kind

_LEVEL_FIELD = re.compile(r"level|lvl|tier|层级|级别|级次|层次", re.IGNORECASE)
_LEVEL_NAME = re.compile(r"大区|省|城市|直辖市|事业部|[一二三四]级|区县|片区")
_CLASSES = re.compile("类目|分类|品类|类别")
_SEVERAL = 2
_LEVEL = re.compile(r"级|层|level|top", re.IGNORECASE)
_NTH_LEVEL = re.compile("(?P<n>[二三四])级(?P<thing>[㐀-鿿]{2,4})")


class Levels:
    """The levels of trees that one phrase names.

    Attributes:
        segments: those that only say that a group is what stands at the top of its tree.
        places: the fields whose codes only say at which level of its tree.
    """

    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self.segments: set[str] = set()
        self.places: set[Place] = set()

    def as_level(self, piece: Piece) -> Group | None:
        """各大区, where that is what a level of a tree is called: the nodes of that level, for what hangs below them."""
        dataset = self._model.dataset(piece.dataset) if piece.kind is Kind.CODE else None
        each = self._asks_for_each(piece) if dataset is not None and dataset.parent is not None else None
        if each is None or piece.place is None or piece.meaning is None:
            return None
        field = self._model.field(piece.place.dataset, piece.place.field)
        if dataset is None or dataset.parent is None or dataset.display is None or field is None:
            return None
        if self.level_field(piece) is None:
            return None
        self.places.add(piece.place)
        piece.used = True
        each.used = each.used or each.token.act is Act.EACH or each.token.sort is Sort.NUMBER
        at = Condition(place=piece.place, operator=Operator.IS, values=(piece.meaning.code,))
        lists = any(one.token.act is Act.LIST and one.number < each.number for one in self._phrase)
        besides = lists and each.token.act is Act.WHICH
        place = Place(dataset=dataset.name, field=dataset.display)
        return Group(place=place, topmost=True, at=at, besides=besides)

    def as_topmost_class(self, piece: Piece) -> Group | None:
        """各大类: what stands at the top of the only tree of classes."""
        before = self._phrase.before(piece)
        if (
            piece.token.text != "大类"
            or before is None
            or before.token.act not in (Act.EACH, Act.WHICH, Act.LIST)
        ):
            return None
        trees = [one for one in self._model.datasets if has_classes(one) and _CLASSES.search(one.label.zh)]
        said = self._phrase.has(Act.TOPMOST) or any(
            one.kind is Kind.CODE and one.dataset == trees[0].name for one in self._phrase if trees
        )
        if len(trees) != 1 or trees[0].display is None or said:
            # 各大类（一级品类）
            return None
        piece.used = before.used = True
        return Group(place=Place(dataset=trees[0].name, field=trees[0].display), topmost=True)

    def level_field(self, piece: Piece) -> Field | None:
        """The field whose code a piece is, where it says at which level of a tree a row is."""
        field = self._model.field(piece.place.dataset, piece.place.field) if piece.place is not None else None
        if field is None:
            return None
        levels = sum(_LEVEL_NAME.search("".join(code.words)) is not None for code in field.codes)
        says = _LEVEL_FIELD.search(f"{field.name} {field.label.zh}") is not None or levels >= _SEVERAL
        return field if says else None

    def as_children(self, piece: Piece) -> Group | None:
        """护肤下面各二级类目: what hangs right below a node that is named, for what hangs below that."""
        said = _NTH_LEVEL.search(piece.token.text)
        if piece.token.act is not Act.CHILDREN:
            return None
        of_level = self._of_level(piece)
        if of_level is not None:
            return of_level
        if said is not None and said["n"] != "二" and any(one.value is not None for one in self._phrase):
            # 食品下面各三级品类: how far below depends on where that stands.
            return None
        for one in self._phrase:
            dataset = self._model.dataset(one.dataset) if one.value is not None else None
            is_node = (
                dataset is not None
                and dataset.parent is not None
                and one.place == called_by(one.dataset, self._model)
            )
            if dataset is None or not is_node or one.place is None or one.value is None:
                continue
            self.places.add(one.place)
            piece.used = True
            for other in self._phrase:
                # ，含下级各有多少: what hangs below them counts anyway.
                other.used = other.used or other.token.act is Act.TREE
            above = one.place.model_copy(update={"via": dataset.parent})
            at = Condition(place=above, operator=Operator.IS, values=(one.value.value,))
            return Group(place=one.place, topmost=True, at=at)
        return None

    def _of_level(self, piece: Piece) -> Group | None:
        """每个二级品类: what stands at that level of the tree that is called so."""
        said = _NTH_LEVEL.search(piece.token.text)
        for dataset in self._model.datasets if said is not None else ():
            called = (dataset.label.zh, *dataset.synonyms)
            named = said is not None and any(word.endswith(said["thing"]) for word in called)
            level = next((one for one in dataset.fields if _LEVEL_FIELD.search(one.name)), None)
            code = _code_of(level, said["n"]) if said is not None and level is not None else ""
            if not named or not (dataset.parent and dataset.display) or level is None or not code:
                continue
            piece.used = True
            place = Place(dataset=dataset.name, field=level.name)
            at = Condition(place=place, operator=Operator.IS, values=(code,))
            self.places.add(place)
            return Group(place=Place(dataset=dataset.name, field=dataset.display), topmost=True, at=at)
        return None

    def _asks_for_each(self, piece: Piece) -> Piece | None:
        """What says that each of something is meant: 各大区, 哪个大区卖得最多, 门店最多的城市."""
        before = self._phrase.before(piece)
        if before is not None and before.kind is Kind.DATASET and before.token.end == piece.token.start:
            before = self._phrase.before(before)
        if before is not None and before.token.act in (Act.EACH, Act.WHICH, Act.LIST):
            return before
        counts = before is not None and before.token.sort is Sort.NUMBER and not before.used
        if (
            before is not None
            and counts
            and says_each(self._phrase)
            and not self._phrase.has(Act.TOP, Act.MOST)
        ):
            # 三个大类各占多少: all that there are.
            return before
        if before is not None and before.value is not None:
            return None
        after = self._phrase.after(piece)
        if after is not None and after.token.act is Act.LIST:
            return after
        return next((one for one in self._phrase if one.token.act in (Act.MOST, Act.TOP)), None)

    def level(self, piece: Piece, place: Place) -> Condition | None:
        """The code of a level of the tree: what lies below a node of that level counts as it."""
        dataset = self._model.dataset(place.dataset)
        if piece.kind is not Kind.CODE or piece.meaning is None or dataset is None or dataset.parent is None:
            return None
        if piece.dataset != place.dataset or not _LEVEL.search(piece.token.text) or piece.place is None:
            return None
        self.places.add(piece.place)
        return Condition(place=piece.place, operator=Operator.IS, values=(piece.meaning.code,))

    def is_topmost(self, piece: Piece, place: Place) -> bool:
        """一级类目: what stands at the top of a tree, for what hangs below it."""
        if piece.token.act is Act.TOPMOST:
            known = self._model.dataset(place.dataset)
            piece.used = known is not None and known.parent is not None
            return piece.used
        segment = (
            self._model.segment(piece.meaning.name) if piece.kind is Kind.SEGMENT and piece.meaning else None
        )
        dataset = self._model.dataset(place.dataset)
        if segment is None or dataset is None or dataset.parent is None or segment.dataset != dataset.name:
            return False
        if segment.condition != unset(dataset.name, dataset.parent, self._model.dialect):
            return False
        self.segments.add(segment.name)
        return True


def _code_of(level: Field, said: str) -> str:
    """The code of 二级: what is called so, else its number where levels are counted from one; empty: it is not clear."""
    named = [one.code for one in level.codes if any(f"{said}级" in word for word in one.words)]
    number = str("一二三四".index(said) + 1)
    codes = {one.code for one in level.codes}
    counted = number in codes and "0" not in codes
    return named[0] if len(named) == 1 else number if counted and not named else ""


def says_each(phrase: Phrase) -> bool:
    """Whether each of several is asked for."""
    return phrase.has(Act.EACH) or any(re.search("分别|各自", piece.token.text) for piece in phrase)
