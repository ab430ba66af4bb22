"""``chat2sql results`` as a user has it: a process, its output, its files, its exit code. No stack runs."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import child_environment, get_settings
from chat2sql.config.vocabulary import EXIT_USAGE
from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.store import ResultKey, ResultStore
from chat2sql.workers.result_commands import app

CHAT2SQL = str(Path(sysconfig.get_path("scripts")) / "chat2sql")
ROWS = [(n, f"=name {n}", "138****") for n in range(30)]


class Home:
    """A home folder with results in it, and a folder to download into."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.here = folder / "here"
        self.here.mkdir()
        self._home = folder / "home"
        self.results = self._home / "results"
        self.store = ResultStore(str(self.results))
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(self.here)

    def add(self, tenant: str, request_id: str, round_: int = 0) -> str:
        key = ResultKey(tenant=tenant, request_id=request_id, round=round_)
        with self.store.open_writer(key, (None, None, "phone")) as writer:
            writer.begin(tuple(ColumnInfo(name=name, type="text") for name in ("n", "name", "phone")))
            writer.write(ROWS[round_:])
            return writer.commit().uri

    def environment(self, language: str = "en") -> dict[str, str]:
        return {"CHAT2SQL_HOME": str(self._home), "CHAT2SQL_LANGUAGE": language}

    def __call__(self, *words: str, language: str = "en") -> Result:
        for name, value in self.environment(language).items():
            self._monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        return CliRunner().invoke(app, words)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    yield Home(tmp_path, monkeypatch)
    get_settings.cache_clear()


def words_of(done: Result) -> str:
    """What was printed, wherever the lines were broken."""
    assert done.exit_code == 0, done.exception
    return " ".join(done.stdout.split())


def test_list(home: Home) -> None:
    home.add("default", "q-1")
    home.add("acme", "secret")
    text = words_of(home("list"))
    assert "q-1" in text and "30" in text and "phone" in text and "secret" not in text
    (listed,) = json.loads(home("list", "--tenant", "acme", "--json").stdout)["results"]
    assert (listed["request_id"], listed["round"], listed["rows"]) == ("secret", 0, 30)
    assert [column["mask"] for column in listed["columns"]] == [None, None, "phone"]
    assert json.loads(home("list", "--tenant", "nobody", "--json").stdout) == {"results": []}


def test_show(home: Home) -> None:
    home.add("default", "q-1")
    uri = home.add("default", "q-1", 2)
    shown = words_of(home("show", "q-1", "--offset", "3", "--limit", "2"))
    assert "=name 5" in shown and "=name 6" in shown and "=name 7" not in shown
    assert "rows 4 to 5 of 28" in shown and "masked columns: phone (phone)" in shown
    assert "第 1–20 行，共 28 行" in words_of(home("show", uri, language="zh"))
    assert "28 rows" in words_of(home("show", uri, "--offset", "28"))
    read = json.loads(home("show", "ask-default-q-1", "--limit", "1", "--json").stdout)
    assert (read["result"]["uri"], read["offset"], read["rows"]) == (uri, 0, [[2, "=name 2", "138****"]])


def test_download(home: Home) -> None:
    uri = home.add("default", "a/b 北京")
    told = words_of(home("download", "a/b 北京"))
    (file,) = home.here.iterdir()
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert rows[:2] == [["n", "name", "phone"], ["0", "'=name 0", "138****"]] and len(rows) == 31
    assert file.name in told and "30 rows" in told
    home("download", uri, "--bom", "--no-spreadsheet-safe", "--output", "plain.csv")
    assert (home.here / "plain.csv").read_bytes().startswith(b'\xef\xbb\xbf"n","name","phone"\r\n0,"=name 0"')
    home("download", uri, "--format", "xlsx", "--output", "out.xlsx")
    sheet = openpyxl.load_workbook(home.here / "out.xlsx").worksheets[0]
    assert list(sheet.iter_rows(min_row=2, values_only=True)) == ROWS
    home("download", uri, "--format", "parquet", "--output", "out.parquet")
    assert pq.read_table(home.here / "out.parquet").num_rows == 30
    read = home("download", uri, "--format", "json", "--output", "-")
    assert [tuple(row.values()) for row in json.loads(read.stdout)] == ROWS
    assert len(home("download", uri, "--format", "jsonl", "--output", "-").stdout.splitlines()) == 30


def test_delete(home: Home) -> None:
    first, second = home.add("default", "q-1"), home.add("default", "q-1", 1)
    other = home.add("acme", "q-1")
    assert isinstance(home("delete", other).exception, InvalidInput)
    assert "1 files deleted" in words_of(home("delete", first))
    assert isinstance(home("show", first).exception, InvalidInput)
    assert home("show", second).exit_code == 0
    assert "已删除 1 个文件" in words_of(home("delete", "q-1", language="zh"))
    assert [path for path in home.results.rglob("*") if path.is_file()] == [
        home.results / "acme/q-1/0.parquet"
    ]


def test_expire(home: Home) -> None:
    for request_id, days in (("old", 31), ("young", 29)):
        home.add("default", request_id)
        moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(home.results / f"default/{request_id}/0.parquet", (moment, moment))
    assert "0 files deleted" in words_of(home("expire", "--older-than", "40d"))
    assert "1 files deleted" in words_of(home("expire"))
    assert [stored.key.request_id for stored in home.store.list("default")] == ["young"]
    assert "1 files deleted" in words_of(home("expire", "--older-than", "4w"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nothing"), "may have been deleted"),
        (("download", "nothing"), "may have been deleted"),
        (("show", "file:///etc/passwd"), "may have been deleted"),
        (("expire", "--older-than", "soon"), "30d"),
    ],
)
def test_what_cannot_be_done_is_said(home: Home, words: tuple[str, ...], told: str) -> None:
    home.add("acme", "nothing")
    refused = home(*words).exception
    assert isinstance(refused, InvalidInput) and told in refused.message.en
    assert list(home.here.iterdir()) == []


def test_as_a_process_on_a_terminal(home: Home) -> None:
    home.add("default", "q-1")
    command = [CHAT2SQL, "results", "download"]
    environment = child_environment(**home.environment(), TERM="xterm")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*command, "q-1"], check=False, stdout=subprocess.PIPE, stderr=theirs, env=environment
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        drawn = terminal.read(65536)
    assert done.returncode == 0 and b"30/30" in drawn and b"q-1.csv" in done.stdout
    refused = subprocess.run([*command, "none"], check=False, capture_output=True, env=environment)
    assert refused.returncode == EXIT_USAGE and b"may have been deleted" in refused.stderr
