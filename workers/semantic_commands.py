"""``chat2sql semantics``: what a datasource means to the business, drafted by us and owned by whoever knows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.workers.console import OUT, plain, print_json
from chat2sql.workers.datasource_commands import AsJson, Name, with_parts

if TYPE_CHECKING:
    from chat2sql.activities.parts import Parts
    from chat2sql.engine.semantics.model.dbt import Imported
    from chat2sql.engine.semantics.model.semantic_model import SemanticModel

app = typer.Typer(help="What a datasource means: metrics, words, conventions.", no_args_is_help=True)

Out = Annotated[
    Path | None, typer.Option("--out", help="File to write; never one that is there.", dir_okay=False)
]


class Difference(Frozen):
    """What the file and the schema differ in."""

    kind: str
    entry: str
    name: str
    message: Bilingual


class Mistake(Frozen):
    """What is wrong in the file, with its line and place."""

    line: int
    place: str
    message: Bilingual


class Checked(Frozen):
    """What ``semantics check --json`` prints."""

    faults: tuple[Mistake, ...]
    drift: tuple[Difference, ...]


@app.command()
def draft(name: Name, out: Out = None) -> None:
    """Print or write the drafted file: what the schema, its comments and keys say by themselves."""

    async def work(parts: Parts) -> str:
        from chat2sql.engine.semantics.model.draft import draft_model
        from chat2sql.engine.semantics.model.owned import FileModel
        from chat2sql.engine.semantics.model.writing import document_of
        from chat2sql.engine.semantics.model.yaml_text import yaml_text

        datasource = await parts.datasources.get(name)
        catalogue = await parts.catalogue(datasource)
        model = draft_model(catalogue, await parts.values(datasource, catalogue.version))
        return yaml_text(document_of(FileModel(model=model)))

    _free(out)
    text = with_parts(work)
    if out is None:
        typer.echo(text, nl=False)
        return
    _write(out, text)
    _say(
        Bilingual(
            zh=f"已写入 {out}。核对后放入 CHAT2SQL_SEMANTICS 的文件夹，命名为 {name}.yaml（docs/semantics.md）。",
            en=f"Written to {out}. Look it over and put it into the folder of CHAT2SQL_SEMANTICS as {name}.yaml "
            "(docs/semantics.md).",
        )
    )


@app.command()
def check(
    name: Name,
    file: Annotated[
        Path | None,
        typer.Option(help="File to check; default: the datasource's in CHAT2SQL_SEMANTICS.", dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an owner's file: mistakes, each with its line, and where file and schema have drifted apart."""

    async def work(parts: Parts) -> Checked:
        from chat2sql.engine.semantics.model.draft import draft_model
        from chat2sql.engine.semantics.model.owned import drift
        from chat2sql.engine.semantics.model.reading import read_model

        datasource = await parts.datasources.get(name)
        text = _text(file or _owners_file(name))
        catalogue = await parts.catalogue(datasource)
        policy = await parts.policy(datasource)
        reading = read_model(text, catalogue, functions=policy.functions)
        found = (
            drift(reading.document, catalogue, draft_model(catalogue)) if reading.document is not None else ()
        )
        return Checked(
            faults=tuple(Mistake(line=one.line, place=one.place, message=one.told) for one in reading.faults),
            drift=tuple(
                Difference(kind=one.kind.value, entry=one.entry.value, name=one.name, message=one.message)
                for one in found
            ),
        )

    found = with_parts(work)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _tell(name, found)
    if found.faults:
        raise typer.Exit(1)


