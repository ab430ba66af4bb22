"""Databases that no rule was written for, as the product knows them."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import yaml

from chat2sql.config.vocabulary import Dialect, Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.semantics.analytic.hints import Hint, hints_for
from chat2sql.engine.semantics.analytic.reader import ReadIntent, read_intent
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.time_expressions import resolve_time
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.reading import read_values

FIXTURES = Path(__file__).parent / "fixtures" / "analytic"

_COMMENT = re.compile(r"COMMENT ON[^']*'[^']*';")


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

    def hints(self, question: str) -> tuple[Hint, ...]:
        return hints_for(
            question,
            self.model,
            self.catalogue,
            self.values,
            language=detect_language(question, Language.ZH),
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


def fixture(name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((FIXTURES / f"{name}.yaml").read_text("utf-8"))
    return loaded


def asked_database(name: str, folder: Path) -> Asked:
    told = fixture(name)
    path = folder / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(str(told["sql"]))
    dsn = f"duckdb:///{path}"
    catalogue = asyncio.run(introspect(dsn, Dialect.DUCKDB, name))
    values = asyncio.run(read_values(dsn, catalogue, OPEN))
    as_of = told["as_of"]
    assert isinstance(as_of, date)
    return Asked(path, as_of, catalogue, values, draft_model(catalogue, values))
