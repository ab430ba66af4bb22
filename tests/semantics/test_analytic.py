"""Business questions on databases that no rule was written for: what is compiled for them returns the right rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from analytic_databases import Asked, asked_database, fixture

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.evaluation.scoring import same_rows
from chat2sql.engine.semantics.analytic.compiler import NotExpressible, compile_intent
from chat2sql.engine.semantics.analytic.reader import ReadIntent
from chat2sql.engine.semantics.analytic.words import in_words
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN

DOUBTFUL = "doubtful"
"""In place of rows: the question says something that nothing in the database is called."""
NAMES = (
    "hospital",
    "subscriptions",
    "erp",
    "estate",
    "books",
    "workshop",
    "showroom",
    "franchise",
    "pantry",
    "stationery",
    "greengrocer",
    "garage",
    "opticians",
)
DIALECTS = (Dialect.DUCKDB, Dialect.SQLITE)


@pytest.fixture(scope="module", params=[(name, dialect) for name in NAMES for dialect in DIALECTS])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Asked]:
    name, dialect = request.param
    database = asked_database(name, tmp_path_factory.mktemp("analytic"))
    return name, database if dialect is Dialect.DUCKDB else database.in_sqlite(str(fixture(name)["sql"]))


def test_questions_return_the_right_rows(asked: tuple[str, Asked]) -> None:
    name, database = asked
    faults = []
    cases = fixture(name)["cases"]
    assert isinstance(cases, dict)
    for question, rows in cases.items():
        read = database.read(question)
        if rows == DOUBTFUL:
            if _compiles(database, read):
                faults.append(f"{question}: no doubt")
            continue
        problem = _problem(database, read, rows)
        if problem:
            faults.append(f"{question}: {problem}")
    assert not faults, "\n".join(faults)


def _compiles(database: Asked, read: ReadIntent) -> bool:
    if read.doubts or read.intent is None:
        return False
    try:
        return bool(compile_intent(read.intent, database.model, as_of=database.as_of))
    except NotExpressible:
        return False


def _problem(database: Asked, read: ReadIntent, expected: list[list[object]]) -> str | None:
    if read.doubts or read.intent is None:
        return f"doubts {read.doubts}"
    try:
        sql = compile_intent(read.intent, database.model, as_of=database.as_of)
    except NotExpressible as error:
        return error.reason
    verdict = check(sql, database.catalogue, policy=OPEN, caller=Caller(tenant="t", user="u"))
    if not verdict.ok:
        return f"the guard refuses {sql}: {verdict.problems}"
    rows = [tuple(_plain(value) for value in row) for row in database.run(sql)]
    wanted = [tuple(_plain(value) for value in row) for row in expected]
    if not same_rows(rows, wanted, ordered=False):
        return f"{rows} from {sql}"
    words = in_words(read.intent, database.model)
    return None if words.zh and words.en else "no words for it"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else value
