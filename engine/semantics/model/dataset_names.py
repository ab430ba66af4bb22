"""What else a dataset is called: 订单 for 销售订单, 请假 for 请假单."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.semantic_model import Dataset, Origin, Role
from chat2sql.engine.sql.masking.person_names import word_tags

_SAYS_NOTHING = re.compile(r"[与和及]|(?:实际|历史|拉链|变更|记录|数据|信息|流水|快照|情况|结果)$")
_NAME_OF = re.compile(r"([㐀-鿿]{2,6}?)(?:的?名称|姓名|名字|(?<!姓)名)")
_SOLD, _BOUGHT = re.compile(r"销售|零售|客户|商城|交易"), re.compile(r"采购|进货|生产|调拨|委外|入库|备货")
_HISTORY = re.compile(r"(?:变更|变动|调整)?(?:历史|履历|记录|流水|沿革|轨迹|拉链)$")
_SORT = re.compile("(?:分类|类目|类别|品类|目录)$")
_THING = re.compile(
    r"(?!.*(?:主键|明细|序号|记录|流水|自增|唯一|标识|编[号码]|代码|日志|历史|变更))[㐀-鿿]{2,6}"
)
"""What a key may number that people speak of."""
_PAPER = re.compile(r"(?:(?<![订账清菜名])单据?|记录|档案|信息|流水|台账|主数据|主档|[头主])表?$")


def with_short_names(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, each also called by the last words of its name where no other could be meant: 销售订单 is 订单."""
    datasets = _by_their_keys(tuple(_with_both_sides(dataset) for dataset in datasets))
    labels = {word for dataset in datasets for word in (dataset.label.zh, *_numbered_thing(dataset))}
    endings = {dataset.name: _endings(dataset.label.zh) for dataset in datasets}
    counted = Counter(ending for all_ in endings.values() for ending in all_)
    sold = {
        ending: dataset.name
        for dataset in datasets
        if _SOLD.match(dataset.label.zh)
        for ending in endings[dataset.name]
    }
    told = []
    for dataset in datasets:
        short = tuple(
            ending
            for ending in endings[dataset.name]
            if ending not in labels
            and ending not in _meant_by_codes(dataset)
            and (counted[ending] == 1 or _is_what_is_sold(ending, dataset, datasets, sold))
        )
        told.append(
            dataset.model_copy(update={"synonyms": (*dataset.synonyms, *short)}) if short else dataset
        )
    told = _by_their_names(told)
    taken = {word for dataset in told for word in (dataset.label.zh, *dataset.synonyms)}
    bare = {dataset.name: _without_paper(dataset, taken) for dataset in told}
    counted = Counter(word for words in bare.values() for word in words)
    return tuple(
        dataset.model_copy(
            update={
                "synonyms": (*dataset.synonyms, *(word for word in bare[dataset.name] if counted[word] == 1))
            }
        )
        for dataset in told
    )


