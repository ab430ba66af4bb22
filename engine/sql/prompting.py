"""The messages that ask a model for SQL. The system message depends on the schema alone, so that the model
server's prefix cache serves every question about the same schema."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.config.prompts import prompt
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.llm.port import Message
from chat2sql.engine.llm.prompt_data import as_code, as_data
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.m_schema import DIALECT_NAMES, render

_LONGEST_QUESTION = 12_000
"""A follow-up put together with the question before it is longer than either."""
_LONGEST_NOTES, _MOST_NOTES = 2_000, 20
_LONGEST_PROBLEM, _MOST_PROBLEMS = 2_000, 20


class Sketch(Frozen):
    """SQL for as much of the question as rules have understood.

    Attributes:
        left_out: why it is not the answer yet, the words that nothing stands for among it.
    """

    sql: str
    left_out: tuple[str, ...]


class WrongSql(Frozen):
    """An earlier SQL and the exact reason why it was wrong."""

    sql: str
    problem: str


def system_message(catalogue: Catalogue, tables: tuple[str, ...], *, values: bool = True) -> Message:
    """Rules and schema; the same text for every question that sees the same tables.

    Args:
        catalogue: what the caller may see.
        tables: the tables to tell of, by ``Catalogue.key``.
        values: with sample values from rows; False for a model that others run, unless the policy allows it.
    """
    schema = render(catalogue, tables, values=values)
    text = prompt("generate").format(dialect=DIALECT_NAMES[catalogue.dialect], schema=schema)
    return Message(role="system", content=text)


def question_messages(
    question: str,
    *,
    time_notes: str,
    evidence: str = "",
    values: str = "",
    wrong: Sequence[WrongSql] = (),
    sketch: Sketch | None = None,
) -> tuple[Message, ...]:
    """The question with its dates and, as a dialogue, the SQL that there is already: in a correction round the last
    wrong one and its problem, before that a sketch and what it leaves out.

    As a dialogue, because then the server has read everything but the problem already, and a small model mends what
    it takes for its own better than what it is told of. Earlier wrong ones are left out: it repeats what it reads most
    often. Values are told as conditions. The day of asking is not named: dates are resolved already, and a small model
    puts it into its filters.
    """
    mentioned = as_data(values, _LONGEST_NOTES, lines=_MOST_NOTES)
    notes = as_data("\n".join(filter(None, (time_notes, evidence))), _LONGEST_NOTES, lines=_MOST_NOTES)
    text = prompt("question").format(
        question=as_data(question, _LONGEST_QUESTION),
        notes="\n".join(
            f"{heading}:\n<data>{text}</data>"
            for heading, text in (
                ("Notes" if evidence else "Time notes", notes),
                ("Values that it may mean", mentioned),
            )
            if text
        ),
    )
    asked = Message(role="user", content=text.strip())
    if wrong:
        last = wrong[-1]
        problem = as_data(last.problem, _LONGEST_PROBLEM, lines=_MOST_PROBLEMS)
        return (asked, _said(last.sql), _asked(prompt("correct").format(problem=problem)))
    if sketch is not None:
        left_out = as_data("; ".join(sketch.left_out), _LONGEST_PROBLEM)
        whole = as_data(question, _LONGEST_QUESTION)
        return (asked, _said(sketch.sql), _asked(prompt("sketch").format(left_out=left_out, question=whole)))
    return (asked,)


def _said(sql: str) -> Message:
    return Message(role="assistant", content=f"```sql\n{as_code(sql)}\n```")


def _asked(text: str) -> Message:
    return Message(role="user", content=text.strip())
