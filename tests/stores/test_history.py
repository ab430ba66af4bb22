"""Questions and conversations, as the application's role."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Language, Outcome
from chat2sql.engine.stores.conversations import Conversations, Turn
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.questions import FinishedQuestion, Question, Questions

NOON = datetime(2025, 6, 30, 12, tzinfo=UTC)


def question(request_id: str = "r1", tenant: str = "acme", minutes: int = 0) -> Question:
    return Question(
        tenant=tenant,
        request_id=request_id,
        workflow_id=f"ask-{tenant}-{request_id}",
        user_id="ann",
        datasource="demo",
        question="上个月的销售额？",
        language=Language.ZH,
        asked_at=NOON + timedelta(minutes=minutes),
    )


async def test_asked_and_finished_once(store: Database) -> None:
    questions = Questions(store)
    asked = question()
    for text in (asked.question, "another text"):
        await questions.asked(asked.model_copy(update={"question": text}))
    assert await questions.get("acme", "r1") == asked

    end = FinishedQuestion(
        finished_at=NOON + timedelta(seconds=9),
        outcome=Outcome.ANSWERED,
        sql="SELECT 1",
        answer='{"rows": [["a\\u0000b", 1.50]]}',
        result_uri="file:///r1.parquet",
    )
    await questions.finished("acme", "r1", end)
    await questions.finished("acme", "r1", FinishedQuestion(finished_at=NOON, outcome=Outcome.FAILED))
    stored = await questions.get("acme", "r1")
    assert stored is not None
    assert stored.answer is not None
    assert json.loads(stored.answer) == {"rows": [["a\ufffdb", 1.5]]}
    assert stored.model_copy(update={"answer": end.answer}) == asked.model_copy(update=end.model_dump())


async def test_finishing_what_was_never_asked(store: Database) -> None:
    with pytest.raises(InvalidInput, match="no question r9"):
        await Questions(store).finished(
            "acme", "r9", FinishedQuestion(finished_at=NOON, outcome=Outcome.CANCELLED)
        )
    assert await Questions(store).get("acme", "r9") is None


async def test_recent_is_the_tenants_own_newest_first(store: Database) -> None:
    questions = Questions(store)
    for minute in range(4):
        await questions.asked(question(f"r{minute}", minutes=minute))
    await questions.asked(question("r1", tenant="other", minutes=9))
    assert [found.request_id for found in await questions.recent("acme", 3)] == ["r3", "r2", "r1"]
    assert [found.tenant for found in await questions.recent("other", 3)] == ["other"]


@pytest.mark.parametrize("text", ["NUL \x00 inside", "half a pair \ud83d", "emoji 😀 and \x07"])
async def test_any_text_can_be_stored(store: Database, text: str) -> None:
    asked = Question.model_validate({**question().model_dump(), "question": text})
    await Questions(store).asked(asked)
    assert await Questions(store).get("acme", "r1") == asked
    assert asked.question.replace("\ufffd", "?") == text.replace("\x00", "?").replace("\ud83d", "?")


def turn(number: int) -> Turn:
    return Turn(
        request_id=f"r{number}",
        question=f"question {number}",
        answer=f"answer {number}",
        sql=None if number == 2 else f"SELECT {number}",
        asked_at=NOON + timedelta(minutes=number),
    )


async def test_turns_in_order_and_once(store: Database) -> None:
    conversations = Conversations(store)
    assert await conversations.turns("acme", "c1") == ()
    for number in (1, 2, 2, 3, 1):
        await conversations.append("acme", "c1", "ann", turn(number))
    await conversations.append("other", "c1", "bob", turn(7))
    assert await conversations.turns("acme", "c1") == (turn(1), turn(2), turn(3))
    assert await conversations.turns("acme", "c1", last=2) == (turn(2), turn(3))


async def test_turns_that_end_at_once_are_all_kept(store: Database) -> None:
    conversations = Conversations(store)
    numbers = [*range(12), *range(12)]
    await asyncio.gather(*(conversations.append("acme", "c1", "ann", turn(number)) for number in numbers))
    kept = await conversations.turns("acme", "c1", last=50)
    assert sorted(one.request_id for one in kept) == sorted({f"r{number}" for number in numbers})
