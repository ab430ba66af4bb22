"""The joins that lead from the tables of a query to another one, along foreign keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.join_graph import join_graph

LONGEST_PATH = 3
"""Most joins that are added for one column."""

_MOST_PATHS = 4


class Hop(Frozen):
    """One join along a foreign key.

    Attributes:
        table: the table that is joined, by ``Catalogue.key``.
        to: the table it is joined to.
        columns: pairs of equal columns, the joined table's first.
    """

    table: str
    to: str
    columns: tuple[tuple[str, str], ...]


def join_paths(catalogue: Catalogue, present: Iterable[str], wanted: str) -> list[tuple[Hop, ...]]:
    """The shortest ways to join a table to one of those present, at most a few; empty if there is none.

    Args:
        present: keys of the tables that the query reads, the one that is to be joined to first where several would do.
        wanted: key of the table to join.
    """
    graph = join_graph(catalogue)
    found: list[tuple[str, ...]] = []
    queue: deque[tuple[str, ...]] = deque((start,) for start in dict.fromkeys(present) if start in graph)
    while queue:
        path = queue.popleft()
        if (found and len(path) >= len(found[0])) or len(path) > LONGEST_PATH:
            break
        found += [(*path, near) for near in graph[path[-1]] if near == wanted]
        queue.extend((*path, near) for near in graph[path[-1]] if near not in path and near != wanted)
    return [_hops(catalogue, path) for path in found[:_MOST_PATHS]]


def _hops(catalogue: Catalogue, path: tuple[str, ...]) -> tuple[Hop, ...]:
    return tuple(
        Hop(table=table, to=to, columns=conditions(catalogue, to, table)[0]) for to, table in pairwise(path)
    )


@lru_cache(maxsize=4096)
def conditions(catalogue: Catalogue, to: str, table: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """How two tables may be joined: for each foreign key between them its pairs of columns, those of ``table`` first."""
    ways = []
    for owner, other in ((to, table), (table, to)):
        found = catalogue.table(owner)
        for key in found.foreign_keys if found else ():
            target = catalogue.table(key.target_table)
            if target is None or catalogue.key(target) != other:
                continue
            pairs = tuple(zip(key.columns, key.target_columns, strict=True))
            ways.append(pairs if owner == table else tuple((right, left) for left, right in pairs))
    return tuple(ways)
