"""No attack statement has an effect: by the guard alone, by the role alone; and without both it would have been seen.

The statements are in ``tests/fixtures/attacks``, what an effect is in ``sql.attack_arena``, the rounds in
``sql.attack_rounds``. ``benchmarks/attack_corpus.py`` runs the same rounds over other people's statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sql.attack_arena import Arena
from sql.attack_cases import Case, cases_of, classes
from sql.attack_rounds import ARENAS, Named, guard_alone, neither, role_alone

from chat2sql.config.vocabulary import Dialect

FEWEST = 400
HANDFUL = 2
"""Statements of a class in the control run; ``benchmarks/attack_corpus.py --control`` runs all of them."""


@pytest.fixture(scope="module")
def arena_of(request: pytest.FixtureRequest) -> Iterator[Callable[[Dialect], Arena]]:
    """Makes the arena of a dialect when it is first asked for."""
    made: dict[Dialect, Arena] = {}

    def opened(dialect: Dialect) -> Arena:
        if dialect is Dialect.MYSQL:
            # Skips where there is no server, and the run says so.
            request.getfixturevalue("mariadb_server")
        if dialect not in made:
            made[dialect] = ARENAS[dialect]()
        return made[dialect]

    yield opened
    for arena in made.values():
        arena.close()


def _named(cases: list[Case]) -> Named:
    return [(case.id, case.template) for case in cases]


def _each(*, control: bool = False) -> list[object]:
    return [
        pytest.param(dialect, name, id=f"{dialect}-{name}")
        for dialect in Dialect
        for name in classes()
        if any(case.is_control(dialect) or not control for case in cases_of(name, dialect))
    ]


def test_corpus_is_large_and_without_repetition() -> None:
    cases = [case for each in classes().values() for case in each.cases]
    assert len({case.template for case in cases}) == len(cases) >= FEWEST


@pytest.mark.parametrize(("dialect", "name"), _each())
def test_guard_alone(dialect: Dialect, name: str, arena_of: Callable[[Dialect], Arena]) -> None:
    cases = cases_of(name, dialect)
    outcome = guard_alone(arena_of(dialect), _named(cases))
    assert not outcome.faults
    assert not {case.id for case in cases if case.must_be_refused(dialect)} & set(outcome.ran)


# Where a server does not hear a cancel in time, psycopg closes the connection, but not the cursor on it.
@pytest.mark.filterwarnings("ignore:.*AsyncServerCursor.*was deleted while still open.*:ResourceWarning")
@pytest.mark.parametrize(("dialect", "name"), _each())
async def test_role_alone(dialect: Dialect, name: str, arena_of: Callable[[Dialect], Arena]) -> None:
    outcome = await role_alone(arena_of(dialect), _named(cases_of(name, dialect)))
    assert not outcome.faults


@pytest.mark.parametrize(("dialect", "name"), _each(control=True))
def test_neither_leaves_traces(dialect: Dialect, name: str, arena_of: Callable[[Dialect], Arena]) -> None:
    controls = [case for case in cases_of(name, dialect) if case.is_control(dialect)]
    arena = arena_of(dialect)
    outcome = neither(arena, _named(controls[:HANDFUL]))
    arena.reset()
    assert not outcome.faults
