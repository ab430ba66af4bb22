"""What there is to be careful about, and how it is told."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Bilingual, Frozen


class CautionKind(StrEnum):
    """Why figures may be wrong."""

    NO_JOIN_CONDITION = "no_join_condition"
    DUPLICATED_SUM = "duplicated_sum"
    CHASM = "chasm"


class Caution(Frozen):
    """One place where the figures of a query that runs are likely wrong.

    Attributes:
        told: for a reader of the answer, with the names of the tables.
        hint: for a model that may write the query anew.
    """

    kind: CautionKind
    told: Bilingual
    hint: str


def no_join_condition(first: str, second: str) -> Caution:
    """Two relations that nothing relates."""
    return Caution(
        kind=CautionKind.NO_JOIN_CONDITION,
        told=Bilingual(
            zh=f"{first} 与 {second} 之间没有关联条件：一方的每一行都和另一方的每一行配对，结果的行数和数字可能偏多。",
            en=f"Nothing relates {first} to {second}: every row of one is paired with every row of the other, so "
            "rows may be repeated and figures too large.",
        ),
        hint=f"No condition relates {first} to {second}. Join them on their keys, through a table between them if "
        "there is one, or leave out the one that is not needed.",
    )


def duplicated(aggregate: str, table: str, others: str) -> Caution:
    """An aggregate of a table whose rows a join repeats."""
    return Caution(
        kind=CautionKind.DUPLICATED_SUM,
        told=Bilingual(
            zh=f"{aggregate} 可能重复计算：{table} 的一行在 {others} 中可能对应多行，关联后会被计算多次。",
            en=f"{aggregate} may count rows more than once: one row of {table} can match several of {others}, and is "
            "repeated for each.",
        ),
        hint=f"{aggregate} runs over rows of {table} that the join with {others} repeats. Aggregate {table} without "
        f"that join: test for a match with EXISTS or IN, aggregate {others} in a subquery first, or count DISTINCT "
        "keys.",
    )


def chasm(aggregate: str, table: str, first: str, second: str) -> Caution:
    """A count of rows where two tables fan out from a third, each for itself."""
    return Caution(
        kind=CautionKind.CHASM,
        told=Bilingual(
            zh=f"{aggregate} 可能过大：对 {table} 的每一行，{first} 的各行与 {second} 的各行两两组合后才计数。",
            en=f"{aggregate} may be too large: for each row of {table} it counts every pair of a row of {first} and a "
            f"row of {second}.",
        ),
        hint=f"{first} and {second} each have several rows for a row of {table}, so {aggregate} counts their "
        "product. Aggregate each of them in a subquery of its own, by the key of "
        f"{table}, and join the results.",
    )
