"""The append-only audit trail: ``trail`` writes and reads it, ``verify`` proves that nobody changed it."""
