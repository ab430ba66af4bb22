"""A schema that does not fit its budget: tables are retrieved through the embedded Qdrant, by question."""

from __future__ import annotations

from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.config.vocabulary import Outcome
from chat2sql.workers.client import start_question


async def test_tables_are_retrieved(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply("SELECT sum(refund_amount) AS refunded FROM returns"))
    with stack.worker(CHAT2SQL_SCHEMA_BUDGET_TOKENS="900"):
        answer = await (await start_question(client, a_request("各退货原因的退款总额"))).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    note = next(trace.note for trace in answer.steps if trace.step == "retrieve_schema")
    tables, tokens = (int(word) for word in note.replace(" tables,", "").replace(" tokens", "").split())
    assert 0 < tables < 21
    assert tokens <= 900


async def test_a_code_is_told_by_its_meaning(stack: RunningStack, client: Client) -> None:
    told = sql_reply(
        "SELECT count(*) AS paid FROM orders WHERE status = 1", match=r'orders\.status = 1 \("已付款"\)'
    )
    stack.script(told)
    with stack.worker(CHAT2SQL_VALUE_LINKING="false"):
        answer = await (await start_question(client, a_request("已付款的订单有多少"))).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
