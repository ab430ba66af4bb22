"""The rows that count by convention, unless a question says which."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from chat2sql.engine.semantics.analytic.intent import Condition, Figure, SegmentUse
from chat2sql.engine.semantics.model.finer import are_lines
from chat2sql.engine.semantics.model.semantic_model import Dataset, Metric, Origin, Segment, SemanticModel


def rows_by_default(
    base: str,
    figures: tuple[Figure, ...],
    segments: tuple[SegmentUse, ...],
    conditions: tuple[Condition, ...],
    model: SemanticModel,
) -> tuple[SegmentUse, ...]:
    """Those of the base, and of what its rows are lines of."""
    metrics = [metric for figure in figures if (metric := model.metric(figure.metric or "")) is not None]
    said = {use.segment for use in segments} | {name for metric in metrics for name in metric.segments}
    told = _columns_told(metrics, model)
    dataset = model.dataset(base)
    spoken_of = {base}
    if dataset is not None and are_lines(dataset):
        spoken_of |= {
            join.target for join in model.joins_from(base) if _has_lines(join.target, dataset, model)
        }
    found = []
    for place, name in model.conventions.default_segments:
        segment = model.segment(name)
        # One that is looked up may be another than those that a comment lets count.
        only_counted = segment is not None and segment.origin is Origin.COMMENT and not figures
        if place not in spoken_of or name in said or only_counted:
            continue
        if segment is None or not _is_asked_for(segment, conditions, told, model):
            found.append(SegmentUse(segment=name))
    return tuple(found)


def _has_lines(head: str, lines: Dataset, model: SemanticModel) -> bool:
    """Whether rows are the lines of another dataset, and do not only name its rows: what was sold of a product that is
    deleted since was sold all the same."""
    known = model.dataset(head)
    if known is None:
        return False
    stem = re.sub(r"_?(?:head|header|hdr|main|master|mst)$", "", head, flags=re.IGNORECASE)
    label = re.sub(r"(?:单?头|主)表?$", "", known.label.zh)
    return lines.name.startswith(stem) or (len(label) > 1 and lines.label.zh.startswith(label))


def _columns_told(metrics: list[Metric], model: SemanticModel) -> set[tuple[str, str]]:
    """The columns by which the definitions of figures say which rows count: of 作废率 the state itself."""
    parts = [
        model.metric(name)
        for one in metrics
        for name in (one.numerator, one.denominator, one.less)
        if name is not None
    ]
    rows = [
        segment
        for part in parts
        if part is not None and not part.label.zh
        for name in part.segments
        if (segment := model.segment(name)) is not None
    ]
    return {column for segment in rows for column in _columns_of(segment, model)}


def _is_asked_for(
    segment: Segment, conditions: tuple[Condition, ...], told: set[tuple[str, str]], model: SemanticModel
) -> bool:
    """Whether a question speaks of the very mark by which rows are left out: 测试单有多少; or a figure is of it."""
    columns = _columns_of(segment, model)
    return bool(columns & told) or any((one.place.dataset, one.place.field) in columns for one in conditions)


def _columns_of(segment: Segment, model: SemanticModel) -> set[tuple[str, str]]:
    """The columns that a condition is about, each with its dataset."""
    if not segment.condition:
        return set()
    tree = sqlglot.parse_one(segment.condition, read=model.dialect)
    return {(segment.dataset, column.name) for column in tree.find_all(exp.Column)}
