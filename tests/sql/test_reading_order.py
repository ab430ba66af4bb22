"""Groups in the order in which they are read, on the databases themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, RowList
from chat2sql.engine.sql.reading_order import in_reading_order

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "reading_order.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("dialect", "case"),
    [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES
        for dialect in case.get("dialects", list(Dialect))
    ],
)
async def test_groups_are_ordered_as_they_are_read(
    dialect: Dialect,
    case: dict[str, Any],
    shop_catalogues: dict[Dialect, Catalogue],
    shop_dsns: dict[Dialect, str],
) -> None:
    found = in_reading_order(case["sql"], shop_catalogues[dialect])
    if "order" not in case:
        assert found is None
        return
    assert found is not None
    assert [repair.explanation for repair in found.repairs] == [f"ORDER BY {case['order']}"]
    wanted = sqlglot.parse_one(f"{case['sql']} ORDER BY {case['order']}", read=dialect)
    assert found.sql == wanted.sql(dialect)
    executor = open_executor(dialect, shop_dsns[dialect])
    try:
        rows = RowList()
        fetched = await executor.fetch(
            found.sql, rows, caller=Caller(tenant="t"), limits=FetchLimits(row_cap=1000, timeout_s=20)
        )
    finally:
        await executor.aclose()
    assert isinstance(fetched, Fetched), fetched
    assert rows.rows
