"""What a datasource means to the business: datasets, fields, joins, metrics, segments and conventions, as values.

The file form of the same is in ``document``; a draft of it is made from a catalogue by ``draft``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from typing import Self

from pydantic import Field as Described
from pydantic import model_validator

from chat2sql.config.vocabulary import Bilingual, Dialect, Frozen
from chat2sql.engine.semantics.model.related import Related

_OF_LINES = "@"


class Origin(StrEnum):
    """Where an entry came from, the surest last."""

    NAME = "name"
    VALUES = "values"
    KEY = "key"
    COMMENT = "comment"
    IMPORT = "import"
    OWNER = "owner"


class Role(StrEnum):
    """What a field is for.

    ``KEY`` tells rows apart, ``TIME`` places them, ``MEASURE`` is a quantity, ``NAME`` is what people call a row,
    ``CATEGORY`` has few values, ``FLAG`` is true or false, ``LIST`` and ``DOCUMENT`` hold several values or JSON, and
    ``TEXT`` is anything else.
    """

    KEY = "key"
    TIME = "time"
    MEASURE = "measure"
    NAME = "name"
    CATEGORY = "category"
    FLAG = "flag"
    LIST = "list"
    DOCUMENT = "document"
    TEXT = "text"


class Additivity(StrEnum):
    """How a quantity may be summed: always, but not over time (stock), or never (prices, rates)."""

    ADDITIVE = "additive"
    SEMI_ADDITIVE = "semi_additive"
    NON_ADDITIVE = "non_additive"


class Named(Frozen):
    """What every entry has.

    Attributes:
        label: what it is called; a side may be empty.
        synonyms: what else it is called, in either language.
        certainty: how sure the draft is of it, from 0 to 1; an owner's entries are certain.
    """

    name: str = Described(min_length=1)
    label: Bilingual = Bilingual(zh="", en="")
    synonyms: tuple[str, ...] = ()
    origin: Origin = Origin.OWNER
    certainty: float = Described(1.0, ge=0, le=1)


class CodeMeaning(Frozen):
    """A value that a field holds, and what people call it."""

    code: str
    words: tuple[str, ...]


class Field(Named):
    """A column, or an expression over the columns of its dataset.

    Attributes:
        expression: in the datasource's own dialect; empty: the column of that name.
        unset_words: what it means that the field has no value (离职日为空 = 在职).
        unit: of a quantity, as people write it.
    """

    role: Role
    type: str = ""
    expression: str = ""
    codes: tuple[CodeMeaning, ...] = ()
    unset_words: tuple[str, ...] = ()
    additivity: Additivity = Additivity.ADDITIVE
    unit: str = ""


_NUMBERS = re.compile(r"(?:_|^)(?:no|code|sn|number)\b|编号|单号|工号|编码|号码|代码")
_TEXT = re.compile(r"char|text|string", re.IGNORECASE)


class Validity(Frozen):
    """The fields between which a row holds: from the first, up to the second; open while that has no value.

    ``includes_end``: the second is the last day on which it holds, not the first on which it does not.
    """

    start: str
    end: str
    includes_end: bool = False


class Dataset(Named):
    """A table as the business sees it.

    Attributes:
        table: its name in the catalogue, as ``Catalogue.key`` has it.
        display: the field that people call its rows by.
        time: the field that a period in a question means unless it names another.
        parent: the field that leads to another row of the same dataset: a tree.
    """

    table: str
    primary_key: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    display: str | None = None
    time: str | None = None
    validity: Validity | None = None
    parent: str | None = None

    @cached_property
    def _fields_by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return self._fields_by_name.get(name)

    @cached_property
    def numbering(self) -> tuple[str, ...]:
        """The texts that number its rows, as people read them off a paper."""
        return tuple(
            field.name
            for field in self.fields
            if _NUMBERS.search(f"{field.name} {field.label.zh}") and _TEXT.search(field.type)
        )

    @property
    def called_by(self) -> str | None:
        """The field that stands for a row: what people call it by, else its key."""
        return self.display or (self.primary_key[0] if len(self.primary_key) == 1 else None)

    @property
    def is_record(self) -> bool:
        """Whether its rows only say from when to when something held of others, and have no name of their own."""
        return self.validity is not None and self.display is None


PER_PERIOD = ".per_period"
"""Behind the name of a figure that says how many were active in a period, and nothing without one."""


class Relationship(Named):
    """A join from the many side to the one side."""

    source: str
    target: str
    source_columns: tuple[str, ...] = Described(min_length=1)
    target_columns: tuple[str, ...] = Described(min_length=1)


class Segment(Named):
    """Some of the rows of a dataset that have a name of their own (在职, 有效订单).

    Attributes:
        condition: over the dataset's columns, in the datasource's dialect; empty: ``related`` alone decides.
        related: what other rows have to lead to them as well.
    """

    dataset: str
    condition: str = ""
    related: Related | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if not self.condition and self.related is None:
            raise ValueError(f"the segment {self.name} says of no rows")
        return self


class Metric(Named):
    """A figure with a definition.

    Attributes:
        dataset: the one whose rows it is computed from.
        expression: an aggregate over fields, written ``dataset.field``; empty where it is a ratio of two metrics.
        segments: which rows count, by the names of segments of its dataset.
        time: the field by which it is placed in time; None: the dataset's.
        numerator, denominator: the metrics whose ratio it is.
        less: the metric, of other rows and by its own time, that is taken off what it computes.
        finer: the metric that is the same at a finer grain, for groups that this one does not have.
    """

    dataset: str
    expression: str = ""
    segments: tuple[str, ...] = ()
    time: str | None = None
    additivity: Additivity = Additivity.ADDITIVE
    numerator: str | None = None
    denominator: str | None = None
    less: str | None = None
    finer: str | None = None
    unit: str = ""

    @property
    def is_of_lines(self) -> bool:
        """Whether it stands in for another at a finer grain, and is not asked for itself."""
        return _OF_LINES in self.name


def of_lines(metric: str, lines: str) -> str:
    """The name of a metric's stand-in that is computed from the rows of another dataset."""
    return f"{metric}{_OF_LINES}{lines}"


