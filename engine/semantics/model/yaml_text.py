"""A document as YAML text: blocks, short lists on one line, JSON as a block of its own."""

from __future__ import annotations

import yaml

from chat2sql.engine.semantics.model.document import Document

try:
    from yaml import CSafeDumper as _Base
except ImportError:  # built without libyaml: the same, slower
    from yaml import SafeDumper as _Base  # type: ignore[assignment]

_WIDTH = 110
_ORDER = (
    "version", "name", "source", "from", "to", "from_columns", "to_columns", "primary_key", "unique_keys", "expression",
    "dimension", "label", "description", "datatype", "ai_context", "datasets", "relationships", "metrics",
    "custom_extensions", "fields",
)  # fmt: skip
_ON_ONE_LINE = frozenset({"expression", "dimension"})

_HEAD = """\
# What datasource {name} means to the business: an Apache Ossie {version} document. docs/semantics.md tells every key.
# It holds for the datasource when it lies in the folder of CHAT2SQL_SEMANTICS as {name}.yaml.
#   accept: set "status": "accepted", after you have read and corrected the entry
#   edit:   change labels, synonyms, expressions; set "status": "accepted"
#   reject: set "status": "rejected"; the entry is not used, and is not drafted again
# Entries that you take out stay as drafted, unless you set "drafted": false at the end of the file.
# "origin" and "certainty" say where a drafted entry came from and how sure the draft is.
# Look it over with: chat2sql semantics check {name} --file THIS_FILE
#
# 数据源 {name} 的业务含义：一份 Apache Ossie {version} 文档。各个键的说明见 docs/semantics.md。
# 放入 CHAT2SQL_SEMANTICS 所指的文件夹、命名为 {name}.yaml 后生效。
#   确认：核对并改正后，写 "status": "accepted"
#   修改：改名称、同义词或表达式，并写 "status": "accepted"
#   拒绝：写 "status": "rejected"；该条目不再使用，也不会再自动起草
# 删去的条目仍按草稿使用；若不要草稿，请在文件末尾写 "drafted": false。
# "origin" 和 "certainty" 说明草稿的来源与把握。
# 检查：chat2sql semantics check {name} --file 本文件

"""


def yaml_text(document: Document) -> str:
    """The text of a document, with a head in both languages that says what it is and how to work on it."""
    data = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    data["version"] = document.version
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return _HEAD.format(name=document.name, version=document.version) + text


class _Dumper(_Base):
    """Texts of several lines as blocks; expressions and lists of words on one line."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


def _mapping(dumper: _Dumper, value: dict[str, object]) -> yaml.MappingNode:
    ordered = sorted(value.items(), key=lambda one: _ORDER.index(one[0]) if one[0] in _ORDER else 0)
    node = dumper.represent_mapping("tag:yaml.org,2002:map", ordered, flow_style=False)
    for key, inner in node.value:
        if key.value in _ON_ONE_LINE and isinstance(inner, yaml.MappingNode):
            _flow(inner)
    return node


def _flow(node: yaml.Node) -> None:
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)):
        node.flow_style = True
        for inner in node.value:
            for part in inner if isinstance(inner, tuple) else (inner,):
                _flow(part)


def _list(dumper: _Dumper, value: list[object]) -> yaml.SequenceNode:
    plain = all(isinstance(one, (str, list)) for one in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _list)
