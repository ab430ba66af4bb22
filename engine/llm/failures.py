"""What a provider answered instead of a completion, as the product's errors.

The provider's own sentences stay out of the messages: they may quote the prompt or part of a key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chat2sql.config.errors import Chat2SQLError, Misconfigured, ModelUnavailable, RateLimited
from chat2sql.config.models import ModelEntry, Provider

KEY_VARIABLES: dict[Provider, str] = {
    Provider.OPENAI: "CHAT2SQL_OPENAI_API_KEY",
    Provider.ANTHROPIC: "CHAT2SQL_ANTHROPIC_API_KEY",
    Provider.DEEPSEEK: "CHAT2SQL_DEEPSEEK_API_KEY",
    Provider.ARK: "CHAT2SQL_ARK_API_KEY",
}
"""The environment variable that holds the key, for the providers that need one."""

_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window|limit)|exceed_context_size|prompt is too long|too many tokens|request_too_large",
    re.IGNORECASE,
)
_OUT_OF_QUOTA = re.compile(
    r"insufficient_quota|insufficient balance|exceeded your current quota|AccountOverdue", re.I
)
_NO_SUCH_MODEL = re.compile(r"model_not_found|model.{0,60}(not exist|not found)", re.IGNORECASE)
_OVERLOADED = re.compile(r"overloaded", re.IGNORECASE)
_PASSING = frozenset({408, 409, 425})
"""Statuses below 500 that a later attempt may not see again."""


def failure(
    entry: ModelEntry, status: int, said: str, headers: Mapping[str, str] | None = None
) -> Chat2SQLError:
    """The error for an HTTP status, or for an error event within a stream.

    Args:
        entry: the model that was asked.
        status: the HTTP status; 200 for an error event within a stream.
        said: the provider's message, code and type; read for its meaning and not passed on.
        headers: the response's headers, with names in lower case or in a case-insensitive mapping.
    """
    if status == 429 and not _OUT_OF_QUOTA.search(said):
        return _rate_limited(entry, retry_after(headers or {}))
    for applies, translated in (
        (status == 402 or _OUT_OF_QUOTA.search(said), _out_of_quota),
        (status in (401, 403), _key_refused),
        (status == 413 or _TOO_LONG.search(said), _too_long),
        (status >= 500 or status < 400 or status in _PASSING or _OVERLOADED.search(said), _broken),
        (status == 404 or _NO_SUCH_MODEL.search(said), _unknown_model),
    ):
        if applies:
            return translated(entry)
    return _refused(entry, status)


def unreachable(entry: ModelEntry) -> ModelUnavailable:
    """The provider did not answer: connection refused, broken off or timed out."""
    hint_zh, hint_en = "请检查网络和服务地址", "Check the network and the provider's address"
    if entry.provider is Provider.LOCAL:
        hint_zh, hint_en = (
            "请用 chat2sql status 检查本地模型服务",
            "Check the local model with `chat2sql status`",
        )
    if entry.provider is Provider.OLLAMA:
        hint_zh, hint_en = "请检查 Ollama 是否在运行", "Check that Ollama runs"
    return ModelUnavailable(
        zh=f"连接不上模型 {entry.name}，或连接中断。{hint_zh}；恢复后会自动继续。",
        en=f"Model {entry.name} cannot be reached, or broke off. {hint_en}; work goes on once it is back.",
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long a 429 asks to wait, in seconds: ``retry-after-ms``, or ``Retry-After`` as seconds or an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is not None or said is None:
        return seconds
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def rejected_option(status: int, said: str, sent: Collection[str]) -> str | None:
    """Which of the optional parameters sent a 400 or 422 names as not taken; ``None`` if it names none.

    Providers drop sampling parameters from newer models; the request is still good without them.
    """
    if status not in (400, 422):
        return None
    named = (option for option in sent if re.search(rf"(?<![A-Za-z_]){re.escape(option)}(?![A-Za-z_])", said))
    return next(named, None)


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _rate_limited(entry: ModelEntry, seconds: float | None) -> RateLimited:
    wait_zh = f"将在 {seconds:.0f} 秒后重试" if seconds else "稍后会自动重试"
    wait_en = f"It is asked again in {seconds:.0f} s" if seconds else "It is asked again shortly"
    return RateLimited(
        zh=f"模型 {entry.name} 的调用频率超限，{wait_zh}，也可换一个模型。",
        en=f"Model {entry.name} is rate limited. {wait_en}; or use another model.",
        retry_after=seconds,
    )


def _key_refused(entry: ModelEntry) -> Misconfigured:
    variable = KEY_VARIABLES.get(entry.provider)
    if variable is None:
        return Misconfigured(
            zh=f"模型 {entry.name} 的服务拒绝了访问。请检查它的地址，以及它是否要求密钥。",
            en=f"The server of model {entry.name} refused access. Check its address and whether it wants a key.",
        )
    return Misconfigured(
        zh=f"模型 {entry.name} 的服务拒绝了密钥。请把环境变量 {variable} 设为有权使用该模型的密钥。",
        en=f"The provider of model {entry.name} refused the key. "
        f"Set the environment variable {variable} to a key that may use this model.",
    )


def _out_of_quota(entry: ModelEntry) -> ModelUnavailable:
    return ModelUnavailable(
        zh=f"模型 {entry.name} 的账户余额或额度已用完。请在服务商处充值，或换一个模型。",
        en=f"The account behind model {entry.name} is out of quota. Top it up with the provider, or use another model.",
    )


def _broken(entry: ModelEntry) -> ModelUnavailable:
    return ModelUnavailable(
        zh=f"模型 {entry.name} 的服务暂时不可用。稍后会自动重试，也可换一个模型。",
        en=f"Model {entry.name} is unavailable for now. It is asked again shortly; or use another model.",
    )


def _refused(entry: ModelEntry, status: int) -> Misconfigured:
    return Misconfigured(
        zh=f"模型 {entry.name} 的服务拒绝了请求（HTTP {status}）。请用 chat2sql models list 核对它的模型名和参数，或换一个模型。",
        en=f"The provider of model {entry.name} refused the request (HTTP {status}). "
        "Check its name and limits with `chat2sql models list`, or use another model.",
    )


def _too_long(entry: ModelEntry) -> Misconfigured:
    return Misconfigured(
        zh=f"请求超出了模型 {entry.name} 的上下文长度（目录中为 {entry.context_tokens} 个 token）。"
        "请调小 CHAT2SQL_SCHEMA_BUDGET_TOKENS，或换一个上下文更长的模型（见 chat2sql models list）。",
        en=f"The request is longer than the context of model {entry.name} "
        f"({entry.context_tokens} tokens in the catalogue). Lower CHAT2SQL_SCHEMA_BUDGET_TOKENS, "
        "or use a model with a longer context (see `chat2sql models list`).",
    )


def _unknown_model(entry: ModelEntry) -> Misconfigured:
    pull_zh = f"，或运行 ollama pull {entry.model}" if entry.provider is Provider.OLLAMA else ""
    pull_en = f", or run `ollama pull {entry.model}`" if entry.provider is Provider.OLLAMA else ""
    return Misconfigured(
        zh=f"服务商不认识模型 {entry.model}（目录名 {entry.name}）。请用 chat2sql models list 核对{pull_zh}。",
        en=f"The provider does not know the model {entry.model} (named {entry.name} here). "
        f"Check it with `chat2sql models list`{pull_en}.",
    )
