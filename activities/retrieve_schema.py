"""Step 2: which tables the model will see."""

from __future__ import annotations

from chat2sql.activities.parts import Parts
from chat2sql.engine.schema.linking import link
from chat2sql.graph.state import RetrieveSchemaInput, SchemaContext


async def retrieve_schema(parts: Parts, ask: RetrieveSchemaInput) -> SchemaContext:
    """What the asker may see of the schema: the whole when it fits the budget, else the tables that the question
    links to.

    Raises:
        InvalidInput: there is no such datasource.
        DatabaseUnavailable: the datasource was never read and cannot be reached now.
    """
    datasource = await parts.datasource(ask.request.datasource)
    version = (await parts.catalogue(datasource)).version
    catalogue = await parts.view(datasource, ask.request.caller, version)
    linked = await link(
        catalogue,
        ask.understanding.standalone,
        budget_tokens=parts.settings.schema_budget_tokens,
        index=parts.schema_index,
    )
    return SchemaContext(
        datasource=datasource.name,
        dialect=catalogue.dialect,
        catalogue_version=version,
        tables=linked.tables,
        whole=linked.whole,
        prompt_tokens=linked.prompt_tokens,
        needs_approval=datasource.approval == "always",
    )
