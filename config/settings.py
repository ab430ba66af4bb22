"""All settings, and the only reader of ``os.environ``.

Every field is set by the environment variable ``CHAT2SQL_<FIELD>``. A URL left empty means the embedded
part that ``chat2sql up`` starts. Keys are secrets: they come from the environment only and never leave
this process.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Language

_SECRET_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Settings(BaseSettings):
    """The settings of one process; ``docs/settings.md`` lists them, and a test compares the two."""

    model_config = SettingsConfigDict(env_prefix="CHAT2SQL_", frozen=True, extra="ignore")

    home: Path = Field(Path("~/.chat2sql"), description="Folder of the embedded stack: data, logs, results.")
    model_cache: Path = Field(Path("~/.cache/chat2sql/models"), description="Folder of downloaded models.")
    local_model_path: Path | None = Field(
        None, description="A GGUF file to use instead of the downloaded one."
    )
    language: Language = Field(Language.EN, description="Language of messages that answer no question.")

    temporal_address: str | None = Field(None, description="host:port of a Temporal server; empty: embedded.")
    temporal_namespace: str = Field("default", description="Temporal namespace.")
    temporal_api_key: SecretStr | None = Field(None, description="API key of the Temporal server.")
    temporal_tls: bool = Field(False, description="Use TLS towards the Temporal server.")
    temporal_ui_url: str | None = Field(None, description="Address of the Temporal UI, for links.")
    postgres_url: SecretStr | None = Field(
        None, description="PostgreSQL of questions, audit and usage (application role)."
    )
    postgres_owner_url: SecretStr | None = Field(
        None, description="The same database as its owner; for migrations only."
    )
    redis_url: SecretStr | None = Field(None, description="Redis or Valkey; empty: embedded.")
    qdrant_url: str | None = Field(None, description="Qdrant server; empty: embedded.")
    qdrant_api_key: SecretStr | None = Field(None, description="API key of the Qdrant server.")
    results_url: str | None = Field(
        None, description="Where result files go: a folder or s3://bucket/prefix; empty: <home>/results."
    )

    local_model_url: str | None = Field(
        None, description="OpenAI-compatible server of the local model; empty: embedded."
    )
    openai_base_url: str = Field("https://api.openai.com/v1", description="OpenAI API.")
    openai_api_key: SecretStr | None = Field(None, description="Key for models of provider openai.")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="Anthropic API.")
    anthropic_api_key: SecretStr | None = Field(None, description="Key for models of provider anthropic.")
    deepseek_base_url: str = Field("https://api.deepseek.com/v1", description="DeepSeek API.")
    deepseek_api_key: SecretStr | None = Field(None, description="Key for models of provider deepseek.")
    ark_base_url: str = Field(
        "https://ark.cn-beijing.volces.com/api/v3", description="Doubao (Volcengine Ark) API."
    )
    ark_api_key: SecretStr | None = Field(None, description="Key for models of provider ark.")
    ollama_url: str | None = Field(None, description="Ollama server, for models of provider ollama.")
    models_file: Path | None = Field(
        None, description="A model catalogue to use instead of the shipped models.toml."
    )
    default_model: str | None = Field(
        None, description="Model to use when a question names none; empty: routed by tier."
    )

    default_datasource: str = Field("demo", description="Datasource of a question that names none.")
    question_max_chars: int = Field(4000, ge=1, description="Longest question taken, in characters.")
    schema_budget_tokens: int = Field(
        8000, ge=200, description="Largest schema text in a prompt; above it tables are retrieved."
    )
    implicit_keys: bool = Field(
        True, description="Look for foreign keys that nobody declared when a schema is read."
    )
    value_linking: bool = Field(
        True, description="Keep an index of text values, to find those that a question mentions."
    )
    code_linking: bool = Field(
        True,
        description="Tell the model which codes a question means, by the meanings that comments give them.",
    )
    metric_path: bool = Field(
        True, description="Compile business questions from the semantic model where every word has its part."
    )
    sketch: bool = Field(
        True,
        description="Let the model go on from the SQL that can be compiled from a part of a business question.",
    )
    semantic_repair: bool = Field(
        True,
        description="Add the rows and times that definitions name to SQL that a model wrote without them.",
    )
    semantic_hints: bool = Field(
        True, description="Tell the model what the question's words mean by the semantic model, as SQL."
    )
    semantics: Path | None = Field(
        None,
        description="Folder with the owners' semantic model files, <datasource>.yaml each; empty: drafts only.",
    )
    samples: int | None = Field(
        None,
        ge=0,
        le=64,
        description="Texts sampled beside the greedy one to vote on; empty: as the model catalogue says; 0: no vote.",
    )
    answerable: bool = Field(
        True,
        description="Tell by rules, and before a vote by the model, whether the database can answer, and ask back "
        "where a question has two senses.",
    )
    translate: bool = Field(
        True,
        description="Put a Chinese question into English for a local model where the schema is English, and an English "
        "one into Chinese for the metric path where the schema is Chinese.",
    )
    sample_batch: int = Field(
        2,
        ge=1,
        le=32,
        description="Texts sampled in one call before the vote is looked at; 4 is faster where several "
        "at once take no longer than one.",
    )
    sample_temperature: float = Field(0.8, gt=0, le=2, description="Temperature of those samples.")
    vote_timeout_s: float = Field(5, gt=0, description="Longest run of one candidate in a vote, in seconds.")
    repair: bool = Field(True, description="Mend wrong SQL by the schema before a model is asked again.")
    plan_check: bool = Field(
        True, description="Send SQL back once that sums over repeated rows or joins without a condition."
    )
    answer_cache: Path | None = Field(
        None, description="Folder that keeps model answers by model and prompt; for evaluations."
    )
    row_cap: int = Field(10_000, ge=1, description="Most rows fetched for one answer.")
    result_max_bytes: int = Field(
        1 << 30, ge=1, description="Largest result of one answer, in bytes; the rest is left behind."
    )
    results_keep_days: int = Field(
        30,
        ge=0,
        description="Days until a stored result is deleted; 0: it is kept until somebody deletes it.",
    )
    preview_rows: int = Field(20, ge=1, le=200, description="Rows carried in the answer itself.")
    statement_timeout_s: float = Field(60, gt=0, description="Longest run of one statement, in seconds.")

    @property
    def home_dir(self) -> Path:
        """``home`` with ``~`` resolved."""
        return self.home.expanduser()

    @property
    def model_dir(self) -> Path:
        """``model_cache`` with ``~`` resolved."""
        return self.model_cache.expanduser()

    @property
    def results_location(self) -> str:
        """Where result files go, as a URL or an absolute path."""
        return self.results_url or str(self.home_dir / "results")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return Settings()


def child_environment(**overrides: str) -> dict[str, str]:
    """The environment for a process of the embedded stack: ours, with LangSmith tracing off.

    Tracing callbacks would do network calls from workflow code.
    """
    return {**os.environ, "LANGSMITH_TRACING": "false", **overrides}


def resolve_secrets(dsn: str) -> str:
    """Fill ``${NAME}`` in a DSN from the environment.

    Raises:
        Misconfigured: a named variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise Misconfigured(
                zh=f"环境变量 {match[1]} 未设置，数据源需要它。请设置后重试。",
                en=f"The environment variable {match[1]} is not set, and the datasource needs it. Set it and try again.",
            )
        return found

    return _SECRET_REFERENCE.sub(value, dsn)
