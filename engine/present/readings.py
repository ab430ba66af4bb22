"""What sets several queries for one question apart, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.explain import story_of
from chat2sql.engine.present.story import OPAQUE


def tell_apart(
    sqls: Sequence[str], dialect: Dialect, *, labels: Mapping[str, Bilingual], row_cap: int
) -> tuple[Bilingual, ...]:
    """Of each query the lines of its explanation that not all of them share; its text where words do not tell.

    Args:
        sqls: the queries, all different.
        dialect: the dialect they are written in.
        labels: human names by ``table`` and ``table.column``, from the schema's comments.
        row_cap: the most rows that are fetched.
    """
    chinese, english = (
        _apart(
            sqls,
            [story_of(sql, dialect, language=language, labels=labels, row_cap=row_cap) for sql in sqls],
            OPAQUE.to(language),
        )
        for language in (Language.ZH, Language.EN)
    )
    return tuple(Bilingual(zh=zh, en=en) for zh, en in zip(chinese, english, strict=True))


def _apart(sqls: Sequence[str], stories: Sequence[Sequence[str]], opaque: str) -> list[str]:
    shared = set(stories[0]).intersection(*stories[1:])
    told = [" ".join(line for line in story if line not in shared) for story in stories]
    return [
        words if words and told.count(words) == 1 and opaque not in words else sql
        for sql, words in zip(sqls, told, strict=True)
    ]
