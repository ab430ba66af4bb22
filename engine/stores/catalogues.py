"""The catalogues: what introspection found in each datasource. Their content is opaque here."""

from __future__ import annotations

from datetime import datetime

from psycopg.errors import ForeignKeyViolation
from psycopg.rows import class_row

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.text import storable_json


class StoredCatalogue(Frozen):
    """One version of a datasource's catalogue."""

    datasource: str
    version: int
    document: str
    created_at: datetime


class Catalogues:
    """The repository of catalogues. Every method raises ``StoreUnavailable`` during an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, datasource: str, document: str) -> int:
        """Store a catalogue; one equal to the newest is not stored again.

        Args:
            datasource: Name of the datasource.
            document: The catalogue as JSON text.

        Returns:
            Its version, which grows with each change.

        Raises:
            InvalidInput: there is no such datasource.
        """
        content = storable_json(document)
        try:
            async with self._database.connection() as connection:
                cursor = await connection.execute(
                    """
                    WITH newest AS (
                        SELECT version, document FROM chat2sql.catalogues
                        WHERE datasource = %(datasource)s ORDER BY version DESC LIMIT 1
                    ), added AS (
                        INSERT INTO chat2sql.catalogues (datasource, document)
                        SELECT %(datasource)s, %(document)s::jsonb
                        WHERE NOT EXISTS (SELECT FROM newest WHERE document = %(document)s::jsonb)
                        RETURNING version
                    )
                    SELECT max(version) FROM (
                        SELECT version FROM added UNION ALL SELECT version FROM newest
                    ) AS versions
                    """,
                    {"datasource": datasource, "document": content},
                )
                row = await cursor.fetchone()
        except ForeignKeyViolation as error:
            raise InvalidInput(
                zh=f"没有名为 {datasource} 的数据源。用 chat2sql datasource add 添加。",
                en=f"There is no datasource named {datasource}. Add one with `chat2sql datasource add`.",
            ) from error
        if row is None:
            raise RuntimeError("an aggregate without groups returned no row")
        return int(row[0])

    async def newest(self, datasource: str) -> StoredCatalogue | None:
        """The newest catalogue of a datasource; ``None`` if it was never introspected."""
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(StoredCatalogue)) as cursor,
        ):
            await cursor.execute(
                """
                SELECT datasource, version, document::text AS document, created_at
                FROM chat2sql.catalogues WHERE datasource = %s ORDER BY version DESC LIMIT 1
                """,
                (datasource,),
            )
            return await cursor.fetchone()
