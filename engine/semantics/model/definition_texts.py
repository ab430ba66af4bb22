"""Where comments define a name: 销售额=…, 有效订单指…, 统计销售额时只算…, …合计为销售额, Sales is defined as ….

Only the places are found here, generously: whether what a definition says can be computed is seen when it is read.
"""

from __future__ import annotations

import re

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.codes import read_codes
from chat2sql.engine.schema.notations import DEFINES_BEHIND, code_list
from chat2sql.engine.semantics.model.days_back import as_recent
from chat2sql.engine.semantics.model.definition import Definition, said_of_all
from chat2sql.engine.semantics.model.definition_codes import groups_of_codes
from chat2sql.engine.values.documents import is_document

_HEADING = re.compile(
    r"[【［\[]\s*(?P<name>[^】］\]]{1,12}?)\s*[】］\]]"
    r"(?P<sign>\s*(?:(?:公司|集团|财务|业务)?(?:统一|标准)?(?:口径|定义))?\s*[=＝:：])?"
)
_ABOUT_WORDS = re.compile(
    r"(?:统计|计算|业务|数据|使用|公司|集团|财务|重要)*(?:口径|说明|注意|注意事项|重要|备注|规则|定义|提示|公式|注|必读|事项)?"
)
"""Headings and names that say of what sort the text is, and define nothing."""
_FIGURE = (
    r"(?:净|总|月|年)?(?:销售额|销售收入|销售金额|销售业绩|营业额|营业收入|营收|业绩|流水|成交额|交易额|GMV|gmv|回款额?|收入|采购额|采购金额|毛利额?"
    r"|利润|产值|支出|费用|金额)"
)
_SAID_BY = re.compile(
    rf"^(?:[㐀-鿿]{{0,10}}?(?:统计|说|讲|报|考核|核算|计算|披露|看|用|里|对外|内部|公司|集团|财务|部)的?)(?=(?:[㐀-鿿]{{2}})?{_FIGURE}$)"
)
"""财务部每月报的营业额, 公司统计营业额: by whom it is said."""
_OF_A_KIND = re.compile(
    r"(?!.{0,1}[净实总毛待未已含应预计])(?!线上|线下|目标|计划|退货|退款|取消|损失|同期|去年|上年|累计|新增|直营|加盟|批发|零售|团购|平均|人均|单店|历史|其他)"
    r"[㐀-鿿]{2}(?P<plain>销售额|营业额|营业收入|营收|业绩|成交额|交易额|回款额|采购额|毛利额?)"
)
_NEITHER = re.compile(
    r"(?<!\w)(?P<column>[A-Za-z_]\w*)\s*(?:<>|!=)\s*(?P<first>['\"]?\w+['\"]?)\s*(?:且|并且|和|and|AND|[,，])\s*(?:<>|!=)\s*"
    r"(?P<second>['\"]?\w+['\"]?)"
)
"""po_status<>9 且 <>0"""
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "!": "！"}
_HALF_WIDTH = re.compile(r"(?<=[㐀-鿿）)”])[,;:!]|[,;:!](?=\s*[㐀-鿿])")
_NO_NAME = re.compile(
    r"^(?:之|空为|单位|小于|大于|等于|其中|不|[一二三四五六七八九十]级$)|(?:公司|集团|统一)$"
)
_OWNERS = r"(?:公司|集团|全公司|全集团|财务|业务|内部|官方)?(?:统一|标准)?"
_SENTENCE = re.compile(r"[。；;\n！]|!(?!=)|\.\s|\s/\s")
_BEFORE = (
    r"(?:^|(?<=[，,、（(：:\s]))\s*"
    r"(?:(?:其中|备?注意?|说明|业务|统计|计算)?(?:的?口径|定义|规则)?(?:的|[：:])?\s*)"
)
_NAME = r"(?P<name>[A-Za-z][A-Za-z -]{1,24}?|[㐀-鿿A-Za-z]{2,12}?)"
_GLOSS = r"(?:\s*[(（]\s*(?:=|＝|即|又称|也叫|也称|亦称|或称|或)?\s*(?P<also>[^()（）=＝]{1,16})[)）])?"
_AMOUNT_NAME = r"(?P<name>(?:[㐀-鿿]{1,4}/)?[㐀-鿿A-Za-z]{0,10}?(?:额|金额|收入|营收|支出|成本|费用|数|量|率|价|GMV|gmv))"
_WAYS = (
    rf"{_OWNERS}"
    + r"(?:(?:统计|计算|业务|核算)?(?:口径|定义|公式|规则|逻辑)|(?:统计|计算|核算)(?:方式|方法))"
)
_WAYS_AT_END = re.compile(rf"(?<=[㐀-鿿]{{2}}){_WAYS}$")
_SPOKEN_OF = r"(?:公司|集团|我们|我司|财务|业务|内部|平时|对外)*(?:所)?(?:说|讲|统计|看|报)?的?"
_SAID_AGAIN = re.compile(
    rf"\s*{_SPOKEN_OF}(?P<name>[㐀-鿿A-Za-z]{{2,12}}?)(?:\s*[(（]\s*(?:也叫|又称|即|也称|或称)?(?P<also>[^()（）]{{1,16}})[)）])?"
    r"\s*(?:=|＝|是指|指的?是|指|是|为)"
)
_TWICE = re.compile(
    rf"(?P<head>(?P<name>[㐀-鿿A-Za-z]{{2,12}}?)(?:（[^（）]*）)?=)\s*{_SPOKEN_OF}(?P=name)(?:\s*[(（][^()（）]*[)）])?\s*"
    r"(?:=|＝|是指|指的?是|指|是|为)"
)
_SIGN = re.compile(rf"{_BEFORE}{_NAME}{_GLOSS}\s*(?:=|＝|:=|：=)\s*")
_COLON = re.compile(rf"{_BEFORE}{_NAME}{_GLOSS}\s*[：:]\s*")
_HEADS = (
    re.compile(rf"{_BEFORE}{_NAME}{_GLOSS}\s*(?:的?{_WAYS})\s*(?:统一)?(?:为|是|：|:|=)?\s*"),
    re.compile(
        rf"{_BEFORE}{_NAME}{_GLOSS}\s*(?:定义为|指的?是|是指|指(?![导标定数示派挥纹南])|即|等于|的意思是)\s*"
    ),
    re.compile(
        r"(?:^|(?<=[，,(（]))\s*(?P<name>[A-Za-z][A-Za-z -]{1,24}?)\s+(?:is defined as|means|refers to|is the|are the|is)\s+",
        re.IGNORECASE,
    ),
    re.compile(rf"{_BEFORE}(?:统计|计算|核算){_NAME}时[，,]?\s*"),
    re.compile(rf"{_BEFORE}{_AMOUNT_NAME}{_GLOSS}\s*(?=按|以|取|统计|只认|不含|不包|不算|不计|剔除|排除)"),
)
_PER_MONTH = re.compile(r"^(?:每月|月度|当月|月|年度)(?=[㐀-鿿]{1,6}(?:额|款|量|收入|费)$)")
_COUNTED_AT_END = re.compile(r"(?<=[㐀-鿿]{2})(?:的?统计|的?计算|的?核算|一律|这个?(?:数字?|指标)|这一?项)$")
_ONLY = re.compile(
    r"^\s*(?:注意?[：:])?\s*(?:统计|计算|核算|算)?(?P<name>[^，,：:=＝只仅按以取]{2,24}?)时?[，,]?(?:只|仅)(?:统计|计算|计入|包含|算|计|含|取|看|认)\s*"
)
_USES = re.compile(r"(?P<name>[㐀-鿿]{2,8}?)(?:就用|就是|就按|就取|等于)(?P<of>.{2,})")
_TAIL = re.compile(rf"^(?P<body>.{{4,60}}?)\s*(?:即为|记为|计入|作为|称为|就是|为)\s*{_AMOUNT_NAME}\s*$")
_THIS = re.compile(r"(?:以)?(?:此|该|本)(?:字段|列|项|金额|值)?(?=为准|计算|统计|合计|求和)")
_LIKE = re.compile(
    r"(?:订单|单据|统计|数据|记录|行)?(?:范围|口径|条件)[㐀-鿿]{0,2}?(?:与|同|和|跟)(?P<like>[㐀-鿿A-Za-z]{2,8}?)"
    r"(?:的?(?:统计)?(?:口径|范围|条件))?(?:一致|相同|一样)?(?=[)）,，；;。]|$)"
)
_COUNTED_IN = re.compile(
    r"(?:计入|算入|构成|符合|满足)(?P<like>[㐀-鿿A-Za-z]{2,8}?)(?:口径)?的(?:订单|单据|记录|合同|单)(?:数|数量|量|笔数)?"
)
"""成交订单数=计入销售额的订单数"""
_AS_ABOVE = re.compile(r"^(?:的?口径)?同上\s*(?:[(（]\s*除非[^()（）]*[)）])?[，,]?")
_LEAVES_OUT = re.compile(
    r"^\s*(?:但|其中|且|均|都)?(?:不含|不包括|剔除|排除)|(?:不计|不算|不统计|除外|剔除|排除)(?:入|在内|进)?[^，,]{0,8}(?=[，,]|$)"
)
_QUOTED = re.compile(r"[“\"「『]([㐀-鿿A-Za-z]{2,10})[”\"」』]\s*(?=[=＝]|指|定义为)")
_CONTINUES = re.compile(
    r"^\s*(?:且|但|其中|另)?(?:只|仅)(?:统计|计算|计|算|含|取|认|包含)"
    r"|^\s*(?:统计)?时间(?:一律|统一|都|均|全部)?(?:看|按|以|取|用)"
    r"|^\s*归属?期间?(?:按|以)|^\s*(?:统一)?按[^，,]{2,24}?(?:归属期?|归集|归期|统计|计入?)(?:期间?)?\s*$"
)
"""A sentence that says more of the figure before it."""
_LONGEST = 320


