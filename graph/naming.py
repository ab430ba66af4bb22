"""The names in a request: checked before anything is made of them."""

from __future__ import annotations

import re

from chat2sql.config.errors import InvalidInput
from chat2sql.graph.state import AskRequest

# No dash in a tenant: "ask-{tenant}-{request_id}" must never be the same for two tenants.
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def check_names(request: AskRequest) -> None:
    """The ids of a request become workflow ids, search attributes and folder names.

    Raises:
        InvalidInput: one of them has characters that it must not have, or is too long.
    """
    if not _TENANT.fullmatch(request.tenant):
        raise InvalidInput(
            zh="tenant 只能由字母、数字、点和下划线组成，最长 64 个字符。",
            en="tenant may hold only letters, digits, dots and underscores, at most 64 of them.",
        )
    names = {
        "request_id": request.request_id,
        "user": request.user,
        "conversation": request.conversation or "none",
        "datasource": request.datasource or "none",
        "model": request.model or "none",
    }
    for what, name in names.items():
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                zh=f"{what} 只能由字母、数字、点、横线和下划线组成，最长 100 个字符。",
                en=f"{what} may hold only letters, digits, dots, dashes and underscores, at most 100 of them.",
            )
