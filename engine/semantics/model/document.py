"""The published interchange form of semantic models, Apache Ossie (formerly Open Semantic Interchange), as values.

Facts are those of its core specification 0.2.0.dev0, in the form since September 2026: one model a document, its keys at
the top. Documents of 0.1 and earlier ones of 0.2 hold it as the only entry of a list ``semantic_model``; they are read,
and never written. Expressions are of dialects of a list that names none of our databases, so ANSI_SQL stands for the
datasource's own dialect: what it holds is parsed, checked and run as that.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.semantics.model.faults import Fault, meant
from chat2sql.engine.semantics.model.places import Path, Written, read_yaml
from chat2sql.engine.sql.guard.hints import nearest

VERSION = "0.2.0.dev0"
_VERSIONS = re.compile(r"0\.1(?:\.\w+)*|0\.2\.0(?:\.dev\d+)?")
_WRAPPER = "semantic_model"

_Model = TypeVar("_Model", bound=BaseModel)


class Strict(Frozen):
    """Base of what a person writes: an unknown key is an error, told with its line."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ExpressionDialect(StrEnum):
    """The languages that an expression may be written in, as the specification names them."""

    ANSI_SQL = "ANSI_SQL"
    OSSIE_SQL_2026 = "OSSIE_SQL_2026"
    SNOWFLAKE = "SNOWFLAKE"
    MDX = "MDX"
    TABLEAU = "TABLEAU"
    DATABRICKS = "DATABRICKS"
    MAQL = "MAQL"
    BIGQUERY = "BIGQUERY"
    SIGMA = "SIGMA"
    THOUGHTSPOT = "THOUGHTSPOT"
    DAX = "DAX"


READ_DIALECTS = (ExpressionDialect.ANSI_SQL, ExpressionDialect.OSSIE_SQL_2026)
"""Those that are read, the preferred one first: as text of the datasource's own dialect."""


class DataType(StrEnum):
    """Logical types of fields and metrics."""

    STRING = "String"
    INTEGER = "Integer"
    DECIMAL = "Decimal"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    DATE = "Date"
    TIME = "Time"
    DATE_TIME = "DateTime"
    DATE_TIME_TZ = "DateTimeTz"
    OPAQUE = "Opaque"


class DialectExpression(Strict):
    """An expression in one language."""

    dialect: ExpressionDialect
    expression: str


class Expression(Strict):
    """The same expression in one or more languages."""

    dialects: tuple[DialectExpression, ...] = Field(min_length=1)

    @property
    def read_at(self) -> int | None:
        """Which of the texts is read; None: none is of a language that is."""
        found = (
            place
            for wanted in READ_DIALECTS
            for place, one in enumerate(self.dialects)
            if one.dialect is wanted
        )
        return next(found, None)

    @property
    def text(self) -> str:
        """The text that is read; empty where none is."""
        return "" if self.read_at is None else self.dialects[self.read_at].expression.strip()


class AiContext(Frozen):
    """What a reader of questions should know; the specification leaves its keys open, so others are passed over."""

    model_config = ConfigDict(extra="ignore")

    instructions: str | None = None
    synonyms: tuple[str, ...] | None = None
    examples: tuple[str, ...] | None = None


class CustomExtension(Strict):
    """What a vendor adds: ``data`` is the text of a JSON object."""

    vendor_name: str
    data: str


class Dimension(Strict):
    """Whether a field places rows in time; not said: as its data type has it."""

    is_time: bool | None = None


class _Entry(Strict):
    ai_context: AiContext | None = None
    custom_extensions: tuple[CustomExtension, ...] = ()


class FieldEntry(_Entry):
    """A column, or an expression over columns of its dataset."""

    name: str = Field(min_length=1)
    expression: Expression
    dimension: Dimension | None = None
    label: str | None = None
    description: str | None = None
    datatype: DataType | None = None


class DatasetEntry(_Entry):
    """A table; ``source`` is ``table``, ``schema.table`` or ``database.schema.table``."""

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    primary_key: tuple[str, ...] | None = None
    unique_keys: tuple[tuple[str, ...], ...] | None = None
    description: str | None = None
    fields: tuple[FieldEntry, ...] = ()


class RelationshipEntry(_Entry):
    """A join from the many side to the one side."""

    name: str = Field(min_length=1)
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    from_columns: tuple[str, ...] = Field(min_length=1)
    to_columns: tuple[str, ...] = Field(min_length=1)


class MetricEntry(_Entry):
    """A figure: an aggregate over ``dataset.field``."""

    name: str = Field(min_length=1)
    expression: Expression
    description: str | None = None
    datatype: DataType | None = None


class Document(_Entry):
    """A semantic model as a file has it."""

    version: str
    name: str = Field(min_length=1)
    description: str | None = None
    datasets: tuple[DatasetEntry, ...] = Field(min_length=1)
    relationships: tuple[RelationshipEntry, ...] = ()
    metrics: tuple[MetricEntry, ...] = ()


class Parsed(NamedTuple):
    """A text as a document.

    Attributes:
        document: None where it is none.
        written: the text's values with their lines.
        root: where the document's keys stand in it.
        faults: why it is none.
    """

    document: Document | None
    written: Written
    root: Path
    faults: tuple[Fault, ...]


