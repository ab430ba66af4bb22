"""The command line as a user has it, run against the stack of the tests."""

from __future__ import annotations

import asyncio
import subprocess
import sysconfig
from pathlib import Path

from running_stack import RunningStack

from chat2sql.config.settings import child_environment

CHAT2SQL = str(Path(sysconfig.get_path("scripts")) / "chat2sql")


class Cli:
    """Runs ``chat2sql`` against the stack of the tests."""

    def __init__(self, stack: RunningStack, **environment: str) -> None:
        own = {**stack.environment, "COLUMNS": "160", "CHAT2SQL_LANGUAGE": "en", **environment}
        self._environment = child_environment(**own)

    async def __call__(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run,
            [CHAT2SQL, *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            timeout=120,
        )
