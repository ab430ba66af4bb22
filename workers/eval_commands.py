"""``chat2sql eval``: how often the answers are right."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.settings import Settings, get_settings
from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.statistics import Share
from chat2sql.engine.evaluation.suites import load_suite, sample
from chat2sql.engine.evaluation.summary import Comparison, Summary, summarise
from chat2sql.engine.evaluation.summary import compare as compared
from chat2sql.workers.console import ERR, OUT, plain, print_json

app = typer.Typer(help="How often the answers are right.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of a run.", file_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

SWITCHES = ("samples", "sample_temperature", "vote_timeout_s", "repair", "schema_budget_tokens")
"""Settings that change what a run measures; each is kept with the run."""


@app.command()
def run(
    suite: Annotated[Path, typer.Option(help="Folder or file of the question set.")],
    suite_format: Annotated[SuiteFormat, typer.Option("--format", help="Its form.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; one that is there is gone on with.")],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask that many questions, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which ones are drawn.")] = 0,
    model: Annotated[str | None, typer.Option(help="Model to ask; default: routed.")] = None,
    language: Annotated[Language, typer.Option(help="Wording to ask, where the set has both.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Ask a question set with the product's own graph, and count what is right."""
    # Lazy: the engines take seconds to import, and the other commands need none of them.
    from chat2sql.activities.parts import open_parts
    from chat2sql.workers.eval_run import Plan, evaluate, open_folder, records_of

    settings = get_settings()
    asked = sample(load_suite(suite, suite_format, language=language), limit=limit, seed=seed)
    plan = Plan(
        suite=str(suite),
        format=suite_format,
        language=language,
        limit=limit,
        seed=seed,
        model=model,
        settings=_switches(settings),
    )
    open_folder(out, plan)

    async def work() -> None:
        async with open_parts(settings, resolve_endpoints(settings)) as parts:
            with _progress() as progress:
                done = records_of(out)
                task = progress.add_task("", total=len(asked.cases), completed=len(done))
                right = sum(record.outcome is OutcomeClass.RIGHT for record in done)

                def on_record(record: EvalRecord) -> None:
                    nonlocal right
                    right += record.outcome is OutcomeClass.RIGHT
                    progress.advance(task)
                    completed = int(progress.tasks[0].completed)
                    progress.update(task, description=f"{record.id} {right / completed:.1%}")

                await evaluate(parts, asked, out, model=model, on_record=on_record)

    asyncio.run(work())
    show(summarise(records_of(out)), as_json=as_json)


@app.command()
def compare(first: Folder, second: Folder, as_json: AsJson = False) -> None:
    """Compare two runs over the same questions: what the second one won and lost."""
    from chat2sql.workers.eval_run import records_of

    found = compared(records_of(first), records_of(second))
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _show_comparison(found)


def show(summary: Summary, *, as_json: bool) -> None:
    """Print the figures of a run."""
    if as_json:
        print_json(summary.model_dump_json(indent=2))
        return
    language = get_settings().language
    title = Bilingual(zh="执行准确率", en="execution accuracy").to(language)
    OUT.print(plain(f"{title} {_share(summary.accuracy)}", "bold"))
    if summary.best_of_candidates:
        best = Bilingual(zh="候选中至少一个正确", en="at least one candidate right").to(language)
        OUT.print(plain(f"{best} {_share(summary.best_of_candidates)}"))
    costs = Bilingual(
        zh=f"每题：{summary.seconds:.1f} 秒（95% 在 {summary.slowest:.1f} 秒内），{summary.calls:.1f} 次调用，"
        f"{summary.prompt_tokens:,.0f} 入，{summary.completion_tokens:,.0f} 出",
        en=f"per question: {summary.seconds:.1f} s (95% within {summary.slowest:.1f} s), {summary.calls:.1f} calls, "
        f"{summary.prompt_tokens:,.0f} tokens in, {summary.completion_tokens:,.0f} out",
    )
    OUT.print(plain(costs.to(language)))
    for name, counts in (("outcome", summary.outcomes), ("mistake", summary.mistakes)):
        OUT.print(_table(name, {key: str(count) for key, count in counts.items()}))
    for name, shares in (*summary.groups.items(), ("confidence", summary.calibration)):
        if shares:
            OUT.print(_table(name, {key: _share(share) for key, share in shares.items()}))


def _show_comparison(found: Comparison) -> None:
    language = get_settings().language
    text = Bilingual(
        zh=f"{found.questions} 题：{_share(found.first)} → {_share(found.second)}；多对 {len(found.won)} 题，"
        f"多错 {len(found.lost)} 题，McNemar p = {found.p:.3f}",
        en=f"{found.questions} questions: {_share(found.first)} -> {_share(found.second)}; {len(found.won)} won, "
        f"{len(found.lost)} lost, McNemar p = {found.p:.3f}",
    )
    OUT.print(plain(text.to(language), "bold"))
    for name, ids in (("won", found.won), ("lost", found.lost)):
        OUT.print(plain(f"{name}: {', '.join(ids) or '-'}"))


def _switches(settings: Settings) -> dict[str, str | int | float | bool | None]:
    return {name: getattr(settings, name) for name in SWITCHES}


def _share(share: Share) -> str:
    return f"{share.value:.1%} [{share.low:.1%}, {share.high:.1%}] ({share.successes}/{share.total})"


def _table(name: str, rows: dict[str, str]) -> Table:
    table = Table(name, "")
    for key, value in rows.items():
        table.add_row(plain(key), plain(value))
    return table


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=ERR,
    )
