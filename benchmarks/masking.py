"""What masking costs: one million cells through ``MaskingSink``, and the judgement of a query of 4 kB.

.venv/bin/python benchmarks/masking.py [cells]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.executors.port import ColumnInfo, Row
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.lineage import output_columns
from chat2sql.engine.sql.masking.sink import MaskingSink
from chat2sql.engine.sql.masking.trace import trace

BATCH = 5000
WITHOUT_NAMES = (MaskKind.PHONE, MaskKind.ID_CARD, MaskKind.EMAIL, MaskKind.BANK_CARD)
COLUMNS = (
    "id",
    "customer_name",
    "phone",
    "city",
    "status",
    "order_no",
    "amount",
    "created",
    "notes",
    "quantity",
)
MARKED = (None, MaskKind.NAME, MaskKind.PHONE, *[None] * 7)
NOTES = (
    "",
    "fragile",
    "请周末送货",
    "发票抬头已更改，改寄公司地址",
    "left at the door",
    "call 13812345678",
    "联系人：王小明",
)


class _Nowhere:
    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """Nothing to prepare."""

    def write(self, rows: Sequence[Row]) -> int:
        """Take nothing."""
        return 0


def _rows(count: int) -> list[Row]:
    chance = random.Random(7)
    return [
        (
            number,
            chance.choice(("张伟", "王芳", "John Smith", "欧阳娜娜")),
            f"138{chance.randrange(10**8):08}",
            chance.choice(("北京", "上海", "广州", "Berlin")),
            chance.choice(("paid", "shipped", "refunded")),
            f"SO{20240101 + number}{chance.randrange(10**6):06}",
            chance.random() * 1000,
            "2024-05-06 07:08:09",
            chance.choice(NOTES),
            chance.randrange(9),
        )
        for number in range(count)
    ]


def _through(rows: list[Row], masks: tuple[MaskKind | None, ...], detect: tuple[MaskKind, ...]) -> float:
    sink = MaskingSink(_Nowhere(), masks, detect)
    started = time.perf_counter()
    sink.begin(tuple(ColumnInfo(name=name, type="text") for name in COLUMNS))
    for start in range(0, len(rows), BATCH):
        sink.write(rows[start : start + BATCH])
    return time.perf_counter() - started


def _cells(count: int) -> None:
    rows = _rows(count // len(COLUMNS))
    nothing = (None,) * len(COLUMNS)
    everything = (*WITHOUT_NAMES, MaskKind.NAME)
    _through(rows[:100], nothing, everything)  # loads the dictionary of names
    for title, masks, detect in (
        ("nothing to mask", nothing, ()),
        ("2 marked columns", MARKED, ()),
        ("detection in all", nothing, WITHOUT_NAMES),
        ("marked and detection", MARKED, WITHOUT_NAMES),
        ("detection with names", nothing, everything),
    ):
        seconds = _through(rows, masks, detect)
        print(f"{title:22} {seconds:6.2f} s per {count:,} cells, {seconds / len(rows) * 1e6:6.1f} us a row")


def _query() -> None:
    names = [f"c{number}" for number in range(40)]
    columns = tuple(Column(name=name, type="text") for name in ("id", "name", "phone", *names))
    tables = tuple(Table(name=f"t{number}", columns=columns) for number in range(100))
    catalogue = Catalogue(datasource="d", dialect=Dialect.SQLITE, tables=tables)
    policy = Policy(masks={"*.phone": MaskKind.PHONE, "t7.name": MaskKind.NAME})
    part = "SELECT a.id, b.name, upper(a.c1) AS u, COUNT(*) AS n FROM t1 a JOIN t7 b ON a.id = b.id WHERE a.c2 = 'x'"
    sql = " UNION ALL ".join([f"{part} GROUP BY a.id, b.name, a.c1"] * (4000 // (len(part) + 40)))
    caller = Caller(tenant="t")
    times = []
    for _ in range(100):
        started = time.perf_counter()
        trace(sql, catalogue, policy, caller)
        times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"query of {len(sql):,} characters: {statistics.median(times):.2f} ms, p95 {p95:.2f} ms, parsing included"
    )
    assert output_columns(sql, catalogue, policy, caller).masks[1] is MaskKind.NAME


if __name__ == "__main__":
    _cells(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    _query()