def definitions(catalogue: Catalogue) -> list[Definition]:
    """All definitions in the comments of tables and columns."""
    found: list[Definition] = []
    for table in catalogue.tables:
        dataset = catalogue.key(table)
        columns = frozenset(column.name.lower() for column in table.columns)
        comment = _once(_QUOTED.sub(r"，\1", _HEADING.sub(_headed, in_full_width(as_recent(table.comment)))))
        found += _in_comment(dataset, comment, columns, lists_codes=False)
        for column in table.columns:
            if is_document(column):
                # What it lists are the parts of its documents.
                continue
            comment = _THIS.sub(f" {column.name} ", in_full_width(column.comment))
            codes, behind = _codes_and_rest(comment)
            told = _in_comment(dataset, codes, columns, lists_codes=len(read_codes(comment)) > 1)
            told += _in_comment(dataset, behind, columns, lists_codes=False) if behind else []
            found += [
                one._replace(body=f"{column.name}={one.body}") if _is_code(one, comment) else one
                for one in told
            ]
            found += [
                Definition(dataset, name, f"{column.name}={of}") for name, of in groups_of_codes(comment)
            ]
    found = [one._replace(name=_plain_name(one.name)) for one in found]
    found = [one for one in dict.fromkeys(found) if not (_NO_NAME.search(one.name) or _is_about(one.name))]
    return [_also_plainly(one, found) for one in found]


