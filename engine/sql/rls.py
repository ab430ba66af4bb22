"""Row-level security in PostgreSQL: the SQL that sets it up, and a look whether a role is held by it.

The executor binds tenant and user to each transaction with ``SET LOCAL``, which no query can say. The only function that
could, ``set_config``, is taken away from everybody: then a query cannot change its tenant even without the guard.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import AsyncConnection, sql
from psycopg.rows import scalar_row

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Bilingual, Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.connect import database_errors, postgres_conninfo
from chat2sql.engine.sql.guard.policy import Policy, TenantRows
from chat2sql.engine.sql.guard.tenant_rows import (
    UUID_TEXT,
    WHOLE_NUMBER,
    TenantType,
    is_shared,
    tenant_column,
    tenant_type,
)
from chat2sql.engine.sql.role_checks import ROLE_CHECKS, FindingKind, FindingSeverity, RoleCheck

TENANT_SETTING = "chat2sql.tenant"
"""The setting in which row-level security finds the tenant."""
POLICY_NAME = "chat2sql_tenant"
_CONNECT_TIMEOUT_S = 10.0
_TIMEOUT_S = 30
_MOST_NAMES = 5

_HEAD = """\
-- Row-level security for chat2sql. Run once, and again after a change of the policy, as the owner of the tables;
-- the last statement needs a superuser. The role must exist: CREATE ROLE ... LOGIN PASSWORD '...';
-- 由表的所有者执行一次，策略改动后再执行；最后一条需要超级用户。角色须已存在。
BEGIN;
"""
_TABLE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS {policy} ON {table};
DROP POLICY IF EXISTS {only} ON {table};
CREATE POLICY {policy} ON {table} FOR SELECT TO {role} USING ({condition});
CREATE POLICY {only} ON {table} AS RESTRICTIVE TO {role} USING ({condition});
"""
# Without row security until now, everybody else has to go on as before, the owner under FORCE too.
_OTHERS = """
DO $chat2sql$ BEGIN
  IF NOT (SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = {name}::pg_catalog.regclass) THEN
    CREATE POLICY {others} ON {table} USING (true) WITH CHECK (true);
  END IF;
END $chat2sql$;"""
_VIEW = "\nALTER VIEW {table} SET (security_invoker = true);\n"
_TAIL = """
COMMIT;

-- As a superuser: no query may bind another tenant. Roles that need the function (pg_dump does) are granted it anew:
-- GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO ...;
-- 由超级用户执行：任何查询都不能改换租户。需要该函数的角色（如运行 pg_dump 的）另行授权。
REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC, {role};
"""


class Finding(Frozen):
    """Something that a datasource's role can do, or its database does not do, against what the policy promises.

    Attributes:
        names: the roles, tables or functions that say so.
        message: what it means and what to do about it.
    """

    kind: FindingKind
    severity: FindingSeverity
    names: tuple[str, ...]
    message: Bilingual


def row_level_security_sql(policy: Policy, catalogue: Catalogue, role: str) -> str:
    """The statements with which the owner of a PostgreSQL database sets up row-level security: each tenant's rows only
    for the tenant that is bound, for this role; nothing changes for other roles.

    Args:
        policy: with ``[tenants]`` and ``by = "rls"``.
        catalogue: the whole catalogue.
        role: the login role of the datasource.

    Raises:
        InvalidInput: the policy or the database is not one for row-level security.
    """
    rows = policy.tenants
    if rows is None or rows.by != "rls" or catalogue.dialect is not Dialect.POSTGRESQL:
        raise InvalidInput(
            zh='行级安全用于 PostgreSQL，且策略写有 [tenants] by = "rls"。',
            en='Row-level security is for PostgreSQL and a policy that has [tenants] by = "rls".',
        )
    reader = sql.Identifier(role)
    owned = [
        (table, column)
        for table in catalogue.tables
        if (column := tenant_column(table, rows, catalogue)) is not None
    ]
    shared = [table for table in catalogue.tables if is_shared(table, rows, catalogue)]
    parts: list[sql.Composable] = [sql.SQL(_HEAD)]
    parts += _grants([*(table for table, _ in owned), *shared], reader)
    for table, column in owned:
        parts += _security(table, column, reader)
    parts.append(sql.SQL(_TAIL).format(role=reader))
    return sql.Composed(parts).as_string()


