"""Aggregates that a definition writes as SQL: SUM(CASE WHEN status IN (1,2) THEN amount END)."""

from __future__ import annotations

import re
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.engine.semantics.model.semantic_model import Dataset, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled

_RAW = re.compile(r"\b(?:SUM|AVG|COUNT|MIN|MAX)\s*\((?=\s*(?:CASE|IF|COALESCE|DISTINCT|\*))", re.IGNORECASE)


class Raw(NamedTuple):
    """An aggregate that is written as SQL, empty where there is none, and the rest of the text."""

    expression: str
    rest: str


def as_sql(text: str, dataset: Dataset, model: SemanticModel) -> Raw:
    """Take an aggregate that is written as SQL out of a definition: SUM(CASE WHEN status IN (1,2) THEN amount END)."""
    found = _RAW.search(text)
    end = _closing(text, found.end()) if found is not None else None
    if found is None or end is None:
        return Raw("", text)
    try:
        tree = sqlglot.parse_one(text[found.start() : end], read=model.dialect)
    except SqlglotError:
        return Raw("", text)
    for column in list(tree.find_all(exp.Column)):
        known = dataset.field(column.name) or dataset.field(column.name.lower())
        if known is None:
            return Raw("", text)
        column.replace(
            sqlglot.parse_one(spelled(dataset.name, known.name, model.dialect), read=model.dialect)
        )
    if tree.find(exp.Query, exp.Subquery) is not None:
        return Raw("", text)
    return Raw(tree.sql(model.dialect), text[: found.start()] + " " + text[end:])


def _closing(text: str, opened: int) -> int | None:
    """Behind the bracket that closes the one before ``opened``."""
    depth = 1
    for place in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return None
