"""Charts as pictures: a Vega-Lite document becomes an SVG and a PNG, offline, with Chinese glyphs."""

from __future__ import annotations

import json
import os
import re
import tempfile
from functools import cache
from pathlib import Path

import vl_convert
from pydantic import JsonValue
from pylopdf_fonts_zh_cn import sans_path

from chat2sql.config.errors import Chat2SQLError, InvalidInput, ResultStoreFull
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.chart import ChartSpec

PNG_SCALE = 2
_NAME = re.compile(r"[\w-][\w.-]{0,150}")


class RenderedChart(Frozen):
    """The two files of a chart. The SVG keeps its text as text; the PNG is twice its size in pixels."""

    svg: Path
    png: Path


def render_chart(spec: ChartSpec, folder: Path, name: str) -> RenderedChart:
    """Draw a chart into ``folder/name.svg`` and ``folder/name.png``.

    Runs in the calling thread: under a second the first time in a process, then about 0.2 s. Each file
    appears whole or not at all; drawing the same chart again replaces it with the same bytes.

    Raises:
        InvalidInput: ``name`` is no plain file name.
        ResultStoreFull: The files cannot be written.
        Chat2SQLError: The chart cannot be drawn.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            zh="图表文件名只能含字母、数字、下划线、连字符和点，请换一个名称。",
            en="A chart's file name holds letters, digits, underscores, hyphens and dots only: choose another.",
        )
    svg, png = _draw(spec.vega_lite)
    rendered = RenderedChart(svg=folder / f"{name}.svg", png=folder / f"{name}.png")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(rendered.svg, svg.encode())
        _write(rendered.png, png)
    except OSError as error:
        raise ResultStoreFull(
            zh="图表文件写不进去：请检查磁盘空间和目录权限。",
            en="The chart cannot be written: check the free space and the rights of its folder.",
        ) from error
    return rendered


def _draw(vega_lite: str) -> tuple[str, bytes]:
    _register_fonts()
    # The renderer does not fail on a character that XML cannot carry: it aborts the whole process.
    document = json.dumps(_cleaned(json.loads(vega_lite)), ensure_ascii=False)
    try:
        svg = vl_convert.vegalite_to_svg(document, allowed_base_urls=[])
        return svg, vl_convert.svg_to_png(svg, scale=PNG_SCALE)
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


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
