"""The metrics and segments of an owner's file."""

from __future__ import annotations

from collections.abc import Iterator

from chat2sql.engine.semantics.model.document import MetricEntry
from chat2sql.engine.semantics.model.expressions import Judged, Use, is_sum
from chat2sql.engine.semantics.model.extensions import MetricPayload, ModelPayload, Status
from chat2sql.engine.semantics.model.ground import Ground, heading
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.owned import EntryKind
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.reading_related import related_of
from chat2sql.engine.semantics.model.semantic_model import Additivity, Metric, Segment, SemanticModel


def read_segments(ground: Ground, payload: ModelPayload, inner: Written) -> Iterator[Segment]:
    """The segments that are not rejected.

    Args:
        inner: the values of the model's payload with their lines.
    """
    seen: set[str] = set()
    for number, entry in enumerate(payload.segments):
        path: Path = ("segments", number)
        if entry.status is Status.REJECTED:
            ground.reject(EntryKind.SEGMENT, entry.name)
            continue
        if entry.name in seen:
            ground.faults.append(
                inner.fault(
                    (*path, "name"),
                    zh=f"{entry.name} 出现了两次，请改名或删去一个。",
                    en=f"{entry.name} is there twice; rename or remove one.",
                )
            )
            continue
        seen.add(entry.name)
        dataset = ground.dataset(entry.dataset)
        if dataset is None:
            ground.no_dataset(inner, (*path, "dataset"), entry.dataset)
            continue
        condition = ""
        if entry.condition or entry.related is None:
            judged = ground.judged(entry.condition, Use.CONDITION, dataset, inner, (*path, "condition"))
            if judged is None:
                continue
            condition = judged.text
        related = None
        if entry.related is not None:
            related = related_of(ground, payload, entry, inner, (*path, "related"))
            if related is None:
                continue
        label, synonyms, origin, certainty = heading(
            entry.name, entry, None, ground.draft.segment(entry.name)
        )
        yield Segment(
            name=entry.name,
            label=label,
            synonyms=entry.synonyms if entry.synonyms is not None else synonyms,
            origin=origin,
            certainty=certainty,
            dataset=dataset,
            condition=condition,
            related=related,
        )


def read_metrics(ground: Ground, joined: SemanticModel) -> Iterator[Metric]:
    """The metrics that are not rejected; whether the names that they use exist is checked once all are there.

    Args:
        joined: a model with the joins that hold.
    """
    seen: set[str] = set()
    for number, entry in enumerate(ground.document.metrics):
        path: Path = ("metrics", number)
        payload, _ = ground.payload(entry.custom_extensions, MetricPayload, path)
        if payload is not None and payload.status is Status.REJECTED:
            ground.reject(EntryKind.METRIC, entry.name)
        elif not ground.is_again(seen, entry.name, (*path, "name")):
            yield from _metric(ground, entry, path, joined)


def _metric(ground: Ground, entry: MetricEntry, path: Path, joined: SemanticModel) -> Iterator[Metric]:
    payload, inner = ground.payload(entry.custom_extensions, MetricPayload, path)
    told = payload or MetricPayload()
    own = None
    if told.dataset is not None:
        own = ground.dataset(told.dataset)
        if own is None:
            ground.no_dataset(inner, ("dataset",), told.dataset)
            return
    found = ground.expression(entry.expression, (*path, "expression"))
    if found is None:
        return
    at = (*ground.root, *found[1])
    is_ratio = told.numerator is not None or told.denominator is not None
    if is_ratio and (told.numerator is None or told.denominator is None):
        ground.faults.append(
            inner.fault(
                (),
                zh="numerator 与 denominator 须一起写。",
                en="numerator and denominator go together; write both.",
            )
        )
        return
    judged = ground.judged(found[0], Use.AGGREGATE, own, ground.written, at) if not is_ratio else None
    if judged is None and not is_ratio:
        return
    dataset = own or _dataset(ground, judged, at, joined)
    if dataset is None or (judged is not None and not _reaches(ground, dataset, judged, at, joined)):
        return
    drafted = ground.draft.metric(entry.name)
    label, synonyms, origin, certainty = heading(entry.name, payload, entry.ai_context, drafted)
    sums = judged is not None and is_sum(judged.text, ground.catalogue)
    yield Metric(
        name=entry.name,
        label=label,
        synonyms=synonyms,
        origin=origin,
        certainty=certainty,
        dataset=dataset,
        expression=judged.text if judged is not None else "",
        segments=told.segments,
        time=_time(ground, told.time),
        additivity=told.additivity or (Additivity.ADDITIVE if sums else Additivity.NON_ADDITIVE),
        numerator=told.numerator,
        denominator=told.denominator,
        less=told.less,
        finer=told.finer,
        unit=told.unit,
    )


def _time(ground: Ground, said: str | None) -> str | None:
    """The field, with its dataset as the model calls it."""
    dataset, _, name = (said or "").rpartition(".")
    return f"{ground.called.get(dataset, dataset)}.{name}" if dataset else said


def _dataset(ground: Ground, judged: Judged | None, at: Path, joined: SemanticModel) -> str | None:
    """The dataset that each other one of an expression is had from without repeating a row."""
    used = {dataset for dataset, _ in judged.uses} if judged is not None else set()
    bases = [one for one in sorted(used) if used <= routes_from(joined, one).keys()]
    if len(bases) == 1:
        return bases[0]
    ground.faults.append(
        ground.written.fault(
            at,
            zh="看不出按哪个数据集的行计算。请在 CHAT2SQL 扩展中写 dataset。",
            en="does not tell whose rows it is computed from. Write dataset in the CHAT2SQL extension.",
        )
    )
    return None


def _reaches(ground: Ground, dataset: str, judged: Judged, at: Path, joined: SemanticModel) -> bool:
    lost = sorted({one for one, _ in judged.uses} - routes_from(joined, dataset).keys())
    for name in lost:
        ground.faults.append(
            ground.written.fault(
                at,
                zh=f"从 {dataset} 连接到 {name} 会使行重复，或没有连接。请补上 relationships，或换一个 dataset。",
                en=f"{name} cannot be joined to {dataset} without repeating rows. Add it to relationships, "
                "or compute the figure from another dataset.",
            )
        )
    return not lost
