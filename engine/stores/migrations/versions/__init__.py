"""The revisions: ``0001_first`` (working tables) and ``0002_audit`` (the append-only trail)."""
