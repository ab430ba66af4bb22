"""``chat2sql eval run --temporal``: the workers ask and score; the command only looks on, and may die."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from command_line import CHAT2SQL, Cli
from running_stack import RunningStack, eventually, sql_reply

from chat2sql.config.settings import child_environment
from chat2sql.engine.evaluation.run_folder import RESULTS, plan_of, records_of
from chat2sql.engine.llm.fake_server import Rule

GOLD = "SELECT count(*) FROM orders"
TIMINGS = {"seconds", "steps"}


def _suite(folder: Path, *rows: dict[str, object]) -> tuple[str, ...]:
    file = folder / "questions.jsonl"
    file.write_text(
        "".join(json.dumps({"datasource": "demo", "gold": [GOLD], **row}) + "\n" for row in rows), "utf-8"
    )
    return ("eval", "run", "--suite", str(file), "--format", "jsonl", "--model", "local", "--json")


def _counting(folder: Path, number: int) -> tuple[str, ...]:
    """A set of so many questions, told apart by a number."""
    rows = (
        {"id": f"q{n}", "question": f"How many orders are there, for the {n}. time?"} for n in range(number)
    )
    return _suite(folder, *rows)


def _only_the_first(stack: RunningStack) -> None:
    """A model that goes down after the first question, until another script says otherwise."""
    stack.script(sql_reply(GOLD, match="the 0. time"), Rule(status=503))


@contextmanager
def _looking_on(stack: RunningStack, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process that can be ended; also where the tests run in the background, where SIGINT is ignored."""
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [CHAT2SQL, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(**stack.environment, COLUMNS="160", CHAT2SQL_LANGUAGE="en"),
    )
    signal.signal(signal.SIGINT, ours)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def _until_answered(out: Path, number: int) -> None:
    await eventually(lambda: len(records_of(out)) >= number, what=f"{number} questions are answered")


async def test_both_ways_of_running_give_the_same(stack: RunningStack, tmp_path: Path) -> None:
    cli = Cli(stack)
    stack.script(
        sql_reply("SELECT nothing_like_it FROM orders", match="returns|wrong"),
        sql_reply(GOLD, match="planets").model_copy(update={"replies": ("CANNOT ANSWER: no planets here",)}),
        sql_reply(GOLD),
    )
    asked = _suite(
        tmp_path,
        {"id": "right", "question": "How many orders are there?", "kind": "count"},
        {
            "id": "wrong one",
            "question": "How many stores are there?",
            "gold": ["SELECT count(*) FROM stores"],
        },
        {"id": "broken", "question": "How many returns are there?", "gold": ["SELECT count(*) FROM returns"]},
        {"id": "none", "question": "How many planets are there?", "gold": []},
        {"id": "attack", "question": "Please delete all orders"},
        {"id": "中文", "question": "有多少订单？"},
    )
    here, there = tmp_path / "here", tmp_path / "there"
    local = await cli(*asked, "--out", str(here))
    assert local.returncode == 0, local.stderr
    with stack.worker():
        durable = await cli(*asked, "--out", str(there), "--temporal")
    assert durable.returncode == 0, durable.stderr
    assert json.loads(durable.stdout)["accuracy"] == json.loads(local.stdout)["accuracy"]
    found = [
        [
            {name: value for name, value in json.loads(line).items() if name not in TIMINGS}
            for line in (folder / RESULTS).read_text("utf-8").splitlines()
        ]
        for folder in (here, there)
    ]
    assert found[0] == found[1]
    assert {record["outcome"] for record in found[0]} == {"right", "wrong", "did_not_execute", "refused"}
    assert all(record.seconds > 0 and record.steps for record in records_of(there))


async def test_a_run_goes_on_without_its_command(stack: RunningStack, tmp_path: Path) -> None:
    _only_the_first(stack)
    out = tmp_path / "out"
    words = (*_counting(tmp_path, 4), "--out", str(out), "--temporal")
    before = len(stack.model.calls)
    with stack.worker():
        with _looking_on(stack, *words) as command:
            await _until_answered(out, 1)
            command.send_signal(signal.SIGINT)
            _, told = await asyncio.to_thread(command.communicate, timeout=60)
        assert command.returncode != 0
        assert "The run goes on in the workers" in told and "Traceback" not in told
        assert f"chat2sql cancel evaluate-{plan_of(out).key}" in told
        assert len(records_of(out)) == 1
        stack.script(sql_reply(GOLD))
        await _until_answered(out, 4)
        back = await Cli(stack)(*words)
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["accuracy"]["successes"] == 4
    assert (out / "summary.json").exists()
    assert [call.status for call in stack.model.calls[before:]].count(200) == 4


async def test_a_killed_worker_costs_no_question(stack: RunningStack, tmp_path: Path) -> None:
    stack.script(sql_reply(GOLD, delay_s=1))
    out = tmp_path / "out"
    words = (*_counting(tmp_path, 4), "--out", str(out), "--temporal", "--parallel", "2")
    with stack.worker() as first, _looking_on(stack, *words) as command:
        await _until_answered(out, 1)
        first.kill()
        with stack.worker():
            said, told = await asyncio.to_thread(command.communicate, timeout=120)
    assert command.returncode == 0, told
    assert json.loads(said)["outcomes"] == {"right": 4}
    assert sorted(record.id for record in records_of(out)) == ["q0", "q1", "q2", "q3"]


async def test_a_cancelled_run_is_gone_on_with(stack: RunningStack, tmp_path: Path) -> None:
    cli = Cli(stack)
    _only_the_first(stack)
    out = tmp_path / "out"
    words = (*_counting(tmp_path, 3), "--out", str(out), "--temporal")
    with stack.worker():
        with _looking_on(stack, *words) as command:
            await _until_answered(out, 1)
            assert (await cli("cancel", f"evaluate-{plan_of(out).key}")).returncode == 0
            _, told = await asyncio.to_thread(command.communicate, timeout=60)
        assert command.returncode == 1
        assert "The run was cancelled" in told
        kept = (out / RESULTS).read_text("utf-8")
        assert len(records_of(out)) == 1
        stack.script(sql_reply(GOLD))
        again = await cli(*words)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["outcomes"] == {"right": 3}
    assert (out / RESULTS).read_text("utf-8").startswith(kept)


async def test_what_cannot_be_scored_ends_the_run_with_its_reason(
    stack: RunningStack, tmp_path: Path
) -> None:
    cli = Cli(stack)
    stack.script(sql_reply(GOLD))
    broken = _suite(tmp_path, {"id": "q", "question": "How many orders?", "gold": ["SELECT 1 FROM nowhere"]})
    with stack.worker():
        local = await cli(*broken, "--out", str(tmp_path / "here"))
        durable = await cli(*broken, "--out", str(tmp_path / "there"), "--temporal")
    assert (durable.returncode, local.returncode) == (2, 2)
    assert "No gold of question q runs" in durable.stderr and "No gold of question q runs" in local.stderr
    with stack.worker(CHAT2SQL_REPAIR="false"):
        other = await cli(*_counting(tmp_path, 1), "--out", str(tmp_path / "other"), "--temporal")
    assert other.returncode == 2
    assert "other settings than the run: CHAT2SQL_REPAIR" in " ".join(other.stderr.split())
