"""The semantic model that a question is read by: the draft, with the owner's file over it, for what the asker may see."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Misconfigured
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.faults import refusal
from chat2sql.engine.semantics.model.owned import FileModel, owned
from chat2sql.engine.semantics.model.reading import Reading, read_model
from chat2sql.engine.semantics.model.restricting import restricted
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.engine.values.index import ValueIndex


class _Stamp(NamedTuple):
    """One state of a file: while time and size stay, it is not read again."""

    path: Path
    changed_ns: int
    size: int


async def semantic_model(
    parts: Parts, datasource: Datasource, view: Catalogue, version: str
) -> SemanticModel:
    """The model of what a caller may see.

    Args:
        view: that; entries of the file that name anything else are left out.
        version: of the catalogue that the question began with.

    Raises:
        Misconfigured: the owner's file cannot be read, or is wrong: it says where and how.
    """
    values = await parts.values(datasource, version)
    file = owners_file(parts.settings.semantics, datasource.name)
    if file is None:
        # The first question after a refresh drafts the model, which takes a second.
        return await asyncio.to_thread(draft_model, view, values)
    whole = await parts.catalogue(datasource, version)
    functions = (await parts.policy(datasource)).functions
    return await asyncio.to_thread(_owned, file, view, values, whole, functions)


def owners_file(folder: Path | None, datasource: str) -> Path | None:
    """The owner's file of a datasource; None: there is none."""
    file = folder.expanduser() / f"{datasource}.yaml" if folder is not None else None
    return file if file is not None and file.is_file() else None


def _owned(
    file: Path, view: Catalogue, values: ValueIndex | None, whole: Catalogue, functions: tuple[str, ...]
) -> SemanticModel:
    reading = _read(_stamp(file), whole, functions, values)
    if reading.file is None:
        told = refusal(reading.faults).message
        raise Misconfigured(
            zh=f"数据源 {whole.datasource} 的语义模型文件 {file} 有误，因此不能提问。请修改后运行 "
            f"chat2sql semantics check {whole.datasource}。{told.zh}",
            en=f"The semantic model file {file} of datasource {whole.datasource} is wrong, so it cannot be asked. Mend it "
            f"and run `chat2sql semantics check {whole.datasource}`. {told.en}",
        )
    return _laid(draft_model(view, values), reading.file, view)


def _stamp(file: Path) -> _Stamp:
    try:
        state = file.stat()
    except OSError as error:
        raise _unreadable(file) from error
    return _Stamp(file, state.st_mtime_ns, state.st_size)


def _unreadable(file: Path) -> Misconfigured:
    return Misconfigured(
        zh=f"无法读取语义模型文件 {file}。请检查路径和权限，并保存为 UTF-8 文本。",
        en=f"The semantic model file {file} cannot be read. Check its path and rights, and save it as UTF-8 text.",
    )


@lru_cache(maxsize=16)
def _read(stamp: _Stamp, whole: Catalogue, functions: tuple[str, ...], values: ValueIndex | None) -> Reading:
    try:
        text = stamp.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(stamp.path) from error
    return read_model(text, whole, functions=functions, values=values)


@lru_cache(maxsize=32)
def _laid(draft: SemanticModel, file: FileModel, view: Catalogue) -> SemanticModel:
    """One object for the same question again, since look-up tables are kept by it."""
    return restricted(owned(draft, file), view)
