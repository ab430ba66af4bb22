"""Row-level security on a real PostgreSQL: what our SQL sets up holds with the guard off, and the audit sees what does
not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, RowList, SqlProblem, SqlProblemKind
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.sql.rls import audit_role, row_level_security_sql
from chat2sql.engine.sql.role_checks import ROLE_CHECKS, FindingKind, FindingSeverity

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "role_findings.yaml").read_text())
ACME_DEVICE = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
LIMITS = FetchLimits(row_cap=100, timeout_s=20)


class Shop(NamedTuple):
    """A database in order: its owner's rows are kept apart by row-level security."""

    superuser: str
    owner: str
    reader: str
    names: dict[str, str]
    policy: Policy
    catalogue: Catalogue
    setup: str

    def run(self, statements: str) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(statements.format_map(self.names).encode())


@pytest.fixture(scope="module")
async def shop(postgres_server: str) -> Any:
    suffix = uuid.uuid4().hex[:8]
    names = {name: f"{name}_{suffix}" for name in ("database", "owner", "reader", "other")}
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(names["database"])))
        for role, login in (("owner", "LOGIN"), ("reader", "LOGIN"), ("other", "NOLOGIN")):
            connection.execute(f"CREATE ROLE {names[role]} {login}".encode())
    superuser = make_conninfo(postgres_server, dbname=names["database"])
    owner = make_conninfo(superuser, user=names["owner"])
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(CASES["schema"].format_map(names).encode())
    catalogue = await introspect(owner, Dialect.POSTGRESQL, "shop")
    policy = parse_policy(CASES["policy"], catalogue)
    setup = row_level_security_sql(policy, catalogue, names["reader"])
    reader = make_conninfo(superuser, user=names["reader"])
    shop = Shop(superuser, owner, reader, names, policy, catalogue, setup)
    for _ in range(2):  # the second time changes nothing
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(setup.encode())
    yield shop
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {names['database']} WITH (FORCE)".encode())
        for role in ("owner", "reader", "other"):
            connection.execute(f"DROP ROLE {names[role]}".encode())


@pytest.fixture
def reader_rows(shop: Shop) -> Iterator[Any]:
    """Rows of a statement as the executor's SET LOCAL binds it; the guard has no part in it."""
    with psycopg.connect(shop.reader) as connection:

        def rows(statement: str, tenant: str | None = None) -> list[tuple[Any, ...]]:
            connection.rollback()
            if tenant is not None:
                connection.execute(sql.SQL("SET LOCAL chat2sql.tenant = {}").format(sql.Literal(tenant)))
            return connection.execute(statement.encode()).fetchall()

        yield rows


# -- row-level security --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenant", "orders", "lines", "devices"),
    [
        (None, [], [], []),
        ("", [], [], []),
        ("acme", ["a1", "a2"], [], []),
        ("ACME", [], [], []),
        ("acme ", [], [], []),
        ("zeta", ["z1"], [], []),
        ("7", [], ["seven"], []),
        ("07", [], [], []),
        ("7.0", [], [], []),
        ("99999999999999999999", [], [], []),
        ("' OR true --", [], [], []),
        ("a\\' OR true --", [], [], []),
        (ACME_DEVICE, [], [], ["one     "]),
        (ACME_DEVICE.upper(), [], [], []),
    ],
)
def test_a_tenant_sees_its_rows(
    reader_rows: Any, tenant: str | None, orders: list[str], lines: list[str], devices: list[str]
) -> None:
    for table, column, expected in (
        ("orders", "note", orders),
        ('"Lines"', "sku", lines),
        ("devices", "label", devices),
        ("order_notes", "note", orders),
    ):
        found = reader_rows(f"SELECT {column} FROM shop.{table} ORDER BY 1", tenant)
        assert [row[0] for row in found] == expected, table
    assert reader_rows("SELECT name FROM shop.regions", tenant) == [("north",)]


def test_nothing_changes_for_the_owner(shop: Shop) -> None:
    with psycopg.connect(shop.owner) as connection:
        assert connection.execute("SELECT count(*) FROM shop.orders").fetchone() == (4,)
        connection.execute("INSERT INTO shop.orders VALUES (9, 'zeta', 'new')")
        connection.rollback()


