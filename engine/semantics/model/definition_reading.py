"""Reading one definition: which rows it counts and what it computes of them."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_conditions import Rows
from chat2sql.engine.semantics.model.definition_entries import ReadDefinition
from chat2sql.engine.semantics.model.definition_figures import Computed, computed_in
from chat2sql.engine.semantics.model.definition_remarks import plainly, without_remarks
from chat2sql.engine.semantics.model.definition_rows import RowsReader
from chat2sql.engine.semantics.model.definition_sql import as_sql
from chat2sql.engine.semantics.model.definition_words import known_words
from chat2sql.engine.semantics.model.finer import are_lines
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.spoken_forms import says_little
from chat2sql.engine.semantics.model.terms import Kind, Meaning, TermIndex, units_of

FIGURE = re.compile(
    r"[额率价费量]$|[收付回退]款$|业绩$|流水$|费用|天数|时长|工时|金额|收入|支出|成本|利润|毛利|GMV|sales|revenue|turnover|amount",
    re.IGNORECASE,
)
_AMOUNT_IS = re.compile(r"(?<![㐀-鿿])(?:金额|数值|数额)(?:统一)?(?:用|取|以|按|为|是)")
_CODES_ASIDE = re.compile(
    r"(?P<words>[㐀-鿿]{2,8}(?:[+＋、/和及与][㐀-鿿]{2,8})*)[(（]\s*(?P<codes>[A-Z0-9]{1,4}(?:\s*[、,，/和]\s*[A-Z0-9]{1,4})*)\s*[)）]"
)
_ITS_LINES = re.compile(r"的?[㐀-鿿]{0,6}明细(?:行|表)?(?:[的\s]\s*|(?=[A-Za-z]|数量|单价))")
"""已审核的订单明细 qty*price, read of those lines."""
_COUNTS_TOO = re.compile(r"(?<=[0-9A-Z])\s*[(（][^()（）]{2,20}(?:也|都)(?:算|计)[^()（）]{0,4}[)）]")
"""状态1/2/3（提了离职还没办完的也算）: what the codes say already."""


def read_definition(definition: Definition, model: SemanticModel, index: TermIndex) -> ReadDefinition | None:
    """What a definition means; None: it is of no table of the model."""
    dataset = model.dataset(definition.dataset)
    if dataset is None:
        return None
    # 正式和试用都算在职 says of what is defined once more what it is.
    body = (
        definition.body
        if FIGURE.search(definition.name) or definition.name.endswith("款")
        else re.sub(
            rf"(?<=[算是为入])\s*{re.escape(definition.name)}(?:人数|员工)?(?=[，,；;]|$)",
            "",
            definition.body,
        )
    )
    body = _CODES_ASIDE.sub(_without_codes, _COUNTS_TOO.sub("", body))
    if definition.about:
        # po_line.qty of po_line is its qty.
        body = re.sub(rf"(?<![A-Za-z0-9_.]){re.escape(dataset.name.rpartition('.')[2])}\.(?=\w)", "", body)
        body = _ITS_LINES.sub(" ", body) if are_lines(dataset) else body
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
    if any(_is_less_another(mention.meanings[0], model) for mention in mentions):
        computed = None
    if rows.is_either or (computed is not None and _restricts_a_part(computed, rows)):
        computed = None
    if raw.expression and computed is not None:
        computed = computed._replace(expression=raw.expression) if not computed.expression else None
    return ReadDefinition(definition, dataset, rows, computed)


def is_known(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    """Whether the model has something of that name already, which a definition does not replace."""
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


def _restricts_a_part(computed: Computed, rows: Rows) -> bool:
    """Whether rows are told beside a formula of metrics, of which they may be those of one side only."""
    is_formula = computed.ratio is not None or re.search(r" [-+] |NULLIF", computed.expression) is not None
    told = bool(rows.coded or rows.others or (computed.ratio is not None and rows.segments))
    return is_formula and told and (computed.ratio is not None or bool(computed.segments))


def _is_less_another(meaning: Meaning, model: SemanticModel) -> bool:
    """Whether it is a figure that another is taken off, and so no sum of its rows."""
    metric = model.metric(meaning.name) if meaning.kind is Kind.METRIC else None
    return metric is not None and metric.less is not None
