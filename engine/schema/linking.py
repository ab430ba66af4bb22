"""Choosing the tables a prompt tells of: all of them if they fit, else those the question is about."""

from __future__ import annotations

from collections import deque
from functools import lru_cache

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.embedding import BilingualSparse, table_terms
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.lexicon import has_han, share_known, terms
from chat2sql.engine.schema.m_schema import JOINS_HEADING, render, render_joins, render_table
from chat2sql.engine.schema.tokens import estimate_tokens

_HITS = 20
_LONGEST_PATH = 4

Graph = dict[str, tuple[str, ...]]
"""For each table the tables that a foreign key joins it to, in either direction, in catalogue order."""


class LinkedSchema(Frozen):
    """The tables to tell a model of.

    Attributes:
        tables: names as ``Catalogue.table`` finds them, in catalogue order.
        prompt_tokens: about how many tokens their M-Schema text takes.
        whole: whether these are all tables.
    """

    tables: tuple[str, ...]
    prompt_tokens: int
    whole: bool


async def link(
    catalogue: Catalogue, question: str, *, budget_tokens: int, index: SchemaIndex | None
) -> LinkedSchema:
    """Choose the tables for a question within a budget.

    The whole schema if it fits. Else the best hits in order, each with the bridge tables that join it to
    those chosen before, as far as the budget goes; the best hit is taken even if it alone is too large.
    Where the question names nothing in the catalogue, the most joined tables stand in.

    Args:
        budget_tokens: the largest M-Schema text, in estimated tokens.
        index: where to search; None: tables are scored in memory, to the same effect.

    Raises:
        Outage: the index does not answer.
    """
    everything = tuple(catalogue.key(table) for table in catalogue.tables)
    size = _whole_size(catalogue)
    if size <= budget_tokens:
        return LinkedSchema(tables=everything, prompt_tokens=size, whole=True)
    graph = join_graph(catalogue)
    ranked = await _rank(catalogue, question, index)
    if not ranked:
        ranked = tuple(sorted(everything, key=lambda name: -len(graph[name]))[:_HITS])
    chosen = _within_budget(catalogue, ranked, graph, budget_tokens)
    tables = tuple(name for name in everything if name in chosen)
    return LinkedSchema(
        tables=tables, prompt_tokens=estimate_tokens(render(catalogue, tables)), whole=tables == everything
    )


@lru_cache(maxsize=16)
def _whole_size(catalogue: Catalogue) -> int:
    return estimate_tokens(render(catalogue))


async def _rank(catalogue: Catalogue, question: str, index: SchemaIndex | None) -> tuple[str, ...]:
    if index is not None:
        return tuple(hit.table for hit in await index.search(catalogue, question, _HITS))
    scored = zip(catalogue.tables, BilingualSparse().scores(catalogue, question), strict=True)
    best = sorted((pair for pair in scored if pair[1] > 0), key=lambda pair: -pair[1])
    return tuple(catalogue.key(table) for table, _ in best[:_HITS])


def _within_budget(
    catalogue: Catalogue, ranked: tuple[str, ...], graph: Graph, budget_tokens: int
) -> frozenset[str]:
    sizes = _table_sizes(catalogue)
    left = budget_tokens - estimate_tokens(render(catalogue, ()) + JOINS_HEADING)
    chosen: frozenset[str] = frozenset()
    for name in ranked:
        for more in ({name, *bridge(graph, chosen, name)}, {name}):
            size = sum(sizes[new] for new in more - chosen)
            if size <= left or not chosen:
                chosen |= more
                left -= size
                break
    return chosen


@lru_cache(maxsize=16)
def _table_sizes(catalogue: Catalogue) -> dict[str, int]:
    """What each table adds to the text at most, in estimated tokens: its part and all its joins."""
    return {
        catalogue.key(table): estimate_tokens(
            "\n".join(
                [render_table(catalogue, table)]
                + [line for lines in render_joins(catalogue, table).values() for line in lines]
            )
            + "\n"
        )
        for table in catalogue.tables
    }


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


def overlap(catalogue: Catalogue, question: str) -> float:
    """Which share of the question's content the catalogue's names, comments and samples have, from 0 to 1.

    Near 0: the question has nothing to do with this database. A Chinese question to a catalogue without
    any Chinese cannot be judged so and gives 1.
    """
    known = _known_terms(catalogue)
    if has_han(question) and not terms(question).keys() & known and not any(has_han(term) for term in known):
        return 1.0
    return share_known(question, known)


@lru_cache(maxsize=16)
def _known_terms(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(term for table in catalogue.tables for term in table_terms(table))
