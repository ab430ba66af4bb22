"""In which language a database says what its columns are."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han

_SHARE = {Language.ZH: 0.3, Language.EN: 0.6}
"""Share of the columns that have to be commented in a language for it to be known what they are called in it.

People comment what an identifier does not say by itself, so half of a schema's comments may be missing. An English word
or two stand in many a comment of another language.
"""
_ENGLISH_WORD = re.compile(r"[A-Za-z]{3,}")


def speaks(catalogue: Catalogue, language: Language) -> bool:
    """Whether it is known what most of the columns are called in a language."""
    comments = [column.comment for table in catalogue.tables for column in table.columns]
    said = [
        comment
        for comment in comments
        if (has_han(comment) if language is Language.ZH else _ENGLISH_WORD.search(comment))
    ]
    return len(said) >= len(comments) * _SHARE[language]
