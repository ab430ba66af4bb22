"""A business question, all the way: its words, the analytic intent, and that as SQL. No model is asked."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual, Frozen, Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.spoken import speaks
from chat2sql.engine.semantics.analytic.compiler import NotExpressible, compile_intent
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent
from chat2sql.engine.semantics.analytic.reader import read_intent
from chat2sql.engine.semantics.analytic.words import in_words
from chat2sql.engine.semantics.model.loosely import IN_PART
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin, SemanticModel
from chat2sql.engine.semantics.time_conventions import TimeConventions
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time
from chat2sql.engine.values.index import LinkedValue, ValueIndex
from chat2sql.engine.values.linking import link_values

_UNSPOKEN = "too few columns say what they are in the question's language"


class Compiled(Frozen):
    """What the metric path makes of a question.

    Attributes:
        sql: None where the question is outside what it can say.
        meaning: what the SQL computes, in words.
        doubts: why it may not be what was meant; empty: every word of the question has its part.
        is_near: whether all that is in doubt is a word or two.
        grounded: whether anything of the semantic model is spoken of.
    """

    sql: str | None
    meaning: Bilingual | None = None
    doubts: tuple[str, ...] = ()
    is_near: bool = False
    grounded: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether there is SQL for all of the question."""
        return self.sql is not None and not self.doubts


class Mentioned(NamedTuple):
    """The periods and the values that a question mentions."""

    times: tuple[TimeExpression, ...]
    values: tuple[LinkedValue, ...]


def mentioned(
    question: str,
    model: SemanticModel,
    catalogue: Catalogue,
    values: ValueIndex | None,
    *,
    language: Language,
    as_of: date,
) -> Mentioned:
    """What a question mentions, its years and weeks as the business counts them; arguments as ``compiled_question`` has
    them."""
    conventions = TimeConventions(
        fiscal_year_start_month=model.conventions.fiscal_year_start_month,
        week_start=model.conventions.week_start,
    )
    times = resolve_time(question, as_of, language, conventions)
    return Mentioned(times, link_values(values, question, catalogue) if values is not None else ())


def compiled_question(
    question: str,
    model: SemanticModel,
    catalogue: Catalogue,
    values: ValueIndex | None,
    *,
    language: Language,
    as_of: date,
) -> Compiled:
    """The question by the semantic model.

    Args:
        question: standing for itself.
        catalogue: what the asker may see; the model is of it.
        values: the datasource's value index; None: it has none.
        as_of: the day of asking.
    """
    spoken = speaks(catalogue, language) or model.is_owned
    if not spoken and not any(speaks(catalogue, other) for other in Language):
        # Words that only resemble identifiers are better understood by a model.
        return Compiled(sql=None, doubts=(_UNSPOKEN,))
    said = mentioned(question, model, catalogue, values, language=language, as_of=as_of)
    read = read_intent(question, model, times=said.times, values=said.values, known=values, as_of=as_of)
    if read.intent is None:
        return Compiled(sql=None, doubts=read.doubts)
    if not spoken and not _asks_for_defined(read.intent, model):
        return Compiled(sql=None, doubts=(_UNSPOKEN, *read.doubts))
    doubts = (*read.doubts, *_read_in_part(read.intent, model))
    try:
        sql = compile_intent(read.intent, model, language, as_of=as_of)
    except NotExpressible as problem:
        return Compiled(sql=None, doubts=(*doubts, problem.reason), grounded=True)
    meaning = in_words(read.intent, model) if not doubts else None
    near = read.is_near or not read.doubts
    return Compiled(sql=sql, meaning=meaning, doubts=doubts, is_near=near, grounded=True)


def _read_in_part(intent: AnalyticIntent, model: SemanticModel) -> tuple[str, ...]:
    """The figures of whose definitions a clause that restricts was not understood: what is computed may be more."""
    metrics = [one for figure in intent.figures if (one := model.metric(figure.metric or "")) is not None]
    return tuple(
        f"of the definition of {one.label.zh} only a part was understood: see the comment of {one.dataset}"
        for one in metrics
        if _is_in_part(one, model)
    )


def _is_in_part(metric: Metric, model: SemanticModel) -> bool:
    parts = [
        one
        for name in (metric.numerator, metric.denominator, metric.less)
        if (one := model.metric(name or "")) is not None
    ]
    rows = [told for name in metric.segments if (told := model.segment(name)) is not None]
    return any(one.certainty <= IN_PART for one in (metric, *parts, *rows))


def _asks_for_defined(intent: AnalyticIntent, model: SemanticModel) -> bool:
    """Whether the figures are ones that the business has defined, which have names in either language."""
    metrics = [model.metric(figure.metric) for figure in intent.figures if figure.metric is not None]
    return len(metrics) == len(intent.figures) > 0 and all(
        metric is not None and metric.origin not in (Origin.NAME, Origin.KEY) for metric in metrics
    )