def with_histories(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, what a history is of naming its only quantity too: 售价 for 零售价 of 商品售价历史."""
    things = {word for dataset in datasets for word in (dataset.label.zh, *dataset.synonyms) if word}
    labels = {field.label.zh for dataset in datasets for field in dataset.fields}
    told = []
    for dataset in datasets:
        measures = [field for field in dataset.fields if field.role is Role.MEASURE]
        stem = _HISTORY.sub("", dataset.label.zh)
        thing = max((one for one in things if stem.startswith(one)), key=len, default="")
        what = stem.removeprefix(thing)
        is_named = len(what) > 1 and what not in labels and what not in things and stem != dataset.label.zh
        if dataset.validity is not None and len(measures) == 1 and is_named:
            named = measures[0].model_copy(update={"synonyms": (*measures[0].synonyms, what)})
            fields = tuple(named if field is measures[0] else field for field in dataset.fields)
            whole = {name: getattr(dataset, name) for name in Dataset.model_fields}
            told.append(Dataset.model_validate(whole | {"fields": fields}))
        else:
            told.append(dataset)
    return tuple(told)


def _is_what_is_sold(
    ending: str, dataset: Dataset, datasets: tuple[Dataset, ...], sold: dict[str, str]
) -> bool:
    """Of 销售订单 and 采购订单 the first is meant by 订单."""
    others = [one for one in datasets if one.name != dataset.name and one.label.zh.endswith(ending)]
    return sold.get(ending) == dataset.name and all(_BOUGHT.match(one.label.zh) for one in others)


def _by_their_keys(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, each also called by what its key numbers: 订单 of 订单ID in 销售单/工单主表."""
    taken = {word for dataset in datasets for word in (dataset.label.zh, *dataset.synonyms)}
    counted = Counter(thing for dataset in datasets for thing in _numbered_thing(dataset))
    return tuple(
        dataset.model_copy(update={"synonyms": (*dataset.synonyms, *things)})
        if (things := [one for one in _numbered_thing(dataset) if one not in taken and counted[one] == 1])
        else dataset
        for dataset in datasets
    )


def _numbered_thing(dataset: Dataset) -> tuple[str, ...]:
    """What the key of a dataset numbers by its comment; empty: nothing that is called anything."""
    field = dataset.field(dataset.primary_key[0]) if len(dataset.primary_key) == 1 else None
    told = field is not None and field.origin is not Origin.NAME
    thing = field.label.zh if field is not None and told else ""
    return (thing,) if _THING.fullmatch(thing) else ()


def _by_their_names(datasets: list[Dataset]) -> list[Dataset]:
    """The datasets, each also called by what its rows' names are the names of: 部门名称 in 组织架构."""
    taken = {word for dataset in datasets for word in (dataset.label.zh, *dataset.synonyms)}
    named = {dataset.name: _named_thing(dataset) for dataset in datasets}
    counted = Counter(named.values())
    return [
        dataset.model_copy(update={"synonyms": (*dataset.synonyms, thing)})
        if (thing := named[dataset.name]) and thing not in taken and counted[thing] == 1
        else dataset
        for dataset in datasets
    ]


def _meant_by_codes(dataset: Dataset) -> set[str]:
    """电商店铺 are some of 门店及电商店铺."""
    return {word for field in dataset.fields for code in field.codes for word in code.words}


def _named_thing(dataset: Dataset) -> str:
    field = dataset.field(dataset.display or "")
    # reg_nm, without a comment, may be of whatever reg stands for.
    told = field is not None and field.origin is not Origin.NAME
    match = _NAME_OF.fullmatch(field.label.zh) if field is not None and told else None
    return match.group(1) if match is not None else ""


def _endings(label: str) -> tuple[str, ...]:
    words = [word for word, _ in word_tags(label)] if label else []
    endings = ("".join(words[start:]) for start in range(1, len(words)))
    return tuple(
        ending
        for ending in endings
        if len(ending) > 1
        and has_han(ending[0])
        and not re.search("[/／]", ending)
        and _SAYS_NOTHING.match(ending) is None
    )


def _with_both_sides(dataset: Dataset) -> Dataset:
    """业主/客户 is either, 产品/SKU is 产品."""
    meant = {word for field in dataset.fields for code in field.codes for word in code.words}
    # 门店/网店, some of which are 网店 by a code, are called 门店.
    sides = [
        side
        for side in re.split("[/／]", dataset.label.zh)
        if len(side) > 1 and has_han(side) and side not in meant
    ]
    if sides == [dataset.label.zh]:
        return dataset
    sort = _SORT.search(dataset.label.zh)
    if sort is not None:
        # 商品/服务分类 are those of goods, and no goods.
        sides = [side if side.endswith(sort.group()) else f"{side}{sort.group()}" for side in sides]
    return dataset.model_copy(update={"synonyms": (*dataset.synonyms, *sides)})


def stem_of(label: str) -> str:
    """What a table of papers is about: 请假 of 请假单."""
    return _PAPER.sub("", label)


def _without_paper(dataset: Dataset, taken: Collection[str]) -> tuple[str, ...]:
    """请假单 is 请假, 拜访记录 is 拜访."""
    called = (dataset.label.zh, *(word for word in dataset.synonyms if has_han(word)))
    bare = {stem_of(name) for name in called if _PAPER.search(name)}
    # 采购订单 is 采购单.
    bare |= {f"{name[:-2]}单" for name in called if name.endswith("订单") and len(name) > len("订单")}
    # 工资 of a payroll may be any of its quantities that end so.
    quantities = [field.label.zh for field in dataset.fields if field.role is Role.MEASURE]
    return tuple(
        sorted(
            name
            for name in bare
            if len(name) > 1 and name not in taken and not any(label.endswith(name) for label in quantities)
        )
    )
