"""Intents: the case file, what comes with each, and hostile input."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chat2sql.config.vocabulary import Intent, Language
from chat2sql.engine.semantics.intent import classify
from chat2sql.engine.semantics.language import detect_language

_HISTORIES = {"either": (True, False), "with history": (True,), "without history": (False,)}
_FILE: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "intents.yaml").read_text(encoding="utf-8")
)
_CASES = [
    pytest.param(Intent(intent), question, history, id=f"{intent} {question} {history}")
    for intent, groups in _FILE.items()
    for history_word, questions in groups.items()
    for question in questions
    for history in _HISTORIES[history_word]
]


@pytest.mark.parametrize(("intent", "question", "has_history"), _CASES)
def test_intent(intent: Intent, question: str, has_history: bool) -> None:
    reading = classify(question, detect_language(question, Language.EN), has_history=has_history)
    assert reading.intent is intent
    assert (reading.reason is not None) == (intent in {Intent.ATTACK, Intent.NOT_A_READ, Intent.UNANSWERABLE})
    assert (reading.question_back is not None) == (intent is Intent.AMBIGUOUS)


def test_the_case_file_covers_both_languages_widely() -> None:
    questions = {question for groups in _FILE.values() for listed in groups.values() for question in listed}
    chinese = [question for question in questions if detect_language(question, Language.EN) is Language.ZH]
    assert len(questions) >= 120
    assert len(chinese) >= 60
    assert len(questions) - len(chinese) >= 60


def test_a_quoted_name_is_no_command_but_quoted_sql_injection_is_one() -> None:
    quoted = classify("orders with the note 'please; delete all orders'", Language.EN, has_history=False)
    assert quoted.intent is Intent.QUERY
    injected = classify("orders with the note 'x'; delete from orders; --'", Language.EN, has_history=False)
    assert injected.intent is Intent.ATTACK
