"""A Chinese question on an English schema: a local model is asked it in the schema's own words."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.workers.client import start_question

CHINESE, ENGLISH = "2023年到港的船有多少艘？", "How many ships arrived in 2023?"
SQL = sql_reply("SELECT count(*) AS n FROM ships WHERE year = 2023")


@pytest.fixture(scope="module", autouse=True)
async def harbour(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    file = tmp_path_factory.mktemp("harbour") / "harbour.sqlite"
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("CREATE TABLE ships (id INTEGER PRIMARY KEY, year INTEGER)")
        base.execute("INSERT INTO ships VALUES (1, 2022), (2, 2023), (3, 2023)")
    async with open_parts(stack.settings, stack.endpoints) as parts:
        await parts.datasources.add(Datasource(name="harbour", dialect=Dialect.SQLITE, dsn=str(file)))
        with stack.worker():
            yield file
        await parts.datasources.remove("harbour")


@pytest.mark.parametrize(
    ("datasource", "question", "wording", "asked_as", "calls"),
    [
        ("harbour", CHINESE, f'The question in English: "{ENGLISH}"', ENGLISH, 2),
        # A wording without the year is not the question any more.
        ("harbour", CHINESE, "How many ships arrived?", "", 2),
        ("harbour", ENGLISH, "not asked for", "", 1),
        # A schema that speaks Chinese itself.
        ("demo", CHINESE, "not asked for", "", 1),
    ],
    ids=["put into English", "not faithful", "English already", "a Chinese schema"],
)
async def test_the_schemas_words(
    stack: RunningStack,
    client: Client,
    datasource: str,
    question: str,
    wording: str,
    asked_as: str,
    calls: int,
) -> None:
    sql = SQL if datasource == "harbour" else sql_reply("SELECT 2 AS n")
    stack.script(Rule(match="only say the question in English", replies=(wording,)), sql)
    answer = await (await start_question(client, a_request(question, datasource=datasource))).result()
    assert (answer.rows, answer.asked_as, answer.usage.calls) == (((2,),), asked_as, calls), answer
    assert (answer.question, answer.standalone) == (question, question)
    prompt = stack.model.calls[-1].prompt
    assert (asked_as or question) in prompt
    assert not asked_as or question not in prompt