_CLASSES: dict[str, type[BaseModel]] = {
    "datasets": DatasetEntry,
    "fields": FieldEntry,
    "relationships": RelationshipEntry,
    "metrics": MetricEntry,
    "expression": Expression,
    "dialects": DialectExpression,
    "dimension": Dimension,
    "custom_extensions": CustomExtension,
}
_EXPECTED = {
    "string_type": Bilingual(zh='应为文本；数字等请加引号："…"', en='should be text; put numbers in quotes: "..."'),
    "tuple_type": Bilingual(zh="应为列表：[…, …]", en="should be a list: [..., ...]"),
    "bool_type": Bilingual(zh="应为 true 或 false", en="should be true or false"),
    "int_type": Bilingual(zh="应为整数", en="should be a whole number"),
    "float_type": Bilingual(zh="应为数字", en="should be a number"),
    "model_type": Bilingual(zh="应为一组“键: 值”", en="should be keys with values"),
    "missing": Bilingual(zh="缺失，请补上", en="is missing; add it"),
    "too_short": Bilingual(zh="不能为空，请至少写一项", en="may not be empty; write at least one"),
    "string_too_short": Bilingual(zh="不能为空", en="may not be empty"),
}  # fmt: skip


def parse_document(text: str) -> Parsed:
    """The document that a YAML text is, or all that keeps it from being one."""
    written = read_yaml(text)
    if written.faults:
        return Parsed(None, written, (), written.faults)
    data, root, faults = _unwrapped(written)
    if faults:
        return Parsed(None, written, root, faults)
    document, problems = validated(Document, _in_full(data), written, root, _CLASSES)
    return Parsed(document, written, root, problems)


def validated(
    kind: type[_Model], data: JsonValue, written: Written, root: Path, classes: dict[str, type[BaseModel]]
) -> tuple[_Model | None, tuple[Fault, ...]]:
    """Values as a model, or what is wrong with them.

    Args:
        root: where in ``written`` the values stand.
        classes: by key, the model of what stands below it; for the names of the keys that may be there.
    """
    try:
        # By way of JSON, where strictness still takes a list for a tuple and a word for an enumeration.
        return kind.model_validate_json(json.dumps(data), strict=True), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        around = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
        # A list whose entries are wrong is told of as empty too.
        details = [one for one in details if one["type"] != "too_short" or one["loc"] not in around]
        found = [_fault(detail, kind, written, root, classes) for detail in details]
        return None, tuple(sorted(found, key=lambda fault: fault.line))


def _unwrapped(written: Written) -> tuple[JsonValue, Path, tuple[Fault, ...]]:
    data = written.data
    if not isinstance(data, dict):
        fault = written.fault(
            (),
            zh="文件为空或不是一组“键: 值”。请运行 chat2sql semantics draft 数据源 --out 文件，得到一份草稿。",
            en="the file is empty or has no keys. Run `chat2sql semantics draft DATASOURCE --out FILE` for a draft.",
        )
        return None, (), (fault,)
    version = data.get("version")
    if isinstance(version, str) and not _VERSIONS.fullmatch(version):
        fault = written.fault(
            ("version",),
            zh=f"不认识版本 {version}；可用 {VERSION}，也能读 0.1.x。",
            en=f"the version {version} is not known; {VERSION} is, and 0.1.x is read too.",
        )
        return None, (), (fault,)
    models = data.get(_WRAPPER)
    if _WRAPPER not in data:
        return data, (), ()
    if not isinstance(models, list) or len(models) != 1 or not isinstance(models[0], dict):
        fault = written.fault(
            (_WRAPPER,),
            zh="应恰有一个模型。每个数据源一个文件，请拆开。",
            en="should hold exactly one model. Split it: one file a datasource.",
        )
        return None, (), (fault,)
    return {"version": version, **models[0]}, (_WRAPPER, 0), ()


def _in_full(data: JsonValue) -> JsonValue:
    """The values with each context as an object: a plain text may stand for one, and is an instruction."""
    if isinstance(data, list):
        return [_in_full(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {
        key: {"instructions": one} if key == "ai_context" and isinstance(one, str) else _in_full(one)
        for key, one in data.items()
    }


def _fault(
    detail: ErrorDetails,
    kind: type[BaseModel],
    written: Written,
    root: Path,
    classes: dict[str, type[BaseModel]],
) -> Fault:
    path = (*root, *detail["loc"])
    said = _said(detail, kind, classes)
    return written.fault(path, zh=said.zh, en=said.en)


def _said(detail: ErrorDetails, kind: type[BaseModel], classes: dict[str, type[BaseModel]]) -> Bilingual:
    what, context = detail["type"], detail.get("ctx", {})
    if what == "extra_forbidden":
        return _unknown_key(detail["loc"], kind, classes)
    if what == "enum":
        allowed = str(context["expected"]).replace(" or ", ", ")
        return Bilingual(zh=f"可用的值是 {allowed}", en=f"allowed is {allowed}")
    if what in ("greater_than_equal", "less_than_equal"):
        sign, bound = ("≥", context.get("ge")) if "ge" in context else ("≤", context.get("le"))
        return Bilingual(zh=f"须 {sign} {bound:g}", en=f"must be {sign} {bound:g}")
    return _EXPECTED.get(what) or Bilingual(zh=detail["msg"], en=detail["msg"])


def _unknown_key(
    place: tuple[str | int, ...], kind: type[BaseModel], classes: dict[str, type[BaseModel]]
) -> Bilingual:
    around = next(
        (classes[part] for part in reversed(place[:-1]) if isinstance(part, str) and part in classes), kind
    )
    allowed = [field.alias or name for name, field in around.model_fields.items()]
    close = meant(nearest(str(place[-1]), allowed, most=1))
    names = ", ".join(allowed)
    return Bilingual(
        zh=f"没有这个键。{close.zh}可用的键：{names}", en=f"there is no such key.{close.en} Allowed: {names}"
    )
