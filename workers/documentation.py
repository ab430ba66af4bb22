"""The generated documentation: settings, commands, JSON Schemas, and the graph in the READMEs.

``make docs`` writes it; a test compares what is written with what would be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.json_schema import JsonSchemaMode
from pydantic_core import PydanticUndefined
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from chat2sql.config.settings import Settings
from chat2sql.graph.answer import Answer
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.drawing import mermaid
from chat2sql.graph.messages import Clarification, Progress, StreamEvent
from chat2sql.graph.state import AskRequest
from chat2sql.workers.cli import app

SENT: tuple[type[BaseModel], ...] = (AskRequest, Clarification, ApprovalDecision)
RECEIVED: tuple[type[BaseModel], ...] = (Answer, Progress, StreamEvent)
"""What clients in other languages send and get."""

GRAPH_START, GRAPH_END = "<!-- graph -->", "<!-- /graph -->"
READMES = ("README.md", "README.zh-CN.md")


def documents(root: Path) -> dict[Path, str]:
    """Every generated document, by its path, as it should be."""
    found = {root / "docs/settings.md": settings_page(), root / "docs/cli.md": cli_page()}
    for model in (*SENT, *RECEIVED):
        mode: JsonSchemaMode = "validation" if model in SENT else "serialization"
        schema = json.dumps(model.model_json_schema(mode=mode), ensure_ascii=False, indent=2)
        found[root / f"docs/schemas/{model.__name__}.json"] = schema + "\n"
    for name in READMES:
        page = root / name
        found[page] = with_graph(page.read_text())
    return found


def with_graph(page: str) -> str:
    """A page with the graph, drawn from the compiled one, between its marks."""
    before, rest = page.split(GRAPH_START, 1)
    after = rest.split(GRAPH_END, 1)[1]
    return f"{before}{GRAPH_START}\n```mermaid\n{mermaid().strip()}\n```\n{GRAPH_END}{after}"


def settings_page() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable; nothing else is read. Made by `make docs`.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        secret = " (secret)" if SecretStr.__name__ in str(field.annotation) else ""
        lines.append(f"| `CHAT2SQL_{name.upper()}` | {default} | {field.description}{secret} |")
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """docs/cli.md."""
    lines = [
        "# Commands",
        "",
        "Exit codes: 0 answered, 1 failure, 2 usage, 3 asks back, 4 refused, 5 cannot answer. Made by `make docs`.",
        "",
    ]
    for path, command in commands(get_command(app), "chat2sql"):
        lines += [f"## {path}", "", command.help or "", ""]
        taken = parameters(command)
        if taken:
            lines += ["| argument or option | default | meaning |", "|---|---|---|"]
            lines += [_row(parameter) for parameter in taken] + [""]
    return "\n".join(lines).rstrip() + "\n"


def commands(command: object, path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Every command below this one, with the words that call it."""
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}")
    elif isinstance(command, TyperCommand):
        yield path, command


def parameters(command: TyperCommand) -> list[TyperOption | TyperArgument]:
    """What a command takes."""
    return [
        parameter
        for parameter in command.params
        if isinstance(parameter, TyperOption | TyperArgument) and parameter.name != "help"
    ]


def _row(parameter: TyperOption | TyperArgument) -> str:
    if isinstance(parameter, TyperOption):
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
    else:
        name = f"`{(parameter.name or '').upper()}`"
    default = parameter.default
    shown = (
        ""
        if default is None or default is False or callable(default)
        else f"`{getattr(default, 'value', default)}`"
    )
    return f"| {name} | {shown} | {parameter.help or ''} |"


def main() -> None:
    """Write every generated document."""
    for path, text in documents(Path.cwd()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
