# ruff: noqa: S608 - the queries are put together from constants of this module
"""What a PostgreSQL role must not be able to do, as queries that name whatever says that it can.

Each query runs as the role itself and returns names; no row means that all is well. Parameters: ``tenant_tables`` and
``listed`` (names as ``schema.table``), ``binding`` (the setting that bears the tenant).
"""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Bilingual, Frozen


class FindingKind(StrEnum):
    """What is amiss."""

    SUPERUSER = "superuser"
    BYPASSES_RLS = "bypasses_rls"
    ADMINISTERS = "administers"
    PREDEFINED_ROLE = "predefined_role"
    OWNS_TABLES = "owns_tables"
    WRITES = "writes"
    CREATES = "creates"
    SEQUENCES = "sequences"
    SECURITY_DEFINER = "security_definer"
    UNTRUSTED_FUNCTIONS = "untrusted_functions"
    SET_CONFIG = "set_config"
    RLS_OFF = "rls_off"
    RLS_NOT_FORCED = "rls_not_forced"
    NO_TENANT_POLICY = "no_tenant_policy"
    VIEW_AROUND_RLS = "view_around_rls"
    READS_UNLISTED = "reads_unlisted"


class FindingSeverity(StrEnum):
    """ERROR: the policy's promise does not hold. WARNING: it holds as long as the guard does."""

    ERROR = "error"
    WARNING = "warning"


class RoleCheck(Frozen):
    """One thing that a role must not be able to do.

    Attributes:
        for_rls: it matters only where the database keeps the tenants apart.
        query: returns one column of names, of what says that the role can.
        message: what that means and what to do; ``{names}`` stands for the names.
    """

    kind: FindingKind
    severity: FindingSeverity
    for_rls: bool = False
    query: str
    message: Bilingual


_USER_RELATIONS = """
pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
_NAME = "format('%%I.%%I', n.nspname, c.relname)"
_PLAIN_NAME = "n.nspname || '.' || c.relname"
# The tables of tenants and whatever inherits from them: a partition has its own rights and its own row security.
_TENANT_TABLES = f"""
WITH RECURSIVE family(oid) AS (
    SELECT c.oid FROM {_USER_RELATIONS} AND {_PLAIN_NAME} = ANY(%(tenant_tables)s)
    UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN family ON i.inhparent = family.oid
), tenant AS (
    SELECT c.oid, c.relrowsecurity, c.relforcerowsecurity, c.relkind, {_NAME} AS name
    FROM family JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE has_any_column_privilege(c.oid, 'SELECT')
)
"""
# A superuser counts as a member of every role, which would say nothing.
_OWN_ROLES = """
pg_roles WHERE (rolname = current_user OR pg_has_role(oid, 'MEMBER')
                AND NOT (SELECT me.rolsuper FROM pg_roles AS me WHERE me.rolname = current_user))
"""
_EXECUTABLE = """
pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_function_privilege(p.oid, 'EXECUTE')
  AND has_schema_privilege(n.oid, 'USAGE')