def _grants(tables: list[Table], reader: sql.Identifier) -> Iterator[sql.Composable]:
    for schema in sorted({table.schema_name or "public" for table in tables}):
        yield sql.SQL("\nGRANT USAGE ON SCHEMA {} TO {};").format(sql.Identifier(schema), reader)
    for table in tables:
        yield sql.SQL("\nREVOKE ALL ON {table} FROM {role};\nGRANT SELECT ON {table} TO {role};").format(
            table=_name(table), role=reader
        )
    yield sql.SQL("\n")


def _security(table: Table, column: Column, reader: sql.Identifier) -> Iterator[sql.Composable]:
    name = _name(table)
    if table.is_view:
        yield sql.SQL(_VIEW).format(table=name)
        return
    yield sql.SQL(_OTHERS).format(
        name=sql.Literal(name.as_string()), table=name, others=sql.Identifier("chat2sql_others")
    )
    yield sql.SQL(_TABLE).format(
        table=name,
        policy=sql.Identifier(POLICY_NAME),
        only=sql.Identifier(f"{POLICY_NAME}_only"),
        role=reader,
        condition=_condition(column),
    )


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema_name or "public", table.name)


def _condition(column: Column) -> sql.Composed:
    """True for rows of the bound tenant; never an error, whatever is bound, and false if nothing is."""
    own = sql.Identifier(column.name)
    bound = sql.SQL("nullif(pg_catalog.current_setting({}, true), '')").format(sql.Literal(TENANT_SETTING))
    kind = tenant_type(column.type, Dialect.POSTGRESQL)
    if kind is TenantType.TEXT:
        return sql.SQL('{own} = {bound} AND {own} COLLATE "C" = {bound}').format(own=own, bound=bound)
    if kind is TenantType.OTHER:
        return sql.SQL("{own}::text = {bound}").format(own=own, bound=bound)
    form, name = (WHOLE_NUMBER, "bigint") if kind is TenantType.NUMBER else (UUID_TEXT, "uuid")
    return sql.SQL("{own} = CASE WHEN {bound} ~ {form} THEN {bound}::{type} END").format(
        own=own, bound=bound, form=sql.Literal(f"^({form})$"), type=sql.SQL(name)
    )


async def audit_role(dsn: str, policy: Policy, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Look, as a datasource's own role, whether the database holds to what the policy promises.

    Args:
        dsn: of the datasource, a PostgreSQL.
        policy: with ``by = "rls"`` row-level security is looked at too.
        catalogue: the whole catalogue.

    Returns:
        What is amiss, the worst first; empty if nothing is.

    Raises:
        DatabaseUnavailable: not reachable.
        Misconfigured: the database refuses the login, or the DSN is wrong.
    """
    rows = policy.tenants
    owned, listed = _listed(rows, catalogue)
    conninfo = postgres_conninfo(dsn, connect_timeout_s=_CONNECT_TIMEOUT_S)
    findings = []
    with database_errors():
        async with await AsyncConnection.connect(
            conninfo, autocommit=True, row_factory=scalar_row
        ) as connection:
            await connection.execute("SET default_transaction_read_only = on")
            await connection.execute(f"SET statement_timeout = '{_TIMEOUT_S}s'")
            for check in ROLE_CHECKS:
                if check.for_rls and (rows is None or rows.by != "rls"):
                    continue
                cursor = await connection.execute(
                    check.query.encode(),
                    {"tenant_tables": owned, "listed": listed, "binding": TENANT_SETTING},
                )
                names = tuple(str(name) for name in await cursor.fetchall())
                if names:
                    findings.append(_finding(check, names))
    return tuple(sorted(findings, key=lambda finding: finding.severity is not FindingSeverity.ERROR))


def _listed(rows: TenantRows | None, catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """The tables of tenants, and all that the policy lists, as ``schema.table``."""
    if rows is None:
        return [], []
    owned = [table for table in catalogue.tables if tenant_column(table, rows, catalogue) is not None]
    shared = [table for table in catalogue.tables if is_shared(table, rows, catalogue)]
    owned_names = [f"{table.schema_name}.{table.name}" for table in owned]
    return owned_names, owned_names + [f"{table.schema_name}.{table.name}" for table in shared]


def _finding(check: RoleCheck, names: tuple[str, ...]) -> Finding:
    shown = ", ".join(names[:_MOST_NAMES]) + (f", ... ({len(names)})" if len(names) > _MOST_NAMES else "")
    message = Bilingual(
        zh=check.message.zh.replace("{names}", shown), en=check.message.en.replace("{names}", shown)
    )
    return Finding(kind=check.kind, severity=check.severity, names=names, message=message)
