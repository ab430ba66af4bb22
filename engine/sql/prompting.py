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
    question: str, *, time_notes: str, evidence: str = "", values: str = "", wrong: Sequence[WrongSql] = ()
) -> tuple[Message, ...]:
    """The question with its dates and, in a correction round, the last wrong SQL and its problem as a dialogue.

    As a dialogue, because then the server has read everything but the problem already. Earlier wrong ones are
    left out: a small model repeats what it reads most often. Values are told as conditions. The day of asking is
    not named: dates are resolved already, and a small model puts it into its filters.
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
    if not wrong:
        return (asked,)
    last = wrong[-1]
    said = Message(role="assistant", content=f"```sql\n{as_code(last.sql)}\n```")
    problem = as_data(last.problem, _LONGEST_PROBLEM, lines=_MOST_PROBLEMS)
    return (asked, said, Message(role="user", content=prompt("correct").format(problem=problem).strip()))
