"""The command line as a user has it: a process, its output, its exit code."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from command_line import Cli
from mariadb_server import MariadbServer
from running_stack import RunningStack, sql_reply

from chat2sql.config.vocabulary import Outcome
from chat2sql.graph.answer import Answer

COUNT = "SELECT count(*) AS orders FROM orders"
AS_OF = ("--as-of", "2025-06-30")


@pytest.fixture(scope="module")
async def cli(stack: RunningStack) -> AsyncIterator[Cli]:
    with stack.worker():
        yield Cli(stack)


async def test_ask_shows_everything(stack: RunningStack, cli: Cli) -> None:
    stack.script(
        sql_reply("SELECT count(*) FROM nowhere", times=1),
        sql_reply("SELECT channel, count(*) AS n FROM orders GROUP BY channel"),
    )
    done = await cli("ask", "各渠道的订单数", *AS_OF)
    assert done.returncode == 0, done.stderr
    for part in (
        "各渠道的订单数",
        "SELECT",
        "nowhere",
        "校正",
        "图表",
        ".png",
        "模型",
        "local",
        "工作流",
        "ask-default-",
        "http://",
    ):
        assert part in done.stdout, part


async def test_json_is_the_documented_object(stack: RunningStack, cli: Cli) -> None:
    stack.script(sql_reply(COUNT))
    done = await cli("ask", "-", "--json", *AS_OF, given="How many orders are there?\n")
    answer = Answer.model_validate_json(done.stdout)
    assert (done.returncode, answer.outcome) == (0, Outcome.ANSWERED)


async def test_local_is_the_same_graph(stack: RunningStack, cli: Cli) -> None:
    stack.script(sql_reply(COUNT))
    name = uuid.uuid4().hex[:12]
    words = ("ask", "How many orders are there?", "--json", "--model", "local", "--id", name, *AS_OF)
    local = Answer.model_validate_json((await cli(*words, "--local")).stdout)
    durable = Answer.model_validate_json((await cli(*words[:-4], "--id", f"{name}-d", *AS_OF)).stdout)
    assert local.rows == durable.rows
    assert [trace.step for trace in local.steps] == [trace.step for trace in durable.steps]
    trail = json.loads((await cli("history", name, "--json")).stdout)
    assert [row["step"] for row in trail["attempts"]] == [*(trace.step for trace in local.steps), "record"]


async def test_watch_shows_steps_and_tokens(stack: RunningStack, cli: Cli) -> None:
    stack.script(sql_reply(COUNT, token_delay_s=0.01))
    done = await cli("ask", "How many orders are there?", "--watch", *AS_OF)
    assert done.returncode == 0
    for part in ("understand", "self-correct", "execute", COUNT):
        assert part in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("ask", "Show me the data"), 3, "?"),
        (("ask", "Please delete all orders"), 4, "read"),
        (("ask", "Tell me a joke"), 5, ""),
        (("ask", ""), 2, "empty"),
        (("ask", "How many?", "--nonsense"), 2, "--nonsense"),
        (("ask", "How many?", "--as-of", "yesterday"), 2, "yesterday"),
        (("nonsense",), 2, "nonsense"),
        (("history", "no-such-question"), 2, "no-such-question"),
        (("datasource", "show", "nowhere"), 2, "nowhere"),
        (("datasource", "add", "leaky", "--dsn", "postgresql://u:secret@h/d"), 2, "${"),
        (("datasource", "add", "leaky", "--dsn", "mysql://u:secret@h/d"), 2, "${"),
        (
            ("datasource", "add", "gone", "--dsn", "sqlite:////nowhere/x.db"),
            1,
            "SQLite database file is missing",
        ),
        (
            ("datasource", "add", "gone", "--dsn", "duckdb:////nowhere/x.duckdb"),
            1,
            "DuckDB database file is missing",
        ),
        (("datasource", "add", "gone", "--dsn", "mysql://u@127.0.0.1:1/d"), 1, "cannot be reached"),
        (("models", "test", "no-such-model"), 2, "no-such-model"),
        (("reply", "ask-default-x"), 2, "exactly one"),
        (("reply", "ask-default-unknown", "--approve"), 1, "not found"),
        (("cancel", "ask-default-unknown"), 1, "not found"),
        (("datasource", "add", "bad!name", "--dsn", "sqlite:////x.db"), 2, "name"),
        (("ask", "How many orders?", "--patience", "0"), 2, "patience"),
        (("ask", "How many orders?", "--tenant", "a-b"), 2, "tenant"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
async def test_exit_codes(
    stack: RunningStack, cli: Cli, words: tuple[str, ...], code: int, says: str
) -> None:
    stack.script(sql_reply(COUNT))
    done = await cli(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


async def test_datasource_comes_and_goes(stack: RunningStack, cli: Cli) -> None:
    file = stack.settings.home_dir / "demo/sales.sqlite"
    added = await cli("datasource", "add", "copy", "--dsn", f"sqlite:///{file}", "--description", "a copy")
    assert added.returncode == 0, added.stderr
    assert "tables" in added.stdout
    listed = json.loads((await cli("datasource", "list", "--json")).stdout)
    assert "copy" in [datasource["name"] for datasource in listed["datasources"]]
    assert "orders" in (await cli("datasource", "show", "copy")).stdout
    assert (await cli("datasource", "refresh", "copy")).returncode == 0
    stack.script(sql_reply(COUNT))
    assert (await cli("ask", "How many orders are there?", "--datasource", "copy")).returncode == 0
    assert (await cli("datasource", "remove", "copy")).returncode == 0
    assert (await cli("datasource", "show", "copy")).returncode == 2


async def test_a_mysql_and_a_duckdb_datasource(
    stack: RunningStack, cli: Cli, mariadb_server: MariadbServer, tmp_path: Path
) -> None:
    file = tmp_path / "lager.db"
    with closing(duckdb.connect(file)) as connection:
        connection.execute("CREATE TABLE stock (item VARCHAR, pieces INTEGER)")
    mariadb_server.run(
        "CREATE DATABASE cli_shop",
        "CREATE TABLE cli_shop.stock (item varchar(9), pieces int)",
        "CREATE USER cli_reader IDENTIFIED BY ''",
        "GRANT SELECT ON cli_shop.* TO cli_reader",
    )
    for name, dsn in (
        ("maria", f"mysql://cli_reader@127.0.0.1:{mariadb_server.port}/cli_shop"),
        ("duck", str(file)),
    ):
        added = await cli("datasource", "add", name, "--dsn", dsn)
        assert added.returncode == 0, added.stderr
        assert "1 tables, 2 columns" in added.stdout
        assert "pieces" in (await cli("datasource", "show", name)).stdout
        assert (await cli("datasource", "remove", name)).returncode == 0
    wrong = f"mysql://cli_reader@127.0.0.1:{mariadb_server.port}/no_such_database"
    refused = await cli("datasource", "add", "maria", "--dsn", wrong)
    assert refused.returncode == 1 and "refused the login" in refused.stderr, refused
    mariadb_server.run("DROP USER cli_reader", "DROP DATABASE cli_shop")


async def test_a_policy_is_given_shown_checked_and_taken_back(
    stack: RunningStack, cli: Cli, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('[masks]\n"customers.name" = "name"\n[ceiling]\nrows = 1000\n', encoding="utf-8")
    assert "no policy" in (await cli("datasource", "policy", "demo")).stdout
    mistakes = {
        '[masks]\n"customers.nickname" = "name"\n': "customers.nickname",
        "[cieling]\nrows = 1\n": "ceiling",
    }
    for text, word in mistakes.items():
        bad.write_text(text, encoding="utf-8")
        refused = await cli("datasource", "policy", "demo", "--file", str(bad))
        assert (refused.returncode, word in refused.stderr) == (2, True), refused.stderr
    assert (await cli("datasource", "policy", "demo", "--file", str(tmp_path / "none.toml"))).returncode == 2
    assert "no policy" in (await cli("datasource", "policy", "demo")).stdout
    try:
        assert (await cli("datasource", "policy", "demo", "--file", str(good))).returncode == 0
        shown = json.loads((await cli("datasource", "policy", "demo", "--json")).stdout)
        assert shown["masks"] == {"customers.name": "name"}
        checked = await cli("datasource", "check", "demo", "--json")
        assert checked.returncode == 0, checked.stdout
        assert [f for f in json.loads(checked.stdout)["findings"] if f["severity"] == "error"] == []
        assert (await cli("datasource", "rls", "demo", "--role", "reader")).returncode == 2
    finally:
        assert (await cli("datasource", "policy", "demo", "--clear")).returncode == 0


async def test_results_are_listed_paged_downloaded_and_deleted(
    stack: RunningStack, cli: Cli, tmp_path: Path
) -> None:
    stack.script(sql_reply("SELECT id, name FROM customers ORDER BY id"))
    asked = json.loads(
        (await cli("ask", "List all customers", "--tenant", "files", "--local", "--json")).stdout
    )
    request_id = asked["request_id"]
    assert request_id in (await cli("results", "list", "--tenant", "files")).stdout
    page = await cli(
        "results", "show", request_id, "--tenant", "files", "--offset", "20", "--limit", "1", "--json"
    )
    assert json.loads(page.stdout)["rows"][0][0] == 21
    file = tmp_path / "customers.csv"
    done = await cli(
        "results", "download", request_id, "--tenant", "files", "--format", "csv", "--output", str(file)
    )
    assert done.returncode == 0, done.stderr
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == asked["row_count"] + 1
    assert (await cli("results", "show", request_id, "--tenant", "others")).returncode == 2
    assert (await cli("results", "delete", request_id, "--tenant", "files")).returncode == 0
    assert (await cli("results", "show", request_id, "--tenant", "files")).returncode == 2


async def test_doctor_and_status(stack: RunningStack, cli: Cli) -> None:
    findings = json.loads((await cli("doctor", "--json")).stdout)["findings"]
    unsound = {finding["part"] for finding in findings if not finding["sound"]}
    # Another module registers datasources that cannot be used, and doctor has to say so.
    assert unsound <= {"datasource unreachable", "datasource wrong-password"}
    parts = json.loads((await cli("status", "--json")).stdout)["parts"]
    assert {part["name"]: part["state"] for part in parts} == {
        "postgres": "running",
        "valkey": "running",
        "temporal": "running",
        "model": "external",
        "worker": "stopped",
    }


async def test_history_verifies(cli: Cli) -> None:
    assert (await cli("history")).returncode == 0
    done = await cli("history", "--verify")
    assert done.returncode == 0
    assert "sound" in done.stdout


async def test_models(cli: Cli) -> None:
    listed = json.loads((await cli("models", "list", "--json")).stdout)["models"]
    assert {model["entry"]["name"]: model["configured"] for model in listed}["local"]
    tested = await cli("models", "test", "local", "--json")
    assert json.loads(tested.stdout)["model"] == "local"


async def test_reply_approves_from_another_process(stack: RunningStack, cli: Cli) -> None:
    stack.script(sql_reply(COUNT))
    name = uuid.uuid4().hex[:12]
    asking = asyncio.create_task(cli("ask", "How many orders are there?", "--approve", "--id", name, *AS_OF))
    async with asyncio.timeout(60):
        while (await cli("reply", f"ask-default-{name}", "--approve", "--user", "boss")).returncode != 0:
            await asyncio.sleep(0.2)
    assert (await asking).returncode == 0
