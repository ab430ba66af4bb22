"""What a definition says of rows that are marked as deleted or as test data: 没删, 不是测试单, 不含已删除的和测试订单."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.model.definition_written import Written
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, SemanticModel

_NO = r"(?:不含|不包含|不包括|剔除|排除|去掉|除去|除|不是|没有?|未|非|无|不算|不计)(?:任何|所有|有)?"
_THING = (
    r"(?:数据|记录|账号|单据|号|行|档|的)|(?:[㐀-鿿]{0,3}(?:单|户|店|员|商品|产品|项目|合同|发票|账单))"
    r"|(?=[\s、，,；;和及与或/（）()。]|且|$)"
)
_ITEM = (
    rf"(?:已经?|被|逻辑|软|内部|系统|本表)*(?P<mark>删除?|测试)(?:掉|了|过)*的?(?P<thing>{_THING})"
    r"(?:单据?|订单)?(?:\s*[(（]\s*\w+\s*[=＝]\s*['\"]?\w+['\"]?\s*[)）])?"
)
_MARKED = re.compile(rf"(?P<no>{_NO})?\s*{_ITEM}")
_LEAVES_OUT = re.compile(r"^\s*(?:且|但|并|均)*(?:不含|不包含|不包括|剔除|排除|去掉|除去|不算|不计)")
_AS_FAR_AS = 2
_KEPT = {"删": "未删除", "测": "非测试"}
_ANY = frozenset({"", "的", "数据", "记录", "账号", "单据", "单", "号", "行", "档"})


def unmarked(text: str, datasets: Sequence[Dataset], model: SemanticModel) -> Iterator[Written]:
    """The conditions that rows are not marked, each with its place in the text.

    Args:
        datasets: whose marks may be meant, the nearest first.
    """
    for item in _MARKED.finditer(text):
        clause = re.split("[，,；;。]", text[: item.start()])[-1]
        if item["no"] is None and _LEAVES_OUT.search(clause) is None:
            continue
        told = _condition(item, datasets, model)
        if told is not None:
            named = item["thing"] in _ANY or any(_is_called(one, item["thing"]) for one in datasets)
            end = item.end() if named else item.start("thing")
            yield Written(item.start(), end, *told, words=_KEPT[item["mark"][0]])


def near(dataset: Dataset, about: Dataset | None, model: SemanticModel) -> list[Dataset]:
    """The dataset, that whose comment speaks of it, and those of which each of its rows has one, the nearest first."""
    ways = sorted(routes_from(model, dataset.name).items(), key=lambda one: len(one[1]))
    heads = [model.dataset(name) for name, way in ways if 1 <= len(way) <= _AS_FAR_AS]
    return [one for one in (dataset, about, *heads) if one is not None]


def _condition(
    item: re.Match[str], datasets: Sequence[Dataset], model: SemanticModel
) -> tuple[str, str] | None:
    """Whose rows are meant, and that they are not marked, as SQL."""
    thing = item["thing"]
    called = [one for one in datasets if thing not in _ANY and _is_called(one, thing)]
    for dataset in called or datasets:
        kept = model.segment(f"{dataset.name}.kept")
        words = kept.label.zh.split("、") if kept is not None else []
        if kept is None or _KEPT[item["mark"][0]] not in words:
            continue
        parts = kept.condition.split(" AND ")
        whole = len(parts) != len(words)
        return dataset.name, kept.condition if whole else parts[words.index(_KEPT[item["mark"][0]])]
    return None


def _is_called(dataset: Dataset, thing: str) -> bool:
    """Whether 测试店 is of its rows, as 店铺 is what they are called."""
    names = [name for name in (dataset.label.zh, *dataset.synonyms) if len(name) > 1]
    return any(name.endswith(thing) or thing.endswith(name) or name.startswith(thing) for name in names)
