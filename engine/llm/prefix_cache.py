"""Keeps the long, stable prefix of prompts (rules and schema) computed in the local model's server.

Without it the first question about a schema pays for reading the whole schema: about a minute for 4,400 tokens
on two cores. The computed prefix is saved to disk and put back into every idle slot in milliseconds, also after
a restart of the server.
"""

from __future__ import annotations

import hashlib
import re
import time
from enum import StrEnum

import httpx
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from chat2sql.config.errors import ModelUnavailable
from chat2sql.config.vocabulary import Frozen

_READ_TIMEOUT_S = 900.0
_FIRST_SLOT = 0


class WarmState(StrEnum):
    """Where the prefix came from."""

    COMPUTED = "computed"
    RESTORED = "restored"
    UNSUPPORTED = "unsupported"


class WarmReport(Frozen):
    """What ``warm_prefix`` did.

    ``prompt_tokens`` is the length of the prefix with an empty question, ``cached_tokens`` how much of it the
    server already had; ``slots`` how many slots hold it now; ``seconds`` how long it took.
    """

    state: WarmState
    prompt_tokens: int = 0
    cached_tokens: int = 0
    slots: int = 0
    seconds: float = 0


class _Read(Frozen):
    """Base of what we read of the server's answers; it says more than we need."""

    model_config = ConfigDict(extra="ignore")


class _Slot(_Read):
    id: int
    is_processing: bool


class _Size(_Read):
    n_params: int = 0
    size: int = 0


class _Served(_Read):
    id: str
    meta: _Size = _Size()


class _Models(_Read):
    data: tuple[_Served, ...] = Field(min_length=1)


class _Details(_Read):
    cached_tokens: int = 0


class _Usage(_Read):
    prompt_tokens: int
    prompt_tokens_details: _Details = _Details()


class _Answer(_Read):
    usage: _Usage


_SLOTS = TypeAdapter(tuple[_Slot, ...])


async def warm_prefix(base_url: str, system_prompt: str, name: str) -> WarmReport:
    """Make sure that the server has the prefix computed in its idle slots, and on disk.

    Cheap when the prefix is on disk, so it may be called before every question: sampling several texts empties
    the other slots, and another schema may have taken them.

    Args:
        base_url: the server's address, with or without ``/v1``.
        system_prompt: the system message that the questions to come begin with.
        name: what the prefix is of, for the file's name; a datasource's name for instance.

    Raises:
        ModelUnavailable: the server does not answer.
    """
    started = time.monotonic()
    timeout = httpx.Timeout(_READ_TIMEOUT_S, connect=5)
    root = base_url.rstrip("/").removesuffix("/v1")
    try:
        async with httpx.AsyncClient(base_url=root, timeout=timeout, trust_env=False) as client:
            slots = await _slots(client)
            if not slots:
                return WarmReport(state=WarmState.UNSUPPORTED)
            file = await _file_name(client, system_prompt, name)
            report = await _warm(client, slots, system_prompt, file)
    except (httpx.HTTPError, ValidationError) as error:
        raise ModelUnavailable(
            zh="本地模型服务没有应答。请用 chat2sql status 检查；恢复后会自动继续。",
            en="The local model's server does not answer. Check with `chat2sql status`; work goes on once it is back.",
        ) from error
    return report.model_copy(update={"seconds": time.monotonic() - started})


async def _warm(
    client: httpx.AsyncClient, slots: tuple[_Slot, ...], system_prompt: str, file: str
) -> WarmReport:
    # A slot at work would make us wait for its answer, and its next prompt begins with what it has anyway.
    idle = [slot.id for slot in slots if not slot.is_processing]
    first = idle[0] if idle else _FIRST_SLOT
    restored = await _restore(client, first, file)
    usage = await _compute(client, first, system_prompt)
    # A file of another build of the server may load and yet serve nothing.
    restored = restored and usage.prompt_tokens_details.cached_tokens > usage.prompt_tokens // 2
    if not restored:
        saved = await client.post(f"/slots/{first}", params={"action": "save"}, json={"filename": file})
        if saved.is_error:
            return WarmReport(state=WarmState.UNSUPPORTED)
    warm = 1
    for slot in idle[1:]:
        warm += await _restore(client, slot, file)
    return WarmReport(
        state=WarmState.RESTORED if restored else WarmState.COMPUTED,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.prompt_tokens_details.cached_tokens,
        slots=warm,
    )


async def _slots(client: httpx.AsyncClient) -> tuple[_Slot, ...]:
    """The server's slots; none if it is not llama.cpp or does not show them."""
    answer = await client.get("/slots")
    return () if answer.is_error else _SLOTS.validate_json(answer.content)


async def _file_name(client: httpx.AsyncClient, system_prompt: str, name: str) -> str:
    """A name that no other model and no other prefix has."""
    answer = await client.get("/v1/models")
    answer.raise_for_status()
    served = _Models.model_validate_json(answer.content).data[0]
    identity = f"{served.id}\0{served.meta.n_params}\0{served.meta.size}\0{system_prompt}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
    return f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)[:40]}-{digest}.slot"


async def _restore(client: httpx.AsyncClient, slot: int, file: str) -> bool:
    answer = await client.post(f"/slots/{slot}", params={"action": "restore"}, json={"filename": file})
    return not answer.is_error


async def _compute(client: httpx.AsyncClient, slot: int, system_prompt: str) -> _Usage:
    answer = await client.post(
        "/v1/chat/completions",
        json={
            "messages": [
                {"role": "system", "content": system_prompt},
                {"role": "user", "content": ""},
            ],
            "max_tokens": 1,
            "temperature": 0,
            "cache_prompt": True,
            "id_slot": slot,
        },
    )
    answer.raise_for_status()
    return _Answer.model_validate_json(answer.content).usage
