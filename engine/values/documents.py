"""What JSON columns and columns of lists hold: the parts of their documents, as columns of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.sql.masking.person_names import is_chinese_name
from chat2sql.engine.values.index import ELEMENT, DocumentPart, PartKind

_DOCUMENT = re.compile(r"json|\[\]|^list\(|^array", re.IGNORECASE)
_TEXT = re.compile(r"char|text|string|^$", re.IGNORECASE)
_TOLD = re.compile(r"json", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[㐀-鿿]{1,12}")
_MOST_PARTS = 40
_SHARE_OF_ROWS = 0.02
_SHARE_OF_NAMES = 0.4


class Read(NamedTuple):
    """A part of documents, with the texts that it holds."""

    part: DocumentPart
    texts: tuple[str, ...]


def is_document(column: Column) -> bool:
    """Whether a column holds documents or lists: by its type, or as text that its comment calls JSON."""
    return bool(_DOCUMENT.search(column.type) or (_TEXT.search(column.type) and _TOLD.search(column.comment)))


def parts_in(table: str, column: str, documents: Sequence[object]) -> tuple[Read, ...]:
    """The parts of a column's documents, the most frequent first.

    Args:
        documents: as the database gives them, parsed or as text; what is no document is passed over.
    """
    found: dict[str, list[object]] = {}
    for document in documents:
        for name, value in _leaves(_parsed(document)):
            found.setdefault(name, []).append(value)
    people = _people(found)
    often = sorted(
        ((name, values) for name, values in found.items() if name.rpartition(".")[0] not in people),
        key=lambda item: -len(item[1]),
    )
    kept = [
        (name, values)
        for name, values in often[:_MOST_PARTS]
        if len(values) >= len(documents) * _SHARE_OF_ROWS
    ]
    return tuple(
        Read(DocumentPart(table=table, column=column, name=name, kind=kind), _distinct(values))
        for name, values in kept
        if (kind := _kind(name, values)) is not None
    )


def _people(names: Iterable[str]) -> frozenset[str]:
    """The objects whose keys are names of people: ``{"王小明": 100, "李丽": 50}``."""
    keys: dict[str, list[str]] = {}
    for name in names:
        parent, _, key = name.removesuffix(ELEMENT).rpartition(".")
        keys.setdefault(parent, []).append(key)
    return frozenset(
        parent
        for parent, own in keys.items()
        if (named := sum(map(is_chinese_name, own))) > 1 and named >= len(own) * _SHARE_OF_NAMES
    )


def _parsed(document: object) -> object:
    if not isinstance(document, str):
        return document
    try:
        return json.loads(document)
    except ValueError:
        return None


def _leaves(document: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Each part with its value, the elements of lists one by one; two keys deep at most."""
    if isinstance(document, list):
        for element in document:
            if isinstance(element, str):
                yield f"{name}{ELEMENT}", element
    elif isinstance(document, dict) and name.count(".") < 1:
        for key, value in document.items():
            if isinstance(key, str) and _KEY.fullmatch(key):
                yield from _leaves(value, f"{name}.{key}" if name else key)
    elif name and isinstance(document, (str, int, float, bool)):
        yield name, document


def _kind(name: str, values: Iterable[object]) -> PartKind | None:
    kinds = {type(value) for value in values}
    if name.endswith(ELEMENT):
        return PartKind.LIST
    if kinds == {bool}:
        return PartKind.TRUTH
    if kinds == {str}:
        return PartKind.TEXT
    return PartKind.NUMBER if kinds <= {int, float} else None


def _distinct(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def extracted(document: exp.Expr, name: str, dialect: Dialect, *, as_text: bool = True) -> str:
    """A part of a document as SQL: its text, or itself where it is a list.

    Args:
        name: the keys that lead to it, with dots between.
    """
    keys = name.split(".")
    # PostgreSQL goes down key by key, and only the last one is a text.
    ways = [[key] for key in keys] if dialect is Dialect.POSTGRESQL else [keys]
    part = document
    for number, way in enumerate(ways, 1):
        path = exp.JSONPath(expressions=[exp.JSONPathRoot(), *(exp.JSONPathKey(this=key) for key in way)])
        kind = exp.JSONExtractScalar if as_text and number == len(ways) else exp.JSONExtract
        part = kind(this=part, expression=path, only_json_types=True)
    return part.sql(dialect)
