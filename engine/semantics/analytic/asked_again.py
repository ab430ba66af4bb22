"""What 多少 and 几 ask for where a quantity was told before: 功率超过2000瓦的商品有哪些，多少瓦."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.token import Sort, Token, said_places
from chat2sql.engine.semantics.analytic.trees import has_classes
from chat2sql.engine.semantics.analytic.units import same_unit
from chat2sql.engine.semantics.model.joins import targets_of
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning, term_index

_ROWS = re.compile("[单笔次]数$")


def asking_again(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """The tokens, of which those that ask for a quantity by its unit name it, and those behind one count nobody.

    能住几人 asks how many it holds, and 多少瓦 for what was above 2000瓦.
    """
    told = _counting(_nodes_below(_whom_of_those_below(tokens, model), model))
    counted: dict[str, tuple[Meaning, ...]] = {}
    for place, token in enumerate(tokens):
        if token.act is not Act.COUNT or not place:
            continue
        if token.text in counted:
            # ，带上单数: of the same rows.
            told[place] = token._replace(meanings=counted[token.text])
            continue
        if _quantity(tokens[place - 1], model) is not None and tokens[place - 1].end == token.start:
            told[place] = token._replace(sort=Sort.NOISE, act=None, meanings=()) if token.meanings else token
            continue
        state = tokens[place - 1].best
        beside = tokens[place - 1].end == token.start and _ROWS.search(token.text) is not None
        if state is not None and state.kind is Kind.CODE and beside:
            # 退款成功单数: of the refunds, and not of whatever else is called 单.
            rows = Meaning(kind=Kind.DATASET, dataset=state.dataset)
            counted[token.text] = (rows,)
            told[place] = token._replace(meanings=(rows,))
            continue
        unit = tokens[place + 1] if place + 1 < len(tokens) else None
        if unit is None or unit.sort is not Sort.NOISE or unit.start != token.end:
            continue
        again = _compared_in(unit.text, tokens[:place], model)
        if again is not None:
            told[place] = token._replace(sort=Sort.TERM, act=None, detail="", meanings=(again,))
    return told


def _whom_of_those_below(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """马越的下属有哪些: people are asked for, where only they are below each other."""
    told = list(tokens)
    people = [one for one in term_index(model).people if _is_tree(one.dataset, model)]
    said = said_places(tokens)
    for before, place in pairwise(said):
        below = tokens[before].act is Act.TREE and tokens[before].text.endswith(("下属", "手下", "手底下"))
        asks = tokens[place].act in (Act.LIST, Act.WHICH, Act.COUNT)
        if below and asks and len(people) == 1:
            told[place] = tokens[place]._replace(meanings=tuple(people))
    return told


def _counting(tokens: Sequence[Token]) -> list[Token]:
    """在职员工的数量: how many there are, and no quantity of other rows that is called so."""
    told = list(tokens)
    said = said_places(tokens)
    for before, place in pairwise(said):
        token = tokens[place]
        rows = {
            one.dataset
            for number, one in enumerate(tokens[before].meanings)
            if (one.kind is Kind.DATASET and one.weight == 1) or (one.kind is Kind.SEGMENT and not number)
        }
        own = any(one.dataset in rows for one in token.meanings)
        if token.sort is Sort.TERM and token.text == "数量" and rows and not own:
            told[place] = token._replace(sort=Sort.OPERATOR, act=Act.COUNT, meanings=())
    return told


def _nodes_below(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """数码产品下面有哪些二级类目: nodes of the tree are asked for, and not what a column leads to them from."""
    told = list(tokens)
    named = {one.table for token in tokens for one in token.values if has_classes(model.dataset(one.table))}
    said = said_places(tokens)
    for before, place in pairwise(said):
        best = tokens[place].best
        asks = tokens[before].act in (Act.LIST, Act.WHICH) and any(one.act is Act.TREE for one in tokens)
        if not asks or best is None or best.kind is not Kind.FIELD:
            continue
        leads = targets_of(model, best.dataset, best.name)
        if leads and leads[0] in named:
            told[place] = tokens[place]._replace(meanings=(Meaning(kind=Kind.DATASET, dataset=leads[0]),))
    return told


def _is_tree(name: str, model: SemanticModel) -> bool:
    dataset = model.dataset(name)
    return dataset is not None and dataset.parent is not None


def _compared_in(unit: str, before: Sequence[Token], model: SemanticModel) -> Meaning | None:
    """The quantity before a number in some unit."""
    quantity = None
    for token in before:
        quantity = _quantity(token, model) or quantity
        if token.sort is Sort.NUMBER and same_unit(token.text, unit) and quantity is not None:
            return quantity
    return None


def _quantity(token: Token, model: SemanticModel) -> Meaning | None:
    """The quantity of single rows that a term names best."""
    best = token.best if token.sort is Sort.TERM else None
    field = model.field(best.dataset, best.name) if best is not None and best.kind is Kind.FIELD else None
    return best if field is not None and field.role is Role.MEASURE else None
