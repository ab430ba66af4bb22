"""The words of a comment that name quantities, times and codes of a table and of those beside it, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role

PAUSES = r"[，,；;。\n|！!]"
"""Where a clause ends."""
_SHORTEST, _SHORT = 2, 3
_ASIDE = re.compile(r"[(（].*$")
_OF_AMOUNT = re.compile(r"(?:金额|数额|总额|价格?|费用?|额|数量|数|合计|列)$")
_OF_TIME = re.compile(r"(?:的?日期|的?时间|的?时刻|[的]?日|时)$")
_FLAGGED = re.compile(r"^是否(?:为|是|已)?|(?:标[志记识]|与否|否|flag)$")
_UNPAID = re.compile(r"^(?:待|未)(?:付|支付)")
_PAID = re.compile(
    r"钱(?:已经|都|也)?(?:付|收)(?:了|过|清|完|到了?)|(?<!没)(?<!未)(?<!待)(?<!代)(?<!没有)(?<!未曾)(?<!没人)付(?:了|过|完|清)(?:钱|款)|(?:已经|已)付(?:过)?(?:钱|款)(?:的|了)"
)
_OPERAND = re.compile(r"[-－−*×xX/÷+＋]\s*(?P<word>[㐀-鿿]{2,6})(?![㐀-鿿])")
_NO_CODE = re.compile(r"(?:手续|服务|运|邮|工本|加工)?费|日期|时间|日|时|单?价|率")
_COMPARED = re.compile(
    r"\s*(?:==?|＝|!=|<>|≠|>=|<=|>|<|\bin\b|为|是)\s*[(（]?\s*['\"]?(?:[0-9]+|[A-Za-z]{1,8})['\"]?(?![.\w])",
    re.IGNORECASE,
)
_MARKED = re.compile(r"^1\s*[=:：]?\s*(?P<what>[㐀-鿿]{2,8})")


class Sort(StrEnum):
    """What a word of a definition names."""

    QUANTITY = "quantity"
    TIME = "time"
    CODE = "code"
    FLAG = "flag"


class Named(NamedTuple):
    """A word, its place, and what it names.

    Attributes:
        written: whether it is the column's identifier.
        denied: whether it says that a code is not had: 钱已经付了 of 待付款.
    """

    start: int
    end: int
    sort: Sort
    dataset: str
    field: Field
    code: str = ""
    written: bool = False
    denied: bool = False


def words_of(text: str, datasets: Sequence[Dataset]) -> list[Named]:
    """The words without overlap, the longest first; of what is called alike in several datasets, the first's."""
    found: list[Named] = []
    for one in sorted(_all_words(text, datasets), key=lambda one: (one.start - one.end, not one.written)):
        if not any(
            one.start < other.end and other.start < one.end and not _is_as_well(one, other) for other in found
        ):
            found.append(one)
    return sorted(found)


def _is_as_well(one: Named, other: Named) -> bool:
    """Whether a word says both codes: 没付款 of 待付款 and of 未付款关闭."""
    return (
        one[:2] == other[:2] and one.sort is Sort.CODE and one.field == other.field and one.code != other.code
    )


def _all_words(text: str, datasets: Sequence[Dataset]) -> Iterator[Named]:
    for dataset in datasets:
        for field in dataset.fields:
            if (
                field.expression
                and re.search(rf"(?<!\w){re.escape(field.name)}(?!\w)", field.expression) is None
            ):
                # What a document holds is written with the path to it.
                continue
            sort = _sort_of(field)
            identifier = rf"(?<![A-Za-z0-9_]){re.escape(field.name)}(?![A-Za-z0-9_])"
            for match in re.finditer(identifier, text, re.IGNORECASE):
                compared = _COMPARED.match(text, match.end()) is not None and sort is not Sort.FLAG
                kind = Sort.CODE if compared or sort is None else sort
                yield Named(*match.span(), kind, dataset.name, field, written=True)
            if sort is None:
                continue
            for word in _spoken(field, sort):
                yield from _places(text, word, Named(0, 0, sort, dataset.name, field))
            if sort is Sort.QUANTITY:
                yield from _behind_sign(text, Named(0, 0, sort, dataset.name, field), dataset)
            if sort is Sort.FLAG:
                yield from _nearly(text, Named(0, 0, sort, dataset.name, field))
            yield from _codes_in(text, dataset.name, field)


