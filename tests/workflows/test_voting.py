"""Several SQLs for one question: the result that most agree on, and what must not run for a vote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from questions import a_request, until_state
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.graph.answer import Answer, StepName
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import Clarification, ProgressState
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import start_question

ALL, NONE = "SELECT count(*) AS n FROM orders", "SELECT count(*) AS n FROM orders WHERE id < 0"
SAME_AS_ALL = "SELECT count(o.id) AS orders FROM orders AS o"

WRONG = "SELECT nothing FROM nowhere"


@pytest.fixture(scope="module", autouse=True)
def voting_worker(stack: RunningStack) -> Iterator[None]:
    larger = {"CHAT2SQL_OLLAMA_URL": stack.model.url}
    with stack.worker(CHAT2SQL_SAMPLES="8", CHAT2SQL_ANSWERABLE="false", **larger):
        yield


async def _asked(client: Client, request: AskRequest) -> Answer:
    return await (await start_question(client, request)).result()


def _replies(*sql: str) -> Rule:
    return Rule(replies=tuple(f"```sql\n{one}\n```" for one in sql))


SPLIT = _replies(ALL, NONE, WRONG, NONE, ALL, NONE, WRONG, ALL, NONE)
"""Four votes of ten for each of two."""


async def test_most_samples_overrule_the_first_answer(stack: RunningStack, client: Client) -> None:
    stack.script(_replies(NONE, ALL, SAME_AS_ALL, ALL, WRONG))
    answer = await _asked(client, a_request())
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert answer.rows[0][0] != 0
    assert answer.confidence == pytest.approx(0.3)
    assert {vote.sql: (vote.weight, vote.agrees, vote.runs) for vote in answer.votes} == {
        "SELECT COUNT(*) AS n FROM orders WHERE id < 0": (2, False, True),
        "SELECT COUNT(*) AS n FROM orders": (2, True, True),
        "SELECT COUNT(o.id) AS orders FROM orders AS o": (1, True, True),
        "SELECT nothing FROM nowhere": (5, False, False),
    }
    assert answer.usage.calls == 5
    assert answer.corrections == 0
    # There is no larger model to ask.
    assert "only 30% of the candidate queries" in answer.explanation


async def test_where_few_agree_a_larger_model_is_asked(stack: RunningStack, client: Client) -> None:
    stack.script(_replies(NONE, *(f"SELECT nothing FROM nowhere_{number}" for number in range(8)), ALL))
    answer = await _asked(client, a_request(model=None))
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert (answer.model, answer.confidence) == ("ollama-qwen2_5-coder-7b", 1.0)
    assert answer.rows[0][0] != 0
    assert "candidate queries" not in answer.explanation


async def test_where_the_votes_split_the_asker_says_what_is_meant(
    stack: RunningStack, client: Client
) -> None:
    stack.script(SPLIT)
    handle = await start_question(client, a_request(clarify_within_s=60))
    progress = await until_state(handle, ProgressState.WAITING_FOR_CLARIFICATION)
    asked = progress.question_back
    assert asked is not None
    # What both of them do, the count, is not told.
    assert [line[:10] for line in asked.splitlines()[1:]] == ["1. (40%) R", "2. (40%) C"], asked
    await handle.execute_update("clarify", Clarification(text="whichever is right", user="analyst"))
    await until_state(handle, ProgressState.WAITING_FOR_CLARIFICATION)
    await handle.execute_update("clarify", Clarification(text="2", user="analyst"))
    answer = await handle.result()
    assert (answer.outcome, answer.rows, answer.confidence) == (Outcome.ANSWERED, ((0,),), None)
    assert [vote.agrees for vote in answer.votes] == [False, True, False]
    assert [step.note for step in answer.steps if step.step is StepName.CLARIFY] == ["answered", "answered"]


async def test_where_nobody_is_asked_the_answer_has_the_other_readings(
    stack: RunningStack, client: Client
) -> None:
    stack.script(SPLIT)
    answer = await _asked(client, a_request())
    assert [reading.share for reading in answer.readings] == pytest.approx([0.4, 0.4])
    assert answer.readings[0].sql == answer.sql
    assert "id" in answer.readings[1].words.en.lower()


async def test_a_certain_answer_is_not_voted_on(stack: RunningStack, client: Client) -> None:
    stack.script(Rule(replies=(sql_reply(ALL).replies[0], sql_reply(NONE).replies[0]), certainty=0.9))
    answer = await _asked(client, a_request())
    assert (answer.usage.calls, answer.votes) == (1, ())
    assert answer.rows[0][0] != 0


async def test_a_certain_answer_without_rows_is(stack: RunningStack, client: Client) -> None:
    empty, full = "SELECT id FROM orders WHERE id < 0", "SELECT id FROM orders WHERE id = 1"
    stack.script(Rule(replies=(sql_reply(empty).replies[0], sql_reply(full).replies[0]), certainty=0.9))
    answer = await _asked(client, a_request())
    assert (answer.usage.calls, answer.rows) == (4, ((1,),))


async def test_a_vote_ends_where_most_agree(stack: RunningStack, client: Client) -> None:
    stack.script(_replies(ALL))
    answer = await _asked(client, a_request())
    assert (answer.usage.calls, answer.confidence) == (2, 1.0)


async def test_what_ran_as_written_wins_a_tie_with_what_was_mended(
    stack: RunningStack, client: Client
) -> None:
    mended = "SELECT count(o.idd) AS n FROM orders AS o WHERE o.id < 0"
    wrong = "SELECT nothing FROM nowhere"
    # Greedy counts for two: 4 of 10 and 5.94 of 10, then 4 and 3.96.
    stack.script(_replies(ALL, *(2 * [mended, mended, ALL, mended])))
    answer = await _asked(client, a_request())
    assert answer.rows[0][0] == 0
    stack.script(_replies(ALL, *(2 * [mended, mended, ALL, wrong])))
    answer = await _asked(client, a_request())
    assert answer.rows[0][0] != 0
    assert answer.repairs == ()


async def test_where_all_is_wrong_the_schema_mends_it(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT count(o.idd) AS n FROM orders AS o"))
    answer = await _asked(client, a_request())
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert answer.sql == "SELECT COUNT(o.id) AS n FROM orders AS o"
    assert answer.repairs == ("column_name: o.idd -> o.id",)
    assert (answer.corrections, answer.confidence) == (0, pytest.approx(0.99))


async def test_nothing_runs_for_a_vote_before_an_approval(stack: RunningStack, client: Client) -> None:
    stack.script(_replies(NONE, ALL, ALL, ALL, ALL))
    handle = await start_question(client, a_request(require_approval=True))
    progress = await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    assert progress.approval is not None
    assert progress.approval.sql == "SELECT COUNT(*) AS n FROM orders WHERE id < 0"
    await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
    answer = await handle.result()
    assert (answer.outcome, answer.votes, answer.confidence) == (Outcome.ANSWERED, (), None)
