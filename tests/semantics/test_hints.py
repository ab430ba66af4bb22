"""What a model is told of a question's words: lines of SQL that run, on databases that no rule was written for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from analytic_databases import Asked, asked_database

CASES: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "hints.yaml").read_text("utf-8")
)


@pytest.fixture(scope="module", params=CASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Asked]:
    return request.param, asked_database(request.param, tmp_path_factory.mktemp("hints"))


def test_words_are_told_with_their_sql(database: tuple[str, Asked]) -> None:
    name, asked = database
    for question, told in CASES[name].items():
        hints = asked.hints(question)
        assert {"meanings": list(hints.meanings), "values": list(hints.values)} == told, question


def test_metrics_run_as_they_are_told(database: tuple[str, Asked]) -> None:
    name, asked = database
    for question in CASES[name]:
        for line in asked.hints(question).meanings:
            _, _, sql = line.partition(": ")
            if " FROM " in sql and not sql.startswith("("):
                asked.run(f"SELECT {sql}")
