"""Asking a question from the command line: start it, follow it, answer what it asks back, and bring its answer."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.status import Status
from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.contrib.workflow_streams import WorkflowStreamClient
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import Chat2SQLError, InvalidInput
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import EXIT_CODES, EXIT_USAGE, Bilingual, Language, Outcome
from chat2sql.engine.semantics.language import detect_language, validate_question
from chat2sql.graph.answer import Answer, StepName
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.conclude import CANCELLED, failed
from chat2sql.graph.messages import EVENTS_TOPIC, Clarification, Progress, ProgressState, StreamEvent
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import QuestionHandle, connect, progress_of, start_question
from chat2sql.workers.console import ERR, plain, step_name

POLL_EVERY_S = 1.0
"""How often the progress of a question is looked at while a person waits, in seconds."""


class Asked:
    """What asking came to: the answer and the exit code."""

    def __init__(self, answer: Answer, exit_code: int | None = None) -> None:
        self.answer = answer
        self.exit_code = EXIT_CODES[answer.outcome] if exit_code is None else exit_code


async def ask(
    settings: Settings,
    request: AskRequest,
    *,
    local: bool = False,
    watch: bool = False,
    interactive: bool = False,
) -> Asked:
    """Ask, and wait for the answer. Errors of the tree become an answer that says so."""
    language = request.language or detect_language(request.question, settings.language)
    try:
        validate_question(request.question, settings.question_max_chars)
        if local:
            return Asked(await _ask_locally(settings, request, watch=watch))
        return await _ask_durably(settings, request, watch=watch, interactive=interactive)
    except Chat2SQLError as error:
        return Asked(_unanswered(request, error, language), error.exit_code)


def _unanswered(request: AskRequest, error: Chat2SQLError, language: Language) -> Answer:
    shown = request.model_copy(update={"question": request.question[:200]})
    outcome = Outcome.CANCELLED if error is CANCELLED else Outcome.FAILED
    return failed(shown, error, language=language, asked_at=None, outcome=outcome)


async def _ask_locally(settings: Settings, request: AskRequest, *, watch: bool) -> Answer:
    # Lazy: only this way of asking needs the engines in this process.
    from chat2sql.activities.local_steps import answer_locally
    from chat2sql.activities.parts import open_parts

    async with open_parts(settings, resolve_endpoints(settings)) as parts:
        language = request.language or detect_language(request.question, settings.language)
        if watch:
            return await answer_locally(parts, request, on_step=_print_step(language), on_token=_print_token)
        with _spinner(language) as show:
            return await answer_locally(parts, request, on_step=lambda step, round_: show(step))


async def _ask_durably(settings: Settings, request: AskRequest, *, watch: bool, interactive: bool) -> Asked:
    client = await connect(settings, resolve_endpoints(settings))
    handle = await start_question(client, request)
    language = request.language or detect_language(request.question, settings.language)
    following = [asyncio.create_task(_follow(handle, language, interactive=interactive, quiet=watch))]
    if watch:
        following.append(
            asyncio.create_task(_watch(WorkflowStreamClient.create(client, handle.id), language))
        )
    try:
        answer = await handle.result()
        if watch:
            # What was published before the end is still shown.
            await asyncio.wait(following[1:], timeout=5)
        return Asked(answer)
    except WorkflowFailureError as failure:
        return _failure(failure, request, language)
    except asyncio.CancelledError:
        await handle.cancel()
        raise
    finally:
        for task in following:
            task.cancel()
        # Whatever went wrong with showing it, the question has its own end.
        await asyncio.gather(*following, return_exceptions=True)


def _failure(failure: WorkflowFailureError, request: AskRequest, language: Language) -> Asked:
    cause = failure.cause
    if isinstance(cause, CancelledError):
        return Asked(_unanswered(request, CANCELLED, language))
    if isinstance(cause, ApplicationError) and cause.details:
        answer = Answer.model_validate(cause.details[0])
        return Asked(answer, EXIT_USAGE if cause.type == InvalidInput.__name__ else None)
    broken = Chat2SQLError(
        zh="工作流失败，原因未知。请在 Temporal 界面中查看。",
        en="The workflow failed in an unknown way. The Temporal UI has the details.",
    )
    return Asked(_unanswered(request, broken, language))


# -- following ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _spinner(language: Language) -> Iterator[Callable[[StepName], None]]:
    # The model needs every cycle: two redraws a second are enough.
    with Status("…", console=ERR, refresh_per_second=2) as status:
        yield lambda step: status.update(step_name(step, language))


async def _follow(handle: QuestionHandle, language: Language, *, interactive: bool, quiet: bool) -> None:
    """Show the running step, and let the person answer what the question waits for."""
    told: tuple[ProgressState, int] | None = None
    with contextlib.nullcontext(lambda step: None) if quiet else _spinner(language) as show:
        while True:
            await asyncio.sleep(POLL_EVERY_S)
            try:
                progress = await progress_of(handle)
            except (RPCError, WorkflowQueryFailedError):
                # No worker answers just now; the question itself waits for one too.
                continue
            if progress.step:
                show(progress.step)
            if progress.state is ProgressState.FINISHED:
                return
            if progress.state is ProgressState.RUNNING:
                told = None
            # What was asked before may be asked again, with one more step behind it.
            elif told != (waiting := (progress.state, len(progress.steps))):
                told = waiting
                await _attend(handle, progress, language, interactive=interactive)


async def _attend(
    handle: QuestionHandle, progress: Progress, language: Language, *, interactive: bool
) -> None:
    try:
        if progress.state is ProgressState.WAITING_FOR_CLARIFICATION and interactive:
            text = await _prompt(f"{progress.question_back}\n> ")
            if text:
                await handle.execute_update("clarify", Clarification(text=text, user="cli"))
        elif progress.approval is not None:
            ERR.print(plain(progress.approval.sql, "cyan"))
            if progress.approval.reason:
                ERR.print(plain(progress.approval.reason.to(language), "yellow"))
            if interactive:
                approved = (await _prompt(_APPROVE_PROMPT.to(language))).lower() in ("y", "yes", "是", "批准")
                decision = ApprovalDecision(approved=approved, user="cli", sql=progress.approval.sql)
                await handle.execute_update("approve", decision)
            else:
                ERR.print(plain(_WAITING.to(language).format(id=handle.id), "yellow"))
    except WorkflowUpdateFailedError as failure:
        # Somebody else was faster.
        ERR.print(plain(str(failure.__cause__ or failure), "yellow"))


_APPROVE_PROMPT = Bilingual(zh="批准执行这条 SQL 吗？[y/N] ", en="Approve this SQL? [y/N] ")
_WAITING = Bilingual(
    zh="等待批准。批准：chat2sql reply {id} --approve；拒绝：chat2sql reply {id} --reject",
    en="Waiting for an approval. Approve: chat2sql reply {id} --approve; reject: chat2sql reply {id} --reject",
)


async def _prompt(text: str) -> str:
    """A line from the person. Read without a thread, which would keep a process whose question has ended."""
    sys.stderr.write(text)
    sys.stderr.flush()
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not typed.done():
            typed.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return (await typed).strip()
    finally:
        loop.remove_reader(sys.stdin)


async def _watch(client: WorkflowStreamClient, language: Language) -> None:
    """Print step events and tokens as they come. A reader that lost its place starts again at any offset."""
    async for item in client.subscribe([EVENTS_TOPIC], result_type=StreamEvent):
        event = item.data
        match event.kind:
            case "token":
                await _print_token(event.text)
            case "step" if event.step:
                _print_step(language)(event.step, event.round)
            case "done" if event.text:
                ERR.print(plain(f"  {event.text}", "dim"))
            case "end":
                return


def _print_step(language: Language) -> Callable[[StepName, int], None]:
    def show(step: StepName, round_: int) -> None:
        again = f" #{round_ + 1}" if round_ else ""
        ERR.print(plain(f"\n▸ {step_name(step, language)}{again}", "bold cyan"))

    return show


async def _print_token(text: str) -> None:
    ERR.print(plain(text), end="")
