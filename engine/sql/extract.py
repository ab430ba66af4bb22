"""The SQL, or the reason for having none, from what a model wrote."""

from __future__ import annotations

import re

from chat2sql.engine.sql.reason import plain_reason

_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
# A reply cut off at the token limit lacks the closing fence.
_FENCE = re.compile(r"```[ \t]*(?P<language>\w*)[ \t]*\r?\n?(?P<body>.*?)(?:```|\Z)", re.DOTALL)
_LABEL = re.compile(r"(?im)^\W*SQL(?:[ \t]?Query)?[ \t*]*[:：][ \t*]*(?P<body>\S.*)\Z", re.DOTALL)
_CTE_HEAD = (
    r"WITH\s+(?:RECURSIVE\s+)?[\w\"`\[\].$]+\s*(?:\([^)]*\)\s*)?AS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?\("
)
_QUERY_AT_LINE_START = re.compile(rf"(?im)^[ \t(]*(?:SELECT\b|{_CTE_HEAD})")
_QUERY_ANYWHERE = re.compile(rf"\b(?:SELECT\b|{_CTE_HEAD})")
_STATEMENT = re.compile(
    r"(?i)(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|DROP|CREATE|ALTER|TRUNCATE|GRANT|REVOKE|MERGE\s+INTO"
    r"|REPLACE\s+INTO|COPY|CALL|PRAGMA|ATTACH|VACUUM|EXPLAIN|VALUES|TABLE|SET)\b"
)
_PROSE_AFTER_END = re.compile(
    r";[ \t]*(?:\r?\n|\Z)(?!\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|DROP|CREATE|ALTER|TRUNCATE|GRANT|COPY|SET)\b)",
    re.IGNORECASE,
)
_PARAGRAPH_OF_PROSE = re.compile(
    r"\n\s*\n(?=\s*(?:this|the|note|it|here|explanation|in this|说明|解释|注意|该|这)\b)", re.IGNORECASE
)
_CANNOT = re.compile(r"(?im)^\W*CANNOT[ _]ANSWER\W*?(?:[:：]|\s-)?[ \t]*(?P<reason>[^\n]*)")
_SQL_FENCES = frozenset({"sql", "postgresql", "postgres", "sqlite", "pgsql"})


def extract_sql(model_text: str) -> str | None:
    """The SQL of a reply: from a fenced block, after ``SQL:``, or from the first SELECT or WITH on.

    Nothing is judged here: two statements, or a DELETE, are handed on as they are, for ``check`` to refuse.
    None: there is no SQL, for instance because the reply says that it cannot answer.
    """
    text = _THOUGHTS.sub("", model_text)
    fenced = _from_fences(text)
    if fenced is not None:
        return fenced
    if extract_reason(model_text) is not None:
        return None
    label = _LABEL.search(text)
    if label and _is_sql(label["body"].lstrip("`* ")):
        return _without_prose(label["body"].lstrip("`* "))
    bare = text.strip().strip("`").strip()
    if _STATEMENT.match(bare):
        return _without_prose(bare)
    start = _QUERY_AT_LINE_START.search(text) or _QUERY_ANYWHERE.search(text)
    return _without_prose(text[start.start() :]) if start else None


def extract_reason(model_text: str) -> str | None:
    """Why the model says it cannot answer (``CANNOT ANSWER: reason``), fit to be shown; empty if it gives none.

    None: it does not say so, or gives SQL all the same.
    """
    text = _THOUGHTS.sub("", model_text)
    found = _CANNOT.search(text)
    if found is None or _from_fences(text[: found.start()]) is not None:
        return None
    return plain_reason(found["reason"])


def _from_fences(text: str) -> str | None:
    """The first block marked as SQL, else the first one that looks like it."""
    blocks = [(match["language"].lower(), match["body"].strip()) for match in _FENCE.finditer(text)]
    for language, body in blocks:
        if language in _SQL_FENCES and body and not _CANNOT.match(body):
            return body
    return next((body for _, body in blocks if _is_sql(body)), None)


def _is_sql(text: str) -> bool:
    bare = re.sub(r"\A(?:\s|--[^\n]*\n|/\*.*?\*/|\()+", "", text, flags=re.DOTALL)
    return bool(_STATEMENT.match(bare) or re.match(rf"(?i)SELECT\b|{_CTE_HEAD}", bare))


def _without_prose(text: str) -> str:
    """Text up to where the model begins to explain."""
    ends = [
        match.start() for match in (_PROSE_AFTER_END.search(text), _PARAGRAPH_OF_PROSE.search(text)) if match
    ]
    return text[: min(ends, default=len(text))].strip().rstrip("`").strip()
