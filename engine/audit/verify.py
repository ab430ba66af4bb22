"""Proves that nobody changed the audit trail, by recomputing every chain outside the database.

The canonical text of a row is a JSON array, as PostgreSQL writes ``jsonb``: the format's name, then the
columns in the order of ``_canonical``, times as microseconds since 1970 (UTC). A row's hash is the SHA-256
of the hash before it (32 zero bytes for the first row) followed by that text in UTF-8.

A superuser who rewrites a whole chain together with its head leaves it consistent. Keep the heads of a
verification outside the database and hand them back as ``pinned``, and that is seen too.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from psycopg.rows import class_row

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.stores.pool import Database, StoreConnection

_FORMAT = "chat2sql-audit-1"
_GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH_ROWS = 2000


class Problem(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"
    ALTERED = "altered"
    UNLINKED = "unlinked"
    BEYOND_HEAD = "beyond_head"
    NOT_AS_PINNED = "not_as_pinned"


_MEANING: dict[Problem, Bilingual] = {
    Problem.MISSING: Bilingual(zh="该行已被删除", en="the row was deleted"),
    Problem.ALTERED: Bilingual(
        zh="内容与其散列值不符，已被修改", en="its content does not match its hash: it was altered"
    ),
    Problem.UNLINKED: Bilingual(
        zh="与前一行不衔接：有行被插入、替换或调换顺序",
        en="it does not follow from the row before: rows were inserted, replaced or re-ordered",
    ),
    Problem.BEYOND_HEAD: Bilingual(
        zh="位于链尾之后：绕过追加函数插入", en="it stands beyond the end of the chain: it was inserted"
    ),
    Problem.NOT_AS_PINNED: Bilingual(
        zh="与此前记录的链尾不符：整条链已被改写",
        en="it differs from the head noted before: the chain was rewritten",
    ),
}


class ChainHead(Frozen):
    """The end of a tenant's chain."""

    tenant: str
    seq: int
    hash: str


class BadRow(Frozen):
    """The first row that is not as it was written."""

    tenant: str
    seq: int
    problem: Problem

    @property
    def message(self) -> Bilingual:
        """What is wrong, for people."""
        meaning = _MEANING[self.problem]
        return Bilingual(
            zh=f"租户 {self.tenant} 的审计第 {self.seq} 行：{meaning.zh}",
            en=f"audit row {self.seq} of tenant {self.tenant}: {meaning.en}",
        )


class Verification(Frozen):
    """What a verification found; the trail is sound if ``first_bad`` is ``None``."""

    rows: int
    tenants: int
    first_bad: BadRow | None
    heads: tuple[ChainHead, ...]


class _ChainRow(NamedTuple):
    tenant: str
    seq: int
    request_id: str
    workflow_id: str
    run_id: str
    activity_id: str
    attempt: int
    step: str
    outcome: str
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    summary: str
    detail: str
    error_type: str | None
    recorded_at: datetime | None
    prev_hash: bytes
    hash: bytes


class _Chain:
    """One tenant's chain, walked from its beginning."""

    def __init__(self, tenant: str, head: ChainHead | None, pinned: ChainHead | None) -> None:
        self._tenant = tenant
        self._head = head
        self._pinned = pinned
        self._seq = 0
        self._hash = _GENESIS

    def take(self, row: _ChainRow) -> BadRow | None:
        """Walk on to the next row; what is wrong with it, if anything."""
        if row.seq != self._seq + 1:
            return self._bad(self._seq + 1, Problem.MISSING)
        if self._head is None or row.seq > self._head.seq:
            return self._bad(row.seq, Problem.BEYOND_HEAD)
        if row.prev_hash != self._hash:
            return self._bad(row.seq, Problem.UNLINKED)
        if row.hash != hashlib.sha256(row.prev_hash + _canonical(row)).digest():
            return self._bad(row.seq, Problem.ALTERED)
        if self._pinned is not None and self._pinned.seq == row.seq and self._pinned.hash != row.hash.hex():
            return self._bad(row.seq, Problem.NOT_AS_PINNED)
        self._seq, self._hash = row.seq, row.hash
        return None

    def end(self) -> BadRow | None:
        """Compare the end that was reached with the end there has to be."""
        if self._head is not None and self._head.seq > self._seq:
            return self._bad(self._seq + 1, Problem.MISSING)
        if self._head is not None and self._head.hash != self._hash.hex():
            return self._bad(self._seq, Problem.ALTERED)
        if self._pinned is not None and self._pinned.seq > self._seq:
            return self._bad(self._seq + 1, Problem.MISSING)
        return None

    def _bad(self, seq: int, problem: Problem) -> BadRow:
        return BadRow(tenant=self._tenant, seq=seq, problem=problem)


