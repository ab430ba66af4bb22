"""The metrics of dbt projects: aggregates of measures, ratios, and arithmetic over figures of the same rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chat2sql.config.vocabulary import Bilingual, Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.dbt_source import (
    DbtDimension,
    DbtEntity,
    DbtMeasure,
    DbtMetric,
    DbtProject,
    DbtSemanticModel,
    Filter,
    MetricInput,
)
from chat2sql.engine.semantics.model.expressions import Expressions, Use, qualified
from chat2sql.engine.semantics.model.roles import spoken
from chat2sql.engine.semantics.model.semantic_model import Additivity, Dataset, Metric, Origin, Segment

_PLAIN = {"sum": "SUM({})", "min": "MIN({})", "max": "MAX({})", "average": "AVG({})", "count": "COUNT({})",
          "count_distinct": "COUNT(DISTINCT {})", "sum_boolean": "SUM(CASE WHEN {} THEN 1 ELSE 0 END)"}  # fmt: skip
_QUANTILES = frozenset({Dialect.POSTGRESQL, Dialect.DUCKDB})
_SUMS = frozenset({"sum", "count", "sum_boolean"})
_CALL = re.compile(r"\{\{\s*(\w+)\(\s*(['\"])([\w.]+)\2\s*\)\s*\}\}")
_ANY_CALL = re.compile(r"\{\{|\{%")
_QUOTIENT = re.compile(
    r"\s*(\w+)\s*(?:\*\s*1\.0\s*)?/\s*(?:nullif\(\s*(\w+)\s*,\s*0(?:\.0)?\s*\)|(\w+))\s*", re.IGNORECASE
)


class LeftOut(Frozen):
    """Something that was not taken over, and why."""

    name: str
    reason: Bilingual


class _NotTaken(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(zh=zh, en=en)


class DbtMetrics:
    """The metrics of a project that can be taken over.

    Args:
        tables: by the name of a semantic model, its table.
        datasets: by table, what was taken over of it.
    """

    def __init__(
        self,
        project: DbtProject,
        catalogue: Catalogue,
        tables: Mapping[str, str],
        datasets: Mapping[str, Dataset],
    ) -> None:
        self._catalogue, self._datasets = catalogue, datasets
        self._project = project
        self._tables = tables
        self.metrics: dict[str, Metric] = {}
        self.segments: dict[str, Segment] = {}
        self.left_out: list[LeftOut] = []
        self._measures = {
            measure.name: (
                tables[model.name],
                measure,
                model.defaults.agg_time_dimension if model.defaults else None,
            )
            for model in project.semantic_models
            if model.name in tables
            for measure in model.measures
        }
        self._entities = {
            entity.name: tables[model.name]
            for model in project.semantic_models
            if model.name in tables
            for entity in model.entities
            if entity.type.lower() in ("primary", "unique", "natural")
        }
        self._entities |= {
            model.primary_entity: tables[model.name]
            for model in project.semantic_models
            if model.name in tables and model.primary_entity
        }
        self._dimensions = {
            (tables[model.name], one.name): str(one.expr) if one.expr is not None else one.name
            for model in project.semantic_models
            if model.name in tables
            for one in _named(model)
        }
        for name, (_, measure, _) in self._measures.items():
            if measure.create_metric:
                self._take(name, DbtMetric(name=name, type="simple", label=measure.label), name)
        waiting = list(project.metrics)
        while waiting:
            ready = [one for one in waiting if self._is_ready(one, waiting)] or waiting
            for metric in ready:
                self._take(metric.name, metric, None)
            waiting = [one for one in waiting if one not in ready]

    def _is_ready(self, metric: DbtMetric, waiting: Sequence[DbtMetric]) -> bool:
        left = {one.name for one in waiting}
        return not any(one.name in left for one in self._inputs(metric))

    def _inputs(self, metric: DbtMetric) -> list[MetricInput]:
        told = metric.type_params
        given = (told.numerator, told.denominator, *told.metrics)
        return [MetricInput(name=one) if isinstance(one, str) else one for one in given if one is not None]

    def _take(self, name: str, metric: DbtMetric, measure: str | None) -> None:
        try:
            match metric.type.lower():
                case "simple":
                    found = self._simple(metric, measure)
                case "ratio":
                    found = self._ratio(metric, *self._two(metric))
                case "derived":
                    found = self._derived(metric)
                case other:
                    raise _NotTaken(
                        f"{other} 类型的指标这里无法表示。",
                        f"metrics of type {other} cannot be expressed here.",
                    )
            self.metrics[name] = found
        except _NotTaken as problem:
            self.left_out.append(LeftOut(name=name, reason=problem.reason))

    def _simple(self, metric: DbtMetric, name: str | None) -> Metric:
        given = metric.type_params.measure if name is None else name
        told = MetricInput(name=given) if isinstance(given, str) else given
        if told is None or told.name not in self._measures:
            raise _NotTaken("找不到它的 measure。", "its measure is not there.")
        table, measure, usual = self._measures[told.name]
        expression = self._aggregate(measure, table)
        filters = [*_filters(metric.filter), *_filters(told.filter)]
        time = measure.agg_time_dimension or usual
        column = self._dimensions.get((table, time or ""))
        field = self._datasets[table].field(column or "") or self._datasets[table].field(time or "")
        additivity = Additivity.ADDITIVE if measure.agg.lower() in _SUMS else Additivity.NON_ADDITIVE
        if measure.non_additive_dimension is not None:
            additivity = Additivity.SEMI_ADDITIVE
        return self._metric(
            metric,
            table,
            expression=expression,
            segments=(self._segment(metric, table, filters),) if filters else (),
            time=field.name if field is not None else None,
            additivity=additivity,
        )

    def _metric(
        self,
        metric: DbtMetric,
        table: str,
        *,
        expression: str = "",
        segments: tuple[str, ...] = (),
        time: str | None = None,
        additivity: Additivity = Additivity.NON_ADDITIVE,
        parts: tuple[str | None, str | None] = (None, None),
    ) -> Metric:
        said = spoken(metric.name)
        return Metric(
            name=metric.name,
            label=Bilingual(zh="", en=metric.label.lower() if metric.label else said),
            synonyms=(said,) if metric.label and metric.label.lower() != said else (),
            origin=Origin.IMPORT,
            dataset=table,
            expression=expression,
            segments=segments,
            time=time,
            additivity=additivity,
            numerator=parts[0],
            denominator=parts[1],
        )

    def _aggregate(self, measure: DbtMeasure, table: str) -> str:
        text = measure.name if measure.expr is None else str(measure.expr).strip()
        how = measure.agg.lower()
        if text == "1" and how in ("sum", "count"):
            return "COUNT(*)"
        inner, problem = qualified(text, table, self._catalogue)
        if problem is not None:
            raise _NotTaken(problem.zh, problem.en)
        if how in _PLAIN:
            return self._judged(_PLAIN[how].format(inner), Use.AGGREGATE, table)
        share = 0.5 if how == "median" else measure.agg_params.percentile if measure.agg_params else None
        if how not in ("median", "percentile") or share is None or self._catalogue.dialect not in _QUANTILES:
            raise _NotTaken(
                f"聚合 {how} 在这个数据库上无法表示。",
                f"the aggregate {how} cannot be expressed on this database.",
            )
        discrete = measure.agg_params is not None and measure.agg_params.use_discrete_percentile
        function = "PERCENTILE_DISC" if discrete else "PERCENTILE_CONT"
        return self._judged(f"{function}({share:g}) WITHIN GROUP (ORDER BY {inner})", Use.AGGREGATE, table)

    def _judged(self, text: str, use: Use, table: str) -> str:
        known = self._catalogue.table(table)
        names = {column.name: "" for column in known.columns} if known is not None else {}
        names |= {field.name: field.expression for field in self._datasets[table].fields}
        expressions = Expressions(self._catalogue, fields={table: names}, tables={table: table}, called={})
        judged = expressions.judged(text, use, table)
        if judged.problems:
            raise _NotTaken(judged.problems[0].zh, judged.problems[0].en)
        return judged.text

    def _segment(self, metric: DbtMetric, table: str, filters: Sequence[str]) -> str:
        """The rows of a metric with a filter, as a segment without words of its own."""
        text = " AND ".join(f"({one})" for one in filters) if len(filters) > 1 else filters[0]

        def column(match: re.Match[str]) -> str:
            entity, _, name = match.group(3).rpartition("__")
            owner = self._entities.get(entity) if entity else table
            if match.group(1) not in ("Dimension", "Entity") or owner != table or "__" in entity:
                raise _NotTaken(
                    f"过滤条件里的 {match.group(3)} 不属于同一张表，或带有时间粒度。",
                    f"its filter names {match.group(3)}, which is of another table or has a time grain.",
                )
            told = self._dimensions.get((table, name), name)
            field = self._datasets[table].field(name)
            return f"{table}.{name if field is not None else told}"

        text = _CALL.sub(column, text)
        if _ANY_CALL.search(text):
            raise _NotTaken(
                "过滤条件含有这里不支持的 Jinja。", "its filter holds Jinja that is not read here."
            )
        condition = self._judged(text, Use.CONDITION, table)
        same = next(
            (
                one.name
                for one in self.segments.values()
                if (one.dataset, one.condition) == (table, condition)
            ),
            None,
        )
        if same is not None:
            return same
        name = f"{table}.{metric.name}_rows"
        self.segments[name] = Segment(name=name, origin=Origin.IMPORT, dataset=table, condition=condition)
        return name

    def _part(self, told: MetricInput) -> Metric:
        if told.offset_window or told.offset_to_grain:
            raise _NotTaken(
                "它与移动过的时间相比，这里由问题来说。", "it is shifted in time; here a question says so."
            )
        if _filters(told.filter):
            raise _NotTaken(
                "它的组成部分另有过滤条件；请先在 dbt 里写成单独的指标。",
                "a part of it has a filter of its own; make a metric of that part first.",
            )
        found = self.metrics.get(told.name)
        if found is None:
            raise _NotTaken(
                f"它用到的 {told.name} 没有导入。", f"{told.name}, which it uses, was not taken over."
            )
        return found

    def _two(self, metric: DbtMetric) -> tuple[Metric, Metric]:
        parts = self._inputs(metric)
        if len(parts) != 2:
            raise _NotTaken("缺少分子或分母。", "its numerator or denominator is missing.")
        return self._part(parts[0]), self._part(parts[1])

    def _ratio(self, metric: DbtMetric, above: Metric, below: Metric) -> Metric:
        if _filters(metric.filter):
            raise _NotTaken(
                "比率另有过滤条件；请写在分子和分母上。",
                "the ratio has a filter; write it on both of its parts.",
            )
        return self._metric(metric, above.dataset, time=above.time, parts=(above.name, below.name))

    def _derived(self, metric: DbtMetric) -> Metric:
        if _filters(metric.filter):
            raise _NotTaken(
                "派生指标另有过滤条件；请写在它的组成部分上。", "it has a filter; write it on its parts."
            )
        named = {one.alias or one.name: self._part(one) for one in self._inputs(metric)}
        text = str(metric.type_params.expr or "")
        quotient = _QUOTIENT.fullmatch(text)
        if quotient is not None:
            above, below = named.get(quotient.group(1)), named.get(quotient.group(2) or quotient.group(3))
            if above is not None and below is not None:
                return self._ratio(metric.model_copy(update={"filter": None}), above, below)
        parts = list(named.values())
        if not parts or any(
            (one.dataset, one.segments, bool(one.numerator)) != (parts[0].dataset, parts[0].segments, False)
            for one in parts
        ):
            raise _NotTaken(
                "它的组成部分不是同一张表的同样的行。",
                "its parts are not figures of the same rows of one table.",
            )
        whole = re.sub(r"\b\w+\b", lambda word: _put(word.group(), named), text)
        sums = all(one.additivity is Additivity.ADDITIVE for one in parts) and not re.search(r"[*/]", text)
        return self._metric(
            metric,
            parts[0].dataset,
            expression=self._judged(whole, Use.AGGREGATE, parts[0].dataset),
            segments=parts[0].segments,
            time=parts[0].time,
            additivity=Additivity.ADDITIVE if sums else Additivity.NON_ADDITIVE,
        )


def _named(model: DbtSemanticModel) -> tuple[DbtDimension | DbtEntity, ...]:
    """What filters may name of a semantic model."""
    return (*model.dimensions, *model.entities)


def _put(word: str, named: Mapping[str, Metric]) -> str:
    return f"({named[word].expression})" if word in named else word


def _filters(told: Filter) -> list[str]:
    given = (told,) if isinstance(told, str) else told or ()
    return [one.strip() for one in given if one.strip()]
