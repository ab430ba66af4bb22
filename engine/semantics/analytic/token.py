"""A part of a question, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
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

    @property
    def best(self) -> Meaning | None:
        """What a term stands for before all else; None: nothing is called so."""
        return self.meanings[0] if self.meanings else None


def said_places(tokens: Sequence[Token]) -> list[int]:
    """The places of the tokens that say something."""
    return [place for place, token in enumerate(tokens) if token.sort is not Sort.NOISE]
