"""A datasource's policy, from the question to the answer, on the real stack: what is hidden does not exist, what is
personal is masked, what is dear waits for approval, and what a policy forbids in the meantime does not run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pyarrow.parquet as pq
import pytest
from questions import a_request, until_state
from running_stack import RunningStack, sql_reply
from temporalio.client import Client, WorkflowFailureError

from chat2sql.activities.parts import FRESH_FOR_S, open_parts
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import ProgressState
from chat2sql.workers.client import start_question

GivePolicy = Callable[[str], Awaitable[str]]

COUNT = "SELECT count(*) AS orders FROM orders"


@pytest.fixture(scope="module", autouse=True)
async def _worker(stack: RunningStack) -> AsyncIterator[None]:
    with stack.worker():
        yield


@pytest.fixture
async def datasource(stack: RunningStack, request: pytest.FixtureRequest) -> AsyncIterator[GivePolicy]:
    """Registers the demo company under a name of the test's own, with a policy; called again, with another one."""
    name = re.sub(r"\W+", "-", request.node.name.replace("_", "-")).strip("-")
    async with open_parts(stack.settings, stack.endpoints) as parts:

        async def with_policy(policy: str) -> str:
            demo = await parts.datasources.get("demo")
            mine = Datasource(name=name, dialect=demo.dialect, dsn=demo.dsn, policy=policy)
            await parts.datasources.add(mine, replace=True)
            return name

        yield with_policy
        await parts.datasources.remove(name)


async def test_hidden_tables_and_columns_do_not_exist(
    stack: RunningStack, client: Client, datasource: GivePolicy
) -> None:
    name = await datasource('[default]\nhide = ["payroll", "employees.*left*", "customers.phone"]\n')
    stack.script(sql_reply("SELECT id, name, phone FROM customers"))
    request = a_request("列出客户的姓名", datasource=name)
    answer = await (await start_question(client, request)).result()
    assert answer.outcome is Outcome.CANNOT_ANSWER
    assert "There is no column phone" in answer.attempts[0].problem
    prompt = stack.model.calls[-1].prompt
    assert "customers" in prompt
    assert "手机号" not in prompt

    stack.script(sql_reply("SELECT * FROM customers ORDER BY id LIMIT 1"))
    answer = await (await start_question(client, a_request("列出第一位客户", datasource=name))).result()
    assert answer.outcome is Outcome.ANSWERED
    assert "phone" not in {column.name for column in answer.columns}
    assert "name" in {column.name for column in answer.columns}


async def test_personal_values_are_masked_everywhere(
    stack: RunningStack, client: Client, datasource: GivePolicy
) -> None:
    name = await datasource(
        '[masks]\n"customers.name" = "name"\n[roles.service]\nusers = ["u-care"]\nunmasked = ["customers.*"]\n'
    )
    sql = "SELECT name, phone FROM customers WHERE phone IS NOT NULL ORDER BY id LIMIT 3"
    with stack.owner("chat2sql_demo") as connection:
        clear = connection.execute(sql.encode()).fetchall()
    stack.script(sql_reply(sql))
    handle = await start_question(client, a_request("前三位客户的姓名和电话", datasource=name))
    answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED
    assert [column.mask for column in answer.columns] == ["name", "phone"]
    assert answer.result_uri is not None
    stored = pq.read_table(answer.result_uri.removeprefix("file://")).to_pylist()
    history = (await handle.fetch_history()).to_json()
    for person, phone in clear:
        for seen in (answer.model_dump_json(), str(stored), history):
            assert person not in seen
            assert phone not in seen
    assert "姓名" in answer.explanation

    request = a_request("前三位客户的姓名和电话", datasource=name, user="u-care")
    answer = await (await start_question(client, request)).result()
    assert [tuple(row) for row in answer.rows] == clear


@pytest.mark.parametrize("over", ["approve", "refuse"])
async def test_a_dear_query(stack: RunningStack, client: Client, datasource: GivePolicy, over: str) -> None:
    name = await datasource(f'[ceiling]\ncost = 0.5\nover = "{over}"\n')
    stack.script(sql_reply(COUNT))
    handle = await start_question(client, a_request("How many orders are there?", datasource=name))
    if over == "refuse":
        answer = await handle.result()
        assert (answer.outcome, answer.rule) == (Outcome.REFUSED, "cost_gate")
        assert "ceiling 0" in answer.message or "ceiling 1" in answer.message
        return
    progress = await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    assert progress.approval is not None
    assert progress.approval.reason is not None
    assert "ceiling" in progress.approval.reason.en
    assert progress.approval.estimated_cost is not None
    assert progress.approval.estimated_cost > 0.5
    await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
    assert (await handle.result()).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    "later",
    ['[default]\nhide = ["orders"]\n', '[ceiling]\ncost = 0.5\nover = "refuse"\n'],
    ids=["hidden", "dear"],
)
async def test_a_policy_that_changes_while_a_person_decides(
    stack: RunningStack, client: Client, datasource: GivePolicy, later: str
) -> None:
    name = await datasource("")
    stack.script(sql_reply(COUNT))
    request = a_request("How many orders are there?", datasource=name, require_approval=True)
    handle = await start_question(client, request)
    await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    await datasource(later)
    await asyncio.sleep(FRESH_FOR_S)
    await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
    answer = await handle.result()
    assert answer.outcome is Outcome.REFUSED
    assert answer.rows == ()


async def test_a_dangerous_function_is_named_in_the_trail(
    stack: RunningStack, client: Client, datasource: GivePolicy
) -> None:
    name = await datasource("")
    stack.script(sql_reply("SELECT pg_sleep(60)"))
    request = a_request("How many orders are there?", datasource=name)
    answer = await (await start_question(client, request)).result()
    assert (answer.outcome, answer.rule) == (Outcome.REFUSED, "harmless_functions")
    with stack.owner() as connection:
        row = connection.execute(
            "SELECT detail FROM chat2sql.audit WHERE request_id = %s AND step = 'self_correct'",
            (request.request_id,),
        ).fetchone()
    assert row is not None
    assert '"rule":"harmless_functions"' in row[0]
    assert '"zh"' in row[0]


async def test_a_policy_that_does_not_fit_any_more_lets_nothing_through(
    stack: RunningStack, client: Client, datasource: GivePolicy
) -> None:
    """A column that was renamed would be neither hidden nor masked."""
    name = await datasource('[default]\nhide = ["customers.mobile_number"]\n')
    stack.script(sql_reply("SELECT name FROM customers LIMIT 1"))
    with pytest.raises(WorkflowFailureError) as failure:
        await (await start_question(client, a_request("List the customers", datasource=name))).result()
    assert "customers.mobile_number" in str(failure.value.cause)
    assert f"datasource policy {name}" in str(failure.value.cause)
