"""Reading a policy file: TOML as a person writes it, all mistakes told at once."""

from __future__ import annotations

import json
import re
import tomllib

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.hints import nearest
from chat2sql.engine.sql.guard.policy import Access, Ceiling, MaskKind, Policy, QueryLimits, Role, TenantRows
from chat2sql.engine.sql.guard.policy_names import in_both_lists, wrong_names

_PLACE = re.compile(r"at line (\d+), column (\d+)")
_NAMED_SECTIONS = {
    "roles": Bilingual(zh="应为一节或多节：[roles.名称]", en="should be one or more sections: [roles.name]"),
    "masks": Bilingual(
        zh='应为一节 [masks]，其中写 "表.列" = "类型"',
        en='should be a section [masks] of "table.column" = "kind"',
    ),
}
_SECTIONS: dict[str, type[BaseModel]] = {
    "default": Access,
    "roles": Role,
    "limits": QueryLimits,
    "ceiling": Ceiling,
    "tenants": TenantRows,
}
UNDETECTABLE = frozenset({MaskKind.ADDRESS, MaskKind.SECRET})
"""Kinds that nothing in a value gives away."""
_EXPECTED = {
    "string_type": Bilingual(zh='应为引号中的文本："…"', en='should be text in quotes: "..."'),
    "tuple_type": Bilingual(zh='应为列表：["…", "…"]', en='should be a list: ["...", "..."]'),
    "bool_type": Bilingual(zh="应为 true 或 false", en="should be true or false"),
    "int_type": Bilingual(zh="应为整数", en="should be a whole number"),
    "float_type": Bilingual(zh="应为数字", en="should be a number"),
    "model_type": Bilingual(zh="应为一节：[{key}]", en="should be a section: [{key}]"),
    "missing": Bilingual(zh="缺失，请补上", en="is missing; add it"),
}


def parse_policy(text: str, catalogue: Catalogue | None = None) -> Policy:
    """Read a policy file; ``docs/policy.md`` tells what may stand in it.

    Args:
        text: the file; an empty one is the open policy.
        catalogue: whole catalogue of the datasource; every name has to mean something in it. None: names are not
            looked up.

    Raises:
        InvalidInput: what is wrong with it, all of it, each with its line or key and what is allowed.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid([_bad_toml(error)]) from None
    try:
        # By way of JSON, where strictness still takes a list for a tuple and a word for an enumeration.
        policy = Policy.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise _invalid([_bad_value(detail) for detail in error.errors(include_url=False)]) from None
    problems = [_undetectable(kind) for kind in policy.detect if kind in UNDETECTABLE]
    problems += _in_both_lists(policy) if catalogue is None else wrong_names(policy, catalogue)
    if problems:
        raise _invalid(problems)
    return policy


def _invalid(problems: list[Bilingual]) -> InvalidInput:
    return InvalidInput(
        zh="\n".join(["策略文件有误：", *(f"- {problem.zh}" for problem in problems)]),
        en="\n".join(["The policy file is wrong:", *(f"- {problem.en}" for problem in problems)]),
    )


def _bad_toml(error: tomllib.TOMLDecodeError) -> Bilingual:
    place = _PLACE.search(str(error))
    said = str(error).partition(" (at ")[0]
    if place is None:
        return Bilingual(
            zh=f"文件末尾：不是正确的 TOML（{said}）", en=f"end of file: not proper TOML ({said})"
        )
    line, column = place.groups()
    return Bilingual(
        zh=f"第 {line} 行第 {column} 列：不是正确的 TOML（{said}）",
        en=f"line {line}, column {column}: not proper TOML ({said})",
    )


def _bad_value(detail: ErrorDetails) -> Bilingual:
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(key, detail["loc"])
    if kind == "dict_type":
        expected = _NAMED_SECTIONS[key]
    elif kind == "enum" and isinstance(detail["input"], dict):
        # ``orders.phone = "phone"`` without quotes is a table orders with a key phone.
        expected = Bilingual(
            zh='名称中有点，须加引号："表.列" = "类型"',
            en='names with a dot need quotes: "table.column" = "kind"',
        )
    elif kind in ("literal_error", "enum"):
        allowed = str(context["expected"])
        expected = Bilingual(
            zh=f"可用的值是 {allowed.replace(' or ', '、').replace(', ', '、')}", en=f"allowed is {allowed}"
        )
    else:
        expected = _EXPECTED.get(kind) or _bound(detail)
    zh, en = (text.replace("{key}", key) for text in (expected.zh, expected.en))
    return Bilingual(zh=f"{key}：{zh}", en=f"{key}: {en}")


def _bound(detail: ErrorDetails) -> Bilingual:
    signs = {"ge": "≥", "gt": ">"}
    found = [
        f"{sign} {detail['ctx'][name]:g}" for name, sign in signs.items() if name in detail.get("ctx", {})
    ]
    return Bilingual(
        zh=f"须 {found[0]}" if found else detail["msg"], en=f"must be {found[0]}" if found else detail["msg"]
    )


def _unknown_key(key: str, place: tuple[str | int, ...]) -> Bilingual:
    section = _SECTIONS[str(place[0])] if len(place) > 1 else Policy
    allowed = list(section.model_fields)
    close = nearest(str(place[-1]), allowed, most=1)
    meant = (
        Bilingual(zh=f"是否想写 {close[0]}？", en=f" Did you mean {close[0]}?")
        if close
        else Bilingual(zh="", en="")
    )
    names = ", ".join(allowed)
    return Bilingual(
        zh=f"{key}：没有这个键。{meant.zh}可用的键：{names}",
        en=f"{key}: there is no such key.{meant.en} Allowed: {names}",
    )


def _undetectable(kind: MaskKind) -> Bilingual:
    return Bilingual(
        zh=f"detect：{kind} 无法自动识别，请在 [masks] 中标注相应的列",
        en=f"detect: {kind} cannot be found by itself; mark its columns in [masks]",
    )


def _in_both_lists(policy: Policy) -> list[Bilingual]:
    rows = policy.tenants
    private = {entry.lower() for entry in rows.tables} if rows is not None else set()
    return [
        in_both_lists(entry)
        for entry in (rows.shared if rows is not None else ())
        if entry.lower() in private
    ]
