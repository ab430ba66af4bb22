"""Definitions in free prose, read loosely: what is summed up, when, and which rows count, each found for itself.

A definition that the careful reader (``definitions``) leaves is better read in part than not at all: all questions about
the main figure of a business depend on it. What is read so is less certain, and where a clause that restricts was not
understood, answers by it are in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.semantics.model.definition_texts import definitions, in_full_width, plainly_called
from chat2sql.engine.semantics.model.finer import are_lines
from chat2sql.engine.semantics.model.loose_amounts import Amount, amount_in, time_in
from chat2sql.engine.semantics.model.loose_asides import is_of_two, without_asides
from chat2sql.engine.semantics.model.loose_rows import RowsFinder
from chat2sql.engine.semantics.model.loose_words import Named, words_of
from chat2sql.engine.semantics.model.semantic_model import (
    Dataset,
    Metric,
    Origin,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled

WHOLE, IN_PART = 0.6, 0.5
"""How sure a definition is that was read loosely, with all its clauses or with some left."""
_LONG, _LONGER = 25, 2
_FIGURE = (
    r"销售额|销售收入|销售金额|营业额|营业收入|营收|业绩|流水|成交额|交易额|GMV|gmv|回款额?|保费收入|保费|[㐀-鿿]{1,3}收入|签约额|采购额|采购金额|进货额"
    r"|毛利额?|利润|退款额|退货额|退费额|工时|产值|产量|发货量|出货量|销量|入库量|出库量|客流|票房|放款额|充值额|赔付额|报销额"
)
_NAMED_SO = re.compile(r"(?P<name>[㐀-鿿]{2}[额量])")
_NAMED = re.compile(rf"(?P<name>净?(?:{_FIGURE}))")
_CALLED = re.compile(r"(?:叫做?|称为?|称作)\s*[“\"「『]\s*(?P<name>[㐀-鿿A-Za-z]{2,8})\s*[”\"」』]")
"""主指标叫“实销额”（大家说的销售额、业绩都是它）"""
_FIGURE_NAME = re.compile(rf"(?:{_FIGURE}|[㐀-鿿]{{1,6}}(?:额|金额|收入|支出|费|量|业绩|流水|数))$")
_ALSO = re.compile(
    r"^\s*[(（]\s*(?:也叫|即|又称|也称|又叫|简称|别名|同|=|＝|[:：])+\s*(?P<also>[㐀-鿿A-Za-z、,，/]{2,20})[)）]"
)
_IS_MAIN = re.compile(r"^(?!.*(?:毛利|利润|成本|库存|可用|结余|余额|销量|销售量|件数)).*[^率价]$")
"""Figures beside which a table needs no other main one: profit is made of it."""
_PART = re.compile(
    r"时间|日期|日$|期间|月|范围|条件|状态|对象|^金额$|备注|说明|口径|负责|别名|时点|规则|算法|统计|where|when|select",
    re.IGNORECASE,
)
"""What heads a part of a definition and defines nothing of its own: 时间：…；条件：…."""
_THIS = re.compile(r"(?:以)?(?:此|该|本|这个?)(?:字段|列|项)")
_IN_BRACKETS = re.compile(r"^[”\"」』\s]*[(（](?P<said>[^()（）]{2,40})[)）]")
_PAID = re.compile(r"(?:收到|收过|收了|付了|付过|到账)的?[款钱]|[款钱](?:已经?)?(?:收到|到账|付了)")
_OF_PAYING = re.compile(r"(?:付款|支付|收款|到账|缴费)")
"""凡收到钱的单都算: those that have a time of payment."""
_A_PRICE = re.compile("单价$")
_ASIDE = re.compile(r"[(（][㐀-鿿]{1,6}[)）](?=时间|日期|日)")
_HEADS = re.compile(
    r"[”\"」』】\s]*(?:[(（][^()（）]*[)）])?\s*(?:的?(?:统计|计算)?口径|的?定义|怎么算)?\s*(?:[:：=＝]|是指|指的?是)"
)
"""Behind a name that heads its definition: what stands before it is about something else."""


def loosely_defined(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """The model with the figures of tables whose definition nobody has read yet."""
    waiting = definitions(catalogue)
    read = {
        one.dataset
        for one in model.metrics
        if one.origin is Origin.COMMENT and one.expression and _IS_MAIN.search(one.label.zh)
    }
    for table in catalogue.tables:
        dataset = model.dataset(catalogue.key(table))
        if dataset is None:
            continue
        own = [one.name for one in waiting if one.dataset == dataset.name]
        # Documents that refer to it have figures of their own; its lines share the one.
        near = {dataset.name, *(one.name for one in _referring_to(dataset, model) if are_lines(one))}
        for text in _texts(table):
            extended = _with_main_figure(text, own, dataset, model, is_free=not near & read)
            if extended is not None:
                model, read = extended, read | {extended.metrics[-1].dataset, dataset.name}
    return model


def _texts(table: Table) -> Iterator[str]:
    """What may hold a definition: the table's comment, and long ones of its columns."""
    yield _ASIDE.sub("", in_full_width(table.comment))
    for column in table.columns:
        if len(column.comment) > _LONG:
            yield _ASIDE.sub("", _THIS.sub(f" {column.name} ", in_full_width(column.comment)))


