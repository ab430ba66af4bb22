"""The error classes. ``chat2sql.graph.errors`` draws them as one tree and is where to read about them.

They live here, below both engine and graph, so that an engine can raise them without knowing the graph.
Every error carries its message in both languages, already saying what the user should do next; none
carries row data, a DSN or a key.
"""

from __future__ import annotations

from typing import ClassVar

from chat2sql.config.vocabulary import EXIT_USAGE, Bilingual, Language


class Chat2SQLError(Exception):
    """Root of everything this product raises on purpose."""

    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = Bilingual(zh=zh, en=en)

    def to(self, language: Language) -> str:
        """The message in the asker's language."""
        return self.message.to(language)


class InvalidInput(Chat2SQLError):
    """The request itself cannot be taken: empty, too long, unknown datasource or model."""

    exit_code = EXIT_USAGE


class Misconfigured(Chat2SQLError):
    """Settings are wrong; no retry mends that: wrong password, missing API key, missing model file."""


class Refusal(Chat2SQLError):
    """Allowed by nobody here: the policy, the permissions or the budget says no."""

    exit_code = 4


class Outage(Chat2SQLError):
    """A part is down for now. Retried, durably, until the request's patience ends."""

    retryable = True


class DatabaseUnavailable(Outage):
    """The datasource cannot be reached, or dropped the connection."""


class ModelUnavailable(Outage):
    """A model server does not answer, or answers 5xx. After the retries the next model in the route is asked."""


class RateLimited(ModelUnavailable):
    """The provider said 429; ``retry_after`` is what it asked for, in seconds."""

    def __init__(self, *, zh: str, en: str, retry_after: float | None = None) -> None:
        super().__init__(zh=zh, en=en)
        self.retry_after = retry_after


class StoreUnavailable(Outage):
    """Our own PostgreSQL (questions, audit, usage), or the result store, cannot be reached."""


class ResultStoreFull(Outage):
    """The result store refuses to write: no space, no permission. Nothing half written stays behind."""
