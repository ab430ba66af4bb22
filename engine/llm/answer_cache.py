"""Answers of a model kept by what was asked, so that a second evaluation costs nothing."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.llm.port import ChatModel, Completion, CompletionRequest, OnToken


class _Kept(Frozen):
    completion: Completion
    seconds: float


class CachedModel:
    """A model whose answers are kept in a folder, a file each, by model and request.

    The request has the messages, the temperature, the number of texts and the seed; so an answer is found again only
    for the very same question. What a found answer cost stays as it was.
    """

    def __init__(self, inner: ChatModel, name: str, folder: Path) -> None:
        """Keep the answers of ``inner``, which is called ``name``, in ``folder``."""
        self._inner = inner
        self._name = name
        self._folder = folder
        self.saved_s = 0.0
        """Seconds that the answers found again took when they were made."""

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        """See ``ChatModel``; an answer found again is not streamed."""
        asked = f"{self._name}\n{request.model_dump_json()}"
        file = self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
        if file.exists():
            kept = _Kept.model_validate_json(file.read_text("utf-8"))
            self.saved_s += kept.seconds
            return kept.completion
        started = time.monotonic()
        completion = await self._inner.complete(request, on_token)
        kept = _Kept(completion=completion, seconds=time.monotonic() - started)
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = file.with_suffix(".new")
        half_written.write_text(kept.model_dump_json(), "utf-8")
        half_written.replace(file)
        return completion

    async def aclose(self) -> None:
        """See ``ChatModel``."""
        await self._inner.aclose()
