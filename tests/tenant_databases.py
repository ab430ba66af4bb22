"""Databases with the rows of two tenants, and beside each the same with one tenant's rows only: what a tenant gets from
the one has to be what it would get from the other, to the last row, sum and error."""

from __future__ import annotations

import itertools
import sqlite3
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import cached_property

import duckdb
import psycopg
import pymysql
from mariadb_server import ROOT_PASSWORD, MariadbServer
from psycopg.conninfo import make_conninfo
from tenant_queries import POLICY, SCHEMA, TABLES, TENANTS, TenantQueries, rows

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.executors.postgres_pool import PostgresPool
from chat2sql.engine.sql.guard.check import Check, check
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.sql.rls import row_level_security_sql

Rows = list[tuple[object, ...]]
Run = Callable[[str], Rows]
_NUMBERS = frozenset({"id", "customer_id", "order_id", "credit", "total", "qty"})


@dataclass
class Tally:
    """What became of the queries.

    Attributes:
        generated: all of them, each text once.
        executed: passed the guard and ran without an error.
        with_rows: executed and returned rows.
        rows: all rows returned.
        foreign_rows: rows that what runs gives on everybody's database and not on the tenant's own; a sum over foreign
            rows is one too.
        leaking: queries of which what runs gives another result on everybody's database than on the tenant's own, an
            error being one.
        differing: queries that give another result on the tenant's own database, as they were written, than what runs
            gives on everybody's.
        refused: how many the guard refused, by its rule.
    """

    generated: int = 0
    executed: int = 0
    with_rows: int = 0
    rows: int = 0
    foreign_rows: int = 0
    leaking: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, query: str, got: Rows | None, own: Rows | None, own_as_run: Rows | None) -> None:
        """Take the results of a query that the guard let pass; None: an error.

        Args:
            got: on everybody's database, of what runs.
            own: on the tenant's own, of the query as it was written.
            own_as_run: on the tenant's own, of what runs.
        """
        self.executed += got is not None
        self.with_rows += bool(got)
        self.rows += len(got or ())
        self.foreign_rows += (_counted(got) - _counted(own_as_run)).total()
        if not _alike(got, own_as_run):
            self.leaking.append(query)
        if not _alike(got, own):
            self.differing.append(query)


def _counted(rows: Rows | None) -> Counter[str]:
    return Counter(map(str, rows or ()))


def _alike(one: Rows | None, other: Rows | None) -> bool:
    return (one is None) is (other is None) and _counted(one) == _counted(other)


@dataclass
class Database:
    """One with everybody's rows, and one for each tenant with its rows only.

    Attributes:
        everybodys: rows of a statement on everybody's, run as the product does for a caller.
        own: the same on a tenant's own.
        error: what both raise when a statement fails.
        by: how tenants are kept apart; None: not at all.
    """

    catalogue: Catalogue
    schema: str
    everybodys: Callable[[str, Caller], Awaitable[Rows]]
    own: dict[str, Run]
    error: type[Exception]
    by: str | None
    lateral: bool = True

    @cached_property
    def policy(self) -> Policy:
        """What the guard goes by."""
        return parse_policy(LIMITS + (POLICY.format(by=self.by) if self.by else ""), self.catalogue)

    def checked(self, query: str, tenant: str) -> Check:
        """What the guard makes of a query."""
        return check(query, self.catalogue, policy=self.policy, caller=Caller(tenant=tenant))

    async def asked(self, statement: str, tenant: str) -> Rows | None:
        """Everybody's database asked for a tenant; None: an error."""
        try:
            return await self.everybodys(statement, Caller(tenant=tenant))
        except self.error:
            return None

    def asked_own(self, statement: str, tenant: str) -> Rows | None:
        """A tenant's own database asked; None: an error."""
        try:
            return self.own[tenant](statement)
        except self.error:
            return None

    async def tally(self, count: int, seed: int) -> Tally:
        """Ask that many generated queries, for either tenant in turn; what runs is what the guard makes of them."""
        dialect, schema = self.catalogue.dialect, self.schema
        makers = {
            tenant: TenantQueries(dialect, 2 * seed + number, tenant, schema=schema, lateral=self.lateral)
            for number, tenant in enumerate(TENANTS)
        }
        tally, known = Tally(), {""}
        for tenant in itertools.islice(itertools.cycle(TENANTS), count):
            query = ""
            while query in known:
                query = makers[tenant].query()
            known.add(query)
            tally.generated += 1
            checked = self.checked(query, tenant)
            if checked.ok:
                got = await self.asked(checked.executable, tenant)
                own_as_run = self.asked_own(checked.executable, tenant)
                tally.add(query, got, self.asked_own(query, tenant), own_as_run)
            else:
                tally.refused[checked.rule or ""] += 1
        return tally


LIMITS = """
[limits]
joins = 40
nesting = 20
cross_joins = 20
"""
"""Generated queries are more complicated than people's, and what is refused shows nothing."""


def _catalogue(dialect: Dialect, schema: str | None) -> Catalogue:
    tables = tuple(
        Table(
            schema_name=schema,
            name=name,
            columns=tuple(
                Column(name=column, type="integer" if column in _NUMBERS else "varchar(40)")
                for column in columns
            ),
        )
        for name, columns in TABLES.items()
    )
    return Catalogue(datasource="fuzz", dialect=dialect, default_schema=schema, tables=tables)


