"""A run over a question set in figures, and the difference between two runs."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.evaluation.outcomes import EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.statistics import Share, mcnemar, quantile, share

_BANDS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0 + 1e-9)
_BY: dict[str, Callable[[EvalRecord], str]] = {
    "database": lambda record: record.database,
    "difficulty": lambda record: record.difficulty,
    "kind": lambda record: record.kind,
    "language": lambda record: record.language.value,
}


class Summary(Frozen):
    """The figures of a run.

    Attributes:
        accuracy: execution accuracy over all questions; for those without a gold, that it was said so.
        outcomes: questions by how they ended.
        groups: accuracy by database, difficulty, kind and language.
        mistakes: how many of the wrong ones differ from the gold in each part.
        calibration: accuracy by the confidence that was stated, as bands.
        seconds, calls, prompt_tokens, completion_tokens: mean per question; ``slowest``: 95th percentile of the seconds.
        best_of_candidates: at least one candidate was right; None where no votes were taken.
    """

    accuracy: Share
    outcomes: Mapping[str, int]
    groups: Mapping[str, Mapping[str, Share]]
    mistakes: Mapping[str, int]
    calibration: Mapping[str, Share]
    seconds: float
    slowest: float
    calls: float
    prompt_tokens: float
    completion_tokens: float
    best_of_candidates: Share | None


class Comparison(Frozen):
    """Two runs over the same questions.

    Attributes:
        won, lost: ids of the questions that only the second, or only the first run has right.
        p: McNemar's exact test, two-sided.
    """

    questions: int
    first: Share
    second: Share
    won: tuple[str, ...]
    lost: tuple[str, ...]
    p: float


def summarise(records: Sequence[EvalRecord]) -> Summary:
    """The figures of a run."""
    wrong = [record for record in records if record.outcome is OutcomeClass.WRONG]
    voted = [record for record in records if record.candidates]
    seconds = [record.seconds for record in records]
    return Summary(
        accuracy=_right(records),
        outcomes=dict(Counter(record.outcome.value for record in records)),
        groups={name: _grouped(records, key) for name, key in _BY.items() if len(_grouped(records, key)) > 1},
        mistakes=dict(
            Counter(mistake.value for record in wrong for mistake in record.mistakes).most_common()
        ),
        calibration={band: _right(inside) for band, inside in confidence_bands(records).items()},
        seconds=_mean(seconds),
        slowest=quantile(seconds, 0.95),
        calls=_mean([record.usage.calls for record in records]),
        prompt_tokens=_mean([record.usage.prompt_tokens for record in records]),
        completion_tokens=_mean([record.usage.completion_tokens for record in records]),
        best_of_candidates=share(
            sum(any(candidate.right for candidate in record.candidates) for record in voted), len(voted)
        )
        if voted
        else None,
    )


def compare(first: Sequence[EvalRecord], second: Sequence[EvalRecord]) -> Comparison:
    """The paired difference, over the questions that both runs asked."""
    before = {record.id: record for record in first}
    after = {record.id: record for record in second}
    both = [name for name in before if name in after]
    won = tuple(name for name in both if _is_right(after[name]) and not _is_right(before[name]))
    lost = tuple(name for name in both if _is_right(before[name]) and not _is_right(after[name]))
    return Comparison(
        questions=len(both),
        first=_right([before[name] for name in both]),
        second=_right([after[name] for name in both]),
        won=won,
        lost=lost,
        p=mcnemar(len(won), len(lost)),
    )


def confidence_bands(records: Sequence[EvalRecord]) -> dict[str, list[EvalRecord]]:
    """The questions for which a confidence was stated, by how high it was; bands without any are left out."""
    bands = {}
    for low, high in itertools.pairwise(_BANDS):
        inside = [
            record for record in records if record.confidence is not None and low <= record.confidence < high
        ]
        if inside:
            bands[f"{low:.1f} to {min(high, 1):.1f}"] = inside
    return bands


def _is_right(record: EvalRecord) -> bool:
    return record.outcome is OutcomeClass.RIGHT


def _right(records: Sequence[EvalRecord]) -> Share:
    return share(sum(map(_is_right, records)), len(records))


def _grouped(records: Sequence[EvalRecord], key: Callable[[EvalRecord], str]) -> dict[str, Share]:
    groups: dict[str, list[EvalRecord]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return {name: _right(group) for name, group in sorted(groups.items())}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