def _with_main_figure(
    text: str, defined: Sequence[str], dataset: Dataset, model: SemanticModel, *, is_free: bool
) -> SemanticModel | None:
    """The model with the figure that a text is about, or with what it says further of one that has been read.

    Args:
        defined: the names that the table's comments define.
        is_free: whether no figure of the table, or of what refers to it, has been read.
    """
    name = _name_in(text, defined, dataset)
    if name is None:
        return None
    others = [one for one in defined if one != name["name"] and one in text and not _PART.search(one)]
    known = _known(name["name"], dataset, model)
    if known is not None:
        # What further sentences say may be of others.
        return None if others else _read(text, name, dataset, model, known)
    if not is_free or _is_taken(name["name"], model):
        return None
    text = _up_to_others(text, name.end(), others)
    if is_of_two(re.split("[。；;\n]", text[name.end() :])[0], dataset, model):
        return None
    return _read(text, name, dataset, model, None)


def _up_to_others(text: str, start: int, others: Sequence[str]) -> str:
    """The text up to where something else is defined."""
    ends = [
        match.start()
        for other in others
        # Rows that have a name may be those of the figure.
        if (_FIGURE_NAME.search(other) or other.endswith(("率", "价")))
        and (
            match := re.search(
                rf"{re.escape(other)}\s*(?:[(（][^()（）]*[)）])?\s*(?:[=＝:：]|指|是指|口径)", text[start:]
            )
        )
    ]
    return text[: start + min(ends)] if ends else text


def _known(name: str, dataset: Dataset, model: SemanticModel) -> Metric | None:
    """The figure of that name of which only what is summed up was read, and nothing of when or which rows."""
    near = {dataset.name, *(one.name for one in _referring_to(dataset, model))}
    return next(
        (
            metric
            for metric in model.metrics
            if metric.label.zh == name
            and metric.origin is Origin.COMMENT
            and metric.dataset in near
            and metric.expression
            and metric.time is None
            and "CASE" not in metric.expression
        ),
        None,
    )


def _is_taken(name: str, model: SemanticModel) -> bool:
    return any(metric.label.zh == name for metric in model.metrics if metric.origin is Origin.COMMENT)


def _name_in(text: str, defined: Sequence[str], dataset: Dataset) -> re.Match[str] | None:
    """Where the main figure is named first: a name that is defined, else the usual ones."""
    labels = {field.label.zh for field in dataset.fields}
    called = _CALLED.search(text)
    if called is not None and _FIGURE_NAME.search(called["name"]):
        return called
    names = [
        one for one in defined if _FIGURE_NAME.search(one) and one not in labels and not _PART.search(one)
    ]
    for name in names:
        match = re.search(rf"(?P<name>{re.escape(name)})", text)
        if match is not None:
            return match
    shown = [
        (one.start(), one.end()) for label in labels if label for one in re.finditer(re.escape(label), text)
    ]
    for pattern in (_NAMED, _NAMED_SO):
        for match in pattern.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in shown):
                return match
    return None


def _read(
    text: str, name: re.Match[str], dataset: Dataset, model: SemanticModel, known: Metric | None
) -> SemanticModel | None:
    """The model with the figure; None: it does not say what is summed up."""
    text = without_asides(text)
    near = _near(dataset, model)
    # 下单人数 names no time.
    words = [word for word in words_of(text, near) if word.end <= name.start() or word.start >= name.end()]
    amount = amount_in(text, words, name.end())
    base = model.dataset(known.dataset) if known is not None else _base_of(amount, dataset, model)
    if amount is None or base is None or (name["name"].startswith("净") and len(amount.operands) == 1):
        # What is left of a figure is made of two; a part of it is another figure.
        return None
    if len(amount.operands) == 1 and _A_PRICE.search(amount.operands[0].field.label.zh):
        # 数量*单价, of which only the price was found.
        return None
    time = time_in(text, words)
    taken = [(amount.start, amount.end)]
    taken += [(time.start, time.end)] if time is not None else []
    begins = _HEADS.match(text, name.end())
    told = " " * name.start() + text[name.start() :] if begins is not None else text
    counted = [word for word in words if begins is None or word.start >= name.end()]
    rows = RowsFinder(told, counted, near, taken=taken, begins=name.end()).rows(model.dialect)
    conditions = dict(rows.conditions)
    if not conditions and time is not None and _PAID.search(told) and _OF_PAYING.match(time.field.label.zh):
        column = spelled(time.dataset, time.field.name, model.dialect)
        conditions[time.dataset] = (f"{column} IS NOT NULL",)
    certainty = IN_PART if rows.unread else WHOLE
    reach = {base.name, *(join.target for join in model.joins_from(base.name))}
    segments = tuple(
        Segment(
            name=f"{owner}.{name['name']}.rows",
            label=Bilingual(zh=f"计入{name['name']}：{' AND '.join(parts)}", en=""),
            origin=Origin.COMMENT,
            certainty=certainty,
            dataset=owner,
            condition=" AND ".join(parts),
        )
        for owner, parts in conditions.items()
        if parts and owner in reach
    )
    if known is not None:
        return _completed(known, time, segments, reach, model)
    if time is None and not segments:
        return None
    metric = Metric(
        name=f"{base.name}.{name['name']}",
        label=Bilingual(zh=name["name"], en=""),
        synonyms=tuple(
            dict.fromkeys(
                (
                    *_longer(text[: name.start()], name["name"]),
                    *(word for word in plainly_called(name["name"]) if not _is_taken(word, model)),
                    *_also_called(text[name.end() :]),
                    *_other_forms(name["name"]),
                )
            )
        ),
        origin=Origin.COMMENT,
        certainty=certainty,
        dataset=base.name,
        expression=_written(amount, model),
        segments=tuple(one.name for one in segments),
        time=spelled(time.dataset, time.field.name, model.dialect)
        if time is not None and time.dataset in reach
        else None,
    )
    unclear = tuple(one for one in model.unclear if one != name["name"] and name["name"] not in one)
    return model.extended(segments=segments, metrics=(metric,), unclear=unclear)


