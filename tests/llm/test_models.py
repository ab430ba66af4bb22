"""The model catalogue: who runs a model."""

from __future__ import annotations

import pytest

from chat2sql.config.models import ModelEntry, Provider, is_remote, load_models
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Tier


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("on_premises", [True, False])
def test_a_model_is_remote_unless_it_is_local_or_said_to_be_ones_own(
    provider: Provider, on_premises: bool
) -> None:
    entry = ModelEntry(
        name="m",
        provider=provider,
        model="m",
        tier=Tier.SMALL,
        context_tokens=1,
        max_output_tokens=1,
        on_premises=on_premises,
    )
    assert is_remote(entry) == (provider is not Provider.LOCAL and not on_premises)


def test_of_the_shipped_models_the_local_one_and_ollama_are_ones_own() -> None:
    own = [entry.provider for entry in load_models(Settings()).models if not is_remote(entry)]
    assert own == [Provider.LOCAL, Provider.OLLAMA]
