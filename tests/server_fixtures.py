"""Servers that a machine may lack: they are installed, and a test that wants one fails where that is not possible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mariadb_server import MariadbServer, NoServer, running_mariadb


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariadbServer]:
    """A real MariaDB, found on the machine or installed from Debian."""
    try:
        with running_mariadb() as server:
            yield server
    except NoServer as reason:
        pytest.fail(f"no MariaDB: {reason}", pytrace=False)
