"""The policy of a datasource: who may see which schemas, tables and columns, what is masked, and how far a query may
go. A person writes it as TOML; ``docs/policy.md`` tells how."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from chat2sql.config.vocabulary import Frozen


class _Written(Frozen):
    """Written by a person, so a field that is not known is a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MaskKind(StrEnum):
    """What a personal value is, and so how it is masked."""

    NAME = "name"
    PHONE = "phone"
    ID_CARD = "id_card"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105 - a kind of value, not one


class Access(_Written):
    """What some people see. Names are ``table`` or ``schema.table``, columns ``table.column`` or
    ``schema.table.column``; ``*`` stands for any run of characters; letter case does not matter. A name without a
    schema means the default schema's table; in ``hide`` and in a policy's ``masks``, that of every schema.

    Attributes:
        schemas: only these schemas; None: all that the datasource's catalogue has.
        tables: only these tables; None: all.
        hide: tables and columns that do not exist for them, whatever ``tables`` says.
        unmasked: masked columns that they see in the clear.
    """

    schemas: tuple[str, ...] | None = None
    tables: tuple[str, ...] | None = None
    hide: tuple[str, ...] = ()
    unmasked: tuple[str, ...] = ()


class Role(Access):
    """What the people named here see, instead of the default. Who has several roles sees what any of them shows.

    Attributes:
        users: opaque user ids, as requests bear them; ``*``: everybody.
        tenants: only in these tenants; None: in all.
    """

    users: tuple[str, ...]
    tenants: tuple[str, ...] | None = None


class QueryLimits(_Written):
    """How complicated a query may be: what a person would ask for stays far below.

    Attributes:
        joins: joins in the whole statement, comma joins included.
        nesting: how deep queries may stand inside each other.
        recursive: whether ``WITH RECURSIVE`` is allowed, bounded or not.
        cross_joins: joins without any condition between two tables of the catalogue.
    """

    joins: int = Field(20, ge=0)
    nesting: int = Field(8, ge=1)
    recursive: bool = True
    cross_joins: int = Field(1, ge=0)


class Ceiling(_Written):
    """What a query may cost by the database's own estimate before it runs; None: no ceiling.

    Attributes:
        cost: in the planner's units.
        rows: rows of the result.
        over: ask a person for approval, or refuse.
    """

    cost: float | None = Field(None, gt=0)
    rows: int | None = Field(None, gt=0)
    over: Literal["approve", "refuse"] = "approve"


class TenantRows(_Written):
    """Which tables hold rows of several tenants, and how each tenant gets its own only.

    With this section every table has to be named in one of the two lists; one that is in neither is hidden.

    Attributes:
        column: the column that bears the tenant, where a table's entry names no other.
        tables: tables with rows of tenants, each ``table`` or ``table.column``; the one with the column wins where
            both name a table.
        shared: tables that everybody may read whole.
        by: ``rls``: the database does it (PostgreSQL's row-level security); ``rewrite``: every reference is fenced
            in with a predicate.
    """

    column: str = "tenant_id"
    tables: tuple[str, ...]
    shared: tuple[str, ...] = ()
    by: Literal["rls", "rewrite"]


class Policy(_Written):
    """All of it. The empty policy shows everything that the datasource's own role may read, and still masks what is
    found to be personal.

    Attributes:
        default: what people without a role see.
        roles: by name.
        masks: ``table.column`` (or a pattern) to what its values are.
        detect: kinds of personal values to look for, and mask, in columns that nobody marked.
        limits: how complicated a query may be.
        ceiling: what it may cost.
        tenants: whose rows are whose; None: all rows are everybody's who may see the table.
        functions: functions of the datasource's own that may be called, beside the dialect's allow-list.
        remote_values: whether values from rows (sample values, examples) may go to models that others run.
    """

    version: Literal[1] = 1
    default: Access = Access()
    roles: dict[str, Role] = Field(default_factory=dict)
    masks: dict[str, MaskKind] = Field(default_factory=dict)
    detect: tuple[MaskKind, ...] = (MaskKind.PHONE, MaskKind.ID_CARD, MaskKind.EMAIL, MaskKind.BANK_CARD)
    limits: QueryLimits = QueryLimits()
    ceiling: Ceiling = Ceiling()
    tenants: TenantRows | None = None
    functions: tuple[str, ...] = ()
    remote_values: bool = False


OPEN = Policy()
"""The policy of a datasource that has none."""
