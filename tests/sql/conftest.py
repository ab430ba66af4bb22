"""The databases that generated SQL runs on: a shop for the checks, made from one fixture, and what the contract of
executors runs over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer
from sql.databases import Contract, Database
from sql.databases.every import CONTRACTS

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue

FIXTURES = Path(__file__).parent.parent / "fixtures"
SCHEMA: dict[str, str] = yaml.safe_load((FIXTURES / "sql_check.yaml").read_text())["schema"]


@pytest.fixture(scope="session")
def shop_dsns(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, str]]:
    """A small shop on every database; never written to by tests."""
    statements = {
        Dialect.POSTGRESQL: [SCHEMA["postgres"] + SCHEMA["rows"]],
        Dialect.SQLITE: [SCHEMA["sqlite"] + SCHEMA["rows"]],
        Dialect.MYSQL: list(filter(str.strip, (SCHEMA["mysql"] + SCHEMA["rows"]).split(";\n"))),
        Dialect.DUCKDB: [SCHEMA["duckdb"] + SCHEMA["rows"]],
    }
    folder = tmp_path_factory.mktemp("shop")
    with on_every_database("shop 1", statements, postgres_server, mariadb_server, folder) as dsns:
        yield dsns


@pytest.fixture(scope="session")
def shop_catalogues(shop_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return read_catalogues(shop_dsns, "shop")


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract.dialect)
def contract(request: pytest.FixtureRequest) -> Contract:
    """What a dialect brings to the contract of executors; a test that asks for it runs once a dialect."""
    brought: Contract = request.param
    return brought


@pytest.fixture(scope="session")
def open_contract(request: pytest.FixtureRequest) -> Callable[[Contract], Database]:
    """Opens the real database of a dialect when it is first asked for, and keeps it for the run."""

    @cache
    def opened(contract: Contract) -> Database:
        with ExitStack() as stack:
            database = stack.enter_context(contract.opened(request))
            # On the session itself: so it goes before the server that it has asked for.
            request.session.addfinalizer(stack.pop_all().close)
        return database

    return opened


@pytest.fixture
def contract_database(contract: Contract, open_contract: Callable[[Contract], Database]) -> Database:
    """The real database of a dialect; no test changes it."""
    return open_contract(contract)
