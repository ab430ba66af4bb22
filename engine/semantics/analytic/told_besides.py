"""What else is told of each group: 列出姓名、手机号和订单数 of members, whose number of orders is asked for."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Group, Place
from chat2sql.engine.semantics.analytic.phrase import NAMES, Phrase, Piece, called_by
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Additivity, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind

_BESIDE = (Act.ALSO, Act.LIST)


def told_besides(groups: tuple[Group, ...], phrase: Phrase, model: SemanticModel) -> tuple[Group, ...]:
    """The groups with the fields that a list names of the last thing that is grouped by, in the list's order."""
    thing = groups[-1].place if groups else None
    known = model.dataset(thing.dataset) if thing is not None else None
    numbers = known.numbering if known is not None else ()
    if thing is None or groups[-1].topmost:
        return groups
    if thing != called_by(thing.dataset, model) and thing.field not in numbers:
        return groups
    reach = {thing.dataset, *routes_from(model, thing.dataset)}
    taken = {group.place for group in groups}
    told: list[Place] = []
    for piece in phrase:
        place = _named(piece, thing.dataset, phrase) if _is_listed(piece, phrase) else None
        if piece.token.text in NAMES and _stands_among(piece, phrase):
            place = called_by(thing.dataset, model)
        if place is None or place.dataset not in reach:
            continue
        piece.used = True
        if place in taken and place != thing:
            continue
        told.append(place)
    if thing not in told and not any(one.dataset == thing.dataset and one.field in numbers for one in told):
        told = [thing, *told]
    # 列出会员号和消费金额: by their numbers, and no names.
    return (*groups[:-1], *(groups[-1] if one == thing else Group(place=one) for one in dict.fromkeys(told)))


def told_of_each(piece: Piece, phrase: Phrase) -> bool:
    """帐篷有哪些，各能住几人: whether a quantity is told of each thing that is listed, and not summed up."""
    before, field = phrase.before(piece), phrase.field_of(piece)
    lists = any(one.token.act is Act.LIST and one.number < piece.number for one in phrase)
    if before is None or before.token.act is not Act.EACH or not lists or field is None:
        return False
    before.used = field.additivity is Additivity.NON_ADDITIVE
    return before.used


def _named(piece: Piece, dataset: str, phrase: Phrase) -> Place | None:
    """The field that a word names: that of the thing itself, whoever else has a name."""
    own = [one for one in piece.token.meanings if one.kind is Kind.FIELD and one.dataset == dataset]
    return Place(dataset=dataset, field=own[0].name) if own else phrase.place_of(piece)


def _is_listed(piece: Piece, phrase: Phrase) -> bool:
    """Whether a piece is a field that stands among others in a list, and says nothing else."""
    if piece.used or piece.restricts or piece.token.sort is not Sort.TERM or piece.kind is not Kind.FIELD:
        return False
    return not phrase.is_measure(piece) and _stands_among(piece, phrase)


def _stands_among(piece: Piece, phrase: Phrase) -> bool:
    """Whether a piece stands beside others in a list."""
    near = (phrase.before(piece), phrase.after(piece))
    return any(one is not None and one.token.act in _BESIDE for one in near)
