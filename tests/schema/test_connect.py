from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.connect import database_errors, open_postgres, postgres_conninfo
from chat2sql.engine.schema.introspect import introspect


async def refusal(dsn: str) -> Chat2SQLError:
    with pytest.raises(Chat2SQLError) as refused:
        await introspect(dsn, Dialect.POSTGRESQL, "shop", timeout_s=3)
    assert refused.value.__cause__ is None
    for text in (refused.value.message.zh, refused.value.message.en):
        assert "secret" not in text
        assert "127.0.0.1" not in text
    return refused.value


@pytest.fixture
def password_required(database: str, reader: str) -> Iterator[str]:
    """A DSN without password of a role that the server wants one from."""
    dsn = make_conninfo(database, user=reader)
    with psycopg.connect(database, autocommit=True) as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = Path(row[0])
        before = rules.read_text()
        rules.write_text(f"local all {reader} scram-sha-256\n{before}")
        try:
            connection.execute("SELECT pg_reload_conf()")
            for _ in range(100):  # the server rereads its rules a moment later
                try:
                    psycopg.connect(dsn).close()
                except psycopg.OperationalError:
                    break
                time.sleep(0.05)
            yield dsn
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")


async def test_a_wrong_or_missing_password(password_required: str) -> None:
    for dsn in (make_conninfo(password_required, password="wrong-secret"), password_required):
        error = await refusal(dsn)
        assert isinstance(error, Misconfigured)
        assert "wrong user or password" in error.message.en
    open_postgres(make_conninfo(password_required, password="right-secret"), timeout_s=3).close()


async def test_an_unknown_user_and_an_unknown_database(database: str) -> None:
    error = await refusal(make_conninfo(database, user="no_such_role"))
    assert isinstance(error, Misconfigured)
    assert "wrong user or password" in error.message.en
    error = await refusal(make_conninfo(database, dbname="no_such_database"))
    assert isinstance(error, Misconfigured)
    assert "no database of the datasource's name" in error.message.en
    assert "数据库名" in error.message.zh


async def test_a_role_that_may_not_connect(database: str, reader: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM public', current_database()); END $$"
        )
    error = await refusal(make_conninfo(database, user=reader))
    assert isinstance(error, Misconfigured)
    assert "lacks a right" in error.message.en


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: the port refuses
        port = taken.getsockname()[1]
        error = await refusal(f"postgresql://u:secret@127.0.0.1:{port}/d")
    assert isinstance(error, DatabaseUnavailable)
    assert isinstance(await refusal("host=no-such-host.invalid user=u password=secret"), DatabaseUnavailable)


async def test_a_server_that_accepts_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = await refusal(f"postgresql://u:secret@127.0.0.1:{silent.getsockname()[1]}/d")
    assert isinstance(error, DatabaseUnavailable)


@pytest.mark.parametrize(
    "dsn", ["postgresql://u:secret@host:notaport/d?wrong", "no equals sign secret", "colour=secret"]
)
def test_a_dsn_that_cannot_be_read(dsn: str) -> None:
    with pytest.raises(Misconfigured, match="cannot be read") as refused:
        postgres_conninfo(dsn)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_session_is_read_only_and_limited_in_time(database: str) -> None:
    connection = open_postgres(database, timeout_s=0.2)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE t (a int)")
    with pytest.raises(DatabaseUnavailable, match="in time"), database_errors():
        connection.execute("SELECT pg_sleep(5)")
    connection.close()


def test_a_dropped_connection_is_an_outage_and_wrong_sql_is_not(database: str) -> None:
    connection = open_postgres(database, timeout_s=5)
    with pytest.raises(psycopg.errors.UndefinedTable), database_errors():
        connection.execute("SELECT * FROM no_such_table")
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    with pytest.raises(DatabaseUnavailable), database_errors():
        connection.execute("SELECT 1")
    connection.close()
