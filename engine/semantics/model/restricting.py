"""A model without what cannot stand: entries whose columns are not there, and what builds on such entries.

A figure that lost one of its filters or parts is not the same figure, so it goes as a whole. What only adds to an entry
(its display field, its time, a finer figure) is taken off it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.expressions import Place, fields_named
from chat2sql.engine.semantics.model.semantic_model import (
    Conventions,
    Dataset,
    Field,
    Metric,
    Relationship,
    Segment,
    SemanticModel,
)


def restricted(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """What of a model is left where only a catalogue's tables and columns are there.

    Args:
        catalogue: such as what a caller may see. The model is taken for its version.
    """
    datasets = tuple(
        dataset.model_copy(update={"fields": _columns(dataset, catalogue)})
        for dataset in model.datasets
        if catalogue.table(dataset.table) is not None
    )
    datasets = _with_whole_fields(datasets, model)
    whole = {name: getattr(model, name) for name in SemanticModel.model_fields}
    names = frozenset((dataset.name, field.name) for dataset in datasets for field in dataset.fields)
    known = {dataset.name: dataset for dataset in datasets}
    segments = _segments(model, names, known.keys())
    metrics = _metrics(model, names, known.keys(), {segment.name for segment in segments})
    left = names_in(datasets, metrics, segments)
    whole |= {
        "version": catalogue.version,
        "datasets": tuple(_without_lost(dataset) for dataset in datasets),
        "relationships": tuple(one for one in model.relationships if _joins(one, known, catalogue)),
        "segments": segments,
        "metrics": metrics,
        "conventions": _conventions(model.conventions, left),
    }
    # Not model_copy, which would keep the look-ups of the old one.
    return SemanticModel.model_validate(whole)


def names_in(
    datasets: Iterable[Dataset], metrics: Iterable[Metric], segments: Iterable[Segment]
) -> frozenset[str]:
    """Every name by which conventions speak of entries: metrics, segments, datasets and ``dataset.field``."""
    found = [*(one.name for one in metrics), *(one.name for one in segments)]
    for dataset in datasets:
        found += [dataset.name, *(f"{dataset.name}.{field.name}" for field in dataset.fields)]
    return frozenset(found)


def _named(expression: str, own: str, model: SemanticModel) -> frozenset[Place]:
    return frozenset((dataset or own, name) for dataset, name in fields_named(expression, model.dialect))


def _columns(dataset: Dataset, catalogue: Catalogue) -> tuple[Field, ...]:
    table = catalogue.table(dataset.table)
    return tuple(
        field
        for field in dataset.fields
        if field.expression or (table is not None and table.column(field.name) is not None)
    )


def _with_whole_fields(datasets: tuple[Dataset, ...], model: SemanticModel) -> tuple[Dataset, ...]:
    """Without the computed fields that need one that is not there; again until nothing changes."""
    while True:
        names = frozenset((dataset.name, field.name) for dataset in datasets for field in dataset.fields)
        kept = tuple(
            dataset.model_copy(
                update={
                    "fields": tuple(filter(partial(_is_whole, names, dataset.name, model), dataset.fields))
                }
            )
            for dataset in datasets
        )
        if sum(len(one.fields) for one in kept) == len(names):
            return kept
        datasets = kept


def _is_whole(names: frozenset[Place], dataset: str, model: SemanticModel, field: Field) -> bool:
    return not field.expression or _named(field.expression, dataset, model) <= names


def _without_lost(dataset: Dataset) -> Dataset:
    names = {field.name for field in dataset.fields}
    validity = dataset.validity
    lost = validity is not None and not {validity.start, validity.end} <= names
    whole = {name: getattr(dataset, name) for name in Dataset.model_fields}
    whole |= {
        "display": dataset.display if dataset.display in names else None,
        "time": dataset.time if dataset.time in names else None,
        "parent": dataset.parent if dataset.parent in names else None,
        "validity": None if lost else validity,
    }
    return Dataset.model_validate(whole)


def _joins(one: Relationship, known: dict[str, Dataset], catalogue: Catalogue) -> bool:
    for name, columns in ((one.source, one.source_columns), (one.target, one.target_columns)):
        dataset = known.get(name)
        table = catalogue.table(dataset.table) if dataset is not None else None
        if table is None or any(table.column(column) is None for column in columns):
            return False
    return True


def _segments(model: SemanticModel, names: frozenset[Place], datasets: Iterable[str]) -> tuple[Segment, ...]:
    known = frozenset(datasets)
    kept = tuple(
        segment
        for segment in model.segments
        if segment.dataset in known
        and (not segment.condition or _named(segment.condition, segment.dataset, model) <= names)
    )
    left = {segment.name for segment in kept}
    return tuple(
        segment
        for segment in kept
        if segment.related is None
        or (
            segment.related.dataset in known
            and set(segment.related.segments) <= left
            and (segment.related.time is None or (segment.related.dataset, segment.related.time) in names)
        )
    )


def _metrics(
    model: SemanticModel, names: frozenset[Place], datasets: Iterable[str], segments: set[str]
) -> tuple[Metric, ...]:
    known = frozenset(datasets)
    kept = tuple(
        metric
        for metric in model.metrics
        if metric.dataset in known
        and set(metric.segments) <= segments
        and _named(metric.expression, metric.dataset, model) <= names
        and _has_time(metric, names)
    )
    while True:
        left = {metric.name for metric in kept}
        whole = tuple(
            metric
            for metric in kept
            if all(
                part is None or part in left for part in (metric.numerator, metric.denominator, metric.less)
            )
        )
        if len(whole) == len(kept):
            break
        kept = whole
    return tuple(
        metric.model_copy(update={"finer": None})
        if metric.finer is not None and metric.finer not in left
        else metric
        for metric in kept
    )


def _has_time(metric: Metric, names: frozenset[Place]) -> bool:
    if not metric.time:
        return True
    dataset, _, field = metric.time.rpartition(".")
    return (dataset or metric.dataset, field) in names


def _conventions(told: Conventions, left: frozenset[str]) -> Conventions:
    return told.model_copy(
        update={
            "never_combine": tuple(pair for pair in told.never_combine if left.issuperset(pair)),
            "default_segments": tuple(pair for pair in told.default_segments if left.issuperset(pair)),
        }
    )
