"""Who is below people that are not named: 电商部负责人的所有下属, 总经理直接带的人."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Condition, Operator, Subordinates
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.trees import below, quoted_of
from chat2sql.engine.semantics.model.joins import targets_of
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import term_index
from chat2sql.engine.values.index import How

_OF_PEOPLE = re.compile("下属|手下|手底下|直接[管带领]|汇报")
_DIRECT, _ALL = re.compile("直接|直属"), re.compile("间接|所有|全部|各级|一共|连同|含")
_OFFICE = re.compile("经理|总监|主管|组长|总裁|店长|负责人|主任|董事")


def subordinates_of(phrase: Phrase, model: SemanticModel) -> Subordinates | None:
    """Find them; the pieces that have a part in it are marked. None: nobody's are asked for, or those of somebody named."""
    tree = model.dataset(phrase.base)
    marks = [one for one in phrase if one.token.act is Act.TREE and _OF_PEOPLE.search(one.token.text)]
    people = {one.dataset for one in term_index(model).people}
    if tree is None or tree.parent is None or tree.name not in people or not marks:
        return None
    before = [one for one in phrase if one.number < marks[0].number]
    named = [one for one in before if one.value is not None and one.value.how is not How.PART]
    somebody = [one for one in named if _names_one(one, tree)]
    beside = somebody and phrase.after(somebody[-1]) is marks[0] and len(named) == 1
    if beside or len(somebody) > 1:
        return None
    leads = next((one for one in before if _leads_to(one, tree, phrase, model)), None)
    if somebody:
        # 华东部负责人孙杰的在职下属: of him, whatever else is said of who he is.
        aside = [one for one in named if one not in somebody]
        for one in (*aside, *([leads] if leads is not None else [])):
            one.used = one.restricts = True
        named, leads = somebody, None
    elif leads is not None and leads.place is not None:
        named = [one for one in named if one.dataset == leads.dataset]
    elif not any(_OFFICE.search(one.token.text) for one in named):
        # 华东运营部下属的员工 are those of what is below a department.
        return None
    if not named:
        return None
    for one in (*named, *marks, *(one for one in phrase if one.token.act is Act.TREE)):
        one.used = True
        one.restricts = one.value is not None
    if leads is not None:
        leads.used = leads.restricts = True
    above = tuple(
        Condition(place=one.place, operator=Operator.IS, values=(one.value.value,))
        for one in named
        if one.place is not None and one.value is not None
    )
    said = "".join(one.token.text for one in phrase if one.number >= before[-1].number or one in marks)
    direct = _DIRECT.search(said) is not None and _ALL.search(said) is None
    by = leads.place if leads is not None else None
    return Subordinates(dataset=tree.name, above=above, by=by, direct=direct)


def whose_subordinates(
    phrase: Phrase, below: Subordinates | None, conditions: tuple[Condition, ...], model: SemanticModel
) -> tuple[str, ...]:
    """财务部负责人有多少下属: people below somebody are asked for, and it is not told below whom."""
    people = {one.dataset for one in term_index(model).people}
    told = below is not None or any(
        one.place.dataset in people and (one.tree or one.place.via) for one in conditions
    )
    for piece in phrase:
        near = (phrase.before(piece), phrase.after(piece))
        asked = any(one is not None and one.token.act in (Act.COUNT, Act.LIST, Act.WHICH) for one in near)
        if piece.token.act is Act.TREE and piece.token.text.endswith(("下属", "手下")) and asked and not told:
            return ("below whom is not told",)
    return ()


def _names_one(piece: Piece, tree: Dataset) -> bool:
    """Whether it is somebody by name, or by number."""
    is_name = piece.value is not None and piece.value.field in (tree.display, *tree.numbering)
    return is_name and piece.dataset == tree.name


def _leads_to(piece: Piece, tree: Dataset, phrase: Phrase, model: SemanticModel) -> bool:
    """电商部的负责人: whether a column leads from what is named to people."""
    field = phrase.field_of(piece)
    if field is None or field.role is not Role.KEY or piece.dataset == tree.name:
        return False
    return tree.name in targets_of(model, piece.dataset, field.name)


def below_others(scope: Scope, model: SemanticModel, one: Subordinates) -> exp.Expr:
    """Whether a row is below those people, at whatever distance or right below them.

    Raises:
        NotExpressible: the dataset cannot be had, or is no tree.
    """
    tree = model.dataset(one.dataset)
    assert tree is not None and tree.parent is not None
    key = tree.primary_key[0]
    of = one.by.dataset if one.by is not None else tree.name
    top = Scope(model, of)
    column = one.by.field if one.by is not None else key
    conditions = [top.condition(condition) for condition in one.above]
    leaders = top.over(exp.select(quoted_of(column, top.alias(of)))).where(*conditions)
    scope.join(tree.name)
    if one.direct:
        return exp.In(this=quoted_of(tree.parent, scope.alias(tree.name)), query=leaders.subquery())
    first = Scope(model, tree.name)
    parent = quoted_of(tree.parent, first.alias(tree.name))
    start = first.over(exp.select(quoted_of(key, first.alias(tree.name)))).where(
        exp.In(this=parent, query=leaders.subquery())
    )
    own = quoted_of(key, scope.alias(tree.name))
    return exp.In(this=own, query=below(tree, start, scope.table(tree.name, "child")))
