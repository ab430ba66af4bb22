"""The plots of a report: inline SVG in the colours of the page around it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import JsonValue

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.evaluation.markup import Markup
from chat2sql.engine.evaluation.statistics import Share
from chat2sql.engine.present.render import draw_svg
from chat2sql.engine.present.vega import FONTS, PALETTE, SCHEMA

_INK = "currentColor"
# Without black, which a dark page swallows.
_COLOURS = tuple(colour for colour in PALETTE if colour != "#000000")
_PERCENT: dict[str, JsonValue] = {"format": ".0%"}
_WIDTH = 520
_BAR_STEP = 18

Json = dict[str, JsonValue]


class Measured(Frozen):
    """A share to be drawn with its interval.

    Attributes:
        run: of which run it is; gives the colour.
        label: what it is the share of, where that is a name.
        x: where it stands, where that is a number.
    """

    run: str
    label: str = ""
    x: float = 0
    share: Share


class Portion(Frozen):
    """A part of a whole, from 0 to 1."""

    run: str
    label: str
    value: float


class Point(Frozen):
    """A point of a line."""

    run: str
    x: float
    y: float


def accuracies(points: Sequence[Measured], title: str) -> Markup:
    """Shares with their intervals, one below the other, those of several runs side by side."""
    return _drawn(
        {
            **_side_by_side("y", [point.label for point in points], _runs(points)),
            "data": {"values": [_datum(point) for point in points]},
            "layer": [
                {"mark": "rule", "encoding": {"x": _share_axis("low", title), "x2": {"field": "high"}}},
                {
                    "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                    "encoding": {"x": _share_axis("value", title)},
                },
            ],
        }
    )


def stacked(parts: Sequence[Portion], title: str, colours: dict[str, str]) -> Markup:
    """A bar a run, made of its parts; ``colours`` gives the order and the colour of each."""
    labels = [label for label in colours if any(part.label == label for part in parts)]
    order: Json = {label: number for number, label in enumerate(labels)}
    return _drawn(
        {
            "width": _WIDTH,
            "height": {"step": 2 * _BAR_STEP},
            "data": {"values": [{**part.model_dump(), "order": order[part.label]} for part in parts]},
            "mark": {"type": "bar", "stroke": None},
            "encoding": {
                "y": _names("run", _runs(parts)),
                "x": {**_share_axis("value", title), "stack": "zero"},
                "order": {"field": "order", "type": "quantitative"},
                "color": {
                    **_colour(labels, [colours[label] for label in labels]),
                    "field": "label",
                    "legend": {"orient": "top", "columns": 4},
                },
            },
        }
    )


def bars(parts: Sequence[Portion], title: str) -> Markup:
    """Bars by label, those of several runs side by side."""
    return _drawn(
        {
            **_side_by_side("label", [part.label for part in parts], _runs(parts)),
            "data": {"values": [part.model_dump() for part in parts]},
            "layer": [{"mark": "bar", "encoding": {"x": _share_axis("value", title)}}],
        }
    )


def calibration(points: Sequence[Measured], x_title: str, y_title: str) -> Markup:
    """Accuracy over stated confidence; on the dashed line what is said is what is true."""
    diagonal: Json = {
        "data": {"values": [{"x": 0, "value": 0}, {"x": 1, "value": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": _INK, "opacity": 0.5},
        "encoding": {"x": _share_axis("x", x_title), "y": _share_axis("value", y_title)},
    }
    return _drawn(
        {
            "width": _WIDTH,
            "height": 300,
            "layer": [diagonal, *_scattered(points, _share_axis("x", x_title), y_title)],
        }
    )


def cost_curve(points: Sequence[Measured], x_title: str, y_title: str) -> Markup:
    """Accuracy over cost, a point a run, joined from the cheapest to the dearest."""
    x: Json = {"field": "x", "type": "quantitative", "title": x_title, "scale": {"zero": True}}
    joined: Json = {
        "mark": {"type": "line", "color": _INK, "opacity": 0.4},
        "data": {"values": [_datum(point) for point in points]},
        "encoding": {"x": x, "y": _share_axis("value", y_title)},
    }
    return _drawn({"width": _WIDTH, "height": 300, "layer": [joined, *_scattered(points, x, y_title)]})


def cumulative(points: Sequence[Point], x_title: str, y_title: str) -> Markup:
    """Which share of the questions needed at most so much."""
    runs = _runs(points)
    return _drawn(
        {
            "width": _WIDTH,
            "height": 260,
            "data": {"values": [point.model_dump() for point in points]},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {
                "x": {"field": "x", "type": "quantitative", "title": x_title},
                "y": _share_axis("y", y_title),
                "color": _colour(runs),
            },
        }
    )


def _side_by_side(field: str, labels: Sequence[str], runs: Sequence[str]) -> Json:
    """A row a label, and in it one a run."""
    encoding: Json = {"y": _names(field, labels), "color": _colour(runs)}
    if len(runs) > 1:
        encoding["yOffset"] = {"field": "run", "type": "nominal", "sort": [*runs]}
    height: Json = {"step": _BAR_STEP, "for": "offset" if len(runs) > 1 else "position"}
    return {"width": _WIDTH, "height": height, "encoding": encoding}


def _scattered(points: Sequence[Measured], x: Json, y_title: str) -> list[JsonValue]:
    data: Json = {"values": [_datum(point) for point in points]}
    color = _colour(_runs(points))
    interval: Json = {"x": x, "y": _share_axis("low", y_title), "y2": {"field": "high"}, "color": color}
    place: Json = {"x": x, "y": _share_axis("value", y_title), "color": color}
    return [
        {"data": data, "mark": "rule", "encoding": interval},
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": place,
        },
    ]


def _datum(point: Measured) -> Json:
    share = point.share
    return {
        "run": point.run,
        "y": point.label,
        "x": point.x,
        "value": share.value,
        "low": share.low,
        "high": share.high,
    }


def _runs(points: Sequence[Measured | Portion | Point]) -> list[str]:
    return list(dict.fromkeys(point.run for point in points))


def _names(field: str, labels: Sequence[str]) -> Json:
    axis: Json = {"labelLimit": 240, "grid": False}
    return {"field": field, "type": "nominal", "title": None, "sort": [*dict.fromkeys(labels)], "axis": axis}


def _share_axis(field: str, title: str) -> Json:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": _PERCENT,
        "stack": None,
    }


def _colour(names: Sequence[str], colours: Sequence[str] = _COLOURS) -> Json:
    repeated = [colours[number % len(colours)] for number in range(len(names))]
    legend: Json | None = {"orient": "top", "columns": 3, "labelLimit": 240} if len(names) > 1 else None
    return {
        "field": "run",
        "type": "nominal",
        "title": None,
        "sort": None,
        "scale": {"domain": [*names], "range": [*repeated]},
        "legend": legend,
    }


def _drawn(spec: Json) -> Markup:
    words: Json = {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "titleFontSize": 12}
    lines: Json = {"gridColor": _INK, "gridOpacity": 0.15, "domainColor": _INK, "tickColor": _INK}
    config: Json = {
        "font": FONTS,
        "view": {"stroke": None},
        "axis": {**words, **lines, "titleFontWeight": "normal"},
        "legend": words,
    }
    document: Json = {"$schema": SCHEMA, "background": None, "padding": 8, "config": config, **spec}
    return Markup(draw_svg(json.dumps(document, ensure_ascii=False, allow_nan=False)))
