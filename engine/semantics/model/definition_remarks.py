"""What a definition says beside rows and arithmetic: units, remarks, what is said twice and what is said behind.

All of it is put plainly, or taken out, before the rest is read; what restricts anything stays, so that a definition is
never understood by leaving out what matters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition_words import is_within
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, TermIndex, Unit

_ASIDE = re.compile(
    r"[(（](?![^()（）]*(?:不|剔|排除|除|只|仅|其他))[^()（）]*(?:[也都仍还]算|算在内)[^()（）]*[)）]"
    r"|(?<=[㐀-鿿])(?<!合计|之和|总和|求和|金额|总额)[(（]\s*\w+\.\w+\s*(?:=|为|是)\s*['\"]?\w+['\"]?\s*[)）]"
)
_AS_COLUMNS = re.compile(
    r"(?:(?![的，,；;、(（])[㐀-鿿]){2,8}?(?:减去?|加上?|乘以?|扣除?|扣减)(?:(?![的，,；;、(（])[㐀-鿿]){1,8}\s*"
    r"[(（]\s*(?P<formula>[A-Za-z_]\w*(?:\s*[-+*]\s*[A-Za-z_]\w*)+)\s*[)）]"
)
_BY_PAPERS = re.compile(r"[(（](?:按单(?:数|算|计)?|不去重)(?:[，,、]?不按[人客]\w{0,3})?[)）]")
"""(按单不按人): papers are counted anyway."""
_WITH_ROWS = re.compile(
    r"[(（](?:也|均|都)?(?:含|包含|包括|含有)[㐀-鿿、和及与]{1,8}[)）]|(?<=[，,])(?:也|均|都)?(?:含|包含|包括)[㐀-鿿、和及与]{1,8}(?=[)）])"
    r"|[(（](?:(?![不未非仅只])[㐀-鿿]){1,8}?(?:也|都|均|仍|照样?)?(?:计入|算入|纳入|计在内|算在内|在内)[)）]"
)
"""(含赠品), (赠品成本计入): rows that count like the others."""
_NO_CHANGE = re.compile(
    r"[，,、]\s*(?:(?:不扣|未扣|不减|不另扣)[㐀-鿿]{1,5}(?=[，,、；;)）]|$)|(?:折|税|优惠)[后前](?=[，,、；;]|$)|(?:不?含税)(?=[，,、；;]|$)"
    r"|[㐀-鿿]{1,4}不(?:冲减|扣减|倒扣|扣除|另扣|减)(?=[，,、；;]|$)|已[减扣除][㐀-鿿]{1,5}(?=[，,、；;]|$)|(?:不?含税)?(?:折(?:合|算)?)?人民币(?:元)?(?=[，,、；;]|$))"
)
_GLOSSED = re.compile(
    r"(?<=[=＝][A-Za-z0-9'])\s*[(（][^()（）=＝<>]*(?:不算|不计|除外|剔除|不统计)[^()（）=＝<>]*[)）]"
)
"""del_flag=N(逻辑删除单不算): what is told in brackets is what the condition says."""
_WITH_COLUMN = re.compile(
    r"(?P<word>[㐀-鿿]{2,12})\s*[(（]\s*(?:(?P<table>[A-Za-z_]\w*)\.)?(?P<column>[A-Za-z_]\w*)\s*[)）]"
)
_QUALIFIED = re.compile(
    r"(?:^|(?<=[、，,；;含除]))(?P<word>(?:(?!合计|金额|之和|总)[㐀-鿿]){2,8})\s*[(（]\s*(?P<is>[A-Za-z_]\w*\.[A-Za-z_]\w*\s*(?:=|＝)\s*['\"]?\w+['\"]?)\s*[)）]"
)
"""测试客户(client.is_test=1), where the words say nothing that is known."""
_ALWAYS_LEFT_OUT = re.compile(
    r"[，,；;]?\s*[A-Za-z_]\w*\s*[=＝]\s*\w+\s*的?为[^，,；;]{2,8}[，,]\s*(?:任何|各类|所有|一切)统计[^，,；;]{0,6}(?:剔除|不计|不算|排除)"
)
_SAID_BY = re.compile(r"^\s*[（(][^（）()]*[)）]\s*[:：]")
"""（人力部2024年统一）：who says so."""
_NOT_BY = re.compile(r"[，,；;]\s*而?不(?:看|按|用)[^，,；;。]{1,12}?(?=[，,；;。)）]|$)")
"""按付款时间，不看下单时间: by which time it does not go."""
_SUM_SIGN = re.compile(r"[∑Σ]\s*(?=[(（])")
_CODED = re.compile(
    r"(?P<word>[㐀-鿿]{2,8})\s*[(（]\s*(?P<column>[A-Za-z_]\w*)\s*(?:=|＝|为|是)\s*['\"]?(?P<code>\w+)['\"]?\s*[)）]"
)
_BESIDE = re.compile(r"(?P<word>[㐀-鿿]{2,12})\s*(?P<column>[A-Za-z_]\w*)")
_COST_STAYS = re.compile(
    r"[，,；;]\s*[^，,；;]{0,14}?成本(?:也要?|照样?|照常|仍要?|还是要?)(?:扣|减|算|计)[^，,；;]{0,4}(?=[，,；;]|$)"
    r"|[(（](?!不|剔|排|除)[^()（）]{1,14}?(?:也|都|仍|照样?|照常)[^()（）]{0,3}(?:扣|减|计|算)[^()（）]{0,3}成本[^()（）]{0,3}[)）]"
    r"|[(（](?!不|剔|排|除)[^()（）]{1,14}?成本(?:也|都|仍|照样?|照常)[^()（）]{0,6}[)）]"
    r"|[，,；;]\s*(?!不|剔|排|除)[㐀-鿿]{1,8}?(?:也|都|同样|照样?|照常)要?(?:计|算|扣|计入|算入|扣除)成本(?=[，,；;]|$)"
)
"""赠品没收入但成本也要扣: what is said of some rows holds for all of them."""
_TO_YUAN = re.compile(
    r"(?:[(（]\s*(?P<column>[A-Za-z_]\w*)?\s*[，,]?\s*(?:单位)?\s*[:：为是]?\s*分[，,]?\s*(?:[)）]\s*)?)?(?:折|换)(?:合|算)?(?:成|为|到)?元(?:[)）])?"
    r"|[，,]?(?:结果)?(?:折|换)算?(?:成|为)元"
)
"""(单位分，折成元): a column of cents stands for its amount in yuan anyway."""
_CODE_RANGE = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<first>[0-9]{1,3}|[A-Z])\s*(?:[~～至到]|-{1,2})\s*(?P<last>[0-9]{1,3}|[A-Z])(?![A-Za-z0-9_.天日月年个])"
)
_CODES_TOLD = re.compile(
    r"(?:[㐀-鿿]{2,8}[+＋、/和及与或])*[㐀-鿿]{2,10}\s*[(（]\s*(?:(?P<column>[A-Za-z_]\w*)\s*(?:=|＝|为|in)?\s*)?"
    r"(?P<codes>(?:[0-9]{1,3}|[A-Z]{1,2})(?:\s*[、,，/]\s*(?:[0-9]{1,3}|[A-Z]{1,2}))*)\s*[)）]"
)
_LESS = re.compile(
    r"(?:^|(?<=[，,=＝：:]))(?P<from>[㐀-鿿A-Za-z_]{2,12}?)(?:再|里)?(?:减去|减掉|扣掉|扣除|减)(?P<less>[㐀-鿿A-Za-z_]{2,10}?)(?=[，,；;]|$)"
)
_UNIT = re.compile(
    r"[，,]\s*(?:单位\s*[:：为]?\s*)?(?:[万亿千百]?元|分|[万千百]?件|个|次|天|小时|分钟|%|％|百分比|小数)\s*$"
)
_AMOUNTS_ASIDE = re.compile(
    r"(?:^|(?<=[，,、；;(（\s]))(?:且|均|也)?(?:不含|不包含|不包括|不计|不算|含|已含|包含|包括)"
    r"(?P<what>[㐀-鿿]{1,6}?)(?=[，,、；;)）]|$)"
)
_FEES = re.compile(
    r"^(?:运费|邮费|配送费|税|税费|税额|押金|手续费|服务费|优惠|折扣|退货|退款|红包|积分抵扣)$"
)
_FEE_IN = re.compile(r"费|税|押金|优惠|折扣|退|红包|积分")
_REMARK = re.compile(
    r"(?:以|由|按)?[㐀-鿿]{0,6}(?:确认|审核|系统|报表|财务|手册|文档)(?:数据|口径)?为准|(?:详见|参见|参考|见)[㐀-鿿A-Za-z]{1,12}"
    r"|(?:每[日天周月年]|实时|定期|T\+1)[㐀-鿿0-9]{0,6}(?:更新|同步|刷新)|(?:数据)?来源[:：]?[㐀-鿿A-Za-z]{1,12}"
    r"|(?:业务|财务|统计|管理|会计)?口径|[㐀-鿿0-9、]{0,16}(?:会签|统一|规定|约定|确定|发布)(?:的)?(?:口径)?"
    r"|同(?:一)?口径(?:的?(?:行|单|订单|数据))?|[㐀-鿿0-9]{0,20}照样?(?:算|计)(?:进|入|在内)?[㐀-鿿]{0,6}"
    r"|先(?:汇总|合计|求和|加总)[再后](?:相)?除|除非特别说明|单位[:：]?[㐀-鿿]{1,4}"
)
"""All that may stand in a clause of its own and change nothing; what else is not understood may restrict."""
_OF_ROWS = re.compile(r"^\s*[㐀-鿿]{0,4}[行单表条](?=\s+[A-Za-z_]\w*\s*(?:之和|合计|总和|求和|加总|累计))")
"""费用行 amt 之和: the rows are those of the table."""
_BY = re.compile(r"[，,；;][^，,；;]{0,4}按照?[^，,；;]{0,4}$")
_BEHIND = re.compile(
    r"(?<![^，,；;])([^，,；;]{2,100}?)(?:都|均|需|要|须|应|一律|全部)?(?:不(?:计入|计|算|纳入|统计|参与统计|进(?:入)?(?:任何|各类|所有)?统计)(?:在内|入)?[^，,；;]{0,6}"
    r"|剔除|排除|除外|去掉|刨除)(?=[，,、；;]|$)"
    r"|(?<![^，,；;])(?P<fee>[㐀-鿿]{1,8}?)(?:都|均|也|一律)?不(?:含|包含|包括)(?=[，,；;]|$)"
)


def plainly(name: str, body: str, dataset: Dataset, model: SemanticModel, index: TermIndex) -> str:
    """The text of a definition with exclusions before what they exclude, and without what changes nothing.

    Args:
        name: what is defined.
    """
    body = _ALWAYS_LEFT_OUT.sub("", _GLOSSED.sub("", _SUM_SIGN.sub("合计", body)))
    if has_han(dataset.label.zh[-1:]):
        # 卡状态 of 保修卡 is its 状态.
        body = re.sub(rf"(?<![㐀-鿿]){dataset.label.zh[-1:]}(?=状态)", "", body)
    body = _AS_COLUMNS.sub(lambda said: _as_formula(said, dataset), _BY_PAPERS.sub("", body))
    body = _CODE_RANGE.sub(lambda said: _spread(said, dataset), body)
    body = _CODES_TOLD.sub(lambda said: _by_codes(said, dataset), body)
    body = _TO_YUAN.sub(lambda said: said["column"] or "", body)
    body = _LESS.sub(r"\g<from>-\g<less>", _COST_STAYS.sub("", body))
    # 押金不是回款, of 回款.
    body = re.sub(
        rf"(?<![^，,；;])([^，,；;]{{2,40}}?)(?:都|均|也)?(?:不是|不算|不属于|不计入?|不作)(?:作|为|在)?{re.escape(name)}(?=[，,；;]|$)",
        r"不含\1",
        body,
    )
    body = _NOT_BY.sub("", _SAID_BY.sub("", body))
    body = _QUALIFIED.sub(
        lambda match: match.group() if index.meanings(match["word"]) else f" {match['is']} ", body
    )
    body = _as_coded(_as_column(_UNIT.sub("", _NO_CHANGE.sub("", body)), dataset), dataset)
    body = _BEHIND.sub(lambda said: f"不含{said[1] or said['fee']}", _ASIDE.sub(" ", body))
    body = _WITH_ROWS.sub(lambda said: said.group() if _FEE_IN.search(said.group()) else "", body)
    return _AMOUNTS_ASIDE.sub(
        lambda match: "" if _is_amount(match["what"], dataset, model, index) else match.group(), body
    )


def _as_formula(said: re.Match[str], dataset: Dataset) -> str:
    """实付金额减运费(pay_amt-freight) as its columns."""
    columns = re.findall(r"[A-Za-z_]\w*", said["formula"])
    known = all(dataset.field(one) or dataset.field(one.lower()) for one in columns)
    return f" {said['formula']} " if known else said.group()


def _spread(said: re.Match[str], dataset: Dataset) -> str:
    """阶段10~40 as 10/20/30/40, where one column has both codes, in that order."""
    found = []
    for field in dataset.fields:
        codes = [one.code for one in field.codes]
        if said["first"] in codes and said["last"] in codes:
            found.append(_from_to(said["first"], said["last"], codes))
    return "/".join(found[0]) if len(found) == 1 and len(found[0]) > 1 else said.group()


def _by_codes(said: re.Match[str], dataset: Dataset) -> str:
    """审核后的单(A、R、C), 营业中加装修中(st 1、2): the codes, of the column that is named or the only one that has them."""
    codes = re.findall(r"[A-Za-z0-9]+", said["codes"])
    homes = [
        field
        for field in dataset.fields
        if set(codes) <= {one.code for one in field.codes}
        and (said["column"] is None or field.name.lower() == said["column"].lower())
    ]
    if len(homes) != 1 or (said["column"] is None and len(codes) == 1):
        return said.group()
    return f" {homes[0].name} in ({', '.join(codes)}) "


def _from_to(first: str, last: str, codes: Sequence[str]) -> list[str]:
    """The codes between two, by their number where all are numbers, else in the order of the comment."""
    if all(code.isdigit() for code in codes):
        return [code for code in codes if int(first) <= int(code) <= int(last)]
    return list(codes[codes.index(first) : codes.index(last) + 1])


def _as_column(body: str, dataset: Dataset) -> str:
    """The text with columns in place of the words that they explain: 明细行金额(order_line.amt) is amt."""

    def plain(match: re.Match[str]) -> str:
        column = dataset.field(match["column"].lower()) or dataset.field(match["column"])
        if (
            column is None
            or (match["table"] or dataset.name).lower() != dataset.name.rpartition(".")[2].lower()
        ):
            return match.group()
        before, particle, _ = match["word"].rpartition("的")
        return f"{before}{particle} {column.name} "

    def beside(match: re.Match[str]) -> str:
        column = dataset.field(match["column"].lower()) or dataset.field(match["column"])
        word = re.split("[的按看取用以是为]", match["word"])[-1]
        if column is None or not is_within(word, column.label.zh):
            return match.group()
        return f"{match['word'][: -len(word)]} {column.name}"

    return _BESIDE.sub(beside, _WITH_COLUMN.sub(plain, body))


def _as_coded(body: str, dataset: Dataset) -> str:
    """The text without the conditions in brackets that say a word's code: 外包人员(emp_type=3)."""

    def plain(match: re.Match[str]) -> str:
        field = dataset.field(match["column"].lower())
        codes = field.codes if field is not None else ()
        meant = [word for one in codes if one.code == match["code"] for word in one.words]
        said = [word for word in meant if match["word"].startswith(word)]
        if not said and any(
            first + second in match["word"] for word in meant for first, second in pairwise(word)
        ):
            return f" {match['column']}={match['code']} "
        return said[0] if said else match.group()

    return _CODED.sub(plain, body)


