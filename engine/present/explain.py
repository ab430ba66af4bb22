"""What a SQL query does, in words a business reader follows, from its syntax tree and the schema's labels."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot.errors import SqlglotError

from chat2sql.config.policies import LEAST_CONFIDENCE
from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.naming import Names, label_of_comment
from chat2sql.engine.present.story import OPAQUE, Story, heading
from chat2sql.engine.sql.executors.port import Truncation

__all__ = ["explain", "label_of_comment", "story_of"]


def story_of(
    sql: str, dialect: Dialect, *, language: Language, labels: Mapping[str, Bilingual], row_cap: int
) -> list[str]:
    """What a query does, a line for each part; the arguments are those of ``explain``."""
    story = Story(labels, language, dialect, row_cap)
    try:
        return story.query(
            sqlglot.parse_one(sql, dialect=dialect.value), Names(labels, language), frozenset(), 0
        )
    except (SqlglotError, RecursionError):
        return [OPAQUE.to(language)]


def explain(
    sql: str,
    dialect: Dialect,
    *,
    language: Language,
    labels: Mapping[str, Bilingual],
    assumptions: tuple[Bilingual, ...],
    row_count: int,
    truncated: Truncation | None,
    row_cap: int,
    masked: Bilingual | None = None,
    confidence: float | None = None,
    cautions: tuple[Bilingual, ...] = (),
    nothing: Bilingual | None = None,
) -> str:
    """Explain a query and how its result came about, a line for each part.

    Args:
        sql: The query, before any row cap was put around it.
        dialect: The dialect it is written in.
        language: The asker's language.
        labels: Human names by ``table`` and ``table.column``, from the schema's comments.
        assumptions: How words of the question were read, dates above all.
        row_count: Rows that were fetched.
        truncated: The cap that left rows behind; None: these are all.
        row_cap: The most rows that are fetched.
        masked: What was masked in the result, as a sentence; None: nothing.
        cautions: Why its figures may be wrong, a sentence each.
        nothing: Why nothing was found, as a sentence; None: something was, or it is not known.
        confidence: The share of the votes for it; said where it is low. None: there was no vote.
    """
    lines = story_of(sql, dialect, language=language, labels=labels, row_cap=row_cap)
    if assumptions:
        comma = "；" if language is Language.ZH else "; "
        read = comma.join(assumption.to(language) for assumption in assumptions)
        lines.append(heading(language, "理解", "Read as", read))
    if masked is not None:
        lines.append(masked.to(language))
    lines += [heading(language, "注意", "Mind", caution.to(language)) for caution in cautions]
    if nothing is not None:
        lines.append(heading(language, "没有查到", "Nothing found", nothing.to(language)))
    if confidence is not None and confidence < LEAST_CONFIDENCE:
        zh = f"偏低，只有 {confidence:.0%} 的候选结果与此一致，使用前请核对 SQL"
        en = f"low, only {confidence:.0%} of the candidate queries gave this; check the SQL before you rely on it"
        lines.append(heading(language, "把握", "Confidence", zh if language is Language.ZH else en))
    lines.append(_rowsheading(language, row_count, truncated, row_cap))
    return "\n".join(lines)


def _rowsheading(language: Language, row_count: int, truncated: Truncation | None, row_cap: int) -> str:
    if truncated is None:
        rows = "1 row" if row_count == 1 else f"{row_count:,} rows"
        return heading(language, "行数", "Rows", f"共 {row_count:,} 行" if language is Language.ZH else rows)
    if truncated is Truncation.BYTES:
        zh = f"结果超过大小上限，只取了前 {row_count:,} 行，其余没有取回"
        en = f"the result is larger than allowed; only the first {row_count:,} rows were fetched"
        return heading(language, "行数", "Rows", zh if language is Language.ZH else en)
    zh = f"结果多于上限 {row_cap:,} 行，只取了前 {row_count:,} 行，其余没有取回"
    en = f"there are more than the {row_cap:,} rows allowed; only the first {row_count:,} were fetched"
    return heading(language, "行数", "Rows", zh if language is Language.ZH else en)
