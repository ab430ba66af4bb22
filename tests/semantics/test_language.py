"""The language of a question, and what is taken as one at all."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.language import detect_language, validate_question


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("上个月的销售额", Language.ZH),
        ("sales last month", Language.EN),
        ("Q2 GMV Top 10 by region 的排名", Language.ZH),
        ("top 10 SKU 销量", Language.ZH),
        ("销售额", Language.ZH),
        ("How many orders from 北京?", Language.EN),
        ("How many orders from 华为有限公司", Language.EN),
        ("customers in “北京的客户”", Language.EN),
        ("名称是 'How many of the orders' 的产品", Language.ZH),
        ("“北京”", Language.ZH),
    ],
)
def test_language(text: str, language: Language) -> None:
    assert detect_language(text, Language.EN) is language
    assert detect_language(text, Language.ZH) is language


@pytest.mark.parametrize("text", ["", "😀😀", "123", "?!"])
def test_without_letters_the_default_holds(text: str) -> None:
    assert detect_language(text, Language.EN) is Language.EN
    assert detect_language(text, Language.ZH) is Language.ZH


def test_invisible_characters_go_and_the_rest_is_composed() -> None:
    raw = "\ufeff  caf\u0065\u0301\u200b \u202esales\u202c\x00\x07\r\nby\tregion \ud800 "
    assert validate_question(raw, 100) == "caf\u00e9 sales\nby\tregion"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u200b\u202e\ufeff", "\ud800"])
def test_empty(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_question(text, 100)
    assert "空" in caught.value.to(Language.ZH)
    assert "empty" in caught.value.to(Language.EN)


@pytest.mark.parametrize("text", ["😀🎉", "???", "——", "+-*/", "👨\u200d👩\u200d👧", "。。。"])
def test_no_words(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_question(text, 100)
    assert "表情" in caught.value.to(Language.ZH)
    assert "emoji" in caught.value.to(Language.EN)


def test_too_long_says_how_long() -> None:
    assert validate_question("x" * 100, 100) == "x" * 100
    with pytest.raises(InvalidInput) as caught:
        validate_question("x" * 102_400, 100)
    for language in Language:
        assert "102400" in caught.value.to(language)
        assert "100" in caught.value.to(language)


@given(st.text(max_size=300))
def test_a_clean_question_stays_as_it_is(text: str) -> None:
    try:
        clean = validate_question(text, 1000)
    except InvalidInput:
        return
    assert validate_question(clean, 1000) == clean
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()
