"""Migrations from empty, again, at once, and with the wrong rights."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import Misconfigured, StoreUnavailable
from chat2sql.engine.stores.migrate import create_database, current, head, migrate
from chat2sql.engine.stores.rights import APP_ROLE, TABLE_RIGHTS

MIGRATE = "import sys; from chat2sql.engine.stores.migrate import migrate; print(migrate(sys.argv[1]).model_dump_json())"


@pytest.fixture
def names(postgres_server: str) -> Iterator[tuple[str, str]]:
    """Unused names of a database and a role; both are dropped afterwards."""
    suffix = uuid4().hex[:12]
    database, role = f"own_{suffix}", f"app_{suffix}"
    yield database, role
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def test_from_empty_and_again(database: str) -> None:
    assert current(database) is None
    first = migrate(database)
    assert (first.before, first.after) == (None, head())
    again = migrate(database)
    assert (again.before, again.after) == (head(), head())
    assert current(database) == head()


def test_two_processes_at_once(database: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, database], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert said == [f'{{"before":"{head()}","after":"{head()}"}}', f'{{"before":null,"after":"{head()}"}}']


def test_every_table_and_column_is_commented_and_has_rights(owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'chat2sql'::regnamespace AND relkind = 'r'"
        ).fetchall()
        bare = connection.execute(
            """
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'chat2sql'::regnamespace AND c.relkind = 'r' AND a.attnum >= 0
                AND NOT a.attisdropped AND c.relname <> 'alembic_version'
                AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
            """
        ).fetchall()
    assert {row[0] for row in tables} == {table for table, _ in TABLE_RIGHTS}
    assert bare == []


def test_a_failed_migration_leaves_nothing(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA chat2sql; CREATE TABLE chat2sql.audit (other int)")
    with pytest.raises(Exception, match="already exists"):
        migrate(database)
    with psycopg.connect(database) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'chat2sql'::regnamespace AND relkind = 'r'"
        ).fetchall()
    assert left == [("audit",)]


def test_a_newer_schema_is_refused(owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute("UPDATE chat2sql.alembic_version SET version_num = '9999'")
    with pytest.raises(Misconfigured, match="newer than this program"):
        migrate(owner_dsn)


def test_create_database_twice(postgres_server: str, names: tuple[str, str]) -> None:
    name, role = names
    for _ in range(2):
        create_database(postgres_server, name, role, "opensesame")
    owner = make_conninfo(postgres_server, dbname=name)
    assert migrate(owner, role).after == head()
    with psycopg.connect(owner) as connection:
        rights = connection.execute(
            """
            SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolpassword LIKE 'SCRAM-SHA-256$%%',
                EXISTS (SELECT FROM pg_shdepend WHERE refobjid = r.oid AND deptype = 'o')
            FROM pg_authid r WHERE rolname = %s
            """,
            (role,),
        ).fetchone()
    assert rights == (True, False, False, False, True, False)


def test_the_application_role_must_be_a_plain_one(database: str) -> None:
    with pytest.raises(Misconfigured, match="too many rights"):
        migrate(database, "postgres")


def test_the_application_role_may_not_migrate(owner_dsn: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        migrate(make_conninfo(owner_dsn, user=APP_ROLE), "someone_else")
    assert "CREATE ROLE" in refused.value.message.en


def test_a_plain_role_may_not_migrate(database: str, names: tuple[str, str]) -> None:
    _, role = names
    migrate(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    with pytest.raises(Misconfigured, match="too few rights"):
        migrate(make_conninfo(database, user=role))


def test_an_unreachable_server_is_an_outage() -> None:
    with pytest.raises(StoreUnavailable):
        current("postgresql://postgres@127.0.0.1:1/chat2sql")


def test_an_unknown_database_is_a_wrong_setting(postgres_server: str) -> None:
    with pytest.raises(Misconfigured, match="refused the login"):
        current(make_conninfo(postgres_server, dbname="no_such_database"))


def test_a_dsn_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(Misconfigured) as refused:
        current("user:opensesame@host")
    assert refused.value.__cause__ is None
    assert "opensesame" not in str(refused.value)
