"""What an explanation says, from a file of queries; and that no query makes it fail."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.explain import explain, label_of_comment
from chat2sql.engine.sql.executors.port import Truncation

FIXTURE = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "present_explanations.yaml").read_text())
LABELS = {name: label_of_comment(comment) for name, comment in FIXTURE["comments"].items()}

ODD = [
    "",
    ";",
    "SELEC x",
    "SELECT (",
    "DELETE FROM t",
    "SELECT 1; SELECT 2",
    "VALUES (1, 2)",
    "TABLE customer",
    "(SELECT 1) ORDER BY 1",
    "((SELECT a FROM t LIMIT 1)) UNION (SELECT b FROM u) EXCEPT SELECT c FROM v",
    "SELECT",
    "SELECT * FROM t WHERE a = ANY(ARRAY[1, 2])",
    "SELECT a[1], (b).c, d->>'e', f::jsonb #> '{g}' FROM t",
    "SELECT * FROM LATERAL (SELECT 1) AS x",
    "SELECT * FROM t, LATERAL (SELECT * FROM u WHERE u.id = t.id) AS y",
    "SELECT * FROM UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS u(a, b)",
    "SELECT * FROM (VALUES (1, 'a')) AS v(id, name)",
    "SELECT * FROM (a JOIN b ON a.id = b.id) JOIN c ON c.id = a.id",
    "SELECT * FROM a NATURAL JOIN b",
    "SELECT SUM(x) OVER w FROM t WINDOW w AS (PARTITION BY y)",
    "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) FROM t",
    "SELECT ARRAY_AGG(x ORDER BY y), STRING_AGG(DISTINCT z, ',') FROM t",
    "SELECT x FROM t WHERE (a, b) IN ((1, 2), (3, 4)) AND (c, d) = (1, 2)",
    "SELECT x FROM t WHERE a SIMILAR TO 'b' AND c ~ 'd' AND e IS DISTINCT FROM f",
    "SELECT x FROM t WHERE a LIKE 'b!%' ESCAPE '!' AND c LIKE ANY (ARRAY['d'])",
    "SELECT x FROM t WHERE a BETWEEN SYMMETRIC 2 AND 1",
    "SELECT x FROM t ORDER BY 7, RANDOM() LIMIT ALL",
    "SELECT x FROM t GROUP BY 9 LIMIT (SELECT 1)",
    "SELECT x FROM t FOR UPDATE",
    "WITH a AS (WITH b AS (WITH c AS (WITH d AS (SELECT 1 AS z) SELECT * FROM d) SELECT * FROM c) SELECT * FROM b) TABLE a",
    "SELECT CASE a WHEN 1 THEN 2 END, x AT TIME ZONE 'UTC', INTERVAL '1 day' * 3 FROM t",
    "SELECT '{0} {1} {9}' || a FROM t WHERE b = '{1}' AND c IN ('{0}', '%s')",
    "SELECT a FROM t WHERE b = E'\\x00\\n' AND c = '\u202e'",
    "SELECT " + "(" * 400 + "1" + ")" * 400,
    "SELECT a FROM t WHERE " + " OR ".join(f"b = {i}" for i in range(2000)),
    "SELECT " + ", ".join(f"c{i}" for i in range(500)) + " FROM t",
    "SELECT a FROM t WHERE NOT NOT NOT (a IS NOT TRUE)",
    'SELECT "a""b" FROM "weird table" AS "t.x" WHERE "t.x"."a""b" = 1',
]


def _explained(sql: str, language: Language, dialect: Dialect = Dialect.POSTGRESQL) -> list[str]:
    text = explain(
        sql,
        dialect,
        language=language,
        labels=LABELS,
        assumptions=(),
        row_count=7,
        truncated=None,
        row_cap=1000,
    )
    return text.splitlines()


def test_there_are_enough_queries() -> None:
    assert len({case["sql"] for case in FIXTURE["cases"]}) >= 40


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: case["sql"][:60])
@pytest.mark.parametrize("language", Language)
def test_the_words_of_a_query(case: dict, language: Language) -> None:
    lines = _explained(case["sql"], language)
    assert lines[:-1] == case[language.value]
    assert lines[-1] == ("行数：共 7 行。" if language is Language.ZH else "Rows: 7 rows.")


@pytest.mark.parametrize("sql", ODD, ids=lambda sql: sql[:40] or "nothing")
@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("language", Language)
def test_an_odd_query_is_never_an_error(sql: str, dialect: Dialect, language: Language) -> None:
    lines = _explained(sql, language, dialect)
    assert 2 <= len(lines) <= 8
    assert all(line.isprintable() and len(line) < 1500 for line in lines)


@pytest.mark.parametrize(
    "condition",
    [
        "a LIKE 'b!%' ESCAPE '!'",
        "a BETWEEN SYMMETRIC 2 AND 1",
        "a IS DISTINCT FROM b",
        "a = ANY(ARRAY[1, 2])",
        "(a, b) IN ((1, 2))",
    ],
)
def test_what_has_no_sure_words_is_shown_as_sql(condition: str) -> None:
    (line,) = [
        line
        for line in _explained(f"SELECT x FROM t WHERE {condition}", Language.EN)
        if line.startswith("Conditions")
    ]
    assert "`" in line


def test_literals_cannot_pass_for_places_in_a_sentence() -> None:
    lines = _explained("SELECT x FROM t WHERE NOT a BETWEEN '{1}' AND '{2}'", Language.EN)
    assert "Conditions: a is not between “{1}” and “{2}”." in lines


def test_like_ignores_case_in_sqlite() -> None:
    sql = "SELECT x FROM t WHERE a LIKE 'ab%'"
    assert "(any case)" in "".join(_explained(sql, Language.EN, Dialect.SQLITE))
    assert "(any case)" not in "".join(_explained(sql, Language.EN, Dialect.POSTGRESQL))


def test_a_table_of_the_same_alias_elsewhere_does_not_lend_its_label() -> None:
    sql = "SELECT x.name FROM customer x WHERE EXISTS (SELECT 1 FROM product x)"
    assert "a row matching the subquery exists in products" in "".join(_explained(sql, Language.EN))


def test_an_intermediate_result_hides_the_table_of_its_name() -> None:
    sql = "WITH customer AS (SELECT id AS region FROM product) SELECT region FROM customer"
    lines = _explained(sql, Language.EN)
    assert lines[1:3] == ["Data: customer.", "Result: region."]


def test_assumptions_and_a_cut_result_are_said() -> None:
    for language, read, cut in (
        (Language.ZH, "理解：上个月指 2025-05-01 至 2025-05-31。", "只取了前 1,000 行"),
        (
            Language.EN,
            "Read as: last month is 2025-05-01 to 2025-05-31.",
            "only the first 1,000 were fetched",
        ),
    ):
        text = explain(
            "SELECT 1 AS one",
            Dialect.SQLITE,
            language=language,
            labels={},
            assumptions=(
                Bilingual(
                    zh="上个月指 2025-05-01 至 2025-05-31。", en="last month is 2025-05-01 to 2025-05-31."
                ),
            ),
            row_count=1000,
            truncated=Truncation.ROWS,
            row_cap=1000,
        )
        assert read in text.splitlines()
        assert cut in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("language", "masked", "cut"),
    [
        (
            Language.ZH,
            "phone（电话号码）已脱敏。",
            "结果超过大小上限，只取了前 7 行，其余没有取回",
        ),
        (Language.EN, "phone is masked.", "the result is larger than allowed"),
    ],
)
def test_what_was_masked_and_a_result_that_is_too_large_are_said(
    language: Language, masked: str, cut: str
) -> None:
    text = explain(
        "SELECT phone, name FROM people",
        Dialect.SQLITE,
        language=language,
        labels={},
        assumptions=(),
        row_count=7,
        truncated=Truncation.BYTES,
        row_cap=1000,
        masked=Bilingual(zh="phone（电话号码）已脱敏。", en="phone is masked."),
    )
    lines = text.splitlines()
    assert lines[-2] == masked
    assert cut in lines[-1]


@pytest.mark.parametrize(
    ("language", "confidence", "said"),
    [
        (Language.ZH, 0.17, "把握：偏低，只有 17% 的候选结果与此一致，使用前请核对 SQL。"),
        (Language.EN, 0.49, "Confidence: low, only 49% of the candidate queries gave this; check the SQL before you rely on it."),
        (Language.ZH, 0.5, None),
        (Language.EN, None, None),
    ],
)  # fmt: skip
def test_a_low_confidence_is_said(language: Language, confidence: float | None, said: str | None) -> None:
    text = explain(
        "SELECT name FROM people",
        Dialect.SQLITE,
        language=language,
        labels={},
        assumptions=(),
        row_count=7,
        truncated=None,
        row_cap=1000,
        confidence=confidence,
    )
    told = [line for line in text.splitlines() if line.startswith(("把握", "Confidence"))]
    assert told == ([said] if said else [])


@pytest.mark.parametrize(
    ("comment", "zh", "en"),
    [
        ("销售订单 / sales orders", "销售订单", "sales orders"),
        ("状态 / status: 0=open 1=paid", "状态", "status"),
        ("状态：0=待付 / 1=已付", "状态", "状态"),
        ("状态：0=待付 / status: 0=open", "状态", "status"),
        ("金额（含税） / amount (with tax)", "金额", "amount"),
        ("客户/customer", "客户", "customer"),
        ("customer name / 客户名称", "客户名称", "customer name"),
        ("元/件", "元/件", "元/件"),
        ("speed in km/h", "speed in km/h", "speed in km/h"),
        ("客户", "客户", "客户"),
        ("付款时间 未付款为空", "付款时间", "付款时间"),
        ("customer", "customer", "customer"),
        ("", "", ""),
        ("  ", "", ""),
    ],
)
def test_the_label_in_a_comment(comment: str, zh: str, en: str) -> None:
    assert label_of_comment(comment) == Bilingual(zh=zh, en=en)
