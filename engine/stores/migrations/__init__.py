"""The schema of Chat2SQL's own PostgreSQL, as forward-only alembic revisions: ``env`` and ``versions``."""
