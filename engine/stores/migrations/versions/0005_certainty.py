"""How certain the model was of each text."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add it to the ledger; empty where the provider does not tell."""
    op.execute(
        "ALTER TABLE chat2sql.model_calls ADD COLUMN certainties double precision[] NOT NULL DEFAULT '{}';"
        "COMMENT ON COLUMN chat2sql.model_calls.certainties IS "
        "'For each text the probability of its least probable token; empty: not known'"
    )
