"""Step 4: a candidate SQL from one model."""

from __future__ import annotations

from collections import Counter

from chat2sql.activities.model_call import CallKey, OnToken, call_model
from chat2sql.activities.parts import Parts
from chat2sql.config.models import Provider, is_remote
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.engine.sql.extract import extract_reason, extract_sql
from chat2sql.engine.sql.prompting import WrongSql, question_messages, system_message
from chat2sql.graph.candidates import Candidate
from chat2sql.graph.state import Draft, GenerateInput

SAMPLING_SEED = 1
OPENING_FENCE, CLOSING_FENCE = "```sql\n", "```\n"
"""Sampled texts of the local model begin with the first, which halves their time: a sample that talks before its SQL
holds up all the others."""


async def generate(parts: Parts, ask: GenerateInput, on_token: OnToken | None = None) -> Draft:
    """Ask the model, several times where votes are to be taken; in a correction round with the last wrong SQL and its
    problem.

    Raises:
        ModelUnavailable, RateLimited: the model does not answer.
    """
    datasource = await parts.datasource(ask.schema_context.datasource)
    catalogue = await parts.view(datasource, ask.request.caller, ask.schema_context.catalogue_version)
    wrong = tuple(WrongSql(sql=attempt.sql, problem=attempt.problem) for attempt in ask.attempts)
    question = question_messages(
        ask.understanding.standalone,
        time_notes=ask.understanding.time_notes,
        evidence=ask.request.evidence,
        wrong=wrong,
    )
    # Before the first round only: a correction goes on where that round left the model server.
    entry = parts.models.get(ask.model)
    local = entry.provider is Provider.LOCAL
    values = not is_remote(entry) or (await parts.policy(datasource)).remote_values
    if local and ask.schema_context.whole and ask.round == 0:
        await parts.warm(catalogue, ask.schema_context.tables)
    repeats = len({attempt.sql for attempt in wrong}) < len(wrong)
    key = CallKey(
        tenant=ask.request.tenant,
        request_id=ask.request.request_id,
        step="generate",
        model=ask.model,
        round=ask.round,
    )
    greedy = CompletionRequest(
        messages=(system_message(catalogue, ask.schema_context.tables, values=values), *question),
        max_tokens=entry.max_output_tokens,
        # A model that repeats its mistake word for word will do so for ever at temperature 0.
        temperature=0.7 if repeats else 0.0,
        # A small model goes on to explain its SQL, which nobody reads, for longer than the SQL took.
        stop=(CLOSING_FENCE,) if local else (),
        seed=ask.round,
    )
    call = await call_model(parts, key, greedy, on_token)
    text = call.texts[0]
    draft = Draft(sql=extract_sql(text), reason=extract_reason(text), model=ask.model, usage=call.usage)
    samples = entry.samples if parts.settings.samples is None else parts.settings.samples
    # A correction is asked for once: its problem says what to do, which leaves little to vote on.
    if not samples or ask.round or draft.sql is None:
        return draft
    return await _with_others(parts, key, greedy, draft, samples)


async def _with_others(
    parts: Parts, key: CallKey, greedy: CompletionRequest, draft: Draft, samples: int
) -> Draft:
    """The same with what the model writes when it is asked several times. The server has read the prompt already."""
    begun = (Message(role="assistant", content=OPENING_FENCE),) if greedy.stop else ()
    asked = greedy.model_copy(
        update={
            "messages": (*greedy.messages, *begun),
            "n": samples,
            "temperature": parts.settings.sample_temperature,
            "seed": SAMPLING_SEED,
        }
    )
    call = await call_model(parts, key.model_copy(update={"step": "generate-samples"}), asked)
    written = Counter(sql for text in call.texts if (sql := extract_sql(text)) is not None)
    others = tuple(Candidate(sql=sql, weight=count) for sql, count in written.items())
    return draft.model_copy(update={"others": others, "usage": draft.usage + call.usage})
