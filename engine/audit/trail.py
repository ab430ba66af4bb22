"""Writes and reads the audit trail: one row per attempt of a step, append-only, chained per tenant.

All writing is one call of the database function ``chat2sql.audit_append``, which alone has the right.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from enum import StrEnum
from weakref import WeakValueDictionary

from psycopg.rows import class_row
from pydantic import AwareDatetime, Field, TypeAdapter, field_validator

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.text import Storable

SUMMARY_CHARS = 500
DETAIL_CHARS = 16_384
_BATCH_ROWS = 100


class AttemptOutcome(StrEnum):
    """How an attempt ended. ``LOST``: it left no row of its own, as when its worker was killed."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


class AuditEntry(Frozen):
    """One attempt of one step. The attempt is known by workflow, run, activity and attempt."""

    tenant: Storable
    request_id: Storable
    workflow_id: Storable
    run_id: Storable
    activity_id: Storable
    attempt: int = Field(ge=1, le=1_000_000)
    step: Storable
    outcome: AttemptOutcome
    worker: Storable | None = None
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    summary: Storable = Field("", description="What happened, in one line; cut at 500 characters.")
    detail: Storable = Field(
        "{}", description="What happened, as small JSON text; over 16 KiB only its size and hash are kept."
    )
    error_type: Storable | None = None

    @field_validator("summary")
    @classmethod
    def _cut(cls, summary: str) -> str:
        return summary if len(summary) <= SUMMARY_CHARS else summary[: SUMMARY_CHARS - 1] + "…"

    @field_validator("detail")
    @classmethod
    def _bounded(cls, detail: str) -> str:
        # An attempt with too long a story must still get its row: the hash lets the story be proved elsewhere.
        if len(detail) <= DETAIL_CHARS:
            return detail
        digest = hashlib.sha256(detail.encode()).hexdigest()
        return json.dumps({"left_out": {"characters": len(detail), "sha256": digest}})


_ENTRIES = TypeAdapter(list[AuditEntry])


class AppendedEntry(Frozen):
    """Where an entry stands in its tenant's chain."""

    seq: int
    hash: str = Field(description="SHA-256 of the row and all before it, in hexadecimal digits.")


class AuditRow(AuditEntry):
    """An entry as the trail holds it."""

    seq: int
    recorded_at: AwareDatetime
    prev_hash: str
    hash: str


class _Pending:
    """An entry on its way; ends with either ``appended`` or ``error``."""

    def __init__(self, entry: AuditEntry) -> None:
        self.entry = entry
        self.appended: AppendedEntry | None = None
        self.error: Chat2SQLError | None = None


class _Chain:
    """The entries of one tenant that wait in this process; who holds the lock writes for all of them."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.pending: list[_Pending] = []


class AuditTrail:
    """The trail; one per process. Every method raises ``StoreUnavailable`` during an outage.

    A chain takes one transaction at a time, each as slow as the disk. So entries that arrive while one is
    being written go together into the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chains: WeakValueDictionary[str, _Chain] = WeakValueDictionary()

    async def append(self, entry: AuditEntry) -> AppendedEntry:
        """Add an attempt, once, in one round trip; returns when it is on disk.

        Earlier attempts of the same activity that have no row are added before it as ``lost``.

        Returns:
            Where it stands; for an attempt that has a row already, where that one stands, unchanged.
        """
        chain = self._chains.setdefault(entry.tenant, _Chain())
        mine = _Pending(entry)
        chain.pending.append(mine)
        async with chain.lock:
            while mine.appended is None and mine.error is None:
                await self._write(chain, mine)
        if mine.appended is None:
            raise mine.error or RuntimeError("an audit entry was neither appended nor refused")
        return mine.appended

    async def _write(self, chain: _Chain, mine: _Pending) -> None:
        batch = chain.pending[:_BATCH_ROWS]
        del chain.pending[:_BATCH_ROWS]
        try:
            for pending, appended in zip(batch, await self._append_all(batch), strict=True):
                pending.appended = appended
        except Chat2SQLError as error:
            for pending in batch:
                pending.error = error
        except BaseException:
            # Ours is cancelled; the others' is not. Writing again what was written does no harm.
            chain.pending[:0] = [pending for pending in batch if pending is not mine]
            raise

    async def _append_all(self, batch: list[_Pending]) -> list[AppendedEntry]:
        entries = _ENTRIES.dump_json([pending.entry for pending in batch]).decode()
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(AppendedEntry)) as cursor,
        ):
            await cursor.execute(
                """
                SELECT appended.seq, encode(appended.hash, 'hex') AS hash
                FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (
                        tenant text, request_id text, workflow_id text, run_id text, activity_id text,
                        attempt integer, step text, outcome text, worker text, started_at timestamptz,
                        finished_at timestamptz, summary text, detail text, error_type text
                    )) WITH ORDINALITY AS e
                CROSS JOIN LATERAL chat2sql.audit_append(e.tenant, e.request_id, e.workflow_id, e.run_id,
                    e.activity_id, e.attempt, e.step, e.outcome, e.worker, e.started_at, e.finished_at,
                    e.summary, e.detail, e.error_type) AS appended
                ORDER BY e.ordinality
                """,
                (entries,),
            )
            return await cursor.fetchall()

    async def trail(self, tenant: str, request_id: str) -> tuple[AuditRow, ...]:
        """All attempts of a question's steps, in the order they were written."""
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(AuditRow)) as cursor,
        ):
            await cursor.execute(
                """
                SELECT tenant, seq, request_id, workflow_id, run_id, activity_id, attempt, step, outcome, worker,
                    started_at, finished_at, summary, detail, error_type, recorded_at,
                    encode(prev_hash, 'hex') AS prev_hash, encode(hash, 'hex') AS hash
                FROM chat2sql.audit WHERE tenant = %s AND request_id = %s ORDER BY seq
                """,
                (tenant, request_id),
            )
            return tuple(await cursor.fetchall())
