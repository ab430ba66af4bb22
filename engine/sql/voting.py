"""Choosing among several SQLs for one question by what they return.

Self-consistency (Wang et al. 2023) on execution results: a model that errs errs in many ways, and is right in few, so
the result that most of its samples agree on is the likeliest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.executors.port import Row

_DIGITS = 10

CERTAIN = 0.27
"""Least probability of every token from which on a text is taken without asking for others to vote on."""

SETTLED = 0.7
"""Share of the votes from which on no more of them are asked for."""


class Ballot(Frozen):
    """One SQL that stands for election.

    Attributes:
        sql: the text.
        weight: how many times it was written, more for the greedy one, less for one that had to be mended.
        result: what its rows are, as ``result_key`` has it; None: it has not run, and agrees with its own text only.
    """

    sql: str
    weight: float = Field(gt=0)
    result: str | None = None


class Election(Frozen):
    """The outcome of a vote.

    Attributes:
        winner: index of the ballot that is chosen: the heaviest of its group, the first of equals.
        confidence: the group's share of the electorate, from 0 to 1.
        runner_up: index of the heaviest ballot of the second group; None: all agree.
    """

    winner: int
    confidence: float
    runner_up: int | None = None


def result_key(rows: Sequence[Row]) -> str:
    """The same for equal results, whatever the order of their rows; numbers of all types with ten digits."""
    lines = sorted("\x1f".join(map(_written, row)) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_certain(certainty: float | None) -> bool:
    """Whether a text needs no vote, by the probability of its least probable token; not where that is not known."""
    return certainty is not None and certainty >= CERTAIN


def is_settled(election: Election) -> bool:
    """Whether more votes would hardly turn an election."""
    return election.confidence >= SETTLED


def elect(ballots: Sequence[Ballot], *, electorate: float | None = None) -> Election | None:
    """The vote; None where nothing stands for election.

    Args:
        electorate: the weight of all that was written, so that what does not run speaks against the winner too; None:
            the weight of the ballots.
    """
    groups: dict[str, list[int]] = {}
    for number, ballot in enumerate(ballots):
        groups.setdefault(ballot.result or f"sql: {ballot.sql}", []).append(number)
    if not groups:
        return None

    def weight(group: Sequence[int]) -> float:
        return sum(ballots[number].weight for number in group)

    # sorted keeps the order of equals: what was written first wins.
    ranked = sorted(groups.values(), key=weight, reverse=True)
    heaviest = [max(group, key=lambda number: ballots[number].weight) for group in ranked]
    return Election(
        winner=heaviest[0],
        confidence=weight(ranked[0]) / (electorate or sum(ballot.weight for ballot in ballots)),
        runner_up=heaviest[1] if len(heaviest) > 1 else None,
    )


def _written(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float, Decimal)):
        return f"{float(value):.{_DIGITS}g}"
    return str(value)
