"""The three rounds of an attack class: the guard alone, the role alone, and neither, which proves that an effect would
have been seen."""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from sql.attack_arena import (
    COLUMN_CANARY,
    FILE_CANARY,
    POLICY,
    ROW_CANARY,
    Arena,
    Ran,
    State,
    catalogue,
    differences,
)
from sql.attack_cases import filled
from sql.attack_duckdb import DuckdbArena
from sql.attack_mariadb import MariadbArena
from sql.attack_postgres import PostgresArena
from sql.attack_sqlite import SqliteArena

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor, FetchLimits, RowList, SqlProblem
from chat2sql.engine.sql.guard.check import check

CANARIES = (FILE_CANARY, ROW_CANARY, COLUMN_CANARY)
ARENAS: dict[Dialect, Callable[[], Arena]] = {
    Dialect.POSTGRESQL: PostgresArena,
    Dialect.SQLITE: SqliteArena,
    Dialect.MYSQL: MariadbArena,
    Dialect.DUCKDB: DuckdbArena,
}
CALLER = Caller(tenant="acme", user="mallory")
LIMITS = FetchLimits(row_cap=100, byte_cap=1_000_000, timeout_s=0.2)
PATIENT = LIMITS.model_copy(update={"timeout_s": 20.0})
"""For what has to come to its end on a busy machine too."""
AT_ONCE = 4
ROOM = 4 * 2**30
"""Address space that a round may take beyond what the process has, in bytes."""
_SECRETS = (*CANARIES, "vault", "token", "password", "thief", "reader", "canary.txt", "chat2sql-attacks")
"""The canaries, and names that only a system catalogue shows."""
HANG_S = 60.0
"""A statement that is not back by then hangs; far beyond every limit."""


@dataclass
class Outcome:
    """What a round found out.

    Attributes:
        refused: statements that the layer did not let run to their end.
        rules: how many of them each rule of the guard refused.
        ran: those that it did.
        faults: a line for each thing that must not be, naming the statement.
    """

    refused: list[str] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    ran: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


Named = Sequence[tuple[str, str]]
"""Statements by name, with ``<<name>>`` where the arena fills something in."""


def guard_alone(arena: Arena, statements: Named) -> Outcome:
    """Run all that the guard passes, as it is to be executed, with every right."""
    outcome = Outcome()
    passed: list[tuple[str, str]] = []
    whole = catalogue(arena.dialect)
    for name, template in statements:
        ruling = check(filled(template, arena.places), whole, policy=POLICY, caller=CALLER)
        if ruling.ok:
            passed.append((name, ruling.executable))
            outcome.ran.append(name)
        else:
            outcome.refused.append(name)
            outcome.rules[ruling.rule or "fence"] += 1
    before = _with_session(arena)
    for name, sql in passed:
        if arena.run(sql).shows(*CANARIES):
            outcome.faults.append(f"{name} shows a canary: {sql[:300]}")
    if differences(before, arena.state()):
        outcome.faults += _culprits(arena, passed)
    arena.close_session()
    return outcome


def _with_session(arena: Arena) -> State:
    arena.run("SELECT 1")
    return arena.state()


def _culprits(arena: Arena, passed: Named) -> list[str]:
    """Which of the statements had an effect, one after the other."""
    faults = []
    for name, sql in passed:
        arena.reset()
        before = _with_session(arena)
        arena.run(sql)
        if changed := differences(before, arena.state()):
            faults.append(f"{name} changes {changed}: {sql[:300]}")
    return faults or ["together they change something, each alone nothing"]


async def role_alone(arena: Arena, statements: Named) -> Outcome:
    """Send all to the executor as they are, with the rights of a reader."""
    arena.close_session()
    executor = open_executor(arena.dialect, arena.reader_dsn)
    try:
        sessions = await _sessions(executor, arena)
        before = _of_database(arena)
        with _bounded_memory():
            outcome = await _sent(executor, arena, statements)
        if differences(before, _of_database(arena)):
            for name, template in statements:
                before, sql = _of_database(arena), filled(template, arena.places)
                await _fetched_in_the_end(executor, sql)
                if changed := differences(before, _of_database(arena)):
                    outcome.faults.append(f"{name} changes {changed}: {sql[:300]}")
        if await _sessions(executor, arena) != sessions:
            outcome.faults.append("something stays behind in a session of the executor")
        return outcome
    finally:
        await executor.aclose()


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """DuckDB and SQLite run in this process, and not all that they take counts for their own limits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _of_database(arena: Arena) -> State:
    """Without the count of transactions: a role that may read may begin one."""
    state = arena.state()
    arena.close_session()
    return {part: value for part, value in state.items() if "pg_snapshot_xmax" not in part}


async def _sessions(executor: Executor, arena: Arena) -> set[str]:
    probes = (_fetched(executor, arena.probe, PATIENT) for _ in range(AT_ONCE))
    return set(await asyncio.gather(*probes))


async def _sent(executor: Executor, arena: Arena, statements: Named) -> Outcome:
    outcome = Outcome()
    canaries = [FILE_CANARY, ROW_CANARY] if arena.role_hides_vault else [FILE_CANARY]
    free = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, sql: str) -> None:
        async with free:
            try:
                text = await asyncio.wait_for(_fetched_in_the_end(executor, sql), HANG_S)
            except (Chat2SQLError, TimeoutError) as error:
                outcome.faults.append(f"{name} is taken for an outage: {error!r}: {sql[:300]}")
                return
        (outcome.refused if text.startswith("problem") else outcome.ran).append(name)
        if Ran(text).shows(*canaries):
            outcome.faults.append(f"{name} shows a canary: {sql[:300]}")

    await asyncio.gather(*(one(name, filled(template, arena.places)) for name, template in statements))
    return outcome


async def _fetched_in_the_end(executor: Executor, sql: str) -> str:
    try:
        return await _fetched(executor, sql)
    except DatabaseUnavailable:
        # Where the limit is over before there is a connection, that is an outage.
        return await _fetched(executor, sql, PATIENT)


async def _fetched(executor: Executor, sql: str, limits: FetchLimits = LIMITS) -> str:
    sink = RowList()
    fetched = await executor.fetch(sql, sink, caller=CALLER, limits=limits)
    rows = "\n".join(str(value)[:10_000] for row in sink.rows for value in row)
    return f"problem {fetched.message}\n{rows}" if isinstance(fetched, SqlProblem) else f"rows\n{rows}"


def neither(arena: Arena, statements: Named) -> Outcome:
    """Run all with every right and no guard; a fault is a statement that leaves no trace."""
    outcome = Outcome()
    arena.reset()
    before = _with_session(arena)
    for name, template in statements:
        told, after = _tried(arena, template, before)
        if not told.shows(*_SECRETS) and not differences(before, after):
            # What others have left may be in its way.
            arena.reset()
            before = _with_session(arena)
            told, after = _tried(arena, template, before)
            if not told.shows(*_SECRETS) and not differences(before, after):
                outcome.faults.append(f"{name} leaves no trace: {template[:200]}: {told.text[:200]}")
        outcome.ran.append(name)
        before = after
    return outcome


def _tried(arena: Arena, template: str, before: State) -> tuple[Ran, State]:
    told = arena.run(filled(template, arena.places))
    return told, before if told.shows(*_SECRETS) else arena.state()
