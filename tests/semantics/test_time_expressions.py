"""Time expressions: the case file, and what must hold for any text."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time

_BLOCKS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "time_expressions.yaml").read_text(encoding="utf-8")
)
_CASES = [
    pytest.param(block["as_of"], question, expected, id=f"{block['as_of']} {question}")
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
        *("and", "to", "year", "ago", "9999", "YTD"),
    )
)


def shown(time: TimeExpression) -> str:
    """An expression as the case file writes it."""
    if time.ambiguous:
        return f"{time.text} ambiguous {' | '.join(reading.en for reading in time.readings)}"
    base = time.comparison_of
    of = f" of {base.start}..{base.end}" if base else ""
    return f"{time.text} [{time.start or '..'}, {time.end or '..'}) {time.kind}{of}"


@pytest.mark.parametrize(("as_of", "question", "expected"), _CASES)
def test_resolved(as_of: date, question: str, expected: list[str]) -> None:
    found = resolve_time(question, as_of, detect_language(question, Language.EN))
    assert [shown(time) for time in found] == expected


def test_the_case_file_covers_both_languages_widely() -> None:
    questions = [question for block in _BLOCKS for question in block["cases"]]
    chinese = [question for question in questions if detect_language(question, Language.EN) is Language.ZH]
    assert len(questions) >= 120
    assert len(chinese) >= 50
    assert len(questions) - len(chinese) >= 50


@given(
    text=st.lists(_WORDS, max_size=25).map("".join) | st.lists(_WORDS, max_size=25).map(" ".join),
    as_of=st.dates(),
    language=st.sampled_from(Language),
)
def test_whatever_is_written_periods_are_in_order_and_spans_lie_in_the_text(
    text: str, as_of: date, language: Language
) -> None:
    times = resolve_time(text, as_of, language)
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
