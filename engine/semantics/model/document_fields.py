"""Fields for the parts of JSON documents: those that a comment names, and those that the documents have."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.schema.meanings import in_chinese
from chat2sql.engine.semantics.model.roles import spoken
from chat2sql.engine.semantics.model.semantic_model import Additivity, Field, Origin, Role
from chat2sql.engine.values.documents import extracted, is_document
from chat2sql.engine.values.index import ELEMENT, DocumentPart, PartKind, ValueIndex, field_name

_LISTED = re.compile(r"[:：]\s*([A-Za-z_][\w\s.,，、;；()（）]*)$")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_HAN = "[㐀-鿿]"
_UNIT = re.compile(r"(?:瓦|升|克|千克|公斤|吨|米|厘米|毫米|月|天|小时|分钟|秒|伏|安|元)$")
_UNIT_WORD = re.compile(
    r"(?:year|month|week|day|hour|minute|min|sec)s?|kg|g|mg|t|l|ml|k?w|v|mm|cm|m|km|pct|percent|amt|cnt|qty|mah|inch"
)
_JSON = re.compile(r"json", re.IGNORECASE)
_CERTAINTY = 0.7
_ROLES = {
    PartKind.TEXT: (Role.CATEGORY, "text"),
    PartKind.NUMBER: (Role.MEASURE, "numeric"),
    PartKind.TRUTH: (Role.FLAG, "boolean"),
    PartKind.LIST: (Role.LIST, "json"),
}


def as_list(field: Field, table: str, values: ValueIndex | None) -> Field:
    """The field, as a list where its documents are lists of texts."""
    lists = values is not None and any(
        (part.table, part.column, part.name) == (table, field.name, ELEMENT) for part in values.parts
    )
    return field.model_copy(update={"role": Role.LIST}) if lists else field


def document_fields(
    table: str, column: Column, values: ValueIndex | None, dialect: Dialect
) -> tuple[Field, ...]:
    """The parts of a column's documents as fields; none where it holds no documents.

    Args:
        table: its dataset.
        values: what was found in the documents; None: not known, so that only its comment tells.
    """
    if not is_document(column):
        return ()
    found = [
        part
        for part in (values.parts if values is not None else ())
        if (part.table, part.column) == (table, column.name) and part.name != ELEMENT
    ]
    listed = _LISTED.search(column.comment)
    listed_ones = re.split(r"[\s,，、;；]+", listed.group(1)) if listed is not None else []
    names = dict.fromkeys(key.group().strip(".") for one in listed_ones if (key := _KEY.match(one)))
    told = [
        DocumentPart(table=table, column=column.name, name=name, kind=PartKind.TEXT)
        for name in names
        if name not in {part.name.removesuffix(ELEMENT) for part in found}
    ]
    return tuple(_field(part, column, dialect) for part in (*found, *told))


def _field(part: DocumentPart, column: Column, dialect: Dialect) -> Field:
    name = part.name.removesuffix(ELEMENT)
    role, kind = _ROLES[part.kind]
    zh = _called(name, column.comment)
    last = name.rpartition(".")[2]
    return Field(
        name=field_name(part.column, part.name),
        label=Bilingual(zh=zh, en=spoken(last)),
        synonyms=tuple(dict.fromkeys((*_shorter(zh), *_in_chinese(last)))),
        origin=Origin.COMMENT if zh else Origin.VALUES,
        certainty=_CERTAINTY,
        role=role,
        type=kind,
        expression=_expression(part, name, column, dialect),
        additivity=Additivity.NON_ADDITIVE,
    )


def _expression(part: DocumentPart, name: str, column: Column, dialect: Dialect) -> str:
    document: exp.Expr = exp.column(exp.to_identifier(part.column), table=part.table)
    if dialect is Dialect.POSTGRESQL and not _JSON.search(column.type):
        document = exp.cast(document, "JSONB")
    text = extracted(document, name, dialect, as_text=part.kind is not PartKind.LIST)
    if part.kind is PartKind.NUMBER:
        # One document in many may write a number in words.
        cast = "TRY_CAST" if dialect is Dialect.DUCKDB else "CAST"
        return f"{cast}({text} AS {'DECIMAL(18, 4)' if dialect is Dialect.MYSQL else 'DOUBLE PRECISION'})"
    if part.kind is not PartKind.TRUTH:
        return text
    # SQLite and MySQL have no truth values to cast to.
    return f"{text} IN ('true', '1')" if dialect is Dialect.MYSQL else f"CAST({text} AS BOOLEAN)"


def _called(name: str, comment: str) -> str:
    """What a comment calls a key: ``color颜色``, ``color: 颜色``, ``颜色(color)``."""
    key = re.escape(name)
    behind = re.search(rf"(?<![\w.]){key}\s*[\"']?\s*[:：=(（]?\s*({_HAN}{{2,10}})", comment)
    before = re.search(rf"({_HAN}{{2,10}})\s*[(（:：]\s*[\"']?{key}(?![\w.])", comment)
    match = behind or before
    return match.group(1) if match is not None else ""


def _shorter(zh: str) -> tuple[str, ...]:
    """功率 for 功率瓦, 联网 for 是否联网."""
    found = {_UNIT.sub("", zh), re.sub("^(?:是否|有无)", "", zh)}
    return tuple(sorted(word for word in found if len(word) > 1 and word != zh))


def _in_chinese(name: str) -> tuple[str, ...]:
    """What a key of one word, but for its unit, is called in Chinese; of several words each says too little."""
    words = [word for word in name.lower().split("_") if word and not _UNIT_WORD.fullmatch(word)]
    return tuple(dict.fromkeys(in_chinese(words[0]))) if len(words) == 1 else ()