def _also_plainly(one: Definition, found: list[Definition]) -> Definition:
    """图书销售额, also called 销售额 where no other is called so."""
    plain = plainly_called(one.name)
    if any(other.name.endswith(plain) or other.also in plain for other in found if other is not one):
        return one
    return one._replace(also="、".join(filter(None, (one.also, *plain))))


def plainly_called(name: str) -> tuple[str, ...]:
    """What a figure is called without the kind that it is of: 销售额 for 图书销售额; empty: its name says no kind."""
    kind = _OF_A_KIND.fullmatch(name)
    return (kind["plain"],) if kind is not None else ()


def in_full_width(comment: str) -> str:
    """A comment whose marks between Chinese words are Chinese: 有效订单的 pay_amt,归属期看付款时间."""
    comment = _NEITHER.sub(r"\g<column> not in (\g<first>,\g<second>)", comment)
    return _HALF_WIDTH.sub(lambda mark: _FULL_WIDTH[mark.group()], comment)


def _plain_name(name: str) -> str:
    """What is defined, without who says so and how often."""
    return _PER_MONTH.sub("", _SAID_BY.sub("", _SAID_BY.sub("", _COUNTED_AT_END.sub("", name))))


def _is_code(definition: Definition, comment: str) -> bool:
    """算收款只取1: of the codes that the comment lists."""
    codes = {code.code for code in read_codes(comment)}
    listed = set(re.split(r"[\s、，,/和或及与]+", definition.body.strip()))
    return (definition.counts_only or len(listed) > 1) and listed <= codes


