"""What reaches a terminal: whatever a question, a model or a database has put into an answer, it obeys nothing."""

from __future__ import annotations

import io

from rich.console import Console

from chat2sql.config.vocabulary import Language, Outcome
from chat2sql.graph.answer import Answer, Attempt, Column
from chat2sql.workers.console import answer_view, plain

HOSTILE = "a\x1b[2J\x1b]0;owned\x07\x9b31m\u202eb\u200b\u2066c\x00\r"
ACTING = ("\x1b", "\x9b", "\x07", "\x00", "\u202e", "\u2066", "\u200b")


def shown(answer: Answer) -> str:
    out = io.StringIO()
    Console(file=out, width=200, color_system=None).print(answer_view(answer, ui_url=HOSTILE))
    return out.getvalue()


def test_an_answer_obeys_nothing() -> None:
    text = shown(
        Answer(
            outcome=Outcome.ANSWERED,
            request_id=HOSTILE,
            workflow_id=HOSTILE,
            tenant="t",
            language=Language.EN,
            question=HOSTILE,
            message=HOSTILE,
            sql=f"SELECT '{HOSTILE}'",
            columns=(Column(name=HOSTILE, type="text"),),
            rows=((HOSTILE,),),
            row_count=2,
            result_uri=HOSTILE,
            explanation=HOSTILE,
            chart_png=HOSTILE,
            model=HOSTILE,
            attempts=(Attempt(sql=HOSTILE, problem=HOSTILE),),
        )
    )
    assert "owned" in text
    assert [character for character in ACTING if character in text] == []


def test_plain_keeps_lines_and_style() -> None:
    assert plain("SELECT 1\n  FROM t", "red").plain == "SELECT 1\n  FROM t"
