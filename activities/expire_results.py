"""Beside the path: results that have been kept long enough are deleted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio import activity

from chat2sql.activities.parts import Parts
from chat2sql.engine.sql.results.store import Expired


class Housekeeping:
    """Activities that belong to no question."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @activity.defn(name="expire_results")
    async def expire_results(self, older_than_s: float | None) -> Expired:
        """Delete results older than that, or than the settings say; nothing where they are kept for ever.

        Raises:
            ResultStoreFull: the result store cannot be reached, or does not let us delete.
        """
        days = self._parts.settings.results_keep_days
        kept = timedelta(seconds=older_than_s) if older_than_s is not None else timedelta(days=days)
        if not kept:
            return Expired(files=0, bytes=0)
        return await asyncio.to_thread(self._parts.results.expire, kept, datetime.now(UTC))
