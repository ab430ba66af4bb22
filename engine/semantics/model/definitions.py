"""Definitions in comments, taken as they stand: 有效订单=已付款、已发货的订单；销售额=有效订单的订单金额合计.

What a definition says must be made of words that the schema has (fields, codes, names defined before it), of arithmetic
and of the few words that sum up. One that says anything else is left to the owner, never guessed at.
"""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition_entries import (
    DEFINED_CERTAINTY,
    ReadDefinition,
    label_of_name,
    metric_of,
    other_names,
    rows_of,
    same_metric,
    segment_of,
)
from chat2sql.engine.semantics.model.definition_figures import Computed, computed_in
from chat2sql.engine.semantics.model.definition_remarks import plainly, without_remarks
from chat2sql.engine.semantics.model.definition_rows import Rows, RowsReader
from chat2sql.engine.semantics.model.definition_sides import (
    HOW_MANY,
    homes_elsewhere,
    of_one_sort,
    scale_of_sum,
    sides_of,
    whose,
    without_number,
)
from chat2sql.engine.semantics.model.definition_sql import as_sql
from chat2sql.engine.semantics.model.definition_texts import Definition, definitions
from chat2sql.engine.semantics.model.definition_words import known_words
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Metric,
    Origin,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spoken_forms import says_little
from chat2sql.engine.semantics.model.terms import Kind, TermIndex, units_of

_FIGURE = re.compile(
    r"[额率价费量]$|费用|天数|时长|工时|金额|收入|支出|成本|利润|毛利|GMV|sales|revenue|turnover|amount",
    re.IGNORECASE,
)
_AMOUNT_IS = re.compile(r"(?<![㐀-鿿])(?:金额|数值|数额)(?:统一)?(?:用|取|以|按|为|是)")
_CODES_ASIDE = re.compile(
    r"(?P<words>[㐀-鿿]{2,8}(?:[+＋、/和及与][㐀-鿿]{2,8})*)[(（]\s*(?P<codes>[A-Z0-9]{1,4}(?:\s*[、,，/和]\s*[A-Z0-9]{1,4})*)\s*[)）]"
)
_COUNTS_TOO = re.compile(r"(?<=[0-9A-Z])\s*[(（][^()（）]{2,20}(?:也|都)(?:算|计)[^()（）]{0,4}[)）]")
"""状态1/2/3（提了离职还没办完的也算）: what the codes say already."""
_PASSES = 3
_SIDES = (".above", ".below")
NAMELESS = Bilingual(zh="", en="")
_WEAK = 0.75
"""Up to here a word only resembles what it may stand for."""


