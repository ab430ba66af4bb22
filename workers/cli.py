"""The command line. Every command says what it does in ``--help``; docs/cli.md is made from that.

Exit codes: 0 answered, 1 failure, 2 usage, 3 asks back, 4 refused, 5 cannot answer.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import traceback
import uuid
from collections.abc import Coroutine
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import Chat2SQLError, InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import EXIT_USAGE, Language
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import Clarification
from chat2sql.graph.state import AskRequest
from chat2sql.workers import (
    datasource_commands,
    eval_commands,
    history_command,
    model_commands,
    policy_commands,
    result_commands,
    semantic_commands,
    stack_commands,
)
from chat2sql.workers.asking import ask as ask_question
from chat2sql.workers.client import connect
from chat2sql.workers.console import print_json, say_error, show_answer, temporal_ui

Result = TypeVar("Result")

app = typer.Typer(
    name="chat2sql",
    help="Ask a database a question in Chinese or English. 用中文或英文向数据库提问。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(datasource_commands.app, name="datasource")
app.add_typer(model_commands.app, name="models")
app.add_typer(result_commands.app, name="results")
app.add_typer(eval_commands.app, name="eval")
app.add_typer(semantic_commands.app, name="semantics")
datasource_commands.app.command("policy")(policy_commands.policy)
datasource_commands.app.command("check")(policy_commands.check)
datasource_commands.app.command("rls")(policy_commands.rls)
app.command("up")(stack_commands.up)
app.command("down")(stack_commands.down)
app.command("status")(stack_commands.status)
app.command("doctor")(stack_commands.doctor)
app.command("demo")(stack_commands.demo)
app.command("migrate")(stack_commands.migrate)
app.command("history")(history_command.history)


class Queue(StrEnum):
    """What ``worker --queue`` takes."""

    WORKFLOWS = "workflows"
    LLM = "llm"
    SQL = "sql"
    INDEX = "index"
    ALL = "all"


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(help="The question, in Chinese or English; - reads it from standard input.")
    ],
    datasource: Annotated[str | None, typer.Option(help="Datasource to ask.")] = None,
    tenant: Annotated[str, typer.Option(help="Tenant that asks.")] = "default",
    user: Annotated[str, typer.Option(help="Who asks, as an opaque id.")] = "cli",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day that 'today' means; default: today."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model to use; default: routed.")] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Conversation that this question continues.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Language of the answer; default: the question's.")
    ] = None,
    request_id: Annotated[
        str | None, typer.Option("--id", help="Idempotency key; the same id is answered once.")
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Wait for a person's approval before the SQL runs.")
    ] = False,
    patience: Annotated[float, typer.Option(help="Seconds a step is retried through an outage.")] = 60,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as one JSON object (docs/clients.md).")
    ] = False,
    local: Annotated[
        bool, typer.Option("--local", help="Run the graph in this process, without Temporal.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show steps and tokens as they come.")] = False,
) -> None:
    """Ask a question and wait for its answer."""
    settings = get_settings()
    given = sys.stdin.read() if question == "-" else question
    interactive = sys.stdin.isatty() and sys.stderr.isatty() and not as_json
    request = AskRequest(
        request_id=request_id or uuid.uuid4().hex[:16],
        # What no UTF-8 text can carry would fail on its way to the server.
        question=given.encode("utf-8", "replace").decode(),
        datasource=datasource,
        tenant=tenant,
        user=user,
        as_of=as_of.date() if as_of else date.today(),
        model=model,
        conversation=conversation,
        language=language,
        stream=watch and not local,
        require_approval=approve,
        clarify_within_s=600 if interactive else 0,
        patience_s=patience,
    )
    asked = run_async(ask_question(settings, request, local=local, watch=watch, interactive=interactive))
    if as_json:
        print_json(asked.answer.model_dump_json(indent=2))
    else:
        show_answer(asked.answer, ui_url=None if local else temporal_ui(settings))
    raise typer.Exit(asked.exit_code)


@app.command()
def reply(
    workflow: Annotated[str, typer.Argument(help="Workflow id of the waiting question.")],
    text: Annotated[str | None, typer.Argument(help="Answer to the question back.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the SQL that waits.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject the SQL that waits.")] = False,
    user: Annotated[str, typer.Option(help="Who replies, as an opaque id.")] = "cli",
    note: Annotated[str, typer.Option(help="Reason, kept with the decision.")] = "",
) -> None:
    """Answer a waiting question: a clarification, an approval or a rejection."""
    if approve + reject + (text is not None) != 1:
        raise InvalidInput(
            zh="请三选一：回答的文字、--approve 或 --reject。",
            en="Give exactly one of: a text, --approve, --reject.",
        )

    async def send() -> None:
        settings = get_settings()
        client = await connect(settings, resolve_endpoints(settings))
        handle = client.get_workflow_handle(workflow)
        if text is not None:
            await handle.execute_update("clarify", Clarification(text=text, user=user))
        else:
            decision = ApprovalDecision(approved=approve, user=user, note=note)
            await handle.execute_update("approve", decision)

    run_async(send())


@app.command()
def cancel(workflow: Annotated[str, typer.Argument(help="Workflow id of the question.")]) -> None:
    """Cancel a running question; its model call and its statement are stopped."""

    async def send() -> None:
        settings = get_settings()
        client = await connect(settings, resolve_endpoints(settings))
        await client.get_workflow_handle(workflow).cancel()

    run_async(send())


@app.command()
def worker(
    queue: Annotated[Queue, typer.Option(help="Task queue to poll.")] = Queue.ALL,
    ready_file: Annotated[Path | None, typer.Option(help="Written once the worker polls.")] = None,
) -> None:
    """Run a worker in the foreground."""
    # Lazy: the worker brings every engine, and the other commands start faster without them.
    from chat2sql.workers.main import QUEUES, run

    raise typer.Exit(run(QUEUES[queue.value], ready_file))


def _language() -> Language:
    try:
        return get_settings().language
    except ValidationError:
        return Language.EN


def run_async(work: Coroutine[object, object, Result]) -> Result:
    """Run a command's coroutine to its end."""
    return asyncio.run(work)


def main() -> None:
    """Entry point of ``chat2sql``: one exit for every command, with a clear message and a meaningful code."""
    code = 1
    try:
        app()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Chat2SQLError as error:
        say_error(error.to(_language()))
        code = error.exit_code
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        say_error(f"{where}: {first['msg']}")
        code = EXIT_USAGE
    except (RPCError, WorkflowUpdateFailedError) as error:
        say_error(str(error.__cause__ or error))
    except Exception as error:
        # The last resort: told as a defect, with where it happened, instead of ending without a word.
        say_error(
            f"{type(error).__name__}: {error}\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
        )
    finally:
        # The SDK's threads may abort an interpreter that is taken down under them; end before that.
        gc.collect()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