def _for_anybody(run: Run) -> Callable[[str, Caller], Awaitable[Rows]]:
    async def everybodys(statement: str, caller: Caller) -> Rows:
        return run(statement)

    return everybodys


@asynccontextmanager
async def sqlite_database(*, apart: bool = True) -> AsyncIterator[Database]:
    """In memory; ``apart``: tenants are kept apart, by the rewrite."""

    def opened(tenants: tuple[str, ...]) -> Run:
        connection = sqlite3.connect(":memory:")
        connection.executescript(";".join([*SCHEMA, *rows(tenants)]))
        return lambda statement: connection.execute(statement).fetchall()

    own = {tenant: opened((tenant,)) for tenant in TENANTS}
    catalogue = _catalogue(Dialect.SQLITE, None)
    everybodys = _for_anybody(opened(TENANTS))
    yield Database(catalogue, "main", everybodys, own, sqlite3.Error, "rewrite" if apart else None)


@asynccontextmanager
async def duckdb_database(*, apart: bool = True) -> AsyncIterator[Database]:
    """In memory; ``apart``: tenants are kept apart, by the rewrite."""

    def opened(tenants: tuple[str, ...]) -> Run:
        connection = duckdb.connect(config={"threads": 1})
        for statement in (*SCHEMA, *rows(tenants)):
            connection.execute(statement)
        return lambda statement: connection.execute(statement).fetchall()

    own = {tenant: opened((tenant,)) for tenant in TENANTS}
    catalogue = _catalogue(Dialect.DUCKDB, "main")
    everybodys = _for_anybody(opened(TENANTS))
    yield Database(catalogue, "main", everybodys, own, duckdb.Error, "rewrite" if apart else None)


@asynccontextmanager
async def mariadb_database(server: MariadbServer, *, apart: bool = True) -> AsyncIterator[Database]:
    """On a real server; ``apart``: tenants are kept apart, by the rewrite."""
    connections: list[pymysql.Connection] = []  # type: ignore[type-arg]

    def opened(name: str, tenants: tuple[str, ...]) -> Run:
        server.run(f"CREATE DATABASE {name}")
        server.run(*SCHEMA, *rows(tenants), database=name)
        connection = pymysql.connect(
            unix_socket=str(server.socket),
            user="root",
            password=ROOT_PASSWORD.encode(),
            database=name,
            ssl_disabled=True,
            autocommit=True,
        )
        connections.append(connection)

        def run(statement: str) -> Rows:
            with connection.cursor() as cursor:
                cursor.execute(statement.replace("everybodys", name))
                return list(cursor.fetchall())

        return run

    suffix = uuid.uuid4().hex[:6]
    names = {tenant: f"own_{tenant}_{suffix}" for tenant in TENANTS}
    shared = f"everybodys_{suffix}"
    try:
        own = {tenant: opened(name, (tenant,)) for tenant, name in names.items()}
        everybodys = _for_anybody(opened(shared, TENANTS))
        catalogue = _catalogue(Dialect.MYSQL, "everybodys")
        by = "rewrite" if apart else None
        yield Database(catalogue, "everybodys", everybodys, own, pymysql.Error, by, lateral=False)
    finally:
        for connection in connections:
            connection.close()
        server.run(*(f"DROP DATABASE IF EXISTS {name}" for name in (shared, *names.values())))


@asynccontextmanager
async def postgres_database(superuser: str, *, apart: bool = True) -> AsyncIterator[Database]:
    """In an empty database that the superuser's DSN names; ``apart``: row-level security is on, as our SQL sets it up,
    and a role that owns nothing asks."""
    role = f"fuzz_reader_{uuid.uuid4().hex[:8]}"
    catalogue = _catalogue(Dialect.POSTGRESQL, "everybodys")
    setup = row_level_security_sql(parse_policy(POLICY.format(by="rls"), catalogue), catalogue, role)
    with psycopg.connect(superuser, autocommit=True) as connection:
        for schema, tenants in (("everybodys", TENANTS), *((f"own_{one}", (one,)) for one in TENANTS)):
            connection.execute(f"CREATE SCHEMA {schema}; SET search_path = {schema}".encode())
            connection.execute(";".join([*SCHEMA, *rows(tenants)]).encode())
        connection.execute(
            f"CREATE ROLE {role} LOGIN; ALTER ROLE {role} SET search_path = everybodys".encode()
        )
        connection.execute(setup.encode())
        if not apart:
            for table in TABLES:
                connection.execute(f"ALTER TABLE everybodys.{table} DISABLE ROW LEVEL SECURITY".encode())
    pool = PostgresPool(make_conninfo(superuser, user=role))

    async def everybodys(statement: str, caller: Caller) -> Rows:
        async with pool.transaction(caller, 60) as connection:
            return await (await connection.execute(statement.encode())).fetchall()

    def opened(connection: psycopg.Connection, tenant: str) -> Run:
        return lambda statement: connection.execute(
            statement.replace("everybodys", f"own_{tenant}").encode()
        ).fetchall()

    try:
        with (
            closing(_own_connection(superuser, TENANTS[0])) as first,
            closing(_own_connection(superuser, TENANTS[1])) as second,
        ):
            own = dict(zip(TENANTS, map(opened, (first, second), TENANTS), strict=True))
            yield Database(catalogue, "everybodys", everybodys, own, psycopg.Error, "rls")
    finally:
        await pool.aclose()
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def _own_connection(superuser: str, tenant: str) -> psycopg.Connection:
    return psycopg.connect(superuser, autocommit=True, options=f"-c search_path=own_{tenant}")
