"""YAML as plain values, with the line of each.

Read by its events instead of by a YAML library's own loader: nothing but text, numbers, truth values, lists and mappings
comes out, nesting is bounded (libyaml's composer ends the process where it is not), and anchors cannot make a short file
a huge one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import yaml
from pydantic import JsonValue

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.faults import Fault

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # built without libyaml: the same, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

LONGEST_FILE = 16_000_000
"""Longest text that is looked at, in characters."""

_DEEPEST = 40
_resolve: Callable[[type[yaml.Node], str, tuple[bool, bool]], str] = yaml.resolver.Resolver().resolve
_PREFIX = "tag:yaml.org,2002:"
_KINDS = frozenset({"!", *(_PREFIX + kind for kind in ("str", "int", "float", "bool", "null", "seq", "map"))})
_TRUE = frozenset({"yes", "true", "on"})


class Written(NamedTuple):
    """A text's values.

    Attributes:
        data: None where the text is empty or no YAML.
        lines: of each value, from 1; of a value in a mapping, its key's.
        starts: of each text, the line where the text itself begins.
        faults: why it cannot be read.
        prefix: what stands before every place, where this is the text of a value in another file.
    """

    data: JsonValue
    lines: Mapping[Path, int]
    starts: Mapping[Path, int]
    faults: tuple[Fault, ...] = ()
    prefix: str = ""

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def place(self, path: Path) -> str:
        """The path as people read it: entries of lists by their names where they have one."""
        text, here = self.prefix, self.data
        for part in path:
            if isinstance(part, int):
                here = here[part] if isinstance(here, list) and part < len(here) else None
                named = here.get("name") if isinstance(here, dict) else None
                text += f"[{named if isinstance(named, str) else part + 1}]"
            else:
                here = here.get(part) if isinstance(here, dict) else None
                text += f".{part}" if text else part
        return text

    def fault(self, path: Path, *, zh: str, en: str) -> Fault:
        """A fault at a value."""
        return Fault(line=self.line(path), place=self.place(path), message=Bilingual(zh=zh, en=en))


class _NotReadable(Exception):
    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.fault = Fault(line=line, place="", message=Bilingual(zh=zh, en=en))


def read_yaml(text: str, *, first_line: int = 1) -> Written:
    """The values of a YAML text, or of a JSON one.

    Args:
        first_line: which line of the file the text's first one is.
    """
    reader = _Reader(text, first_line)
    try:
        data = reader.document()
    except _NotReadable as problem:
        return Written(None, {}, {}, (problem.fault,))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + mark.line if mark is not None else 0
        said = getattr(error, "problem", None) or "unreadable"
        fault = Fault(
            line=line,
            place="",
            message=Bilingual(
                zh=f"不是正确的 YAML（{said}）。请检查缩进、冒号和引号。",
                en=f"not proper YAML ({said}). Look at indentation, colons and quotes.",
            ),
        )
        return Written(None, {}, {}, (fault,))
    return Written(data, reader.lines, reader.starts, tuple(reader.faults))


class _Reader:
    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._first = text, first_line
        self.lines: dict[Path, int] = {}
        self.starts: dict[Path, int] = {}
        self.faults: list[Fault] = []

    def document(self) -> JsonValue:
        if len(self._text) > LONGEST_FILE:
            raise _NotReadable(
                0, "文件过大，请拆分数据源或删去条目。", "the file is too long; take entries out."
            )
        self._events = self._parsed()
        event = self._next()
        if event is None:
            return None
        data = self._value(event, ())
        if self._next() is not None:
            raise _NotReadable(
                0,
                "文件里有多个 YAML 文档（---）。请只保留一个。",
                "the file holds several YAML documents (---). Keep one.",
            )
        return data

    def _parsed(self) -> Iterator[yaml.Event]:
        yield from yaml.parse(self._text, Loader=_Loader)

    def _next(self) -> yaml.Event | None:
        for event in self._events:
            if isinstance(event, (yaml.AliasEvent, yaml.NodeEvent)):
                self._plain(event)
            elif not isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                continue
            return event
        return None

    def _line(self, event: yaml.Event) -> int:
        return self._first + (event.start_mark.line if event.start_mark is not None else 0)

    def _plain(self, event: yaml.NodeEvent) -> None:
        """Anchors, aliases and tags are no part of the file format."""
        if event.anchor is not None:
            raise _NotReadable(
                self._line(event),
                "这里不支持 YAML 锚点与别名（& 和 *）。请把内容写全；文本以 * 或 & 开头时请加引号。",
                "YAML anchors and aliases (& and *) are not read here. Write it out; text that begins with them needs quotes.",
            )
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in _KINDS:
            raise _NotReadable(
                self._line(event),
                "这里不支持 YAML 标签（!）。请去掉；文本以 ! 开头时请加引号。",
                "YAML tags (!) are not read here. Remove it; text that begins with one needs quotes.",
            )

    def _value(self, event: yaml.Event, path: Path) -> JsonValue:
        self.lines.setdefault(path, self._line(event))
        if len(path) > _DEEPEST:
            raise _NotReadable(self._line(event), "嵌套过深。", "nested too deeply.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        assert isinstance(event, yaml.ScalarEvent)
        self.starts[path] = self._line(event) + (event.style in ("|", ">"))
        return _scalar(event)

    def _mapping(self, path: Path) -> JsonValue:
        found: dict[str, JsonValue] = {}
        while (event := self._next()) is not None and not isinstance(event, yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _NotReadable(self._line(event), "键应为文本。", "a key should be text.")
            key, line = event.value, self._line(event)
            if key in found:
                message = Bilingual(
                    zh=f"键 {key} 出现了两次，请只保留一个。", en=f"the key {key} is there twice; keep one."
                )
                self.faults.append(Fault(line=line, place="", message=message))
            self.lines[*path, key] = line
            inner = self._next()
            assert inner is not None
            found[key] = self._value(inner, (*path, key))
        return found

    def _list(self, path: Path) -> JsonValue:
        found: list[JsonValue] = []
        while (event := self._next()) is not None and not isinstance(event, yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found


def _scalar(event: yaml.ScalarEvent) -> JsonValue:
    if not event.implicit[0]:
        return str(event.value)
    text = str(event.value)
    kind = str(_resolve(yaml.ScalarNode, text, (True, False))).removeprefix(_PREFIX)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in _TRUE
    if kind in ("int", "float"):
        return _number(text)
    return text


def _number(text: str) -> JsonValue:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text
