"""What the interchange form has no place for, as the payloads of our own extensions (``vendor_name: CHAT2SQL``).

Of what an entry does not say the draft's word holds; of a metric or segment that is its label and synonyms only. An entry
is its owner's (``accepted``) unless it says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, Field, JsonValue

from chat2sql.engine.semantics.model.document import CustomExtension, Strict, validated
from chat2sql.engine.semantics.model.faults import Fault
from chat2sql.engine.semantics.model.places import Path, Written, read_yaml
from chat2sql.engine.semantics.model.semantic_model import Additivity, Origin, Role
from chat2sql.engine.semantics.time_conventions import FiscalNaming

VENDOR = "CHAT2SQL"

_Payload = TypeVar("_Payload", bound=BaseModel)


class Status(StrEnum):
    """What the owner says of an entry: not looked at yet, right, or not to be used."""

    DRAFTED = "drafted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Words(Strict):
    """What something is called; a side may be empty."""

    zh: str = ""
    en: str = ""


class EntryPayload(Strict):
    """What every entry may say.

    Attributes:
        label: what it is called.
        origin: where the draft had it from.
        certainty: how sure the draft was, from 0 to 1.
    """

    label: Words | None = None
    status: Status = Status.ACCEPTED
    origin: Origin | None = None
    certainty: float | None = Field(None, ge=0, le=1)


class RelationshipPayload(EntryPayload):
    """Of a join."""


class ValidityPayload(Strict):
    """The fields from and up to which a row holds; ``includes_end``: the second is its last day."""

    start: str
    end: str
    includes_end: bool = False


class DatasetPayload(EntryPayload):
    """Of a table.

    Attributes:
        display: the field that people call its rows by; an empty text: none, whatever the draft says.
        time: the field that a period in a question means; an empty text: none.
        parent: the field that leads to another row of the same table; an empty text: none.
        validity: between which fields a row holds.
    """

    display: str | None = None
    time: str | None = None
    parent: str | None = None
    validity: ValidityPayload | None = None


class CodePayload(Strict):
    """A value and what people call it."""

    code: str
    words: tuple[str, ...]


class FieldPayload(EntryPayload):
    """Of a field.

    Attributes:
        type: in the database's own words, of an expression; a column has its own.
        unset_words: what it means that there is no value.
    """

    role: Role | None = None
    type: str | None = None
    codes: tuple[CodePayload, ...] | None = None
    unset_words: tuple[str, ...] | None = None
    additivity: Additivity | None = None
    unit: str | None = None


class MetricPayload(EntryPayload):
    """Of a metric.

    Attributes:
        dataset: whose rows it is computed from; needed where the expression does not tell.
        segments: which rows count, by the names of segments.
        time: the field by which it is placed in time, of its dataset or as ``dataset.field``.
        numerator, denominator: metrics whose ratio it is; the expression is then for other tools only.
        less: the metric, of other rows and by its own time, that is taken off what it computes.
        finer: the metric that is the same at a finer grain.
    """

    dataset: str | None = None
    segments: tuple[str, ...] = ()
    time: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    less: str | None = None
    additivity: Additivity | None = None
    finer: str | None = None
    unit: str = ""


class RelatedPayload(Strict):
    """Rows of another dataset that lead to a row.

    Attributes:
        segments: which of them count, by the names of segments of their dataset.
        time: the field of their dataset by which they are placed in time; needed with ``days``.
        days: how many days back they count, the day of asking the first of them; without it: whenever they were.
        negated: whether there have to be none.
    """

    dataset: str
    segments: tuple[str, ...] = ()
    time: str | None = None
    days: int | None = Field(None, ge=1)
    negated: bool = False


class SegmentPayload(EntryPayload):
    """Rows that have a name of their own.

    Attributes:
        condition: over the fields of its dataset; may be left out where ``related`` says which rows.
        related: what other rows have to lead to them as well.
    """

    name: str = Field(min_length=1)
    dataset: str
    condition: str = ""
    related: RelatedPayload | None = None
    synonyms: tuple[str, ...] | None = None


class ConventionsPayload(Strict):
    """What the business agrees on.

    Attributes:
        fiscal_year_start_month: 1 to 12.
        fiscal_year_named: by the calendar year that a fiscal year ends in, or starts in.
        week_start: 0 for Monday to 6 for Sunday.
        country: whose public holidays count, in two letters.
        never_combine: pairs of names that must not stand in one answer.
        default_segments: by dataset, the segment that counts unless a question says otherwise.
    """

    fiscal_year_start_month: int = Field(1, ge=1, le=12)
    fiscal_year_named: FiscalNaming = FiscalNaming.ENDS_IN
    week_start: int = Field(0, ge=0, le=6)
    country: str = "CN"
    never_combine: tuple[tuple[str, str], ...] = ()
    default_segments: dict[str, str] = Field(default_factory=dict)


class ModelPayload(Strict):
    """Of the whole model.

    Attributes:
        drafted: whether drafted entries that the file does not name are used too.
    """

    drafted: bool = True
    conventions: ConventionsPayload = ConventionsPayload()
    segments: tuple[SegmentPayload, ...] = ()


_CLASSES: dict[str, type[BaseModel]] = {
    "label": Words,
    "validity": ValidityPayload,
    "codes": CodePayload,
    "conventions": ConventionsPayload,
    "segments": SegmentPayload,
}


def payload_of(
    extensions: Sequence[CustomExtension], kind: type[_Payload], written: Written, path: Path
) -> tuple[_Payload | None, Written, tuple[Fault, ...]]:
    """Our payload among the extensions of an entry.

    Args:
        kind: of the payload.
        path: of the entry in ``written``.

    Returns:
        The payload, None where there is none or it is wrong; its values with their lines; what is wrong.
    """
    ours = [place for place, one in enumerate(extensions) if one.vendor_name == VENDOR]
    if not ours:
        return None, written, ()
    at: Path = (*path, "custom_extensions", ours[0], "data")
    if len(ours) > 1:
        fault = written.fault(
            (*path, "custom_extensions", ours[1]),
            zh=f"{VENDOR} 出现了两次，请合并为一个。",
            en=f"{VENDOR} is there twice; make one of them.",
        )
        return None, written, (fault,)
    text, first = extensions[ours[0]].data, written.starts.get(at, written.line(at))
    data = _json(text)
    if not isinstance(data, dict):
        fault = written.fault(
            at,
            zh="应为 JSON 对象的文本。请检查引号、逗号和括号。",
            en="should be the text of a JSON object. Look at quotes, commas and braces.",
        )
        return None, written, (fault,)
    # JSON is YAML too, and the YAML reader knows lines; where it takes offence (tabs), the first one has to do.
    inner = read_yaml(text, first_line=first)
    around = written.place(path)
    inner = inner._replace(
        data=data, lines=inner.lines or {(): first}, prefix=f"{around}.{VENDOR}" if around else VENDOR
    )
    found, faults = validated(kind, inner.data, inner, (), _CLASSES)
    return found, inner, faults


def _json(text: str) -> JsonValue:
    """The value of a JSON text; None: it is none."""
    try:
        found: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found
