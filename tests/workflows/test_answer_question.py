"""``AnswerQuestion`` on the real stack: every outcome, people, cancellation, idempotency, search, streaming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from questions import a_request, until_state
from running_stack import RunningStack, eventually, sql_reply
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.contrib.workflow_streams import WorkflowStreamClient
from temporalio.exceptions import ApplicationError, CancelledError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.graph.answer import Answer, StepName
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import EVENTS_TOPIC, Clarification, ProgressState, StreamEvent
from chat2sql.workers.client import progress_of, start_question

COUNT = "SELECT count(*) AS orders FROM orders"
HEAVY = (
    "SELECT count(*) AS heavy_statement FROM order_items a JOIN order_items b ON b.id <> a.id "
    "JOIN orders c ON c.id <> a.id"
)


@pytest.fixture(scope="module", autouse=True)
async def _worker(stack: RunningStack) -> AsyncIterator[None]:
    with stack.worker():
        yield


async def test_answered(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    request = a_request("有多少订单？", tenant="acme", user="u1")
    handle = await start_question(client, request)
    answer = await handle.result()
    with stack.owner("chat2sql_demo") as connection:
        expected = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert answer.outcome is Outcome.ANSWERED
    assert answer.rows == (expected,)
    assert answer.language == "zh"
    assert answer.usage.calls == 1
    assert [trace.step for trace in answer.steps] == [*list(StepName)[:6], StepName.PRESENT]
    progress = await progress_of(handle)
    assert (progress.state, progress.outcome) == (ProgressState.FINISHED, Outcome.ANSWERED)


async def test_search_attributes_find_it(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    request = a_request(tenant="findme", user="u2")
    await (await start_question(client, request)).result()
    query = (
        "TenantId = 'findme' AND UserId = 'u2' AND Datasource = 'demo' AND Model = 'local' "
        "AND Outcome = 'answered' AND CostUsd = 0"
    )
    found: list[str] = []

    async def look() -> bool:
        found.extend([execution.id async for execution in client.list_workflows(query)])
        return bool(found)

    for _ in range(100):
        if await look():
            break
        await asyncio.sleep(0.1)
    assert found[0] == f"ask-findme-{request.request_id}"


async def test_corrected(stack: RunningStack, client: Client) -> None:
    stack.script(
        sql_reply("SELECT count(*) FROM no_such_table", times=1),
        sql_reply("SELECT 1 / (count(*) - count(*)) FROM orders", times=1),
        sql_reply(COUNT),
    )
    answer = await (await start_question(client, a_request())).result()
    assert answer.outcome is Outcome.ANSWERED
    assert answer.corrections == 2
    assert "no_such_table" in answer.attempts[0].problem
    assert "division by zero" in answer.attempts[1].problem


FANNED_OUT = "SELECT sum(o.total_amount) AS revenue FROM orders o JOIN order_items i ON i.order_id = o.id"


async def test_a_sum_over_repeated_rows_goes_back(stack: RunningStack, client: Client) -> None:
    stack.script(
        Rule(
            match="test for a match with EXISTS",
            replies=sql_reply("SELECT sum(total_amount) FROM orders").replies,
        ),
        sql_reply(FANNED_OUT),
    )
    answer = await (await start_question(client, a_request("Revenue of orders with items?"))).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    # What the definition of sales says of the rows is added to what was written.
    assert answer.sql == "SELECT SUM(total_amount) FROM orders WHERE orders.status IN (1, 2, 3)"
    assert (answer.corrections, "repeats" in answer.attempts[0].problem) == (1, True)
    assert "Mind:" not in answer.explanation


async def test_a_sum_that_the_model_insists_on_is_told_with_care(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(FANNED_OUT))
    answer = await (await start_question(client, a_request("Revenue of orders with items?"))).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert answer.corrections == 1
    assert "Mind: SUM(o.total_amount) may count rows more than once" in answer.explanation


async def test_gives_up_honestly(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT nothing FROM nowhere"))
    answer = await (await start_question(client, a_request())).result()
    assert answer.outcome is Outcome.CANNOT_ANSWER
    assert answer.corrections == 3
    assert answer.usage.calls == 4


async def test_model_cannot(stack: RunningStack, client: Client) -> None:
    stack.script(Rule(replies=("CANNOT ANSWER: there is no weather table",)))
    answer = await (await start_question(client, a_request("How many sunny stores?"))).result()
    assert answer.outcome is Outcome.CANNOT_ANSWER
    assert "no weather table" in answer.message


@pytest.mark.parametrize(
    ("sql", "question"),
    [("DELETE FROM orders", "How many orders are there?"), (COUNT, "Please delete all orders")],
    ids=["written by the model", "asked for"],
)
async def test_refused(stack: RunningStack, client: Client, sql: str, question: str) -> None:
    stack.script(sql_reply(sql))
    answer = await (await start_question(client, a_request(question))).result()
    assert answer.outcome is Outcome.REFUSED
    assert answer.message
    assert answer.rows == ()


async def test_asks_back_and_goes_on(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    handle = await start_question(client, a_request("Show me the data", clarify_within_s=60))
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("clarify", Clarification(text="  "))
    progress = await until_state(handle, ProgressState.WAITING_FOR_CLARIFICATION)
    assert progress.question_back
    await handle.execute_update("clarify", Clarification(text="the number of orders"))
    answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED
    assert "the number of orders" in (answer.standalone or "")


async def test_asks_back_at_once_when_nobody_waits(client: Client) -> None:
    answer = await (await start_question(client, a_request("Show me the data"))).result()
    assert answer.outcome is Outcome.ASKS_BACK
    assert answer.message


async def test_why_nothing_was_found_is_told(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT name FROM stores WHERE city LIKE '%北京市%' AND area_sqm > 0"))
    answer = await (await start_question(client, a_request("北京市有哪些门店？"))).result()
    assert answer.rows == ()
    why = "没有查到：没有任何行满足：城市 包含‘北京市’（单看它也没有），该列有相近的值：‘北京’。"
    assert why in (answer.explanation or "").splitlines()
    stack.script(sql_reply("SELECT count(*) FROM stores WHERE area_sqm < 0"))
    handle = await start_question(client, a_request("How many stores have less than no area?"))
    why = "Nothing found: there is no row where area in m2 is less than 0."
    assert why in ((await handle.result()).explanation or "").splitlines()


async def test_nothing_runs_unapproved_to_find_out_why(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT count(*) FROM stores WHERE area_sqm < 0"))
    handle = await start_question(client, a_request(require_approval=True))
    await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
    answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED
    assert "Nothing found" not in (answer.explanation or "")


@pytest.mark.parametrize(("approved", "outcome"), [(True, Outcome.ANSWERED), (False, Outcome.REFUSED)])
async def test_approval(stack: RunningStack, client: Client, approved: bool, outcome: Outcome) -> None:
    stack.script(sql_reply(COUNT))
    handle = await start_question(client, a_request(require_approval=True))
    progress = await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    assert progress.approval is not None
    assert "COUNT(*)" in progress.approval.sql.upper()
    await handle.execute_update("approve", ApprovalDecision(approved=approved, user="boss", note="because"))
    assert (await handle.result()).outcome is outcome
    with pytest.raises(Exception, match="completed|not waiting"):
        await handle.execute_update("approve", ApprovalDecision(approved=True))


async def test_cancel_reaches_the_database(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(HEAVY))
    handle = await start_question(client, a_request())
    for _ in range(400):
        if (await progress_of(handle)).step is StepName.EXECUTE:
            break
        await asyncio.sleep(0.05)
    await eventually(lambda: stack.running_statements() > 0, what="the statement runs")
    await handle.cancel()
    await eventually(lambda: stack.running_statements() == 0, what="it is gone", patience_s=2)
    with pytest.raises(WorkflowFailureError) as failure:
        await handle.result()
    assert isinstance(failure.value.cause, CancelledError)


async def test_cancel_reaches_the_model(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT, delay_s=60))
    before = len(stack.model.calls)
    handle = await start_question(client, a_request())
    await eventually(lambda: len(stack.model.calls) > before, what="the model is asked")
    await handle.cancel()
    await eventually(lambda: stack.model.calls[-1].aborted, what="the call is broken off", patience_s=5)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    with stack.owner() as connection:
        outcome = connection.execute(
            "SELECT outcome FROM chat2sql.questions WHERE workflow_id = %s", (handle.id,)
        ).fetchone()
    assert outcome == ("cancelled",)


async def test_same_id_runs_once(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT, delay_s=0.5))
    before = len(stack.model.calls)
    request = a_request()
    first, second = await asyncio.gather(start_question(client, request), start_question(client, request))
    answers = await asyncio.gather(first.result(), second.result())
    again = await (await start_question(client, request)).result()
    assert answers[0] == answers[1] == again
    assert len(stack.model.calls) == before + 1


async def test_stream_is_read_and_read_again(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT, token_delay_s=0.02))
    handle = await start_question(client, a_request(stream=True))

    async def read(offset: int) -> list[tuple[int, StreamEvent]]:
        reader = WorkflowStreamClient.create(client, handle.id)
        items = reader.subscribe([EVENTS_TOPIC], from_offset=offset, result_type=StreamEvent)
        return [(item.offset, item.data) async for item in items]

    live = await asyncio.wait_for(read(0), 60)
    await handle.result()
    tokens = "".join(event.text for _, event in live if event.kind == "token")
    assert COUNT in tokens
    assert [event.step for _, event in live if event.kind == "step"][:6] == list(StepName)[:6]
    assert live[-1][1].kind == "end"
    # A reader that was away goes on where it stopped, even after the end.
    middle = live[len(live) // 2][0]
    assert await asyncio.wait_for(read(middle), 60) == [item for item in live if item[0] >= middle]


async def test_started_by_name_with_plain_json(stack: RunningStack, client: Client) -> None:
    """What a client in another language sends and gets."""
    stack.script(sql_reply(COUNT))
    name = a_request().request_id
    handle = await client.start_workflow(
        "AnswerQuestion",
        {
            "request_id": name,
            "question": "How many orders are there?",
            "as_of": "2025-06-30",
            "model": "local",
        },
        id=f"ask-default-{name}",
        task_queue="chat2sql-workflows",
    )
    result = await handle.result()
    assert Answer.model_validate(result).outcome is Outcome.ANSWERED


async def test_follow_up_stands_on_the_conversation(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    conversation = a_request().request_id
    first = await (
        await start_question(client, a_request("2025年6月有多少订单？", conversation=conversation))
    ).result()
    assert first.outcome is Outcome.ANSWERED
    second = await (
        await start_question(client, a_request("那上个月呢？", conversation=conversation))
    ).result()
    assert second.outcome is Outcome.ANSWERED
    assert "订单" in (second.standalone or "")
    assert "2025-05-01" in stack.model.calls[-1].prompt
    alone = await (await start_question(client, a_request("那上个月呢？"))).result()
    assert alone.outcome is Outcome.ASKS_BACK


async def test_tenants_cannot_share_a_workflow_id(client: Client) -> None:
    with pytest.raises(InvalidInput, match="tenant"):
        await start_question(client, a_request(tenant="a-b"))


async def test_an_id_answers_one_question(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    request = a_request("How many orders are there?")
    await (await start_question(client, request)).result()
    other = request.model_copy(update={"question": "How many stores are there?"})
    with pytest.raises(WorkflowFailureError) as failure:
        await client.execute_workflow(
            "AnswerQuestion", other, id=f"{request.workflow_id}-again", task_queue="chat2sql-workflows"
        )
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "InvalidInput"


async def test_stale_approval_is_refused(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT))
    handle = await start_question(client, a_request(require_approval=True))
    progress = await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("approve", ApprovalDecision(approved=True, sql="SELECT 1"))
    assert progress.approval is not None
    seen = ApprovalDecision(approved=True, user="boss", note="fine", sql=progress.approval.sql)
    await handle.execute_update("approve", seen)
    assert (await handle.result()).approval == seen


async def test_wide_text_is_cut_in_the_preview(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT repeat('x', 10000) AS wide FROM orders LIMIT 20"))
    answer = await (await start_question(client, a_request())).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert len(str(answer.rows[0][0])) < 2000


@pytest.mark.parametrize("question", ["", "\u0001\u200b", "😀", "多" * 30_000, "“" * 50_000], ids=range(5))
async def test_bad_questions_of_programs(client: Client, question: str) -> None:
    """What the command line stops by itself must end clearly for a program too."""
    with pytest.raises(WorkflowFailureError) as failure:
        await (await start_question(client, a_request(question))).result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "InvalidInput"


async def test_unreadable_input_fails_at_once(client: Client) -> None:
    with pytest.raises(WorkflowFailureError) as failure:
        await client.execute_workflow(
            "AnswerQuestion", {"question": 17}, id="ask-default-broken", task_queue="chat2sql-workflows"
        )
    assert isinstance(failure.value.cause, ApplicationError)
    assert "request_id" in str(failure.value.cause)
