"""The ledger of model calls, which is also the journal that lets each call be paid once.

A step asks ``recorded`` before it calls a model and ``record``s what came back. When the step runs again,
on another worker or after a crash, the stored texts take the place of a second call. Prompts are not kept,
only their hash: they hold schema and sample values.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from psycopg.rows import DictRow, dict_row
from pydantic import AwareDatetime, Field

from chat2sql.config.vocabulary import Frozen, TokenUsage
from chat2sql.engine.stores.pool import Database, StoreConnection
from chat2sql.engine.stores.text import Storable


class ModelCall(Frozen):
    """One model call that was made and paid."""

    key: str = Field(min_length=1, description="Names the call for ever; the same key is the same call.")
    tenant: str
    request_id: str
    step: str
    model: str = Field(description="Name of the model in the catalogue.")
    prompt_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    texts: tuple[Storable, ...] = Field(description="What came back, one text a sample.")
    certainties: tuple[float, ...] = Field(
        (), description="For each text the probability of its least probable token; empty: not known."
    )
    finish_reason: str
    usage: TokenUsage
    seconds: float = Field(ge=0, description="How long it took.")
    called_at: AwareDatetime


class ModelCalls:
    """The ledger. Every method raises ``StoreUnavailable`` during an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded(self, key: str) -> ModelCall | None:
        """The call of that key, if it was made already."""
        async with self._database.connection() as connection:
            return await _stored(connection, key)

    async def record(self, call: ModelCall) -> ModelCall:
        """Note a call that was made.

        Returns:
            The call that counts: if another with this key was noted first, that one, and this one is
            neither stored nor charged.
        """
        values = {**call.model_dump(exclude={"texts", "certainties", "usage"}), **call.usage.model_dump()}
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                """
                INSERT INTO chat2sql.model_calls (key, tenant, request_id, step, model, prompt_sha256, texts, certainties,
                    finish_reason, calls, prompt_tokens, completion_tokens, cost_usd, seconds, called_at)
                VALUES (%(key)s, %(tenant)s, %(request_id)s, %(step)s, %(model)s, %(prompt_sha256)s, %(texts)s, %(certainties)s,
                    %(finish_reason)s, %(calls)s, %(prompt_tokens)s, %(completion_tokens)s, %(cost_usd)s,
                    %(seconds)s, %(called_at)s)
                ON CONFLICT (key) DO NOTHING
                """,
                {**values, "texts": list(call.texts), "certainties": list(call.certainties)},
            )
            if cursor.rowcount == 1:
                return call
            # Only a second statement sees a row that was committed while the first one waited for it.
            first = await _stored(connection, call.key)
        if first is None:
            raise RuntimeError("a model call in the ledger disappeared")
        return first

    async def usage_of(self, tenant: str, request_id: str) -> TokenUsage:
        """What all model calls of a question consumed."""
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(
                """
                SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
                    coalesce(sum(completion_tokens), 0) AS completion_tokens,
                    coalesce(sum(cost_usd), 0) AS cost_usd
                FROM chat2sql.model_calls WHERE tenant = %s AND request_id = %s
                """,
                (tenant, request_id),
            )
            return TokenUsage.model_validate(await cursor.fetchone())

    async def spent(self, tenant: str, since: datetime) -> Decimal:
        """What a tenant's model calls have cost since then, in US dollars."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(sum(cost_usd), 0) FROM chat2sql.model_calls WHERE tenant = %s AND called_at >= %s",
                (tenant, since),
            )
            row = await cursor.fetchone()
        return Decimal(0) if row is None else Decimal(row[0])


async def _stored(connection: StoreConnection, key: str) -> ModelCall | None:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM chat2sql.model_calls WHERE key = %s", (key,))
        row = await cursor.fetchone()
    return None if row is None else _model_call(row)


def _model_call(row: DictRow) -> ModelCall:
    usage = {name: row.pop(name) for name in TokenUsage.model_fields}
    return ModelCall.model_validate({**row, "usage": usage})
