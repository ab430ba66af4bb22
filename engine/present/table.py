"""A result read column by column: its titles, its numbers, and its values as labels of a chart."""

from __future__ import annotations

from dataclasses import dataclass

from chat2sql.config.vocabulary import Bilingual, Cell, Language
from chat2sql.engine.present.cells import decimal_of, float_of, printable
from chat2sql.engine.present.periods import period_label
from chat2sql.engine.present.shape import ColumnShape, Family, ResultColumn, Role, Shape, periods_of

_LABEL_LIMIT = 40
_EMPTY = Bilingual(zh="（空）", en="(empty)")
_YES = Bilingual(zh="是", en="yes")
_NO = Bilingual(zh="否", en="no")


@dataclass(frozen=True)
class ResultTable:
    """The result with its shape, read column by column."""

    shape: Shape
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    language: Language

    def cells(self, index: int) -> tuple[Cell, ...]:
        """The values of a column."""
        return tuple(row[index] for row in self.rows)

    def title(self, index: int) -> str:
        """A column's heading; headings that stand twice are told apart by their position."""
        titles = [printable(column.name, _LABEL_LIMIT) for column in self.columns]
        return titles[index] if titles.count(titles[index]) == 1 else f"{titles[index]} ({index + 1})"

    def varying(self, *wanted: Role) -> list[int]:
        """The columns of these roles that hold more than one value."""
        columns = self.shape.columns
        return [i for i, column in enumerate(columns) if column.role in wanted and distinct(column) > 1]

    @property
    def measures(self) -> list[int]:
        """The columns that can be drawn as a size: at least one value, and all of them fit a float."""
        return [
            index
            for index in self.shape.having(Role.MEASURE)
            if any(float_of(cell) is not None for cell in self.cells(index))
        ]

    def numbers(self, index: int) -> list[float | None]:
        """The values of a measure; none where there is no finite number."""
        return [float_of(cell) for cell in self.cells(index)]

    def labels(self, index: int) -> list[str]:
        """Category labels, a row each; values that look alike once cut short are told apart by a number."""
        given: dict[str, str] = {}
        counts: dict[str, int] = {}
        for cell, label in zip(self.cells(index), self._plain_labels(index), strict=True):
            if str(cell) not in given:
                counts[label] = counts.get(label, 0) + 1
                given[str(cell)] = label if counts[label] == 1 else f"{label} ({counts[label]})"
        return [given[str(cell)] for cell in self.cells(index)]

    def _plain_labels(self, index: int) -> list[str]:
        column, cells = self.shape.columns[index], self.cells(index)
        if column.role is Role.TIME:
            periods = periods_of(self.columns[index], column, cells)
            return [
                _EMPTY.to(self.language) if period is None else period_label(period) for period in periods
            ]
        return [_label(cell, column, self.language) for cell in cells]


def distinct(column: ColumnShape) -> int:
    """The number of different values, NULL counted as one."""
    return column.cardinality + (1 if column.nulls else 0)


def _label(cell: Cell, column: ColumnShape, language: Language) -> str:
    if cell is None or cell == "":
        return _EMPTY.to(language)
    if column.family is Family.BOOLEAN:
        return (_YES if cell in (True, 1, "true", "t") else _NO).to(language)
    number = decimal_of(cell) if column.family is Family.NUMBER else None
    if number is not None and number == number.to_integral_value():
        return str(int(number))
    return printable(str(cell), _LABEL_LIMIT).strip() or _EMPTY.to(language)
