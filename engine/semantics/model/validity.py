"""From when to when the rows of a table hold, as the names and comments of its times say."""

from __future__ import annotations

import re

from chat2sql.engine.schema.catalogue import Table
from chat2sql.engine.semantics.model.default_time import ENDS
from chat2sql.engine.semantics.model.semantic_model import Field, Role, Validity

_START = re.compile(
    r"(?:^|_)(?:start|begin|from|effective|valid_from|hired?|opened|since|launched)|开始|生效|起始|入职|开业|开通",
    re.IGNORECASE,
)
_LAST_DAY = re.compile(r"(?:ends?_on|end_date|valid_to)$|结束日|截止日|最后")
_WITH_END = re.compile(
    r"当[日天]均含|均含当[日天]|都含当[日天]|含首尾|(?<!左)(?<!右)闭区间|(?:两端|两头|首尾)都?(?:包?含|算)|(?<!不)包含结束日|当[日天]仍?(?:然)?(?:有效|算(?!已?失效|已?过期|到期))"
)
_WITHOUT_END = re.compile(r"左闭右开|前闭后开|不(?:包)?含(?:当[日天]|结束日)|当[日天]算?已?(?:失效|过期)")
_END_SAID = re.compile(r"[(（]不?包?含(?:当[日天])?[)）]|不?包?含当[日天]")
"""失效日期(含)"""


def validity_of(fields: tuple[Field, ...], table: Table) -> Validity | None:
    """From when to when a row holds; None: no two times say so."""
    comment = table.comment
    times = [field for field in fields if field.role is Role.TIME]
    starts = [field for field in times if _START.search(f"{field.name} {field.label.zh}")]
    ends = [field for field in times if ENDS.search(f"{field.name} {field.label.zh}")]
    if len(starts) != 1 or len(ends) != 1 or starts[0] == ends[0]:
        return None
    last = _LAST_DAY.search(f"{ends[0].name} {ends[0].label.zh}") is not None and not ends[0].unset_words
    if _WITH_END.search(comment) or _WITHOUT_END.search(comment):
        last = _WITHOUT_END.search(comment) is None
    own = table.column(ends[0].name)
    if own is not None and (_WITH_END.search(own.comment) or _WITHOUT_END.search(own.comment)):
        last = _WITHOUT_END.search(own.comment) is None
    if own is not None and (said := _END_SAID.search(own.comment)) is not None:
        last = not said.group().startswith(("不", "(不", "（不"))
    return Validity(start=starts[0].name, end=ends[0].name, includes_end=last)
