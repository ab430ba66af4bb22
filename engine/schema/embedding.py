"""Embeddings of tables and questions: the port, and the embedded default that needs no model."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from functools import lru_cache
from typing import Protocol

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.schema.lexicon import terms

_K1 = 1.2
_B = 0.75
_TABLE_NAME, _TABLE_COMMENT, _COLUMN_NAME, _COLUMN_COMMENT, _SAMPLE, _NEIGHBOUR = 3.0, 2.0, 1.0, 1.0, 0.4, 0.4


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


def table_terms(table: Table) -> dict[str, float]:
    """The terms that tell of a table, weighted by where they stand; neighbours over foreign keys tell a little."""
    texts = [(table.name, _TABLE_NAME), (table.comment, _TABLE_COMMENT)]
    for column in table.columns:
        texts += [(column.name, _COLUMN_NAME), (column.comment, _COLUMN_COMMENT)]
        texts += [(sample, _SAMPLE) for sample in column.samples]
    texts += [(key.target_table, _NEIGHBOUR) for key in table.foreign_keys]
    found: dict[str, float] = {}
    for text, weight in texts:
        for term, count in terms(text).items():
            found[term] = found.get(term, 0) + weight * count
    return found


class BilingualSparse:
    """BM25 over the terms of names, comments and sample values, in English and Chinese.

    It finds what is named: a question in a language in which the catalogue has neither names nor comments
    finds nothing.
    """

    name = "bilingual-1"
    dimensions: int | None = None

    async def tables(self, catalogue: Catalogue) -> tuple[SparseVector, ...]:
        """See ``Embedder``."""
        return self.table_vectors(catalogue)

    async def question(self, text: str) -> SparseVector:
        """See ``Embedder``."""
        return self.question_vector(text)

    @staticmethod
    @lru_cache(maxsize=4)
    def table_vectors(catalogue: Catalogue) -> tuple[SparseVector, ...]:
        """One vector for each table, in catalogue order: BM25's saturated, length-normed term weights."""
        documents = [table_terms(table) for table in catalogue.tables]
        lengths = [sum(document.values()) for document in documents]
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        vectors = []
        for document, length in zip(documents, lengths, strict=True):
            norm = _K1 * (1 - _B + _B * length / mean)
            vectors.append(_sparse({term: tf * (_K1 + 1) / (tf + norm) for term, tf in document.items()}))
        return tuple(vectors)

    def question_vector(self, text: str) -> SparseVector:
        """The terms of the question, each as often as it occurs."""
        return _sparse(terms(text))

    def scores(self, catalogue: Catalogue, question: str) -> tuple[float, ...]:
        """How well each table fits, in catalogue order: the score the index would give, without an index."""
        vectors = [dict(zip(v.indices, v.values, strict=True)) for v in self.table_vectors(catalogue)]
        frequency = Counter(index for vector in vectors for index in vector)
        asked = self.question_vector(question)
        weights = {
            index: value * math.log(1 + (len(vectors) - frequency[index] + 0.5) / (frequency[index] + 0.5))
            for index, value in zip(asked.indices, asked.values, strict=True)
        }
        return tuple(
            sum(weight * vector.get(index, 0.0) for index, weight in weights.items()) for vector in vectors
        )


def _sparse(weights: dict[str, float]) -> SparseVector:
    summed: dict[int, float] = {}
    for term, weight in weights.items():
        index = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest())
        summed[index] = summed.get(index, 0.0) + weight
    indices = tuple(sorted(summed))
    return SparseVector(indices=indices, values=tuple(summed[index] for index in indices))
