"""Business questions on databases that no rule was written for: what is compiled for them returns the right rows."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
import yaml

from chat2sql.config.vocabulary import Caller, Dialect, Language
from chat2sql.engine.evaluation.scoring import same_rows
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.semantics.analytic.compiler import NotExpressible, compile_intent
from chat2sql.engine.semantics.analytic.reader import ReadIntent, read_intent
from chat2sql.engine.semantics.analytic.words import in_words
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.time_expressions import resolve_time
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.reading import read_values

FIXTURES = Path(__file__).parents[1] / "fixtures" / "analytic"


class Asked(NamedTuple):
    """A database as the product knows it, and how to run SQL on it."""

    path: Path
    as_of: date
    catalogue: Catalogue
    values: ValueIndex
    model: SemanticModel

    def read(self, question: str) -> ReadIntent:
        language = detect_language(question, Language.ZH)
        return read_intent(
            question,
            self.model,
            times=resolve_time(question, self.as_of, language),
            values=link_values(self.values, question, self.catalogue),
            known=self.values,
            as_of=self.as_of,
        )

    def run(self, sql: str) -> list[tuple[object, ...]]:
        if self.catalogue.dialect is Dialect.SQLITE:
            with closing(sqlite3.connect(self.path)) as connection:
                return connection.execute(sql).fetchall()
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def in_sqlite(self, script: str) -> Asked:
        """The same tables, rows and comments in SQLite, which has no comments of its own."""
        path = self.path.with_suffix(".sqlite")
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(_COMMENT.sub("", script))
        told = self.catalogue.model_dump()
        told |= {"dialect": Dialect.SQLITE, "default_schema": None}
        for table in told["tables"]:
            table["schema_name"] = None
            for key in table["foreign_keys"]:
                key["target_table"] = key["target_table"].rpartition(".")[2]
        catalogue = Catalogue.model_validate(told)
        return Asked(path, self.as_of, catalogue, self.values, draft_model(catalogue, self.values))


def _fixture(name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((FIXTURES / f"{name}.yaml").read_text("utf-8"))
    return loaded


DOUBTFUL = "doubtful"
"""In place of rows: the question says something that nothing in the database is called."""
NAMES = ("hospital", "subscriptions", "erp", "estate")
DIALECTS = (Dialect.DUCKDB, Dialect.SQLITE)
_COMMENT = re.compile(r"COMMENT ON[^;]*;")


@pytest.fixture(scope="module", params=[(name, dialect) for name in NAMES for dialect in DIALECTS])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Asked]:
    name, dialect = request.param
    database = _asked(name, tmp_path_factory.mktemp("analytic"))
    return name, database if dialect is Dialect.DUCKDB else database.in_sqlite(str(_fixture(name)["sql"]))


def _asked(name: str, folder: Path) -> Asked:
    fixture = _fixture(name)
    path = folder / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(str(fixture["sql"]))
    dsn = f"duckdb:///{path}"
    catalogue = asyncio.run(introspect(dsn, Dialect.DUCKDB, name))
    values = asyncio.run(read_values(dsn, catalogue, OPEN))
    as_of = fixture["as_of"]
    assert isinstance(as_of, date)
    return Asked(path, as_of, catalogue, values, draft_model(catalogue, values))


def test_questions_return_the_right_rows(asked: tuple[str, Asked]) -> None:
    name, database = asked
    faults = []
    cases = _fixture(name)["cases"]
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
        return bool(compile_intent(read.intent, database.model))
    except NotExpressible:
        return False


def _problem(database: Asked, read: ReadIntent, expected: list[list[object]]) -> str | None:
    if read.doubts or read.intent is None:
        return f"doubts {read.doubts}"
    try:
        sql = compile_intent(read.intent, database.model)
    except NotExpressible as error:
        return error.reason
    verdict = check(sql, database.catalogue, policy=OPEN, caller=Caller(tenant="t", user="u"))
    if not verdict.ok:
        return f"the guard refuses {sql}: {verdict.problems}"
    rows = [tuple(_plain(value) for value in row) for row in database.run(sql)]
    if not same_rows(rows, [tuple(row) for row in expected], ordered=False):
        return f"{rows} from {sql}"
    words = in_words(read.intent, database.model)
    return None if words.zh and words.en else "no words for it"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.date() if isinstance(value, datetime) else value
