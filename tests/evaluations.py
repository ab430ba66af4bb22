"""Evaluations for the tests: questions about the demo company, started as a workflow on the stack."""

from __future__ import annotations

from pathlib import Path

from running_stack import RunningStack
from temporalio.client import Client, WorkflowHandle

from chat2sql.activities.evaluation import Asking
from chat2sql.config.policies import TaskQueue
from chat2sql.config.vocabulary import Language
from chat2sql.engine.evaluation.cases import EvalCase, SuiteFormat
from chat2sql.engine.evaluation.run_folder import Plan, open_folder, switches
from chat2sql.workflows.evaluate import Evaluate, EvaluateInput, EvaluateProgress

COUNT_ORDERS = "SELECT count(*) FROM orders"
Handle = WorkflowHandle[Evaluate, EvaluateProgress]


def evaluation(stack: RunningStack, folder: Path, number: int, **more: object) -> EvaluateInput:
    """A run of so many questions, told apart by a number, with its folder begun."""
    plan = Plan(
        suite="s", format=SuiteFormat.JSONL, language="en", limit=None, seed=0, model=None,
        settings=switches(stack.settings),
    )  # fmt: skip
    key = open_folder(folder, plan).key
    cases = tuple(
        EvalCase(
            id=f"q{n}",
            question=f"How many orders are there, for the {n}. time?",
            gold=(COUNT_ORDERS,),
            database="shop",
            language=Language.EN,
        )
        for n in range(number)
    )
    given = {
        "cases": cases,
        "asking": Asking(key=key, model="local", datasources={"shop": "demo"}),
        "folder": str(folder),
    }
    return EvaluateInput.model_validate({**given, **more})


async def start_evaluation(client: Client, ask: EvaluateInput) -> Handle:
    """Start it as the command line does."""
    return await client.start_workflow(
        Evaluate.run, ask, id=f"evaluate-{ask.asking.key}", task_queue=TaskQueue.WORKFLOWS.value
    )
