"""Text and JSON made fit for PostgreSQL, and left alone where they are."""

from __future__ import annotations

import json

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat2sql.engine.stores.text import storable, storable_json

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("document", "stored"),
    [
        (r'{"a": "x\u0000y"}', {"a": "x\ufffdy"}),
        (r'{"a\u0000": 1}', {"a\ufffd": 1}),
        (r'["\ud83d"]', ["\ufffd"]),
        (r'["\ud83d\ude00"]', ["😀"]),
        (r'["C:\\u0000"]', ["C:\\u0000"]),
        ('{"金额": 1.50}', {"金额": 1.5}),
    ],
)
def test_json(document: str, stored: object) -> None:
    assert json.loads(storable_json(document)) == stored


def test_json_without_anything_odd_is_not_touched() -> None:
    assert storable_json('{ "b":1.50,"a":2 }') == '{ "b":1.50,"a":2 }'


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT, value=ANY_JSON, escaped=st.booleans())
def test_postgresql_takes_it(database: str, text: str, value: object, escaped: bool) -> None:
    document = storable_json(json.dumps(value, ensure_ascii=escaped))
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT %s::text, %s::jsonb", (storable(text), document)).fetchone()
    assert row is not None
    assert row[0] == storable(text)
    assert len(row[0]) == len(text)
    assert row[1] == json.loads(document)
