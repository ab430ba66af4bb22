"""Questions for the tests: a request with a fresh id, started on the stack."""

from __future__ import annotations

import uuid
from datetime import date

from chat2sql.graph.state import AskRequest

AS_OF = date(2025, 6, 30)


def a_request(question: str = "How many orders are there?", **fields: object) -> AskRequest:
    """A request of its own."""
    given = {
        "request_id": uuid.uuid4().hex[:12],
        "question": question,
        "as_of": AS_OF,
        "model": "local",
        **fields,
    }
    return AskRequest.model_validate(given)
