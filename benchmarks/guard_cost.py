"""What the guard costs: time of ``check`` over realistic queries of many sizes, by size.

Usage: guard_cost.py. Times are in milliseconds on the machine at hand, one thread. Each query is checked several times:
``every`` counts each of them, ``best`` the quickest of each query, which other programs on the machine disturb least.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import time
from collections.abc import Iterator

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import Access, MaskKind, Policy, TenantRows

TABLES = 30
COLUMNS = 12
ROUNDS = 5
SIZES = (500, 1_000, 2_000, 4_000)
CALLER = Caller(tenant="acme", user="ann")


def catalogue(dialect: Dialect) -> Catalogue:
    """Thirty tables of a business; each has a tenant and refers to the one before it."""
    names = ("id", "tenant_id", "parent_id", "name", "status", "city", "amount", "price", "quantity", "note")
    columns = tuple(Column(name=name, type="text") for name in names) + tuple(
        Column(name=name, type="date") for name in ("created_on", "closed_on")
    )
    tables = tuple(Table(name=f"business_{number:02}", columns=columns) for number in range(TABLES))
    return Catalogue(datasource="bench", dialect=dialect, tables=tables)


def queries(dice: random.Random, longest: int) -> Iterator[str]:
    """Reports as a model writes them: CTEs with joins, aggregates, windows and subqueries, up to a size."""
    for size in SIZES:
        for _ in range(50):
            parts: list[str] = []
            while True:
                parts.append(_part(dice, len(parts)))
                text = _whole(parts)
                if len(text) > size:
                    break
                last = text
            if len(parts) > 1 and len(last) <= longest:
                yield last


def _part(dice: random.Random, number: int) -> str:
    a, b = dice.sample(range(TABLES), 2)
    condition = dice.choice(
        (
            "o.status IN ('paid', 'open', 'late') AND o.amount > 10.5",
            "o.created_on BETWEEN '2024-01-01' AND '2024-12-31' AND c.city <> 'Berlin'",
            f"EXISTS (SELECT 1 FROM business_{a:02} AS x WHERE x.parent_id = c.id AND x.quantity >= 3)",
            "c.name LIKE '%北京%' OR COALESCE(o.note, '') = 'x'",
        )
    )
    return (
        f"part_{number} AS (SELECT c.city AS city, o.status AS status, SUM(o.amount * o.quantity) AS total,"
        f" COUNT(DISTINCT c.id) AS customers, ROUND(AVG(CASE WHEN o.price > 100 THEN o.price ELSE 0 END), 2) AS price,"
        f" ROW_NUMBER() OVER (PARTITION BY c.city ORDER BY SUM(o.amount) DESC) AS place"
        f" FROM business_{a:02} AS c JOIN business_{b:02} AS o ON o.parent_id = c.id WHERE {condition}"
        " GROUP BY c.city, o.status HAVING SUM(o.amount) > 100)"
    )


def _whole(parts: list[str]) -> str:
    joins = "".join(f" JOIN part_{n} ON part_{n}.city = part_0.city" for n in range(1, len(parts)))
    return (
        f"WITH {', '.join(parts)} SELECT part_0.city, part_0.total, part_0.customers FROM part_0{joins}"
        " WHERE part_0.place <= 10 ORDER BY part_0.total DESC LIMIT 100"
    )


def policies(every: Catalogue) -> dict[str, Policy]:
    """No policy; a column hidden, and one masked, in every table; a tenant's predicate on every table; and all of that."""
    hidden = Access(hide=("*.closed_on",))
    masks = {"*.parent_id": MaskKind.ID_CARD, "*.tenant_id": MaskKind.SECRET}
    rows = TenantRows(tables=tuple(table.name for table in every.tables), by="rewrite")
    return {
        "open": Policy(),
        "hidden": Policy(default=hidden),
        "masks": Policy(masks=masks),
        "tenants": Policy(tenants=rows),
        "all of them": Policy(default=hidden, masks=masks, tenants=rows),
    }


def timed(texts: list[str], every: Catalogue, policy: Policy) -> list[list[float]]:
    """Milliseconds of each check of each query; the rounds go over all of them in turn."""
    found: list[list[float]] = [[] for _ in texts]
    for _ in range(ROUNDS):
        for times, text in zip(found, texts, strict=True):
            started = time.perf_counter()
            checked = check(text, every, policy=policy, caller=CALLER)
            times.append((time.perf_counter() - started) * 1000)
            if not checked.ok:
                raise AssertionError(f"{checked.problems[0].message} | {text}")
    return found


def report(label: str, texts: list[str], found: list[list[float]]) -> None:
    """Print the figures, by size and in all."""
    for lower, upper in [*itertools.pairwise((0, *SIZES)), (0, SIZES[-1])]:
        rounds = [
            times for text, times in zip(texts, found, strict=True) if lower < len(text.encode()) <= upper
        ]
        if len(rounds) < 2:
            continue
        for name, times in (("every", list(itertools.chain(*rounds))), ("best", list(map(min, rounds)))):
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"{label:<22} {lower:>4} to {upper:>4} bytes {name:<5} {len(times):>4}   p50"
                f" {statistics.median(times):6.2f} ms   p95 {p95:6.2f} ms   max {max(times):6.2f} ms"
            )


def main() -> int:
    """Measure the made queries under every policy, on every dialect."""
    texts = list(queries(random.Random(3), SIZES[-1]))
    for dialect in Dialect:
        every = catalogue(dialect)
        for name, policy in policies(every).items():
            for text in texts[:5]:
                check(text, every, policy=policy, caller=CALLER)
            report(f"{dialect}, {name}", texts, timed(texts, every, policy))
    return 0


if __name__ == "__main__":
    sys.exit(main())
