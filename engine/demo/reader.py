"""The role that questions to the demo company are asked with: it reads, and nothing else."""

from __future__ import annotations

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import Misconfigured

READER_ROLE = "demo_reader"
_TIME_ZONE = "Asia/Shanghai"
_ROLE = sql.Identifier(READER_ROLE)

_RIGHTS = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
       OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid),
       'default_transaction_read_only=on' = ANY(coalesce(rolconfig, '{}'))
FROM pg_roles WHERE rolname = %s
"""
# Large objects need no right on any table: every role may make them unless it is taken away.
_LARGE_OBJECT_MAKERS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")


def reader_dsn(owner_dsn: str, password: str | None = None) -> str:
    """The DSN of the same database for ``demo_reader``."""
    return make_conninfo(owner_dsn, user=READER_ROLE, password=password)


def ensure_reader(connection: psycopg.Connection, password: str | None = None) -> None:
    """Create the role unless it is there, and set its password if one is given.

    Roles belong to the server, so another database's load may have created it, or do so just now.

    Raises:
        Misconfigured: there is such a role, and it may do more than read.
    """
    found = connection.execute(_RIGHTS, (READER_ROLE,)).fetchone()
    if found is None:
        _create(connection)
        found = connection.execute(_RIGHTS, (READER_ROLE,)).fetchone()
    if found is not None and found[0]:
        raise Misconfigured(
            zh=f"角色 {READER_ROLE} 已存在且权限过多。请删除它，或收回它的特权和所属角色后重试。",
            en=f"The role {READER_ROLE} exists and has too many rights. Drop it, or take its attributes and "
            "memberships away, and try again.",
        )
    if found is not None and not found[1]:
        _configure(connection)
    if password is not None:
        # Only the verifier travels, so that no server log ever holds the password.
        verifier = connection.pgconn.encrypt_password(
            password.encode(), READER_ROLE.encode(), b"scram-sha-256"
        )
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(_ROLE, sql.Literal(verifier.decode())))


def _create(connection: psycopg.Connection) -> None:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(_ROLE))
            _configure(connection)
    except (errors.DuplicateObject, errors.UniqueViolation):
        # Another database's load was faster; it has configured the role as well.
        return


def _configure(connection: psycopg.Connection) -> None:
    connection.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(_ROLE))
    connection.execute(sql.SQL("ALTER ROLE {} SET timezone = {}").format(_ROLE, sql.Literal(_TIME_ZONE)))


_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"


def grant_reader(connection: psycopg.Connection) -> None:
    """Let the role read the tables of every schema, and take from everyone what nobody needs here."""
    database = sql.Identifier(connection.info.dbname)
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        *(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{maker} FROM PUBLIC" for maker in _LARGE_OBJECT_MAKERS),
    ):
        connection.execute(sql.SQL(statement).format(database=database, role=_ROLE))
    for (name,) in connection.execute(_SCHEMAS).fetchall():
        for statement in (
            "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        ):
            connection.execute(sql.SQL(statement).format(schema=sql.Identifier(name), role=_ROLE))
