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
_UNIT = re.compile(
    r"(?:瓦|升|克|千克|公斤|吨|米|厘米|毫米|[月天]数?|年限|小时|分钟|秒|伏|安|元|[人个台只]数|数量|(?<=[㐀-鿿]{3}[^指])数)$"
)
_LIST = re.compile(r"(?:数组|列表|集合)$")
_OURS = re.compile(r"^我[司店]")
_MASS = re.compile(r"(?:_|^)(?:mg|ug|pct|percent)$")
_QUALITY = re.compile(r"^[粗净总]")
_UNIT_WORD = re.compile(
    r"(?:year|month|week|day|hour|minute|min|sec)s?|kg|g|mg|t|l|ml|k?w|v|mm|cm|m|km|pct|percent|amt|cnt|qty|mah|inch"
)
_MEASURES = "%|％|千卡|大卡|毫克|千克|公斤|毫升|毫米|厘米|千瓦|英寸|小时|分钟|[瓦克升度寸卡米天月年]|[a-z]{1,2}|mAh|[gGwWlLV]"
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
        DocumentPart(table=table, column=column.name, name=name, kind=_kind_told(name, column.comment))
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
        synonyms=tuple(
            dict.fromkeys((*_shorter(zh), *_contents(part, zh, column.comment), *_in_chinese(last)))
        ),
        origin=Origin.COMMENT if zh else Origin.VALUES,
        certainty=_CERTAINTY,
        role=role,
        type=kind,
        expression=_expression(part, name, column, dialect),
        additivity=Additivity.NON_ADDITIVE,
        unit=_unit_told(name, column.comment) if part.kind is PartKind.NUMBER else "",
    )


def _kind_told(name: str, comment: str) -> PartKind:
    """What a comment says that a part holds, of which no value is known: 功率(瓦) is a number."""
    if _unit_told(name, comment) or _UNIT_WORD.fullmatch(name.lower().rpartition("_")[2]):
        return PartKind.NUMBER
    return PartKind.TRUTH if re.search(rf"{re.escape(name)}\W?(?:是否|有无)", comment) else PartKind.TEXT


def _unit_told(name: str, comment: str) -> str:
    """瓦 of ``power_w功率(瓦)``, mg of ``caffeine_mg咖啡因mg``."""
    told = re.search(
        rf"(?<![\w.]){re.escape(name)}\s*[:：=]?\s*{_HAN}{{1,10}}?[(（]?({_MEASURES})(?![㐀-鿿A-Za-z])",
        comment,
    )
    return told.group(1) if told is not None else ""


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
    called = match.group(1) if match is not None else ""
    without = _OURS.sub("", _LIST.sub("", called))
    return without if len(without) > 1 else called


def _shorter(zh: str) -> tuple[str, ...]:
    """功率 for 功率瓦, 联网 for 是否联网, 可住 and 能住 for 可住人数."""
    without = _UNIT.sub("", zh)
    found = {without, re.sub("^(?:是否|有无)", "", zh), _QUALITY.sub("", zh)}
    found |= {re.sub("^可", "能", without)} if without != zh else set()
    return tuple(sorted(word for word in found if len(word) > 1 and word != zh))


def _contents(part: DocumentPart, zh: str, comment: str) -> tuple[str, ...]:
    """咖啡因含量 of what is given in mg or in percent."""
    is_content = _MASS.search(part.name) or re.search(rf"{re.escape(zh)}\s*(?:%|％|m?g\b)", comment)
    if part.kind is not PartKind.NUMBER or not zh or "量" in zh or not is_content:
        return ()
    return tuple(f"{word}含量" for word in dict.fromkeys((zh, _QUALITY.sub("", zh))))


def _in_chinese(name: str) -> tuple[str, ...]:
    """What a key of one word, but for its unit, is called in Chinese; of several words each says too little."""
    words = [word for word in name.lower().split("_") if word and not _UNIT_WORD.fullmatch(word)]
    return tuple(dict.fromkeys(in_chinese(words[0]))) if len(words) == 1 else ()
