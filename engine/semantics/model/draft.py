"""A semantic model drafted from what a database says of itself: comments, names, keys, codes and values.

Every entry says where it came from and how sure it is; definitions in comments are taken as they stand. The draft is a
pure function of the catalogue and the value index, so the same schema gives the same draft.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.schema.lexicon import has_han, singular
from chat2sql.engine.schema.spoken import speaks
from chat2sql.engine.semantics.model.counted_as_sold import (
    profit_as_turnover,
    ratios_by_time_above,
    with_what_counts_as_sold,
)
from chat2sql.engine.semantics.model.dataset_names import with_histories, with_short_names
from chat2sql.engine.semantics.model.default_rows import always_meant, kept_rows
from chat2sql.engine.semantics.model.default_time import placed_by, told_time
from chat2sql.engine.semantics.model.definitions import defined
from chat2sql.engine.semantics.model.document_fields import as_list, document_fields
from chat2sql.engine.semantics.model.finer import finer_metrics, volumes
from chat2sql.engine.semantics.model.implied import PREFIX, TABLE_ENDING, implied, told_of
from chat2sql.engine.semantics.model.loosely import loosely_defined
from chat2sql.engine.semantics.model.roles import draft_field, label_of, names_in, with_thing
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Conventions,
    Dataset,
    Field,
    Metric,
    Origin,
    Relationship,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.shops_offline import offline_shops
from chat2sql.engine.semantics.model.spelling import spelled, unset
from chat2sql.engine.semantics.model.usual import (
    usual_ratios,
    with_names_of_tables,
    with_names_of_targets,
    with_usual_names,
)
from chat2sql.engine.semantics.model.validity import validity_of
from chat2sql.engine.semantics.model.written_as import as_meant
from chat2sql.engine.values.index import ValueIndex

_FEW_VALUES = 60
_BRACKETED = re.compile(r"[(（]([^()（）]{1,12})[)）]")
_TIMES = ("次数", "人次", "笔数")
_COUNTED = ("数量", "个数", "总数", "量", "数", "数目", "次数", "人次", "笔数", "件数")
_SHORTEST_STATE = 2
_A_NAME = 2
_DENIED = ("未", "无", "非", "不", "已", "在")
_IN_SHORT = re.compile(r"(?<=[㐀-鿿(（/])[A-Z]{3,5}(?![A-Za-z=])")
_HEAD = 12
"""商品档案(SKU), 商品SKU: where a comment may say it, in characters."""
_NAME_FIRST = re.compile(r"[㐀-鿿][^\s]*[㐀-鿿）)](?=\s)")
_SET_STATE = re.compile(r"(?:日期|时间|日|时刻|年月)$")


@lru_cache(maxsize=16)
def draft_model(catalogue: Catalogue, values: ValueIndex | None = None) -> SemanticModel:
    """The draft for what a caller may see.

    Args:
        values: the texts that columns hold, as they may be used; None: not known.
    """
    few = _few_values(values)
    kept = [one for table in catalogue.tables for one in kept_rows(catalogue, table)]
    datasets = tuple(_dataset(catalogue, table, few, values) for table in catalogue.tables)
    relationships = _relationships(catalogue)
    meant = {
        word
        for dataset in datasets
        for field in dataset.fields
        for code in field.codes
        for word in code.words
    }
    segments = tuple(
        segment
        for dataset in datasets
        for segment in _segments(dataset, catalogue.dialect)
        # 区域,大区为空: that is what a code says.
        if segment.label.zh.startswith(_DENIED) or not any(segment.label.zh in word for word in meant)
    )
    model = SemanticModel(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        version=catalogue.version,
        datasets=with_histories(with_short_names(datasets)),
        relationships=relationships,
        segments=(*segments, *kept),
        conventions=Conventions(default_segments=tuple((one.dataset, one.name) for one in kept)),
    )
    model = model.extended(segments=offline_shops(model))
    counts = tuple(_count(dataset) for dataset in model.datasets)
    whole = defined(model.extended(metrics=counts), catalogue)
    # 客单价 is made of 有效订单数, which is made of 有效订单.
    whole = defined(whole.extended(metrics=_segment_counts(whole)), catalogue)
    loose = loosely_defined(whole, catalogue)
    loose = with_what_counts_as_sold(profit_as_turnover(loose))
    if loose is not whole:
        # 毛利 counts what 销售额 counts, however that was read.
        again = defined(loose, catalogue)
        loose = again.extended(unclear=tuple(one for one in again.unclear if one in loose.unclear))
    whole = loose
    whole = with_names_of_tables(with_usual_names(ratios_by_time_above(whole)))
    whole = whole.meaning_always(always_meant(catalogue, whole))
    whole = whole.extended(metrics=finer_metrics(whole))
    whole = whole.extended(metrics=volumes(whole))
    return with_names_of_targets(whole.extended(metrics=usual_ratios(whole)))


def _few_values(values: ValueIndex | None) -> frozenset[tuple[str, str]]:
    columns = values.columns if values is not None else ()
    return frozenset(
        (one.table, one.column) for one in columns if one.complete and len(one.values) <= _FEW_VALUES
    )


def _dataset(
    catalogue: Catalogue, table: Table, few: frozenset[tuple[str, str]], values: ValueIndex | None
) -> Dataset:
    name = catalogue.key(table)
    keys = {column for key in table.foreign_keys for column in key.columns} | set(table.primary_key)
    own: list[Field] = []
    parts: list[Field] = []
    spoken = name if speaks(catalogue, Language.ZH) else ""
    for column in table.columns:
        plain = draft_field(
            column, is_key=column.name in keys, few_values=(name, column.name) in few, table=spoken
        )
        own.append(as_list(as_meant(plain, name, column, catalogue.dialect), name, values))
        parts += document_fields(name, column, values, catalogue.dialect)
    label = label_of(table.comment, table.name)
    # 会员车辆 一个会员可多车: what stands behind a space is said of it.
    said = _NAME_FIRST.match(label.zh)
    zh = said.group() if said is not None else label.zh
    zh = TABLE_ENDING.sub("", zh) or zh
    fields = (*(with_thing(field, zh) for field in own), *parts)
    return Dataset(
        name=name,
        label=Bilingual(zh=zh, en=label.en),
        synonyms=tuple(
            dict.fromkeys(
                (
                    said.group() if said is not None else label.zh,
                    *_IN_SHORT.findall(table.comment[:_HEAD]),
                    *names_in(table.name),
                )
            )
        )
        if label.zh
        else names_in(table.name),
        origin=Origin.COMMENT if table.comment else Origin.NAME,
        certainty=0.9 if table.comment else 0.6,
        table=name,
        primary_key=table.primary_key,
        fields=fields,
        display=_display(fields),
        time=told_time(fields, table.comment) or placed_by(fields),
        validity=validity_of(fields, table),
        parent=_parent(catalogue, table),
    )


def _display(fields: tuple[Field, ...]) -> str | None:
    names = [field for field in fields if field.role is Role.NAME]
    first = next(
        (
            field
            for field in names
            if has_han(field.label.zh) and not re.search("英文|拼音|简称|别名", field.label.zh)
        ),
        None,
    )
    return (first or names[0]).name if names else None


def _parent(catalogue: Catalogue, table: Table) -> str | None:
    own = [
        key.columns[0]
        for key in table.foreign_keys
        if len(key.columns) == 1 and catalogue.table(key.target_table) == table
    ]
    if own:
        return own[0] if len(own) == 1 else None
    told = [column.name for column in table.columns if told_of(catalogue, table, column) == table]
    return told[0] if len(told) == 1 else None


def _relationships(catalogue: Catalogue) -> tuple[Relationship, ...]:
    found: list[Relationship] = []
    for table in catalogue.tables:
        for key in table.foreign_keys:
            target = catalogue.table(key.target_table)
            columns = [table.column(name) for name in key.columns]
            if target is None or None in columns:
                continue
            first = columns[0]
            label = label_of(first.comment, first.name) if first is not None else Bilingual(zh="", en="")
            found.append(
                Relationship(
                    name=f"{catalogue.key(table)}_{'_'.join(key.columns)}",
                    label=Bilingual(zh=PREFIX.sub("", label.zh), en=re.sub(r"\s+id$", "", label.en)),
                    synonyms=_BRACKETED.findall(first.comment)[:1] if first is not None else (),
                    origin=Origin.KEY,
                    certainty=0.95,
                    source=catalogue.key(table),
                    target=catalogue.key(target),
                    source_columns=key.columns,
                    target_columns=key.target_columns,
                )
            )
    return (*found, *implied(catalogue, found))


def _segments(dataset: Dataset, dialect: Dialect) -> list[Segment]:
    """Rows that a field with or without a value tells apart: 在职 and 离职."""
    found: list[Segment] = []
    for field in dataset.fields:
        han = next((word for word in field.unset_words if has_han(word)), "")
        latin = next((word for word in field.unset_words if not has_han(word)), "")
        if not field.unset_words or any(code.code.upper() == "NULL" for code in field.codes):
            continue
        found.append(
            Segment(
                name=f"{dataset.name}.{field.name}.unset",
                label=Bilingual(zh=han, en=latin),
                synonyms=field.unset_words,
                origin=Origin.COMMENT,
                certainty=0.9,
                dataset=dataset.name,
                condition=unset(dataset.name, field.name, dialect),
            )
        )
        if han.startswith("未") and len(han) > _SHORTEST_STATE:
            found.append(_given(dataset, field, f"已{han[1:]}", dialect))
        state = _SET_STATE.sub("", field.label.zh)
        if field.role is Role.TIME and len(state) > 1:
            found.append(
                Segment(
                    name=f"{dataset.name}.{field.name}.set",
                    label=Bilingual(zh=f"已{state}", en=""),
                    synonyms=(state,),
                    origin=Origin.COMMENT,
                    certainty=0.7,
                    dataset=dataset.name,
                    condition=f"{spelled(dataset.name, field.name, dialect)} IS NOT NULL",
                )
            )
    return found


def _given(dataset: Dataset, field: Field, zh: str, dialect: Dialect) -> Segment:
    """Rows that have a value where others have none: 已评价 and 未评价."""
    return Segment(
        name=f"{dataset.name}.{field.name}.given",
        label=Bilingual(zh=zh, en=""),
        origin=Origin.COMMENT,
        certainty=0.8,
        dataset=dataset.name,
        condition=f"{spelled(dataset.name, field.name, dialect)} IS NOT NULL",
    )


def _segment_counts(model: SemanticModel) -> tuple[Metric, ...]:
    """How many rows the segments have that are called after their dataset: 有效订单数."""
    found = []
    for segment in model.segments:
        dataset = model.dataset(segment.dataset)
        called = [dataset.label.zh, *dataset.synonyms] if dataset is not None else []
        # 有效订单 of 销售订单.
        if dataset is None or not any(
            name and has_han(name) and segment.label.zh[-_A_NAME:] == name[-_A_NAME:] for name in called
        ):
            continue
        zh = segment.label.zh
        found.append(
            Metric(
                name=f"{segment.name}_count",
                label=Bilingual(zh=f"{zh}数", en=""),
                synonyms=tuple(f"{zh}{ending}" for ending in (*_COUNTED, "人数", "家数")),
                origin=Origin.COMMENT,
                certainty=segment.certainty,
                dataset=dataset.name,
                expression="COUNT(*)",
                segments=(segment.name,),
                time=_placed_with(segment, model) or dataset.time,
            )
        )
    return tuple(found)


def _placed_with(segment: Segment, model: SemanticModel) -> str | None:
    """By what the figures of the same rows are placed in time: orders are counted when their sales are."""
    times = {one.time for one in model.metrics if one.time and one.segments == (segment.name,)}
    return times.pop() if len(times) == 1 else None


def _count(dataset: Dataset) -> Metric:
    """How many rows a dataset has."""
    zh = dataset.label.zh
    called = [name for name in (zh, *dataset.synonyms) if has_han(name)]
    people = any(field.label.zh in ("姓名", "员工姓名", "客户姓名") for field in dataset.fields)
    measured = {field.label.zh for field in dataset.fields if field.role is Role.MEASURE}
    # 库存数 is how much is in stock where 库存数量 is a quantity of it.
    synonyms = [
        f"{name}{ending}"
        for name in called
        for ending in _COUNTED
        if ending in _TIMES or not measured & {f"{name}{other}" for other in _COUNTED}
    ]
    synonyms += [f"{name}人数" for name in called] if people else []
    en = dataset.label.en
    plain = singular(en) if en else dataset.name
    return Metric(
        name=f"{dataset.name}_count",
        label=Bilingual(zh=f"{zh}数" if zh else "", en=f"number of {en}"),
        synonyms=tuple(dict.fromkeys((*synonyms, f"{plain} count", f"count of {plain}"))),
        origin=Origin.KEY,
        certainty=0.9,
        dataset=dataset.name,
        expression="COUNT(*)",
        time=dataset.time,
        additivity=Additivity.SEMI_ADDITIVE if dataset.validity is not None else Additivity.ADDITIVE,
    )
