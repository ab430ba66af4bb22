"""``chat2sql eval``: how often the answers are right."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.run_folder import (
    SUMMARY,
    Plan,
    open_folder,
    plan_of,
    records_of,
    switches,
)
from chat2sql.engine.evaluation.suites import load_suite, sample
from chat2sql.engine.evaluation.summary import Comparison, Summary, summarise
from chat2sql.engine.evaluation.summary import compare as compared
from chat2sql.workers.console import ERR, OUT, plain, print_json

app = typer.Typer(help="How often the answers are right.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of a run.", file_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    temporal: Annotated[
        bool, typer.Option("--temporal", help="Run in the workers, durably; this command only looks on.")
    ] = False,
    parallel: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Questions at a time, with --temporal; default: 1."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question set with the product's own graph, and count what is right."""
    # Lazy: the engines take seconds to import, and the other commands need none of them.
    from chat2sql.activities.evaluation import Asking
    from chat2sql.activities.parts import open_parts
    from chat2sql.workers.eval_databases import register_databases
    from chat2sql.workers.eval_durably import evaluate_durably
    from chat2sql.workers.eval_run import evaluate

    if parallel is not None and not temporal:
        raise InvalidInput(
            zh="--parallel 需要与 --temporal 一起使用。",
            en="--parallel needs --temporal. Give both, or neither.",
        )
    settings = get_settings()
    asked = sample(load_suite(suite, suite_format, language=language), limit=limit, seed=seed)
    plan = open_folder(
        out,
        Plan(
            suite=str(suite),
            format=suite_format,
            language=language,
            limit=limit,
            seed=seed,
            model=model,
            settings=switches(settings),
        ),
    )

    async def work() -> None:
        endpoints = resolve_endpoints(settings)
        with _progress() as progress:
            task = progress.add_task("", total=len(asked.cases))

            def show_so_far(doing: str) -> None:
                done = records_of(out)
                right = sum(record.outcome is OutcomeClass.RIGHT for record in done)
                share = f"{right / len(done):.1%}" if done else ""
                progress.update(task, completed=len(done), description=f"{doing} {share}")

            async with open_parts(settings, endpoints) as parts:
                asking = Asking(key=plan.key, model=model, datasources=await register_databases(parts, asked))
                if not temporal:
                    await evaluate(parts, asked, out, asking, on_record=lambda record: show_so_far(record.id))
            if temporal:
                await evaluate_durably(
                    settings, asked, out.resolve(), asking, parallel=parallel or 1, on_progress=show_so_far
                )

    asyncio.run(work())
    summary = summarise(records_of(out))
    (out / SUMMARY).write_text(summary.model_dump_json(indent=2), "utf-8")
    show(summary, as_json=as_json)


@app.command()
def compare(first: Folder, second: Folder, as_json: AsJson = False) -> None:
    """Compare two runs over the same questions: what the second one won and lost."""
    found = compared(_recorded(first), _recorded(second))
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _show_comparison(found)


@app.command()
def report(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs; the others are compared with the first.")
    ],
    out: Annotated[Path, typer.Option(help="The HTML file to write.", dir_okay=False)] = Path("report.html"),
) -> None:
    """Write runs as one HTML page with plots and all questions, that needs no network."""
    # Lazy: the renderer of the plots takes a second to load.
    from chat2sql.engine.evaluation.page import Run, page

    found = [
        Run(name=name, plan=plan_of(folder), records=tuple(_recorded(folder)))
        for name, folder in _names(runs).items()
    ]
    try:
        out.write_text(page(found, get_settings().language), "utf-8")
    except OSError as error:
        raise InvalidInput(
            zh=f"无法写入 {out}：{error.strerror}。请换一个 --out。",
            en=f"{out} cannot be written: {error.strerror}. Take another --out.",
        ) from None
    OUT.print(plain(str(out)))


def _recorded(folder: Path) -> list[EvalRecord]:
    """What came of a run's questions; an error where there is no run, or nothing yet."""
    plan_of(folder)
    records = records_of(folder)
    if not records:
        raise InvalidInput(
            zh=f"{folder} 里还没有答完的题目。请先继续运行 chat2sql eval run。",
            en=f"{folder} has no question that was answered yet. Go on with `chat2sql eval run` first.",
        )
    return records


def _names(folders: list[Path]) -> dict[str, Path]:
    """The folders by their own names, or by their paths where two have the same."""
    for name in (lambda folder: folder.resolve().name, str, lambda folder: str(folder.resolve())):
        names = {name(folder): folder for folder in folders}
        if len(names) == len(folders):
            return names
    raise InvalidInput(zh="同一个文件夹给出了两次。", en="The same folder is given twice. Name each once.")


def show(summary: Summary, *, as_json: bool) -> None:
    """Print the figures of a run."""
    if as_json:
        print_json(summary.model_dump_json(indent=2))
        return
    language = get_settings().language
    title = Bilingual(zh="执行准确率", en="execution accuracy").to(language)
    OUT.print(plain(f"{title} {summary.accuracy.text}", "bold"))
    if summary.best_of_candidates:
        best = Bilingual(zh="候选中至少一个正确", en="at least one candidate right").to(language)
        OUT.print(plain(f"{best} {summary.best_of_candidates.text}"))
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
            OUT.print(_table(name, {key: share.text for key, share in shares.items()}))


def _show_comparison(found: Comparison) -> None:
    language = get_settings().language
    text = Bilingual(
        zh=f"{found.questions} 题：{found.first.text} → {found.second.text}；多对 {len(found.won)} 题，"
        f"多错 {len(found.lost)} 题，McNemar p = {found.p:.3f}",
        en=f"{found.questions} questions: {found.first.text} -> {found.second.text}; {len(found.won)} won, "
        f"{len(found.lost)} lost, McNemar p = {found.p:.3f}",
    )
    OUT.print(plain(text.to(language), "bold"))
    for name, ids in (("won", found.won), ("lost", found.lost)):
        OUT.print(plain(f"{name}: {', '.join(ids) or '-'}"))


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
