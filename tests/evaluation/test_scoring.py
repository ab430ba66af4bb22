from __future__ import annotations

import math
from decimal import Decimal

import pytest

from chat2sql.config.vocabulary import Dialect, Language
from chat2sql.engine.evaluation.outcomes import CandidateOutcome, EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.scoring import is_ordered, same_rows
from chat2sql.engine.evaluation.statistics import mcnemar, share
from chat2sql.engine.evaluation.summary import compare, summarise
from chat2sql.engine.evaluation.taxonomy import Mistake, mistakes
from chat2sql.engine.sql.executors.port import Row

ROWS: list[tuple[list[Row], list[Row], bool, bool]] = [
    ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], False, True),
    ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], True, False),
    ([(1, "a")], [(1, "a"), (1, "a")], False, False),
    ([(1, "a")], [("a", 1)], False, False),
    ([(1,)], [(1, 2)], False, False),
    ([(Decimal("3.10"),)], [(3.10004,)], False, True),
    ([(3.1,)], [(3.1003,)], False, False),
    ([(10**12 + 1,)], [(10**12 + 200_000,)], False, False),
    ([(None,)], [("",)], False, False),
    ([(None,), (1,)], [(1,), (None,)], False, True),
    ([("1",)], [(1,)], False, False),
    ([], [], True, True),
]


@pytest.mark.parametrize(("rows", "gold", "ordered", "same"), ROWS)
def test_rows_are_compared(rows: list[Row], gold: list[Row], ordered: bool, same: bool) -> None:
    assert same_rows(rows, gold, ordered=ordered) is same


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t", False),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a)", False),
        ("SELECT a FROM t UNION SELECT b FROM t ORDER BY 1", True),
        ("this is no SQL", False),
    ],
)
def test_whether_the_order_counts(sql: str, ordered: bool) -> None:
    assert is_ordered(sql, Dialect.SQLITE) is ordered


def test_the_interval_is_wilsons() -> None:
    """Figures of the textbook's example: 8 of 10."""
    found = share(8, 10)
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)
    assert (round(share(0, 20).low, 4), round(share(0, 20).high, 4)) == (0.0, 0.1611)
    assert share(0, 0).value == 0


def test_the_test_is_exact() -> None:
    assert mcnemar(0, 0) == 1
    assert math.isclose(mcnemar(10, 0), 2 / 1024)
    assert math.isclose(mcnemar(3, 1), 0.625)
    assert mcnemar(2000, 1000) < 1e-9


GOLD = ("SELECT name FROM singer WHERE age > 20 ORDER BY age LIMIT 1",)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT name FROM band WHERE age > 20 ORDER BY age LIMIT 1", {Mistake.TABLES}),
        ("SELECT name FROM singer WHERE age > 30 ORDER BY age LIMIT 1", {Mistake.VALUES}),
        ("SELECT name FROM singer WHERE age > 20 ORDER BY age DESC LIMIT 1", {Mistake.ORDER_OR_LIMIT}),
        ("SELECT city FROM singer WHERE age > 20 ORDER BY age LIMIT 1", {Mistake.OUTPUT}),
        ("SELECT DISTINCT name FROM singer WHERE age > 20 ORDER BY age LIMIT 1", {Mistake.DISTINCT}),
        ("SELECT name FROM singer WHERE age >= 20 ORDER BY age LIMIT 1", {Mistake.CONDITIONS}),
        (GOLD[0], {Mistake.OTHER}),
        ("no SQL at all (", {Mistake.OTHER}),
    ],
)
def test_where_a_wrong_one_differs(sql: str, expected: set[Mistake]) -> None:
    assert set(mistakes(sql, GOLD, Dialect.SQLITE)) == expected


def _record(name: str, outcome: OutcomeClass, **more: object) -> EvalRecord:
    return EvalRecord.model_validate(
        {
            "id": name,
            "question": "?",
            "language": Language.EN,
            "database": "d",
            "outcome": outcome,
            "seconds": 1.0,
            **more,
        }
    )


def test_a_run_in_figures() -> None:
    right, wrong = OutcomeClass.RIGHT, OutcomeClass.WRONG
    candidates = (
        CandidateOutcome(sql="a", votes=2, right=True),
        CandidateOutcome(sql="b", votes=3, right=False),
    )
    records = [
        _record("1", right, confidence=0.95, database="e"),
        _record("2", wrong, confidence=0.4, candidates=candidates, mistakes=(Mistake.TABLES,)),
        _record("3", OutcomeClass.DID_NOT_EXECUTE),
    ]
    found = summarise(records)
    assert (found.accuracy.successes, found.accuracy.total) == (1, 3)
    assert found.outcomes == {"right": 1, "wrong": 1, "did_not_execute": 1}
    assert {name: group.value for name, group in found.groups["database"].items()} == {"d": 0.0, "e": 1.0}
    assert {band: group.total for band, group in found.calibration.items()} == {
        "0.3 to 0.5": 1,
        "0.9 to 1.0": 1,
    }
    assert found.mistakes == {"tables": 1}
    assert found.best_of_candidates is not None and found.best_of_candidates.value == 1
    assert summarise([]).accuracy.total == 0


def test_two_runs_are_paired() -> None:
    right, wrong = OutcomeClass.RIGHT, OutcomeClass.WRONG
    first = [_record("1", right), _record("2", wrong), _record("3", wrong), _record("only here", right)]
    second = [_record("1", wrong), _record("2", right), _record("3", right)]
    found = compare(first, second)
    assert (found.questions, found.won, found.lost, found.p) == (3, ("2", "3"), ("1",), 1.0)