class Conventions(Frozen):
    """What the business agrees on.

    Attributes:
        fiscal_year_start_month: 1 to 12.
        week_start: 0 for Monday to 6 for Sunday.
        never_combine: pairs of names that must not stand in one answer.
        default_segments: by dataset, the segment that counts unless the question says otherwise.
    """

    fiscal_year_start_month: int = Described(1, ge=1, le=12)
    week_start: int = Described(0, ge=0, le=6)
    never_combine: tuple[tuple[str, str], ...] = ()
    default_segments: tuple[tuple[str, str], ...] = ()


class SemanticModel(Frozen):
    """All that is known of what a datasource means.

    Attributes:
        version: of the catalogue it was made for.
        unclear: names that comments define in a way that could not be read; nothing else is meant by them.
    """

    datasource: str
    dialect: Dialect
    version: str
    description: str = ""
    instructions: str = ""
    datasets: tuple[Dataset, ...]
    relationships: tuple[Relationship, ...] = ()
    metrics: tuple[Metric, ...] = ()
    segments: tuple[Segment, ...] = ()
    conventions: Conventions = Conventions()
    unclear: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.datasource, self.version, len(self.metrics), len(self.segments)))

    def extended(
        self,
        *,
        metrics: tuple[Metric, ...] = (),
        segments: tuple[Segment, ...] = (),
        unclear: tuple[str, ...] | None = None,
        conventions: Conventions | None = None,
    ) -> SemanticModel:
        """The model with further metrics and segments; a metric of a name that it has takes that one's place."""
        replaced = {metric.name for metric in metrics}
        kept = tuple(metric for metric in self.metrics if metric.name not in replaced)
        # Not model_copy, which would keep the look-ups of the old one.
        whole = {name: getattr(self, name) for name in type(self).model_fields}
        whole |= {"metrics": (*kept, *metrics), "segments": (*self.segments, *segments)}
        whole["unclear"] = self.unclear if unclear is None else unclear
        whole["conventions"] = conventions or self.conventions
        return SemanticModel.model_validate(whole)

    def meaning_always(self, defaults: tuple[tuple[str, str], ...]) -> SemanticModel:
        """The model with further segments that count by default, each with its dataset before it."""
        if not defaults:
            return self
        told = self.conventions.model_copy(
            update={"default_segments": (*self.conventions.default_segments, *defaults)}
        )
        return self.extended(conventions=told)

    @cached_property
    def _datasets_by_name(self) -> dict[str, Dataset]:
        return {dataset.name: dataset for dataset in self.datasets}

    @cached_property
    def _metrics_by_name(self) -> dict[str, Metric]:
        return {metric.name: metric for metric in self.metrics}

    @cached_property
    def _segments_by_name(self) -> dict[str, Segment]:
        return {segment.name: segment for segment in self.segments}

    @cached_property
    def _from(self) -> dict[str, tuple[Relationship, ...]]:
        found: dict[str, tuple[Relationship, ...]] = {}
        for one in self.relationships:
            found[one.source] = (*found.get(one.source, ()), one)
        return found

    @property
    def is_owned(self) -> bool:
        """Whether an owner has said anything about it."""
        said = (Origin.OWNER, Origin.IMPORT)
        entries = (*self.metrics, *self.segments, *self.datasets)
        return any(entry.origin in said for entry in entries)

    def dataset(self, name: str) -> Dataset | None:
        """The dataset of that name."""
        return self._datasets_by_name.get(name)

    def metric(self, name: str) -> Metric | None:
        """The metric of that name."""
        return self._metrics_by_name.get(name)

    def segment(self, name: str) -> Segment | None:
        """The segment of that name."""
        return self._segments_by_name.get(name)

    def field(self, dataset: str, name: str) -> Field | None:
        """The field of a dataset."""
        known = self.dataset(dataset)
        return known.field(name) if known is not None else None

    def joins_from(self, dataset: str) -> tuple[Relationship, ...]:
        """The joins that lead from a dataset to what each of its rows has one of."""
        return self._from.get(dataset, ())
