"""What an owner's file says of other rows that have to lead to those of a segment."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.extensions import ModelPayload, SegmentPayload
from chat2sql.engine.semantics.model.faults import meant
from chat2sql.engine.semantics.model.ground import Ground
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.related import Related
from chat2sql.engine.semantics.model.semantic_model import Segment
from chat2sql.engine.sql.guard.hints import nearest


def related_of(
    ground: Ground, payload: ModelPayload, entry: SegmentPayload, inner: Written, path: Path
) -> Related | None:
    """The rows that have to lead to a segment's; None: what is said of them is wrong, which is noted.

    Args:
        inner: the values of the model's payload with their lines.
        path: of what is said, in ``inner``.
    """
    told = entry.related
    if told is None:
        return None
    dataset = ground.dataset(told.dataset)
    if dataset is None:
        ground.no_dataset(inner, (*path, "dataset"), told.dataset)
        return None
    before = len(ground.faults)

    def wrong(key: str, said: Bilingual) -> None:
        ground.faults.append(inner.fault((*path, key), zh=said.zh, en=said.en))

    plain = _plain_segments(ground, payload, dataset)
    for name in told.segments:
        if name not in plain:
            close = meant(nearest(name, plain, most=1))
            wrong(
                "segments",
                Bilingual(
                    zh=f"{name} 不是 {dataset} 的只有 condition 的分组。{close.zh}请改名或删去。",
                    en=f"{name} is no segment of {dataset} with nothing but a condition.{close.en} "
                    "Correct it or remove it.",
                ),
            )
    fields = ground.fields[dataset]
    if told.time is not None and told.time not in fields:
        close = meant(nearest(told.time, fields, most=1))
        wrong(
            "time",
            Bilingual(
                zh=f"数据集 {dataset} 没有字段 {told.time}。{close.zh}请改名。",
                en=f"the dataset {dataset} has no field {told.time}.{close.en} Correct it.",
            ),
        )
    if told.days is not None and told.time is None:
        wrong(
            "days",
            Bilingual(
                zh="有 days 就要写 time：按哪个字段算这些天。",
                en="days need a time: the field by which they are counted.",
            ),
        )
    if len(ground.faults) > before:
        return None
    return Related(
        dataset=dataset, segments=told.segments, time=told.time, days=told.days, negated=told.negated
    )


def _plain_segments(ground: Ground, payload: ModelPayload, dataset: str) -> list[str]:
    """The segments of a dataset, of the file or the draft, that ask for no other rows themselves."""
    drafted: tuple[Segment, ...] = ground.draft.segments
    own = [
        one.name
        for one in payload.segments
        if one.related is None and ground.called.get(one.dataset, one.dataset) == dataset
    ]
    return [*own, *(one.name for one in drafted if one.dataset == dataset and one.related is None)]
