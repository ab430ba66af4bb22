"""The opened engines that the steps work with: one instance per process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from chat2sql.config.endpoints import Endpoints
from chat2sql.config.errors import InvalidInput, Misconfigured
from chat2sql.config.models import ModelEntry, load_models
from chat2sql.config.settings import Settings, resolve_secrets
from chat2sql.config.vocabulary import Caller, Language
from chat2sql.engine.audit.trail import AuditTrail
from chat2sql.engine.ledger.model_calls import ModelCalls
from chat2sql.engine.llm.answer_cache import CachedModel
from chat2sql.engine.llm.health import ModelHealth
from chat2sql.engine.llm.open import is_configured, open_model
from chat2sql.engine.llm.port import ChatModel
from chat2sql.engine.llm.prefix_cache import warm_prefix
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.masking.samples import without_samples
from chat2sql.engine.sql.prompting import system_message
from chat2sql.engine.sql.results.store import ResultStore
from chat2sql.engine.stores.catalogues import Catalogues
from chat2sql.engine.stores.conversations import Conversations
from chat2sql.engine.stores.datasources import Datasource, Datasources
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.questions import Question, Questions
from chat2sql.engine.stores.value_indexes import ValueIndexes
from chat2sql.engine.values.fitness import permitted
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values
from chat2sql.graph.state import AskRequest

FRESH_FOR_S = 5.0
"""How long a datasource and its catalogue are taken from memory before the store is asked again, in seconds."""

VALUES_FRESH_FOR_S = 300.0
"""The same for its values, which are megabytes and change without consequence for what is right."""


class Parts:
    """Engines of one process, opened lazily where an outage of one must not stop the others."""

    def __init__(
        self, settings: Settings, endpoints: Endpoints, database: Database, *, owns_index: bool = True
    ) -> None:
        self.settings = settings
        self.endpoints = endpoints
        self.database = database
        self.models = load_models(settings)
        self.trail = AuditTrail(database)
        self.ledger = ModelCalls(database)
        self.datasources = Datasources(database)
        self.catalogues = Catalogues(database)
        self.value_indexes = ValueIndexes(database)
        self.questions = Questions(database)
        self.conversations = Conversations(database)
        self.health = ModelHealth(endpoints.redis)
        self.results = ResultStore(settings.results_location)
        self.schema_index = SchemaIndex(
            endpoints.qdrant or (endpoints.qdrant_path if owns_index else None) or ":memory:",
            api_key=settings.qdrant_api_key,
        )
        self._open_models: dict[str, ChatModel] = {}
        self._executors: dict[str, Executor] = {}
        self._fresh_datasources: dict[str, tuple[float, Datasource]] = {}
        self._fresh_catalogues: dict[str, tuple[float, Catalogue]] = {}
        self._fresh_values: dict[tuple[str, str], tuple[float, ValueIndex | None]] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._policies: dict[tuple[str, str, str], Policy] = {}

    # -- datasources -----------------------------------------------------------------------------------

    async def datasource(self, name: str | None) -> Datasource:
        """The datasource of that name, or the default one.

        Raises:
            InvalidInput: there is none.
        """
        wanted = name or self.settings.default_datasource
        known = self._fresh_datasources.get(wanted)
        if known and known[0] > time.monotonic():
            return known[1]
        found = await self.datasources.get(wanted)
        self._fresh_datasources[wanted] = (time.monotonic() + FRESH_FOR_S, found)
        return found

    async def catalogue(self, datasource: Datasource, version: str | None = None) -> Catalogue:
        """The catalogue of a datasource: from memory, from the store, or read now for the first time.

        ``version`` is the one that the question began with: while memory has it the store is not asked. A
        catalogue refreshed meanwhile is taken as it is now, since the database is as it is now.

        Raises:
            DatabaseUnavailable, Misconfigured: it was never read, and cannot be read now.
        """
        known = self._fresh_catalogues.get(datasource.name)
        if known and (known[0] > time.monotonic() or known[1].version == version):
            return known[1]
        async with self._reading.setdefault(datasource.name, asyncio.Lock()):
            stored = await self.catalogues.newest(datasource.name)
            if stored is None:
                return await self.refresh(datasource)
            return self._remember(Catalogue.model_validate_json(stored.document))

    async def refresh(self, datasource: Datasource) -> Catalogue:
        """Read the schema and the values from the database itself, and keep them.

        Raises:
            DatabaseUnavailable, Misconfigured: it cannot be read.
        """
        catalogue = await self.keep(await self.read_schema(datasource))
        await self.index_values(datasource, catalogue)
        return catalogue

    async def read_schema(self, datasource: Datasource) -> Catalogue:
        """The schema as the database itself has it now.

        Raises:
            DatabaseUnavailable, Misconfigured: it cannot be read.
        """
        return await introspect(
            resolve_secrets(datasource.dsn),
            datasource.dialect,
            datasource.name,
            implicit_keys=self.settings.implicit_keys,
        )

    async def keep(self, catalogue: Catalogue) -> Catalogue:
        """Store a schema that was read.

        Raises:
            InvalidInput: its datasource is not there (any more).
        """
        await self.catalogues.save(catalogue.datasource, catalogue.model_dump_json())
        return self._remember(catalogue)

    async def index_values(self, datasource: Datasource, catalogue: Catalogue) -> None:
        """Read which text values a datasource has, and store them by the catalogue that was just kept.

        Raises:
            DatabaseUnavailable, Misconfigured: they cannot be read.
        """
        if self.settings.value_linking:
            policy = await self.policy(datasource)
            index = await read_values(resolve_secrets(datasource.dsn), catalogue, policy)
            await self.value_indexes.save(datasource.name, index.catalogue_version, index.model_dump_json())

    async def values(self, datasource: Datasource, version: str) -> ValueIndex | None:
        """The text values of a datasource that its policy lets be used; None where none are kept for that version of
        its catalogue."""
        if not self.settings.value_linking:
            return None
        asked = (datasource.name, version)
        known = self._fresh_values.get(asked)
        if known is None or known[0] < time.monotonic():
            document = await self.value_indexes.get(*asked)
            index = ValueIndex.model_validate_json(document) if document is not None else None
            known = (time.monotonic() + VALUES_FRESH_FOR_S, index)
            self._fresh_values[asked] = known
        if known[1] is None:
            return None
        policy = await self.policy(datasource)
        return permitted(known[1], await self.catalogue(datasource, version), policy)

    def _remember(self, catalogue: Catalogue) -> Catalogue:
        self._fresh_catalogues[catalogue.datasource] = (time.monotonic() + FRESH_FOR_S, catalogue)
        return catalogue

    async def policy(self, datasource: Datasource) -> Policy:
        """Who may see what of a datasource, and how far a query may go.

        Raises:
            Misconfigured: it names what the datasource does not have any more, so would hide and mask less than it says.
        """
        catalogue = await self.catalogue(datasource)
        asked = (datasource.name, datasource.policy, catalogue.version)
        if asked not in self._policies:
            self._policies[asked] = _fitting(datasource, catalogue)
        return self._policies[asked]

    async def view(self, datasource: Datasource, caller: Caller, version: str | None = None) -> Catalogue:
        """What of a datasource's catalogue the caller may see, and a model may read.

        Args:
            datasource: which one.
            caller: for whom.
            version: as for ``catalogue``.

        Raises:
            DatabaseUnavailable, Misconfigured: it was never read, and cannot be read now.
        """
        policy = await self.policy(datasource)
        whole = await self.catalogue(datasource, version)
        return visible(without_samples(whole, policy), policy, caller)

    async def executor(self, datasource: Datasource) -> Executor:
        """The executor of a datasource; one a process, opened anew when the datasource has changed."""
        key = f"{datasource.name} {datasource.dsn}"
        if key not in self._executors:
            self._executors[key] = open_executor(datasource.dialect, resolve_secrets(datasource.dsn))
        return self._executors[key]

    # -- models ----------------------------------------------------------------------------------------

    def open_model(self, entry: ModelEntry) -> ChatModel:
        """The client of a model; one a process.

        Raises:
            Misconfigured: its key or its server is missing.
        """
        if entry.name not in self._open_models:
            opened = open_model(entry, self.settings, self.endpoints.local_model)
            folder = self.settings.answer_cache
            self._open_models[entry.name] = CachedModel(opened, entry.name, folder) if folder else opened
        return self._open_models[entry.name]

    @property
    def saved_s(self) -> float:
        """Seconds that model answers took which were found in the answer cache."""
        return sum(model.saved_s for model in self._open_models.values() if isinstance(model, CachedModel))

    async def warm(self, catalogue: Catalogue, tables: tuple[str, ...]) -> None:
        """Have the embedded model read rules and schema, or restore that state from disk.

        Cheap when it has read them already. Other models keep caches of their own.
        """
        if self.settings.local_model_url is None and self.endpoints.local_model:
            prefix = system_message(catalogue, tables).content
            await warm_prefix(self.endpoints.local_model, prefix, catalogue.datasource)

    def rewriting_model(self, requested: str | None) -> str:
        """The model that rewrites follow-ups: the requested one, else the first that can be used.

        Raises:
            Misconfigured: none can be used.
        """
        wanted = requested or self.settings.default_model
        if wanted:
            return self.models.get(wanted).name
        for entry in self.models.models:
            if is_configured(entry, self.settings, self.endpoints.local_model):
                return entry.name
        raise Misconfigured(
            zh="没有可用的模型。请运行 chat2sql models list 查看。",
            en="No model can be used. Run `chat2sql models list` to see why.",
        )

    # -- questions -------------------------------------------------------------------------------------

    async def note_asked(self, request: AskRequest, language: Language) -> None:
        """Write down that the question was asked; again is nothing.

        Raises:
            InvalidInput: the request id was used for another question, whose replies the ledger holds.
        """
        question = Question(
            tenant=request.tenant,
            request_id=request.request_id,
            workflow_id=request.workflow_id,
            user_id=request.user,
            datasource=request.datasource or self.settings.default_datasource,
            conversation=request.conversation,
            question=request.question[: self.settings.question_max_chars],
            language=language,
            asked_at=datetime.now(UTC),
        )
        await self.questions.asked(question)
        known = await self.questions.get(request.tenant, request.request_id)
        if known is not None and (known.question, known.datasource) != (
            question.question,
            question.datasource,
        ):
            raise InvalidInput(
                zh=f"编号 {request.request_id} 已用于另一个问题。请换一个编号。",
                en=f"The id {request.request_id} was used for another question. Take another id.",
            )

    async def aclose(self) -> None:
        """Close every client."""
        for model in self._open_models.values():
            await model.aclose()
        for executor in self._executors.values():
            await executor.aclose()
        await self.schema_index.close()
        await self.health.aclose()


def _fitting(datasource: Datasource, catalogue: Catalogue) -> Policy:
    if not datasource.policy:
        return OPEN
    try:
        return parse_policy(datasource.policy, catalogue)
    except InvalidInput as error:
        raise Misconfigured(
            zh=f"数据源 {datasource.name} 的策略与它现在的结构不符，因此不能提问。请修改后运行 "
            f"chat2sql datasource policy {datasource.name} --file 文件。{error.message.zh}",
            en=f"The policy of datasource {datasource.name} does not fit its schema as it is now, so it cannot be asked. "
            f"Mend it and run `chat2sql datasource policy {datasource.name} --file FILE`. {error.message.en}",
        ) from None


@asynccontextmanager
async def open_parts(
    settings: Settings, endpoints: Endpoints, *, owns_index: bool = False
) -> AsyncIterator[Parts]:
    """Open the engines for as long as the context lasts.

    ``owns_index`` is for the worker: the folder of the embedded Qdrant can be opened by one process only.

    Raises:
        Misconfigured: our own database is neither set nor running.
        StoreUnavailable: it does not answer.
    """
    if endpoints.postgres is None:
        raise Misconfigured(
            zh="没有运行中的服务。请先运行 chat2sql up --detach。",
            en="The stack is not running. Start it with `chat2sql up --detach`.",
        )
    async with Database(endpoints.postgres) as database:
        parts = Parts(settings, endpoints, database, owns_index=owns_index)
        try:
            yield parts
        finally:
            await parts.aclose()
