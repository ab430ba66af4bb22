from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from importlib.resources import files

from chat2sql.engine.demo.company import VERSION, checksum, generate

# A change of data, columns or comments is meant if the version changes with it.
GOLDEN_VERSION = 2
GOLDEN_CHECKSUM = "f5ca84c5702a61ea5ede6505d3b1b344db7b9cb4428c6a4a9b272bf99809dadd"
GOLDEN_SCHEMAS = "98b18d1ae9ecfc6d2b20e49683efbe4ffe90e68e785577e3326f4f363df0232c"


def test_the_company_is_the_one_of_this_version() -> None:
    assert (VERSION, checksum(generate())) == (GOLDEN_VERSION, GOLDEN_CHECKSUM)


def test_the_schemas_are_those_of_this_version() -> None:
    folder = files("chat2sql.engine.demo")
    scripts = b"".join((folder / name).read_bytes() for name in ("schema_postgres.sql", "schema_sqlite.sql"))
    assert (VERSION, hashlib.sha256(scripts).hexdigest()) == (GOLDEN_VERSION, GOLDEN_SCHEMAS)


def test_another_process_time_zone_and_hash_seed_give_the_same_company() -> None:
    program = "from chat2sql.engine.demo.company import checksum, generate; print(checksum(generate()))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/Los_Angeles", "LC_ALL": "C"}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == checksum(generate())


def test_one_changed_value_changes_the_checksum() -> None:
    tables = list(generate())
    before = checksum(tables)
    place = next(n for n, table in enumerate(tables) if table.name == "orders")
    rows = list(tables[place].rows)
    rows[-1] = rows[-1]._replace(total_amount=Decimal("0.01"))
    tables[place] = tables[place]._replace(rows=rows)
    assert checksum(tables) != before


def test_about_twenty_tables_and_a_hundred_thousand_rows() -> None:
    tables = generate()
    assert len(tables) == 21
    assert 95_000 <= sum(len(table.rows) for table in tables) <= 110_000
    assert 125 <= sum(len(table.columns) for table in tables) <= 140


def test_identifiers_count_from_one() -> None:
    for table in generate():
        if table.columns[0] == "id":
            assert [row[0] for row in table.values()] == list(range(1, len(table.rows) + 1)), table.name
