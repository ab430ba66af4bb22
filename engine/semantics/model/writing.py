"""A model as a document, and a document as the YAML text that an owner reads and edits.

The order is the model's own, so the same model gives the same text. What the interchange form has no place for stands in
our extensions, as JSON that a person can read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import JsonValue

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.semantics.model.document import (
    VERSION,
    AiContext,
    CustomExtension,
    DatasetEntry,
    DataType,
    DialectExpression,
    Dimension,
    Document,
    Expression,
    ExpressionDialect,
    FieldEntry,
    MetricEntry,
    RelationshipEntry,
)
from chat2sql.engine.semantics.model.extensions import (
    VENDOR,
    CodePayload,
    ConventionsPayload,
    DatasetPayload,
    EntryPayload,
    FieldPayload,
    MetricPayload,
    ModelPayload,
    RelationshipPayload,
    SegmentPayload,
    Status,
    ValidityPayload,
    Words,
)
from chat2sql.engine.semantics.model.owned import FileModel
from chat2sql.engine.semantics.model.readable_json import readable_json
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Conventions,
    Dataset,
    Field,
    Metric,
    Named,
    Origin,
    Relationship,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.time_conventions import TimeConventions
from chat2sql.engine.sql.guard.names import spell

_DATATYPES = (
    (re.compile(r"bool", re.IGNORECASE), DataType.BOOLEAN),
    (re.compile(r"timestamptz|with time zone", re.IGNORECASE), DataType.DATE_TIME_TZ),
    (re.compile(r"datetime|timestamp", re.IGNORECASE), DataType.DATE_TIME),
    (re.compile(r"interval|json|xml|\[\]|array|point|range", re.IGNORECASE), DataType.OPAQUE),
    (re.compile(r"^date\b", re.IGNORECASE), DataType.DATE),
    (re.compile(r"^time\b", re.IGNORECASE), DataType.TIME),
    (re.compile(r"numeric|decimal|money", re.IGNORECASE), DataType.DECIMAL),
    (re.compile(r"double|float|real", re.IGNORECASE), DataType.FLOAT),
    (re.compile(r"int|serial|year", re.IGNORECASE), DataType.INTEGER),
    (re.compile(r"char|text|string|enum|uuid|clob", re.IGNORECASE), DataType.STRING),
)
_FIRST = ("name", "label", "synonyms", "dataset", "condition", "role", "drafted", "conventions")
_OWNERS = (Origin.OWNER, Origin.IMPORT)


def document_of(file: FileModel) -> Document:
    """The document that says what a file's model says. Of rejected entries only segments leave a trace by themselves:
    the others need what they were, and are written by hand."""
    model = file.model
    payload = ModelPayload(
        drafted=file.keeps_draft,
        conventions=_conventions(model.conventions, file.calendar),
        segments=tuple(_segment(one) for one in model.segments),
    )
    return Document(
        version=VERSION,
        name=model.datasource,
        description=model.description or None,
        ai_context=AiContext(instructions=model.instructions) if model.instructions else None,
        datasets=tuple(_dataset(one, model.dialect) for one in model.datasets),
        relationships=tuple(_relationship(one) for one in model.relationships),
        metrics=tuple(_metric(one, model) for one in model.metrics),
        custom_extensions=(extension(payload),),
    )


def extension(payload: EntryPayload | ModelPayload) -> CustomExtension:
    """Our extension with a payload; what it does not say is left out."""
    said = payload.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return CustomExtension(vendor_name=VENDOR, data=readable_json(_in_order(said)) + "\n")


def _in_order(value: JsonValue) -> JsonValue:
    """What an entry is before what is known of it."""
    if isinstance(value, list):
        return [_in_order(one) for one in value]
    if not isinstance(value, dict):
        return value
    order = sorted(value, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
    return {key: _in_order(value[key]) for key in order}


def expression(text: str) -> Expression:
    """An expression in the datasource's own dialect."""
    return Expression(dialects=(DialectExpression(dialect=ExpressionDialect.ANSI_SQL, expression=text),))


def datatype(type_: str) -> DataType | None:
    """The logical type of a type in a database's own words; None: not known."""
    return next((kind for pattern, kind in _DATATYPES if pattern.search(type_)), None)


def described(label: Bilingual) -> str | None:
    """A label for readers that know only descriptions."""
    return " / ".join(side for side in (label.zh, label.en) if side) or None


