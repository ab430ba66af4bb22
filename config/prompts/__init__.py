"""The prompts, as Markdown files beside this one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def prompt(name: str) -> str:
    """The text of ``<name>.md``; placeholders are ``str.format`` fields."""
    return files("chat2sql.config.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
