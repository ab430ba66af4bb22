"""``docs/semantics.md`` names every key, and its example holds for the demo company."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.demo.load import load_sqlite
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.semantics.model import extensions
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.owned import owned
from chat2sql.engine.semantics.model.reading import read_model

PAGE = (Path(__file__).parents[3] / "docs" / "semantics.md").read_text()
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
PAYLOADS: tuple[type[BaseModel], ...] = (
    extensions.DatasetPayload,
    extensions.ValidityPayload,
    extensions.FieldPayload,
    extensions.MetricPayload,
    extensions.SegmentPayload,
    extensions.ConventionsPayload,
    extensions.ModelPayload,
)


async def test_the_example_holds_for_the_demo_company(tmp_path: Path) -> None:
    load_sqlite(tmp_path / "sales.db")
    catalogue = await introspect(
        f"sqlite:///{tmp_path / 'sales.db'}", Dialect.SQLITE, "demo", implicit_keys=True
    )
    # Budgets are in the PostgreSQL database only, where the test of the command line has them.
    text = EXAMPLE.replace("budgets_count", "returns_count")
    reading = read_model(text, catalogue)
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file is not None
    model = owned(draft_model(catalogue), reading.file)
    assert {"net_sales", "buyers", "sales_per_buyer"} <= {metric.name for metric in model.metrics}
    assert model.metric("orders_count") is None
    assert reading.file.calendar.fiscal_year_start_month == 4


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.__name__)
def test_every_key_is_told(payload: type[BaseModel]) -> None:
    assert [name for name in payload.model_fields if not re.search(rf"`{name}`|\"{name}\"", PAGE)] == []
