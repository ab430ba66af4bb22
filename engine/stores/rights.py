"""What the application role may do: one table of rights, granted anew at each migration.

The role owns nothing. It cannot write the audit trail but through ``chat2sql.audit_append``, and cannot
change a paid model call once it is written.
"""

from __future__ import annotations

import psycopg
from psycopg import errors, sql

from chat2sql.config.errors import Misconfigured

SCHEMA = "chat2sql"
APP_ROLE = "chat2sql_app"

TABLE_RIGHTS: tuple[tuple[str, str], ...] = (
    ("alembic_version", "SELECT"),
    ("datasources", "SELECT, INSERT, UPDATE, DELETE"),
    ("catalogues", "SELECT, INSERT, UPDATE"),
    ("value_indexes", "SELECT, INSERT, UPDATE"),
    ("conversations", "SELECT, INSERT, UPDATE"),
    ("messages", "SELECT, INSERT, UPDATE"),
    ("questions", "SELECT, INSERT, UPDATE"),
    ("model_calls", "SELECT, INSERT"),
    ("audit", "SELECT"),
    ("audit_heads", "SELECT"),
)
FUNCTION_RIGHTS = ("audit_append",)


def ensure_role(connection: psycopg.Connection, app_role: str, password: str | None = None) -> None:
    """Create the application role unless it is there, and set its password if one is given.

    Raises:
        Misconfigured: the role could get around the audit trail (it is the connection's own, or a
            superuser), or it is missing and this connection may not create roles.
    """
    found = connection.execute(
        "SELECT rolsuper OR rolname = current_user FROM pg_roles WHERE rolname = %s", (app_role,)
    ).fetchone()
    if found is not None and found[0]:
        raise Misconfigured(
            zh=f"角色 {app_role} 拥有过多权限，不能作为应用角色。请使用另一个普通登录角色。",
            en=f"The role {app_role} has too many rights to be the application role. Use another, plain login role.",
        )
    name = sql.Identifier(app_role)
    try:
        if found is None:
            with connection.transaction():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(name)
                )
    except (errors.DuplicateObject, errors.UniqueViolation):
        pass  # Roles are the server's, not the database's: another database's set-up was faster.
    except errors.InsufficientPrivilege as error:
        raise Misconfigured(
            zh=f"角色 {app_role} 不存在，且当前用户无权创建。请管理员执行：CREATE ROLE {app_role} LOGIN。",
            en=f"The role {app_role} does not exist, and this user may not create it. "
            f"Ask an administrator to run: CREATE ROLE {app_role} LOGIN.",
        ) from error
    if password is not None:
        # Only the verifier travels, so that no server log ever holds the password.
        verifier = connection.pgconn.encrypt_password(password.encode(), app_role.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier.decode()))
        )


def grant(connection: psycopg.Connection, app_role: str) -> None:
    """Give the application role exactly the rights of this module on the schema."""
    role, schema = sql.Identifier(app_role), sql.Identifier(SCHEMA)
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        connection.execute(
            sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA {} FROM PUBLIC, {}").format(sql.SQL(kind), schema, role)
        )
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
    for table, rights in TABLE_RIGHTS:
        connection.execute(
            sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(SCHEMA, table), role)
        )
    for function in FUNCTION_RIGHTS:
        connection.execute(
            sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.Identifier(SCHEMA, function), role)
        )
