"""A part of a question, and what it is."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.model.terms import Meaning
from chat2sql.engine.semantics.time_expressions import TimeExpression
from chat2sql.engine.values.index import LinkedValue


class Sort(StrEnum):
    """What a token is."""

    TIME = "time"
    VALUE = "value"
    TERM = "term"
    NUMBER = "number"
    OPERATOR = "operator"
    NOISE = "noise"
    UNREAD = "unread"


class Token(NamedTuple):
    """A part of the question: characters ``start`` up to ``end``.

    Attributes:
        meanings: what a term can stand for.
        values: the values that a mention can be.
        time: the period.
        act, detail, number: what an operator does, of what sort, with which number; the number of a number.
    """

    sort: Sort
    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...] = ()
    values: tuple[LinkedValue, ...] = ()
    time: TimeExpression | None = None
    act: Act | None = None
    detail: str = ""
    number: float | None = None
