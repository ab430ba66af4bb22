"""The rows that count unless a question says otherwise: those that are not marked as deleted, and no test data."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import column_codes, is_amount, is_truth
from chat2sql.engine.semantics.model.semantic_model import Origin, Segment, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled

_DELETED = re.compile(r"^(?:is_?)?del(?:eted)?(?:_flag)?\b|是否(?:已)?删除|删除标[志记识]", re.IGNORECASE)
_TEST = re.compile(
    r"^(?:is_?)?test(?:_flag)?\b|是否(?:为|是)?测试(?!通过)|测试标[志记识]|^1\s*[=:：]?\s*测试", re.IGNORECASE
)
_WHEN = re.compile(r"date|time", re.IGNORECASE)
_YES_NO = (("Y", "N"), ("y", "n"), ("是", "否"), ("T", "F"), ("1", "0"), ("true", "false"))
_ALWAYS_MEANT = re.compile(
    r"(?:如无|若无|无|未)特[别殊]?(?:说明|注明|指明|声明)[^。；;\n]{0,8}?(?:均|都|一律|默认)(?:指|为|按|是)(?P<name>[㐀-鿿]{2,10})(?=[。；;，,)）\s]|$)"
)
_SAYS_NO = re.compile(r"否|正常|正式|未删|不是|非|有效|存在|保留|no\b|normal|active", re.IGNORECASE)
_CERTAINTY = 0.8


def kept_rows(catalogue: Catalogue, table: Table) -> list[Segment]:
    """The rows of a table that are neither marked as deleted nor as test data; empty where it marks none."""
    dataset = catalogue.key(table)
    marks = [
        (mark, condition)
        for mark in (_DELETED, _TEST)
        for column in table.columns
        if mark.search(column.name) or mark.search(column.comment)
        if (condition := _unmarked(dataset, column, catalogue.dialect))
    ]
    if not marks:
        return []
    said = {mark for mark, _ in marks}
    zh = "、".join(word for mark, word in ((_DELETED, "未删除"), (_TEST, "非测试")) if mark in said)
    en = " and ".join(word for mark, word in ((_DELETED, "not deleted"), (_TEST, "no test")) if mark in said)
    return [
        Segment(
            name=f"{dataset}.kept",
            label=Bilingual(zh=zh, en=en),
            origin=Origin.NAME,
            certainty=_CERTAINTY,
            dataset=dataset,
            condition=" AND ".join(dict.fromkeys(condition for _, condition in marks)),
        )
    ]


def _unmarked(dataset: str, column: Column, dialect: Dialect) -> str:
    """That a column does not mark a row; empty: it is not known how it would."""
    field = spelled(dataset, column.name, dialect)
    if _WHEN.search(column.type):
        return ""
    if is_truth(column.type):
        return f"NOT COALESCE({field}, FALSE)" if column.nullable else f"NOT {field}"
    no = _no(column)
    if no is None:
        return ""
    written = no if is_amount(column.type) else f"'{no}'"
    # Who is not marked at all is not marked as deleted.
    return f"COALESCE({field}, {written}) = {written}" if column.nullable else f"{field} = {written}"


def _no(column: Column) -> str | None:
    """The code that says no; None: it is not known."""
    codes = column_codes(column)
    if codes:
        said = [code.code for code in codes if _SAYS_NO.match(code.meaning)]
        return said[0] if len(said) == 1 else None
    held = set(column.samples)
    known = [no for yes, no in _YES_NO if held and held <= {yes, no}]
    return known[0] if known else "0" if is_amount(column.type) and not held else None


def always_meant(catalogue: Catalogue, model: SemanticModel) -> tuple[tuple[str, str], ...]:
    """Datasets, each with the rows that its comment says are always meant: 订单数量如无特别说明均指有效订单."""
    found = []
    for table in catalogue.tables:
        dataset = catalogue.key(table)
        for match in _ALWAYS_MEANT.finditer(table.comment):
            known = [
                one.name for one in model.segments if one.dataset == dataset and one.label.zh == match["name"]
            ]
            found += [(dataset, name) for name in known[:1]]
    return tuple(found)
