"""What stands for election when a model wrote several SQLs for one question."""

from __future__ import annotations

from pydantic import Field

from chat2sql.config.vocabulary import Bilingual, Frozen


class Candidate(Frozen):
    """One SQL that a model wrote, and how much it counts for: how often it was written, the greedy one more."""

    sql: str
    weight: float = Field(1, gt=0)
    compiled: bool = Field(False, description="Whether it was compiled from the question, not written.")


class Vote(Frozen):
    """One SQL of an election, as the answer and the trail show it."""

    sql: str
    weight: float
    agrees: bool = Field(description="Whether its rows are those of the answer.")
    runs: bool = Field(description="Whether it may run, and did.")
    repairs: tuple[str, ...] = Field((), description="What was mended in it by the schema.")
    reading: int | None = Field(
        None,
        description="Those with one number return the same rows, 1 the most votes; none: it does not run.",
    )


class Reading(Frozen):
    """One way to read a question on which the votes split: what several of the SQLs agree on."""

    sql: str
    share: float = Field(description="Their share of the votes, 0 to 1.")
    words: Bilingual = Field(description="What sets it apart from the other readings.")
    repairs: tuple[str, ...] = Field((), description="What was mended in it by the schema.")
