"""Time expressions: the case file, and what must hold for any text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.periods import Period, TimeKind, describe
from chat2sql.engine.semantics.time_conventions import FiscalNaming, TimeConventions, local_today
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time

_ROOT = Path(__file__).parents[2]
_BLOCKS: list[dict[str, Any]] = yaml.safe_load(
    (_ROOT / "tests" / "fixtures" / "time_expressions.yaml").read_text(encoding="utf-8")
)
_CASES = [
    pytest.param(block, question, expected, id=f"{block['as_of']} {question}")
    for block in _BLOCKS
    for question, expected in block["cases"].items()
]
_WORDS = st.sampled_from(
    (
        *(
            "2024年",
            "24年",
            "3月",
            "5日",
            "到",
            "至",
            "前",
            "三",
            "个",
            "月",
            "周",
            "季度",
            "年",
            "去年同期",
            "上",
            "本",
        ),
        *(
            "近",
            "截至",
            "以来",
            "之前",
            "半",
            "底",
            "千",
            "last",
            "next",
            "past",
            "3",
            "30",
            "days",
            "months",
            "of",
        ),
        *(
            "March",
            "May",
            "Q2",
            "H1",
            "2024",
            "2023",
            "03/04/2024",
            "2024-02-30",
            "since",
            "before",
            "until",
            "between",
        ),
        *(
            "and",
            "to",
            "year",
            "ago",
            "9999",
            "YTD",
            "fiscal",
            "FY24",
            "财年",
            "第",
            "国庆",
            "春节",
            "双11",
            "期间",
            "618",
        ),
        *(
            "week",
            "first",
            "half",
            "Christmas",
            "weekend",
            "到目前",
            "so far",
            "1900",
            "元旦",
            "最后",
            "、7",
            "之前",
        ),
    )
)

_CONVENTIONS = st.builds(
    TimeConventions,
    fiscal_year_start_month=st.integers(1, 12),
    fiscal_year_named=st.sampled_from(FiscalNaming),
    week_start=st.integers(0, 6),
    country=st.sampled_from(("CN", "US", "GB")),
)


def shown(time: TimeExpression) -> str:
    """An expression as the case file writes it."""
    if time.ambiguous:
        return f"{time.text} ambiguous {' | '.join(reading.en for reading in time.readings)}"
    base = time.comparison_of
    of = f" of {base.start}..{base.end}" if base else ""
    return f"{time.text} [{time.start or '..'}, {time.end or '..'}) {time.kind}{of}"


@pytest.mark.parametrize(("block", "question", "expected"), _CASES)
def test_resolved(block: dict[str, Any], question: str, expected: list[str]) -> None:
    conventions = TimeConventions.model_validate(block.get("conventions", {}))
    language = detect_language(question, Language.EN)
    found = resolve_time(question, block["as_of"], language, conventions)
    assert [shown(time) for time in found] == expected


def test_the_case_file_covers_both_languages_widely() -> None:
    questions = [question for block in _BLOCKS for question in block["cases"]]
    chinese = [question for question in questions if detect_language(question, Language.EN) is Language.ZH]
    assert len(questions) >= 330
    assert len(chinese) >= 150
    assert len(questions) - len(chinese) >= 150


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "第一",
        "前3天",
        "fiscal year ",
        "7、",
        "2024/01/01-",
        "last ",
        "first day of ",
        "国庆",
        "between 1 and ",
        " ",
        "最近",
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    resolve_time(unit * 10, date(2025, 6, 30), Language.ZH)
    begun = process_time()
    resolve_time(unit * (8000 // len(unit)), date(2025, 6, 30), Language.ZH)
    assert process_time() - begun < 2


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2025-06-30T16:30:00+00:00", "Asia/Shanghai", date(2025, 7, 1)),
        ("2025-06-30T15:30:00+00:00", "Asia/Shanghai", date(2025, 6, 30)),
        ("2025-07-01T03:00:00+00:00", "America/New_York", date(2025, 6, 30)),
        ("2025-01-01T04:59:00+00:00", "America/New_York", date(2024, 12, 31)),
        ("2025-07-01T00:30:00+08:00", "UTC", date(2025, 6, 30)),
        ("2024-02-29T23:00:00-10:00", "Pacific/Auckland", date(2024, 3, 1)),
    ],
)
def test_today_is_the_day_of_the_asker(instant: str, zone: str, day: date) -> None:
    assert local_today(datetime.fromisoformat(instant), zone) == day


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "/etc/passwd", "../x", "GMT+8:00"])
def test_an_unknown_time_zone_is_refused_with_what_to_do(zone: str) -> None:
    with pytest.raises(InvalidInput, match="Asia/Shanghai"):
        local_today(datetime(2025, 6, 30, tzinfo=UTC), zone)


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        local_today(datetime(2025, 6, 30), "UTC")


@pytest.mark.parametrize(
    "settled",
    [
        {"fiscal_year_start_month": 0},
        {"fiscal_year_start_month": 13},
        {"week_start": 7},
        {"country": "XX"},
        {"country": ""},
    ],
)
def test_conventions_that_make_no_calendar_are_refused(settled: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TimeConventions.model_validate(settled)


def written(case: str) -> tuple[str, str]:
    """An expression of the case file and its meaning, as the documentation writes them: with the last day."""
    expression, ambiguous, readings = case.partition(" ambiguous ")
    if ambiguous:
        return expression, f"asks: {readings.replace(' | ', ' or ')}"
    found = re.match(r"(?P<text>.+) \[(?P<start>\S+), (?P<end>\S+)\) ", case)
    assert found is not None
    start, end = (
        None if found[side] == ".." else date.fromisoformat(found[side]) for side in ("start", "end")
    )
    return found["text"], describe(Period(start=start, end=end, kind=TimeKind.RANGE)).en


def test_every_example_of_the_documentation_is_a_case_and_reads_as_written() -> None:
    known = {
        (
            expression,
            str(block["as_of"]),
            " ".join(f"{key}={value}" for key, value in block.get("conventions", {}).items()),
            meaning,
        )
        for block in _BLOCKS
        for cases in block["cases"].values()
        for expression, meaning in map(written, cases)
    }
    text = (_ROOT / "docs" / "time.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (\d{4}-\d\d-\d\d) ?([^|]*?) \| (.*?) \|$", text, re.MULTILINE)
    assert len(rows) >= 80
    assert [row for row in rows if row not in known] == []


@given(
    text=st.lists(_WORDS, max_size=25).map("".join) | st.lists(_WORDS, max_size=25).map(" ".join),
    as_of=st.dates(),
    language=st.sampled_from(Language),
    conventions=_CONVENTIONS,
)
def test_whatever_is_written_periods_are_in_order_and_spans_lie_in_the_text(
    text: str, as_of: date, language: Language, conventions: TimeConventions
) -> None:
    times = resolve_time(text, as_of, language, conventions)
    floor = 0
    for time in times:
        start, end = time.span
        assert floor <= start < end <= len(text)
        assert text[start:end] == time.text
        floor = end
        for period in (time, *time.candidates):
            assert period.start is None or period.end is None or period.start < period.end
        assert time.ambiguous == (len(time.readings) > 1)
        assert time.ambiguous or time.start is not None or time.end is not None
