"""What model calls cost: ``model_calls``, the ledger that also keeps each call from being paid twice."""
