"""What a person sees: answers, progress and errors, in the person's language; colour where a terminal has it."""

from __future__ import annotations

import sys

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Bilingual, Language, Outcome
from chat2sql.engine.present.cells import printable, printable_lines
from chat2sql.engine.present.shape import ResultColumn
from chat2sql.engine.present.terminal import result_table
from chat2sql.graph.answer import Answer, StepName

OUT = Console()
ERR = Console(stderr=True)

STEP_NAMES: dict[StepName, Bilingual] = {
    StepName.UNDERSTAND: Bilingual(zh="理解问题", en="understand"),
    StepName.RETRIEVE_SCHEMA: Bilingual(zh="检索表结构", en="retrieve schema"),
    StepName.ROUTE_MODEL: Bilingual(zh="选择模型", en="route model"),
    StepName.GENERATE: Bilingual(zh="生成 SQL", en="generate"),
    StepName.SELF_CORRECT: Bilingual(zh="自我校正", en="self-correct"),
    StepName.EXECUTE: Bilingual(zh="执行", en="execute"),
    StepName.CLARIFY: Bilingual(zh="反问", en="clarify"),
    StepName.APPROVE: Bilingual(zh="等待批准", en="approve"),
    StepName.PRESENT: Bilingual(zh="解释与图表", en="present"),
    StepName.RECORD: Bilingual(zh="归档", en="record"),
}

_STYLES: dict[Outcome, str] = {
    Outcome.ANSWERED: "green",
    Outcome.ASKS_BACK: "yellow",
    Outcome.REFUSED: "magenta",
    Outcome.CANNOT_ANSWER: "yellow",
    Outcome.FAILED: "red",
    Outcome.CANCELLED: "red",
}


def plain(text: str, style: str = "") -> Text:
    """Text for the terminal, without what a terminal would obey: questions, models and databases wrote parts of it."""
    return Text(printable_lines(text), style=style)


def step_name(step: StepName, language: Language) -> str:
    """A step's name as users read it."""
    return STEP_NAMES[step].to(language)


def say_error(text: str) -> None:
    """One clear message, on the error stream."""
    ERR.print(plain(text, "red"))


def show_answer(answer: Answer, *, ui_url: str | None = None) -> None:
    """Everything about an answer: result, explanation, SQL, chart, model, cost, times, trail."""
    OUT.print(answer_view(answer, ui_url=ui_url))


def answer_view(answer: Answer, *, ui_url: str | None = None) -> RenderableType:
    """The answer as one renderable."""
    language = answer.language
    parts: list[RenderableType] = []
    if answer.outcome is Outcome.ANSWERED:
        columns = tuple(ResultColumn(name=column.name, type=column.type) for column in answer.columns)
        parts.append(result_table(columns, answer.rows, language))
        more = answer.row_count - len(answer.rows)
        if more > 0:
            parts.append(plain(_more(answer, more), "dim"))
    if answer.message:
        parts.append(plain(answer.message, f"bold {_STYLES[answer.outcome]}"))
    if answer.explanation:
        parts.append(plain(answer.explanation))
    if answer.sql:
        parts.append(Syntax(printable_lines(answer.sql), "sql", word_wrap=True, background_color="default"))
    for attempt in answer.attempts:
        parts.append(_attempt(attempt.sql, attempt.problem, language))
    parts.append(_facts(answer, ui_url))
    title = plain(" ".join((answer.question or answer.request_id).split()), "bold")
    title.overflow, title.no_wrap = "ellipsis", True
    return Panel(Group(*parts), title=title, title_align="left", border_style=_STYLES[answer.outcome])