def defined(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """The model with the segments and metrics that the comments of its tables and columns define."""
    waiting = definitions(catalogue)
    # Where a definition can be read of its own table's rows, those are meant.
    for elsewhere in (False, True):
        model, waiting = _as_far_as_read(waiting, model, elsewhere=elsewhere)
    model = _placed_alike(model)
    index = TermIndex(model)
    return model.extended(unclear=tuple(one.name for one in waiting if _is_unclear(one, model, index)))


def _as_far_as_read(
    waiting: list[Definition], model: SemanticModel, *, elsewhere: bool
) -> tuple[SemanticModel, list[Definition]]:
    """The model with the definitions that can be read, and those that are left.

    Args:
        elsewhere: whether they may be of the rows of other tables than that whose comment has them, and ratios of two.
    """
    index = TermIndex(model)
    for _ in range(_PASSES):
        left: list[Definition] = []
        for definition in waiting:
            extended = None
            if not _speaks_of_others(definition, waiting, index):
                extended = (
                    (_anywhere(definition, model, index) or _as_ratio(definition, model, index))
                    if elsewhere
                    else _with(definition, model, index)
                )
            if extended is None:
                left.append(definition)
            else:
                model, index = extended, TermIndex(extended)
        if len(left) == len(waiting):
            break
        waiting = left
    return model, waiting


def _placed_alike(model: SemanticModel) -> SemanticModel:
    """The model, figures that are defined without a time placed by that of the others of the same rows: profit as sales."""
    times: dict[str, set[str]] = {}
    for metric in model.metrics:
        if metric.origin is Origin.COMMENT and metric.time:
            times.setdefault(metric.dataset, set()).add(metric.time)
    placed = tuple(
        metric.model_copy(update={"time": next(iter(times[metric.dataset]))})
        for metric in model.metrics
        if metric.origin is Origin.COMMENT
        and not metric.time
        and not metric.numerator
        and metric.label.zh
        and metric.expression != "COUNT(*)"
        and len(times.get(metric.dataset, ())) == 1
        and (own := model.dataset(metric.dataset)) is not None
        and own.time is None
    )
    return model.extended(metrics=placed) if placed else model


def _speaks_of_others(definition: Definition, waiting: list[Definition], index: TermIndex) -> bool:
    """Whether it is made of a name that is defined, and not read yet: 有效订单 would be orders that are valid by chance."""
    return any(
        other.name in definition.body and other.name != definition.name and not index.meanings(other.name)
        for other in waiting
    )


def _anywhere(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with what is defined, of its table's rows or of those of the only other one that it can be had from."""
    extended = _with(definition, model, index)
    if extended is not None or definition.counts_only or _is_known(definition, model, index):
        return extended
    found = [
        told
        for home in homes_elsewhere(definition, model)
        if (told := _with(definition._replace(dataset=home.name, about=definition.dataset), model, index))
        is not None
        # The sum of what each order has, over its lines, would repeat it.
        and re.search(rf"(?<!\w){re.escape(home.name)}\W", told.metrics[-1].expression)
    ]
    return found[0] if len(found) == 1 else None


def _as_ratio(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with a ratio each side of which is read for itself; None: it is none, or a side is not understood."""
    sides = sides_of(definition)
    if sides is None or _is_known(definition, model, index):
        return None
    made: list[Metric] = []
    for number, side in enumerate(sides):
        named = [one for one in index.meanings(side) if one.kind is Kind.METRIC and one.weight == 1]
        known = model.metric(named[0].name) if len(named) == 1 else None
        if known is None:
            own = definition._replace(name=f"{definition.name}{_SIDES[number]}", body=side)
            extended = _side(own._replace(dataset=whose(side, definition, model)), model, index)
            if extended is None:
                return None
            model, known = extended, extended.metrics[-1]
        made.append(known)
    above, below = of_one_sort(made, sides, model)
    model = model.extended(metrics=(above, below))
    if above.time and above.time != below.time and above.time.rpartition(".")[0] == below.dataset:
        # Orders are counted when their sales are.
        below = below.model_copy(
            update={
                "name": f"{definition.dataset}.{definition.name}{_SIDES[1]}",
                "label": NAMELESS,
                "synonyms": (),
                "time": above.time,
            }
        )
    return model.extended(
        metrics=(
            below,
            Metric(
                name=f"{definition.dataset}.{definition.name}",
                label=label_of_name(definition.name),
                synonyms=other_names(definition),
                origin=Origin.COMMENT,
                certainty=DEFINED_CERTAINTY,
                dataset=above.dataset,
                numerator=above.name,
                denominator=below.name,
                time=above.time if above.dataset == below.dataset else None,
                additivity=Additivity.NON_ADDITIVE,
            ),
        )
    )


def _side(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with one side of a ratio, a figure without a name, as its last metric."""
    read = _read(definition._replace(body=without_number(definition.body, index)), model, index)
    if read is None or read.computed is None or read.computed.ratio is not None:
        return None
    conditions = read.rows.conditions(model)
    rows = tuple(rows_of(read, owner, condition) for owner, condition in conditions.items())
    segments = (*read.computed.segments, *read.rows.segments, *(one.name for one in rows))
    counts = bool(segments) or HOW_MANY.search(definition.body) is not None
    expression = read.computed.expression or ("COUNT(*)" if counts else "")
    # 销售额/客户数: of all customers, or of those of these orders?
    if not expression or expression.startswith("COUNT(DISTINCT"):
        return None
    side = Metric(
        name=f"{definition.dataset}.{definition.name}",
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=definition.dataset,
        expression=f"{expression}{scale_of_sum(expression, model)}",
        segments=tuple(dict.fromkeys(segments)),
        time=read.computed.time,
    )
    return model.extended(segments=rows, metrics=(side,))


def _is_unclear(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    """Whether a name is one of the business's own that no other entry has: 活跃业主, 逾期账单."""
    if any(one.weight > _WEAK for one in index.meanings(definition.name)) or not has_han(definition.name):
        return False
    read = _read(definition, model, index)
    # What speaks of nothing that the schema has is a remark, no definition.
    thing = read is not None and definition.name.endswith((read.dataset.label.zh, *read.dataset.synonyms))
    return read is not None and (
        thing or bool(read.rows.conditions(model)) or read.rows.text != definition.body
    )


def _with(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with what is defined; None: not all of it is understood, or it has a field of that name."""
    if _is_known(definition, model, index):
        return None
    like = _metric_called(definition.like, model)
    if definition.like and like is None:
        return None
    read = _read(definition, model, index)
    if read is None or read.computed is None:
        return None
    if like is not None:
        read = _with_rows_of(like, read, read.computed, model)
    assert read.computed is not None
    conditions = read.rows.conditions(model)
    if not read.computed.expression and not read.computed.ratio and not _FIGURE.search(definition.name):
        segment = segment_of(read, conditions, model)
        return model.extended(segments=(segment,)) if segment is not None else None
    rows = tuple(rows_of(read, owner, condition) for owner, condition in conditions.items())
    metric = metric_of(read, rows, model)
    if metric is None:
        return None
    same = same_metric(metric, rows, model)
    return (
        model.extended(segments=rows, metrics=(metric,)) if same is None else model.extended(metrics=(same,))
    )


def _restricts_a_part(computed: Computed, rows: Rows) -> bool:
    """Whether rows are told beside a formula of metrics, of which they may be those of one side only."""
    is_formula = computed.ratio is not None or re.search(r" [-+] |NULLIF", computed.expression) is not None
    told = bool(rows.coded or rows.others or (computed.ratio is not None and rows.segments))
    return is_formula and told and (computed.ratio is not None or bool(computed.segments))


def _metric_called(name: str, model: SemanticModel) -> Metric | None:
    return next((one for one in model.metrics if name and one.label.zh == name and one.expression), None)


def _with_rows_of(
    like: Metric, read: ReadDefinition, computed: Computed, model: SemanticModel
) -> ReadDefinition:
    """The definition over the rows that another one counts, as far as each of its rows has one of them."""
    reach = routes_from(model, read.definition.dataset)
    known = [segment for name in like.segments if (segment := model.segment(name)) is not None]
    read.rows.segments += [one.name for one in known if one.dataset in reach]
    placed = (like.time or "").rpartition(".")[0] or like.dataset
    time = like.time if placed in reach else None
    computed = computed._replace(time=computed.time or time)
    if not computed.expression and read.definition.as_above and HOW_MANY.search(read.definition.name):
        computed = computed._replace(expression="COUNT(*)")
    return read._replace(computed=computed)


def _is_known(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    name = f"{definition.dataset}.{definition.name}"
    if model.metric(name) is not None or model.segment(name) is not None or says_little(definition.name):
        return True
    named = [one for one in index.meanings(definition.name) if one.weight == 1]
    blocking = {Kind.DATASET} if definition.counts_only else {Kind.DATASET, Kind.FIELD}
    return any(
        one.kind in blocking or (one.kind is Kind.CODE and one.dataset == definition.dataset) for one in named
    )


def _without_codes(said: re.Match[str]) -> str:
    """转正+试用（1、2） as 转正+试用: the codes of just those words."""
    words, codes = re.split(r"[+＋、/和及与]", said["words"]), re.split(r"[、,，/和]", said["codes"])
    return said["words"] if len(words) == len(codes) else said.group()


def _read(definition: Definition, model: SemanticModel, index: TermIndex) -> ReadDefinition | None:
    dataset = model.dataset(definition.dataset)
    if dataset is None:
        return None
    # 正式和试用都算在职 says of what is defined once more what it is.
    body = (
        definition.body
        if _FIGURE.search(definition.name) or definition.name.endswith("款")
        else re.sub(
            rf"(?<=[算是为入])\s*{re.escape(definition.name)}(?:人数|员工)?(?=[，,；;]|$)",
            "",
            definition.body,
        )
    )
    body = _CODES_ASIDE.sub(_without_codes, _COUNTS_TOO.sub("", body))
    raw = as_sql(_AMOUNT_IS.sub(" ", body), dataset, model)
    about = model.dataset(definition.about)
    reader = RowsReader(
        plainly(definition.name, raw.rest, dataset, model, index), dataset, model, about=about
    )
    rows = reader.rows
    units = units_of(rows.text)
    mentions = known_words(rows.text, units, definition.dataset, index, model, about=definition.about)
    reader.read_words(units, mentions)
    rows.text = without_remarks(rows.text, units, mentions, model)
    computed = computed_in(rows.text, units, mentions, dataset, model)
    if rows.is_either or (computed is not None and _restricts_a_part(computed, rows)):
        computed = None
    if raw.expression and computed is not None:
        computed = computed._replace(expression=raw.expression) if not computed.expression else None
    return ReadDefinition(definition, dataset, rows, computed)
