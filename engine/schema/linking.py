"""Choosing the tables a prompt tells of: all of them if they fit, else those the question is about."""

from __future__ import annotations

from functools import lru_cache

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.embedding import table_terms
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.join_graph import Graph, bridge, join_graph
from chat2sql.engine.schema.lexicon import has_han, share_known, stem, terms, words
from chat2sql.engine.schema.m_schema import JOINS_HEADING, render, render_joins, render_table
from chat2sql.engine.schema.meanings import english_meanings, only_asks
from chat2sql.engine.schema.neighbourhood import ranked
from chat2sql.engine.schema.tokens import estimate_tokens

_HITS = 20
_FEWEST_LETTERS = 4


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
        hits = await index.search(catalogue, question, _HITS)
    else:
        hits = ranked(catalogue, question, _HITS)
    return tuple(hit.table for hit in hits)


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


def unlinked_share(catalogue: Catalogue, question: str, *, values: str = "") -> float:
    """Which share of the question's content has nothing to link to, from 0 to 1: no name, comment, sample or synonym in
    the catalogue, and no value.

    Words that only say what to do with the data (list, average, highest) and numbers are no content.

    Args:
        values: what is told of it besides: values that it mentions, definitions.
    """
    if has_han(question):
        return 1 - overlap(catalogue, question)
    content = [
        word for word in words(question) if len(word) > 1 and not word.isdigit() and not only_asks(word)
    ]
    known, meant, said = _known_terms(catalogue), _known_meanings(catalogue), frozenset(words(values))
    unlinked = [
        word
        for word in content
        if word not in known
        and stem(word) not in known
        and word not in said
        and not meant & english_meanings(word).keys()
        and not _is_run_together(word, known)
    ]
    return len(unlinked) / len(content) if content else 0.0


def _is_run_together(word: str, known: frozenset[str]) -> bool:
    """Whether a name that is written without a break between its words has it: ``txcustid`` has ``cust``."""
    return len(word) >= _FEWEST_LETTERS and any(word in term for term in known)


@lru_cache(maxsize=16)
def _known_meanings(catalogue: Catalogue) -> frozenset[str]:
    names = (
        " ".join(
            (
                table.name,
                table.comment,
                *(part for column in table.columns for part in (column.name, column.comment)),
            )
        )
        for table in catalogue.tables
    )
    return frozenset(meaning for text in names for meaning in english_meanings(text))
