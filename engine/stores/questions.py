"""The questions: every one that was asked, and how it ended."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Frozen, Language, Outcome
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.text import Storable, storable_json

_SELECT = SQL("""
    SELECT tenant, request_id, workflow_id, user_id, datasource, conversation, question, language, asked_at,
        finished_at, outcome, sql, answer::text AS answer, result_uri
    FROM chat2sql.questions
""")
_BY_ID = _SELECT + SQL("WHERE tenant = %s AND request_id = %s")
_RECENT = _SELECT + SQL("WHERE tenant = %s ORDER BY asked_at DESC, request_id LIMIT %s")


class FinishedQuestion(Frozen):
    """How a question ended."""

    finished_at: datetime
    outcome: Outcome
    sql: Storable | None = None
    answer: str | None = None
    """JSON text."""
    result_uri: str | None = None


class Question(Frozen):
    """One question. What tells its end is ``None`` while it is under way."""

    tenant: str
    request_id: str
    workflow_id: str
    user_id: str
    datasource: str
    conversation: str | None = None
    question: Storable
    language: Language
    asked_at: datetime
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    sql: str | None = None
    answer: str | None = None
    """JSON text."""
    result_uri: str | None = None


class Questions:
    """The repository of questions. Every method raises ``StoreUnavailable`` during an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asked(self, question: Question) -> None:
        """Note that a question was asked, once; what tells its end is left to ``finished``."""
        async with self._database.connection() as connection:
            await connection.execute(
                """
                INSERT INTO chat2sql.questions (tenant, request_id, workflow_id, user_id, datasource,
                    conversation, question, language, asked_at)
                VALUES (%(tenant)s, %(request_id)s, %(workflow_id)s, %(user_id)s, %(datasource)s,
                    %(conversation)s, %(question)s, %(language)s::text, %(asked_at)s)
                ON CONFLICT (tenant, request_id) DO NOTHING
                """,
                {**question.model_dump(), "language": question.language.value},
            )

    async def finished(self, tenant: str, request_id: str, end: FinishedQuestion) -> None:
        """Note how a question ended, once: the first end stays.

        Raises:
            InvalidInput: no such question was asked.
        """
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                """
                UPDATE chat2sql.questions SET finished_at = %(finished_at)s, outcome = %(outcome)s,
                    sql = %(sql)s, answer = %(answer)s::jsonb, result_uri = %(result_uri)s
                WHERE tenant = %(tenant)s AND request_id = %(request_id)s AND finished_at IS NULL
                """,
                {
                    **end.model_dump(),
                    "outcome": end.outcome.value,
                    "answer": None if end.answer is None else storable_json(end.answer),
                    "tenant": tenant,
                    "request_id": request_id,
                },
            )
        if cursor.rowcount == 0 and await self.get(tenant, request_id) is None:
            raise InvalidInput(
                zh=f"没有编号为 {request_id} 的问题。用 chat2sql history 查看已有的问题。",
                en=f"There is no question {request_id}. `chat2sql history` lists those there are.",
            )

    async def get(self, tenant: str, request_id: str) -> Question | None:
        """The question of that id; ``None`` if it was never asked."""
        found = await self._select(_BY_ID, (tenant, request_id))
        return found[0] if found else None

    async def recent(self, tenant: str, limit: int = 20) -> tuple[Question, ...]:
        """The tenant's last questions, newest first."""
        return await self._select(_RECENT, (tenant, limit))

    async def _select(self, statement: Composed, values: tuple[str | int, ...]) -> tuple[Question, ...]:
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(Question)) as cursor,
        ):
            await cursor.execute(statement, values)
            return tuple(await cursor.fetchall())
