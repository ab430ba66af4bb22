"""What a semantic model says of columns, for mending SQL that a model wrote: rows of figures, marks, times, validity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.engine.semantics.model.loosely import IN_PART
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin, Role, Segment, SemanticModel
from chat2sql.engine.sql.repair.meant_values import DefinedSum, Held, Meant, Named, Rows, Time

_A_NAME = 3
"""Characters of a name that says whose rows they are: 有效订单, not 有效."""
_OF_ONE_FIELD = (".set", ".unset", ".given", ".rows")


@lru_cache(maxsize=32)
def meant_by(model: SemanticModel) -> Meant:
    """What the business means by the columns of a datasource, as its semantic model has it."""
    # What a comment says is always meant, is meant where rows are counted; marks hold for every row.
    defaults = {
        name
        for _, name in model.conventions.default_segments
        if (one := model.segment(name)) is not None and one.origin is Origin.NAME
    }
    return Meant(
        kept=tuple(rows for one in model.segments if one.name in defaults for rows in _rows([one], model)),
        named=tuple(
            Named(name=one.label.zh, rows=rows)
            for one in model.segments
            if one.origin is not Origin.NAME and len(one.label.zh) >= _A_NAME and "." in one.name
            if not one.name.endswith(_OF_ONE_FIELD)
            for rows in _rows([one], model)
        ),
        sums=tuple(_sums(model)),
        held=tuple(
            Held(
                table=dataset.table,
                start=dataset.validity.start,
                end=dataset.validity.end,
                includes_end=dataset.validity.includes_end,
            )
            for dataset in model.datasets
            # Of what has a name people ask when it began.
            if dataset.validity is not None and dataset.is_record
        ),
        times=tuple(
            Time(
                table=dataset.table,
                column=field.name,
                words=tuple(word for word in (field.label.zh, _bare(field.label.zh)) if word),
            )
            for dataset in model.datasets
            for field in dataset.fields
            if field.role is Role.TIME and not field.expression
        ),
    )


def _bare(label: str) -> str:
    """结算 for 结算时间."""
    for ending in ("日期", "时间", "日"):
        if label.endswith(ending) and len(label) > len(ending) + 1:
            return label.removesuffix(ending)
    return ""


def _sums(model: SemanticModel) -> Iterator[DefinedSum]:
    for metric in model.metrics:
        if (
            metric.origin in (Origin.NAME, Origin.KEY)
            # What was read in part would be wrong in more answers than one.
            or metric.certainty <= IN_PART
            or not metric.label.zh + metric.label.en
            or not (metric.segments or metric.time)
        ):
            continue
        columns = _columns(metric, model)
        segments = [segment for name in metric.segments if (segment := model.segment(name)) is not None]
        if columns and len(segments) == len(metric.segments):
            yield DefinedSum(
                names=tuple(word for word in (metric.label.zh, metric.label.en, *metric.synonyms) if word),
                columns=columns,
                labels=tuple(_labels(columns, model)),
                rows=tuple(_rows(segments, model)),
                time=_time(metric, model),
            )


def _columns(metric: Metric, model: SemanticModel) -> frozenset[tuple[str, str]]:
    """What a metric that is one sum sums up; empty: it is another thing."""
    try:
        tree = sqlglot.parse_one(metric.expression, read=model.dialect) if metric.expression else None
    except SqlglotError:
        return frozenset()
    if not isinstance(tree, exp.Sum) or tree.find(exp.Case, exp.If) is not None:
        return frozenset()
    return frozenset(
        (_table(column, metric.dataset, model), column.name) for column in tree.find_all(exp.Column)
    )


def _labels(columns: frozenset[tuple[str, str]], model: SemanticModel) -> Iterator[str]:
    for dataset in model.datasets:
        for field in dataset.fields:
            if (dataset.table, field.name) in columns:
                yield from (word for word in (field.label.zh, field.label.en) if word)


def _table(column: exp.Column, dataset: str, model: SemanticModel) -> str:
    name = (
        ".".join(part.name for part in (column.args.get("db"), column.args.get("table")) if part) or dataset
    )
    known = model.dataset(name)
    return known.table if known is not None else name


def _rows(segments: list[Segment], model: SemanticModel) -> Iterator[Rows]:
    for segment in segments:
        dataset = model.dataset(segment.dataset)
        if segment.related is not None:
            # Whether other rows lead to them is no condition on columns.
            continue
        tree = sqlglot.parse_one(segment.condition, read=model.dialect)
        if dataset is not None:
            columns = tuple(sorted({column.name for column in tree.find_all(exp.Column)}))
            yield Rows(table=dataset.table, condition=segment.condition, columns=columns)


def _time(metric: Metric, model: SemanticModel) -> tuple[str, str] | None:
    dataset, _, field = (metric.time or "").rpartition(".")
    known = model.dataset(dataset or metric.dataset)
    return (known.table, field) if known is not None and field else None
