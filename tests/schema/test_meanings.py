from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from chat2sql.engine.schema import meanings as module
from chat2sql.engine.schema.meanings import chinese_meanings, english_meanings, kinds, only_asks

WRITTEN = tomllib.loads(Path(module.__file__).with_name("lexicon.toml").read_text("utf-8"))
LINES = [
    line
    for section in ("topics", "names")
    for lines in WRITTEN[section].values()
    for line in lines.strip().splitlines()
]


def meant(text: str) -> set[str]:
    return english_meanings(text).keys() | chinese_meanings(text).keys()


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("学生", "students"),
        ("客户下单", "customer orders"),
        ("出生日期", "birth_date"),
        ("员工的薪水", "EmpSalary"),
        ("到达", "arriving"),
        ("生产", "manufactured"),
        ("公司总部", "the company's headquarters"),
    ],
)
def test_both_languages_mean_the_same(chinese: str, english: str) -> None:
    shared = meant(chinese) & meant(english)
    assert shared


@pytest.mark.parametrize("text", ["", "1980", "zzyzx", "一下", "从高到低", "一共有多少个？", "the of"])
def test_what_means_nothing(text: str) -> None:
    assert meant(text) == set()


def test_the_longest_words_are_taken() -> None:
    assert chinese_meanings("电话号码") == chinese_meanings("联系电话")
    assert not meant("年龄") & meant("year_of_work work")
    assert chinese_meanings("客户客户")[next(iter(chinese_meanings("客户")))] == 2


def test_a_phrase_is_more_than_its_words() -> None:
    assert (
        english_meanings("phone area code").keys()
        - english_meanings("area").keys()
        - english_meanings("code").keys()
    )
    assert english_meanings("area_code").keys() & chinese_meanings("区号").keys()
    assert not english_meanings("code area").keys() & chinese_meanings("区号").keys()


def test_a_name_has_a_kind() -> None:
    countries = {kind for meaning in meant("法国") for kind in kinds(meaning)}
    assert countries & english_meanings("country").keys()
    assert not {kind for meaning in meant("客户") for kind in kinds(meaning)}


def test_words_that_only_ask() -> None:
    assert only_asks("ascending")
    assert only_asks("average")
    assert not only_asks("order")


def test_every_line_is_well_formed() -> None:
    assert len(LINES) > 1000
    for line in LINES:
        chinese, english = (side.split() for side in line.split(" = "))
        assert all("㐀" <= character <= "鿿" for word in chinese for character in word), line
        assert all(word.isascii() and word.islower() and word.count("_") <= 1 for word in english), line
        assert len(set(chinese)) == len(chinese) > 0, line
        assert len(set(english)) == len(english) > 0, line


def test_no_line_stands_twice() -> None:
    assert len(LINES) == len(set(LINES))
