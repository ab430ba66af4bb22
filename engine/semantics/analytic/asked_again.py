"""What 多少 and 几 ask for where a quantity was told before: 功率超过2000瓦的商品有哪些，多少瓦."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.analytic.units import same_unit
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning


def asking_again(tokens: Sequence[Token], model: SemanticModel) -> list[Token]:
    """The tokens, of which those that ask for a quantity by its unit name it, and those behind one count nobody.

    能住几人 asks how many it holds, and 多少瓦 for what was above 2000瓦.
    """
    told = list(tokens)
    for place, token in enumerate(tokens):
        if token.act is not Act.COUNT or not place:
            continue
        if _quantity(tokens[place - 1], model) is not None and tokens[place - 1].end == token.start:
            told[place] = token._replace(sort=Sort.NOISE, act=None, meanings=()) if token.meanings else token
            continue
        unit = tokens[place + 1] if place + 1 < len(tokens) else None
        if unit is None or unit.sort is not Sort.NOISE or unit.start != token.end:
            continue
        again = _compared_in(unit.text, tokens[:place], model)
        if again is not None:
            told[place] = token._replace(sort=Sort.TERM, act=None, detail="", meanings=(again,))
    return told


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
    best = token.meanings[0] if token.sort is Sort.TERM and token.meanings else None
    field = model.field(best.dataset, best.name) if best is not None and best.kind is Kind.FIELD else None
    return best if field is not None and field.role is Role.MEASURE else None
