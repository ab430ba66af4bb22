"""Runs the graph in-process, over any implementation of the steps: ``--local``, evaluations and tests."""

from __future__ import annotations

from datetime import date

from chat2sql.graph.answer import Answer
from chat2sql.graph.build import RECURSION_LIMIT, build
from chat2sql.graph.state import AskRequest
from chat2sql.graph.steps import Steps


async def run(steps: Steps, request: AskRequest, *, as_of: date) -> Answer:
    """Answer one question.

    Raises:
        Chat2SQLError: what a step raised.
    """
    state = await build(steps).ainvoke(
        {"request": request, "as_of": as_of}, config={"recursion_limit": RECURSION_LIMIT}
    )
    answer = state["answer"]
    if not isinstance(answer, Answer):
        raise TypeError("the graph ended without an answer")
    return answer
