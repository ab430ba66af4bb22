"""The words that say what to do with figures, groups and conditions, in both languages, as one table.

What stands in no row, and in no word of the semantic model, has not been understood.
"""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Row
from chat2sql.engine.semantics.analytic.noise_zh import ZH_NOISE
from chat2sql.engine.semantics.analytic.operators_en import EN_NOISE, EN_OPERATORS
from chat2sql.engine.semantics.analytic.operators_zh import ZH_OPERATORS

OPERATORS: tuple[Row, ...] = (*ZH_OPERATORS, *EN_OPERATORS)

_NOISE = re.compile("|".join((*ZH_NOISE, *EN_NOISE)), re.IGNORECASE)


def idle_spans(question: str) -> list[tuple[int, int]]:
    """Where a question says nothing beside what it asks for: from and up to which character."""
    return [match.span() for match in _NOISE.finditer(question)]


def says_nothing(text: str) -> bool:
    """Whether a text is, whole, something that a question may say beside what it asks for."""
    return _NOISE.fullmatch(text) is not None
