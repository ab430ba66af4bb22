"""The value index of each datasource."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

VALUE_INDEXES = """
CREATE TABLE chat2sql.value_indexes (
    datasource        text PRIMARY KEY REFERENCES chat2sql.datasources (name) ON DELETE CASCADE,
    catalogue_version text NOT NULL,
    document          jsonb NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE chat2sql.value_indexes IS 'What the text columns of a datasource hold, but nothing personal; the newest only';
COMMENT ON COLUMN chat2sql.value_indexes.datasource IS 'The datasource it was read from';
COMMENT ON COLUMN chat2sql.value_indexes.catalogue_version IS 'The version of the catalogue that it was read by';
COMMENT ON COLUMN chat2sql.value_indexes.document IS 'Columns with their distinct values';
COMMENT ON COLUMN chat2sql.value_indexes.created_at IS 'When it was read';
"""


def upgrade() -> None:
    """Add the table."""
    op.execute(VALUE_INDEXES)
