"""Which models need a pause, known to all workers through Redis or Valkey."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat2sql.config.errors import Misconfigured

_log = logging.getLogger(__name__)
_PREFIX = "chat2sql:cooling:"
_TIMEOUT_S = 1.0


class ModelHealth:
    """Pauses of models. Without Redis, or while it is down, each process knows its own pauses only."""

    def __init__(self, redis_url: str | None) -> None:
        """Connect on first use.

        Raises:
            Misconfigured: the URL is none of Redis.
        """
        self._until: dict[str, float] = {}
        self._degraded = False
        self._redis: Redis | None = None
        if redis_url is None:
            return
        try:
            self._redis = Redis.from_url(
                redis_url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S, decode_responses=True
            )
        except ValueError as error:
            raise Misconfigured(
                zh="CHAT2SQL_REDIS_URL 不是有效的 Redis 地址。请写成 redis://主机:端口/0。",
                en="CHAT2SQL_REDIS_URL is not an address of Redis. Write it as redis://host:port/0.",
            ) from error

    async def cool(self, model_name: str, seconds: float) -> None:
        """Give a model a pause of so many seconds; a longer pause that it already has stays."""
        if seconds <= 0:
            return
        self._until[model_name] = max(self._until.get(model_name, 0), time.monotonic() + seconds)
        if self._redis is None:
            return
        key, milliseconds = _PREFIX + model_name, math.ceil(seconds * 1000)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(key, "1", nx=True, px=milliseconds)
                pipe.pexpire(key, milliseconds, gt=True)
                await pipe.execute()
            self._recovered()
        except (RedisError, OSError) as error:
            self._degrade(error)

    async def available(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that have no pause, in their order."""
        wanted = tuple(names)
        cooling = {name for name, until in self._until.items() if until > time.monotonic()}
        if self._redis is not None and wanted:
            try:
                marks = await self._redis.mget([_PREFIX + name for name in wanted])
                cooling |= {name for name, mark in zip(wanted, marks, strict=True) if mark is not None}
                self._recovered()
            except (RedisError, OSError) as error:
                self._degrade(error)
        return tuple(name for name in wanted if name not in cooling)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._redis is not None:
            await self._redis.aclose()

    def _degrade(self, error: Exception) -> None:
        # Once per outage, and only the kind of error: its text may hold the address with a password.
        if not self._degraded:
            _log.warning(
                "Redis is not reachable (%s): pauses of models are known to this process only until it is back.",
                type(error).__name__,
            )
        self._degraded = True

    def _recovered(self) -> None:
        if self._degraded:
            _log.info("Redis is back: pauses of models are shared again.")
        self._degraded = False
