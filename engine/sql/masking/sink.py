"""Rows are masked on their way from the database to whatever keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chat2sql.engine.sql.executors.port import ColumnInfo, Row, RowSink
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.detection import Detector
from chat2sql.engine.sql.masking.masks import HIDDEN, mask

_TEXT = "text"
_NUMERIC = re.compile(r"int|num|dec|float|double|real|serial", re.IGNORECASE)
_NUMBERS = frozenset({MaskKind.PHONE, MaskKind.ID_CARD, MaskKind.BANK_CARD})


class MaskingSink:
    """A sink before another one: what stands behind it never sees a clear value.

    Columns with a mask are masked whole, in the others personal values are looked for. Both become text where they
    were not: a masked column is declared so, and so is one of numbers whose name announces telephone or card numbers.
    """

    def __init__(
        self,
        inner: RowSink,
        masks: tuple[MaskKind | None, ...],
        detect: tuple[MaskKind, ...],
        cleared: tuple[bool, ...] = (),
        copied: tuple[bool, ...] = (),
    ) -> None:
        """Put a sink before ``inner``.

        Args:
            masks: for each column, as ``output_columns`` gives them. If there are not as many as columns, and any column
                is masked, all are hidden: it cannot be known which ones are meant.
            detect: what to look for in columns without a mask.
            cleared: for each column, whether nothing is looked for in it, as ``output_columns`` gives them.
            copied: for each column, whether NULL stays NULL where it is SECRET, as ``output_columns`` gives them; NULL
                in a column of another kind always does, for those are copies.
        """
        self._inner = inner
        self._masks = masks
        self._detect = detect
        self._cleared = cleared
        self._copied = copied
        self._changes: list[tuple[int, Callable[[Sequence[object]], list[object]]]] = []
        self._masked: list[MaskKind | None] = list(masks)

    @property
    def masked(self) -> tuple[MaskKind | None, ...]:
        """How each column was masked, None: not at all; final after the last write. Of a column in which values of
        several kinds were found, the first kind."""
        return tuple(self._masked)

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """See ``RowSink``."""
        masks = self._masks
        copied = self._copied if len(self._copied) == len(masks) == len(columns) else (False,) * len(columns)
        if len(masks) != len(columns):
            masks = (MaskKind.SECRET if any(masks) else None,) * len(columns)
        cleared = self._cleared if len(self._cleared) == len(columns) else (False,) * len(columns)
        self._masked = list(masks)
        self._changes = []
        declared = list(columns)
        for position, (column, kind) in enumerate(zip(columns, masks, strict=True)):
            if kind is not None:
                self._changes.append((position, _by_mark(kind, copied=copied[position])))
                declared[position] = ColumnInfo(name=column.name, type=_TEXT)
            elif self._detect and not cleared[position]:
                look = Detector(column.name, self._detect)
                as_text = bool(look.announces & _NUMBERS) and _NUMERIC.search(column.type) is not None
                self._changes.append((position, self._by_detection(position, look, as_text)))
                if as_text:
                    declared[position] = ColumnInfo(name=column.name, type=_TEXT)
        self._inner.begin(tuple(declared))

    def write(self, rows: Sequence[Row]) -> int:
        """See ``RowSink``."""
        if not rows or not self._changes:
            return self._inner.write(rows)
        columns: list[Sequence[object]] = list(zip(*rows, strict=True))
        for position, change in self._changes:
            columns[position] = change(columns[position])
        return self._inner.write(list(zip(*columns, strict=True)))

    def _by_detection(
        self, position: int, look: Detector, as_text: bool
    ) -> Callable[[Sequence[object]], list[object]]:
        def change(values: Sequence[object]) -> list[object]:
            if not look.is_worth(values):
                return list(values)
            changed: list[object] = []
            for value in values:
                masked, kind = look.masked(value)
                if kind is not None and self._masked[position] is None:
                    self._masked[position] = kind
                changed.append(str(masked) if as_text and masked is not None else masked)
            return changed

        return change


def _by_mark(kind: MaskKind, *, copied: bool) -> Callable[[Sequence[object]], list[object]]:
    if kind is not MaskKind.SECRET:
        return lambda values: [mask(kind, value) for value in values]
    if copied:
        return lambda values: [None if value is None else HIDDEN for value in values]
    return lambda values: [HIDDEN] * len(values)
