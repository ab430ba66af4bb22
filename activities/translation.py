"""Before step 4: a Chinese question in the words of an English schema, which a small model links far better."""

from __future__ import annotations

from chat2sql.activities.model_call import CallKey, call_model
from chat2sql.activities.parts import Parts
from chat2sql.config.prompts import prompt
from chat2sql.config.vocabulary import TokenUsage
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.engine.llm.prompt_data import as_data
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.translation import faithful

_OPENING = "The question in English:"
_MOST_TOKENS = 200
_LONGEST = 4_000


async def in_schema_words(
    parts: Parts, key: CallKey, catalogue: Catalogue, system: Message, question: str
) -> tuple[str, TokenUsage]:
    """The question in English where it is Chinese and nothing in the schema is, and what that cost; else as it stands.

    The model reads the schema first, so that it takes the schema's words, and goes on from there when it writes the SQL.
    A wording that has lost a number or a name is not used.

    Args:
        key: the call that will ask for the SQL.
        system: the message that tells the schema.

    Raises:
        ModelUnavailable, RateLimited: the model does not answer.
    """
    if not has_han(question) or _speaks_chinese(catalogue):
        return question, TokenUsage()
    asked = prompt("in_english").format(question=as_data(question, _LONGEST)).strip()
    request = CompletionRequest(
        messages=(
            system,
            Message(role="user", content=asked),
            Message(role="assistant", content=_OPENING),
        ),
        max_tokens=_MOST_TOKENS,
        stop=("\n",),
    )
    call = await call_model(parts, key.model_copy(update={"step": "in-english", "round": 0}), request)
    wording = call.texts[0].strip().removeprefix(_OPENING)
    return faithful(question, wording) or question, call.usage


def _speaks_chinese(catalogue: Catalogue) -> bool:
    return any(
        has_han(text)
        for table in catalogue.tables
        for text in (table.name, table.comment, *(t for c in table.columns for t in (c.name, c.comment)))
    )
