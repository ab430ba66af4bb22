"""Appending to the trail: once, in order, with lost attempts, under concurrency, and by nobody else."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from chat2sql.config.errors import StoreUnavailable
from chat2sql.engine.audit.trail import AttemptOutcome, AuditEntry, AuditTrail
from chat2sql.engine.audit.verify import verify
from chat2sql.engine.stores.pool import Database

REFUSED: dict[str, str] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "audit_refused.yaml").read_text()
)
NOON = datetime(2025, 6, 30, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def entry(activity: str = "a1", attempt: int = 1, tenant: str = "acme", request_id: str = "r1") -> AuditEntry:
    return AuditEntry(
        tenant=tenant,
        request_id=request_id,
        workflow_id=f"ask-{tenant}-{request_id}",
        run_id="run",
        activity_id=activity,
        attempt=attempt,
        step="generate_sql",
        outcome=AttemptOutcome.COMPLETED,
        worker="w1",
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=1.5),
        summary='生成 SQL: "select 1" 😀',
        detail='{"模型": "local", "tokens": 12}',
    )


async def test_a_row_reads_back_as_written(store: Database) -> None:
    trail = AuditTrail(store)
    appended = await trail.append(entry())
    (row,) = await trail.trail("acme", "r1")
    assert row.model_dump(include=set(AuditEntry.model_fields)) == entry().model_dump()
    assert (row.seq, row.hash, row.prev_hash) == (appended.seq, appended.hash, "00" * 32)


async def test_appending_twice_returns_the_first(store: Database) -> None:
    trail = AuditTrail(store)
    first = await trail.append(entry())
    other = entry().model_copy(update={"outcome": AttemptOutcome.FAILED, "summary": "later"})
    assert await asyncio.gather(*(trail.append(other) for _ in range(5))) == [first] * 5
    (row,) = await trail.trail("acme", "r1")
    assert row.outcome is AttemptOutcome.COMPLETED


async def test_attempts_without_a_row_are_lost(store: Database) -> None:
    trail = AuditTrail(store)
    failed = entry(attempt=2).model_copy(
        update={"outcome": AttemptOutcome.FAILED, "error_type": "ModelUnavailable"}
    )
    await trail.append(failed)
    await trail.append(entry(attempt=5))
    rows = await trail.trail("acme", "r1")
    assert [(row.attempt, row.outcome.value, row.worker, row.error_type) for row in rows] == [
        (1, "lost", None, None),
        (2, "failed", "w1", "ModelUnavailable"),
        (3, "lost", None, None),
        (4, "lost", None, None),
        (5, "completed", "w1", None),
    ]
    late = await trail.append(entry(attempt=3))
    assert late.seq == 3
    assert len(await trail.trail("acme", "r1")) == 5
    assert (await verify(store)).first_bad is None


async def test_fifty_at_once_make_one_sound_chain_a_tenant(store: Database) -> None:
    trail = AuditTrail(store)
    entries = [entry(f"a{n}", 1 + n % 3, "acme" if n % 2 else "beta", f"r{n % 7}") for n in range(50)]
    appended = await asyncio.gather(*(trail.append(one) for one in entries + entries))
    assert appended[:50] == appended[50:]
    found = await verify(store)
    assert (found.rows, found.tenants, found.first_bad) == (sum(one.attempt for one in entries), 2, None)
    rows = [row for n in range(7) for row in await trail.trail("acme", f"r{n}")]
    assert sorted(row.seq for row in rows) == list(range(1, len(rows) + 1))


async def test_a_cancelled_append_takes_no_other_with_it(store: Database, owner_dsn: str) -> None:
    trail = AuditTrail(store)
    async with await psycopg.AsyncConnection.connect(owner_dsn) as other:
        await other.execute("SELECT pg_advisory_xact_lock(hashtextextended('chat2sql.audit acme', 0))")
        tasks = [asyncio.create_task(trail.append(entry(f"a{n}"))) for n in range(4)]
        await asyncio.sleep(0.2)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.sleep(0.2)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(end, asyncio.CancelledError) for end in ended] == [True, False, True, False]
    assert {"a1", "a3"} <= {row.activity_id for row in await trail.trail("acme", "r1")}
    assert (await verify(store)).first_bad is None


async def test_an_outage_ends_every_waiting_append(app_dsn: str, owner_dsn: str) -> None:
    async with (
        Database(app_dsn, patience_s=0.5) as impatient,
        await psycopg.AsyncConnection.connect(owner_dsn) as other,
    ):
        trail = AuditTrail(impatient)
        await other.execute("SELECT pg_advisory_xact_lock(hashtextextended('chat2sql.audit acme', 0))")
        ended = await asyncio.gather(
            *(trail.append(entry(f"a{n}")) for n in range(20)), return_exceptions=True
        )
        assert [type(end) for end in ended] == [StoreUnavailable] * 20
        await other.rollback()
        assert [(await trail.append(entry(f"a{n}"))).seq for n in range(3)] == [1, 2, 3]


async def test_two_processes_share_a_chain(app_dsn: str) -> None:
    async with Database(app_dsn) as one, Database(app_dsn) as two:
        trails = [AuditTrail(one), AuditTrail(two)]
        appended = await asyncio.gather(*(trails[n % 2].append(entry(f"a{n}")) for n in range(150)))
        assert sorted(end.seq for end in appended) == list(range(1, 151))
        found = await verify(one)
    assert (found.rows, found.first_bad) == (150, None)


async def test_tenants_do_not_see_each_other(store: Database) -> None:
    trail = AuditTrail(store)
    await trail.append(entry(tenant="acme"))
    await trail.append(entry(tenant="beta"))
    assert [row.tenant for row in await trail.trail("beta", "r1")] == ["beta"]


async def test_a_long_story_keeps_its_row(store: Database) -> None:
    trail = AuditTrail(store)
    long = AuditEntry.model_validate(
        {**entry().model_dump(), "summary": "x" * 900, "detail": json.dumps(["y" * 20_000])}
    )
    await trail.append(long)
    (row,) = await trail.trail("acme", "r1")
    assert (len(row.summary), row.summary[-1]) == (500, "…")
    assert json.loads(row.detail)["left_out"]["characters"] == 20_004


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(), max_size=40), min_size=3, max_size=3),
    moment=st.none() | st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC)),
)
def test_both_sides_hash_any_content_alike(app_dsn: str, texts: list[str], moment: datetime | None) -> None:
    async def append_and_verify() -> None:
        async with Database(app_dsn, size=1) as database:
            one = {
                **entry(activity=str(hash((tuple(texts), moment)))).model_dump(),
                "summary": texts[0],
                "detail": texts[1],
                "error_type": texts[2],
                "started_at": moment,
            }
            await AuditTrail(database).append(AuditEntry.model_validate(one))
            assert (await verify(database)).first_bad is None

    asyncio.run(append_and_verify())


@pytest.mark.parametrize("name", REFUSED)
async def test_the_application_role_is_refused(store: Database, app_dsn: str, name: str) -> None:
    await AuditTrail(store).append(entry())
    async with await psycopg.AsyncConnection.connect(app_dsn, autocommit=True) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            await connection.execute(REFUSED[name].encode())
    found = await verify(store)
    assert (found.rows, found.first_bad) == (1, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chat2sql.audit SET summary = ''",
        "DELETE FROM chat2sql.audit",
        "TRUNCATE chat2sql.audit",
        "DELETE FROM chat2sql.audit_heads",
        "TRUNCATE chat2sql.audit_heads",
        "UPDATE chat2sql.audit_heads SET seq = seq",
        "UPDATE chat2sql.audit_heads SET seq = seq + 2",
        "UPDATE chat2sql.audit_heads SET tenant = 'x', seq = seq + 1",
    ],
)
async def test_the_owner_is_stopped_from_a_mistake(store: Database, owner_dsn: str, statement: str) -> None:
    await AuditTrail(store).append(entry())
    async with await psycopg.AsyncConnection.connect(owner_dsn, autocommit=True) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            await connection.execute(statement.encode())
    assert (await verify(store)).first_bad is None


async def test_a_search_path_of_the_callers_changes_nothing(store: Database, app_dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(app_dsn, autocommit=True) as connection:
        await connection.execute("CREATE TEMP TABLE audit_heads (tenant text, seq bigint, hash bytea)")
        await connection.execute(
            "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$"
        )
        await connection.execute("SET search_path = pg_temp, chat2sql")
        values = {**entry().model_dump(), "outcome": "completed"}
        placeholders = ", ".join(f"%({name})s" for name in AuditEntry.model_fields)
        await connection.execute(f"SELECT chat2sql.audit_append({placeholders})".encode(), values)
    found = await verify(store)
    assert (found.rows, found.first_bad) == (1, None)
