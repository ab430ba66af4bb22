"""The error tree, in one place.

    Chat2SQLError             root; every message is in both languages and says what to do
    +-- InvalidInput          exit 2. understand, CLI: the question or an option cannot be taken; correct it
    +-- Misconfigured         exit 1. engines: wrong password, missing key or model; run `chat2sql doctor`
    +-- Refusal               exit 4. policy, permission, budget; ask the owner of the datasource
    +-- Outage                exit 1. retried durably until the request's patience ends; then: try later
        +-- DatabaseUnavailable   executors, introspection: the datasource is down
        +-- ModelUnavailable      providers: the model server is down; the next model in the route is tried
        |   +-- RateLimited       providers: 429; waited for as long as the provider says
        +-- StoreUnavailable      stores, audit, ledger: our own PostgreSQL is down
        +-- ResultStoreFull       result store: no space or no permission to write

Wrong SQL is not here: it is a value (``Verdict``) and drives the graph. The classes themselves stand in
``chat2sql.config.errors``, below engine and graph, so that engines can raise them.
"""

from chat2sql.config.errors import (
    Chat2SQLError,
    DatabaseUnavailable,
    InvalidInput,
    Misconfigured,
    ModelUnavailable,
    Outage,
    RateLimited,
    Refusal,
    ResultStoreFull,
    StoreUnavailable,
)

__all__ = [
    "Chat2SQLError",
    "DatabaseUnavailable",
    "InvalidInput",
    "Misconfigured",
    "ModelUnavailable",
    "Outage",
    "RateLimited",
    "Refusal",
    "ResultStoreFull",
    "StoreUnavailable",
]
