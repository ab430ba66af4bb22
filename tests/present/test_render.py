"""Charts really drawn: sizes, Chinese glyphs, hostile values, and whole files."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

import pytest

from chat2sql.config.errors import Chat2SQLError, InvalidInput, ResultStoreFull
from chat2sql.config.vocabulary import Cell, Language
from chat2sql.engine.present.chart import ChartSpec, choose_chart
from chat2sql.engine.present.render import PNG_SCALE, render_chart
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


def test_svg_and_png_have_the_same_proportions(tmp_path: Path) -> None:
    chart = render_chart(_spec((("华东", "1234.5"), ("华北", "-99"))), tmp_path / "new" / "folder", "r-1")
    root = ElementTree.fromstring(chart.svg.read_text(encoding="utf-8"))
    width, height, _ = _pixels(chart.png.read_bytes())
    assert (width, height) == (
        pytest.approx(float(root.attrib["width"]) * PNG_SCALE, abs=2),
        pytest.approx(float(root.attrib["height"]) * PNG_SCALE, abs=2),
    )
    assert width > 600
    assert height > 600
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"各地区销售额", "地区", "销售额", "华东", "华北", "1,234.5"} <= words


def test_chinese_characters_have_their_own_glyphs(tmp_path: Path) -> None:
    rows = (("华东", "1"), ("华北", "2"))
    one = _pixels(render_chart(_spec(rows, "销售额"), tmp_path, "one").png.read_bytes())
    other = _pixels(render_chart(_spec(rows, "成本价"), tmp_path, "other").png.read_bytes())
    assert one[:2] == other[:2]
    assert one[2] != other[2]


def test_characters_without_glyphs_do_look_alike(tmp_path: Path) -> None:
    """The comparison above can fail: private-use characters have no glyphs and are all the same box."""
    rows = (("华东", "1"), ("华北", "2"))
    one = _pixels(render_chart(_spec(rows, "\ue123\ue124"), tmp_path, "one").png.read_bytes())
    other = _pixels(render_chart(_spec(rows, "\ue125\ue126"), tmp_path, "other").png.read_bytes())
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
def test_hostile_values_are_only_text(hostile: str, tmp_path: Path) -> None:
    columns = (ResultColumn(name=hostile, type="text"), ResultColumn(name=hostile + "额", type="decimal"))
    rows = ((hostile, "1"), ("乙", "2"), (hostile + "2", "3"))
    spec = choose_chart(roles(columns, rows), columns, rows, language=Language.EN, title=hostile)
    long = len(hostile) > 60
    assert (spec is None) is (long or "\n" in hostile)
    if spec is None:
        spec = _spec((("a", "1"), ("b", "2")), hostile)
    chart = render_chart(spec, tmp_path, "hostile")
    root = ElementTree.fromstring(chart.svg.read_text(encoding="utf-8"))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "text", "rect", "line", "tspan", "defs", "clipPath", "title"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert chart.png.stat().st_size > 1000


def test_a_document_from_elsewhere_is_cleaned_too(tmp_path: Path) -> None:
    spec = ChartSpec(
        kind=ChartKind.BAR,
        vega_lite='{"title": "a\\u0001b", "data": {"values": [{"x": "\\u000b"}]}, "mark": "bar", "encoding": {}}',
        title="",
        subtitle="",
        rows_used=1,
    )
    assert "ab" in render_chart(spec, tmp_path, "cleaned").svg.read_text(encoding="utf-8")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    spec = ChartSpec(
        kind=ChartKind.BAR,
        vega_lite='{"data": {"url": "http://127.0.0.1:9/x.csv"}, "mark": "bar", "encoding": {}}',
        title="",
        subtitle="",
        rows_used=1,
    )
    with pytest.raises(Chat2SQLError) as caught:
        render_chart(spec, tmp_path, "fetched")
    assert caught.value.to(Language.ZH) != caught.value.to(Language.EN)
    assert list(tmp_path.iterdir()) == []


def test_drawing_again_gives_the_same_bytes_and_leaves_nothing_else(tmp_path: Path) -> None:
    spec = _spec((("华东", "1"), ("华北", "2")))
    first = render_chart(spec, tmp_path, "again")
    before = first.svg.read_bytes(), first.png.read_bytes()
    second = render_chart(spec, tmp_path, "again")
    assert first == second
    assert (second.svg.read_bytes(), second.png.read_bytes()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.png", "again.svg"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 300, "a\x00b"])
def test_a_name_is_a_plain_file_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        render_chart(_spec((("a", "1"), ("b", "2"))), tmp_path, name)


def test_a_folder_that_cannot_be_written_is_an_outage(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(ResultStoreFull):
        render_chart(_spec((("a", "1"), ("b", "2"))), taken, "chart")
