"""From an entry of the catalogue to a model that can be asked.

A provider's SDK is imported when the first of its models is opened: it takes up to a second and a half, and few processes
use more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from chat2sql.config.errors import Misconfigured
from chat2sql.config.models import ModelEntry, Provider
from chat2sql.config.settings import Settings
from chat2sql.engine.llm.failures import KEY_VARIABLES
from chat2sql.engine.llm.port import ChatModel

_ADAPTERS = {
    Provider.OLLAMA: ("ollama_model", "OllamaModel"),
    Provider.ANTHROPIC: ("anthropic_model", "AnthropicModel"),
}


def is_configured(entry: ModelEntry, settings: Settings, local_url: str | None) -> bool:
    """Whether the model has what it needs: its key, or the address of its server."""
    match entry.provider:
        case Provider.LOCAL:
            return local_url is not None
        case Provider.OLLAMA:
            return settings.ollama_url is not None
        case _:
            return bool(_key(entry.provider, settings))


def open_model(entry: ModelEntry, settings: Settings, local_url: str | None) -> ChatModel:
    """A model that can be asked; close it with ``aclose``.

    Args:
        entry: the model.
        settings: addresses and keys.
        local_url: address of the local model's server, with or without ``/v1``; ``None`` when it does not run.

    Raises:
        Misconfigured: the key is missing, or the local server does not run.
    """
    if entry.provider is Provider.OLLAMA:
        if settings.ollama_url is None:
            raise Misconfigured(
                zh=f"模型 {entry.name} 需要 Ollama 的地址。请设置环境变量 CHAT2SQL_OLLAMA_URL。",
                en=f"Model {entry.name} needs the address of Ollama. Set the environment variable CHAT2SQL_OLLAMA_URL.",
            )
        return _adapter(entry.provider)(entry, base_url=settings.ollama_url)
    if entry.provider is Provider.LOCAL:
        if local_url is None:
            raise Misconfigured(
                zh="本地模型没有运行。请运行 chat2sql up，或设置 CHAT2SQL_LOCAL_MODEL_URL。",
                en="The local model does not run. Run `chat2sql up`, or set CHAT2SQL_LOCAL_MODEL_URL.",
            )
        return _adapter(entry.provider)(entry, base_url=_with_version(local_url), api_key="local")
    key = _key(entry.provider, settings)
    if not key:
        variable = KEY_VARIABLES[entry.provider]
        raise Misconfigured(
            zh=f"模型 {entry.name} 需要密钥。请设置环境变量 {variable}，或换一个模型（见 chat2sql models list）。",
            en=f"Model {entry.name} needs a key. Set the environment variable {variable}, "
            "or use another model (see `chat2sql models list`).",
        )
    return _adapter(entry.provider)(entry, base_url=_base_url(entry.provider, settings), api_key=key)


def _adapter(provider: Provider) -> Callable[..., ChatModel]:
    """The class of a provider's models; those that are not told apart speak OpenAI's protocol."""
    module, name = _ADAPTERS.get(provider, ("openai_model", "OpenAIModel"))
    return cast(Callable[..., ChatModel], getattr(import_module(f"{__package__}.{module}"), name))


def prepare(entries: Iterable[ModelEntry], settings: Settings, local_url: str | None) -> None:
    """Import what the models need that can be asked, ahead of their first call: for a process that takes work."""
    for entry in entries:
        if is_configured(entry, settings, local_url):
            _adapter(entry.provider)


def _key(provider: Provider, settings: Settings) -> str:
    keys: dict[Provider, SecretStr | None] = {
        Provider.OPENAI: settings.openai_api_key,
        Provider.ANTHROPIC: settings.anthropic_api_key,
        Provider.DEEPSEEK: settings.deepseek_api_key,
        Provider.ARK: settings.ark_api_key,
    }
    secret = keys.get(provider)
    return secret.get_secret_value() if secret else ""


def _base_url(provider: Provider, settings: Settings) -> str:
    return {
        Provider.OPENAI: settings.openai_base_url,
        Provider.ANTHROPIC: settings.anthropic_base_url,
        Provider.DEEPSEEK: settings.deepseek_base_url,
        Provider.ARK: settings.ark_base_url,
    }[provider]


def _with_version(url: str) -> str:
    return url.rstrip("/") + "/v1" if urlsplit(url).path in ("", "/") else url
