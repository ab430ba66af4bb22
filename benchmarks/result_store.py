"""Large results: how fast rows are stored, what memory that takes, how long a page at the end takes.

    python benchmarks/result_store.py [--rows 5000000] [--location s3://...] [--widen] [--export csv]

Each figure of memory is the process's peak above what it held before the first row. ``--widen`` makes the very last
row need wider types in three of the six columns, which is the dearest thing that can happen to a result.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psutil

from chat2sql.engine.sql.executors.port import ColumnInfo, Row
from chat2sql.engine.sql.results.store import ExportFormat, ResultKey, ResultStore

BATCH_ROWS = 1000
PAGE_ROWS = 50
PAGES = 20
TENANT = "benchmark"
COLUMNS = (
    ColumnInfo(name="id", type="int8"),
    ColumnInfo(name="amount", type="numeric(12,2)"),
    ColumnInfo(name="ordered_at", type="timestamptz"),
    ColumnInfo(name="customer", type="text"),
    ColumnInfo(name="score", type="float8"),
    ColumnInfo(name="remark", type="text"),
)
START = datetime(2024, 1, 1, tzinfo=UTC)


def batches(rows: int, *, widen: bool) -> Iterator[list[Row]]:
    """Rows like those of an order table; every one differs."""
    for start in range(0, rows, BATCH_ROWS):
        yield [
            (
                n,
                Decimal(n * 7919 % 10_000_019).scaleb(-2),
                START + timedelta(seconds=n * 37 % 31_536_000),
                f"customer {n * 31 % 100_003}",
                n * 0.1,
                None if n % 3 else f"备注 {n}",
            )
            for n in range(start, min(start + BATCH_ROWS, rows))
        ]
    if widen:
        yield [(2**70, Decimal("0.12345"), "infinity", "last", 0.5, None)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--location")
    parser.add_argument("--widen", action="store_true")
    parser.add_argument("--export", type=ExportFormat, nargs="*", default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = ResultStore(asked.location or folder)
        key = ResultKey(tenant=TENANT, request_id="large", round=0)
        warm_up(store)
        idle = psutil.Process().memory_info().rss

        started = time.perf_counter()
        making = 0.0
        with store.open_writer(key) as writer:
            writer.begin(COLUMNS)
            source = batches(asked.rows, widen=asked.widen)
            while True:
                before = time.perf_counter()
                batch = next(source, None)
                making += time.perf_counter() - before
                if batch is None:
                    break
                writer.write(batch)
            committing = time.perf_counter()
            reference = writer.commit()
        seconds = time.perf_counter() - started - making
        print(f"rows            {reference.rows:>12,}   file {reference.bytes / 1e6:,.1f} MB")
        print(f"written         {reference.rows / seconds:>12,.0f} rows/s (without making the rows)")
        print(f"commit          {time.perf_counter() - committing:>12,.2f} s")
        print(f"peak memory     {above(idle):>12,.0f} MB above idle")

        times = []
        for page in range(PAGES):
            before = time.perf_counter()
            read = store.read_page(
                reference.uri, reference.rows - PAGE_ROWS * (page + 1), PAGE_ROWS, tenant=TENANT
            )
            times.append(time.perf_counter() - before)
            if len(read.rows) != PAGE_ROWS:
                raise SystemExit("a page came short")
        print(
            f"page at the end {statistics.median(times) * 1000:>12,.1f} ms median, {max(times) * 1000:,.1f} ms worst"
        )

        for form in asked.export:
            target = Path(folder) / f"export.{form}"
            before = time.perf_counter()
            store.export(reference.uri, form, target, tenant=TENANT)
            took = time.perf_counter() - before
            size = target.stat().st_size / 1e6
            print(
                f"as {form:<12} {took:>12,.1f} s, {size:,.0f} MB; peak memory so far {above(idle):,.0f} MB above idle"
            )
        store.delete_request(key.request_id, tenant=TENANT)


def warm_up(store: ResultStore) -> None:
    """What is loaded once and for all belongs to the idle process."""
    with store.open_writer(ResultKey(tenant=TENANT, request_id="warm-up", round=0)) as writer:
        writer.begin(COLUMNS)
        writer.write(next(batches(10, widen=False)))
        reference = writer.commit()
    store.read_page(reference.uri, 0, 10, tenant=TENANT)
    store.delete(reference.uri, tenant=TENANT)


def above(idle: int) -> float:
    """The highest that the process ever held, above idle, in MB."""
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - idle) / 1e6


if __name__ == "__main__":
    main()
