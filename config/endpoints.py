"""Where each part is: a URL from the settings, or the embedded part as ``stack.json`` records it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Frozen


class Endpoints(Frozen):
    """Addresses of all parts. ``None`` means that the part is neither set nor running."""

    temporal: str | None = None
    temporal_ui: str | None = None
    postgres: str | None = None
    postgres_owner: str | None = None
    redis: str | None = None
    qdrant: str | None = None
    qdrant_path: str | None = None
    local_model: str | None = None


def stack_file(settings: Settings) -> Path:
    """The file in which the embedded stack records its addresses."""
    return settings.home_dir / "stack.json"


def resolve_endpoints(settings: Settings) -> Endpoints:
    """Settings first, embedded parts for the rest.

    Raises:
        Misconfigured: ``stack.json`` is damaged.
    """
    file = stack_file(settings)
    embedded = Endpoints()
    if file.exists():
        try:
            embedded = Endpoints.model_validate_json(file.read_text())
        except (ValidationError, OSError) as error:
            raise Misconfigured(
                zh=f"{file} 已损坏。请运行 chat2sql down，然后 chat2sql up。",
                en=f"{file} is damaged. Run `chat2sql down`, then `chat2sql up`.",
            ) from error
    return Endpoints(
        temporal=settings.temporal_address or embedded.temporal,
        temporal_ui=settings.temporal_ui_url or embedded.temporal_ui,
        postgres=settings.postgres_url.get_secret_value() if settings.postgres_url else embedded.postgres,
        postgres_owner=(
            settings.postgres_owner_url.get_secret_value()
            if settings.postgres_owner_url
            else embedded.postgres_owner
        ),
        redis=settings.redis_url.get_secret_value() if settings.redis_url else embedded.redis,
        qdrant=settings.qdrant_url,
        qdrant_path=None if settings.qdrant_url else str(settings.home_dir / "qdrant"),
        local_model=settings.local_model_url or embedded.local_model,
    )
