"""What may run runs, with the same rows; what may not is refused for the right reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.check import RULES, ProblemKind, Severity, check
from chat2sql.engine.sql.executor import Fetched, open_executor

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "sql_check.yaml").read_text())
BOTH = ["postgres", "sqlite"]
Case = dict[str, Any]


def _each(group: str) -> list[Any]:
    return [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("dialects", BOTH)
    ]


@pytest.mark.parametrize(("dialect", "case"), _each("good"))
async def test_good_query_passes_and_keeps_its_meaning(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue], shop_dsns: dict[Dialect, str]
) -> None:
    checked = check(case["sql"], shop_catalogues[dialect])
    assert checked.ok, checked.problems
    assert checked.sql == case.get("renders", checked.sql)
    assert checked.tables == tuple(case.get("tables", checked.tables))

    executor = open_executor(dialect, shop_dsns[dialect])
    try:
        rendered = await executor.fetch(checked.sql, row_cap=100, timeout_s=20, tenant="t")
        assert isinstance(rendered, Fetched), rendered
        if case.get("executes_only_rendered"):
            assert rendered.row_count > 0
        else:
            written = await executor.fetch(
                case["sql"].strip().rstrip(";"), row_cap=100, timeout_s=20, tenant="t"
            )
            assert isinstance(written, Fetched), written
            assert _rows(rendered) == _rows(written)
    finally:
        await executor.aclose()


def _rows(fetched: Fetched) -> Counter[str]:
    return Counter(
        str(list(row.values()))
        for row in fetched.table.rename_columns(
            [str(number) for number in range(fetched.table.num_columns)]
        ).to_pylist()
    )


@pytest.mark.parametrize(("dialect", "case"), _each("bad"))
def test_bad_query_is_refused_for_its_reason(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    checked = check(case["sql"], shop_catalogues[dialect])
    assert not checked.ok
    assert {problem.kind for problem in checked.problems} == {ProblemKind(case["kind"])}, checked.problems
    assert len(checked.problems) == case.get("count", 1), checked.problems
    first = checked.problems[0]
    assert first.severity is (Severity.REFUSED if case.get("refused") else Severity.MENDABLE)
    assert case.get("message", "") in first.message
    assert case.get("hint", "") in first.hint
    assert first.user_message.zh and first.user_message.en


def test_what_is_rendered_passes_again_unchanged(shop_catalogues: dict[Dialect, Catalogue]) -> None:
    for parameters in _each("good"):
        dialect, case = parameters.values
        once = check(case["sql"], shop_catalogues[dialect])
        assert check(once.sql, shop_catalogues[dialect]).sql == once.sql


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("sql", ["SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT 1" + " + 1" * 60_000])
def test_monstrous_text_is_a_problem_and_no_crash(
    dialect: Dialect, sql: str, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    checked = check(sql, shop_catalogues[dialect])
    assert [problem.kind for problem in checked.problems] == [ProblemKind.SYNTAX]


def test_rules_are_visible_in_order() -> None:
    assert [rule.__name__ for rule in RULES] == [
        "_parses",
        "_one_statement",
        "_query_at_root",
        "_reads_only",
        "_known_tables",
        "_renders",
        "_allowed_functions",
        "_columns_bind",
        "_renders",
    ]
