"""Servers that a machine may lack: a test that wants one is skipped, and the run says so in its last lines."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from mariadb_server import MariadbServer, NoServer, running_mariadb

MISSING_SERVERS = pytest.StashKey[dict[str, str]]()
"""Servers that tests wanted and the machine does not have, with the reason."""


@pytest.fixture(scope="session")
def mariadb_server(pytestconfig: pytest.Config) -> Iterator[MariadbServer]:
    """A real MariaDB, found on the machine or installed from Debian; without one the run says so at its end."""
    try:
        with running_mariadb() as server:
            yield server
    except NoServer as reason:
        pytestconfig.stash.setdefault(MISSING_SERVERS, {})["MariaDB"] = str(reason)
        pytest.skip(f"no MariaDB: {reason}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """The last lines of a run name the servers that were missing; in CI the run has then failed."""
    yield
    missing = session.config.stash.get(MISSING_SERVERS, {})
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for name, reason in missing.items():
        if reporter is not None:
            reporter.write_line(f"{name} was NOT tested: {reason}", red=True)
    if missing and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
