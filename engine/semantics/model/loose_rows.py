"""Which rows a definition in free prose counts: codes and marks, each as its clause says, in or out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.model.definition_written import as_stored
from chat2sql.engine.semantics.model.loose_words import Named, Sort
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.truth import truth

_PAUSES = r"[，,；;。\n|！!]"
_OUT_BEHIND = re.compile(
    r"(?:别|不|勿|未)(?:再|要|能|作|应|该|另|予|进|许)*(?:算|计|统计|包|含|纳|入|取|进|要|参与|属|作数|确认|认|是|收|列|得|在(?:其)?内)"
    r"|视[同为作]未|剔|排除|除外|去掉|去除|刨|跳过|过滤|扔掉|拿掉|拿出|撤销确认|无(?:收入|效|课消|赔付)|没有|扣掉|移除|remove|exclude|滤掉|抹掉|另统计|走\S{1,6}口径|归\S{2,8}中心",
    re.IGNORECASE,
)
_OUT_BEFORE = re.compile(
    r"(?:不含|不包括?|剔除?|排除|除去?|去掉|扣除|非|不是|不要|过滤掉?|去除|不算|不计|没有|未|不等于|<>|!=|≠|不为|不在|exclude|没)\s*[“\"'「（(]?\s*$",
    re.IGNORECASE,
)
_IN_BEHIND = re.compile(
    r"(?:也|都|均|仍|照|才|一并|一起|照样|照常|照旧|保留|记正|都要)+[^，,；;。不别未无没]{0,6}(?:算|计|入|统计|要|确认|作数|在内)|计入|算入|才算"
)
_ALSO_IN = re.compile(r"(?:也|都|仍|照|一并|一起|照样|照常|照旧)[^，,；;。]{0,6}(?:算|计|入|统计|要|确认)")
_OUT_FIRST = re.compile(
    r"\s*(?:须|应|要|需|这儿|这里|此处|本表|门诊|也|都|均|一律|故|所以)*(?:不(?:是|算|计|进|作|纳|属|再|确认|参与)|剔|排除|除外|门诊不|只算原单|只留原单)"
)
_STATES = re.compile(
    r"状态\s*(?:必须|须|要)?\s*(?:==?|＝|为|是|在|：|:|in|IN)?\s*[(（]?\s*(?P<codes>[A-Z0-9]{1,4}(?:\s*[(（][^()（）]*[)）])?"
    r"(?:\s*[,，、/或和]\s*[A-Z0-9]{1,4}(?:\s*[(（][^()（）]*[)）])?)*)(?![A-Za-z0-9])"
)
_BOUND = re.compile(r"\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[0-9]+(?:\.[0-9]+)?)")
_NOT_WRITTEN = re.compile(r"\s*(?:!=|<>|≠|∉|非|除(?=[^，,；;。]{1,20}外)|not\s+in)", re.IGNORECASE)
_STATE = re.compile(r"状态|进度|结果|阶段|stat|(?:^|_)(?:st|zt|state|stage)(?:$|_)", re.IGNORECASE)
_NUMBERED = re.compile(r"[(（]\s*(?P<codes>[A-Z0-9]{1,4}(?:\s*[,，、/]\s*[A-Z0-9]{1,4})*)\s*[)）]")


class Rows(NamedTuple):
    """Conditions by dataset, as SQL, and how many clauses say which rows count without a word that is known."""

    conditions: dict[str, tuple[str, ...]]
    unread: int


def rows_in(
    text: str,
    words: Sequence[Named],
    datasets: Sequence[Dataset],
    taken: Sequence[tuple[int, int]],
    dialect: Dialect,
) -> Rows:
    """The conditions of a definition.

    Args:
        taken: the places that say what is computed and when.
    """
    inside: dict[tuple[str, str], list[str]] = {}
    outside: dict[tuple[str, str], list[str]] = {}
    fields: dict[tuple[str, str], Field] = {}
    unread = 0
    for start, end in _clauses(text):
        said = text[start:end]
        found = list(_codes(text, start, end, words, datasets, taken))
        if not found and _restricts(said) and not any(first < end and start < last for first, last in taken):
            unread += 1
        for named, place in found:
            key = (named.dataset, named.field.name)
            out = _is_out(text, start, end, place, named)
            if out is None:
                continue
            fields[key] = named.field
            (outside if out else inside).setdefault(key, []).append(named.code)
    told: dict[str, list[str]] = {}
    for key, field in fields.items():
        owner, name = key
        chosen = [code for code in inside.get(key, ()) if code not in outside.get(key, ())]
        told.setdefault(owner, []).append(_condition(owner, field, chosen, outside.get(key, []), dialect))
    return Rows({owner: tuple(one for one in parts if one) for owner, parts in told.items()}, unread)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    for match in re.finditer(rf"{_PAUSES}|$", text):
        if match.start() > place:
            yield place, match.start()
        place = match.end()


def _codes(
    text: str,
    start: int,
    end: int,
    words: Sequence[Named],
    datasets: Sequence[Dataset],
    taken: Sequence[tuple[int, int]],
) -> Iterator[tuple[Named, int]]:
    """The codes and marks that a clause names, each with its place."""
    seen: set[tuple[str, str, str]] = set()
    for word in words:
        if not (start <= word.start < end) or any(a <= word.start < b for a, b in taken):
            continue
        if word.sort is Sort.CODE and word.code:
            seen.add((word.dataset, word.field.name, word.code))
            yield word, word.start
        elif word.sort is Sort.CODE or (word.sort is Sort.FLAG and word.written):
            for code in _written_behind(text, word, end):
                if (word.dataset, word.field.name, code) not in seen:
                    seen.add((word.dataset, word.field.name, code))
                    yield word._replace(code=code), word.start
        elif word.sort is Sort.FLAG:
            yield word._replace(code="1"), word.start
        if word.written and (bound := _BOUND.match(text, word.end)) is not None:
            yield word._replace(code=f"{bound['sign']}{bound['value']}"), word.start
    listed = [*_NUMBERED.finditer(text, start, end), *_STATES.finditer(text, start, end)]
    for match in listed:
        for code in re.findall(
            r"[A-Z0-9]{1,4}", re.sub(r"[(（][^()（）]*[)）]$|[(（][a-z]+[)）]", "", match["codes"])
        ):
            homes = [
                (dataset, field)
                for dataset in datasets[:1]
                for field in dataset.fields
                if any(one.code == code for one in field.codes)
                and (match.re is _NUMBERED or _STATE.search(f"{field.name} {field.label.zh}"))
            ]
            if len(homes) == 1 and not any(key[2] == code for key in seen):
                dataset, field = homes[0]
                yield (
                    Named(match.start(), match.end(), Sort.CODE, dataset.name, field, code=code),
                    match.start(),
                )


def _written_behind(text: str, word: Named, end: int) -> list[str]:
    """The codes behind a column: in (1,2), =1, 2/3, C、D."""
    known = {code.code for code in word.field.codes} | (
        {"0", "1", "Y", "N"} if word.sort is Sort.FLAG else set()
    )
    listed = re.match(
        r"\s*(?:字段|列|码|值)?\s*(?:==?|＝|为|是|in|IN|属于|取|必须是|须为|:|：|!=|<>|≠|∈|∉|非|除|not\s+in)?\s*[(（\[{“\"']?\s*"
        r"(?P<codes>['\"]?[A-Za-z0-9]+['\"]?(?:\s*[,，、/或和]\s*['\"]?[A-Za-z0-9]+['\"]?)*)",
        text[word.end : end + 40],
    )
    if listed is None:
        return []
    codes = re.findall(r"[A-Za-z0-9]+", listed["codes"])
    return [code for code in codes if code in known or (word.written and not word.field.codes)]


def _is_out(text: str, start: int, end: int, place: int, named: Named) -> bool | None:
    """Whether a clause leaves out what it names; None: it says that it counts as well, or nothing that can be told."""
    before, behind = text[start:place], text[max(place, named.end) : end]
    out = _OUT_BEFORE.search(before) is not None or _NOT_WRITTEN.match(text, named.end) is not None
    taken_in, left_out = _IN_BEHIND.search(behind), _OUT_BEHIND.search(behind)
    if out and left_out is not None:
        # 未发行的不确认: those that are.
        return None
    if out:
        return True
    if left_out is not None and (taken_in is None or left_out.start() <= taken_in.start()):
        return True
    following = re.match(r"[，,]([^，,；;。\n|]*)", text[end:])
    if taken_in is None and following is not None and _OUT_FIRST.match(following[1]) is not None:
        return True
    return None if taken_in is not None and _ALSO_IN.search(behind) is not None else False


def _restricts(said: str) -> bool:
    return _OUT_BEHIND.search(said) is not None or re.search(r"只|仅|才|限|须|必须", said) is not None


def _condition(owner: str, field: Field, inside: list[str], outside: list[str], dialect: Dialect) -> str:
    column = spelled(owner, field.name, dialect)
    if field.role.value == "flag":
        holds = bool(inside)
        code = (inside or outside)[0]
        return f"{column} = {truth(field, holds=holds == (code in ('1', 'Y')))}"
    bounds = [code for code in inside if code[:1] in "<>"]
    if bounds:
        return " AND ".join(f"{column} {bound}" for bound in dict.fromkeys(bounds))
    codes = list(dict.fromkeys(inside or outside))
    if not codes:
        return ""
    listed = ", ".join(as_stored(code, field) for code in codes)
    return f"{column} {'IN' if inside else 'NOT IN'} ({listed})"
