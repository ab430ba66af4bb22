"""The sentence above a result, and the result in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console, RenderableType

from chat2sql.config.vocabulary import Cell, Language
from chat2sql.engine.present.answer_text import headline
from chat2sql.engine.present.cells import display_width, printable, printable_lines
from chat2sql.engine.present.shape import ResultColumn
from chat2sql.engine.present.terminal import result_table, terminal_chart
from chat2sql.engine.present.vega import ChartKind


def _columns(**kinds: str) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(name=name, type=kind) for name, kind in kinds.items())


def _shown(renderable: RenderableType, *, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=100, force_terminal=colour, color_system="standard" if colour else None).print(
        renderable
    )
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "value", "zh"),
    [
        ("decimal", "1234.50", "结果：1,234.50"),
        ("bigint", 1234567, "结果：1,234,567"),
        ("numeric", "123.4500000000000000", "结果：123.45"),
        ("numeric", "0.00001234567890", "结果：0.00001235"),
        ("double precision", 0.1 + 0.2, "结果：0.3"),
        ("numeric", "-9876543.2", "结果：-9,876,543.2"),
        ("numeric", "0", "结果：0"),
        ("numeric", "NaN", "结果：NaN"),
        ("boolean", True, "结果：是"),
        ("text", "北京", "结果：北京"),
        ("date", "2025-03-01", "结果：2025-03-01"),
    ],
)
def test_a_single_value_is_the_answer(kind: str, value: Cell, zh: str) -> None:
    assert headline(_columns(v=kind), ((value,),), 1, False, Language.ZH) == zh


def test_years_and_ids_have_no_separators() -> None:
    columns = _columns(year="integer", order_id="bigint", amount="numeric")
    assert headline(columns, ((2025, 123456, "123456"),), 1, False, Language.EN) == (
        "1 row: year 2025, order_id 123456, amount 123,456"
    )


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        (("2025-03-01T00:00:00+08:00", "2025-04-01T00:00:00+08:00"), "2025-03"),
        (
            ("2025-01-01T00:00:00", "2025-04-01T00:00:00", "2025-07-01T00:00:00", "2025-10-01T00:00:00"),
            "2025-01",
        ),
        (("2025-03-04T00:00:00", "2025-04-01T00:00:00"), "2025-03-04"),
        (("2025-03-04T09:30:00", "2025-04-01T00:00:00"), "2025-03-04T09:30:00"),
        (("2025-03-01T00:00:00",), "2025-03-01"),
        (("2025-03-01", "2025-04-01"), "2025-03-01"),
    ],
)
def test_a_period_is_not_told_as_its_first_moment(moments: tuple[str, ...], said: str) -> None:
    columns = _columns(month="timestamp", n="bigint")
    rows = tuple((moment, 7) for moment in moments)
    told = headline(columns, rows, len(rows), False, Language.EN)
    assert told.endswith(f"month {said}, n 7")
    assert f" {said} " in _shown(result_table(columns, rows, Language.EN))


def test_many_rows_are_counted_and_the_first_is_named() -> None:
    columns = _columns(地区="text", 销售额="decimal")
    rows = (("华东", "1234.5"), ("华北", "99"))
    assert headline(columns, rows, 2, False, Language.ZH) == "共 2 行，第一行：地区 华东，销售额 1,234.5"
    assert headline(columns, rows, 5000, True, Language.EN).startswith("More than 5,000 rows")


@pytest.mark.parametrize("language", Language)
def test_nothing_found_says_what_to_try(language: Language) -> None:
    none = headline(_columns(a="text"), (), 0, False, language)
    null = headline(_columns(a="numeric"), ((None,),), 1, False, language)
    for sentence in (none, null):
        assert ("时间范围" if language is Language.ZH else "wider time range") in sentence
    assert none != null


def test_numbers_stand_right_with_separators_and_columns_stay_aligned() -> None:
    columns = _columns(产品="text", 年份="integer", 销售额="decimal")
    rows = (("笔记本电脑", 2025, "1234567.80"), ("mouse", 2024, "5"), ("键盘", 2023, None))
    lines = [
        line
        for line in _shown(result_table(columns, rows, Language.ZH, title="销售")).splitlines()
        if line.strip()
    ]
    assert "1,234,567.80" in lines[-3]
    assert "2025" in lines[-3]
    assert len({display_width(line.rstrip()) for line in lines[-3:]}) == 1
    assert lines[-1].rstrip().endswith("NULL")


def test_null_is_dim() -> None:
    assert "\x1b[2mNULL\x1b[0m" in _shown(
        result_table(_columns(a="text"), ((None,),), Language.EN), colour=True
    )


def test_cells_carry_neither_markup_nor_control_sequences() -> None:
    rows = (("[red]x[/red] [link=http://a]b[/link]", "\x1b]0;title\x07\x1b[2Jgone"),)
    shown = _shown(
        result_table(_columns(a="text", **{"[bold]b": "text"}), rows, Language.EN, title="[blink]t"),
        colour=True,
    )
    for literal in ("[red]x[/red]", "[link=http://a]b[/link]", "]0;title[2Jgone", "[bold]b", "[blink]t"):
        assert literal in shown
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown


def test_bars_are_as_long_as_their_values() -> None:
    shown = _shown(
        terminal_chart(ChartKind.BAR, ("华东", "b", "c", "d"), (100.0, 50.0, -25.0, None))
    ).splitlines()
    assert [line.count("█") for line in shown] == [40, 20, 10, 0]
    assert [line.split()[-1] for line in shown] == ["100", "50", "-25", "NULL"]
    assert len({display_width(line[: line.index("█")]) for line in shown[:3]}) in (1, 2)


def test_many_bars_are_counted() -> None:
    shown = _shown(terminal_chart(ChartKind.BAR, tuple("abcdefghijklmnopqrst"), tuple(map(float, range(20)))))
    assert "+5" in shown


def test_a_line_rises_with_its_values() -> None:
    labels = tuple(f"2025-{month:02d}" for month in range(1, 9))
    shown = _shown(
        terminal_chart(ChartKind.LINE, labels, tuple(float(value) for value in range(8)))
    ).splitlines()
    assert shown[0].strip() == "▁▂▃▄▅▆▇█"
    assert "2025-01 → 2025-08" in shown[1]


def test_a_long_line_is_thinned_and_a_gap_stays_a_gap() -> None:
    labels = tuple(map(str, range(1000)))
    shown = _shown(terminal_chart(ChartKind.LINE, labels, tuple(map(float, range(1000))))).splitlines()
    assert len(shown[0].strip()) == 60
    gap = _shown(terminal_chart(ChartKind.LINE, ("a", "b", "c"), (1.0, None, 2.0))).splitlines()
    assert gap[0].rstrip() == "▁ █"
    assert _shown(terminal_chart(ChartKind.LINE, ("a",), (None,))).strip() == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SELECT 1\r\n\tFROM t", "SELECT 1\n\tFROM t"),
        ("a\x1b[2Jb\x9b31mc\x07", "a[2Jb31mc"),
        ("a\u202eb\u2066c\u061cd\u200be", "abcde"),
        ("a\U000e0041\ufeffb", "ab"),
        ("a\u2028b", "a\nb"),
    ],
)
def test_text_of_several_lines_keeps_its_lines_and_nothing_that_acts(text: str, shown: str) -> None:
    assert printable_lines(text) == shown
    assert printable(text) == " ".join(shown.split())
