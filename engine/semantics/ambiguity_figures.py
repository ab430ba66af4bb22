"""By which figures a thing may be judged, and in proportion to what an event: the choices of a question back."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.meanings import synonyms
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Dataset,
    Field,
    Metric,
    Origin,
    Role,
    SemanticModel,
)

_STEPS = 3
"""Joins between a figure and the thing that it is a figure of, at most."""
_TARGET = re.compile(r"目标|指标|target|goal|quota", re.IGNORECASE)
_ATTAINED = re.compile(r"完成率|达成率")
_MONEY = re.compile(r"额|价|金|amount|total|price|revenue", re.IGNORECASE)


def figures_about(model: SemanticModel, thing: str | None) -> tuple[Bilingual, ...]:
    """The figures of a thing, those that are defined first, then how far targets are reached and what is counted.

    Args:
        thing: its dataset; None: the question names none.
    """
    distances = {dataset.name: _distance(model, dataset.name, thing) for dataset in model.datasets}
    reaching = {name: steps for name, steps in distances.items() if steps is not None}
    defined = [
        _label(metric)
        for metric in model.metrics
        if not metric.is_of_lines and not _counts_rows(metric) and _is_figure_of(model, metric, reaching)
    ]
    targets = [
        Bilingual(zh=f"{dataset.label.zh}的完成率", en=f"achievement of {dataset.label.en}")
        for dataset in model.datasets
        if thing is not None
        and dataset.name in reaching
        and not any(_ATTAINED.search(label.zh) for label in defined)
        and _TARGET.search(f"{dataset.name} {dataset.label.zh}")
    ]
    counts = [
        (reaching[metric.dataset], _label(metric))
        for metric in model.metrics
        if thing is not None
        and _counts_rows(metric)
        and metric.dataset in reaching
        and metric.dataset != thing
        and _is_event(model.dataset(metric.dataset))
    ]
    counted = [label for _, label in sorted(counts, key=lambda told: told[0])]
    return tuple(dict.fromkeys((*defined, *targets, *counted)))


def _is_figure_of(model: SemanticModel, metric: Metric, reaching: Container[str]) -> bool:
    """Whether a metric, and what it is a ratio of, is there for each row of the thing."""
    parts = (part for name in (metric.numerator, metric.denominator) if name and (part := model.metric(name)))
    told = bool(metric.label.zh or metric.label.en)
    return told and not is_guessed(model, metric) and all(one.dataset in reaching for one in (metric, *parts))


def is_guessed(model: SemanticModel, metric: Metric) -> bool:
    """Whether a ratio is put together of what nobody has defined, so that it is one of several ways to work it out."""
    above = model.metric(metric.numerator) if metric.numerator else None
    return metric.origin is Origin.NAME and above is not None and above.origin is Origin.NAME


def rates_of(model: SemanticModel, event: Dataset) -> tuple[Bilingual, ...]:
    """In proportion to what an event may be put: the rows that it happens to, their quantities, and what those are part
    of. Empty: it happens to nothing that is an event itself."""
    return tuple(
        choice
        for join in model.joins_from(event.name)
        if (base := model.dataset(join.target)) is not None and base.display is None
        for choice in _rates(model, event, base)
    )


def _rates(model: SemanticModel, event: Dataset, base: Dataset) -> Iterator[Bilingual]:
    yield Bilingual(
        zh=f"{event.label.zh}的笔数占{base.label.zh}的笔数",
        en=f"{event.label.en} as a share of all {base.label.en}",
    )
    for join in model.joins_from(base.name):
        whole = model.dataset(join.target)
        if whole is not None and whole.display is None:
            yield Bilingual(
                zh=f"有{event.label.zh}的{whole.label.zh}占全部{whole.label.zh}",
                en=f"{whole.label.en} with {event.label.en} as a share of all {whole.label.en}",
            )
    for part in _quantities(event):
        other = next((one for one in _quantities(base) if _is_money(one) is _is_money(part)), None)
        if other is not None:
            yield Bilingual(
                zh=f"{part.label.zh}占{base.label.zh}的{other.label.zh}",
                en=f"{part.label.en} as a share of {other.label.en} of {base.label.en}",
            )


def _quantities(dataset: Dataset) -> tuple[Field, ...]:
    return tuple(
        field
        for field in dataset.fields
        if field.role is Role.MEASURE and field.additivity is Additivity.ADDITIVE
    )


def _is_money(field: Field) -> bool:
    return _MONEY.search(f"{field.name} {field.label.zh}") is not None


def _is_event(dataset: Dataset | None) -> bool:
    return dataset is not None and dataset.time is not None and dataset.display is None


def _counts_rows(metric: Metric) -> bool:
    return metric.expression.strip().upper() == "COUNT(*)"


def _label(metric: Metric) -> Bilingual:
    """What a metric is called; in English by the general vocabulary where nobody named it."""
    english = metric.label.en or next((word for word in synonyms(metric.label.zh) if not has_han(word)), "")
    return Bilingual(zh=metric.label.zh or english, en=english or metric.label.zh)


def _distance(model: SemanticModel, source: str, thing: str | None) -> int | None:
    """Joins from a dataset to the thing, each to what a row has one of; 0 where no thing is named, None: too far."""
    found = edge = {source}
    for steps in range(_STEPS + 1):
        if thing is None or thing in edge:
            return steps
        edge = {join.target for one in edge for join in model.joins_from(one)} - found
        found = found | edge
    return None
