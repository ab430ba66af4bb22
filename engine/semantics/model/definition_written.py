"""Conditions that a definition writes out: client.is_test=1, status in (1,2), sign_time <= promise_time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.truth import truth

_SIGNS = {"<=": "<=", "≤": "<=", "<": "<", "＜": "<", ">=": ">=", "≥": ">=", ">": ">", "＞": ">"}
_COMPARED = re.compile(
    r"(?P<left>[A-Za-z_][A-Za-z0-9_]*)\s*(?P<sign><=|>=|≤|≥|<|>|＜|＞)\s*(?P<right>[A-Za-z_][A-Za-z0-9_]*)"
)
_WRITTEN = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<table>[A-Za-z_]\w*\.)?(?P<column>[A-Za-z_][A-Za-z0-9_]*)\s*"
    r"(?P<no>!=|<>|≠|not\s+in(?=\s*[(（]))?(?(no)|(?:==?|＝|in(?=\s*[(（])))\s*[(（]?\s*"
    r"(?P<values>['\"]?(?:[0-9]+|[A-Z]{1,6})['\"]?(?:\s*[,，、/]\s*['\"]?(?:[0-9]+|[A-Z]{1,6})['\"]?)*)(?![A-Za-z0-9_])\s*[)）]?",
)
YES_OR_NO = {"1": True, "Y": True, "TRUE": True, "0": False, "N": False, "FALSE": False}


class Written(NamedTuple):
    """A condition: where it stands, whose rows it restricts, as SQL, and in words."""

    start: int
    end: int
    owner: str
    condition: str
    words: str
    leaves_out: bool = False


def as_stored(code: str, of: Field) -> str:
    """A code as SQL has it: '1' in a column of texts."""
    is_text = re.search(r"char|text|enum|string", of.type, re.IGNORECASE) is not None
    return "'" + code.replace("'", "''") + "'" if is_text else code


def compared(text: str, dataset: Dataset, model: SemanticModel) -> Iterator[Written]:
    """Two columns of a dataset set against each other."""
    names = {one.name.lower(): one.name for one in dataset.fields}
    for match in _COMPARED.finditer(text):
        left, right = (names.get(match[side].lower()) for side in ("left", "right"))
        if left is not None and right is not None:
            first, second = (spelled(dataset.name, name, model.dialect) for name in (left, right))
            condition = f"{first} {_SIGNS[match['sign']]} {second}"
            yield Written(match.start(), match.end(), dataset.name, condition, match.group())


def of_others(
    text: str, dataset: Dataset, model: SemanticModel, is_left_out: Callable[[int], bool]
) -> Iterator[Written]:
    """Columns of what each row has one of, with the values that they have to have.

    Args:
        is_left_out: whether the clause in which a place stands says what does not count.
    """
    own = {one.name.lower() for one in dataset.fields}
    reach = sorted(routes_from(model, dataset.name).items(), key=lambda one: len(one[1]))
    for match in _WRITTEN.finditer(text):
        told, column = match["table"], match["column"].lower()
        if told is None and column in own:
            continue
        homes = [
            (owner, field)
            for name, way in reach
            if (owner := model.dataset(name)) is not None and name != dataset.name
            if (field := owner.field(column)) is not None
            if (told.rstrip(".").lower() == name.rpartition(".")[2].lower() if told else len(way) == 1)
        ]
        if homes:
            yield _taken(match, *homes[0], model, leaves_out=is_left_out(match.start()))


def _taken(
    match: re.Match[str], owner: Dataset, field: Field, model: SemanticModel, *, leaves_out: bool
) -> Written:
    said = re.findall(r"[A-Za-z0-9_]+", match["values"])
    values = [as_stored(value, field) for value in said]
    out = (match["no"] is not None) != leaves_out
    column = spelled(owner.name, field.name, model.dialect)
    condition = f"{column} {'NOT IN' if out else 'IN'} ({', '.join(values)})"
    if len(values) == 1:
        condition = f"{column} {'<>' if out else '='} {values[0]}"
        if field.role is Role.FLAG and said[0].upper() in YES_OR_NO:
            condition = f"{column} = {truth(field, holds=YES_OR_NO[said[0].upper()] != out)}"
    words = f"{field.label.zh or field.name} {match['values']}"
    return Written(match.start(), match.end(), owner.name, condition, words, out)


def goes_through_states(field: Field) -> bool:
    """Whether a field's codes tell how far something has come: 待付款, 已发货."""
    return sum(word.startswith(("已", "待", "未")) for code in field.codes for word in code.words[:1]) > 1


def unglossed(codes: str) -> str:
    """A list of codes without what stands in brackets behind each."""
    return re.sub(r"[(（][^()（）]*[)）]", " ", codes)