def test_other_policies_stay_as_narrow_as_they_are(shop: Shop) -> None:
    """A table that has row security already gets no policy for everybody."""
    shop.run("DROP POLICY chat2sql_others ON shop.orders")
    shop.run("CREATE POLICY own ON shop.orders FOR SELECT TO {other} USING (id = 1)")
    with psycopg.connect(shop.superuser, autocommit=True) as connection:
        connection.execute(shop.setup.encode())
        found = connection.execute(
            "SELECT policyname FROM pg_policies WHERE tablename = 'orders' ORDER BY 1"
        ).fetchall()
    assert [row[0] for row in found] == ["chat2sql_tenant", "chat2sql_tenant_only", "own"]
    shop.run("DROP POLICY own ON shop.orders; CREATE POLICY chat2sql_others ON shop.orders USING (true)")


def test_an_index_serves_the_policy(shop: Shop) -> None:
    shop.run('CREATE INDEX by_tenant ON shop.orders (tenant_id); CREATE INDEX by_org ON shop."Lines" (org)')
    with psycopg.connect(shop.reader) as connection:
        connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL chat2sql.tenant = '7'")
        for table, index in (("orders", "by_tenant"), ('"Lines"', "by_org")):
            plan = connection.execute(f"EXPLAIN SELECT * FROM shop.{table}".encode()).fetchall()
            assert any(index in row[0] for row in plan), plan
    shop.run("DROP INDEX shop.by_tenant; DROP INDEX shop.by_org")


@pytest.mark.parametrize("policy", [OPEN, parse_policy('[tenants]\nby = "rewrite"\ntables = ["orders"]')])
def test_a_policy_without_row_level_security_gets_no_sql(shop: Shop, policy: Policy) -> None:
    with pytest.raises(InvalidInput):
        row_level_security_sql(policy, shop.catalogue, "reader")


# -- the binding, with the guard off -------------------------------------------------------------------------

