"""Documentation under test: what is generated is as it would be made now, and every command that is named exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from typer.main import get_command

from chat2sql.config.settings import Settings
from chat2sql.graph.state import AskRequest
from chat2sql.workers.cli import app
from chat2sql.workers.documentation import RECEIVED, SENT, commands, documents

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
COMMANDS = {path: command for path, command in commands(get_command(app), "chat2sql")}
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", sorted(documents(ROOT)), ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_documents_are_up_to_date(path: Path) -> None:
    assert path.read_text() == documents(ROOT)[path], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    unknown = []
    for line in re.findall(r"(?:^|`)(?:\.venv/bin/)?(chat2sql [a-z][^`\n]*)", text, re.MULTILINE):
        words = line.split()
        path = " ".join(words[:3]) if " ".join(words[:3]) in COMMANDS else " ".join(words[:2])
        command = COMMANDS.get(path)
        if command is None:
            unknown.append(line)
            continue
        options = {
            name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
        }
        unknown += [
            f"{path} {word}" for word in words if word.startswith("--") and word.split("=")[0] not in options
        ]
    unknown += [name for name in re.findall(r"make ([a-z]+)\b`", text) if name not in MAKE_TARGETS]
    settings = {f"CHAT2SQL_{name.upper()}" for name in Settings.model_fields}
    unknown += [name for name in re.findall(r"\bCHAT2SQL_[A-Z_]+[A-Z]\b", text) if name not in settings]
    unknown += [
        link for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text) if not (page.parent / link).exists()
    ]
    assert unknown == []


@pytest.mark.parametrize("model", (*SENT, *RECEIVED), ids=lambda model: model.__name__)
def test_schema_is_a_valid_schema(model: type) -> None:
    schema = json.loads((ROOT / f"docs/schemas/{model.__name__}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)


def test_schema_takes_what_the_model_takes() -> None:
    schema = json.loads((ROOT / "docs/schemas/AskRequest.json").read_text())
    request = AskRequest(request_id="r1", question="有多少订单？")
    jsonschema.validate(json.loads(request.model_dump_json()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"question": 3}, schema)
