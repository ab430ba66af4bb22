"""An English question on a schema that speaks Chinese: put into Chinese by the model, read by rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.workers.client import start_question

ENGLISH, CHINESE = "How many of our ferries are in dry dock?", "在坞的渡轮有多少艘？"
SCHEMA = """
CREATE TABLE ferry (ferry_id INTEGER PRIMARY KEY, ferry_name VARCHAR, state SMALLINT);
COMMENT ON TABLE ferry IS '渡轮';
COMMENT ON COLUMN ferry.ferry_id IS '渡轮编号';
COMMENT ON COLUMN ferry.ferry_name IS '船名';
COMMENT ON COLUMN ferry.state IS '状态 1在航 2在坞';
INSERT INTO ferry VALUES (1, '海鸥', 1), (2, '鹭岛', 2), (3, '远帆', 2);
"""


@pytest.fixture(scope="module", autouse=True)
async def port(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    file = tmp_path_factory.mktemp("port") / "port.duckdb"
    with duckdb.connect(str(file)) as base:
        base.execute(SCHEMA)
    async with open_parts(stack.settings, stack.endpoints) as parts:
        await parts.datasources.add(Datasource(name="port", dialect=Dialect.DUCKDB, dsn=str(file)))
        with stack.worker(CHAT2SQL_METRIC_PATH="true"):
            yield file
        await parts.datasources.remove("port")


@pytest.mark.parametrize(
    ("wording", "rows", "asked_as"),
    [
        (CHINESE, ((2,),), CHINESE),
        ("在坞里漂着的渡轮有多少艘？", ((7,),), ""),
        ("我国在坞的渡轮有多少艘？" * 8, ((7,),), ""),
    ],
    ids=["put into Chinese", "not all of it understood", "not faithful"],
)
async def test_the_schemas_words(
    stack: RunningStack, client: Client, wording: str, rows: tuple[tuple[int]], asked_as: str
) -> None:
    stack.script(
        Rule(match="Translate the user", whole_prompt=True, replies=(wording,)), sql_reply("SELECT 7 AS n")
    )
    answer = await (await start_question(client, a_request(ENGLISH, datasource="port"))).result()
    assert (answer.rows, answer.asked_as) == (rows, asked_as), answer
