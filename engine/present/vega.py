"""Charts as Vega-Lite: what to draw in, one Vega-Lite document with its data inside out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import JsonValue

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.present.cells import display_width
from chat2sql.engine.present.periods import Grain

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONTS = "Noto Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
# Okabe and Ito's colours, told apart with every common colour blindness; black last.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999933", "#000000")
_AXIS_TICKS = 12
_TIME_FORMATS = {
    Grain.INSTANT: "%m-%d %H:%M",
    Grain.DAY: "%Y-%m-%d",
    Grain.WEEK: "%Y-%m-%d",
    Grain.MONTH: "%Y-%m",
    Grain.QUARTER: "%Y-Q%q",
    Grain.YEAR: "%Y",
}


class ChartKind(StrEnum):
    """The charts there are."""

    LINE = "line"
    BAR = "bar"
    GROUPED_BAR = "grouped_bar"


class Mark(Frozen):
    """One drawn value: ``x`` is the label of a category or the ISO moment of a period, in drawing order."""

    x: str
    y: float | None
    series: str | None = None


class Drawing(Frozen):
    """All that is drawn, from ``rows_used`` rows of the result.

    ``grain`` is set where ``x`` is a moment, ``series_title`` where there are several series.
    """

    kind: ChartKind
    marks: tuple[Mark, ...]
    title: str = ""
    subtitle: tuple[str, ...] = ()
    x_title: str
    y_title: str
    series_title: str | None = None
    grain: Grain | None = None
    horizontal: bool = False
    rows_used: int


def vega_lite(drawing: Drawing) -> str:
    """The drawing as a Vega-Lite document: JSON text, data inline, nothing loaded from anywhere."""
    spec: dict[str, JsonValue] = {
        "$schema": SCHEMA,
        "title": _title(drawing),
        "background": "white",
        "padding": 12,
        "data": {"values": [_datum(mark) for mark in drawing.marks]},
        "config": _config(),
    }
    spec |= _line(drawing) if drawing.kind is ChartKind.LINE else _bars(drawing)
    return json.dumps(spec, ensure_ascii=False, allow_nan=False)


def number_format(values: list[float]) -> str:
    """The d3 format of an axis: thousands separators, and as many decimals as the size needs."""
    largest = max((abs(value) for value in values), default=0.0)
    if 0 < largest < 0.001 or largest >= 1e15:
        return ".3~g"
    return ",.4~f" if largest < 1 else ",.2~f"


def _datum(mark: Mark) -> dict[str, JsonValue]:
    datum: dict[str, JsonValue] = {"x": mark.x, "y": mark.y}
    return datum if mark.series is None else datum | {"series": mark.series}


def _title(drawing: Drawing) -> dict[str, JsonValue]:
    title: dict[str, JsonValue] = {"text": drawing.title}
    return title | ({"subtitle": [*drawing.subtitle]} if drawing.subtitle else {})


def _config() -> dict[str, JsonValue]:
    return {
        "font": FONTS,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "fontSize": 16,
            "subtitleFontSize": 12,
            "subtitleColor": "#555555",
            "offset": 14,
        },
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titleColor": "#555555",
            "gridColor": "#e6e6e6",
            "domainColor": "#888888",
            "tickColor": "#888888",
        },
        "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
        "range": {"category": [*PALETTE]},
    }


def _known(drawing: Drawing) -> list[float]:
    return [mark.y for mark in drawing.marks if mark.y is not None]


def _measure(drawing: Drawing, *, zero: bool) -> dict[str, JsonValue]:
    return {
        "field": "y",
        "type": "quantitative",
        "title": drawing.y_title,
        "scale": {"zero": zero, "nice": True},
        "axis": {"format": number_format(_known(drawing)), "tickCount": 6},
    }


def _series(drawing: Drawing) -> dict[str, JsonValue]:
    names = list(dict.fromkeys(mark.series for mark in drawing.marks))
    return {
        "field": "series",
        "type": "nominal",
        "title": drawing.series_title,
        "scale": {"domain": [*names], "range": [*PALETTE[: len(names)]]},
        "sort": None,
        "legend": {"orient": "top", "columns": 4, "labelLimit": 220},
    }


def _line(drawing: Drawing) -> dict[str, JsonValue]:
    known = _known(drawing)
    # A line shows change: far from zero, a zero base would flatten it. Bars always stand on zero.
    zero = min(known) <= 0.6 * max(known) or min(known) <= 0
    encoding: dict[str, JsonValue] = {"x": _moments(drawing), "y": _measure(drawing, zero=zero)}
    mark: dict[str, JsonValue] = {"type": "line", "strokeWidth": 2.5}
    if len({item.x for item in drawing.marks}) <= 60:
        mark["point"] = {"size": 40, "filled": True}
    if drawing.series_title is None:
        mark["color"] = PALETTE[0]
    else:
        encoding["color"] = _series(drawing)
    return {"width": 600, "height": 300, "mark": mark, "encoding": encoding}


def _moments(drawing: Drawing) -> dict[str, JsonValue]:
    labels = list(dict.fromkeys(mark.x for mark in drawing.marks))
    if drawing.grain is None:
        return {
            "field": "x",
            "type": "ordinal",
            "title": drawing.x_title,
            "sort": [*labels],
            "axis": {"labelAngle": 0},
        }
    step = -(-len(labels) // _AXIS_TICKS)
    ticks = [datetime.fromisoformat(label).replace(tzinfo=UTC).timestamp() * 1000 for label in labels[::step]]
    crowded = drawing.grain in (Grain.INSTANT, Grain.DAY, Grain.WEEK) and len(ticks) > 6
    return {
        "field": "x",
        "type": "temporal",
        "title": drawing.x_title,
        "scale": {"type": "utc"},
        "axis": {
            "values": [*ticks],
            "format": _TIME_FORMATS[drawing.grain],
            "labelAngle": -40 if crowded else 0,
            "grid": False,
            "labelOverlap": True,
        },
    }


def _bars(drawing: Drawing) -> dict[str, JsonValue]:
    labels = list(dict.fromkeys(mark.x for mark in drawing.marks))
    grouped = drawing.kind is ChartKind.GROUPED_BAR
    along, across = ("y", "x") if drawing.horizontal else ("x", "y")
    category: dict[str, JsonValue] = {
        "field": "x",
        "type": "nominal",
        "title": drawing.x_title,
        "sort": [*labels],
        "axis": {"labelLimit": 260, "labelAngle": 0, "grid": False},
    }
    encoding: dict[str, JsonValue] = {along: category, across: _measure(drawing, zero=True)}
    if grouped:
        names = list(dict.fromkeys(mark.series for mark in drawing.marks))
        encoding[f"{along}Offset"] = {"field": "series", "type": "nominal", "sort": [*names]}
        encoding["color"] = _series(drawing)
    mark: dict[str, JsonValue] = {"type": "bar"}
    if not grouped:
        mark["color"] = PALETTE[0]
    size = _bar_size(drawing, len(labels), len(drawing.marks) if grouped else len(labels))
    if grouped or len(labels) > 20:
        return {**size, "mark": mark, "encoding": encoding}
    return {**size, "encoding": encoding, "layer": [{"mark": mark}, _value_labels(drawing, across)]}


def _bar_size(drawing: Drawing, labels: int, bars: int) -> dict[str, JsonValue]:
    if drawing.horizontal:
        return {"width": 480, "height": max(bars * 22, labels * 26)}
    widest = max(display_width(mark.x) for mark in drawing.marks)
    return {"width": max(320, bars * 36, labels * max(56, widest * 8)), "height": 300}


def _value_labels(drawing: Drawing, across: str) -> JsonValue:
    text: dict[str, JsonValue] = {
        "field": "y",
        "type": "quantitative",
        "format": number_format(_known(drawing)),
    }
    outward: dict[str, JsonValue] = (
        {"align": {"expr": "datum.y < 0 ? 'right' : 'left'"}, "dx": {"expr": "datum.y < 0 ? -4 : 4"}}
        if across == "x"
        else {"dy": {"expr": "datum.y < 0 ? 10 : -8"}}
    )
    return {
        "transform": [{"filter": "isValid(datum.y)"}],
        "mark": {"type": "text", "fontSize": 11, "color": "#333333", **outward},
        "encoding": {"text": text},
    }
