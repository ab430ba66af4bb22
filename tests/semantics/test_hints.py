"""What a model is told of a question's words: lines of SQL that run, on databases that no rule was written for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from analytic_databases import Asked, asked_database

CASES: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "hints.yaml").read_text("utf-8")
)


@pytest.fixture(scope="module", params=CASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Asked]:
    return request.param, asked_database(request.param, tmp_path_factory.mktemp("hints"))


def test_words_are_told_with_their_sql(database: tuple[str, Asked]) -> None:
    name, asked = database
    for question, told in CASES[name].items():
        assert [hint.text for hint in asked.hints(question)] == told, question


def test_metrics_run_as_they_are_told(database: tuple[str, Asked]) -> None:
    name, asked = database
    for question in CASES[name]:
        for hint in asked.hints(question):
            _, _, sql = hint.text.partition(": ")
            if " FROM " in sql and not sql.startswith("(") and not hint.has_value:
                asked.run(f"SELECT {sql}")


def test_what_tells_a_value_says_so(database: tuple[str, Asked]) -> None:
    _, asked = database
    for question in ("山海间", "翡翠湾"):
        for hint in asked.hints(question):
            assert hint.has_value == (question in hint.text), hint
