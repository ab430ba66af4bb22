"""Charts really drawn: sizes, Chinese glyphs, hostile values, and whole files."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
import zlib

import pytest

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Cell, Language
from chat2sql.engine.present.chart import ChartSpec, choose_chart
from chat2sql.engine.present.render import PNG_SCALE, draw_chart
from chat2sql.engine.present.shape import ResultColumn, roles
from chat2sql.engine.present.vega import ChartKind

COLUMNS = (ResultColumn(name="地区", type="text"), ResultColumn(name="销售额", type="decimal"))


def _spec(rows: tuple[tuple[Cell, ...], ...], title: str = "各地区销售额") -> ChartSpec:
    spec = choose_chart(roles(COLUMNS, rows), COLUMNS, rows, language=Language.ZH, title=title)
    assert spec is not None
    return spec


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the decompressed picture data of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    data, position = b"", 8
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        if png[position + 4 : position + 8] == b"IDAT":
            data += png[position + 8 : position + 8 + length]
        position += length + 12
    return width, height, zlib.decompress(data)


def test_svg_and_png_have_the_same_proportions() -> None:
    chart = draw_chart(_spec((("华东", "1234.5"), ("华北", "-99"))))
    root = ElementTree.fromstring(chart.svg)
    width, height, _ = _pixels(chart.png)
    assert (width, height) == (
        pytest.approx(float(root.attrib["width"]) * PNG_SCALE, abs=2),
        pytest.approx(float(root.attrib["height"]) * PNG_SCALE, abs=2),
    )
    assert width > 600
    assert height > 600
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"各地区销售额", "地区", "销售额", "华东", "华北", "1,234.5"} <= words


def test_chinese_characters_have_their_own_glyphs() -> None:
    rows = (("华东", "1"), ("华北", "2"))
    one = _pixels(draw_chart(_spec(rows, "销售额")).png)
    other = _pixels(draw_chart(_spec(rows, "成本价")).png)
    assert one[:2] == other[:2]
    assert one[2] != other[2]


def test_characters_without_glyphs_do_look_alike() -> None:
    """The comparison above can fail: private-use characters have no glyphs and are all the same box."""
    rows = (("华东", "1"), ("华北", "2"))
    one = _pixels(draw_chart(_spec(rows, "\ue123\ue124")).png)
    other = _pixels(draw_chart(_spec(rows, "\ue125\ue126")).png)
    assert one == other


@pytest.mark.parametrize(
    "hostile",
    [
        "</script><script>alert(1)</script>",
        "<svg onload='x'>",
        "&amp;&#0;]]>",
        "a\x00b\x01c\x1b[31md\x0be\x7f",
        "\ufffe\uffff\u202egnp",
        "\ud800 alone",
        "长" * 5000,
        "x" * 50_000,
        "datum.y || signal",
        "file:///etc/passwd",
        '"}]}, "data": {"url": "http://127.0.0.1/"}',
        "line\nbreak\r\n\ttab",
        "🎉👩‍👩‍👧",
        "   ",
    ],
)
def test_hostile_values_are_only_text(hostile: str) -> None:
    columns = (ResultColumn(name=hostile, type="text"), ResultColumn(name=hostile + "额", type="decimal"))
    rows = ((hostile, "1"), ("乙", "2"), (hostile + "2", "3"))
    spec = choose_chart(roles(columns, rows), columns, rows, language=Language.EN, title=hostile)
    long = len(hostile) > 60
    assert (spec is None) is (long or "\n" in hostile)
    if spec is None:
        spec = _spec((("a", "1"), ("b", "2")), hostile)
    chart = draw_chart(spec)
    root = ElementTree.fromstring(chart.svg)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "text", "rect", "line", "tspan", "defs", "clipPath", "title"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert len(chart.png) > 1000


def test_a_document_from_elsewhere_is_cleaned_too() -> None:
    spec = ChartSpec(
        kind=ChartKind.BAR,
        vega_lite='{"title": "a\\u0001b", "data": {"values": [{"x": "\\u000b"}]}, "mark": "bar", "encoding": {}}',
        title="",
        subtitle="",
        rows_used=1,
    )
    assert "ab" in draw_chart(spec).svg


def test_nothing_is_fetched() -> None:
    spec = ChartSpec(
        kind=ChartKind.BAR,
        vega_lite='{"data": {"url": "http://127.0.0.1:9/x.csv"}, "mark": "bar", "encoding": {}}',
        title="",
        subtitle="",
        rows_used=1,
    )
    with pytest.raises(Chat2SQLError) as caught:
        draw_chart(spec)
    assert caught.value.to(Language.ZH) != caught.value.to(Language.EN)


def test_drawing_again_gives_the_same_bytes() -> None:
    spec = _spec((("华东", "1"), ("华北", "2")))
    assert draw_chart(spec) == draw_chart(spec)
