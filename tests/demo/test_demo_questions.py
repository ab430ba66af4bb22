from __future__ import annotations

from datetime import date

import psycopg
import pytest

from chat2sql.config.vocabulary import Dialect, Intent, Language
from chat2sql.engine.demo.questions import AS_OF, DEMO_QUESTIONS, FURTHER_QUESTIONS, DemoQuestion
from chat2sql.engine.demo.reader import reader_dsn
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.semantics.understand import understand
from chat2sql.engine.sql.guard.check import check

ALL = DEMO_QUESTIONS + FURTHER_QUESTIONS


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_the_gold_sql_gives_rows(company_dsn: str, asked: DemoQuestion) -> None:
    with psycopg.connect(reader_dsn(company_dsn)) as connection:
        rows = connection.execute(asked.gold_sql.encode()).fetchall()
    assert rows
    assert all(value is not None for row in rows for value in row)


async def test_the_gold_sql_may_run(company_dsn: str) -> None:
    catalogue = await introspect(reader_dsn(company_dsn), Dialect.POSTGRESQL, "demo")
    assert {asked.id: check(asked.gold_sql, catalogue).problems for asked in ALL} == {
        asked.id: () for asked in ALL
    }


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_the_question_is_taken_as_one(asked: DemoQuestion) -> None:
    read = understand(asked.question, as_of=AS_OF, default_language=Language.EN, max_chars=1000)
    assert (read.intent, read.language) == (Intent.QUERY, asked.language)


def test_the_demonstration_asks_in_both_languages() -> None:
    assert len({asked.id for asked in ALL}) == len({asked.question for asked in ALL}) == len(ALL)
    assert {asked.language for asked in DEMO_QUESTIONS} == set(Language)
    assert len(DEMO_QUESTIONS) == 3
    assert date(2025, 6, 30) == AS_OF
