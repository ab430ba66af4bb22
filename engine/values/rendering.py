"""Telling a model which values a question mentions."""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.llm.prompt_data import as_data
from chat2sql.engine.schema.m_schema import quote
from chat2sql.engine.values.documents import extracted
from chat2sql.engine.values.index import ELEMENT, LinkedValue

_LONGEST_LINE = 320
_LONGEST_MENTION = 60


def render_values(links: Iterable[LinkedValue], dialect: Dialect) -> str:
    """A line for each value: ``city.name = '北京' ("Beijing")``, ``orders.status = 0 ("待付款")``, the question's
    words last where they differ.

    Safe to stand between ``<data>`` and ``</data>``; a value that would have to be spelled otherwise for that is left
    out, since a model is to copy it as it is. Empty: there is nothing to tell.
    """
    lines = dict.fromkeys(line for link in links if (line := _line(link, dialect)) is not None)
    return "\n".join(lines)


def _in_document(link: LinkedValue, place: str, written: str, dialect: Dialect) -> str:
    name = link.part.removesuffix(ELEMENT)
    part = extracted(sqlglot.parse_one(place, read=dialect), name, dialect) if name else place
    return f"{written} is among {part}" if link.part.endswith(ELEMENT) else f"{part} = {written}"


def _line(link: LinkedValue, dialect: Dialect) -> str | None:
    place = ".".join(quote(part, dialect) for part in (*link.table.split("."), link.column))
    written = exp.Literal.string(link.value).sql(dialect) if link.written is None else link.written
    condition = _in_document(link, place, written, dialect) if link.part else f"{place} = {written}"
    if as_data(condition, _LONGEST_LINE) != condition:
        return None
    mention = as_data(link.mention, _LONGEST_MENTION).replace('"', "”")
    return condition if mention == link.value else f'{condition} ("{mention}")'
