"""What comments say codes mean, for questions and literals: 待付款 is ``orders.status = 0``.

The meanings are looked for as if they were the values of their columns, by the same rules, and told as their codes. They
come from the catalogue alone, so they are there without a value index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import column_codes, introduction, is_amount, is_truth, spellings
from chat2sql.engine.schema.lexicon import han_runs, has_han
from chat2sql.engine.sql.masking.person_names import word_tags
from chat2sql.engine.values.common_words import is_common_meaning
from chat2sql.engine.values.index import ColumnValues, How, LinkedValue, ValueIndex
from chat2sql.engine.values.keys import key
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.mentions import Question

_MOST_COLUMNS = 20
"""Hits of the search, among which those are taken whose table is spoken of."""
_TRUTHS = {"1": True, "Y": True, "T": True, "0": False, "N": False, "F": False}
_VERBS = ("是", "有")
_NAMING = ("n", "b")
"""Parts of speech of a single character that says what something is: 男 and 女, but not 是 and 有."""


@lru_cache(maxsize=8192)
def meant_codes(column: Column) -> dict[str, exp.Expr]:
    """The codes of a column as its type wants them written, by the keys of what they mean; empty: it has none.

    What several codes mean is left out. Not to be changed: the nodes are for copies.
    """
    found: dict[str, set[str]] = {}
    for code in column_codes(column):
        for spelled in spellings(code.meaning):
            found.setdefault(key(spelled), set()).add(code.code)
    written = {
        spelled: _literal(next(iter(codes)), column.type)
        for spelled, codes in found.items()
        if len(codes) == 1
    }
    return {spelled: literal for spelled, literal in written.items() if spelled and literal is not None}


def link_codes(question: str, catalogue: Catalogue, *, most: int = 8) -> tuple[LinkedValue, ...]:
    """The codes whose meanings a question mentions, the likeliest first; those of ``linking.link_values`` in all else.

    A single Chinese character is a mention where it is a word by itself (女员工, not 女装), and Chinese that is part of a
    denial (未付款) or of what a table or column is called (退款金额) is none. Where several columns have a meaning, those
    are meant whose table is spoken of.

    Args:
        catalogue: what the asker sees; its comments are what codes are read from.
        most: codes at most.
    """
    index = _meanings(catalogue)
    if not index.columns:
        return ()
    found = link_values(index, question, catalogue, most=_MOST_COLUMNS, common=is_common_meaning)
    said = [link for link in found if _is_said(link.mention, question, catalogue)]
    told = (_as_code(link, catalogue) for link in (*said, *_characters(index, question)))
    links = list(dict.fromkeys(link for link in told if link is not None))
    return tuple(_spoken_of(links, question, catalogue))[:most]


def united(codes: Iterable[LinkedValue], values: Iterable[LinkedValue]) -> tuple[LinkedValue, ...]:
    """What a question mentions of both, codes first: the longest mention wins, and a value that a column has before a
    meaning that its comment has."""
    held = tuple(values)
    texts = {(link.table, link.column, link.mention) for link in held}
    links = (*(link for link in codes if (link.table, link.column, link.mention) not in texts), *held)
    mentions = {link.mention for link in links}
    return tuple(
        link for link in links if not any(link.mention in other != link.mention for other in mentions)
    )


@lru_cache(maxsize=16)
def _meanings(catalogue: Catalogue) -> ValueIndex:
    """The meanings of every coded column, as if they were its values."""
    columns = []
    for table in catalogue.tables:
        for column in table.columns:
            known = meant_codes(column)
            meanings = [
                text
                for code in column_codes(column)
                for text in spellings(code.meaning)
                if key(text) in known
            ]
            if meanings:
                values = tuple(dict.fromkeys(meanings))
                columns.append(
                    ColumnValues(table=catalogue.key(table), column=column.name, values=values, complete=True)
                )
    return ValueIndex(
        datasource=catalogue.datasource, catalogue_version=catalogue.version, columns=tuple(columns)
    )


def _literal(code: str, column_type: str) -> exp.Expr | None:
    """None: the type cannot hold the code."""
    if is_truth(column_type):
        truth = _TRUTHS.get(code.upper())
        return None if truth is None else exp.Boolean(this=truth)
    return exp.Literal.number(int(code)) if is_amount(column_type) else exp.Literal.string(code)


def _as_code(link: LinkedValue, catalogue: Catalogue) -> LinkedValue | None:
    seen = _seen(link, catalogue)
    code = meant_codes(seen[1]).get(key(link.value)) if seen is not None else None
    if code is None:
        return None
    is_text = isinstance(code, exp.Literal) and code.is_string
    written = None if is_text else code.sql(catalogue.dialect)
    return link.model_copy(update={"value": code.name if is_text else str(written), "written": written})


def _seen(link: LinkedValue, catalogue: Catalogue) -> tuple[Table, Column] | None:
    table = catalogue.table(link.table)
    column = table.column(link.column) if table is not None else None
    return (table, column) if table is not None and column is not None else None


def _characters(index: ValueIndex, question: str) -> Iterator[LinkedValue]:
    """Meanings of one Chinese character that are words by themselves."""
    single = [
        (column, value)
        for column in index.columns
        if not column.part
        for value in column.values
        if len(value) == 1 and has_han(value) and value in question
    ]
    words = word_tags(question) if single else ()
    for column, value in single:
        if any(word in (value, value + "性") and tag.startswith(_NAMING) for word, tag in words):
            yield LinkedValue(
                table=column.table, column=column.column, value=value, mention=value, how=How.EXACT
            )


def _is_said(mention: str, question: str, catalogue: Catalogue) -> bool:
    """Whether a mention stands anywhere but in a denial, in another word or in what a table or column is called."""
    if not has_han(mention):
        return True
    if len(mention) == 1:
        asked = Question(question)
        is_quoted = any(question[start:end] == mention for start, end in asked.quoted)
        return is_quoted or (mention not in _VERBS and mention in {word for word, _ in word_tags(question)})
    for name in _names(catalogue):
        if mention in name != mention:
            question = question.replace(name, " ")
    return re.search(f"(?<![未不非没无]){re.escape(mention)}", question) is not None


@lru_cache(maxsize=16)
def _names(catalogue: Catalogue) -> frozenset[str]:
    """What tables and columns are called in Chinese."""
    columns = [column for table in catalogue.tables for column in table.columns]
    parts = [(table.name, table.comment) for table in catalogue.tables]
    parts += [(column.name, column.comment) for column in columns]
    return frozenset(
        name
        for part, comment in parts
        for text in (part, introduction(comment))
        for name in han_runs(text)[:1]
    )


def _spoken_of(links: list[LinkedValue], question: str, catalogue: Catalogue) -> Iterator[LinkedValue]:
    """The links without those of columns that the question does not speak of, where it speaks of others."""
    asked = Question(question)
    named = {
        (link.mention, link.table)
        for link in links
        if (seen := _seen(link, catalogue)) is not None
        and asked.names_anywhere(seen[0].name, introduction(seen[0].comment))
    }
    settled = {mention for mention, _ in named}
    for link in links:
        if link.mention not in settled or (link.mention, link.table) in named:
            yield link