ATTACKS = [
    "SELECT set_config('chat2sql.tenant', 'zeta', true), note FROM shop.orders",
    "SELECT note FROM shop.orders, (SELECT set_config('chat2sql.tenant', 'zeta', true) OFFSET 0) AS s",
    "WITH s AS MATERIALIZED (SELECT pg_catalog.set_config('chat2sql.tenant', 'zeta', false)) SELECT note FROM s, shop.orders",
    "SELECT note FROM shop.orders WHERE set_config('role', '{owner}', true) IS NOT NULL",
    "SELECT note FROM shop.orders WHERE set_config('row_security', 'off', true) IS NOT NULL",
    "SET LOCAL chat2sql.tenant = 'zeta'",
    "SET ROLE {owner}",
    "RESET ALL",
    "RESET chat2sql.tenant",
    "SELECT 1; SET LOCAL chat2sql.tenant = 'zeta'; SELECT note FROM shop.orders",
    "COMMIT; SELECT note FROM shop.orders",
    "DO $$ BEGIN PERFORM set_config('chat2sql.tenant', 'zeta', true); END $$",
    "WITH u AS (UPDATE pg_settings SET setting = 'zeta' WHERE name = 'chat2sql.tenant' RETURNING 1) SELECT note FROM shop.orders",
    "SELECT note FROM shop.orders WHERE query_to_xml('SELECT set_config(''chat2sql.tenant'', ''zeta'', true)', "
    "true, false, '') IS NOT NULL",
    "SELECT current_setting('chat2sql.tenant'), note FROM shop.orders",
    "SELECT note FROM shop.orders WHERE tenant_id = 'zeta' OR true",
    "SELECT note FROM ONLY shop.orders",
    "SELECT label FROM shop.devices_one",
    "TABLE shop.order_notes",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'orders'",
    "SELECT note FROM shop.orders WHERE 1 / (CASE note WHEN 'z1' THEN 0 ELSE 1 END) = 1",
    "SELECT note::int FROM shop.orders WHERE tenant_id = 'zeta'",
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_sql_reaches_another_tenant(shop: Shop, attack: str) -> None:
    with psycopg.connect(shop.superuser, autocommit=True) as connection:
        connection.execute("ANALYZE shop.orders")
    executor = open_executor(Dialect.POSTGRESQL, shop.reader)
    try:
        for statement in (attack.format_map(shop.names), "SELECT note FROM shop.orders ORDER BY 1"):
            sink = RowList()
            outcome = await executor.fetch(statement, sink, caller=Caller(tenant="acme"), limits=LIMITS)
            said = outcome.model_dump_json() + str(sink.rows)
            assert "z1" not in said and "two" not in said
    finally:
        await executor.aclose()
    assert sink.rows == [("a1",), ("a2",)]  # the second statement: nothing of the first one stays


async def test_without_the_revocation_set_config_would_reach_it(shop: Shop) -> None:
    """The attacks above can succeed: this is what the audit's warning is about."""
    shop.run("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {reader}")
    executor = open_executor(Dialect.POSTGRESQL, shop.reader)
    try:
        sink = RowList()
        await executor.fetch(ATTACKS[2], sink, caller=Caller(tenant="acme"), limits=LIMITS)
    finally:
        await executor.aclose()
        shop.run("REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM {reader}")
    assert sink.rows == [("z1",)]


async def test_a_security_definer_function_gets_around_and_is_named(shop: Shop) -> None:
    shop.run(
        "CREATE FUNCTION shop.leak() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT note FROM shop.orders'"
    )
    executor = open_executor(Dialect.POSTGRESQL, shop.reader)
    try:
        sink = RowList()
        fetched = await executor.fetch(
            "SELECT * FROM shop.leak()", sink, caller=Caller(tenant="acme"), limits=LIMITS
        )
        assert isinstance(fetched, Fetched)
        assert ("z1",) in sink.rows
        (finding,) = await audit_role(shop.reader, shop.policy, shop.catalogue)
        assert (finding.kind, finding.names) == (FindingKind.SECURITY_DEFINER, ("shop.leak()",))
        shop.run("REVOKE EXECUTE ON FUNCTION shop.leak() FROM PUBLIC")
        problem = await executor.fetch(
            "SELECT * FROM shop.leak()", RowList(), caller=Caller(tenant="acme"), limits=LIMITS
        )
        assert isinstance(problem, SqlProblem) and problem.kind is SqlProblemKind.PERMISSION
    finally:
        await executor.aclose()
        shop.run("DROP FUNCTION shop.leak()")


# -- the audit -----------------------------------------------------------------------------------------------


async def test_a_database_in_order_has_no_findings(shop: Shop) -> None:
    assert await audit_role(shop.reader, shop.policy, shop.catalogue) == ()


@pytest.mark.parametrize("case", CASES["findings"], ids=lambda case: f"{case['kind']}: {case['make'][:40]}")
async def test_a_finding_appears_and_vanishes(shop: Shop, case: dict[str, Any]) -> None:
    shop.run(case["make"])
    try:
        findings = {
            finding.kind: finding for finding in await audit_role(shop.reader, shop.policy, shop.catalogue)
        }
    finally:
        shop.run(case["undo"])
    finding = findings[FindingKind(case["kind"])]
    assert list(finding.names) == [name.format_map(shop.names) for name in case["names"]]
    assert finding.names[0] in finding.message.zh and finding.names[0] in finding.message.en
    if not case.get("others"):
        assert list(findings) == [FindingKind(case["kind"])]
    assert await audit_role(shop.reader, shop.policy, shop.catalogue) == ()


def test_every_finding_has_its_case() -> None:
    assert {case["kind"] for case in CASES["findings"]} == set(FindingKind)


async def test_worst_findings_come_first_and_rls_is_asked_only_where_promised(shop: Shop) -> None:
    findings = await audit_role(shop.superuser, shop.policy, shop.catalogue)
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=list(FindingSeverity).index)
    assert FindingKind.SET_CONFIG in {finding.kind for finding in findings}
    kinds = {finding.kind for finding in await audit_role(shop.superuser, OPEN, shop.catalogue)}
    assert FindingKind.SUPERUSER in kinds
    assert not kinds & {check.kind for check in ROLE_CHECKS if check.for_rls}
