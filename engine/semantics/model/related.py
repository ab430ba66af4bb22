"""What other rows have to lead to those of a segment."""

from __future__ import annotations

from pydantic import Field as Described

from chat2sql.config.vocabulary import Frozen


class Related(Frozen):
    """Rows of another dataset that lead to a row: 近90天内有过有效订单.

    Attributes:
        segments: which of them count, by the names of segments of their dataset.
        time: the field of their dataset by which they are placed in time.
        days: how many days back they count, the day of asking the first of them; None: whenever they were.
        negated: whether there have to be none.
    """

    dataset: str
    segments: tuple[str, ...] = ()
    time: str | None = None
    days: int | None = Described(None, ge=1)
    negated: bool = False
