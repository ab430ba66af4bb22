"""By which of its times the rows of a table are placed, where nothing else is said."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.model.semantic_model import Field, Role

_GOES_BY = re.compile(
    r"(?:按照?|以|看|认)\s*(?P<time>[A-Za-z_]\w*|[㐀-鿿]{2,8}?)\s*(?:为准)?\s*(?:归期|归属期?|归月|归集|落到?月|计入?(?:当)?[月期])"
)
ENDS = re.compile(
    r"(?:^|_)(?:end|to|expire|valid_to|until|left|closed|terminated)|close_?d|结束|失效|截止|离职|关店|闭店|停业|歇业|注销|到期|终止",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"order|下单|创建|交易|发生|注册|created|registered|paid|付款|日期|date|time|月份|month", re.IGNORECASE
)
_AUDIT = re.compile(r"updated|modified|更新|修改|synced|deleted|etl|birth|生日|出生", re.IGNORECASE)


def told_time(fields: tuple[Field, ...], comment: str) -> str | None:
    """The only time by which a comment says that things go: 按done_dt归期; None: it says none, or several."""
    told = set()
    sentences = [one for one in re.split("[。；;]", comment) if "率" not in one]
    for match in (match for sentence in sentences for match in _GOES_BY.finditer(sentence)):
        called = match["time"].lower()
        told |= {
            field.name
            for field in fields
            if field.role is Role.TIME and called in (field.name.lower(), field.label.zh)
        } or {called}
    names = told & {field.name for field in fields}
    return names.pop() if len(told) == 1 and names else None


def placed_by(fields: tuple[Field, ...]) -> str | None:
    """When a row came to be: by what its times are called, none that is for auditors or for its end."""
    times = [field for field in fields if field.role is Role.TIME]
    told = [field for field in times if not _AUDIT.search(f"{field.name} {field.label.zh}")] or times
    # What ends, or is done later, is not when the row came to be.
    first = [field for field in told if not ENDS.search(f"{field.name} {field.label.zh}")] or told
    placed = [field for field in first if _PLACED.search(f"{field.name} {field.label.zh}")]
    return (placed or first)[0].name if first else None
