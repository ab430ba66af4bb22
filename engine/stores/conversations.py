"""The conversations: what was asked and answered before, so that a follow-up can be understood."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import class_row

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.stores.pool import Database, StoreConnection
from chat2sql.engine.stores.text import Storable


class Turn(Frozen):
    """One question with its answer."""

    request_id: str
    question: Storable
    answer: Storable
    sql: Storable | None = None
    asked_at: datetime


class Conversations:
    """The repository of conversations. Every method raises ``StoreUnavailable`` during an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, tenant: str, conversation: str, user_id: str, turn: Turn) -> None:
        """Add a turn, once: the same ``request_id`` again changes nothing.

        The first turn begins the conversation.
        """
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO chat2sql.conversations (tenant, id, user_id) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (tenant, conversation, user_id),
            )
            # The lock puts turns that end at the same moment one after the other.
            await connection.execute(
                "SELECT FROM chat2sql.conversations WHERE tenant = %s AND id = %s FOR UPDATE",
                (tenant, conversation),
            )
            await _insert(connection, tenant, conversation, turn)

    async def turns(self, tenant: str, conversation: str, last: int = 5) -> tuple[Turn, ...]:
        """The last turns of a conversation, oldest first; none if there is no such conversation."""
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(Turn)) as cursor,
        ):
            await cursor.execute(
                """
                SELECT q.request_id, q.text AS question, a.text AS answer, a.sql, q.created_at AS asked_at
                FROM chat2sql.messages AS q JOIN chat2sql.messages AS a
                    USING (tenant, conversation, request_id)
                WHERE tenant = %s AND conversation = %s AND q.role = 'user' AND a.role = 'assistant'
                ORDER BY q.seq DESC LIMIT %s
                """,
                (tenant, conversation, last),
            )
            return tuple(reversed(await cursor.fetchall()))


async def _insert(connection: StoreConnection, tenant: str, conversation: str, turn: Turn) -> None:
    await connection.execute(
        """
        INSERT INTO chat2sql.messages
            (tenant, conversation, seq, request_id, role, text, sql, created_at)
        SELECT %(tenant)s, %(conversation)s, newest.seq + said.place, %(request_id)s, said.role, said.text,
            said.sql, %(asked_at)s
        FROM (VALUES (1, 'user', %(question)s::text, NULL), (2, 'assistant', %(answer)s, %(sql)s::text))
            AS said (place, role, text, sql),
            (SELECT coalesce(max(seq), 0) AS seq FROM chat2sql.messages
                WHERE tenant = %(tenant)s AND conversation = %(conversation)s) AS newest
        ON CONFLICT (tenant, conversation, request_id, role) DO NOTHING
        """,
        {"tenant": tenant, "conversation": conversation, **turn.model_dump()},
    )
