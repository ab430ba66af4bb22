"""The model catalogue: what ``models.toml`` says, validated."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files

from pydantic import ConfigDict, Field, ValidationError

from chat2sql.config.errors import InvalidInput, Misconfigured
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Frozen, Tier


class Provider(StrEnum):
    """Who serves a model. deepseek, ark and local speak the OpenAI protocol at their own address."""

    LOCAL = "local"
    OPENAI = "openai"
    DEEPSEEK = "deepseek"
    ARK = "ark"
    ANTHROPIC = "anthropic"
    OLLAMA = "ollama"


class ModelEntry(Frozen):
    """One model of the catalogue. Prices are US dollars per million tokens. A person writes it, so a field that
    is not known is a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="How users and routes name it.")
    provider: Provider
    model: str = Field(description="The provider's own id of the model.")
    tier: Tier
    context_tokens: int = Field(gt=0)
    max_output_tokens: int = Field(gt=0)
    samples: int = Field(
        0, ge=0, description="Texts sampled beside the greedy one, to vote on their results."
    )
    input_usd: Decimal = Decimal(0)
    output_usd: Decimal = Decimal(0)
    on_premises: bool = Field(
        False,
        description="Served on machines of your own, such as a vLLM or Ollama: rows may be shown to it.",
    )

    def cost(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """What a call costs, in US dollars."""
        return (self.input_usd * prompt_tokens + self.output_usd * completion_tokens) / 1_000_000


def is_remote(entry: ModelEntry) -> bool:
    """Whether others run the model, so that values from rows are kept from it unless the datasource's policy
    allows them (``remote_values``). Who runs it is what the catalogue says, whatever the address; the provider
    ``local`` is one's own."""
    return entry.provider is not Provider.LOCAL and not entry.on_premises


class ModelCatalogue(Frozen):
    """All models, in the file's order, which is also the order of preference within a tier."""

    models: tuple[ModelEntry, ...]

    def get(self, name: str) -> ModelEntry:
        """The model of that name.

        Raises:
            InvalidInput: there is none.
        """
        for entry in self.models:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.models)
        raise InvalidInput(
            zh=f"没有名为 {name} 的模型。可用：{known}",
            en=f"There is no model named {name}. Known: {known}",
        )


def load_models(settings: Settings) -> ModelCatalogue:
    """Read the catalogue from the settings' file, or the shipped one.

    Raises:
        Misconfigured: the file is missing or not valid.
    """
    source = settings.models_file or files("chat2sql.config").joinpath("models.toml")
    try:
        raw = tomllib.loads(source.read_text(encoding="utf-8"))
        entries = [{"name": name, **fields} for name, fields in raw.items()]
        return ModelCatalogue.model_validate({"models": entries})
    except (OSError, tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        raise Misconfigured(
            zh=f"模型目录 {source} 无法读取：{error}",
            en=f"The model catalogue {source} cannot be read: {error}",
        ) from error
