"""Which chart shows a result best, or none: a line over time, bars for categories, never a pie."""

from __future__ import annotations

from datetime import datetime

from chat2sql.config.vocabulary import Bilingual, Cell, Frozen, Language
from chat2sql.engine.present.cells import display_width, printable
from chat2sql.engine.present.periods import Grain, Period, in_year, period_label
from chat2sql.engine.present.shape import ResultColumn, Role, Shape, periods_of
from chat2sql.engine.present.table import ResultTable, distinct
from chat2sql.engine.present.vega import ChartKind, Drawing, Mark, vega_lite

TOP_BARS = 30
TOP_GROUPS = 12
MOST_SERIES = 8
MOST_MEASURES = 4
MOST_POINTS = 5000
_TITLE_LIMIT = 80
# Measures further apart than this share no axis: the small one would lie flat on it.
_COMPARABLE = 20
_VERTICAL_BARS = 8
_VERTICAL_LABEL_WIDTH = 12


class ChartSpec(Frozen):
    """A chart, ready to be drawn.

    ``vega_lite`` is JSON text with its data inside. ``rows_used`` counts the result's rows in the chart.
    ``labels`` and ``values`` repeat a chart of one series for terminals; both are empty for several series.
    """

    kind: ChartKind
    vega_lite: str
    title: str
    subtitle: str
    rows_used: int
    labels: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()


def choose_chart(
    shape: Shape,
    columns: tuple[ResultColumn, ...],
    rows: tuple[tuple[Cell, ...], ...],
    *,
    language: Language,
    title: str,
    truncated: bool = False,
) -> ChartSpec | None:
    """Choose and write the chart of a result.

    Args:
        shape: What ``roles`` read from the same columns and rows.
        columns: The result's columns.
        rows: The result's rows.
        language: Language of the notes in the chart.
        title: The chart's title, usually the question.
        truncated: The result has more rows than these; the chart says so.

    Returns:
        The chart, or none where a table or a single number tells more: fewer than two rows, no measure,
        or rows that no axis can keep apart.
    """
    table = ResultTable(shape, columns, rows, language)
    if shape.row_count < 2 or not table.measures:
        return None
    drawing = _over_time(table) or _over_categories(table)
    if drawing is None or sum(mark.y is not None for mark in drawing.marks) < 2:
        return None
    notes = [*drawing.subtitle]
    if truncated:
        notes.append(_CUT.to(language).format(count=f"{len(rows):,}"))
    drawing = drawing.model_copy(update={"title": printable(title, _TITLE_LIMIT), "subtitle": tuple(notes)})
    alone = drawing.series_title is None
    return ChartSpec(
        kind=drawing.kind,
        vega_lite=vega_lite(drawing),
        title=drawing.title,
        subtitle=(" " if language is Language.EN else "").join(notes),
        rows_used=drawing.rows_used,
        labels=tuple(_moment_label(mark.x, drawing) for mark in drawing.marks) if alone else (),
        values=tuple(mark.y for mark in drawing.marks) if alone else (),
    )


_CUT = Bilingual(
    zh="只含取回的前 {count} 行，完整结果更多。",
    en="Only the first {count} rows fetched; the result has more.",
)
_TOP = Bilingual(zh="共 {total} 项，只画最大的 {shown} 项。", en="The {shown} largest of {total} are shown.")
_TOP_SERIES = Bilingual(
    zh="「{name}」共 {total} 个，只画合计最大的 {shown} 个。",
    en="Of {total} values of {name}, the {shown} with the largest totals are shown.",
)
_ONE_MEASURE = Bilingual(
    zh="数值大小相差太多，图中只画「{name}」。",
    en="Only {name} is drawn: the other numbers have another scale.",
)
_NO_TIME = Bilingual(zh="{count} 行没有时间，未画出。", en="{count} rows without a time are left out.")
_FIGURE = Bilingual(zh="指标", en="measure")


def _moment_label(x: str, drawing: Drawing) -> str:
    if drawing.grain is None:
        return x
    return period_label(Period(start=datetime.fromisoformat(x.removesuffix("Z")), grain=drawing.grain))


