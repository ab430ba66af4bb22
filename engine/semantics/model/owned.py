"""The owner's file over the draft, and where the file and the schema have drifted apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.document import DatasetEntry, Document
from chat2sql.engine.semantics.model.semantic_model import Dataset, Named, Relationship, SemanticModel
from chat2sql.engine.semantics.time_conventions import TimeConventions

_Entry = TypeVar("_Entry", bound=Named)


class EntryKind(StrEnum):
    """What an entry is."""

    DATASET = "dataset"
    FIELD = "field"
    RELATIONSHIP = "relationship"
    METRIC = "metric"
    SEGMENT = "segment"


class Rejected(Frozen):
    """An entry that is not to be used; a field as ``dataset.field``."""

    kind: EntryKind
    name: str


class FileModel(Frozen):
    """What an owner's file says.

    Attributes:
        model: its entries, without those that it rejects.
        rejected: those.
        keeps_draft: whether drafted entries that it does not name are used too.
        calendar: how the business reads its calendar.
    """

    model: SemanticModel
    rejected: frozenset[Rejected] = frozenset()
    keeps_draft: bool = True
    calendar: TimeConventions = TimeConventions()


class DriftKind(StrEnum):
    """How a file and a schema differ."""

    GONE = "gone"
    NEW = "new"


class Drift(Frozen):
    """One difference.

    Attributes:
        name: a column is ``table.column``.
        message: what it is and what to do about it.
    """

    kind: DriftKind
    entry: EntryKind
    name: str
    message: Bilingual


def owned(draft: SemanticModel, file: FileModel) -> SemanticModel:
    """The model that holds: entries of the file by their names, the others as drafted, without what is rejected.

    What builds on a rejected entry is still there; ``restricting`` takes it away.
    """
    ours = file.model
    base = draft if file.keeps_draft else _with(draft, dict.fromkeys(_PARTS, ()))
    datasets = _laid(EntryKind.DATASET, base.datasets, ours.datasets, file)
    told = {
        "datasets": tuple(_with_fields(dataset, base.dataset(dataset.name), file) for dataset in datasets),
        "relationships": _relationships(base.relationships, ours.relationships, file),
        "metrics": _laid(EntryKind.METRIC, base.metrics, ours.metrics, file),
        "segments": _laid(EntryKind.SEGMENT, base.segments, ours.segments, file),
        "conventions": ours.conventions,
        "description": ours.description or draft.description,
        "instructions": ours.instructions or draft.instructions,
    }
    return _with(draft, told)


_PARTS = ("datasets", "relationships", "metrics", "segments")


def _with(model: SemanticModel, told: Mapping[str, object]) -> SemanticModel:
    # Not model_copy, which would keep the look-ups of the old one.
    return SemanticModel.model_validate(
        {name: getattr(model, name) for name in SemanticModel.model_fields} | {**told}
    )


def _laid(
    kind: EntryKind, drafted: Iterable[_Entry], ours: Iterable[_Entry], file: FileModel, around: str = ""
) -> tuple[_Entry, ...]:
    """Entries in the order of the draft, each as the file has it, and then those that only the file has."""
    told = {entry.name: entry for entry in ours}
    found = {entry.name: told.get(entry.name, entry) for entry in drafted} | told
    return tuple(
        entry for name, entry in found.items() if Rejected(kind=kind, name=around + name) not in file.rejected
    )


def _with_fields(dataset: Dataset, drafted: Dataset | None, file: FileModel) -> Dataset:
    known = file.model.dataset(dataset.name)
    told = known.fields if known is not None else ()
    fields = _laid(EntryKind.FIELD, drafted.fields if drafted else (), told, file, f"{dataset.name}.")
    whole = {name: getattr(dataset, name) for name in Dataset.model_fields}
    return Dataset.model_validate(whole | {"fields": fields})


def _relationships(
    drafted: tuple[Relationship, ...], ours: tuple[Relationship, ...], file: FileModel
) -> tuple[Relationship, ...]:
    """As other entries; a drafted join over the columns of one that the file has under another name is the same one."""
    same = {(one.source, one.source_columns, one.target): one.name for one in ours}
    kept = [
        one for one in drafted if same.get((one.source, one.source_columns, one.target), one.name) == one.name
    ]
    return _laid(EntryKind.RELATIONSHIP, kept, ours, file)


def table_of(entry: DatasetEntry, catalogue: Catalogue) -> str | None:
    """The catalogue's name for the table that a dataset is of; None: it has none.

    ``source`` may say the database before the schema; that part is passed over.
    """
    parts = entry.source.split(".")
    for begin in range(max(0, len(parts) - 2), len(parts)):
        found = catalogue.table(".".join(parts[begin:]))
        if found is not None:
            return catalogue.key(found)
    return None


def drift(document: Document, catalogue: Catalogue, draft: SemanticModel) -> tuple[Drift, ...]:
    """What the file names that the schema does not have any more, and what is drafted that the file does not name yet.

    Args:
        draft: of the same catalogue.
    """
    return (*_gone(document, catalogue), *_new(document, catalogue, draft))


def _gone(document: Document, catalogue: Catalogue) -> Iterator[Drift]:
    for entry in document.datasets:
        key = table_of(entry, catalogue)
        table = catalogue.table(key) if key is not None else None
        if table is None:
            yield Drift(
                kind=DriftKind.GONE,
                entry=EntryKind.DATASET,
                name=entry.name,
                message=_gone_words(entry.source),
            )
            continue
        for field in entry.fields:
            text = field.expression.text
            if text.replace("_", "a").isalnum() and table.column(text) is None:
                name = f"{entry.name}.{field.name}"
                yield Drift(
                    kind=DriftKind.GONE,
                    entry=EntryKind.FIELD,
                    name=name,
                    message=_gone_words(f"{key}.{text}"),
                )


def _gone_words(name: str) -> Bilingual:
    return Bilingual(
        zh=f"{name} 已不在库中。请改正名称，或从文件中删去。",
        en=f"{name} is not in the database any more. Correct the name, or take the entry out of the file.",
    )


def _new(document: Document, catalogue: Catalogue, draft: SemanticModel) -> Iterator[Drift]:
    entries = {table_of(entry, catalogue): entry for entry in document.datasets}
    for dataset in draft.datasets:
        entry = entries.get(dataset.table)
        if entry is None:
            yield _unknown(EntryKind.DATASET, dataset.name)
            continue
        said = {field.name for field in entry.fields}
        said |= {field.expression.text.rpartition(".")[2] for field in entry.fields}
        for field in dataset.fields:
            if field.name not in said:
                yield _unknown(EntryKind.FIELD, f"{dataset.name}.{field.name}")
    metrics = {metric.name for metric in document.metrics}
    for metric in draft.metrics:
        # What stands in for another figure at a finer grain is no entry to decide on.
        if metric.name not in metrics and not metric.is_of_lines:
            yield _unknown(EntryKind.METRIC, metric.name)


def _unknown(entry: EntryKind, name: str) -> Drift:
    return Drift(
        kind=DriftKind.NEW,
        entry=entry,
        name=name,
        message=Bilingual(
            zh=f"{name} 在文件中还没有。请从 chat2sql semantics draft 的输出里抄入并确认或拒绝。",
            en=f"{name} is not in the file yet. Copy it from `chat2sql semantics draft` and accept or reject it.",
        ),
    )
