"""The datasets and fields of an owner's file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chat2sql.engine.semantics.model.document import DatasetEntry, DataType, FieldEntry
from chat2sql.engine.semantics.model.expressions import Use
from chat2sql.engine.semantics.model.extensions import DatasetPayload, FieldPayload, Status
from chat2sql.engine.semantics.model.faults import meant
from chat2sql.engine.semantics.model.ground import Ground, heading
from chat2sql.engine.semantics.model.owned import EntryKind, table_of
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    CodeMeaning,
    Dataset,
    Field,
    Role,
    Validity,
)
from chat2sql.engine.sql.guard.hints import nearest
from chat2sql.engine.sql.guard.names import spell

_TYPES = {
    DataType.STRING: "text",
    DataType.INTEGER: "integer",
    DataType.DECIMAL: "numeric",
    DataType.FLOAT: "double precision",
    DataType.BOOLEAN: "boolean",
    DataType.DATE: "date",
    DataType.TIME: "time",
    DataType.DATE_TIME: "timestamp",
    DataType.DATE_TIME_TZ: "timestamptz",
}
_TIMES = frozenset({DataType.DATE, DataType.DATE_TIME, DataType.DATE_TIME_TZ})
_QUANTITIES = frozenset({DataType.DECIMAL, DataType.FLOAT, DataType.INTEGER})


class _Found(NamedTuple):
    entry: DatasetEntry
    path: Path
    table: str


def read_datasets(ground: Ground, *, keeps_draft: bool) -> Iterator[Dataset]:
    """The datasets that are not rejected.

    Args:
        keeps_draft: whether drafted fields may be named that the file does not have.
    """
    if keeps_draft:
        ground.fields = {one.name: {field.name: "" for field in one.fields} for one in ground.draft.datasets}
    # All names first: an expression may use a field of a dataset that comes later.
    found = [
        one for number, entry in enumerate(ground.document.datasets) if (one := _known(ground, number, entry))
    ]
    for entry, path, table in found:
        yield _dataset(ground, entry, path, table)


def _known(ground: Ground, number: int, entry: DatasetEntry) -> _Found | None:
    path: Path = ("datasets", number)
    payload, _ = ground.payload(entry.custom_extensions, DatasetPayload, path)
    table = table_of(entry, ground.catalogue)
    if payload is not None and payload.status is Status.REJECTED:
        ground.reject(EntryKind.DATASET, table or entry.name)
        ground.fields.pop(table or entry.name, None)
        return None
    if table is None:
        names = [ground.catalogue.key(one) for one in ground.catalogue.tables]
        close = meant(nearest(entry.source.rpartition(".")[2], names, most=1))
        ground.fault(
            (*path, "source"),
            zh=f"没有表 {entry.source}。{close.zh}请改正表名或删去这个数据集。",
            en=f"there is no table {entry.source}.{close.en} Correct it or remove the dataset.",
        )
        return None
    if entry.name in ground.called or table in ground.called.values():
        ground.fault(
            (*path, "name"),
            zh=f"数据集 {entry.name}（表 {table}）重复。每张表只写一个数据集，名称各不相同。",
            en=f"the dataset {entry.name} (table {table}) is there twice. Write one for a table, with a name of its own.",
        )
        return None
    ground.called[entry.name] = table
    _know_fields(ground, entry, path, table)
    return _Found(entry, path, table)


def _know_fields(ground: Ground, entry: DatasetEntry, path: Path, table: str) -> None:
    """What may be named of a dataset: drafted fields, and those of the file with what they compute."""
    known = ground.fields.setdefault(table, {})
    for number, field in enumerate(entry.fields):
        at = (*path, "fields", number)
        payload, _ = ground.payload(field.custom_extensions, FieldPayload, at)
        if payload is not None and payload.status is Status.REJECTED:
            ground.reject(EntryKind.FIELD, f"{table}.{field.name}")
            known.pop(field.name, None)
            continue
        text, spelled = (
            field.expression.text,
            spell(field.name, ground.catalogue.dialect).sql(ground.catalogue.dialect),
        )
        own = {
            name for one in (field.name, spelled) for name in (one, f"{entry.name}.{one}", f"{table}.{one}")
        }
        known[field.name] = "" if text in own else text


def _dataset(ground: Ground, entry: DatasetEntry, path: Path, name: str) -> Dataset:
    payload, inner = ground.payload(entry.custom_extensions, DatasetPayload, path)
    drafted = ground.draft.dataset(name)
    label, synonyms, origin, certainty = heading(entry.name, payload, entry.ai_context, drafted)
    table = ground.table(name)
    columns = [column.name for column in table.columns] if table is not None else []
    key = entry.primary_key if entry.primary_key is not None else drafted.primary_key if drafted else ()
    for place, column in enumerate(entry.primary_key or ()):
        if column not in columns:
            ground.no_column((*path, "primary_key", place), name, column, columns)
    seen: set[str] = set()
    fields = []
    for number, field in enumerate(entry.fields):
        at = (*path, "fields", number)
        told, _ = ground.payload(field.custom_extensions, FieldPayload, at)
        if told is not None and told.status is Status.REJECTED:
            continue
        if not ground.is_again(seen, field.name, (*at, "name")):
            fields += _field(ground, field, at, name)
    payload = payload or DatasetPayload()
    return Dataset(
        name=name,
        label=label,
        synonyms=synonyms,
        origin=origin,
        certainty=certainty,
        table=name,
        primary_key=key,
        fields=tuple(fields),
        display=_one_of(
            ground, name, inner, "display", said=payload.display, drafted=drafted.display if drafted else None
        ),
        time=_one_of(
            ground, name, inner, "time", said=payload.time, drafted=drafted.time if drafted else None
        ),
        parent=_one_of(
            ground, name, inner, "parent", said=payload.parent, drafted=drafted.parent if drafted else None
        ),
        validity=_validity(ground, name, inner, payload, drafted),
    )


def _one_of(
    ground: Ground, dataset: str, inner: Written, key: str, *, said: str | None, drafted: str | None
) -> str | None:
    """A field of the dataset that a payload names; an empty text: none; not said: the drafted one."""
    known = ground.fields[dataset]
    if said is None:
        return drafted if drafted in known else None
    if said and said not in known:
        _no_field(ground, inner, (key,), dataset, said)
        return None
    return said or None


def _no_field(ground: Ground, inner: Written, path: Path, dataset: str, name: str) -> None:
    close = meant(nearest(name, ground.fields[dataset], most=1))
    ground.faults.append(
        inner.fault(
            path,
            zh=f"数据集 {dataset} 没有字段 {name}。{close.zh}请改名或删去。",
            en=f"the dataset {dataset} has no field {name}.{close.en} Correct it or remove it.",
        )
    )


def _validity(
    ground: Ground, dataset: str, inner: Written, payload: DatasetPayload, drafted: Dataset | None
) -> Validity | None:
    said, known = payload.validity, ground.fields[dataset]
    if said is None:
        told = drafted.validity if drafted is not None else None
        return told if told is not None and {told.start, told.end} <= known.keys() else None
    if not said.start and not said.end:
        return None
    for key, name in (("start", said.start), ("end", said.end)):
        if name not in known:
            _no_field(ground, inner, ("validity", key), dataset, name)
    return Validity(start=said.start, end=said.end, includes_end=said.includes_end)


def _field(ground: Ground, entry: FieldEntry, path: Path, dataset: str) -> list[Field]:
    """The field, as a list that is empty where it is wrong."""
    payload, _ = ground.payload(entry.custom_extensions, FieldPayload, path)
    found = ground.expression(entry.expression, (*path, "expression"))
    if found is None:
        return []
    table = ground.table(dataset)
    plain = not ground.fields[dataset][entry.name]
    column = table.column(entry.name) if table is not None and plain else None
    expression = ""
    if plain and column is None:
        known = [one.name for one in table.columns] if table is not None else []
        ground.no_column(found[1], dataset, entry.name, known)
        return []
    if not plain:
        judged = ground.judged(found[0], Use.FIELD, dataset, ground.written, (*ground.root, *found[1]))
        if judged is None:
            return []
        expression = judged.text
        column = table.column(judged.column) if table is not None and judged.column is not None else None
        ground.fields[dataset][entry.name] = expression
    drafted = ground.draft.field(dataset, entry.name)
    if drafted is None and column is not None:
        drafted = ground.draft.field(dataset, column.name)
    label, synonyms, origin, certainty = heading(entry.name, payload, entry.ai_context, drafted)
    payload = payload or FieldPayload()
    role = payload.role or _role(entry, drafted)
    usual = Additivity.ADDITIVE if role is Role.MEASURE else Additivity.NON_ADDITIVE
    same = drafted if drafted is not None and drafted.role is role else None
    codes = payload.codes
    return [
        Field(
            name=entry.name,
            label=label,
            synonyms=synonyms,
            origin=origin,
            certainty=certainty,
            role=role,
            type=payload.type
            or (column.type if column is not None else _TYPES.get(entry.datatype or DataType.OPAQUE, "")),
            expression=expression,
            codes=tuple(CodeMeaning(code=one.code, words=one.words) for one in codes)
            if codes is not None
            else (drafted.codes if drafted is not None else ()),
            unset_words=payload.unset_words
            if payload.unset_words is not None
            else (drafted.unset_words if drafted is not None else ()),
            additivity=payload.additivity or (same.additivity if same is not None else usual),
            unit=payload.unit if payload.unit is not None else (same.unit if same is not None else ""),
        )
    ]


def _role(entry: FieldEntry, drafted: Field | None) -> Role:
    """What a field is for where its owner does not say."""
    is_time = entry.dimension.is_time if entry.dimension is not None else None
    if is_time or (is_time is None and entry.datatype in _TIMES):
        return Role.TIME
    if drafted is not None and (drafted.role is not Role.TIME or is_time is None):
        return drafted.role
    if entry.datatype is DataType.BOOLEAN:
        return Role.FLAG
    return Role.MEASURE if entry.datatype in _QUANTITIES else Role.TEXT
