"""What only DuckDB has: memory that it does not count, in a worker whose memory is limited."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

ROOM = 2 * 2**30
LIMITED = """
import asyncio, json, resource, sys
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import FetchLimits, RowList

async def ask(executor, sql):
    limits = FetchLimits(row_cap=5, timeout_s=60)
    outcome = await executor.fetch(sql, RowList(), caller=Caller(tenant="acme", user="ann"), limits=limits)
    return outcome.model_dump(mode="json")

async def main():
    executor = open_executor(Dialect.DUCKDB, sys.argv[1])
    return [await ask(executor, sql) for sql in sys.argv[3:]]

resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]),) * 2)
print(json.dumps(asyncio.run(main())))
"""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT len(range(3000000000))",
        "SELECT len(range(id + 3000000000)) FROM facts",
        "SELECT length(repeat('x', 4000000000))",
        "SELECT list_sum(list_transform(range(500000000), lambda n: n + id)) FROM facts",
    ],
)
def test_memory_that_duckdb_does_not_count_is_bounded_by_the_process(tmp_path: Path, query: str) -> None:
    file = tmp_path / "facts.duckdb"
    with closing(duckdb.connect(file)) as connection:
        connection.execute("CREATE TABLE facts AS SELECT 1 AS id")
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(file), str(ROOM), query, "SELECT id FROM facts"],
        capture_output=True,
        text=True,
        check=True,
    )
    refused, works = json.loads(run.stdout)
    assert refused["kind"] == "too_large", refused
    assert works["row_count"] == 1
