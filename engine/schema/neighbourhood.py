"""Ranking tables by what they and the tables around them have of a question.

A question is about tables that belong together, and names some of them only: 'students who own a dog' names neither the
table between students and pets nor, perhaps, pets. So a table counts for what it has itself, and for what can be reached
from it over one or two foreign keys or lies in the same schema. Of each of the question's terms only the best place counts,
so that a group of tables which covers the whole question comes before many tables that have the same word.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.embedding import BilingualSparse
from chat2sql.engine.schema.join_graph import join_graph

_REACHED = 3.0
_ONE_JOIN, _TWO_JOINS = 0.8, 0.6
_SAME_SCHEMA, _SMALL_SCHEMA = 0.5, 12
_EVERYWHERE = 8

Strengths = Mapping[int, float]


class TableHit(Frozen):
    """A table that fits the question; scores compare within one search only."""

    table: str
    score: float


@dataclass(frozen=True)
class _Places:
    """A catalogue as the ranking needs it; tables are numbers in catalogue order.

    Attributes:
        names: the key of each table.
        postings: for each term the tables that have it, and how much.
        joined: for each table those a foreign key joins it to.
        schema: for each table the number of its schema.
        schemas: the tables of each schema; empty where all tables are in one, which tells nothing.
    """

    names: tuple[str, ...]
    postings: dict[int, dict[int, float]]
    joined: tuple[tuple[int, ...], ...]
    schema: tuple[int, ...]
    schemas: tuple[tuple[int, ...], ...]

    def rarity(self, term: int) -> float:
        """How much a term tells: the weight that the index gives it too."""
        having = len(self.postings.get(term, ()))
        return math.log(1 + (len(self.names) - having + 0.5) / (having + 0.5))

    def reach(self, term: int) -> dict[int, float]:
        """How much of a term can be reached from each table."""
        having = self.postings[term]
        reached = dict(having)
        if len(having) * _EVERYWHERE > len(self.names) > _EVERYWHERE * _EVERYWHERE:
            return reached
        for table, strength in self._around(having):
            if strength > reached.get(table, 0):
                reached[table] = strength
        return reached

    def _around(self, having: Strengths) -> Iterator[tuple[int, float]]:
        for table, strength in having.items():
            for next_to in self.joined[table]:
                yield next_to, strength * _ONE_JOIN
                yield from ((behind, strength * _TWO_JOINS) for behind in self.joined[next_to])
        if not self.schemas:
            return
        best: dict[int, float] = {}
        for table, strength in having.items():
            best[self.schema[table]] = max(best.get(self.schema[table], 0), strength)
        for schema, strength in best.items():
            tables = self.schemas[schema]
            # Of a large schema it tells little that some table in it has the term.
            shared = strength * _SAME_SCHEMA * min(1, _SMALL_SCHEMA / len(tables))
            yield from ((table, shared) for table in tables)


@lru_cache(maxsize=16)
def _places(catalogue: Catalogue) -> _Places:
    names = tuple(catalogue.key(table) for table in catalogue.tables)
    numbers = {name: number for number, name in enumerate(names)}
    graph = join_graph(catalogue)
    postings: dict[int, dict[int, float]] = defaultdict(dict)
    for number, vector in enumerate(BilingualSparse.table_vectors(catalogue)):
        for term, strength in zip(vector.indices, vector.values, strict=True):
            postings[term][number] = strength
    schemas: dict[str | None, list[int]] = defaultdict(list)
    for number, table in enumerate(catalogue.tables):
        schemas[table.schema_name].append(number)
    of_schema = {name: number for number, name in enumerate(schemas)}
    return _Places(
        names=names,
        postings=dict(postings),
        joined=tuple(tuple(numbers[other] for other in graph[name]) for name in names),
        schema=tuple(of_schema[table.schema_name] for table in catalogue.tables),
        schemas=tuple(map(tuple, schemas.values())) if len(schemas) > 1 else (),
    )


def ranked(
    catalogue: Catalogue, question: str, limit: int, found: tuple[TableHit, ...] | None = None
) -> tuple[TableHit, ...]:
    """The tables that fit the question best, best first; empty if nothing fits at all.

    Args:
        limit: the most tables to return.
        found: how well tables fit by themselves, as an index has it; None: by the terms they have.
    """
    places = _places(catalogue)
    asked = BilingualSparse.question_vector(question)
    own: dict[int, float] = defaultdict(float)
    around: dict[int, float] = defaultdict(float)
    for term, weight in zip(asked.indices, asked.values, strict=True):
        if term in places.postings:
            worth = weight * places.rarity(term)
            for table, strength in places.postings[term].items():
                own[table] += worth * strength
            for table, strength in places.reach(term).items():
                around[table] += worth * strength
    if found is not None:
        numbers = {name: number for number, name in enumerate(places.names)}
        own = {numbers[hit.table]: hit.score for hit in found}
    scores: dict[int, float] = defaultdict(float)
    # Scores of different embedders have different scales.
    for part, weight in ((own, 1.0), (around, _REACHED)):
        most = max(part.values(), default=0.0)
        for table, score in part.items():
            if score > 0:
                scores[table] += weight * score / most
    best = heapq.nsmallest(limit, scores, key=lambda table: (-scores[table], table))
    return tuple(TableHit(table=places.names[table], score=scores[table]) for table in best)
