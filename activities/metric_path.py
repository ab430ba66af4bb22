"""Within step 4: the metric path. A business question becomes an analytic intent, and that SQL, without a model."""

from __future__ import annotations

import asyncio

from chat2sql.activities.parts import Parts
from chat2sql.activities.semantics import semantic_model
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.analytic.question import Compiled, compiled_question
from chat2sql.graph.state import GenerateInput


async def compiled(parts: Parts, ask: GenerateInput, catalogue: Catalogue) -> Compiled:
    """The question by the semantic model of what the asker may see."""
    datasource = await parts.datasource(ask.schema_context.datasource)
    version = ask.schema_context.catalogue_version
    values = await parts.values(datasource, version)
    model = await semantic_model(parts, datasource, catalogue, version)
    # The first question after a refresh makes the model's look-up tables, which takes a second.
    return await asyncio.to_thread(
        compiled_question,
        ask.understanding.standalone,
        model,
        catalogue,
        values,
        language=ask.understanding.language,
        as_of=ask.understanding.as_of,
    )
