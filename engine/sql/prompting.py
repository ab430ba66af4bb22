"""The messages that ask a model for SQL. The system message depends on the schema alone, so that the model
server's prefix cache serves every question about the same schema."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.config.prompts import prompt
from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.llm.port import Message
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.m_schema import render

_DIALECT_NAMES = {Dialect.POSTGRESQL: "PostgreSQL", Dialect.SQLITE: "SQLite"}


class WrongSql(Frozen):
    """An earlier SQL and the exact reason why it was wrong."""

    sql: str
    problem: str


def system_message(catalogue: Catalogue, tables: tuple[str, ...]) -> Message:
    """Rules and schema; the same text for every question that sees the same tables."""
    text = prompt("generate").format(
        dialect=_DIALECT_NAMES[catalogue.dialect], schema=render(catalogue, tables)
    )
    return Message(role="system", content=text)


def question_messages(
    question: str, *, time_notes: str, wrong: Sequence[WrongSql] = ()
) -> tuple[Message, ...]:
    """The question with its dates and, in a correction round, the last wrong SQL and its problem as a dialogue.

    As a dialogue, because then the server has read everything but the problem already. Earlier wrong ones are
    left out: a small model repeats what it reads most often. The day of asking is not named: dates are resolved
    already, and a small model puts it into its filters.
    """
    notes = f"Time notes:\n{time_notes}" if time_notes else ""
    asked = Message(
        role="user", content=prompt("question").format(question=question, time_notes=notes).strip()
    )
    if not wrong:
        return (asked,)
    last = wrong[-1]
    said = Message(role="assistant", content=f"```sql\n{last.sql}\n```")
    return (asked, said, Message(role="user", content=prompt("correct").format(problem=last.problem).strip()))
