"""A result in a terminal: a table, and a small chart of bars or a line of blocks."""

from __future__ import annotations

from decimal import Decimal

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chat2sql.config.vocabulary import Cell, Language
from chat2sql.engine.present.answer_text import cell_text
from chat2sql.engine.present.cells import number_text, printable
from chat2sql.engine.present.shape import Family, ResultColumn, roles
from chat2sql.engine.present.vega import ChartKind

_LONGEST_CELL = 200
_LONGEST_LABEL = 24
_BAR_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 15
_MOST_POINTS = 60


def result_table(
    columns: tuple[ResultColumn, ...],
    rows: tuple[tuple[Cell, ...], ...],
    language: Language,
    *,
    title: str | None = None,
) -> Table:
    """The rows as a table: numbers to the right with thousands separators, NULL dim.

    Cells are shown as they are: neither markup nor a terminal's control sequences in them take effect.
    """
    shapes = roles(columns, rows).columns
    table = Table(title=Text(printable(title)) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for shape in shapes:
        table.add_column(
            Text(printable(shape.name)),
            justify="right" if shape.family is Family.NUMBER else "left",
            overflow="fold",
        )
    for row in rows:
        cells = [
            Text(
                printable(cell_text(cell, shape, language), _LONGEST_CELL),
                style="dim" if cell is None else "",
            )
            for cell, shape in zip(row, shapes, strict=True)
        ]
        table.add_row(*cells)
    return table


def terminal_chart(
    spec_kind: ChartKind, labels: tuple[str, ...], values: tuple[float | None, ...]
) -> RenderableType:
    """A chart of one series: blocks in a row for a line, lying bars for anything else.

    Args:
        spec_kind: The kind of the chart it stands for.
        labels: A label each value, as ``ChartSpec.labels``.
        values: The values, as ``ChartSpec.values``.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Text("")
    if spec_kind is ChartKind.LINE:
        return _blocks(labels, values, min(known), max(known))
    return _bars(labels, values, max(abs(value) for value in known))


def _number(value: float) -> str:
    return number_text(Decimal(int(value)) if value.is_integer() else Decimal(str(value)))


def _bars(labels: tuple[str, ...], values: tuple[float | None, ...], largest: float) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    for label, value in list(zip(labels, values, strict=True))[:_MOST_BARS]:
        name = Text(printable(label, _LONGEST_LABEL))
        if value is None:
            grid.add_row(name, Text(""), Text("NULL", style="dim"))
            continue
        eighths = round(abs(value) / largest * _BAR_WIDTH * 8) if largest else 0
        bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        grid.add_row(name, Text(bar, style="red" if value < 0 else "blue"), Text(_number(value)))
    if len(labels) > _MOST_BARS:
        grid.add_row(Text("…"), Text(""), Text(f"+{len(labels) - _MOST_BARS}", style="dim"))
    return grid


def _blocks(labels: tuple[str, ...], values: tuple[float | None, ...], low: float, high: float) -> Group:
    """A line of blocks; a longer series is thinned evenly, its first and last value kept."""
    count = min(len(values), _MOST_POINTS)
    chosen = [values[round(place * (len(values) - 1) / max(count - 1, 1))] for place in range(count)]
    span = high - low or 1.0
    line = "".join(
        " " if value is None else _LEVELS[min(int((value - low) / span * len(_LEVELS)), len(_LEVELS) - 1)]
        for value in chosen
    )
    ends = f"{printable(labels[0], _LONGEST_LABEL)} → {printable(labels[-1], _LONGEST_LABEL)}"
    return Group(Text(line, style="blue"), Text(f"{ends}   {_number(low)} – {_number(high)}", style="dim"))
