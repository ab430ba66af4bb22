"""What may run runs, with the same rows; what may not is refused by the right rule, for the right reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor, Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.case import written
from chat2sql.engine.sql.guard.check import RULES, Check, ProblemKind, Severity, check
from chat2sql.engine.sql.guard.nodes import WRITTEN_WHOLE
from chat2sql.engine.sql.guard.policy import Policy

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = yaml.safe_load((FIXTURES / "sql_check.yaml").read_text())
EXPRESSIONS: dict[str, str] = yaml.safe_load((FIXTURES / "sql_expressions.yaml").read_text())
LIMITS = FetchLimits(row_cap=100, timeout_s=20)
ANN = Caller(tenant="t", user="ann")
Case = dict[str, Any]


def _dialects(case: Case) -> Iterator[Dialect]:
    return (
        dialect
        for dialect in Dialect
        if dialect in case.get("dialects", Dialect) and dialect not in case.get("not", ())
    )


def _each(group: str) -> list[Any]:
    return [
        pytest.param(dialect, case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in _dialects(case)
    ]


def _text(case: Case) -> str:
    if "sql" in case:
        return str(case["sql"])
    long = case["sql_of"]
    return str(long["head"] + long["repeat"] * long["times"] + long["tail"])


def _checked(case: Case, catalogue: Catalogue) -> Check:
    policy = Policy.model_validate(CASES["policies"][case["policy"]]) if "policy" in case else Policy()
    return check(
        _text(case), catalogue, policy=policy, caller=Caller(tenant="t", user=case.get("user", "ann"))
    )


@pytest.mark.parametrize(("dialect", "case"), _each("good"))
async def test_good_query_passes_and_keeps_its_meaning(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue], shop_dsns: dict[Dialect, str]
) -> None:
    checked = _checked(case, shop_catalogues[dialect])
    assert checked.ok, checked.problems
    assert checked.rule is None
    assert checked.sql == case.get("renders", checked.sql)
    assert checked.tables == tuple(case.get("tables", checked.tables))

    executor = open_executor(dialect, shop_dsns[dialect])
    try:
        rendered = await _rows(checked.executable, executor)
        assert [column.name for column in rendered.columns] == case.get(
            "columns", [column.name for column in rendered.columns]
        )
        if case.get("executes_only_rendered"):
            assert rendered.rows
        else:
            written = await _rows(_text(case).strip().rstrip(";"), executor)
            assert Counter(map(str, rendered.rows)) == Counter(map(str, written.rows))
    finally:
        await executor.aclose()


async def _rows(text: str, executor: Executor) -> RowList:
    sink = RowList()
    fetched = await executor.fetch(text, sink, caller=ANN, limits=LIMITS)
    assert isinstance(fetched, Fetched), fetched
    return sink


@pytest.mark.parametrize("dialect", list(Dialect))
async def test_expression_passes_and_gives_the_same_value(
    dialect: Dialect, shop_catalogues: dict[Dialect, Catalogue], shop_dsns: dict[Dialect, str]
) -> None:
    executor = open_executor(dialect, shop_dsns[dialect])
    failed = []
    try:
        for expression in (EXPRESSIONS["all"] + EXPRESSIONS[dialect]).splitlines():
            query = f"SELECT {expression} AS v FROM orders"
            checked = check(query, shop_catalogues[dialect])
            wanted = await _values(query, executor)
            found = await _values(checked.executable, executor) if checked.ok else str(checked.problems)
            if isinstance(wanted, str) or found != wanted:
                failed.append(f"{query}: {wanted}; {checked.executable}: {found}")
    finally:
        await executor.aclose()
    assert not failed, "\n".join(failed)


async def _values(text: str, executor: Executor) -> Counter[str] | str:
    sink = RowList()
    fetched = await executor.fetch(text, sink, caller=ANN, limits=LIMITS)
    if not isinstance(fetched, Fetched):
        return fetched.message
    return Counter(f"{value:.12g}" if isinstance(value, float) else repr(value) for (value,) in sink.rows)


@pytest.mark.parametrize(("dialect", "case"), _each("bad"))
def test_bad_query_is_refused_for_its_reason(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    checked = _checked(case, shop_catalogues[dialect])
    assert not checked.ok
    assert checked.executable == ""
    assert {problem.kind for problem in checked.problems} == {ProblemKind(case["kind"])}, checked.problems
    assert checked.rule == case["rule"]
    assert len(checked.problems) == case.get("count", 1), checked.problems
    first = checked.problems[0]
    assert first.severity is (Severity.REFUSED if case.get("refused") else Severity.MENDABLE)
    assert case.get("message", "") in first.message
    assert case.get("hint", "") in first.hint
    assert first.user_message.zh and first.user_message.en


def test_what_is_rendered_passes_again_unchanged(shop_catalogues: dict[Dialect, Catalogue]) -> None:
    for parameters in _each("good"):
        dialect, case = parameters.values
        once = _checked(case, shop_catalogues[dialect])
        assert _checked(case | {"sql": once.sql}, shop_catalogues[dialect]).sql == once.sql


@pytest.mark.parametrize("dialect", list(Dialect))
def test_what_stays_whole_is_written_twice_alike(dialect: Dialect) -> None:
    expressions = (EXPRESSIONS["all"] + EXPRESSIONS[dialect]).splitlines()
    texts = [f"SELECT {expression} AS v FROM orders" for expression in expressions]
    texts += [_text(case) for case in CASES["good"] if dialect in _dialects(case)]
    kinds: set[type[exp.Expr]] = set()
    for text in texts:
        tree = sqlglot.parse_one(text, dialect=dialect)
        present = {type(node) for node in tree.walk()}
        if present <= WRITTEN_WHOLE:
            kinds |= present
            assert written(tree, dialect) == written(tree, dialect), text
    assert kinds > {exp.Select, exp.CTE, exp.Join, exp.Window, exp.Union, exp.Round, exp.Cast}


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("sql", ["SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT 1" + " + 1" * 60_000])
def test_monstrous_text_is_a_problem_and_no_crash(
    dialect: Dialect, sql: str, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    checked = check(sql, shop_catalogues[dialect])
    assert checked.rule == "parses"
    assert [problem.severity for problem in checked.problems] == [Severity.MENDABLE]


def test_rules_are_visible_in_order() -> None:
    assert [rule.__name__ for rule in RULES] == [
        "parses",
        "one_statement",
        "query_at_root",
        "reads_only",
        "known_tables",
        "harmless_functions",
        "allowed_types",
        "known_columns",
        "masked_columns",
        "limits",
        "renders",
        "reads_back",
        "allowed_functions",
    ]
