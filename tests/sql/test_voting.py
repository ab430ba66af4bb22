from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chat2sql.engine.sql.executors.port import Row
from chat2sql.engine.sql.voting import Ballot, elect, result_key


def _ballots(*written: tuple[str, float, str | None]) -> list[Ballot]:
    return [Ballot(sql=sql, weight=weight, result=result) for sql, weight, result in written]


@pytest.mark.parametrize(
    ("ballots", "parties", "confidence"),
    [
        (_ballots(("a", 2, "x")), [(0,)], 1.0),
        (_ballots(("a", 2, "x"), ("b", 1, "y"), ("c", 2, "y")), [(2, 1), (0,)], 0.6),
        (_ballots(("a", 1, "x"), ("b", 1, "y")), [(0,), (1,)], 0.5),
        # What has not run agrees with itself only.
        (_ballots(("a", 1, None), ("b", 1, None), ("a", 1, None)), [(0, 2), (1,)], 2 / 3),
    ],
    ids=["alone", "equal results", "the first of equals", "not run"],
)
def test_the_heaviest_result_wins(
    ballots: list[Ballot], parties: list[tuple[int, ...]], confidence: float
) -> None:
    election = elect(ballots)
    assert election is not None
    assert [party.ballots for party in election.parties] == parties
    assert (election.winner, election.confidence) == (parties[0][0], confidence)


def test_nothing_to_elect() -> None:
    assert elect([]) is None


SAME: list[tuple[list[Row], list[Row]]] = [
    ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")]),
    ([(1,)], [(1.0,)]),
    ([(Decimal("0.30"),)], [(0.1 + 0.2,)]),
    ([(date(2024, 1, 1), None)], [(date(2024, 1, 1), None)]),
]
DIFFERENT: list[tuple[list[Row], list[Row]]] = [
    ([(1,)], [(1,), (1,)]),
    ([(1, 2)], [(2, 1)]),
    ([("1",)], [("2",)]),
    ([(None,)], [("",)]),
    ([("a", "b")], [("ab",)]),
    ([(12345678,)], [(12345679,)]),
    ([(True,)], [(False,)]),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_results_have_one_key(one: list[Row], other: list[Row]) -> None:
    assert result_key(one) == result_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_results_have_other_keys(one: list[Row], other: list[Row]) -> None:
    assert result_key(one) != result_key(other)
