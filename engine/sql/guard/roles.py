"""Which rules of a policy are a caller's."""

from __future__ import annotations

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.sql.guard.policy import Access, Policy


def accesses(policy: Policy, caller: Caller) -> tuple[Access, ...]:
    """What the caller's roles show; the default where no role names the caller. Any of them is enough to see."""
    roles = tuple(
        role
        for role in policy.roles.values()
        if not {"*", caller.user}.isdisjoint(role.users)
        and (role.tenants is None or caller.tenant in role.tenants)
    )
    return roles or (policy.default,)
