"""An owner's file as a model, read against a catalogue: every fault at once, each with its line and what to do.

Names of datasets are the file's own; in the model a dataset is called as its table, so that file and draft meet. What an
entry does not say is as drafted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.checking import check_whole, conventions_of
from chat2sql.engine.semantics.model.document import Document, parse_document
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.extensions import ModelPayload, RelationshipPayload, Status, payload_of
from chat2sql.engine.semantics.model.faults import Fault
from chat2sql.engine.semantics.model.ground import Ground, heading
from chat2sql.engine.semantics.model.owned import EntryKind, FileModel, owned
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.reading_datasets import read_datasets
from chat2sql.engine.semantics.model.reading_figures import read_metrics, read_segments
from chat2sql.engine.semantics.model.semantic_model import Relationship, SemanticModel
from chat2sql.engine.values.index import ValueIndex


class Reading(NamedTuple):
    """What a file says.

    Attributes:
        document: None where the text is none.
        file: None where there are faults.
        faults: all of them, in the order of the file.
    """

    document: Document | None
    file: FileModel | None
    faults: tuple[Fault, ...]


def read_model(
    text: str,
    catalogue: Catalogue,
    *,
    functions: tuple[str, ...] = (),
    values: ValueIndex | None = None,
) -> Reading:
    """An owner's file.

    Args:
        text: YAML.
        catalogue: the datasource's whole one.
        functions: of the datasource's own that its policy lets be called.
        values: the texts that columns hold, which tell what a field is for that the file says nothing of; None: not known.
    """
    parsed = parse_document(text)
    if parsed.document is None:
        return Reading(None, None, parsed.faults)
    ground = Ground(
        parsed.document, parsed.written, parsed.root, catalogue, draft_model(catalogue, values), functions
    )
    payload, inner, faults = payload_of(
        parsed.document.custom_extensions, ModelPayload, ground.written, parsed.root
    )
    ground.faults += faults
    file = _file(ground, payload or ModelPayload(), inner)
    found = tuple(sorted(dict.fromkeys(ground.faults), key=lambda fault: fault.line))
    return Reading(parsed.document, None if found else file, found)


def _file(ground: Ground, payload: ModelPayload, inner: Written) -> FileModel:
    document = ground.document
    datasets = tuple(read_datasets(ground, keeps_draft=payload.drafted))
    told = document.ai_context
    model = SemanticModel(
        datasource=ground.catalogue.datasource,
        dialect=ground.catalogue.dialect,
        version=ground.catalogue.version,
        description=document.description or "",
        instructions=(told.instructions or "") if told is not None else "",
        datasets=datasets,
        relationships=tuple(_relationships(ground)),
        segments=tuple(read_segments(ground, payload, inner)),
    )
    joined = owned(ground.draft, FileModel(model=model)) if payload.drafted else model
    model = model.extended(metrics=tuple(read_metrics(ground, joined)))
    conventions, calendar = conventions_of(payload.conventions, ground, inner)
    whole = {name: getattr(model, name) for name in SemanticModel.model_fields}
    file = FileModel(
        model=SemanticModel.model_validate(whole | {"conventions": conventions}),
        rejected=frozenset(ground.rejected),
        keeps_draft=payload.drafted,
        calendar=calendar,
    )
    check_whole(ground, file, payload, inner)
    return file


def _relationships(ground: Ground) -> Iterator[Relationship]:
    seen: set[str] = set()
    for number, entry in enumerate(ground.document.relationships):
        path: Path = ("relationships", number)
        payload, _ = ground.payload(entry.custom_extensions, RelationshipPayload, path)
        if payload is not None and payload.status is Status.REJECTED:
            ground.reject(EntryKind.RELATIONSHIP, entry.name)
            continue
        if ground.is_again(seen, entry.name, (*path, "name")):
            continue
        source = _side(ground, entry.source, entry.from_columns, (*path, "from"), (*path, "from_columns"))
        target = _side(ground, entry.target, entry.to_columns, (*path, "to"), (*path, "to_columns"))
        if len(entry.from_columns) != len(entry.to_columns):
            ground.fault(
                (*path, "to_columns"),
                zh="两边的列数不同。请一一对应。",
                en="has another number of columns than from_columns. Write them pair by pair.",
            )
        elif source is not None and target is not None:
            drafted = next((one for one in ground.draft.relationships if one.name == entry.name), None)
            label, synonyms, origin, certainty = heading(entry.name, payload, entry.ai_context, drafted)
            yield Relationship(
                name=entry.name,
                label=label,
                synonyms=synonyms,
                origin=origin,
                certainty=certainty,
                source=source[0],
                target=target[0],
                source_columns=source[1],
                target_columns=target[1],
            )


def _side(
    ground: Ground, called: str, columns: tuple[str, ...], path: Path, columns_path: Path
) -> tuple[str, tuple[str, ...]] | None:
    """A dataset with columns of its table, as the catalogue spells them."""
    dataset = ground.dataset(called)
    table = ground.table(dataset) if dataset is not None else None
    if dataset is None or table is None:
        ground.no_dataset(ground.written, (*ground.root, *path), called)
        return None
    found = [table.column(name) for name in columns]
    for place, (name, column) in enumerate(zip(columns, found, strict=True)):
        if column is None:
            ground.no_column((*columns_path, place), dataset, name, (one.name for one in table.columns))
    return dataset, tuple(column.name for column in found if column is not None)