def _is_amount(word: str, dataset: Dataset, model: SemanticModel, index: TermIndex) -> bool:
    """Whether what is not in a figure is another amount, and no rows of it: 不含运费, 不含退货."""
    near = [one for one in index.meanings(word) if one.dataset in routes_from(model, dataset.name)]
    if any(one.kind in (Kind.CODE, Kind.SEGMENT) for one in near):
        return False
    fields = [field for one in near if (field := model.field(one.dataset, one.name)) is not None]
    fields += [field for field in dataset.fields if field.label.zh.startswith(word)]
    if any(field.role in (Role.FLAG, Role.CATEGORY) for field in fields):
        return False
    return bool(_FEES.match(word)) or any(field.role is Role.MEASURE for field in fields)


def without_remarks(text: str, units: list[Unit], mentions: list[Mention], model: SemanticModel) -> str:
    """The text without remarks (以财务确认为准, 每日更新), and without clauses that say only by what people group it
    (大区按收货城市)."""
    beside = {
        units[mention.first].start
        for mention in mentions
        if _BY.search(text[: units[mention.first].start]) and _is_no_time(mention.meanings[0], model)
    }
    named = {units[mention.first].start for mention in mentions}
    place = 0
    for clause in re.split(r"([，,；;、。:：()（）])", text):
        start, place = place, place + len(clause)
        within = {at for at in named if start <= at < place}
        is_grouping = bool(within & beside) and _only_groups(clause)
        is_remark = (start or place < len(text)) and _REMARK.fullmatch(clause.strip())
        if is_remark or (start and is_grouping):
            text = text[:start] + " " * len(clause) + text[place:]
    of_rows = _OF_ROWS.match(text)
    return " " * of_rows.end() + text[of_rows.end() :] if of_rows is not None else text


def _only_groups(clause: str) -> bool:
    """大区按订单收货城市: nothing in it restricts."""
    return not re.search(r"[只仅不非除未没无限前后内外超过满至少等于>=<]", clause)


def _is_no_time(meaning: Meaning, model: SemanticModel) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return field is not None and field.role in (Role.KEY, Role.NAME, Role.TEXT, Role.CATEGORY)
