"""What a person is asked before a SQL runs, and what the person says."""

from __future__ import annotations

from pydantic import Field

from chat2sql.config.vocabulary import Bilingual, Frozen


class ApprovalRequest(Frozen):
    """What a person is asked to approve."""

    sql: str
    datasource: str
    reason: Bilingual | None = Field(
        None, description="Why this SQL in particular; none: all are approved here."
    )
    estimated_rows: float | None = None
    estimated_cost: float | None = None


class ApprovalDecision(Frozen):
    """What the person said. Also the argument of the workflow's ``approve`` update."""

    approved: bool
    user: str = ""
    note: str = ""
    sql: str | None = Field(None, description="The SQL that was seen; another one is not approved by it.")
