from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect, Language
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.suites import load_suite, sample

QUESTION = {
    "id": "1",
    "db_id": "shop",
    "question": "How many orders?",
    "query": "SELECT count(*) FROM orders",
}
BOTH = {
    "id": "1", "db": "shop", "question_en": "How many orders?", "question_zh": "有多少订单？", "category": "count",
    "gold": ["SELECT count(*) FROM orders", "SELECT count(id) FROM orders"],
}  # fmt: skip


def _written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("suite_format", [SuiteFormat.SPIDER, SuiteFormat.BIRD])
def test_sets_over_sqlite(tmp_path: Path, suite_format: SuiteFormat) -> None:
    row = {**QUESTION, "evidence": "orders are rows", "difficulty": "simple"}
    _written(tmp_path, "questions.json", json.dumps([row]))
    file = _written(tmp_path, "database/shop/shop.sqlite", "")
    suite = load_suite(tmp_path, suite_format)
    (case,) = suite.cases
    assert (case.gold, case.evidence, case.difficulty) == (
        ("SELECT count(*) FROM orders",),
        "orders are rows",
        "simple",
    )
    assert [(base.name, base.dialect, base.path) for base in suite.databases] == [
        ("shop", Dialect.SQLITE, str(file))
    ]


@pytest.mark.parametrize(("suite_format", "level"), [(SuiteFormat.SPIDER, "easy"), (SuiteFormat.BIRD, "")])
def test_spider_is_graded_where_it_does_not_say(
    tmp_path: Path, suite_format: SuiteFormat, level: str
) -> None:
    _written(tmp_path, "questions.json", json.dumps([QUESTION]))
    _written(tmp_path, "database/shop/shop.sqlite", "")
    assert load_suite(tmp_path, suite_format).cases[0].difficulty == level


@pytest.mark.parametrize(
    ("language", "question"), [(Language.EN, "How many orders?"), (Language.ZH, "有多少订单？")]
)
def test_a_set_over_postgres_in_two_languages(tmp_path: Path, language: Language, question: str) -> None:
    _written(tmp_path, "questions.jsonl", json.dumps(BOTH) + "\n")
    suite = load_suite(tmp_path, SuiteFormat.DEFOG, language=language)
    (case,) = suite.cases
    assert (case.question, case.language, len(case.gold), case.kind) == (question, language, 2, "count")
    assert suite.databases[0].dialect is Dialect.POSTGRESQL


def test_questions_that_cannot_be_answered(tmp_path: Path) -> None:
    file = _written(
        tmp_path, "unanswerable.json", json.dumps([{"id": "1", "db_id": "shop", "question": "Why?"}])
    )
    (case,) = load_suite(file, SuiteFormat.DEFOG).cases
    assert (case.gold, case.kind) == ((), "unanswerable")


def test_lines_over_registered_datasources(tmp_path: Path) -> None:
    line = {
        "id": "1", "question": "有多少订单？", "gold": ["SELECT 1"], "datasource": "demo", "as_of": "2025-06-30",
        "ordered": True,
    }  # fmt: skip
    suite = load_suite(_written(tmp_path, "q.jsonl", json.dumps(line) + "\n\n"), SuiteFormat.JSONL)
    (case,) = suite.cases
    assert (case.database, str(case.as_of), case.ordered, case.language) == (
        "demo",
        "2025-06-30",
        True,
        Language.ZH,
    )
    assert suite.databases[0].path is None


@pytest.mark.parametrize(
    ("name", "text", "suite_format", "told"),
    [
        ("questions.json", "[", SuiteFormat.SPIDER, "questions.json"),
        ("questions.json", json.dumps([QUESTION]), SuiteFormat.SPIDER, "no SQLite file"),
        ("nothing", "", SuiteFormat.BIRD, "No such file"),
        ("q.jsonl", '{"id": "1", "datasource": "demo"}', SuiteFormat.JSONL, "line 1: question"),
        (
            "q.jsonl",
            2 * '{"id": "1", "datasource": "demo", "question": "Who?"}\n',
            SuiteFormat.JSONL,
            "the id 1 stands 2 times",
        ),
    ],
)
def test_a_set_that_cannot_be_read(
    tmp_path: Path, name: str, text: str, suite_format: SuiteFormat, told: str
) -> None:
    file = _written(tmp_path, name, text)
    path = file if suite_format is SuiteFormat.JSONL else tmp_path
    with pytest.raises(InvalidInput) as refused:
        load_suite(path, suite_format)
    assert told in refused.value.message.en or "validation error" in refused.value.message.en
    assert "--format" in refused.value.message.en and "--format" in refused.value.message.zh


def test_the_same_lots_for_the_same_seed(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"id": str(n), "question": "Who?", "datasource": "demo"}) + "\n" for n in range(50)
    )
    suite = load_suite(_written(tmp_path, "q.jsonl", lines), SuiteFormat.JSONL)
    drawn = [[case.id for case in sample(suite, limit=10, seed=seed).cases] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert sample(suite, limit=None, seed=0) is suite
