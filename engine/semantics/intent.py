"""What a question wants: to read data, to go on from the last answer, or something that is not answered here.

The rules err on the side of QUERY: whatever they let through meets the SQL policy, the read-only role and the
model's own judgement later. What they stop gets a reason that the asker can act on.
"""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Frozen, Intent, Language
from chat2sql.engine.semantics.injection import injection
from chat2sql.engine.semantics.intent_rules import CHATTER, FOLLOW_UPS, VAGUE, WRITES, Table
from chat2sql.engine.semantics.literals import QUOTED

_REASONS: dict[Intent, Bilingual] = {
    Intent.ATTACK: Bilingual(
        zh="问题里含有试图绕过系统规则或注入 SQL 的内容，因此没有执行。请只描述想查询的数据。",
        en="The question contains text that tries to get around the system's rules or to inject SQL, so nothing was run."
        " Describe only the data you want to see.",
    ),
    Intent.NOT_A_READ: Bilingual(
        zh="这里只能查询数据，不能删除、修改或新增数据，也不能改动表结构。请改问想查看什么。",
        en="Data can only be read here: nothing is deleted, changed or added, and no table is altered."
        " Ask what you want to see instead.",
    ),
    Intent.UNANSWERABLE: Bilingual(
        zh="这不是关于所连数据库的问题。请问数据库里的数据，例如“上个月各地区的销售额”。",
        en="This is no question about the connected database."
        " Ask about its data, for example 'sales by region last month'.",
    ),
}
_NO_HISTORY = Bilingual(
    zh="这个问题像是接着上文问的，但没有上文。请说明它指的是什么，例如完整地写出指标、对象和时间。",
    en="This reads like a follow-up, but there is no earlier question. What does it refer to?"
    " Name the measure, the subject and the period.",
)
_TOO_VAGUE = Bilingual(
    zh="想看哪方面的数据？请补充指标（如销售额、订单数）、分组（如按地区、按月）和时间范围（如上个月）。",
    en="Which data do you want to see? Add a measure (such as sales or number of orders), a grouping"
    " (such as by region or by month) and a period (such as last month).",
)
_LONGEST_ELLIPSIS = 120
"""An elliptical or vague question is short; longer ones say what they want, in characters."""


class IntentReading(Frozen):
    """The intent; why it is refused, or what to ask back, where that applies."""

    intent: Intent
    reason: Bilingual | None = None
    question_back: Bilingual | None = None


def classify(text: str, language: Language, *, has_history: bool) -> IntentReading:
    """Read the intent of a clean question.

    ``has_history`` says whether the asker's earlier questions are known: without them a follow-up is ambiguous.
    Attacks, requests to write and chatter are read in both languages, as questions mix them; elliptical and vague
    forms only in ``language``, whose grammar they are.
    """
    refused = refusal(text)
    if refused is not None:
        return refused
    folded = " ".join(text.split())
    if _matches(CHATTER, folded):
        return IntentReading(intent=Intent.UNANSWERABLE, reason=_REASONS[Intent.UNANSWERABLE])
    return _completeness(folded, language, has_history)


def _completeness(folded: str, language: Language, has_history: bool) -> IntentReading:
    if len(folded) > _LONGEST_ELLIPSIS:
        return IntentReading(intent=Intent.QUERY)
    if _matches(VAGUE[language], folded):
        return IntentReading(intent=Intent.AMBIGUOUS, question_back=_TOO_VAGUE)
    if _matches(FOLLOW_UPS[language], folded):
        if has_history:
            return IntentReading(intent=Intent.FOLLOW_UP)
        return IntentReading(intent=Intent.AMBIGUOUS, question_back=_NO_HISTORY)
    return IntentReading(intent=Intent.QUERY)


def refusal(text: str) -> IntentReading | None:
    """The reading of a text that is an attack or asks for a change; None for any other."""
    if injection(text) is not None:
        return IntentReading(intent=Intent.ATTACK, reason=_REASONS[Intent.ATTACK])
    folded = " ".join(text.split())
    if _matches(WRITES, QUOTED.sub("''", folded)):
        return IntentReading(intent=Intent.NOT_A_READ, reason=_REASONS[Intent.NOT_A_READ])
    return None


def _matches(table: Table, text: str) -> bool:
    return any(pattern.search(text) for pattern in table)
