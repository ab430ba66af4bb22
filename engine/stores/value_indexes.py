"""The value indexes: what the text columns of each datasource hold. Their content is opaque here."""

from __future__ import annotations

from psycopg.errors import ForeignKeyViolation

from chat2sql.config.errors import InvalidInput
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.text import storable_json


class ValueIndexes:
    """The repository of value indexes. Every method raises ``StoreUnavailable`` during an outage.

    Only the newest of a datasource is kept, unlike catalogues: values are copies of rows, and one that was deleted in
    the business database is not to live on here.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, datasource: str, catalogue_version: str, document: str) -> None:
        """Store an index in place of the one before.

        Args:
            datasource: Name of the datasource.
            catalogue_version: The ``Catalogue.version`` that it was read by.
            document: The index as JSON text.

        Raises:
            InvalidInput: there is no such datasource.
        """
        try:
            async with self._database.connection() as connection:
                await connection.execute(
                    """
                    INSERT INTO chat2sql.value_indexes (datasource, catalogue_version, document)
                    VALUES (%s, %s, %s::jsonb)
                    ON CONFLICT (datasource) DO UPDATE SET catalogue_version = excluded.catalogue_version,
                        document = excluded.document, created_at = now()
                    """,
                    (datasource, catalogue_version, storable_json(document)),
                )
        except ForeignKeyViolation as error:
            raise InvalidInput(
                zh=f"没有名为 {datasource} 的数据源。用 chat2sql datasource add 添加。",
                en=f"There is no datasource named {datasource}. Add one with `chat2sql datasource add`.",
            ) from error

    async def get(self, datasource: str, catalogue_version: str) -> str | None:
        """The index of a datasource as JSON text; ``None`` if there is none for that version of its catalogue."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT document::text FROM chat2sql.value_indexes WHERE datasource = %s AND catalogue_version = %s",
                (datasource, catalogue_version),
            )
            row = await cursor.fetchone()
        return None if row is None else str(row[0])
