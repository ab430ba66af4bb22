"""The dataset from whose rows all that an intent speaks of can be had."""

from __future__ import annotations

from typing import TypeVar

from chat2sql.engine.semantics.analytic.figures import finer_base
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent
from chat2sql.engine.semantics.model.semantic_model import SemanticModel

_Said = TypeVar("_Said")


def at_common_base(intent: AnalyticIntent, model: SemanticModel) -> AnalyticIntent:
    """Figures at the finer grain that their groups and conditions need, where they are known there."""
    needed = {group.place.dataset for group in intent.groups if group.place is not None}
    needed |= {one.place.dataset for one in (*intent.conditions, *intent.part.conditions)}
    figures = tuple(finer_base(figure, needed, model) for figure in intent.figures)
    base = figures[0].dataset
    # What has to be there is the base itself now: what is said of it restricts the base.
    own = [one for one in intent.presences if one.dataset == base and not one.negated]
    update = {
        "figures": figures,
        "base": base,
        "presences": tuple(one for one in intent.presences if one not in own),
        "windows": (*intent.windows, *(one.window for one in own if one.window is not None)),
        "conditions": _distinct((*intent.conditions, *(said for one in own for said in one.conditions))),
        "segments": _distinct((*intent.segments, *(said for one in own for said in one.segments))),
    }
    return intent.model_copy(update=update)


def _distinct(said: tuple[_Said, ...]) -> tuple[_Said, ...]:
    return tuple(dict.fromkeys(said))
