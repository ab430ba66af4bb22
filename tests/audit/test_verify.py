"""Every kind of tampering is found, and the first bad row named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import yaml
from pydantic import BaseModel

from chat2sql.engine.audit.trail import AttemptOutcome, AuditEntry, AuditTrail
from chat2sql.engine.audit.verify import BadRow, verify
from chat2sql.engine.stores.pool import Database

NOON = datetime(2025, 6, 30, 12, tzinfo=UTC)


class Tampering(BaseModel):
    name: str
    does: str
    first_bad: tuple[str, int, str] | None
    first_bad_when_pinned: tuple[str, int, str] | None = None


CASES = [
    Tampering.model_validate(case)
    for case in yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "audit_tampering.yaml").read_text())
]


async def write_two_chains(database: Database) -> None:
    trail = AuditTrail(database)
    for number in range(1, 6):
        for tenant in ("acme", "beta"):
            failed = number == 5
            await trail.append(
                AuditEntry(
                    tenant=tenant,
                    request_id="r1",
                    workflow_id=f"ask-{tenant}-r1",
                    run_id="run",
                    activity_id=str(number),
                    attempt=1,
                    step="understand",
                    outcome=AttemptOutcome.FAILED if failed else AttemptOutcome.COMPLETED,
                    worker="w1",
                    started_at=NOON,
                    finished_at=NOON + timedelta(seconds=number),
                    summary=f"第 {number} 步",
                    error_type="ModelUnavailable" if failed else None,
                )
            )


def named(bad: BadRow | None) -> tuple[str, int, str] | None:
    return None if bad is None else (bad.tenant, bad.seq, bad.problem.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_tampering_is_found(store: Database, owner_dsn: str, case: Tampering) -> None:
    await write_two_chains(store)
    before = await verify(store)
    assert (before.rows, before.tenants, before.first_bad) == (10, 2, None)
    async with await psycopg.AsyncConnection.connect(owner_dsn, autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(case.does.encode())
    assert named((await verify(store)).first_bad) == case.first_bad
    pinned = await verify(store, pinned=before.heads)
    assert named(pinned.first_bad) == (case.first_bad_when_pinned or case.first_bad)


async def test_one_tenants_chain_alone(store: Database, owner_dsn: str) -> None:
    await write_two_chains(store)
    heads = (await verify(store)).heads
    async with await psycopg.AsyncConnection.connect(owner_dsn, autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("DELETE FROM chat2sql.audit WHERE tenant = 'acme' AND seq = 2")
    beta = await verify(store, "beta", pinned=heads)
    assert (beta.rows, beta.tenants, beta.first_bad) == (5, 1, None)
    acme = (await verify(store, "acme")).first_bad
    assert acme is not None
    assert acme.message.en == "audit row 2 of tenant acme: the row was deleted"
    assert acme.message.zh == "租户 acme 的审计第 2 行：该行已被删除"


async def test_an_empty_trail_is_sound(store: Database) -> None:
    found = await verify(store)
    assert (found.rows, found.tenants, found.first_bad, found.heads) == (0, 0, None, ())


async def test_pins_of_the_past_hold_while_the_chain_grows(store: Database) -> None:
    await write_two_chains(store)
    heads = (await verify(store)).heads
    more = (await AuditTrail(store).trail("acme", "r1"))[0].model_dump(include=set(AuditEntry.model_fields))
    await AuditTrail(store).append(AuditEntry.model_validate({**more, "activity_id": "6"}))
    found = await verify(store, pinned=heads)
    assert (found.rows, found.first_bad) == (11, None)
