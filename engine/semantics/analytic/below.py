"""Trees in questions: whether what hangs below a node counts too, or is asked for itself."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.figures import counts_rows
from chat2sql.engine.semantics.analytic.intent import Childless, Condition, Figure, Group, Operator, Place
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.trees import has_classes
from chat2sql.engine.semantics.model.semantic_model import Dataset, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind

OF_PEOPLE = re.compile(r"手|直接|间接|带|管|汇报")
"""Below whom people are, not counting themselves."""
_BELOW = re.compile("(?:直接|直属)?(?:下属|下级|下辖|子)的?(?:部门|类目|分类|机构|区域|科目|组织)?")
_LEAVES = re.compile(r"[二三四五]级|末级|叶子?|最细|最小|小类|细类")
_CHILDREN = re.compile(
    r"(?:的)?(?:(?:直接|直属)?(?:下属|下级|下面|下辖|手下)|直接(?:管理|领导|带|管))(?!.*(?:所有|各级|全部|间接))"
)


def with_below(piece: Piece, place: Place, phrase: Phrase, model: SemanticModel) -> bool:
    """Whether what hangs below the row that a piece names counts too."""
    if place.via:
        return False
    dataset = model.dataset(place.dataset)
    for near in phrase.next_to(piece, 1):
        if near.token.act is not Act.TREE or dataset is None or dataset.parent is None:
            continue
        if OF_PEOPLE.search(near.token.text) and not (
            near is phrase.after(piece) and place.field == dataset.display
        ):
            # 财务部负责人手下: of somebody who is not named.
            return False
        further = phrase.after(near)
        near.used = True
        for other in phrase:
            # 手下的在职下属
            other.used = other.used or (other.token.act is Act.TREE and "下属" in other.token.text)
        if further is not None and further.token.act is Act.TREE:
            # 手下直接加间接
            further.used = True
        return True
    if dataset is None or dataset.parent is None:
        return False
    thing = phrase.thing_asked_for()
    # 食品饮料大类 only says what that is.
    says_what = thing is phrase.after(piece) and thing is not None and thing.token.start == piece.token.end
    if thing is not None and thing.dataset == dataset.name and not says_what:
        return False
    return has_classes(dataset) or _holds_leaves(dataset, model)


def of_children(piece: Piece, place: Place, phrase: Phrase, model: SemanticModel) -> Place:
    """研发部的下级部门, 王伟的直接下属: the rows of the same tree that lead to this one."""
    dataset, thing = model.dataset(place.dataset), phrase.thing_asked_for()
    after = phrase.after(piece)
    if dataset is None or dataset.parent is None or after is None or after.token.act is not Act.TREE:
        return place
    if not _CHILDREN.match(after.token.text) or thing is None or thing.dataset != place.dataset:
        return place
    after.used = True
    return place.model_copy(update={"via": dataset.parent})


def _holds_leaves(dataset: Dataset, model: SemanticModel) -> bool:
    """Whether what refers to a tree refers to its leaves: then a node stands for all below it."""
    return any(
        join.target == dataset.name != join.source
        and _LEAVES.search(" ".join((join.label.zh, *join.synonyms)))
        for join in model.relationships
    )


def childless_of(phrase: Phrase, model: SemanticModel) -> Childless | None:
    """哪些部门没有下级部门: rows with none below them; the pieces are marked. None: it is not asked for."""
    for piece in phrase:
        denied = phrase.before(piece)
        if piece.token.act is not Act.TREE or denied is None or not _BELOW.fullmatch(piece.token.text):
            continue
        says_has = denied.token.text == "有" or (phrase.just_before(piece) or piece).token.text == "有"
        if denied.token.act is not Act.NOT and not says_has:
            continue
        named = [one for one in phrase if one.kind is Kind.DATASET and one.dataset]
        trees = [one for one in named if (tree := model.dataset(one.dataset)) is not None and tree.parent]
        if not trees or len({one.dataset for one in trees}) > 1:
            continue
        piece.used = True
        denied.used = denied.used or denied.token.act is Act.NOT
        behind = phrase.after(piece)
        if behind is not None and behind.dataset == trees[0].dataset and len(trees) > 1:
            behind.used = True
        return Childless(dataset=trees[0].dataset, negated=denied.token.act is not Act.NOT)
    return None


def without_tops(
    groups: tuple[Group, ...], figures: tuple[Figure, ...], model: SemanticModel
) -> tuple[Condition, ...]:
    """每个一级类目下有几个二级类目: what stands at the top is not below itself."""
    for group in groups:
        tree = model.dataset(group.place.dataset) if group.place is not None and group.topmost else None
        if tree is None or tree.parent is None:
            continue
        if any(one.dataset == tree.name and counts_rows(one, model) for one in figures):
            place = Place(dataset=tree.name, field=tree.parent)
            return (Condition(place=place, operator=Operator.SET),)
    return ()


def beside_levels(
    conditions: tuple[Condition, ...], groups: tuple[Group, ...], levels: set[Place], base: str
) -> tuple[Condition, ...]:
    """The conditions that say more than at which level of a tree the groups are: 每个一级类目下的二级类目.

    Args:
        levels: the fields that say at which level a node is.
        base: the dataset whose rows are counted or listed; of others, 华东大区 only says what 华东 is.
    """
    grouped = {value for group in groups if group.at is not None for value in group.at.values}
    told = []
    for one in conditions:
        if one.place not in levels:
            told.append(one)
            continue
        left = tuple(value for value in one.values if value not in grouped)
        if left and one.place.dataset == base:
            told.append(one.model_copy(update={"values": left, "tree": False}))
    return tuple(told)
