"""Step 4: a candidate SQL from one model, and more of them where a vote is to be taken."""

from __future__ import annotations

from collections import Counter

from chat2sql.activities.answerable import is_answerable
from chat2sql.activities.metric_path import compiled
from chat2sql.activities.model_call import CallKey, OnToken, call_model
from chat2sql.activities.parts import Parts
from chat2sql.activities.semantics import semantic_model
from chat2sql.activities.translation import in_chinese, in_schema_words
from chat2sql.config.models import ModelEntry, Provider, is_remote
from chat2sql.config.vocabulary import Language, TokenUsage
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.linking import unlinked_share
from chat2sql.engine.schema.spoken import speaks
from chat2sql.engine.semantics.analytic.question import Compiled
from chat2sql.engine.sql.extract import extract_reason, extract_sql
from chat2sql.engine.sql.prompting import Sketch, WrongSql, question_messages, system_message
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.candidates import Candidate
from chat2sql.graph.state import Draft, GenerateInput

SAMPLING_SEED = 1
NEARLY_COMPILED_WEIGHT = 2.0
"""What SQL counts for that was compiled from all but a word or two of the question, in samples: as much as the greedy
text."""

OPENING_FENCE, CLOSING_FENCE = "```sql\n", "```\n"
"""Sampled texts of the local model begin with the first, which halves their time: a sample that talks before its SQL
holds up all the others."""


async def generate(parts: Parts, ask: GenerateInput, on_token: OnToken | None = None) -> Draft:
    """Ask the model: for the SQL that it finds likeliest, in a correction round with the last wrong SQL and its problem;
    or, where the vote on what it wrote is undecided, for a batch of others.

    Before the first batch the model is asked whether the question can be answered at all: what it is not sure of is
    where an answer may be made up.

    Raises:
        ModelUnavailable, RateLimited: the model does not answer.
    """
    entry = parts.models.get(ask.model)
    key = CallKey(
        tenant=ask.request.tenant,
        request_id=ask.request.request_id,
        step="generate",
        model=ask.model,
        round=ask.round,
    )
    datasource = await parts.datasource(ask.schema_context.datasource)
    catalogue = await parts.view(datasource, ask.request.caller, ask.schema_context.catalogue_version)
    found, asked, spent = None, "", TokenUsage()
    if parts.settings.metric_path and ask.round == 0 and ask.draft is None:
        found = await compiled(parts, ask, catalogue)
        if not found.is_whole and entry.provider is Provider.LOCAL:
            asked, spent = await _in_chinese(parts, key, ask, datasource, catalogue)
            again = await compiled(parts, ask, catalogue, wording=asked) if asked else found
            found = again if again.is_whole else found
        if found.is_whole:
            return Draft(
                sql=found.sql,
                compiled=True,
                meaning=found.meaning,
                path="compiled",
                question=asked,
                model=ask.model,
                usage=spent,
            )
    values = not is_remote(entry) or (await parts.policy(datasource)).remote_values
    system = system_message(catalogue, ask.schema_context.tables, values=values)
    local, question = entry.provider is Provider.LOCAL, ask.understanding.standalone
    # Before the first call only: the others go on where that one left the model server.
    if local and ask.schema_context.whole and ask.round == 0 and ask.draft is None:
        await parts.warm(catalogue, ask.schema_context.tables)
    if ask.draft is not None and ask.draft.question:
        question = ask.draft.question
    elif local and parts.settings.translate:
        question, more = await in_schema_words(parts, key, catalogue, system, question)
        spent += more
    sketch = _sketch(parts, ask, found, values=values)
    likeliest = _request(parts, ask, entry, system, question, sketch=sketch, values=values)
    if ask.draft is not None:
        # What the semantic model speaks of has been looked for by rules: a small model's doubts cost more than they tell.
        asks = parts.settings.answerable and not ask.draft.sampled and not ask.draft.grounded
        if asks and not await is_answerable(parts, key, likeliest, _unlinked(ask, catalogue, question)):
            return ask.draft.model_copy(update={"sql": None, "reason": "", "more": 0, "usage": TokenUsage()})
        return await _with_others(parts, key, likeliest, ask.draft)
    call = await call_model(parts, key, likeliest, on_token)
    sql = extract_sql(call.texts[0])
    return Draft(
        sql=sql,
        reason=extract_reason(call.texts[0]),
        model=ask.model,
        certainty=call.certainties[0] if call.certainties else None,
        more=_samples(parts, ask, entry) if sql is not None else 0,
        question=question,
        others=_beside(found) if sql is not None else (),
        path=f"written: {'; '.join(found.doubts)}" if found is not None else "",
        sketch=sketch.sql if sketch is not None else "",
        left_out=sketch.left_out if sketch is not None else (),
        grounded=found is not None and found.grounded,
        # The ledger has it from the first round on.
        usage=call.usage if ask.round else call.usage + spent,
    )


