"""What a repair did, as values."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Frozen


class RepairKind(StrEnum):
    """Which mistake was mended."""

    TABLE_NAME = "table_name"
    COLUMN_NAME = "column_name"
    COLUMN_OWNER = "column_owner"
    MISSING_JOIN = "missing_join"
    JOIN_KEYS = "join_keys"
    CONTRADICTION = "contradiction"
    IDLE_TABLE = "idle_table"
    DUPLICATE_ROWS = "duplicate_rows"
    OUTPUT_ORDER = "output_order"
    NEGATION = "negation"
    FORGOTTEN_GROUP = "forgotten_group"
    RATIO = "ratio"
    WHOLE_DIVISION = "whole_division"
    LABEL = "label"
    PRECEDENCE = "precedence"
    TIES = "ties"
    NULLS_LAST = "nulls_last"
    COUNTED_CONDITION = "counted_condition"
    ALIAS_IN_CONDITION = "alias_in_condition"
    GROUP_BY = "group_by"
    LITERAL_TYPE = "literal_type"
    LITERAL_VALUE = "literal_value"
    LITERAL_COLUMN = "literal_column"
    DIALECT = "dialect"
    READING_ORDER = "reading_order"
    PERIOD_END = "period_end"
    MEANT_ROWS = "meant_rows"
    MEANT_TIME = "meant_time"


MATTERS_OF_FORM = frozenset({RepairKind.OUTPUT_ORDER, RepairKind.READING_ORDER, RepairKind.NULLS_LAST})
"""What is mended in SQL that is right otherwise."""


class Repair(Frozen):
    """One mistake that was mended.

    Attributes:
        explanation: what was written and what stands there now, in English, for the audit and for a model.
    """

    kind: RepairKind
    explanation: str


class Repaired(Frozen):
    """A mended SQL.

    Attributes:
        repairs: what was done, in order; never empty.
        alternatives: how many other readings a mistake had that were as likely as the one taken.
    """

    sql: str
    repairs: tuple[Repair, ...]
    alternatives: int = 0
