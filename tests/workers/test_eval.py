"""``chat2sql eval``: a question set through the product's own graph, with a scripted model."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Cli
from running_stack import RunningStack, sql_reply

from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord
from chat2sql.engine.evaluation.run_folder import Plan, append_record, open_folder

GOLD = "SELECT count(*) FROM orders"


def _questions(folder: Path) -> Path:
    rows = [
        {"id": "right", "question": "How many orders are there?", "gold": [GOLD], "kind": "count"},
        {"id": "wrong", "question": "How many stores are there?", "gold": ["SELECT count(*) FROM stores"]},
        {"id": "broken", "question": "How many returns are there?", "gold": ["SELECT count(*) FROM returns"]},
        {"id": "no answer", "question": "How many planets are there?"},
    ]
    file = folder / "questions.jsonl"
    file.write_text(
        "".join(json.dumps({"datasource": "demo", **row}) + "\n" for row in rows), encoding="utf-8"
    )
    return file


async def test_a_set_is_asked_scored_gone_on_with_and_compared(stack: RunningStack, tmp_path: Path) -> None:
    cli = Cli(stack)
    stack.script(
        sql_reply("SELECT nothing_like_it FROM orders", match="returns|wrong"),
        sql_reply(GOLD, match="orders|stores"),
        sql_reply(GOLD, match="planets").model_copy(update={"replies": ("CANNOT ANSWER: no planets here",)}),
    )
    first, second = tmp_path / "first", tmp_path / "second"
    asked = ("eval", "run", "--suite", str(_questions(tmp_path)), "--format", "jsonl", "--model", "local")
    done = await cli(*asked, "--out", str(first), "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["accuracy"]["successes"], summary["accuracy"]["total"]) == (2, 4)
    lines = [json.loads(line) for line in (first / "results.jsonl").read_text("utf-8").splitlines()]
    assert {line["id"]: line["outcome"] for line in lines} == {
        "right": "right",
        "wrong": "wrong",
        "broken": "did_not_execute",
        "no answer": "right",
    }
    assert next(line for line in lines if line["id"] == "wrong")["mistakes"] == ["tables"]
    # What the data does not have is said without a model.
    assert all((line["usage"]["calls"] > 0) == (line["id"] != "no answer") for line in lines)
    assert all(line["seconds"] > 0 for line in lines)

    kept = (first / "results.jsonl").read_text("utf-8").splitlines(keepends=True)
    (first / "results.jsonl").write_text("".join(kept[:2]), encoding="utf-8")
    calls = len(stack.model.calls)
    again = await cli(*asked, "--out", str(first))
    assert again.returncode == 0, again.stderr
    assert "50.0%" in again.stdout and "(2/4)" in again.stdout
    assert len((first / "results.jsonl").read_text("utf-8").splitlines()) == 4
    # What was asked and not yet written down is in the ledger: it is not paid for again.
    assert len(stack.model.calls) == calls

    stack.script(sql_reply("SELECT count(*) FROM stores", match="stores|orders"))
    assert (await cli(*asked, "--out", str(second))).returncode == 0
    compared = json.loads((await cli("eval", "compare", str(first), str(second), "--json")).stdout)
    assert (compared["won"], compared["lost"], compared["questions"]) == (["wrong"], ["right"], 4)
    assert "McNemar" in (await cli("eval", "compare", str(first), str(second))).stdout

    other = await cli(*asked, "--out", str(first), "--limit", "1")
    assert other.returncode == 2 and "another run" in other.stderr

    page = tmp_path / "report.html"
    reported = await cli("eval", "report", str(first), str(second), "--out", str(page))
    assert reported.returncode == 0, reported.stderr
    text = page.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>") and text.count("(2/4)") == 2
    assert "How many planets are there?" in text and "<script" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "{}/nothing"), "holds no run"),
        (("report", "{}/begun"), "no question that was answered yet"),
        (("report", "{}/run", "{}/run"), "given twice"),
        (("report", "{}/run", "--out", "{}/no/such/folder.html"), "cannot be written"),
        (("compare", "{}/run", "{}/nothing"), "holds no run"),
        (
            ("run", "--suite", "x", "--format", "jsonl", "--out", "{}/new", "--parallel", "2"),
            "needs --temporal",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
async def test_what_cannot_be_done_is_told(
    stack: RunningStack, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    plan = Plan(
        suite="s", format=SuiteFormat.JSONL, language="en", limit=None, seed=0, model=None, settings={}
    )
    for name in ("run", "begun"):
        open_folder(tmp_path / name, plan)
    record = {"id": "a", "question": "?", "language": "en", "database": "d", "outcome": "right", "seconds": 1}
    append_record(tmp_path / "run", EvalRecord.model_validate(record))
    done = await Cli(stack)("eval", *(word.format(tmp_path) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.split())


async def test_databases_of_a_set_are_registered_and_loaded(stack: RunningStack, tmp_path: Path) -> None:
    cli = Cli(stack)
    stack.script(sql_reply("SELECT count(*) FROM ships"))
    question = {"id": "1", "question": "How many ships are there?"}
    spider, defog = tmp_path / "spider", tmp_path / "defog"
    (spider / "database" / "port_1").mkdir(parents=True)
    with closing(sqlite3.connect(spider / "database" / "port_1" / "port_1.sqlite")) as base, base:
        base.execute("CREATE TABLE ships (id INTEGER PRIMARY KEY)")
    row = {**question, "db_id": "port_1", "query": "SELECT count(*) FROM ships"}
    (spider / "questions.json").write_text(json.dumps([row]), encoding="utf-8")
    (defog / "port").mkdir(parents=True)
    dump = "CREATE SCHEMA docks; CREATE TABLE docks.ships (id int); INSERT INTO docks.ships VALUES (1), (2);"
    (defog / "port" / "port.sql").write_text(dump, encoding="utf-8")
    both = {
        "id": "1", "db": "port", "question_en": question["question"], "question_zh": "有多少艘船？",
        "gold": ["SELECT count(id) FROM docks.ships"],
    }  # fmt: skip
    (defog / "questions.jsonl").write_text(json.dumps(both), encoding="utf-8")
    for folder, form in ((spider, "spider"), (defog, "defog"), (defog, "defog")):
        out = tmp_path / f"out-{form}-{len(list(tmp_path.iterdir()))}"
        done = await cli("eval", "run", "--suite", str(folder), "--format", form, "--out", str(out), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["accuracy"]["successes"] == 1, done.stdout
