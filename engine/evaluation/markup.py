"""HTML that cannot be written unescaped: text becomes markup only here."""

from __future__ import annotations

import html
from collections.abc import Iterable

from chat2sql.engine.present.cells import printable_lines

_VOID = frozenset({"br", "input", "meta"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | bool) -> Markup:
    """An element with its children.

    Args:
        name: the element's name.
        children: markup as it is; any other text escaped, without the characters that make it read otherwise.
        attributes: an underscore at the end of a name is dropped, others become dashes; true stands alone, false
            not at all.
    """
    written = "".join(map(_attribute, attributes, attributes.values()))
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Markup:
    """Markup and texts one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else _escaped(child) for child in children))


def _attribute(name: str, value: str | bool) -> str:
    if value is False:
        return ""
    dashed = name.removesuffix("_").replace("_", "-")
    return f" {dashed}" if value is True else f' {dashed}="{_escaped(value)}"'


def _escaped(text: str) -> str:
    return html.escape(printable_lines(text))
