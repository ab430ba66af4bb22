"""Records the histories that test_replay runs again: ``make replays``.

Record anew only when the workflow was changed on purpose in a way that questions under way need not survive.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from evaluations import evaluation, start_evaluation
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
    _keep(name, history, str(stack.settings.home_dir))


async def test_record_an_evaluation(stack: RunningStack, client: Client, tmp_path: Path) -> None:
    """Two at a time, the third in the next history: the first one is kept."""
    stack.script(COUNT)
    ask = evaluation(stack, tmp_path, 3, parallel=2, per_history=2)
    with stack.worker():
        handle = await start_evaluation(client, ask)
        await handle.result()
        first = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
        history = json.loads((await first.fetch_history()).to_json())
    _keep("evaluated", history, str(stack.settings.home_dir), str(tmp_path))


def _keep(name: str, history: object, *folders: str) -> None:
    text = json.dumps(_scrubbed(history, folders), ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def _scrubbed(value: object, folders: tuple[str, ...]) -> object:
    """Without the names of the machine that recorded it."""
    if isinstance(value, dict):
        return {
            key: _text(item, folders) if key == "data" and isinstance(item, str) else _scrubbed(item, folders)
            for key, item in value.items()
            if key != "identity"
        }
    if isinstance(value, list):
        return [_scrubbed(item, folders) for item in value]
    return value


def _text(data: str, folders: tuple[str, ...]) -> str:
    clear = base64.b64decode(data)
    for folder in folders:
        clear = clear.replace(folder.encode(), b"/srv/chat2sql")
    return base64.b64encode(clear).decode()