def _completed(
    known: Metric, time: Named | None, segments: tuple[Segment, ...], reach: set[str], model: SemanticModel
) -> SemanticModel | None:
    """The model with what further sentences say of a figure: when, and which rows where nothing was said of them."""
    added = segments if not known.segments else ()
    placed = time is not None and time.dataset in reach
    if not added and not placed:
        return None
    told = known.model_copy(
        update={
            "segments": (*known.segments, *(one.name for one in added)),
            "time": spelled(time.dataset, time.field.name, model.dialect)
            if time is not None and placed
            else None,
            "certainty": WHOLE,
        }
    )
    return model.extended(segments=added, metrics=(told,))


def _longer(before: str, name: str) -> tuple[str, ...]:
    """消耗业绩 for 业绩, where it is called so: 门店考核的消耗业绩按划扣金额累加."""
    kind = re.search(r"(?:^|[的，,。；;])(?P<kind>[㐀-鿿]{2})$", before)
    return (f"{kind['kind']}{name}",) if kind is not None else ()


def _also_called(behind: str) -> tuple[str, ...]:
    """What stands in brackets behind a name: 也叫流水, 大家口头说的销售额、业绩都是它."""
    also = _ALSO.match(behind)
    if also is not None:
        return tuple(re.split(r"[、,，/]", also["also"]))
    aside = _IN_BRACKETS.match(behind)
    return tuple(match["name"] for match in _NAMED.finditer(aside["said"])) if aside is not None else ()


def _other_forms(name: str) -> tuple[str, ...]:
    """回款 for 回款额, and the other way round."""
    if name.endswith("额") and len(name) > _LONGER:
        return (name[:-1], f"{name[:-1]}金额")
    return (f"{name}额", f"{name}金额") if re.search(r"[款利费]$", name) else ()


def _referring_to(dataset: Dataset, model: SemanticModel) -> list[Dataset]:
    """The datasets whose rows lead to its rows."""
    sources = (model.dataset(join.source) for join in model.relationships if join.target == dataset.name)
    return [one for one in sources if one is not None]


def _near(dataset: Dataset, model: SemanticModel) -> list[Dataset]:
    """The dataset, what refers to it, and what it refers to."""
    heads = (model.dataset(join.target) for join in model.joins_from(dataset.name))
    found = (dataset, *_referring_to(dataset, model), *(one for one in heads if one is not None))
    return list({one.name: one for one in found}.values())


def _base_of(amount: Amount | None, dataset: Dataset, model: SemanticModel) -> Dataset | None:
    """Of whose rows it is a sum: the dataset's own, or those of what refers to it."""
    owners = {one.dataset for one in amount.operands} if amount is not None else set()
    others = owners - {dataset.name}
    if not owners or len(others) > 1:
        return None
    base = model.dataset(next(iter(others))) if others else dataset
    refers = base is not None and any(join.target == dataset.name for join in model.joins_from(base.name))
    return base if refers or base is dataset else None


def _written(amount: Amount, model: SemanticModel) -> str:
    pieces = [
        piece if isinstance(piece, str) else spelled(piece.dataset, piece.field.name, model.dialect)
        for piece in amount.pieces
    ]
    scaled = ""
    if len(pieces) > 1 and re.fullmatch(r"[0-9.]+", pieces[-1]):
        scaled = f" / {float(pieces[-1])}"
        pieces = pieces[:-2]
    return f"SUM({' '.join(pieces)}){scaled}".replace("( ", "(").replace(" )", ")")
