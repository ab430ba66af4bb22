"""The demo company, loaded once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from chat2sql.engine.demo.load import load_postgres, load_sqlite

NAME = "demo_company_read_only"


@pytest.fixture(scope="session")
def company_dsn(postgres_server: str) -> Iterator[str]:
    """The owner's DSN of a database with the demo company. Not to be written to."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    dsn = make_conninfo(postgres_server, dbname=NAME)
    load_postgres(dsn)
    yield dsn
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file with the company's sales."""
    path = tmp_path_factory.mktemp("demo") / "sales.db"
    load_sqlite(path)
    return path
