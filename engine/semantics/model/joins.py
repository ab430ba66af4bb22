"""The ways from a dataset to what each of its rows has one of: joins that repeat no row."""

from __future__ import annotations

from collections import deque
from functools import lru_cache

from chat2sql.engine.semantics.model.semantic_model import Relationship, SemanticModel

_LONGEST = 5

Route = tuple[Relationship, ...]


@lru_cache(maxsize=64)
def routes_from(model: SemanticModel, source: str) -> dict[str, Route]:
    """The shortest way from ``source`` to every dataset that it has one of, itself with an empty one.

    A way over another row of the same dataset (a leader, a parent) leads to that dataset anew and is not taken: those
    are hierarchies. Of ways of equal length the one declared first.
    """
    found: dict[str, Route] = {source: ()}
    queue = deque([source])
    while queue:
        here = queue.popleft()
        if len(found[here]) == _LONGEST:
            continue
        for join in model.joins_from(here):
            if join.target not in found:
                found[join.target] = (*found[here], join)
                queue.append(join.target)
    return found


def route(model: SemanticModel, source: str, target: str) -> Route | None:
    """The shortest such way, None if there is none."""
    return routes_from(model, source).get(target)


def key_to(model: SemanticModel, source: str, target: str) -> str | None:
    """The only column by which the rows of ``source`` name those of ``target``; None: there is none, or several."""
    joins = [join for join in model.joins_from(source) if join.target == target]
    single = len(joins) == 1 and len(joins[0].source_columns) == 1
    return joins[0].source_columns[0] if single else None


def targets_of(model: SemanticModel, source: str, column: str) -> tuple[str, ...]:
    """The datasets to which a column alone leads, the one declared first before the others."""
    return tuple(join.target for join in model.joins_from(source) if join.source_columns == (column,))
