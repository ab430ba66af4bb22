"""The retrieval index: which tables a question is about, from Qdrant.

Works with a Qdrant server, with a folder, or in memory. A folder belongs to one process at a time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from chat2sql.config.errors import Misconfigured, Outage
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.embedding import BilingualSparse, Embedder, SparseVector, Vector
from chat2sql.engine.schema.neighbourhood import TableHit, ranked

IN_MEMORY = ":memory:"
_BATCH = 256
_POOL = 200
_CONFLICT = 409
_REJECTED = frozenset({401, 403})


class SchemaIndex:
    """Finds tables by question.

    One collection holds the tables of one datasource in one catalogue version. With several embedders
    their rankings are fused. What the index finds is ranked again together with the tables around it.
    """

    def __init__(
        self,
        location: str | Path = IN_MEMORY,
        *,
        api_key: SecretStr | None = None,
        embedders: tuple[Embedder, ...] = (BilingualSparse(),),
        timeout_s: float = 10,
    ) -> None:
        """Opens nothing yet.

        Args:
            location: ``http(s)://`` URL of a server, a folder, or ``:memory:``.
            api_key: of the server.
            embedders: at least one.
            timeout_s: of each call to a server, in seconds.
        """
        self._location = str(location)
        self._api_key = api_key
        self._embedders = embedders
        self._timeout_s = timeout_s
        self._client: AsyncQdrantClient | None = None
        self._building = asyncio.Lock()

    async def __aenter__(self) -> SchemaIndex:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection or release the folder."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def build(self, catalogue: Catalogue) -> None:
        """Make the catalogue searchable and drop older versions of the same datasource; can be repeated.

        Raises:
            Outage: the server does not answer, or another process has the folder.
            Misconfigured: the server rejects the API key.
        """
        with _index_errors():
            await self._ensure(catalogue)
            client = self._connected()
            wanted, prefix = self._collection(catalogue), _prefix(catalogue.datasource)
            for other in (await client.get_collections()).collections:
                if other.name.startswith(prefix) and other.name != wanted:
                    await client.delete_collection(other.name)

    async def search(self, catalogue: Catalogue, question: str, limit: int) -> tuple[TableHit, ...]:
        """The tables that fit the question best, best first; empty if nothing fits at all.

        A catalogue version that is not in the index yet is built first.

        Raises:
            Outage: the server does not answer, or another process has the folder.
            Misconfigured: the server rejects the API key.
        """
        if limit <= 0 or not catalogue.tables:
            return ()
        with _index_errors():
            await self._ensure(catalogue)
            asked = [(e.name, _as_query(await e.question(question))) for e in self._embedders]
            client, name = self._connected(), self._collection(catalogue)
            pool = max(limit, _POOL)
            if len(asked) == 1:
                using, query = asked[0]
                found = await client.query_points(name, query=query, using=using, limit=pool)
            else:
                found = await client.query_points(
                    name,
                    prefetch=[models.Prefetch(query=q, using=using, limit=pool) for using, q in asked],
                    query=models.FusionQuery(fusion=models.Fusion.RRF),
                    limit=pool,
                )
        hits = [TableHit(table=_stored_name(point), score=point.score) for point in found.points]
        return ranked(catalogue, question, limit, tuple(hit for hit in hits if hit.score > 0))

    def _connected(self) -> AsyncQdrantClient:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> AsyncQdrantClient:
        if self._location == IN_MEMORY:
            return AsyncQdrantClient(location=IN_MEMORY)
        if self._location.startswith(("http://", "https://")):
            return AsyncQdrantClient(
                url=self._location,
                api_key=self._api_key.get_secret_value() if self._api_key else None,
                timeout=max(1, round(self._timeout_s)),
                check_compatibility=False,
            )
        try:
            return AsyncQdrantClient(path=self._location)
        except RuntimeError:
            raise Outage(
                zh="检索索引的目录正被另一个进程使用。请停止它，或在设置中改用 Qdrant 服务器。",
                en="Another process is using the folder of the retrieval index. "
                "Stop it, or set the address of a Qdrant server.",
            ) from None

    def _collection(self, catalogue: Catalogue) -> str:
        how = _digest("|".join(embedder.name for embedder in self._embedders))[:6]
        return f"{_prefix(catalogue.datasource)}{catalogue.version}-{how}"

    async def _ensure(self, catalogue: Catalogue) -> None:
        """Create and fill the collection unless it is there and complete."""
        client, name = self._connected(), self._collection(catalogue)
        async with self._building:
            if not await client.collection_exists(name):
                await self._create(client, name)
            elif (await client.count(name)).count >= len(catalogue.tables):
                return
            vectors = [(e.name, await e.tables(catalogue)) for e in self._embedders]
            points = [
                models.PointStruct(
                    id=number,
                    vector={using: _as_stored(of_table[number]) for using, of_table in vectors},
                    payload={"table": catalogue.key(table)},
                )
                for number, table in enumerate(catalogue.tables)
            ]
            for start in range(0, len(points), _BATCH):
                await client.upsert(name, points[start : start + _BATCH], wait=True)

    async def _create(self, client: AsyncQdrantClient, name: str) -> None:
        try:
            await client.create_collection(
                name,
                vectors_config={
                    e.name: models.VectorParams(size=e.dimensions, distance=models.Distance.COSINE)
                    for e in self._embedders
                    if e.dimensions is not None
                },
                sparse_vectors_config={
                    e.name: models.SparseVectorParams(modifier=models.Modifier.IDF)
                    for e in self._embedders
                    if e.dimensions is None
                },
            )
        except UnexpectedResponse as error:
            # Another worker was first; both then store the same points under the same ids.
            if error.status_code != _CONFLICT:
                raise


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _prefix(datasource: str) -> str:
    # A datasource's name may hold what a collection's may not, so its hash stands for it.
    return f"chat2sql-schema-{_digest(datasource)[:12]}-"


def _as_stored(vector: Vector) -> models.SparseVector | list[float]:
    if isinstance(vector, SparseVector):
        return models.SparseVector(indices=list(vector.indices), values=list(vector.values))
    return list(vector)


_as_query = _as_stored


def _stored_name(point: models.ScoredPoint) -> str:
    return str((point.payload or {})["table"])


@contextmanager
def _index_errors() -> Iterator[None]:
    try:
        yield
    except (ResponseHandlingException, UnexpectedResponse) as error:
        if isinstance(error, UnexpectedResponse) and error.status_code in _REJECTED:
            raise Misconfigured(
                zh="Qdrant 拒绝了 API 密钥。请改正 CHAT2SQL_QDRANT_API_KEY 后重试。",
                en="Qdrant rejects the API key. Correct CHAT2SQL_QDRANT_API_KEY and try again.",
            ) from None
        raise Outage(
            zh="连接不上检索索引（Qdrant），或它返回了错误。请确认 Qdrant 正在运行、地址正确。",
            en="The retrieval index (Qdrant) cannot be reached or fails. Check that Qdrant runs, and its address.",
        ) from None