def _codes_and_rest(comment: str) -> tuple[str, str]:
    """A comment up to the end of the sentence in which its codes end, and what it says after that."""
    behind = DEFINES_BEHIND.search(comment)
    if behind is not None:
        return comment[: behind.start()], comment[behind.start() + 1 :]
    entries = code_list(comment)
    end = comment.find("。", entries[-1].start) if len(entries) > 1 else -1
    return (comment, "") if end < 0 else (comment[:end], comment[end + 1 :])


def _headed(heading: re.Match[str]) -> str:
    """【有效订单】 as the name of what is defined behind it; 【口径】 as nothing."""
    if _is_about(heading["name"]):
        return "，"
    name = _WAYS_AT_END.sub("", heading["name"])
    again = _SAID_AGAIN.match(heading.string, heading.end())
    also = f"（{again['also']}）" if again is not None and again["name"] == name and again["also"] else ""
    return f"，{name}{also}="


def _once(comment: str) -> str:
    """销售额=公司说的销售额（也叫业绩）=实付: what is defined, said once."""
    return _TWICE.sub(r"\g<head>", comment)


def _is_about(name: str) -> bool:
    return _ABOUT_WORDS.fullmatch(name) is not None


def _in_comment(
    dataset: str, comment: str, columns: frozenset[str], *, lists_codes: bool
) -> list[Definition]:
    found: list[Definition] = []
    like = _LIKE.search(comment)
    if like is not None and like["like"] not in ("上", "上述"):
        comment = _LIKE.sub("", comment)
    for sentence in _SENTENCE.split(comment):
        told = _in_sentence(dataset, sentence, columns, lists_codes=lists_codes)
        leaves_out = _LEAVES_OUT.search(sentence) is not None
        of_last = found and re.search(rf"不(?:计|算)入?{re.escape(found[-1].name)}", sentence) is not None
        goes_on = found and not told and _CONTINUES.search(sentence) is not None
        if not (goes_on or (found and leaves_out and (of_last or not told))):
            found += told
            continue
        # 销售额=…；退款单不计入销售额: what is left out is said behind.
        found[-1] = found[-1]._replace(body=f"{found[-1].body}，{sentence.strip()}")
    for place, one in enumerate(found):
        above = _AS_ABOVE.match(one.body)
        counted = _COUNTED_IN.fullmatch(one.body.strip())
        if counted is not None:
            found[place] = one._replace(body="", like=counted["like"], as_above=True)
        elif above is not None:
            # 订单数口径同上: the rows of what was defined before it.
            before = found[place - 1].name if place else ""
            found[place] = one._replace(body=one.body[above.end() :], like=before, as_above=True)
        elif like is not None and one.name != like["like"] and _is_alike(one, like, comment):
            found[place] = one._replace(like=like["like"])
    return found