def _more(answer: Answer, more: int) -> str:
    if answer.truncated_by == "bytes":
        return Bilingual(
            zh=f"还有更多行：结果达到大小上限，保存了 {answer.row_count:,} 行，在 {answer.result_uri}",
            en=f"There is more: the result reached its largest size; {answer.row_count:,} rows are at "
            f"{answer.result_uri}",
        ).to(answer.language)
    if answer.truncated:
        return Bilingual(
            zh=f"还有更多行：结果在 {answer.row_count:,} 行处被截断，全部保存在 {answer.result_uri}",
            en=f"There is more: the result was cut at {answer.row_count:,} rows, kept at {answer.result_uri}",
        ).to(answer.language)
    return Bilingual(
        zh=f"另有 {more:,} 行，全部保存在 {answer.result_uri}",
        en=f"{more:,} more rows, all of them at {answer.result_uri}",
    ).to(answer.language)


def _attempt(sql: str, problem: str, language: Language) -> RenderableType:
    label = Bilingual(zh="校正了一次", en="corrected once").to(language)
    first_line = problem.splitlines()[0] if problem else ""
    return Text.assemble(
        (f"↺ {label}: ", "yellow"),
        (printable(first_line), "dim"),
        ("  ⟵  ", "dim"),
        (printable(" ".join(sql.split())), "dim"),
    )


def _facts(answer: Answer, ui_url: str | None) -> RenderableType:
    language = answer.language
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="cyan", no_wrap=True)
    grid.add_column(overflow="fold")

    def row(name: Bilingual, value: str | None) -> None:
        if value:
            grid.add_row(name.to(language), plain(value))

    row(Bilingual(zh="图表", en="chart"), answer.chart_png and f"{answer.chart_kind}: {answer.chart_png}")
    row(Bilingual(zh="译作", en="asked as"), answer.asked_as)
    row(Bilingual(zh="口径", en="computed"), answer.meaning)
    row(Bilingual(zh="规则", en="rule"), answer.rule)
    row(Bilingual(zh="修补", en="mended"), "; ".join(answer.repairs))
    row(Bilingual(zh="把握", en="confidence"), _confidence(answer))
    for reading in answer.readings[1:]:
        words = f"({reading.share:.0%}) {reading.words.to(language)}"
        row(Bilingual(zh="另一种理解", en="or meant"), words)
    row(Bilingual(zh="模型", en="model"), answer.model)
    usage = answer.usage
    tokens = Bilingual(
        zh=f"{usage.calls} 次调用，{usage.prompt_tokens:,} 入，{usage.completion_tokens:,} 出，费用 ${usage.cost_usd:.4f}",
        en=f"{usage.calls} calls, {usage.prompt_tokens:,} in, {usage.completion_tokens:,} out, cost ${usage.cost_usd:.4f}",
    )
    row(Bilingual(zh="用量", en="tokens"), tokens.to(language) if usage.calls else None)
    row(Bilingual(zh="用时", en="time"), _times(answer))
    row(Bilingual(zh="工作流", en="workflow"), answer.workflow_id)
    if ui_url and answer.workflow_id:
        row(Bilingual(zh="界面", en="Temporal UI"), f"{ui_url}/workflows/{answer.workflow_id}")
    return grid


def _confidence(answer: Answer) -> str:
    if answer.confidence is None:
        return ""
    total = sum(vote.weight for vote in answer.votes)
    told = Bilingual(
        zh=f"{answer.confidence:.0%}（{answer.confidence * total:g}/{total:g} 票，{len(answer.votes)} 个候选）",
        en=f"{answer.confidence:.0%} ({answer.confidence * total:g} of {total:g} votes, {len(answer.votes)} candidates)",
    )
    return told.to(answer.language)


def _times(answer: Answer) -> str:
    total = sum(trace.seconds for trace in answer.steps)
    each = ", ".join(
        f"{step_name(trace.step, answer.language)} {trace.seconds:.2f}s"
        for trace in answer.steps
        if trace.seconds >= 0.005
    )
    return f"{total:.2f}s ({each})" if each else ""


def temporal_ui(settings: Settings) -> str | None:
    """The namespace's page of the Temporal UI, if the UI's address is known."""
    address = resolve_endpoints(settings).temporal_ui
    return f"{address.rstrip('/')}/namespaces/{settings.temporal_namespace}" if address else None


def print_json(text: str) -> None:
    """One JSON document on standard output, untouched by colour or wrapping."""
    sys.stdout.write(text + "\n")
