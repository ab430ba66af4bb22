"""Charts as pictures: a Vega-Lite document becomes an SVG and a PNG, offline, with Chinese glyphs."""

from __future__ import annotations

import json
from functools import cache

import vl_convert
from pydantic import JsonValue
from pylopdf_fonts_zh_cn import sans_path

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.chart import ChartSpec

PNG_SCALE = 2


class DrawnChart(Frozen):
    """A chart as SVG, whose text stays text, and as PNG, twice its size in pixels."""

    svg: str
    png: bytes


def draw_chart(spec: ChartSpec) -> DrawnChart:
    """Draw a chart; the same chart gives the same bytes.

    Runs in the calling thread: under a second the first time in a process, then about 0.2 s.

    Raises:
        Chat2SQLError: The chart cannot be drawn.
    """
    _register_fonts()
    # The renderer does not fail on a character that XML cannot carry: it aborts the whole process.
    document = json.dumps(_cleaned(json.loads(spec.vega_lite)), ensure_ascii=False)
    try:
        svg = vl_convert.vegalite_to_svg(document, allowed_base_urls=[])
        return DrawnChart(svg=svg, png=vl_convert.svg_to_png(svg, scale=PNG_SCALE))
    except ValueError as error:
        raise Chat2SQLError(
            zh="图表没有画成；表格和数据不受影响。请把这个问题连同日志报告给管理员。",
            en="The chart could not be drawn; table and data are unharmed. Report this with the log.",
        ) from error


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(sans_path().parent))


def _cleaned(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {printable(key): _cleaned(item) for key, item in value.items()}
    return value