async def _in_chinese(
    parts: Parts, key: CallKey, ask: GenerateInput, datasource: Datasource, catalogue: Catalogue
) -> tuple[str, TokenUsage]:
    """An English question in Chinese where that is what the schema speaks; empty: it is not, or nothing faithful."""
    said = ask.understanding
    only_chinese = speaks(catalogue, Language.ZH) and not speaks(catalogue, Language.EN)
    if not parts.settings.translate or said.language is not Language.EN or not only_chinese:
        return "", TokenUsage()
    model = await semantic_model(parts, datasource, catalogue, ask.schema_context.catalogue_version)
    wording, spent = await in_chinese(parts, key, model, said.standalone, said.as_of)
    return wording or "", spent


def _beside(found: Compiled | None) -> tuple[Candidate, ...]:
    """What was compiled from all but a word or two stands for election beside what the model writes."""
    if found is None or found.sql is None or not found.is_near:
        return ()
    return (Candidate(sql=found.sql, weight=NEARLY_COMPILED_WEIGHT, compiled=True),)


def _sketch(parts: Parts, ask: GenerateInput, found: Compiled | None, *, values: bool) -> Sketch | None:
    """What the model goes on from: compiled from a part of the question, in this call or in the one before it."""
    if ask.draft is not None and ask.draft.sketch:
        return Sketch(sql=ask.draft.sketch, left_out=ask.draft.left_out)
    # It may name values that rows have.
    if not parts.settings.sketch or not values or found is None or found.sql is None:
        return None
    return Sketch(sql=found.sql, left_out=found.doubts)


def _request(
    parts: Parts,
    ask: GenerateInput,
    entry: ModelEntry,
    system: Message,
    question: str,
    *,
    sketch: Sketch | None,
    values: bool,
) -> CompletionRequest:
    wrong = tuple(WrongSql(sql=attempt.sql, problem=attempt.problem) for attempt in ask.attempts)
    asked = question_messages(
        question,
        time_notes=ask.understanding.time_notes,
        evidence=_told(ask, values=values),
        values=ask.schema_context.values if values else "",
        wrong=wrong,
        sketch=sketch,
    )
    repeats = len({attempt.sql for attempt in wrong}) < len(wrong)
    return CompletionRequest(
        messages=(system, *asked),
        max_tokens=entry.max_output_tokens,
        # A model that repeats its mistake word for word will do so for ever at temperature 0.
        temperature=0.7 if repeats else 0.0,
        # A small model goes on to explain its SQL, which nobody reads, for longer than the SQL took.
        stop=(CLOSING_FENCE,) if entry.provider is Provider.LOCAL else (),
        seed=ask.round,
        certainty=_samples(parts, ask, entry) > 0,
    )


def _told(ask: GenerateInput, *, values: bool) -> str:
    """What the asker adds, and what the semantic model says of the question's words."""
    meant = (one.text for one in ask.schema_context.meanings if values or not one.has_value)
    return "\n".join(filter(None, (ask.request.evidence, *meant)))


def _unlinked(ask: GenerateInput, catalogue: Catalogue, question: str) -> float:
    # What the asker defines has something to link to as well.
    known = f"{ask.schema_context.values}\n{ask.request.evidence}"
    return unlinked_share(catalogue, question, values=known)


def _samples(parts: Parts, ask: GenerateInput, entry: ModelEntry) -> int:
    """How many texts may be sampled for a vote."""
    # Nothing runs, not even for a vote, before a person has seen it where one has to. And a correction is asked for
    # once: its problem says what to do, which leaves little to vote on.
    if ask.request.require_approval or ask.schema_context.needs_approval or ask.round:
        return 0
    return entry.samples if parts.settings.samples is None else parts.settings.samples


async def _with_others(parts: Parts, key: CallKey, likeliest: CompletionRequest, draft: Draft) -> Draft:
    """The draft with a batch of what the model writes when it is asked again. The server has read the prompt already."""
    begun = (Message(role="assistant", content=OPENING_FENCE),) if likeliest.stop else ()
    asked = likeliest.model_copy(
        update={
            "messages": (*likeliest.messages, *begun),
            "n": min(parts.settings.sample_batch, draft.more),
            "temperature": parts.settings.sample_temperature,
            "seed": SAMPLING_SEED + draft.sampled,
            "certainty": False,
        }
    )
    call = await call_model(parts, key.model_copy(update={"step": f"generate-more-{draft.sampled}"}), asked)
    compiled_ones = tuple(other for other in draft.others if other.compiled)
    written = Counter({other.sql: other.weight for other in draft.others if not other.compiled})
    written.update(sql for text in call.texts if (sql := extract_sql(text)) is not None)
    return draft.model_copy(
        update={
            "others": (
                *compiled_ones,
                *(Candidate(sql=sql, weight=count) for sql, count in written.items()),
            ),
            "sampled": draft.sampled + asked.n,
            "more": draft.more - asked.n,
            "usage": call.usage,
        }
    )
