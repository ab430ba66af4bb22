"""Several periods of one question: each told by itself, or all of them together."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.both_periods import listed_together
from chat2sql.engine.semantics.analytic.intent import Grain, Group, Presence, Window
from chat2sql.engine.semantics.analytic.levels import says_each
from chat2sql.engine.semantics.analytic.periods_of import unit_of
from chat2sql.engine.semantics.analytic.phrase import Phrase

_TOGETHER = re.compile("加起来|合起来|总|共|累计|两年间|期间|之间|in total|combined|together", re.IGNORECASE)
_SEVERAL = 2


class EachPeriod:
    """What several periods of a question are grouped by.

    Attributes:
        groups: by the unit of time that each of them is; empty: they are taken together, or there is only one.
        doubts: why that may not be what was meant.
    """

    def __init__(
        self, phrase: Phrase, windows: tuple[Window, ...], groups: tuple[Group, ...], *, has_figures: bool
    ) -> None:
        self.groups: tuple[Group, ...] = ()
        self.doubts: tuple[str, ...] = ()
        by_time = any(group.grain is not None for group in groups)
        said = "".join(piece.token.text for piece in phrase)
        together = _TOGETHER.search(said) is not None and not says_each(phrase)
        if (
            not has_figures
            or len(windows) < _SEVERAL
            or by_time
            or together
            or phrase.has(Act.MOST, Act.TOP, Act.COMPARE)
        ):
            return
        units = {unit_of(window) for window in windows}
        unit = next(iter(units)) if len(units) == 1 else None
        same_time = len({window.place for window in windows}) == 1
        if unit is not None and same_time:
            self.groups = (Group(grain=Grain(unit.value)),)
        elif same_time:
            self.doubts = ("each of several periods that are no units of time",)


def each_of_periods(phrase: Phrase, presences: tuple[Presence, ...]) -> tuple[str, ...]:
    """2024年和2025年都下过单的: there would have to be rows in each of several periods."""
    both = any(piece.token.text in ("都", "均") for piece in phrase)
    of_each = presences or phrase.has(Act.COMPARE)
    return ("rows in each of several periods",) if of_each and both and listed_together(phrase) else ()
