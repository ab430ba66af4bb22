"""The words that every room uses: enumerations and the smallest values that cross room boundaries."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Cell = bool | int | float | str | None
"""One value of a preview row, as JSON can carry it. Decimals, dates and bytes travel as text; the
column's declared type says what they are."""


class Frozen(BaseModel):
    """Base of every value that crosses a boundary: immutable.

    Unknown fields are ignored, so that an older worker or client reads what a newer one wrote.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Language(StrEnum):
    """The language a question is asked in, and so the language it is answered in."""

    ZH = "zh"
    EN = "en"


class Bilingual(Frozen):
    """The same user-facing sentence in both languages."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language is Language.ZH else self.en


class Intent(StrEnum):
    """What a question wants, as far as step one can tell."""

    QUERY = "query"
    FOLLOW_UP = "follow_up"
    AMBIGUOUS = "ambiguous"
    UNANSWERABLE = "unanswerable"
    NOT_A_READ = "not_a_read"
    ATTACK = "attack"


class Outcome(StrEnum):
    """How a question ended. The CLI's exit codes are the values of ``EXIT_CODES``."""

    ANSWERED = "answered"
    ASKS_BACK = "asks_back"
    REFUSED = "refused"
    CANNOT_ANSWER = "cannot_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"


EXIT_CODES: dict[Outcome, int] = {
    Outcome.ANSWERED: 0,
    Outcome.FAILED: 1,
    Outcome.CANCELLED: 1,
    Outcome.ASKS_BACK: 3,
    Outcome.REFUSED: 4,
    Outcome.CANNOT_ANSWER: 5,
}
EXIT_USAGE = 2


class Dialect(StrEnum):
    """A database dialect, by sqlglot's name for it. MariaDB is MYSQL."""

    POSTGRESQL = "postgres"
    SQLITE = "sqlite"
    MYSQL = "mysql"
    DUCKDB = "duckdb"


class Caller(Frozen):
    """For whom a statement runs. It comes from the request and is bound around the SQL, never taken from it."""

    tenant: str
    user: str = "anonymous"


class Tier(StrEnum):
    """How capable (and how dear) a model is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class TokenUsage(Frozen):
    """What model calls consumed. Costs are in US dollars; local models cost nothing."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost_usd=self.cost_usd + other.cost_usd,
        )