async def verify(
    database: Database,
    tenant: str | None = None,
    pinned: tuple[ChainHead, ...] = (),
    within_s: float = 3600.0,
) -> Verification:
    """Recompute the chains of one tenant, or of all, up to the first bad row.

    Args:
        database: Our own PostgreSQL; the application's role suffices.
        tenant: Whose chain; ``None`` is all.
        pinned: Heads of earlier verifications, kept outside the database.
        within_s: Longest time for all of it, in seconds.

    Raises:
        StoreUnavailable: the database cannot be reached, or the time is up.
    """
    async with database.connection(within_s) as connection, connection.transaction():
        # One snapshot, so that rows which are appended meanwhile do not look like tampering.
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        heads = await _heads(connection, tenant)
        pins = tuple(pin for pin in pinned if tenant in (None, pin.tenant))
        rows, tenants, bad = await _walk(connection, tenant, heads, pins)
    return Verification(rows=rows, tenants=tenants, first_bad=bad, heads=heads)


async def _heads(connection: StoreConnection, tenant: str | None) -> tuple[ChainHead, ...]:
    async with connection.cursor(row_factory=class_row(ChainHead)) as cursor:
        await cursor.execute(
            """
            SELECT tenant, seq, encode(hash, 'hex') AS hash FROM chat2sql.audit_heads
            WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY tenant
            """,
            {"tenant": tenant},
        )
        return tuple(await cursor.fetchall())


async def _walk(
    connection: StoreConnection, tenant: str | None, heads: tuple[ChainHead, ...], pins: tuple[ChainHead, ...]
) -> tuple[int, int, BadRow | None]:
    """Walk all chains; the number of rows and tenants seen, and the first bad row."""
    head_of = {head.tenant: head for head in heads}
    pin_of = {pin.tenant: pin for pin in pins}
    chains: dict[str, _Chain] = {}
    chain: _Chain | None = None
    rows = 0
    async with connection.cursor("audit_chains", row_factory=class_row(_ChainRow)) as cursor:
        cursor.itersize = _BATCH_ROWS
        await cursor.execute(_CHAINS, {"tenant": tenant})
        async for row in cursor:
            rows += 1
            if row.tenant not in chains:
                if chain is not None and (bad := chain.end()):
                    return rows, len(chains), bad
                chain = _Chain(row.tenant, head_of.get(row.tenant), pin_of.get(row.tenant))
                chains[row.tenant] = chain
            if bad := chains[row.tenant].take(row):
                return rows, len(chains), bad
    for name in sorted(head_of.keys() | pin_of.keys()):
        chains.setdefault(name, _Chain(name, head_of.get(name), pin_of.get(name)))
    ends = (ended.end() for ended in chains.values())
    return rows, len(chains), next((bad for bad in ends if bad), None)


# Times out of Python's range can only come from tampering; as null they do not match their hash.
_CHAINS = """
    SELECT tenant, seq, request_id, workflow_id, run_id, activity_id, attempt, step, outcome, worker,
        CASE WHEN started_at BETWEEN '0002-01-01Z' AND '9998-12-31Z' THEN started_at END AS started_at,
        CASE WHEN finished_at BETWEEN '0002-01-01Z' AND '9998-12-31Z' THEN finished_at END AS finished_at,
        summary, detail, error_type,
        CASE WHEN recorded_at BETWEEN '0002-01-01Z' AND '9998-12-31Z' THEN recorded_at END AS recorded_at,
        prev_hash, hash
    FROM chat2sql.audit
    WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY tenant, seq
"""


def _canonical(row: _ChainRow) -> bytes:
    values = (
        _FORMAT,
        row.tenant,
        row.seq,
        row.request_id,
        row.workflow_id,
        row.run_id,
        row.activity_id,
        row.attempt,
        row.step,
        row.outcome,
        row.worker,
        _microseconds(row.started_at),
        _microseconds(row.finished_at),
        row.summary,
        row.detail,
        row.error_type,
        _microseconds(row.recorded_at),
    )
    return json.dumps(values, ensure_ascii=False).encode()


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
