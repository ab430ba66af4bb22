"""The SQL, or the reason for having none, from replies as models write them."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chat2sql.engine.sql.extract import extract_reason, extract_sql

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "sql_extract.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reply(case: dict[str, Any]) -> None:
    assert extract_sql(case["text"]) == case["sql"]
    assert extract_reason(case["text"]) == case.get("reason")


@given(st.text(max_size=600))
def test_any_reason_is_short_plain_and_one_line(text: str) -> None:
    reason = extract_reason(f"CANNOT ANSWER: {text}")
    assert reason is not None
    assert len(reason) <= 300
    assert not {unicodedata.category(character) for character in reason} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Zl",
        "Zp",
    }
    assert not set(reason) & set("<>")


@given(st.text(max_size=200))
def test_any_text_gives_an_answer_and_fencing_it_as_sql_gives_it_back(text: str) -> None:
    assert extract_sql(text) is None or extract_sql(text) in text
    query = f"SELECT '{text.replace('`', '').replace('<think>', '')}'"
    assert extract_sql(f"```sql\n{query}\n```") == query
