"""Records the histories that test_replay runs again: ``make replays``.

Record anew only when the workflow was changed on purpose in a way that questions under way need not survive.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from questions import AS_OF, until_state
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import ProgressState
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import start_question

FOLDER = Path(__file__).parents[1] / "replays"
COUNT = sql_reply("SELECT count(*) AS orders FROM orders")
WRONG = sql_reply("SELECT count(*) FROM no_such_table", times=1)
CASES = {
    "answered": ("How many orders are there?", (COUNT,)),
    "corrected": ("How many orders are there?", (WRONG, COUNT)),
    "asked_back": ("Show me the data", (COUNT,)),
    "refused": ("Please delete all orders", (COUNT,)),
    "approved": ("How many orders are there?", (COUNT,)),
}


@pytest.mark.parametrize("name", CASES)
async def test_record(stack: RunningStack, client: Client, name: str) -> None:
    question, rules = CASES[name]
    stack.script(*rules)
    request = AskRequest(
        request_id=f"replay-{name}",
        question=question,
        as_of=AS_OF,
        require_approval=name == "approved",
        model="local",
    )
    with stack.worker():
        handle = await start_question(client, request)
        if name == "approved":
            await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
            await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
        await handle.result()
        history = json.loads((await handle.fetch_history()).to_json())
    text = json.dumps(_scrubbed(history, str(stack.settings.home_dir)), ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def _scrubbed(value: object, home: str) -> object:
    """Without the names of the machine that recorded it."""
    if isinstance(value, dict):
        return {
            key: _text(item, home) if key == "data" and isinstance(item, str) else _scrubbed(item, home)
            for key, item in value.items()
            if key != "identity"
        }
    if isinstance(value, list):
        return [_scrubbed(item, home) for item in value]
    return value


def _text(data: str, home: str) -> str:
    return base64.b64encode(base64.b64decode(data).replace(home.encode(), b"/srv/chat2sql")).decode()
