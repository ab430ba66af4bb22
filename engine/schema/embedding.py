"""Embeddings of tables and questions: the port, and the embedded default that needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.schema.lexicon import stem, terms
from chat2sql.engine.schema.meanings import chinese_meanings, english_meanings, kinds, only_asks

_K1 = 1.2
_B = 0.5
_TABLE_NAME, _TABLE_COMMENT, _SCHEMA_NAME, _COLUMN_NAME, _COLUMN_COMMENT, _SAMPLE = (
    3.0,
    2.0,
    1.0,
    1.0,
    1.0,
    0.4,
)
_ONLY_ASKS = 0.3
_MEANING_BESIDE_WORD, _KIND = 0.5, 0.7


class SparseVector(Frozen):
    """A sparse vector; ``values[i]`` stands at ``indices[i]``, all indices differ and fit 32 bits."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


Vector = SparseVector | tuple[float, ...]


class Embedder(Protocol):
    """Turns tables and questions into vectors whose dot product says how well they fit.

    Attributes:
        name: names the vectors; a change of anything that changes vectors must change it.
        dimensions: of a dense vector (compared by cosine); None: the vectors are sparse, and the index
            weighs each of a question's terms by how rare it is among the tables.
    """

    @property
    def name(self) -> str:
        """See the class."""

    @property
    def dimensions(self) -> int | None:
        """See the class."""

    async def tables(self, catalogue: Catalogue) -> tuple[Vector, ...]:
        """One vector for each table, in catalogue order."""

    async def question(self, text: str) -> Vector:
        """The vector of a question."""


def _told(table: Table) -> Iterator[tuple[str, float]]:
    """The texts that tell of a table, with their weights."""
    yield from (
        (table.name, _TABLE_NAME),
        (table.comment, _TABLE_COMMENT),
        (table.schema_name or "", _SCHEMA_NAME),
    )
    for column in table.columns:
        yield from ((column.name, _COLUMN_NAME), (column.comment, _COLUMN_COMMENT))
        yield from ((sample, _SAMPLE) for sample in column.samples)


def table_terms(table: Table) -> dict[str, float]:
    """The terms that tell of a table, weighted by where they stand."""
    found: dict[str, float] = {}
    for text, weight in _told(table):
        _add(found, terms(text), weight)
    return found


def _table_document(table: Table) -> dict[str, float]:
    """The table's terms and their meanings in both languages."""
    found = table_terms(table)
    for text, weight in _told(table):
        _add(found, english_meanings(text), weight)
        _add(found, chinese_meanings(text), weight)
    return found


def _question_document(text: str) -> dict[str, float]:
    """The question's terms and their meanings; what is said twice does not count twice.

    A meaning counts less beside the English word it comes from, which counts itself. A name tells a little
    of its kind too: of France, that a country is asked for.
    """
    found = {term: min(1.0, weight) for term, weight in terms(text).items()}
    for word in [word for word in found if only_asks(word)]:
        for term in (word, stem(word)):
            if term in found:
                found[term] *= _ONLY_ASKS
    chinese, english = chinese_meanings(text), english_meanings(text, asking=_ONLY_ASKS)
    for meanings, weight in ((chinese, 1.0), (english, _MEANING_BESIDE_WORD)):
        for meaning, count in meanings.items():
            told = weight * min(1.0, count)
            for term, share in ((meaning, 1.0), *((kind, _KIND) for kind in kinds(meaning))):
                found[term] = max(found.get(term, 0), told * share)
    return found


def _add(found: dict[str, float], more: dict[str, float], weight: float) -> None:
    for term, count in more.items():
        found[term] = found.get(term, 0) + weight * count


class BilingualSparse:
    """BM25 over names, comments and sample values: their words, and what these mean in English and Chinese.

    It finds what is named in either language, as far as the vocabulary of ``meanings`` goes.
    """

    name = "bilingual-2"
    dimensions: int | None = None

    async def tables(self, catalogue: Catalogue) -> tuple[SparseVector, ...]:
        """See ``Embedder``."""
        return self.table_vectors(catalogue)

    async def question(self, text: str) -> SparseVector:
        """See ``Embedder``."""
        return self.question_vector(text)

    @staticmethod
    @lru_cache(maxsize=16)
    def table_vectors(catalogue: Catalogue) -> tuple[SparseVector, ...]:
        """One vector for each table, in catalogue order: BM25's saturated, length-normed term weights."""
        documents = [_table_document(table) for table in catalogue.tables]
        lengths = [sum(document.values()) for document in documents]
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        vectors = []
        for document, length in zip(documents, lengths, strict=True):
            norm = _K1 * (1 - _B + _B * length / mean)
            vectors.append(_sparse({term: tf * (_K1 + 1) / (tf + norm) for term, tf in document.items()}))
        return tuple(vectors)

    @staticmethod
    def question_vector(text: str) -> SparseVector:
        """What the question is about, without weighing how rare it is."""
        return _sparse(_question_document(text))


def _sparse(weights: dict[str, float]) -> SparseVector:
    summed: dict[int, float] = {}
    for term, weight in weights.items():
        index = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest())
        summed[index] = summed.get(index, 0.0) + weight
    indices = tuple(sorted(summed))
    return SparseVector(indices=indices, values=tuple(summed[index] for index in indices))