def _is_alike(one: Definition, like: re.Match[str], comment: str) -> bool:
    """Whether 订单范围与销售额一致 speaks of it: of what was defined before, or of the rows of all that is defined behind."""
    place = comment.find(one.name)
    return 0 <= place < like.start() or (
        place >= 0 and like.group().startswith(("订单范围", "统计范围", "范围"))
    )


def _in_sentence(
    dataset: str, sentence: str, columns: frozenset[str], *, lists_codes: bool
) -> list[Definition]:
    only = _ONLY.match(sentence)
    if only is not None:
        return _only(dataset, only, sentence[only.end() :], columns, lists_codes=lists_codes)
    # A condition on a column defines no name: status=3.
    heads = [
        head
        for head in _heads(sentence, lists_codes=lists_codes)
        if head["name"].strip().lower() not in columns
    ]
    if not heads:
        tail = _TAIL.match(sentence)
        return [Definition(dataset, tail["name"], tail["body"])] if tail is not None else []
    ends = [head.start() for head in heads[1:]] + [len(sentence)]
    return said_of_all(
        Definition(
            dataset,
            head["name"].strip(),
            _bare(sentence[head.end() : end]),
            also=(head.groupdict().get("also") or "").strip(),
        )
        for head, end in zip(heads, ends, strict=True)
        if 2 <= len(sentence[head.end() : end].strip()) <= _LONGEST
    )


def _only(
    dataset: str, only: re.Match[str], rest: str, columns: frozenset[str], *, lists_codes: bool
) -> list[Definition]:
    """销量、销售额只统计…的订单，销售额=…: rows for several names, and for some of them what is computed."""
    further = _in_sentence(dataset, rest, columns, lists_codes=lists_codes)
    heads = _heads(rest, lists_codes=lists_codes)
    rows = rest[: heads[0].start()].rstrip("，, ") if heads and further else rest
    computed = {one.name: one for one in further}
    told = []
    for name in (_COUNTED_AT_END.sub("", part.strip()) for part in only["name"].split("、")):
        own = computed.pop(name, None)
        formula = _USES.match(name)
        if formula is not None:
            # 销售额就用货款减优惠，只统计…
            told.append(Definition(dataset, formula["name"], f"{formula['of']}，{rows}"))
        elif own is not None:
            told.append(own._replace(body=f"{rows}，{own.body}"))
        elif name:
            told.append(Definition(dataset, name, rows, counts_only=True))
    return [*told, *computed.values()]


def _heads(sentence: str, *, lists_codes: bool) -> list[re.Match[str]]:
    """The places where names are defined, without overlap, in their order."""
    # 1=待付款 in a list of codes defines nothing.
    patterns = _HEADS if lists_codes else (_SIGN, *_HEADS, _COLON)
    found: list[re.Match[str]] = []
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            if not any(match.start() < other.end() and other.start() < match.end() for other in found):
                found.append(match)
    found.sort(key=lambda one: one.start())
    # What brackets say of one that is defined before them is of that: 退款额(退款额口径见 refund).
    return [
        one
        for place, one in enumerate(found)
        if not (place and brackets_open(sentence, one.start("name")) > 0)
    ]


def brackets_open(text: str, place: int) -> int:
    """How many brackets are open at a place of a text; less than 0: more were closed than opened."""
    before = text[:place]
    return sum(map(before.count, "(（")) - sum(map(before.count, ")）"))


def _bare(body: str) -> str:
    """Without a bracket that was opened before it, and the comma before what follows."""
    body = body.strip().rstrip("，,、；;")
    for opening, closing in ("()", "（）"):
        if body.endswith(closing) and body.count(closing) > body.count(opening):
            body = body[:-1]
    return body
