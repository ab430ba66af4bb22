"""``chat2sql semantics`` as a data owner has it, and what a question makes of the owner's file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import Cli
from running_stack import RunningStack, sql_reply

ROOT = Path(__file__).parents[2]
EXAMPLE = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "semantics.md").read_text(), re.DOTALL)[0]
DBT = ROOT / "tests" / "fixtures" / "semantic_model" / "dbt" / "newer.yml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the owners' files; the command line gets it by its environment."""
    found = tmp_path / "owners"
    found.mkdir()
    monkeypatch.setenv("CHAT2SQL_SEMANTICS", str(found))
    return found


async def test_a_draft_is_written_checked_and_shown(stack: RunningStack, folder: Path) -> None:
    cli, file = Cli(stack), folder / "demo.yaml"
    assert "nothing" not in (await cli("semantics", "show", "demo")).stdout
    assert (await cli("semantics", "check", "demo")).returncode == 2
    printed = await cli("semantics", "draft", "demo")
    assert "version: 0.2.0.dev0" in printed.stdout
    written = await cli("semantics", "draft", "demo", "--out", str(file))
    assert written.returncode == 0, written.stderr
    assert file.read_text(encoding="utf-8") == printed.stdout
    again = await cli("semantics", "draft", "demo", "--out", str(file))
    assert (again.returncode, "not written over" in again.stderr) == (2, True)
    checked = await cli("semantics", "check", "demo")
    assert (checked.returncode, checked.stdout.strip()) == (0, "demo: nothing found.")
    shown = await cli("semantics", "show", "demo")
    assert shown.returncode == 0 and "销售额" in shown.stdout


async def test_mistakes_and_drift_are_told(stack: RunningStack, folder: Path, tmp_path: Path) -> None:
    cli, file = Cli(stack), tmp_path / "any.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    good = await cli("semantics", "check", "demo", "--file", str(file))
    assert good.returncode == 0, good.stdout
    assert "stores" in good.stdout
    file.write_text(EXAMPLE.replace("source: orders", "source: ordres"), encoding="utf-8")
    told = await cli("semantics", "check", "demo", "--file", str(file))
    assert told.returncode == 1 and "Did you mean orders" in told.stdout, told.stdout
    as_json = await cli("semantics", "check", "demo", "--file", str(file), "--json")
    found = json.loads(as_json.stdout)
    assert as_json.returncode == 1
    assert found["faults"][0]["line"] == 8
    assert {one["kind"] for one in found["drift"]} == {"gone", "new"}
    assert (await cli("semantics", "check", "demo", "--file", str(tmp_path / "none.yaml"))).returncode == 2


async def test_a_question_is_read_by_the_owners_file(stack: RunningStack, folder: Path) -> None:
    cli, file = Cli(stack, CHAT2SQL_METRIC_PATH="true"), folder / "demo.yaml"
    stack.script(sql_reply("SELECT count(*) AS n FROM regions"))
    words = ("ask", "净销售额是多少", "--local", "--json", "--as-of", "2025-06-30")
    before = json.loads((await cli(*words)).stdout)
    file.write_text(EXAMPLE, encoding="utf-8")
    shown = json.loads((await cli("semantics", "show", "demo", "--json")).stdout)
    names = {metric["name"] for metric in shown["metrics"]}
    assert "net_sales" in names and "orders_count" not in names
    after = json.loads((await cli(*words)).stdout)
    assert "NOT IN (4, 5)" not in before["sql"]
    assert "NOT" in after["sql"] and "(4, 5)" in after["sql"] and "total_amount" in after["sql"], after["sql"]
    file.write_text(EXAMPLE.replace("SUM(orders.total_amount)", "SUM(orders.total)"), encoding="utf-8")
    broken = await cli(*words)
    assert broken.returncode == 1
    assert "chat2sql semantics check demo" in json.loads(broken.stdout)["message"]


async def test_dbt_is_taken_over(stack: RunningStack, tmp_path: Path) -> None:
    cli, out = Cli(stack), tmp_path / "demo.yaml"
    text = DBT.read_text().replace("expr: amount", "expr: total_amount")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "orders.yml").write_text(text)
    words = ("semantics", "import-dbt", str(tmp_path / "models"), "--datasource", "demo", "--out", str(out))
    done = await cli(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "so_far" in done.stdout and "2 datasets, 5 metrics; 1 left out" in done.stdout
    checked = await cli("semantics", "check", "demo", "--file", str(out))
    assert checked.returncode == 0, checked.stdout
    assert (await cli(*words)).returncode == 2
