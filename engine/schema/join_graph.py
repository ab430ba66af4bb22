"""The foreign keys of a catalogue as a graph, and the shortest ways through it."""

from __future__ import annotations

from collections import deque
from functools import lru_cache

from chat2sql.engine.schema.catalogue import Catalogue

_LONGEST_PATH = 4

Graph = dict[str, tuple[str, ...]]
"""For each table the tables that a foreign key joins it to, in either direction, in catalogue order."""


@lru_cache(maxsize=16)
def join_graph(catalogue: Catalogue) -> Graph:
    """The undirected graph of the catalogue's foreign keys."""
    joined: dict[str, set[str]] = {catalogue.key(table): set() for table in catalogue.tables}
    for table in catalogue.tables:
        for key in table.foreign_keys:
            target = catalogue.table(key.target_table)
            if target is not None and target != table:
                joined[catalogue.key(table)].add(catalogue.key(target))
                joined[catalogue.key(target)].add(catalogue.key(table))
    order = {name: place for place, name in enumerate(joined)}
    return {name: tuple(sorted(others, key=order.__getitem__)) for name, others in joined.items()}


def bridge(graph: Graph, chosen: frozenset[str], name: str) -> tuple[str, ...]:
    """The tables between ``name`` and the nearest chosen table on a shortest path; empty if there is none.

    Paths of more than four joins are no path.
    """
    before: dict[str, str | None] = {name: None}
    depth = {name: 0}
    queue = deque([name])
    while queue:
        here = queue.popleft()
        if here in chosen:
            return _path_between(before, here)
        if depth[here] < _LONGEST_PATH:
            for there in graph.get(here, ()):
                if there not in before:
                    before[there], depth[there] = here, depth[here] + 1
                    queue.append(there)
    return ()


def _path_between(before: dict[str, str | None], end: str) -> tuple[str, ...]:
    path = []
    step = before[end]
    while step is not None and before[step] is not None:
        path.append(step)
        step = before[step]
    return tuple(path)
