"""Before step 4: a Chinese question in the words of an English schema, which a small model links far better; an English
one in Chinese, where a schema that speaks Chinese is read by rules."""

from __future__ import annotations

from datetime import date

from chat2sql.activities.model_call import CallKey, call_model
from chat2sql.activities.parts import Parts
from chat2sql.config.prompts import prompt
from chat2sql.config.vocabulary import TokenUsage
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.engine.llm.prompt_data import as_data
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.translation import faithful, faithful_in_chinese

_OPENING = "The question in English:"
_EXAMPLES = (
    ("How many screenings were cancelled in May 2025, by cinema?", "2025年5月各影院取消的场次有多少？"),
    (
        "Which cinemas that are still open have never shown a documentary?",
        "还在营业的影院里，哪些从来没有放过纪录片？",
    ),
    (
        "Who were the top 3 ticket sellers last year, and how much did each bring in?",
        "去年票房最高的3位售票员是谁，各卖了多少？",
    ),
    ("What share of our current staff are women?", "在职员工里女员工占多少比例？"),
)
_MOST_TOKENS, _MOST_WORDS = 200, 60
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


async def in_chinese(
    parts: Parts, key: CallKey, model: SemanticModel, question: str, as_of: date
) -> tuple[str | None, TokenUsage]:
    """An English question in Chinese, with the words of a semantic model, and what that cost; None: nothing faithful.

    Args:
        key: the call that will ask for the SQL.
        as_of: the day of asking.

    Raises:
        ModelUnavailable, RateLimited: the model does not answer.
    """
    words = as_data("、".join(_words_of(model)), _LONGEST)
    request = CompletionRequest(
        messages=(
            _said("system", prompt("in_chinese").format(words=words).strip()),
            *(
                _said(role, text)
                for asked, answered in _EXAMPLES
                for role, text in (("user", asked), ("assistant", answered))
            ),
            _said("user", as_data(question, _LONGEST)),
        ),
        max_tokens=_MOST_TOKENS,
        stop=("\n",),
    )
    call = await call_model(parts, key.model_copy(update={"step": "in-chinese", "round": 0}), request)
    return faithful_in_chinese(question, call.texts[0], as_of), call.usage


def _said(role: str, text: str) -> Message:
    return Message.model_validate({"role": role, "content": text})


def _words_of(model: SemanticModel) -> list[str]:
    """What the figures, the rows with a name and the datasets of a model are called in Chinese."""
    entries = (*model.metrics, *model.segments, *model.datasets)
    called = dict.fromkeys(
        one.label.zh for one in entries if has_han(one.label.zh) and one.label.zh.isalnum()
    )
    return list(called)[:_MOST_WORDS]


def _speaks_chinese(catalogue: Catalogue) -> bool:
    return any(
        has_han(text)
        for table in catalogue.tables
        for text in (table.name, table.comment, *(t for c in table.columns for t in (c.name, c.comment)))
    )
