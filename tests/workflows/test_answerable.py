"""Questions that the database cannot tell anything of: said before much is spent on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.workers.client import start_question

ORDERS = "How many orders are there?"
SQL = sql_reply("SELECT count(*) AS n FROM orders").replies


@pytest.fixture(scope="module", autouse=True)
def voting_worker(stack: RunningStack) -> Iterator[None]:
    with stack.worker(CHAT2SQL_SAMPLES="4"):
        yield


@pytest.mark.parametrize(
    ("question", "sql_certainty", "says", "certainty", "outcome", "calls"),
    [
        # What the model is sure of is not doubted.
        (ORDERS, 0.9, "no", 0.9, Outcome.ANSWERED, 1),
        (ORDERS, 0.1, "yes", 0.8, Outcome.ANSWERED, 4),
        (ORDERS, 0.1, "no", 0.6, Outcome.CANNOT_ANSWER, 3),
        # A small model's weak yes is a no, where the words mean nothing in this database.
        (ORDERS, 0.1, "yes", 0.55, Outcome.ANSWERED, 4),
        ("What does dark matter consist of?", 0.1, "yes", 0.55, Outcome.CANNOT_ANSWER, 3),
        # A server that does not tell how sure it is.
        (ORDERS, 0.1, "no", None, Outcome.ANSWERED, 3),
    ],
)
async def test_by_the_models_own_word(
    stack: RunningStack,
    client: Client,
    question: str,
    sql_certainty: float,
    says: str,
    certainty: float | None,
    outcome: Outcome,
    calls: int,
) -> None:
    stack.script(
        Rule(match="yes or no", replies=(says,), certainty=certainty),
        Rule(replies=SQL, certainty=sql_certainty),
    )
    answer = await (await start_question(client, a_request(question))).result()
    assert (answer.outcome, answer.usage.calls) == (outcome, calls), answer
    assert bool(answer.rows) is (outcome is Outcome.ANSWERED)
