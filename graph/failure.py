"""Errors as data: how an error of the tree crosses a process boundary and comes back as itself."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.graph import errors
from chat2sql.graph.errors import Chat2SQLError, RateLimited


class ErrorDetail(Frozen):
    """An error of the tree: its class by name, and what the user is told."""

    type: str
    message: Bilingual
    retry_after: float | None = None

    @staticmethod
    def of(error: Chat2SQLError) -> ErrorDetail:
        """The error as data."""
        after = error.retry_after if isinstance(error, RateLimited) else None
        return ErrorDetail(type=type(error).__name__, message=error.message, retry_after=after)

    def to_error(self) -> Chat2SQLError:
        """The error again; an unknown class (of a newer worker) becomes the root class."""
        kind = getattr(errors, self.type, Chat2SQLError)
        if not (isinstance(kind, type) and issubclass(kind, Chat2SQLError)):
            kind = Chat2SQLError
        error = kind(zh=self.message.zh, en=self.message.en)
        if isinstance(error, RateLimited):
            error.retry_after = self.retry_after
        return error
