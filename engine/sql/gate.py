"""The EXPLAIN gate: what a query would cost by the database's own estimate, against the datasource's ceiling."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.sql.executors.port import Estimate
from chat2sql.engine.sql.guard.policy import Ceiling


class Passage(StrEnum):
    """What the gate says of a query."""

    OPEN = "open"
    APPROVE = "approve"
    REFUSE = "refuse"


class Weighed(Frozen):
    """The gate's decision; ``reason`` gives the numbers, None when the gate is open."""

    passage: Passage
    reason: Bilingual | None = None


def weigh(estimate: Estimate, ceiling: Ceiling) -> Weighed:
    """Compare an estimate with a ceiling.

    A database that gives no estimate is not held up: its time limit and row cap still bound the query. Estimates
    are the planner's and may be wrong either way; the gate stops the plainly too large before it starts.
    """
    over = [
        text
        for value, most, zh, en in (
            (estimate.cost, ceiling.cost, "预计代价", "an estimated cost of"),
            (estimate.rows, ceiling.rows, "预计行数", "an estimated number of rows of"),
        )
        if value is not None and most is not None and value > most
        for text in [
            Bilingual(
                zh=f"{zh} {value:,.0f}（上限 {most:,.0f}）", en=f"{en} {value:,.0f} (ceiling {most:,.0f})"
            )
        ]
    ]
    if not over:
        return Weighed(passage=Passage.OPEN)
    zh, en = "，".join(text.zh for text in over), " and ".join(text.en for text in over)
    if ceiling.over == "approve":
        reason = Bilingual(
            zh=f"查询超过数据源的上限：{zh}。需要批准后才会执行。",
            en=f"The query is over the datasource's ceiling: {en}. It runs only if a person approves it.",
        )
        return Weighed(passage=Passage.APPROVE, reason=reason)
    reason = Bilingual(
        zh=f"查询超过数据源的上限，未执行：{zh}。请缩小范围（例如更短的时间段），或联系数据源负责人。",
        en=f"The query is over the datasource's ceiling and did not run: {en}. Narrow it down (a shorter period, "
        "say), or talk to the datasource's owner.",
    )
    return Weighed(passage=Passage.REFUSE, reason=reason)
