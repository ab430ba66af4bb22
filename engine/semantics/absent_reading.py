"""A question taken apart, for deciding whether to answer it: the tokens of the metric path, and what they leave over."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from chat2sql.config.vocabulary import Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.absent_vocabulary import Vocabulary, vocabulary
from chat2sql.engine.semantics.analytic.parts_of_names import tokens_with_names
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.literals import QUOTED
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.terms import Meaning, TermIndex, term_index
from chat2sql.engine.semantics.time_expressions import resolve_time
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.linking import link_values

LONGEST = 400
"""Characters of a question; a longer one says what it wants at such length that the model reads it better."""

_MOST_UNREAD = 12
_BLANK = "，"


class Asked(NamedTuple):
    """A question, and what the database makes of its words.

    Attributes:
        said: what the asker defines besides.
    """

    question: str
    language: Language
    tokens: tuple[Token, ...]
    model: SemanticModel
    terms: TermIndex
    vocabulary: Vocabulary
    values: ValueIndex | None
    said: str = ""

    def of(self, *sorts: Sort) -> tuple[Token, ...]:
        """The tokens of these sorts."""
        return tuple(token for token in self.tokens if token.sort in sorts)

    def meanings(self) -> tuple[Meaning, ...]:
        """What all names of the model in the question can stand for."""
        return tuple(meaning for token in self.of(Sort.TERM) for meaning in token.meanings)

    @property
    def bare(self) -> str:
        """The question with periods, values and quoted texts blanked out, as long as it was."""
        text = self.question
        for token in self.of(Sort.TIME, Sort.VALUE):
            text = _blanked(text, token.start, token.end)
        for match in QUOTED.finditer(text):
            text = _blanked(text, *match.span())
        return text

    def leaves_unread(self, start: int, end: int) -> bool:
        """Whether no name, value or operator explains some of what stands there."""
        return any(token.start < end and start < token.end for token in self.of(Sort.UNREAD))


def asked(
    question: str,
    language: Language,
    as_of: date,
    catalogue: Catalogue,
    values: ValueIndex | None,
    *,
    model: SemanticModel | None = None,
    said: str = "",
) -> Asked | None:
    """Take a question apart by what a caller may see; None: it is too long, or says too much that is not understood, for
    rules to be sure of anything.

    Args:
        model: what the data means; None: as it is drafted.
        said: what the asker adds.
    """
    if len(question) > LONGEST:
        return None
    model = model or draft_model(catalogue, values)
    index = term_index(model)
    times = resolve_time(question, as_of, language)
    linked = link_values(values, question, catalogue) if values is not None else ()
    tokens = tokens_with_names(question, model, times, linked, values, people=False)
    if sum(token.sort is Sort.UNREAD for token in tokens) > _MOST_UNREAD:
        return None
    return Asked(question, language, tokens, model, index, vocabulary(catalogue, values, model), values, said)


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + _BLANK * (end - start) + text[end:]
