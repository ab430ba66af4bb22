"""Texts that stand in prompts as data: hostile ones are made harmless, ordinary ones stay as they are."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chat2sql.engine.llm.prompt_data import as_code, as_data, forges_delimiters

_FILE = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "injection_data.yaml").read_text())
_HOSTILE: list[str] = [case["text"] for case in _FILE["changed"]]


@pytest.mark.parametrize("case", _FILE["changed"], ids=lambda case: ascii(case["text"]))
def test_what_could_act_is_spelled_so_that_it_cannot(case: dict[str, str]) -> None:
    assert as_data(case["text"], 400) == case["becomes"]


@pytest.mark.parametrize("text", _FILE["kept"])
def test_ordinary_text_stays(text: str) -> None:
    assert as_data(text, 400) == text


@pytest.mark.parametrize("sql", _FILE["kept_sql"])
def test_ordinary_sql_stays_to_the_character(sql: str) -> None:
    assert as_code(sql) == sql


def test_lines_and_length_are_capped() -> None:
    assert as_data("a\n\nb\nc\nd", 400, lines=2) == "a\nb c d"
    assert as_data("x" * 50, 10) == "x" * 9 + "…"
    assert as_data("", 10) == as_data(" \n\u200b", 10) == ""


@given(st.lists(st.sampled_from(_HOSTILE) | st.text(max_size=20), max_size=6), st.integers(1, 3))
def test_nothing_that_acts_is_left(parts: list[str], lines: int) -> None:
    for text in ("".join(parts), " ".join(parts), "\n".join(parts)):
        data = as_data(text, 300, lines=lines)
        assert len(data) <= 300
        assert len(data.splitlines()) <= lines
        assert not {unicodedata.category(character) for character in data} & {"Cf", "Cs", "Co", "Zl", "Zp"}
        assert not forges_delimiters(data)
        assert "```" not in data
        assert as_data(data, 300, lines=lines) == data
        assert not forges_delimiters(as_code(text))
