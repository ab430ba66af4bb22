from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chat2sql.engine.evaluation.difficulty import spider_difficulty

LEVELS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "spider_difficulty.yaml").read_text("utf-8")
)
CASES = [(level, sql) for level, queries in LEVELS.items() for sql in queries]


@pytest.mark.parametrize(("level", "sql"), CASES, ids=[sql for _, sql in CASES])
def test_the_level_is_the_published_one(level: str, sql: str) -> None:
    assert spider_difficulty(sql) == level


def test_what_is_no_query_has_no_level() -> None:
    assert spider_difficulty("SELECT FROM WHERE (") is None
    assert spider_difficulty("DELETE FROM singer") is None
