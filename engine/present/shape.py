"""The shape of a result: what each column is good for in a chart, read from its name, type and values."""

from __future__ import annotations

import re
from enum import StrEnum

from chat2sql.config.vocabulary import Cell, Frozen
from chat2sql.engine.present.cells import decimal_of, reads_as_number
from chat2sql.engine.present.periods import Grain, Period, read_periods


class ResultColumn(Frozen):
    """A column of a result: its heading, and its type as the database or the driver names it."""

    name: str
    type: str


class Role(StrEnum):
    """What a column is good for."""

    TIME = "time"
    CATEGORY = "category"
    MEASURE = "measure"
    IDENTIFIER = "identifier"
    TEXT = "text"


class Family(StrEnum):
    """The kind of value a column holds."""

    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    TEXT = "text"


class ColumnShape(Frozen):
    """One column of the shape. ``grain`` and ``cyclic`` are set for time only; cyclic has no year."""

    name: str
    role: Role
    family: Family
    cardinality: int
    nulls: int
    grain: Grain | None = None
    cyclic: bool = False


class Shape(Frozen):
    """The roles of all columns, in their order, and the number of rows they were read from."""

    columns: tuple[ColumnShape, ...]
    row_count: int

    def having(self, role: Role) -> tuple[int, ...]:
        """Positions of the columns with a role."""
        return tuple(index for index, column in enumerate(self.columns) if column.role is role)


_FAMILIES = (
    (
        re.compile(
            r"^(?:u?(?:small|big|tiny|medium)?int(?:eger)?\d*(?:\s|\(|$)|(?:small|big)?serial"
            r"|decimal|numeric|number|(?:half)?float|double|real|money)"
        ),
        Family.NUMBER,
    ),
    (re.compile(r"^(?:date|timestamp|datetime)"), Family.DATE),
    (re.compile(r"^bool"), Family.BOOLEAN),
)
_AGGREGATE_WORDS = re.compile(r"^(?:count|cnt|sum|avg|average|mean|total|num|number_of)_")
_IDENTIFIER_WORDS = re.compile(
    r"(?:^|_)(?:id|ids|uuid|guid|key|code|no|nbr|number|sku|ean|barcode|phone|mobile|tel|zip|zipcode|postcode"
    r"|rank|ranking|position|row_number|rn|seq|index|version|latitude|longitude|lat|lon|lng)$"
    r"|(?:编号|代码|编码|号码|单号|工号|电话|手机|邮编|序号|排名|名次|主键|号|ID|id)$"
)
_CODE_WORDS = re.compile(
    r"(?:^|_)(?:status|state|type|kind|flag|level|grade|class|category|gender|sex|priority|weekday|dow|hour)$"
    r"|^(?:is|has)_|(?:状态|类型|类别|级别|等级|标志|性别|优先级|星期|小时)$"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LONG_TEXT = 60


def roles(columns: tuple[ResultColumn, ...], rows: tuple[tuple[Cell, ...], ...]) -> Shape:
    """Read the role of every column.

    Args:
        columns: The result's columns; an empty or unknown type is inferred from the values.
        rows: The rows at hand, each as wide as ``columns``.
    """
    shapes = tuple(
        _column_shape(column, tuple(row[index] for row in rows)) for index, column in enumerate(columns)
    )
    return Shape(columns=shapes, row_count=len(rows))


def periods_of(
    column: ResultColumn, shape: ColumnShape, cells: tuple[Cell, ...]
) -> tuple[Period | None, ...]:
    """The values of a time column as periods; NULL as none."""
    return read_periods(column.name, cells, textual=shape.family is not Family.NUMBER) or (None,) * len(cells)


def _column_shape(column: ResultColumn, cells: tuple[Cell, ...]) -> ColumnShape:
    values = [cell for cell in cells if cell is not None]
    family = _family(column.type, values)
    periods = read_periods(column.name, cells, textual=family is not Family.NUMBER)
    first = next((period for period in periods or () if period is not None), None)
    role = Role.TIME if first is not None else _role(_snake(column.name), family, values)
    return ColumnShape(
        name=column.name,
        role=role,
        family=family,
        cardinality=len({str(value) for value in values}),
        nulls=len(cells) - len(values),
        grain=first.grain if first else None,
        cyclic=first.cyclic if first else False,
    )


def _family(declared: str, values: list[bool | int | float | str]) -> Family:
    """The declared family where the values agree; SQLite keeps any value in any column."""
    name = declared.strip().lower()
    family = next((family for pattern, family in _FAMILIES if pattern.match(name)), Family.TEXT)
    if not values:
        return family
    if all(isinstance(value, bool) for value in values):
        return Family.BOOLEAN
    if all(not isinstance(value, str | bool) for value in values):
        return Family.BOOLEAN if family is Family.BOOLEAN else Family.NUMBER
    if family is Family.NUMBER and not all(reads_as_number(value) for value in values):
        return Family.TEXT
    return family


def _role(name: str, family: Family, values: list[bool | int | float | str]) -> Role:
    if family is Family.NUMBER:
        return _number_role(name, values)
    if family is Family.BOOLEAN:
        return Role.CATEGORY
    texts = [str(value) for value in values]
    if any(len(text) > _LONG_TEXT or "\n" in text for text in texts):
        return Role.TEXT
    if texts and all(_UUID.fullmatch(text) for text in texts):
        return Role.IDENTIFIER
    return Role.IDENTIFIER if _IDENTIFIER_WORDS.search(name) else Role.CATEGORY


def _number_role(name: str, values: list[bool | int | float | str]) -> Role:
    if _AGGREGATE_WORDS.search(name):
        return Role.MEASURE
    if _IDENTIFIER_WORDS.search(name):
        return Role.IDENTIFIER
    whole = all(number == number.to_integral_value() for number in map(decimal_of, values) if number)
    if whole and _CODE_WORDS.search(name):
        return Role.CATEGORY
    return Role.MEASURE


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower().replace(" ", "_").replace("-", "_")
