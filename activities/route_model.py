"""Step 3: which models to ask, in order."""

from __future__ import annotations

from chat2sql.activities.parts import Parts
from chat2sql.engine.llm.open import is_configured
from chat2sql.engine.llm.routing import complexity
from chat2sql.engine.llm.routing import route as choose
from chat2sql.graph.state import Route, RouteModelInput


async def route_model(parts: Parts, ask: RouteModelInput) -> Route:
    """By the question's complexity; models that are cooling down after an outage are left out.

    Raises:
        InvalidInput: the requested model is not in the catalogue.
        Misconfigured: no model can be used.
    """
    names = tuple(entry.name for entry in parts.models.models)
    chosen = choose(
        parts.models,
        requested=ask.request.model or parts.settings.default_model,
        complexity=complexity(ask.understanding.standalone, len(ask.schema_context.tables)),
        configured=lambda entry: is_configured(entry, parts.settings, parts.endpoints.local_model),
        available=await parts.health.available(names),
        prompt_tokens=ask.schema_context.prompt_tokens,
    )
    return Route(models=chosen.models, larger=chosen.larger, tier=chosen.tier, reason=chosen.reason)
