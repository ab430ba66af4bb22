"""What is read of dbt's semantic models, as values: the form of MetricFlow, and the one since dbt 1.12.

The older form has ``semantic_models`` and ``metrics`` at the top, with measures below the former. In the newer one a model
bears ``semantic_model``, its columns bear entities and dimensions, and metrics stand beside them; ``newer_form`` puts it
into the older one. Keys that say nothing about meaning (groups, tests, exports) are passed over.
"""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue

from chat2sql.config.vocabulary import Frozen

Filter = str | tuple[str, ...] | None


class _Dbt(Frozen):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    label: str | None = None
    description: str | None = None


class DbtEntity(_Dbt):
    """A key: ``primary``, ``unique``, ``natural`` or ``foreign``."""

    name: str
    type: str
    expr: str | bool | None = None


class ValidityParams(_Dbt):
    """Whether a time dimension is the first or the last moment of a row."""

    is_start: bool = False
    is_end: bool = False


class DimensionParams(_Dbt):
    """Of a time dimension."""

    time_granularity: str | None = None
    validity_params: ValidityParams | None = None


class DbtDimension(_Dbt):
    """What figures are grouped and filtered by: ``categorical`` or ``time``."""

    name: str
    type: str = "categorical"
    expr: str | bool | None = None
    type_params: DimensionParams | None = None


class AggregateParams(_Dbt):
    """Of a percentile."""

    percentile: float | None = None
    use_discrete_percentile: bool = False
    use_approximate_percentile: bool = False


class NonAdditive(_Dbt):
    """The dimension over which a measure may not be summed."""

    name: str


class DbtMeasure(_Dbt):
    """An aggregate over an expression."""

    name: str
    agg: str
    expr: str | int | bool | None = None
    create_metric: bool = False
    agg_time_dimension: str | None = None
    agg_params: AggregateParams | None = None
    non_additive_dimension: NonAdditive | None = None


class Defaults(_Dbt):
    """Of a semantic model."""

    agg_time_dimension: str | None = None


class NodeRelation(_Dbt):
    """The table by its names."""

    alias: str
    schema_name: str | None = None


class DbtSemanticModel(_Dbt):
    """A table with keys, dimensions and measures."""

    name: str
    model: str | None = None
    node_relation: NodeRelation | None = None
    defaults: Defaults | None = None
    primary_entity: str | None = None
    entities: tuple[DbtEntity, ...] = ()
    dimensions: tuple[DbtDimension, ...] = ()
    measures: tuple[DbtMeasure, ...] = ()


class MetricInput(_Dbt):
    """A measure or metric that another is made of."""

    name: str
    alias: str | None = None
    filter: Filter = None
    offset_window: str | None = None
    offset_to_grain: str | None = None
    fill_nulls_with: int | None = None
    join_to_timespine: bool = False


class MetricParams(_Dbt):
    """What a metric is made of, by its type."""

    measure: MetricInput | str | None = None
    numerator: MetricInput | str | None = None
    denominator: MetricInput | str | None = None
    expr: str | bool | None = None
    metrics: tuple[MetricInput | str, ...] = ()


class DbtMetric(_Dbt):
    """A figure: ``simple``, ``ratio``, ``derived``, ``cumulative`` or ``conversion``."""

    name: str
    type: str
    type_params: MetricParams = MetricParams()
    filter: Filter = None


class DbtProject(_Dbt):
    """The semantic part of one or more files."""

    semantic_models: tuple[DbtSemanticModel, ...] = ()
    metrics: tuple[DbtMetric, ...] = Field(default=())


def newer_form(data: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The semantic part of a file in the newer form, or one with both, in the older form."""
    models, metrics = _list(data.get("semantic_models")), _list(data.get("metrics"))
    for model in _list(data.get("models")):
        if isinstance(model, dict) and model.get("semantic_model"):
            told, own = _semantic_model(model)
            if told:
                models.append(told)
                metrics += own
    return {"semantic_models": models, "metrics": [_metric(one) for one in metrics]}


def _list(value: JsonValue) -> list[JsonValue]:
    return list(value) if isinstance(value, list) else []


def _semantic_model(model: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], list[JsonValue]]:
    about = model["semantic_model"] if isinstance(model["semantic_model"], dict) else {}
    if about.get("enabled", True) is False:
        return {}, []
    entities: list[JsonValue] = []
    dimensions: list[JsonValue] = []
    for column in _list(model.get("columns")):
        if isinstance(column, dict):
            entities += _of_column(column, "entity")
            dimensions += _of_column(column, "dimension")
    derived = model.get("derived_semantics")
    if isinstance(derived, dict):
        entities += _list(derived.get("entities"))
        dimensions += _list(derived.get("dimensions"))
    simple = [
        one for one in _list(model.get("metrics")) if isinstance(one, dict) and one.get("type") == "simple"
    ]
    others = [one for one in _list(model.get("metrics")) if one not in simple]
    measures: list[JsonValue] = [{**one, "name": one.get("name"), "create_metric": False} for one in simple]
    told: dict[str, JsonValue] = {
        "name": about.get("name") or model.get("name"),
        "description": model.get("description"),
        "model": model.get("name"),
        "primary_entity": model.get("primary_entity"),
        "defaults": {"agg_time_dimension": model.get("agg_time_dimension")},
        "entities": entities,
        "dimensions": dimensions,
        "measures": measures,
    }
    own: list[JsonValue] = [{**one, "type_params": {"measure": one.get("name")}} for one in simple]
    return told, own + others


def _of_column(column: dict[str, JsonValue], kind: str) -> list[JsonValue]:
    """The entity or dimension of a column; its name may be another than the column's."""
    told = column.get(kind)
    if told is None or told is False:
        return []
    full: dict[str, JsonValue] = told if isinstance(told, dict) else {"type": told}
    name = full.get("name") or column.get("name")
    described: dict[str, JsonValue] = {"description": column.get("description"), "expr": column.get("name")}
    if kind == "dimension" and full.get("type") is None:
        described["type"] = "time" if column.get("granularity") else "categorical"
    return [described | {key: value for key, value in full.items() if value is not None} | {"name": name}]


def _metric(metric: JsonValue) -> JsonValue:
    """A metric with what its type needs below ``type_params``, where the newer form has it beside the name."""
    if not isinstance(metric, dict) or isinstance(metric.get("type_params"), dict):
        return metric
    params: dict[str, JsonValue] = {
        key: metric[key] for key in ("numerator", "denominator", "expr") if key in metric
    }
    if "input_metrics" in metric:
        params["metrics"] = metric["input_metrics"]
    return {**metric, "type_params": params}