"""

ROLE_CHECKS: tuple[RoleCheck, ...] = (
    RoleCheck(
        kind=FindingKind.SUPERUSER,
        severity=FindingSeverity.ERROR,
        query=f"SELECT rolname FROM {_OWN_ROLES} AND rolsuper ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号是（或属于）超级用户 {names}，任何限制对它都无效。请改用只有 SELECT 权限的账号。",
            en="The datasource's role is, or is a member of, the superuser {names}: nothing binds it. "
            "Use a role with SELECT only.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.BYPASSES_RLS,
        severity=FindingSeverity.ERROR,
        query=f"SELECT rolname FROM {_OWN_ROLES} AND rolbypassrls AND NOT rolsuper ORDER BY 1",
        message=Bilingual(
            zh="{names} 带有 BYPASSRLS，行级安全对它无效。请执行 ALTER ROLE … NOBYPASSRLS，或撤销成员关系。",
            en="{names} has BYPASSRLS, so row-level security does not hold. Run ALTER ROLE ... NOBYPASSRLS, or revoke "
            "the membership.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.ADMINISTERS,
        severity=FindingSeverity.WARNING,
        query=f"SELECT rolname FROM {_OWN_ROLES} AND (rolcreaterole OR rolcreatedb OR rolreplication)"
        " AND NOT rolsuper ORDER BY 1",
        message=Bilingual(
            zh="{names} 可以创建角色或数据库，或进行复制。请执行 ALTER ROLE … NOCREATEROLE NOCREATEDB NOREPLICATION。",
            en="{names} may create roles or databases, or replicate. "
            "Run ALTER ROLE ... NOCREATEROLE NOCREATEDB NOREPLICATION.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.PREDEFINED_ROLE,
        severity=FindingSeverity.ERROR,
        query=f"SELECT rolname FROM {_OWN_ROLES} AND rolname ~ '^pg_' ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号属于系统预定义角色 {names}（读写服务器文件、运行程序、读全部数据等）。请用 REVOKE 撤销。",
            en="The datasource's role is a member of {names}: server files, programs, all data or other sessions are in "
            "its reach. REVOKE the membership.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.OWNS_TABLES,
        severity=FindingSeverity.ERROR,
        query=f"SELECT {_NAME} FROM {_USER_RELATIONS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND pg_has_role(c.relowner, 'MEMBER') ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号是 {names} 的所有者（或所有者角色的成员），可以修改数据和行级安全。请改用非所有者账号。",
            en="The datasource's role owns {names}, or is a member of the owner: it can change data and row-level "
            "security. Use a role that owns nothing.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.WRITES,
        severity=FindingSeverity.ERROR,
        query=f"SELECT {_NAME} FROM {_USER_RELATIONS} AND c.relkind IN ('r', 'p', 'v', 'f')"
        " AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
        " OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')) AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号可以写入 {names}。请执行 REVOKE INSERT, UPDATE, DELETE, TRUNCATE（也检查授予 PUBLIC 的权限）。",
            en="The datasource's role may write to {names}. REVOKE INSERT, UPDATE, DELETE, TRUNCATE, from PUBLIC as well.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.CREATES,
        severity=FindingSeverity.ERROR,
        query="SELECT format('%%I', nspname) FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')"
        " AND nspname !~ '^pg_' UNION ALL SELECT format('%%I', datname) FROM pg_database"
        " WHERE datname = current_database() AND has_database_privilege(oid, 'CREATE') ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号可以在 {names} 中创建对象。请执行 REVOKE CREATE（也检查授予 PUBLIC 的权限）。",
            en="The datasource's role may create objects in {names}. REVOKE CREATE, from PUBLIC as well.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.SEQUENCES,
        severity=FindingSeverity.ERROR,
        query=f"SELECT {_NAME} FROM {_USER_RELATIONS} AND c.relkind = 'S' AND has_schema_privilege(n.oid, 'USAGE')"
        " AND has_sequence_privilege(CASE c.relkind WHEN 'S' THEN c.oid END, 'USAGE, UPDATE') ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号可以推进序列 {names}。请执行 REVOKE USAGE, UPDATE ON SEQUENCE。",
            en="The datasource's role may advance the sequences {names}. REVOKE USAGE, UPDATE ON SEQUENCE.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.SECURITY_DEFINER,
        severity=FindingSeverity.ERROR,
        query=f"SELECT p.oid::regprocedure::text FROM {_EXECUTABLE} AND p.prosecdef ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号可以执行以所有者权限运行（SECURITY DEFINER）的函数 {names}，行级安全管不到它们。"
            "请执行 REVOKE EXECUTE ON FUNCTION … FROM PUBLIC。",
            en="The datasource's role may execute {names}, which run with their owner's rights (SECURITY DEFINER), past "
            "row-level security. REVOKE EXECUTE ON FUNCTION ... FROM PUBLIC.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.UNTRUSTED_FUNCTIONS,
        severity=FindingSeverity.ERROR,
        query=f"""
        SELECT p.oid::regprocedure::text FROM {_EXECUTABLE}
          AND (EXISTS (SELECT FROM pg_language AS l WHERE l.oid = p.prolang AND NOT l.lanpltrusted
                       AND l.lanname NOT IN ('internal', 'c'))
               OR EXISTS (SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
                          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                            AND e.extname IN ('dblink', 'http', 'pg_net', 'plsh', 'adminpack', 'file_fdw')))
        ORDER BY 1""",
        message=Bilingual(
            zh="数据源的账号可以执行 {names}，它们能访问服务器的文件、程序或网络。"
            "请执行 REVOKE EXECUTE ON FUNCTION … FROM PUBLIC。",
            en="The datasource's role may execute {names}, which reach the server's files, programs or network. "
            "REVOKE EXECUTE ON FUNCTION ... FROM PUBLIC.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.SET_CONFIG,
        severity=FindingSeverity.WARNING,
        for_rls=True,
        query="SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'pg_catalog' AND p.proname = 'set_config' AND has_function_privilege(p.oid, 'EXECUTE')",
        message=Bilingual(
            zh="数据源的账号可以执行 {names}，SQL 能用它换成别的租户；目前只有防护规则拦着。"
            "请由超级用户执行 REVOKE EXECUTE … FROM PUBLIC（chat2sql datasource rls 给出语句）。",
            en="The datasource's role may execute {names}, with which SQL can bind another tenant; only the guard is in the "
            "way. As a superuser REVOKE EXECUTE ... FROM PUBLIC (`chat2sql datasource rls` prints the statement).",
        ),
    ),
    RoleCheck(
        kind=FindingKind.RLS_OFF,
        severity=FindingSeverity.ERROR,
        for_rls=True,
        query=_TENANT_TABLES
        + "SELECT name FROM tenant WHERE relkind NOT IN ('v', 'm') AND NOT relrowsecurity ORDER BY 1",
        message=Bilingual(
            zh="租户表 {names} 没有启用行级安全。请由所有者执行 chat2sql datasource rls 给出的语句；分区表的各分区也要。",
            en="Row-level security is off on {names}. Let the owner run what `chat2sql datasource rls` prints; a partition "
            "that the role may read needs it as well.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.RLS_NOT_FORCED,
        severity=FindingSeverity.WARNING,
        for_rls=True,
        query=_TENANT_TABLES
        + "SELECT name FROM tenant WHERE relrowsecurity AND NOT relforcerowsecurity ORDER BY 1",
        message=Bilingual(
            zh="租户表 {names} 的行级安全没有 FORCE，对所有者无效。请执行 ALTER TABLE … FORCE ROW LEVEL SECURITY。",
            en="Row-level security of {names} is not forced, so it does not hold for the owner. "
            "Run ALTER TABLE ... FORCE ROW LEVEL SECURITY.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.NO_TENANT_POLICY,
        severity=FindingSeverity.ERROR,
        for_rls=True,
        # Permissive policies widen each other, restrictive ones narrow all: one restrictive policy on the binding is
        # enough, else each permissive one has to be on it.
        query=_TENANT_TABLES
        + """, applying AS (
            SELECT pol.polrelid, pol.polpermissive,
                   strpos(coalesce(pg_get_expr(pol.polqual, pol.polrelid), ''), %(binding)s) > 0 AS bound
            FROM pg_policy AS pol JOIN tenant ON tenant.oid = pol.polrelid
            WHERE pol.polcmd IN ('r', '*') AND EXISTS (
                SELECT FROM unnest(pol.polroles) AS r (oid) WHERE r.oid = 0 OR pg_has_role(r.oid, 'USAGE'))
        )
        SELECT name FROM tenant
        WHERE relrowsecurity
          AND NOT EXISTS (SELECT FROM applying WHERE polrelid = oid AND bound AND NOT polpermissive)
          AND NOT coalesce(
              (SELECT bool_and(bound) FROM applying WHERE polrelid = oid AND polpermissive), false)
        ORDER BY 1""",
        message=Bilingual(
            zh="租户表 {names} 没有把数据源的账号限制在当前租户的策略（CREATE POLICY）。"
            "请由所有者执行 chat2sql datasource rls 给出的语句。",
            en="No policy (CREATE POLICY) on {names} keeps the datasource's role to the tenant that is bound. "
            "Let the owner run what `chat2sql datasource rls` prints.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.VIEW_AROUND_RLS,
        severity=FindingSeverity.ERROR,
        for_rls=True,
        query=f"""
        WITH RECURSIVE over(oid) AS (
            SELECT c.oid FROM {_USER_RELATIONS} AND {_PLAIN_NAME} = ANY(%(tenant_tables)s)
            UNION SELECT w.ev_class FROM pg_rewrite AS w
            JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            JOIN over ON d.refclassid = 'pg_class'::regclass AND d.refobjid = over.oid
        )
        SELECT {_NAME} FROM over JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
          AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT EXISTS (
              SELECT FROM pg_options_to_table(c.reloptions)
              WHERE option_name = 'security_invoker' AND option_value::boolean))
        ORDER BY 1""",
        message=Bilingual(
            zh="视图 {names} 读取租户表，却以所有者的权限运行，绕过行级安全。"
            "请执行 ALTER VIEW … SET (security_invoker = true)；物化视图做不到，请撤销 SELECT。",
            en="The views {names} read tables of tenants with their owner's rights, past row-level security. "
            "Run ALTER VIEW ... SET (security_invoker = true); from a materialized view REVOKE SELECT.",
        ),
    ),
    RoleCheck(
        kind=FindingKind.READS_UNLISTED,
        severity=FindingSeverity.WARNING,
        query=f"SELECT {_NAME} FROM {_USER_RELATIONS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        f" AND NOT c.relispartition AND cardinality(%(listed)s::text[]) > 0 AND {_PLAIN_NAME} <> ALL(%(listed)s)"
        " AND has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1",
        message=Bilingual(
            zh="数据源的账号还能读取 {names}，策略的 tables 和 shared 都没有列出它们。请列入其中之一，或撤销 SELECT。",
            en="The datasource's role may read {names}, which the policy lists neither in tables nor in shared. "
            "List them, or REVOKE SELECT.",
        ),
    ),
)
"""In the order in which they are told."""
