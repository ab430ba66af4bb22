"""Values on their way: masked by mark or by detection, and told."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.executors.port import ColumnInfo, Row, RowList
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.detection import DETECTABLE, Detector
from chat2sql.engine.sql.masking.masks import mask
from chat2sql.engine.sql.masking.sink import MaskingSink
from chat2sql.engine.sql.masking.wording import told

FIXTURES = Path(__file__).parent.parent / "fixtures"
VALUES = yaml.safe_load((FIXTURES / "masking_values.yaml").read_text())
CORPUS = yaml.safe_load((FIXTURES / "masking_detection.yaml").read_text())
ALL = tuple(sorted(DETECTABLE))
PHONE, NAME, EMAIL, SECRET = MaskKind.PHONE, MaskKind.NAME, MaskKind.EMAIL, MaskKind.SECRET


@pytest.mark.parametrize(("kind", "value", "expected"), VALUES, ids=str)
def test_a_value_is_masked(kind: str, value: object, expected: str) -> None:
    assert mask(MaskKind(kind), value) == expected
    assert mask(MaskKind(kind), None) is None


def test_values_that_are_no_text_become_masks() -> None:
    assert mask(PHONE, Decimal("13812345678")) == "138****5678"
    assert mask(PHONE, b"13812345678") == "138****5678"
    assert mask(SECRET, datetime.date(1990, 1, 2)) == "***"
    assert mask(MaskKind.ID_CARD, b"\xff\xfe") == "***"


@given(st.text(max_size=60))
def test_any_text_is_masked_and_little_of_it_stays(text: str) -> None:
    for kind in MaskKind:
        masked = mask(kind, text)
        assert masked is not None
        assert "*" in masked
        assert masked == mask(kind, text)


@given(st.text(max_size=80) | st.integers() | st.floats() | st.decimals() | st.binary(max_size=9))
def test_any_value_can_be_looked_at(value: object) -> None:
    masked, kind = Detector("phone", ALL).masked(value)
    assert kind is not None or masked is value or masked == value


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: f"{case['column']}-{case['value']}"[:80])
def test_personal_values_are_found_and_nothing_else(case: dict[str, Any]) -> None:
    assert Detector(case["column"], ALL).masked(case["value"])[0] == case.get("masked", case["value"])


def test_precision_and_recall() -> None:
    """Per kind over the labelled corpus; precision goes first."""
    right: dict[str, int] = defaultdict(int)
    found: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for case in CORPUS:
        look, value = Detector(case["column"], ALL), case["value"]
        kinds = (
            look.masked(value)[1:] if isinstance(value, int) else [find.kind for find in look.finds(value)]
        )
        finds = {kind.value for kind in kinds if kind is not None}
        holds = set(case.get("holds", ()))
        for kind in finds | holds:
            right[kind] += kind in finds & holds
            found[kind] += kind in finds
            there[kind] += kind in holds
    assert set(there) == {kind.value for kind in DETECTABLE}
    for kind, total in there.items():
        assert right[kind] / found[kind] >= 0.95, kind
        assert right[kind] / total >= 0.95, kind


def test_only_the_kinds_asked_for_are_found() -> None:
    text = "联系人：王小明，13812345678，a.b@example.com"
    assert Detector("notes", (EMAIL,)).masked(text) == (
        "联系人：王小明，13812345678，a***@example.com",
        EMAIL,
    )
    assert Detector("phone", ()).masked("13812345678") == ("13812345678", None)
    assert Detector("姓名", (PHONE,)).masked("王小明") == ("王小明", None)


def test_lists_and_objects_are_looked_through() -> None:
    value = {"phone": 13812345678, "id": 13812345678, "more": ["x", {"to": "a@example.com"}]}
    masked, kind = Detector("data", ALL).masked(value)
    assert masked == {"phone": "138****5678", "id": 13812345678, "more": ["x", {"to": "a***@example.com"}]}
    assert kind is PHONE


def _sent(
    columns: list[tuple[str, str]],
    rows: list[Row],
    masks: tuple[MaskKind | None, ...],
    detect: tuple[MaskKind, ...] = (),
    copied: tuple[bool, ...] = (),
) -> tuple[RowList, tuple[MaskKind | None, ...]]:
    inner = RowList()
    sink = MaskingSink(inner, masks, detect, copied=copied)
    sink.begin(tuple(ColumnInfo(name=name, type=kind) for name, kind in columns))
    taken = 0
    for row in rows:
        taken = sink.write([row])
    assert taken == sum(len(str(value)) for row in inner.rows for value in row)
    return inner, sink.masked


def test_marked_columns_are_masked_before_the_inner_sink_takes_them() -> None:
    inner, masked = _sent(
        [("id", "int8"), ("who", "text"), ("tel", "int8"), ("pay", "numeric")],
        [(1, "张三", 13812345678, Decimal("1.5")), (2, None, None, None)],
        (None, NAME, PHONE, SECRET),
        copied=(True,) * 4,
    )
    assert inner.rows == [(1, "张**", "138****5678", "***"), (2, None, None, None)]
    assert [column.type for column in inner.columns] == ["int8", "text", "text", "text"]
    assert [column.name for column in inner.columns] == ["id", "who", "tel", "pay"]
    assert masked == (None, NAME, PHONE, SECRET)


def test_other_columns_are_looked_through_value_by_value() -> None:
    when = datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC)
    inner, masked = _sent(
        [("id", "int8"), ("notes", "text"), ("mobile", "int8"), ("at", "timestamptz"), ("total", "int8")],
        [
            (1, "nothing here", 5, when, 13812345678),
            (2, "call 13812345678", 13812345678, None, 13812345678),
            (3, "mail a@example.com", None, when, 1),
        ],
        (None,) * 5,
        (PHONE, EMAIL),
    )
    assert inner.rows == [
        (1, "nothing here", "5", when, 13812345678),
        (2, "call 138****5678", "138****5678", None, 13812345678),
        (3, "mail a***@example.com", None, when, 1),
    ]
    assert [column.type for column in inner.columns] == ["int8", "text", "text", "timestamptz", "int8"]
    assert masked == (None, PHONE, PHONE, None, None)


@pytest.mark.parametrize(
    ("copied", "null"), [((True,), None), ((False,), "***"), ((), "***"), ((True, True), "***")]
)
def test_null_can_be_an_answer_where_a_value_was_worked_out(
    copied: tuple[bool, ...], null: str | None
) -> None:
    inner, _ = _sent([("a", "int8")], [(1,), (None,)], (SECRET,), copied=copied)
    assert inner.rows == [("***",), (null,)]


@pytest.mark.parametrize("masks", [(PHONE,), (None, PHONE, None), (SECRET,)])
def test_masks_that_do_not_fit_the_columns_hide_them_all(masks: tuple[MaskKind | None, ...]) -> None:
    inner, masked = _sent(
        [("a", "text"), ("b", "int8")], [("x", 1), (None, 2)], masks, copied=(True,) * len(masks)
    )
    assert inner.rows == [("***", "***"), ("***", "***")]
    assert masked == (SECRET, SECRET)


def test_without_masks_rows_go_through_as_they_are() -> None:
    rows: list[Row] = [("x", 1), ("13812345678", 2)]
    inner, masked = _sent([("a", "text"), ("b", "int8")], rows, (None,))
    assert inner.rows == rows
    assert masked == (None, None)


def test_a_result_without_rows_is_still_told_as_masked() -> None:
    inner, masked = _sent([("a", "int8")], [], (NAME,))
    assert inner.columns == (ColumnInfo(name="a", type="text"),)
    assert masked == (NAME,)


def test_what_was_masked_is_told_in_both_languages() -> None:
    assert told(["id", "城市"], [None, None]) is None
    sentence = told(["who", "tel", "n"], [NAME, PHONE, None])
    assert isinstance(sentence, Bilingual)
    assert "who（姓名）、tel（电话号码）" in sentence.zh and "n（" not in sentence.zh
    assert "who (names), tel (telephone numbers)." in sentence.en
    assert all(told(["c"], [kind]) for kind in MaskKind)