def _heading(entry: Named) -> dict[str, object]:
    label = Words(zh=entry.label.zh, en=entry.label.en)
    if entry.origin is Origin.OWNER and entry.certainty == 1:
        return {"label": label, "status": Status.ACCEPTED}
    status = Status.ACCEPTED if entry.origin in _OWNERS and entry.certainty == 1 else Status.DRAFTED
    return {"label": label, "status": status, "origin": entry.origin, "certainty": entry.certainty}


def _context(synonyms: Iterable[str]) -> AiContext:
    return AiContext(synonyms=tuple(synonyms))


def _dataset(dataset: Dataset, dialect: Dialect) -> DatasetEntry:
    # Of a drafted entry what it has not got is not said either; of an owner's it has to be, or the draft's would hold.
    nothing = "" if dataset.origin in _OWNERS else None
    validity = dataset.validity
    told: dict[str, object] = {
        "display": dataset.display or nothing,
        "time": dataset.time or nothing,
        "parent": dataset.parent or nothing,
        "validity": ValidityPayload.model_validate(validity.model_dump()) if validity is not None else None,
    }
    if validity is None and nothing is not None:
        told["validity"] = ValidityPayload(start="", end="")
    payload = DatasetPayload.model_validate(_heading(dataset) | _said(told))
    return DatasetEntry(
        name=dataset.name,
        source=dataset.table,
        primary_key=dataset.primary_key,
        description=described(dataset.label),
        ai_context=_context(dataset.synonyms),
        fields=tuple(_field(field, dialect) for field in dataset.fields),
        custom_extensions=(extension(payload),),
    )


def _said(told: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in told.items() if value is not None}


def _field(field: Field, dialect: Dialect) -> FieldEntry:
    owned = field.origin in _OWNERS
    told = _heading(field) | {"role": field.role}
    if field.expression and field.type:
        told["type"] = field.type
    if field.codes or owned:
        told["codes"] = tuple(CodePayload(code=one.code, words=one.words) for one in field.codes)
    if field.unset_words or owned:
        told["unset_words"] = field.unset_words
    if field.role is Role.MEASURE or field.additivity is not Additivity.NON_ADDITIVE:
        told["additivity"] = field.additivity
    if field.unit or owned:
        told["unit"] = field.unit
    return FieldEntry(
        name=field.name,
        expression=expression(field.expression or spell(field.name, dialect).sql(dialect)),
        dimension=Dimension(is_time=True) if field.role is Role.TIME else None,
        description=described(field.label),
        datatype=datatype(field.type),
        ai_context=_context(field.synonyms),
        custom_extensions=(extension(FieldPayload.model_validate(told)),),
    )


def _relationship(one: Relationship) -> RelationshipEntry:
    return RelationshipEntry(
        name=one.name,
        source=one.source,
        target=one.target,
        from_columns=one.source_columns,
        to_columns=one.target_columns,
        ai_context=_context(one.synonyms) if one.synonyms else None,
        custom_extensions=(extension(RelationshipPayload.model_validate(_heading(one))),),
    )


def _metric(metric: Metric, model: SemanticModel) -> MetricEntry:
    told = _heading(metric) | {"dataset": metric.dataset, "additivity": metric.additivity}
    for key in ("segments", "time", "numerator", "denominator", "less", "finer", "unit"):
        value = getattr(metric, key)
        if value:
            told[key] = value
    return MetricEntry(
        name=metric.name,
        expression=expression(metric.expression or _ratio(metric, model)),
        description=described(metric.label),
        ai_context=_context(metric.synonyms),
        custom_extensions=(extension(MetricPayload.model_validate(told)),),
    )


def _ratio(metric: Metric, model: SemanticModel) -> str:
    """What a ratio computes, for tools that do not know its parts; which rows count for them is left out there."""
    parts = [model.metric(name or "") for name in (metric.numerator, metric.denominator)]
    above, below = (part.expression if part is not None and part.expression else "COUNT(*)" for part in parts)
    return f"{above} * 1.0 / NULLIF({below}, 0)"


def _segment(segment: Segment) -> SegmentPayload:
    told: dict[str, object] = {"name": segment.name, "dataset": segment.dataset}
    if segment.condition:
        told["condition"] = segment.condition
    if segment.related is not None:
        told["related"] = segment.related.model_dump(exclude_defaults=True)
    return SegmentPayload.model_validate(told | _heading(segment) | {"synonyms": segment.synonyms})


def _conventions(told: Conventions, calendar: TimeConventions) -> ConventionsPayload:
    return ConventionsPayload(
        fiscal_year_start_month=calendar.fiscal_year_start_month,
        fiscal_year_named=calendar.fiscal_year_named,
        week_start=calendar.week_start,
        country=calendar.country,
        never_combine=told.never_combine,
        default_segments=dict(told.default_segments),
    )
