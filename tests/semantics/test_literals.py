"""Literals and numerals, by their cases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.engine.semantics.literals import Literals, literals
from chat2sql.engine.semantics.numerals import parse_number

_CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "literals.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("question", "expected"), _CASES.items(), ids=list(_CASES))
def test_literals(question: str, expected: dict[str, Any]) -> None:
    assert literals(question) == Literals.model_validate(expected)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("两百五", "250"),
        ("二百五十", "250"),
        ("一百零五", "105"),
        ("一千零二十", "1020"),
        ("二〇二四", "2024"),
        ("3.5万", "35000"),
        ("一万五", "15000"),
        ("三万亿", "3000000000000"),
        ("一亿两千万", "120000000"),
        ("半", "0.5"),
        ("1,200", "1200"),
        ("twelve", "12"),
        ("Couple  of", "2"),
    ],
)
def test_numbers_are_read(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "万", "many", "1.2.3", "亿" * 5000, "9" * 5000, "三x"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None
