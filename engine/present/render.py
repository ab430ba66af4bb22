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
    svg = draw_svg(spec.vega_lite)
    try:
        return DrawnChart(svg=svg, png=vl_convert.svg_to_png(svg, scale=PNG_SCALE))
    except ValueError as error:
        raise _not_drawn() from error


def draw_svg(vega_lite: str) -> str:
    """Draw a Vega-Lite document, given as JSON text; what is text in it is escaped in the SVG.

    Raises:
        Chat2SQLError: It cannot be drawn.
    """
    _register_fonts()
    # The renderer does not fail on a character that XML cannot carry: it aborts the whole process.
    document = json.dumps(_cleaned(json.loads(vega_lite)), ensure_ascii=False)
    try:
        svg: str = vl_convert.vegalite_to_svg(document, allowed_base_urls=[])
    except ValueError as error:
        raise _not_drawn() from error
    return svg


def _not_drawn() -> Chat2SQLError:
    return Chat2SQLError(
        zh="图表没有画成；表格和数据不受影响。请把这个问题连同日志报告给管理员。",
        en="The chart could not be drawn; table and data are unharmed. Report this with the log.",
    )


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