def _codes_in(text: str, dataset: str, field: Field) -> Iterator[Named]:
    for code in field.codes:
        coded = Named(0, 0, Sort.CODE, dataset, field, code=code.code)
        # Canceled, where codes are words themselves.
        for word in (*_said_for(code.words), *re.findall(r"^[A-Za-z]{4,}$", code.code)):
            yield from _places(text, word, coded)
        if any(_UNPAID.search(word) for word in code.words):
            for match in _PAID.finditer(text):
                yield coded._replace(start=match.start(), end=match.end(), denied=True)


def _places(text: str, word: str, named: Named) -> Iterator[Named]:
    for match in re.finditer(re.escape(word), text):
        if named.sort is Sort.CODE and _NO_CODE.match(text, match.end()):
            # 出库 of 出库日期 is no state.
            continue
        yield named._replace(start=match.start(), end=match.end())


def _nearly(text: str, named: Named) -> Iterator[Named]:
    """领队和司陪占位 for 领队司陪占位."""
    label = _FLAGGED.sub("", _ASIDE.sub("", named.field.label.zh).strip())
    if len(label) > _SHORT:
        pattern = "[和及与或、的/]?".join(map(re.escape, label))
        yield from (named._replace(start=one.start(), end=one.end()) for one in re.finditer(pattern, text))


def _behind_sign(text: str, named: Named, dataset: Dataset) -> Iterator[Named]:
    """扣款 for 水杂扣款 behind a sign, where one quantity is called so at its end."""
    label = named.field.label.zh
    for match in _OPERAND.finditer(text):
        word = match["word"]
        alike = [one for one in dataset.fields if one.role is Role.MEASURE and one.label.zh.endswith(word)]
        if label.endswith(word) and label != word and len(alike) == 1:
            yield named._replace(start=match.start("word"), end=match.end("word"))


def _sort_of(field: Field) -> Sort | None:
    if field.role is Role.TIME:
        return Sort.TIME
    if field.codes and field.role is not Role.FLAG:
        return Sort.CODE
    if field.role is Role.FLAG:
        return Sort.FLAG
    return Sort.QUANTITY if field.role is Role.MEASURE else None


def _spoken(field: Field, sort: Sort) -> Iterator[str]:
    """A column in speech: 确认收货 for 确认收货时间, 应收 for 应收金额, 测试 for 是否测试单."""
    label = _ASIDE.sub("", field.label.zh).strip().removeprefix("其中")
    forms = {label}
    if sort is Sort.QUANTITY:
        forms.add(_OF_AMOUNT.sub("", label))
    elif sort is Sort.TIME:
        stem = _OF_TIME.sub("", label)
        forms |= {stem, f"{stem}的时间", f"{stem}日", f"{stem}那天"}
    elif sort is Sort.FLAG:
        bare = _FLAGGED.sub("", label)
        marked = _MARKED.match(label)
        forms = {
            bare,
            *(bare.removesuffix(thing) for thing in ("单", "行", "票", "工序", "环境", "账单", "订单")),
        }
        forms |= {bare.removeprefix("已"), marked["what"] if marked else ""}
    else:
        forms = set()
    yield from (form for form in forms if len(form) >= _SHORTEST)


def _said_for(words: Sequence[str]) -> Iterator[str]:
    """The meanings of a code in speech: 发货 for 已发货, 样品 of 赠品/样品."""
    for word in words:
        plain = _ASIDE.sub("", word).strip()
        yield from (part for part in (plain, *re.split(r"[/／、]", plain)) if len(part) >= _SHORTEST)
        if plain[:1] == "已" and len(plain) >= _SHORT:
            yield plain[1:]
        if plain[-1:] in ("单", "件") and len(plain) >= _SHORT:
            yield plain[:-1]
        if _UNPAID.search(plain):
            yield from ("没付钱", "没付款", "未付款", "未付钱", "没付的", "未付", "待付", "没给钱")