def _timeline(table: ResultTable) -> tuple[list[Period | None], list[int]] | None:
    """The rows' periods and the columns they come from; a year and a month column make one period."""
    times = table.varying(Role.TIME)
    columns = table.shape.columns
    everywhere = table.shape.having(Role.TIME)
    cyclic = next((index for index in times if columns[index].cyclic), None)
    years = [index for index in everywhere if columns[index].grain is Grain.YEAR]
    if cyclic is not None and years:
        return _combined(table, years[0], cyclic), [years[0], cyclic]
    chosen = next((index for index in times if not columns[index].cyclic), cyclic)
    if chosen is None:
        return None
    return [*periods_of(table.columns[chosen], columns[chosen], table.cells(chosen))], [chosen]


def _combined(table: ResultTable, year: int, part: int) -> list[Period | None]:
    columns = table.shape.columns
    years = periods_of(table.columns[year], columns[year], table.cells(year))
    parts = periods_of(table.columns[part], columns[part], table.cells(part))
    periods: list[Period | None] = []
    for one, other in zip(years, parts, strict=True):
        try:
            periods.append(in_year(one, other) if one is not None and other is not None else None)
        except ValueError:
            periods.append(None)
    return periods


def _over_time(table: ResultTable) -> Drawing | None:
    timeline = _timeline(table)
    if timeline is None:
        return None
    periods, used = timeline
    places = _places(periods)
    moments = len(set(places.values()))
    if moments < 2 or len(places) > MOST_POINTS:
        return None
    others = table.varying(Role.CATEGORY, Role.IDENTIFIER)
    if moments == len(places):
        drawn, notes = _drawn_measures(table)
        marks = _measure_marks(table, drawn, places)
        series_title = None if len(drawn) == 1 else _FIGURE.to(table.language)
        y_title = table.title(drawn[0]) if len(drawn) == 1 else ""
    elif len(others) == 1 and _splits(table, others[0], places, moments):
        marks, notes = _split_marks(table, others[0], places)
        series_title, y_title = table.title(others[0]), table.title(table.measures[0])
    else:
        return None
    if len(places) < len(periods):
        notes.append(_NO_TIME.to(table.language).format(count=len(periods) - len(places)))
    some = next(period for period in periods if period is not None)
    return Drawing(
        kind=ChartKind.LINE,
        marks=tuple(marks),
        subtitle=tuple(notes),
        x_title=" / ".join(table.title(index) for index in used),
        y_title=y_title,
        series_title=series_title,
        grain=None if some.cyclic else some.grain,
        rows_used=len(places) if moments == len(places) else len(marks),
    )


def _places(periods: list[Period | None]) -> dict[int, str]:
    """Where each row stands on the time axis, rows in order of time; rows without a time are left out."""
    found = [(period, row) for row, period in enumerate(periods) if period is not None]
    return {
        row: period_label(period) if period.cyclic else f"{period.start.isoformat()}Z"
        for period, row in sorted(found, key=lambda pair: pair[0].start)
    }


def _splits(table: ResultTable, category: int, places: dict[int, str], moments: int) -> bool:
    """Whether the column keeps the rows of one moment apart, and lines show it best.

    Two or three periods of many things compare better as groups of bars than as many short lines.
    """
    many_short_lines = moments <= 3 and distinct(table.shape.columns[category]) > moments
    apart = len({(place, str(table.rows[row][category])) for row, place in places.items()}) == len(places)
    return apart and not many_short_lines


def _drawn_measures(table: ResultTable) -> tuple[list[int], list[str]]:
    """The measures that share one axis: all where their sizes are comparable, else the first; and a note."""
    measures = table.measures
    sizes = [max((abs(v) for v in table.numbers(i) if v is not None), default=0.0) for i in measures]
    if len(measures) <= MOST_MEASURES and 0 < max(sizes) <= _COMPARABLE * min(sizes):
        return measures, []
    first = next((index for index, size in zip(measures, sizes, strict=True) if size), measures[0])
    if len(measures) == 1:
        return [first], []
    return [first], [_ONE_MEASURE.to(table.language).format(name=table.title(first))]


def _measure_marks(table: ResultTable, drawn: list[int], places: dict[int, str]) -> list[Mark]:
    """One series for each drawn measure; a single one has no name."""
    marks: list[Mark] = []
    for index in drawn:
        values, series = table.numbers(index), table.title(index) if len(drawn) > 1 else None
        marks += [Mark(x=place, y=values[row], series=series) for row, place in places.items()]
    return marks


def _largest(labels: list[str], values: list[float | None], limit: int) -> tuple[list[str], int]:
    """The labels with the largest totals, in their own order where all fit; and how many there are."""
    totals: dict[str, float] = {}
    for label, value in zip(labels, values, strict=True):
        totals[label] = totals.get(label, 0.0) + abs(value or 0.0)
    if len(totals) <= limit:
        return list(totals), len(totals)
    return sorted(totals, key=lambda label: -totals[label])[:limit], len(totals)


