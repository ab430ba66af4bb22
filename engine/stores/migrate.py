"""Creates the product's own database and brings its schema up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import errors, sql
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.stores.outages import (
    connection_failure,
    store_unavailable,
    too_few_rights,
    unreadable_dsn,
)
from chat2sql.engine.stores.rights import APP_ROLE, SCHEMA, ensure_role, grant

_CONNECT_TIMEOUT_S = 5
_LOCK = 0x43325351  # any constant of our own


class MigrationReport(Frozen):
    """Revision of the schema before and after; ``None`` is an empty database."""

    before: str | None
    after: str


def migrate(owner_dsn: str, app_role: str = APP_ROLE) -> MigrationReport:
    """Bring the schema up to date and grant the application role its rights, all or nothing.

    Idempotent; a second process that migrates at the same time waits for the first.

    Args:
        owner_dsn: The database as the role that owns (or is to own) the schema.
        app_role: The role of the running product; created if missing.

    Raises:
        StoreUnavailable: the database cannot be reached.
        Misconfigured: login refused, rights missing, or the schema is newer than this program.
    """
    with _connected(owner_dsn) as (connection, engine_connection):
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        ensure_role(connection, app_role)
        before = _revision(engine_connection)
        with _configuration(engine_connection) as configuration:
            _refuse_newer(before, configuration)
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
            command.upgrade(configuration, "head")
        grant(connection, app_role)
        after = _revision(engine_connection)
        engine_connection.commit()
    if after is None:
        raise RuntimeError("alembic reports no revision after an upgrade")
    return MigrationReport(before=before, after=after)


def current(dsn: str) -> str | None:
    """The revision of the schema; ``None`` if it was never set up.

    Raises:
        StoreUnavailable: the database cannot be reached.
        Misconfigured: login refused.
    """
    with _connected(dsn) as (_, engine_connection):
        return _revision(engine_connection)


def head() -> str:
    """The revision that this program needs."""
    with _configuration(None) as configuration:
        return str(ScriptDirectory.from_config(configuration).get_current_head())


def create_database(
    server_dsn: str, name: str = "chat2sql", app_role: str = APP_ROLE, app_password: str | None = None
) -> None:
    """Create the database and the application's login role, each unless it is there.

    The role owns nothing and may only connect; ``migrate`` grants the rest.

    Args:
        server_dsn: Any database of the server, as a role that may create databases and roles.
        name: Name of the database.
        app_role: Name of the application's role.
        app_password: Its password; ``None`` leaves it as it is (enough where the server trusts its socket).

    Raises:
        StoreUnavailable: the server cannot be reached.
        Misconfigured: login refused or rights missing.
    """
    database, role = sql.Identifier(name), sql.Identifier(app_role)
    with _session(server_dsn, autocommit=True) as connection:
        try:
            ensure_role(connection, app_role, app_password)
            _create_unless_there(connection, name)
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
        except errors.InsufficientPrivilege as error:
            raise too_few_rights() from error


def _create_unless_there(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None:
        return
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        return  # another process was faster


def _refuse_newer(before: str | None, configuration: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions()}
    if before is not None and before not in known:
        raise Misconfigured(
            zh=f"数据库结构的版本 {before} 比本程序新。请升级 Chat2SQL。",
            en=f"The database's schema, version {before}, is newer than this program. Upgrade Chat2SQL.",
        )


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    return context.get_current_revision()


@contextmanager
def _configuration(connection: Connection | None) -> Iterator[Config]:
    with as_file(files("chat2sql.engine.stores.migrations")) as folder:
        configuration = Config(attributes={"connection": connection, "schema": SCHEMA})
        # The option is interpolated, and a folder's name may hold a percent sign.
        configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
        configuration.set_main_option("path_separator", "os")
        yield configuration


@contextmanager
def _session(dsn: str, *, autocommit: bool) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(dsn, autocommit=autocommit, connect_timeout=_CONNECT_TIMEOUT_S)
    except psycopg.ProgrammingError:
        raise unreadable_dsn() from None  # the cause repeats the DSN
    except psycopg.Error as error:
        raise connection_failure(error) from error
    with connection:
        try:
            yield connection
        except psycopg.OperationalError as error:
            raise store_unavailable() from error


@contextmanager
def _connected(dsn: str) -> Iterator[tuple[psycopg.Connection, Connection]]:
    """One connection as both libraries see it: psycopg for our statements, SQLAlchemy for alembic's.

    Handing SQLAlchemy the open connection spares translating a libpq DSN into its kind of URL.
    """
    with _session(dsn, autocommit=False) as connection:
        engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=NullPool)
        try:
            with engine.connect() as engine_connection:
                yield connection, engine_connection
        except DBAPIError as error:
            if isinstance(error.orig, errors.InsufficientPrivilege):
                raise too_few_rights() from error
            raise (error.orig or error) from error
        except errors.InsufficientPrivilege as error:
            raise too_few_rights() from error
