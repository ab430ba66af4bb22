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


class Party(Frozen):
    """The ballots that return the same.

    Attributes:
        ballots: their indexes, the heaviest first, the first of equals before.
        share: their part of the electorate, from 0 to 1.
    """

    ballots: tuple[int, ...] = Field(min_length=1)
    share: float

    @property
    def leader(self) -> int:
        """The index of the heaviest."""
        return self.ballots[0]


class Election(Frozen):
    """The outcome of a vote: its parties, the heaviest first."""

    parties: tuple[Party, ...] = Field(min_length=1)

    @property
    def winner(self) -> int:
        """The index of the ballot that is chosen."""
        return self.parties[0].leader

    @property
    def confidence(self) -> float:
        """The share of those that return what it does."""
        return self.parties[0].share


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

    everyone = electorate or sum(ballot.weight for ballot in ballots)
    # sorted keeps the order of equals: what was written first wins.
    parties = [
        Party(
            ballots=tuple(sorted(group, key=lambda number: ballots[number].weight, reverse=True)),
            share=sum(ballots[number].weight for number in group) / everyone,
        )
        for group in groups.values()
    ]
    return Election(parties=tuple(sorted(parties, key=lambda party: party.share, reverse=True)))


def _written(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float, Decimal)):
        return f"{float(value):.{_DIGITS}g}"
    return str(value)