def _split_marks(table: ResultTable, split: int, places: dict[int, str]) -> tuple[list[Mark], list[str]]:
    """One series for each value of a column, the largest ones where there are many."""
    labels, values = table.labels(split), table.numbers(table.measures[0])
    shown, total = _largest([labels[row] for row in places], [values[row] for row in places], MOST_SERIES)
    notes = []
    if total > len(shown):
        note = _TOP_SERIES.to(table.language)
        notes.append(note.format(name=table.title(split), total=f"{total:,}", shown=len(shown)))
    order = {label: place for place, label in enumerate(shown)}
    marks = [
        Mark(x=place, y=values[row], series=labels[row])
        for row, place in places.items()
        if labels[row] in order
    ]
    return sorted(marks, key=lambda mark: order[mark.series or ""]), notes


def _over_categories(table: ResultTable) -> Drawing | None:
    categories = table.varying(Role.CATEGORY, Role.TIME)
    keys = [index for index in categories if _is_key(table, index)]
    if not keys and len(categories) < 2:
        keys = [index for index in table.varying(Role.IDENTIFIER) if _is_key(table, index)]
    if keys:
        return _bars(table, keys[0])
    pairs = {tuple(str(row[index]) for index in categories) for row in table.rows}
    if len(categories) == 2 and len(pairs) == table.shape.row_count:
        return _grouped(table, categories)
    return None


def _is_key(table: ResultTable, index: int) -> bool:
    return distinct(table.shape.columns[index]) == table.shape.row_count


def _bars(table: ResultTable, category: int) -> Drawing:
    labels = table.labels(category)
    drawn, notes = _drawn_measures(table)
    values = table.numbers(drawn[0])
    rows = list(range(len(labels)))
    horizontal = _lies(labels)
    if horizontal and table.shape.columns[category].role is not Role.TIME:
        rows.sort(key=lambda row: float("-inf") if (value := values[row]) is None else value, reverse=True)
    limit = TOP_BARS if len(drawn) == 1 else TOP_GROUPS
    if len(rows) > limit:
        rows = sorted(sorted(rows, key=lambda row: -abs(values[row] or 0.0))[:limit], key=rows.index)
        notes.insert(0, _TOP.to(table.language).format(total=f"{len(labels):,}", shown=limit))
    one = len(drawn) == 1
    return Drawing(
        kind=ChartKind.BAR if one else ChartKind.GROUPED_BAR,
        marks=tuple(_measure_marks(table, drawn, {row: labels[row] for row in rows})),
        subtitle=tuple(notes),
        x_title=table.title(category),
        y_title=table.title(drawn[0]) if one else "",
        series_title=None if one else _FIGURE.to(table.language),
        horizontal=horizontal,
        rows_used=len(rows),
    )


def _lies(labels: list[str]) -> bool:
    """Whether bars lie down: many of them, or labels too long to stand below them."""
    return len(labels) > _VERTICAL_BARS or max(map(display_width, labels)) > _VERTICAL_LABEL_WIDTH


def _grouped(table: ResultTable, categories: list[int]) -> Drawing | None:
    along, series = sorted(categories, key=lambda index: (-distinct(table.shape.columns[index]), index))
    if distinct(table.shape.columns[series]) > MOST_SERIES:
        return None
    labels, names, values = table.labels(along), table.labels(series), table.numbers(table.measures[0])
    shown, total = _largest(labels, values, TOP_GROUPS)
    notes = []
    if total > len(shown):
        notes.append(_TOP.to(table.language).format(total=f"{total:,}", shown=len(shown)))
    if len(table.measures) > 1:
        notes.append(_ONE_MEASURE.to(table.language).format(name=table.title(table.measures[0])))
    order = {label: place for place, label in enumerate(shown)}
    rows = sorted((row for row, label in enumerate(labels) if label in order), key=lambda r: order[labels[r]])
    return Drawing(
        kind=ChartKind.GROUPED_BAR,
        marks=tuple(Mark(x=labels[row], y=values[row], series=names[row]) for row in rows),
        subtitle=tuple(notes),
        x_title=table.title(along),
        y_title=table.title(table.measures[0]),
        series_title=table.title(series),
        horizontal=_lies(shown),
        rows_used=len(rows),
    )
