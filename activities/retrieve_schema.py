"""Step 2: which tables the model will see."""

from __future__ import annotations

import asyncio

from chat2sql.activities.parts import Parts
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.linking import link
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.engine.values.codes import link_codes, united
from chat2sql.engine.values.index import LinkedValue, ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.rendering import render_values
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
        values=await _mentioned(parts, datasource, version, catalogue, ask.understanding.standalone),
    )


async def _mentioned(
    parts: Parts, datasource: Datasource, version: str, view: Catalogue, question: str
) -> str:
    """The values and codes that the question mentions, of what the asker may see."""
    index = await parts.values(datasource, version)
    # The first question after a refresh builds lookup tables, which takes a second.
    links = await asyncio.to_thread(_linked, index, question, view, parts.settings.code_linking)
    return render_values(links, view.dialect)


def _linked(
    index: ValueIndex | None, question: str, view: Catalogue, by_codes: bool
) -> tuple[LinkedValue, ...]:
    values = link_values(index, question, view) if index is not None else ()
    return united(link_codes(question, view), values) if by_codes else values
