"""A business question that the semantic model explains is answered without a model, and says what was computed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.workers.client import start_question

WRITTEN = "SELECT 1 AS written"


@pytest.fixture(scope="module", autouse=True)
def worker(stack: RunningStack) -> Iterator[None]:
    with stack.worker(CHAT2SQL_METRIC_PATH="true", CHAT2SQL_SAMPLES="4"):
        yield


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        (
            "2024年各大区的销售额",
            "销售额 = SUM(orders.total_amount)（有效订单）；2024-01-01 至 2024-12-31；按大区",
        ),
        ("How many customers are there?", "customers count"),
        # All that stands above a node is outside the intent: the model writes.
        ("研发组往上一直到最顶层的各级部门是哪些", ""),
    ],
    ids=["compiled", "compiled in English", "written"],
)
async def test_the_path(stack: RunningStack, client: Client, question: str, meaning: str) -> None:
    stack.script(sql_reply(WRITTEN))
    asked = await start_question(client, a_request(question))
    answer = await asked.result()
    assert answer.meaning == meaning
    assert (answer.usage.calls == 0) == bool(meaning)
    assert (answer.sql != WRITTEN) == bool(meaning)


async def test_what_the_model_of_meanings_has_is_not_doubted_by_the_other(
    stack: RunningStack, client: Client
) -> None:
    # Uncertain of its SQL, and sure that nothing can be told: departments are there all the same.
    unsure = sql_reply(WRITTEN).model_copy(update={"certainty": 0.1})
    stack.script(Rule(match="yes or no", replies=("no",), certainty=0.9), unsure)
    asked = await start_question(client, a_request("哪些部门没有下级部门"))
    answer = await asked.result()
    assert answer.outcome is Outcome.ANSWERED, answer


async def test_the_model_is_told_what_the_words_mean(stack: RunningStack, client: Client) -> None:
    told = sql_reply("SELECT 1 AS told")
    by_the_metric = Rule(
        match=r"SUM\(orders\.total_amount\) FROM orders WHERE", whole_prompt=True, replies=told.replies
    )
    stack.script(by_the_metric, sql_reply("SELECT 2 AS untold"))
    asked = await start_question(client, a_request("2024年销售额比隔壁好看的门店"))
    answer = await asked.result()
    assert answer.sql == "SELECT 1 AS told", answer


async def test_what_returns_nothing_is_doubted(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(WRITTEN))
    asked = await start_question(client, a_request("1999年各大区的销售额"))
    answer = await asked.result()
    assert answer.usage.calls > 0, answer


@pytest.mark.parametrize("certainty", [0.9, 0.1], ids=["at once", "and in a vote"])
async def test_the_model_goes_on_from_what_could_be_compiled(
    stack: RunningStack, client: Client, certainty: float
) -> None:
    # Nobody is asked to vote on what was shown nothing: every call has the sketch before it.
    seen = Rule(
        match=r"(?s)SUM\(orders\.total_amount\) AS .{0,2000}leaves out some words",
        whole_prompt=True,
        replies=sql_reply("SELECT 1 AS seen").replies,
        certainty=certainty,
    )
    stack.script(seen, sql_reply("SELECT 2 AS unseen"))
    asked = await start_question(client, a_request("2024年比隔壁好看的各大区的销售额"))
    answer = await asked.result()
    assert answer.sql == "SELECT 1 AS seen", answer
    assert (answer.usage.calls > 1) == (certainty < 0.5), answer.usage
    assert not [vote for vote in answer.votes if "unseen" in vote.sql]
