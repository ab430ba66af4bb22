"""A question of a question set."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from chat2sql.config.vocabulary import Dialect, Frozen, Language


class SuiteFormat(StrEnum):
    """How a question set is written down."""

    SPIDER = "spider"
    BIRD = "bird"
    DEFOG = "defog"
    JSONL = "jsonl"


class SuiteDatabase(Frozen):
    """A database that a question set asks.

    Attributes:
        name: the datasource's name.
        path: an SQLite file, or a file with the SQL that makes a PostgreSQL database; None: a datasource that is
            registered already.
    """

    name: str
    dialect: Dialect | None = None
    path: str | None = None


class EvalCase(Frozen):
    """One question with its golds.

    Attributes:
        gold: accepted queries; the rows of any of them are right. Empty: the database cannot answer it.
        database: name of its database in the question set.
        as_of: the day of asking; None: today.
        evidence: what the set says beside the question: definitions, formulas.
        ordered: whether the order of rows counts; None: where the gold has an ORDER BY.
        difficulty, kind: the set's own words, or empty.
    """

    id: str
    question: str = Field(min_length=1)
    gold: tuple[str, ...]
    database: str
    language: Language
    as_of: date | None = None
    evidence: str = ""
    ordered: bool | None = None
    difficulty: str = ""
    kind: str = ""


class Suite(Frozen):
    """A question set."""

    name: str
    cases: tuple[EvalCase, ...]
    databases: tuple[SuiteDatabase, ...]
