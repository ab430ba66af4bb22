"""The result in one sentence."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Cell, Language
from chat2sql.engine.present.cells import decimal_of, number_text, printable
from chat2sql.engine.present.periods import Grain, Period, period_label, read_periods
from chat2sql.engine.present.shape import ColumnShape, Family, ResultColumn, Role, roles

_MOST_COLUMNS = 4
_LONGEST = 60

_NO_ROWS = Bilingual(
    zh="没有符合条件的数据。可以放宽时间范围、去掉一个条件，或检查名称的写法后再问。",
    en="No rows match. Try a wider time range, drop a condition, or check the spelling of names.",
)
_NO_VALUE = Bilingual(
    zh="结果为空值（NULL）：没有可以计算的数据。可以放宽时间范围或去掉一个条件后再问。",
    en="The result is NULL: there was nothing to compute. Try a wider time range or drop a condition.",
)


def cell_text(cell: Cell, column: ColumnShape, language: Language) -> str:
    """A value as a person reads it: thousands separators for measures, none for years, codes and ids."""
    if cell is None:
        return "NULL"
    if column.family is Family.BOOLEAN or isinstance(cell, bool):
        yes = cell in (True, 1, "1", "true", "t")
        return ("是" if yes else "否") if language is Language.ZH else ("yes" if yes else "no")
    if (
        column.role is Role.TIME
        and isinstance(cell, str)
        and (label := _period_text(cell, column)) is not None
    ):
        return label
    number = decimal_of(cell) if column.family is Family.NUMBER else None
    if number is None:
        return printable(str(cell))
    if column.role is Role.MEASURE:
        return number_text(number)
    return str(int(number)) if number == number.to_integral_value() else str(cell)


def _period_text(cell: str, column: ColumnShape) -> str | None:
    """A day or a longer period that its first moment is written for: 2025-03 for 2025-03-01 00:00; None: it is not."""
    if column.grain is None or column.grain is Grain.INSTANT or column.cyclic or ":" not in cell:
        return None
    periods = read_periods(column.name, (cell,), textual=True)
    start = periods[0].start if periods and periods[0] is not None else None
    # One day that happens to begin a month does not stand for the month.
    grain = column.grain if column.cardinality > 1 else Grain.DAY
    return period_label(Period(start=start, grain=grain)) if start is not None else None


def headline(
    columns: tuple[ResultColumn, ...],
    rows: tuple[tuple[Cell, ...], ...],
    row_count: int,
    truncated: bool,
    language: Language,
) -> str:
    """Say the result in one sentence: the value when there is one, else the number of rows and the first row.

    Args:
        columns: The result's columns.
        rows: The rows at hand, the first ones of the result.
        row_count: Rows that were fetched.
        truncated: The result has more rows than were fetched.
        language: The asker's language.
    """
    if row_count == 0 or not rows:
        return _NO_ROWS.to(language)
    shapes = roles(columns, rows).columns
    if row_count == 1 and len(columns) == 1:
        if rows[0][0] is None:
            return _NO_VALUE.to(language)
        value = cell_text(rows[0][0], shapes[0], language)
        return f"结果：{value}" if language is Language.ZH else f"Result: {value}"
    first = _row_text(rows[0], shapes, language)
    if language is Language.ZH:
        count = f"多于 {row_count:,} 行（只取了前 {row_count:,} 行）" if truncated else f"共 {row_count:,} 行"
        return f"{count}，第一行：{first}" if row_count > 1 else f"{count}：{first}"
    rows_word = "row" if row_count == 1 else "rows"
    count = (
        f"More than {row_count:,} rows (only these were fetched)"
        if truncated
        else f"{row_count:,} {rows_word}"
    )
    return f"{count}; the first: {first}" if row_count > 1 else f"{count}: {first}"


def _row_text(row: tuple[Cell, ...], shapes: tuple[ColumnShape, ...], language: Language) -> str:
    parts = [
        f"{printable(shape.name, 40)} {printable(cell_text(cell, shape, language), _LONGEST)}"
        for cell, shape in zip(row, shapes, strict=True)
    ]
    comma = "，" if language is Language.ZH else ", "
    return comma.join(parts[:_MOST_COLUMNS]) + ("…" if len(parts) > _MOST_COLUMNS else "")
