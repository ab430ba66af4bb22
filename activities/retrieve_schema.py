"""Step 2: which tables the model will see, and whether they have, in one sense, what is asked for."""

from __future__ import annotations

import asyncio

from chat2sql.activities.ambiguous_names import which_person_is_meant
from chat2sql.activities.parts import Parts
from chat2sql.activities.semantics import semantic_model
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.linking import link
from chat2sql.engine.semantics.absent import missing_data
from chat2sql.engine.semantics.absent_reading import Asked, asked
from chat2sql.engine.semantics.ambiguity import QuestionBack, which_meaning
from chat2sql.engine.semantics.analytic.hints import Hint, hints_for
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.engine.values.codes import link_codes, united
from chat2sql.engine.values.index import LinkedValue, ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.rendering import render_values
from chat2sql.graph.state import RetrieveSchemaInput, SchemaContext, WordMeaning


async def retrieve_schema(parts: Parts, ask: RetrieveSchemaInput) -> SchemaContext:
    """What the asker may see of the schema: the whole when it fits the budget, else the tables that the question
    links to; and what has to be asked back, or said, before any SQL is written.

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
    missing, back = await _doubts(parts, ask, datasource, version, catalogue)
    mentioned = await _mentioned(parts, datasource, version, catalogue, ask.understanding.standalone)
    hints = await _hints(parts, ask, datasource, version, catalogue)
    return SchemaContext(
        datasource=datasource.name,
        dialect=catalogue.dialect,
        catalogue_version=version,
        tables=linked.tables,
        whole=linked.whole,
        prompt_tokens=linked.prompt_tokens,
        needs_approval=datasource.approval == "always",
        values=mentioned,
        meanings=tuple(WordMeaning(text=hint.text, has_value=hint.has_value) for hint in hints),
        missing=missing,
        question_back=back.question_back if back is not None else None,
        choices=back.choices if back is not None else (),
    )


async def _hints(
    parts: Parts, ask: RetrieveSchemaInput, datasource: Datasource, version: str, view: Catalogue
) -> tuple[Hint, ...]:
    """What the words of the question mean, for the model that may have to write the SQL."""
    if not parts.settings.semantic_hints:
        return ()
    return await asyncio.to_thread(
        hints_for,
        ask.understanding.standalone,
        await semantic_model(parts, datasource, view, version),
        view,
        await parts.values(datasource, version),
        language=ask.understanding.language,
        as_of=ask.understanding.as_of,
    )


async def _doubts(
    parts: Parts, ask: RetrieveSchemaInput, datasource: Datasource, version: str, view: Catalogue
) -> tuple[Bilingual | None, QuestionBack | None]:
    """What of the question the asker's part of the data does not have, or else has in several senses."""
    if not parts.settings.answerable:
        return None, None
    index = await parts.values(datasource, version)
    model = await semantic_model(parts, datasource, view, version)
    # The first question after a refresh builds look-up tables, which takes a second.
    question = await asyncio.to_thread(_taken_apart, ask, view, index, model)
    if question is None:
        return None, None
    missing = await asyncio.to_thread(missing_data, question)
    if missing is not None or ask.clarified:
        return missing, None
    back = which_meaning(question) or await which_person_is_meant(
        parts, ask.request, question, datasource=datasource, version=version, view=view
    )
    return None, back


def _taken_apart(
    ask: RetrieveSchemaInput, view: Catalogue, index: ValueIndex | None, model: SemanticModel
) -> Asked | None:
    text = ask.understanding.standalone
    language = detect_language(text, ask.understanding.language)
    return asked(text, language, ask.understanding.as_of, view, index, model=model, said=ask.request.evidence)


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
