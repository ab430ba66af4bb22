"""A chain of shops on every database, and its value index as it is read from SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values

CHAIN: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "fixtures/values.yaml").read_text())
_LETTERS = "bcdfghklmn"


def _statements() -> list[str]:
    long = "a long note " * 20
    parts = []
    for number in range(CHAIN["parts"]):
        name = "".join(_LETTERS[int(digit)] + "a" for digit in f"{number:04}")
        parts.append(f"({number}, '{name}', 'SN-{number:05}', 'bolt')")
    return [
        *(statement.replace("{long}", long) for statement in CHAIN["statements"]),
        f"INSERT INTO parts VALUES {', '.join(parts)}",
    ]


@pytest.fixture(scope="session")
def chain_dsns(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, str]]:
    """The chain of shops on every database; never written to by tests."""
    statements = dict.fromkeys(Dialect, _statements())
    folder = tmp_path_factory.mktemp("chain")
    with on_every_database("chain", statements, postgres_server, mariadb_server, folder) as dsns:
        yield dsns


@pytest.fixture(scope="session")
def chain_catalogues(chain_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return read_catalogues(chain_dsns, "chain")


@pytest.fixture(scope="session")
def chain_index(chain_dsns: dict[Dialect, str], chain_catalogues: dict[Dialect, Catalogue]) -> ValueIndex:
    """What SQLite's chain holds."""
    return asyncio.run(read_values(chain_dsns[Dialect.SQLITE], chain_catalogues[Dialect.SQLITE], OPEN))