def _tell(name: str, found: Checked) -> None:
    language = get_settings().language
    for fault in found.faults:
        OUT.print(plain(fault.message.to(language), "red"))
    for one in found.drift:
        OUT.print(plain(f"{one.kind}  {one.message.to(language)}", "yellow"))
    if not found.faults and not found.drift:
        _say(Bilingual(zh=f"{name}：没有发现问题。", en=f"{name}: nothing found."))


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show the metrics, segments and dimensions that questions are read by, and where each came from."""

    async def work(parts: Parts) -> SemanticModel:
        from chat2sql.activities.semantics import semantic_model

        datasource = await parts.datasources.get(name)
        catalogue = await parts.catalogue(datasource)
        return await semantic_model(parts, datasource, catalogue, catalogue.version)

    model = with_parts(work)
    if as_json:
        print_json(model.model_dump_json(indent=2))
        return
    for table in _tables(model):
        OUT.print(table)


def _tables(model: SemanticModel) -> tuple[Table, ...]:
    from chat2sql.engine.semantics.model.semantic_model import Role

    metrics = _table(Bilingual(zh="指标", en="metrics"), "computes", "rows")
    for metric in model.metrics:
        ratio = f"{metric.numerator} / {metric.denominator}" if metric.numerator else metric.expression
        _row(metrics, metric.name, metric.label, ratio, ", ".join(metric.segments), metric.origin.value)
    segments = _table(Bilingual(zh="分组", en="segments"), "condition")
    for segment in model.segments:
        _row(segments, segment.name, segment.label, segment.condition, segment.origin.value)
    dimensions = _table(Bilingual(zh="维度", en="dimensions"), "role")
    for dataset in model.datasets:
        for field in dataset.fields:
            if field.role in (Role.CATEGORY, Role.NAME, Role.TIME, Role.FLAG):
                called = f"{dataset.name}.{field.name}"
                _row(dimensions, called, field.label, field.role.value, field.origin.value)
    return metrics, segments, dimensions


def _table(title: Bilingual, *columns: str) -> Table:
    return Table("name", "中文", "English", *columns, "origin", title=title.to(get_settings().language))


def _row(table: Table, name: str, label: Bilingual, *rest: str) -> None:
    table.add_row(plain(name), plain(label.zh), plain(label.en), *(plain(one) for one in rest))


@app.command("import-dbt")
def import_dbt(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="dbt's YAML files, or folders of them.")
    ],
    datasource: Annotated[str, typer.Option(help="Datasource that holds the models' tables.")],
    out: Annotated[
        Path, typer.Option("--out", help="File to write; never one that is there.", dir_okay=False)
    ],
) -> None:
    """Take over dbt's semantic models and metrics, and say what could not be taken over and why."""

    async def work(parts: Parts) -> Imported:
        from chat2sql.engine.semantics.model.dbt import import_dbt as imported

        found = await parts.datasources.get(datasource)
        texts = [(str(file), _text(file)) for path in paths for file in _files(path)]
        return imported(texts, await parts.catalogue(found))

    _free(out)
    from chat2sql.engine.semantics.model.yaml_text import yaml_text

    taken = with_parts(work)
    _write(out, yaml_text(taken.document))
    for one in taken.left_out:
        OUT.print(plain(f"{one.name}: {one.reason.to(get_settings().language)}", "yellow"))
    datasets, metrics = len(taken.document.datasets), len(taken.document.metrics)
    _say(
        Bilingual(
            zh=f"已写入 {out}：{datasets} 个数据集，{metrics} 个指标；未导入 {len(taken.left_out)} 项。",
            en=f"Written to {out}: {datasets} datasets, {metrics} metrics; {len(taken.left_out)} left out.",
        )
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".yaml"))


def _owners_file(name: str) -> Path:
    from chat2sql.activities.semantics import owners_file

    found = owners_file(get_settings().semantics, name)
    if found is None:
        raise InvalidInput(
            zh=f"数据源 {name} 没有语义模型文件。请用 --file 指明，或把 {name}.yaml 放入 CHAT2SQL_SEMANTICS 的文件夹。",
            en=f"The datasource {name} has no semantic model file. Name one with --file, or put {name}.yaml into the "
            "folder of CHAT2SQL_SEMANTICS.",
        )
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(
            zh=f"无法读取文件 {file}。请检查路径、权限，并保存为 UTF-8 文本。",
            en=f"The file {file} cannot be read. Check its path and rights, and save it as UTF-8 text.",
        ) from None


def _free(out: Path | None) -> None:
    """An owner's work is not written over."""
    if out is not None and out.exists():
        raise InvalidInput(
            zh=f"文件 {out} 已存在，不会覆盖。请换一个名称，或先移走它。",
            en=f"The file {out} is there already and is not written over. Take another name, or move it away.",
        )


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise InvalidInput(
            zh=f"无法写入文件 {out}。请检查文件夹和权限。",
            en=f"The file {out} cannot be written. Check its folder and rights.",
        ) from None


def _say(text: Bilingual) -> None:
    OUT.print(plain(text.to(get_settings().language)))
