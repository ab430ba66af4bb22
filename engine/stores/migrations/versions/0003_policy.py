"""A datasource's policy: who may see what, what is masked, how far a query may go."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the policy's text; an empty one is the open policy."""
    op.execute(
        "ALTER TABLE chat2sql.datasources ADD COLUMN policy text NOT NULL DEFAULT '';"
        "COMMENT ON COLUMN chat2sql.datasources.policy IS 'The policy as its author wrote it, in TOML; empty: the open policy'"
    )
