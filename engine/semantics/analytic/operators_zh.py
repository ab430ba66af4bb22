"""Operators in Chinese."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.acts import (
    AFTER,
    BOUGHT,
    BOUGHT_AT_ALL,
    EXCLUDED,
    MONEY,
    NTH_ASC,
    NTH_DESC,
    PIECES,
    SOLD,
    Act,
    Row,
    row,
)
from chat2sql.engine.semantics.analytic.intent import Aggregate, Grain, Operator
from chat2sql.engine.semantics.numerals import HAN_NUMERAL

_N = rf"(?P<n>[0-9]+(?:\.[0-9]+)?|{HAN_NUMERAL}{{1,5}})"
_HIGH, _LOW = "高|多|大|长|贵|好|强|快|晚|新|近|重", "低|少|小|短|便宜|差|慢|早|久|轻"
_UNITS_SOLD = "[台件个双部瓶支套本包箱款]"
_GRAINS = {
    Grain.DAY: "天|日",
    Grain.WEEK: "周|星期",
    Grain.MONTH: "个?月份?",
    Grain.QUARTER: "个?季度?",
    Grain.YEAR: "年度?",
}

ZH_OPERATORS: tuple[Row, ...] = (
    *(
        row(
            Act.GRAIN,
            rf"(?:每一?|各个?|按|逐|分)(?:自然)?(?:{unit})(?!初|末|底)(?:统计|汇总|分组|来看|看)?",
            rf"哪(?:一|些|几)?个?(?:{unit})",
            detail=grain,
        )
        for grain, unit in _GRAINS.items()
    ),
    row(Act.GRAIN, r"四个季度|[每各]个季度", detail=Grain.QUARTER),
    row(Act.GRAIN, r"历年(?:来)?", detail=Grain.YEAR),
    row(Act.GRAIN, r"(?:12|十二)个月(?:每月|各月|的每个月)", detail=Grain.MONTH),
    row(Act.GRAIN, r"月度(?=趋势|走势|变化|销)", r"(?:按月)?(?:趋势|走势)", detail=Grain.MONTH),
    row(
        Act.EACH,
        rf"每一?(?:{PIECES})?",
        r"各(?:个|自的|类(?!别|型|目)|种(?!类))?",
        r"不同类型的?",
        r"按照?",
        r"依照?",
        r"分(?!别)",
        r"不同",
    ),
    row(Act.TOP, rf"(?:排名|排行|销量)?前{_N}(?:的|{PIECES})?(?:的)?", detail="desc"),
    row(Act.TOP, rf"(?:排名)?(?:倒数|垫底|最后|后){_N}(?:的|{PIECES})?(?:的)?", detail="asc"),
    row(Act.TOP, rf"最(?:{_HIGH})的?(?:前)?{_N}(?:{PIECES})人?(?:的)?", detail="desc"),
    row(Act.TOP, rf"最(?:{_LOW})的?(?:前)?{_N}(?:{PIECES})人?(?:的)?", detail="asc"),
    row(Act.TOP, r"(?:排名?)?第(?P<n>一)名?(?![次季批天周轮步个年月])(?:的)?", detail="desc"),
    row(
        Act.TOP,
        rf"第(?P<n>[2-9]|[二三四五六七八九])(?![0-9十百])(?:{_HIGH}|名|位)的?(?![次季批天周轮步个年月])",
        detail=NTH_DESC,
    ),
    row(
        Act.TOP,
        r"排(?:名|位|行)?(?:在)?第(?P<n>[2-9]|[二三四五六七八九])(?![0-9十百])(?:名|位)?的?(?![次季批天周轮步个年月])",
        detail=NTH_DESC,
    ),
    row(Act.TOP, r"倒数第(?P<n>[2-9]|[二三四五六七八九])(?![0-9十百])(?:名|位)?的?", detail=NTH_ASC),
    row(Act.MOST, rf"最(?:{_HIGH})", detail="desc"),
    row(Act.MOST, rf"最(?:{_LOW})", detail="asc"),
    row(
        Act.RANKED,
        r"(?:从高到低|从多到少|从大到小|降序|由高到低)(?:排列|排序|排名)?",
        r"排名|排行榜?",
        detail="desc",
    ),
    row(Act.RANKED, r"(?:从低到高|从少到多|从小到大|升序|由低到高)(?:排列|排序|排名)?", detail="asc"),
    row(
        Act.SAID,
        r"卖得|卖的",
        rf"(?:卖|销售?)(?:出去?|掉)?了?多少(?:钱|(?!{_UNITS_SOLD}))",
        detail="销售额",
    ),
    row(
        Act.SAID,
        rf"(?:卖|销售?)(?:出去?|掉)?了?(?:多少|几){_UNITS_SOLD}",
        r"(?:按|以)(?:销售)?(?:件数|数量|销量)(?:来?算|计|来?看|来?排)?[，,]?(?:卖得|卖的|销售)(?=最|前|排)",
        detail="销量",
    ),
    row(Act.SAID, r"买了?多少(?:钱|东西)?|采?购买了?多少钱?", detail="销售额"),
    row(
        Act.SAID,
        r"(?:买|卖|消费|采购)了?(?:满|够|有|超过?|达到?)?(?=[0-9一二三四五六七八九十百千万两.]+[多来几]?(?:万|亿|千|百)?(?:元|块钱?)?(?:及?以[上下]|多?的|$))",
        detail="销售额",
    ),
    row(Act.SAID, r"下过单", detail="订单"),
    row(Act.SAID, r"成交了?(?:多少|几)[单笔]|(?:多少|几)[单笔](?:成交|有效)", detail="成交订单数"),
    row(
        Act.SAID,
        r"(?:来)?(?:购|采)?买过(?:东西|货)?|有过?(?:消费|成交)|(?:成交|消费)过",
        detail=BOUGHT_AT_ALL,
    ),
    row(Act.SAID, r"走了", detail="离职"),
    row(Act.SAID, r"(?:多少|几)天(?!的)", detail="天数"),
    row(Act.SAID, r"花了?(?:出去)?多少钱?(?=$|[？?，,。])", detail=MONEY),
    row(Act.SAID, r"多少钱(?:一[台件个份斤瓶套张])?", r"消费(?!者)|花费", r"总?金额|总额", detail=MONEY),
    row(
        Act.COUNT,
        rf"(?:有|共有|总共有|一共有)?(?<![那这])(?:多少|几)(?:{PIECES})人?",
        r"(?:有|一?共有?|总共有?)?(?:多少|几)号人",
        r"(?:有|一?共有?|总共有?)?(?:多少|几)人次",
        r"有?多少(?!钱)",
        r"(?:总)?(?:数量|个数|人数|总数|家数|笔数|单数|条数|件数|份数|次数|张数|户数|套数|数目)",
    ),
    row(Act.AGGREGATE, r"平均|均值", detail=Aggregate.MEAN),
    row(
        Act.AGGREGATE,
        r"合计|总计|总和|之和|总共|一共|总额|累积|总(?!监|部|经理|裁|办)",
        detail=Aggregate.SUM,
    ),
    row(Act.AGGREGATE, r"最大值|最高值|峰值", detail=Aggregate.MAX),
    row(Act.AGGREGATE, r"最小值|最低值", detail=Aggregate.MIN),
    row(
        Act.SHARE,
        r"(?:各自)?(?:所)?占(?:到|了)?(?:总|全部|整体|全公司|公司|全体)*(?:的|体)?"
        r"(?:比例|比重|百分比|百分之几|百分之多少|份额|几成|几个点|比|多少)?",
        r"(?:的)?(?:份额|比重|比例|构成比?|百分比|百分之(?:多少|几)|几成)",
    ),
    row(
        Act.YEAR_BEFORE,
        r"同比",
        r"(?:比|较|相比|对比)(?:去年|上年)(?:同期|同月)?",
        r"与(?:去年|上年)同期(?:相)?比",
    ),
    row(
        Act.PERIOD_BEFORE,
        r"环比(?:上(?:个|一)?(?:月|周|季度?|期))?",
        r"(?:比|较)上(?:个|一)?(?:月|周|季度|期)",
    ),
    row(
        Act.GROWTH,
        r"(?:变动|变化|涨跌|增长)?幅度|增长率|增幅|增速|变化率|涨幅|涨了?(?:百分之)?(?:多少|几)",
        r"(?:涨|跌|升|降)了?(?:几|多少)?个?点",
        r"(?:增长|增加|下降|减少|变化|上升|涨跌)了?(?:百分之)?(?:多少|几)?",
    ),
    row(
        Act.DIFFERENCE,
        r"(?:是)?[多高涨增升]了?还是[少低跌减降掉]了?(?:[,，]?(?:相?差|差了)?多少)?(?:钱|元)?",
        r"[少低跌减降掉]了?还是[多高涨增升]了?(?:[,，]?(?:相?差|差了)?多少)?(?:钱|元)?",
        r"是[涨增多]是[跌减少]",
    ),
    row(Act.DIFFERENCE, r"[多少]卖了?多少钱?", detail="销售额"),
    row(Act.DIFFERENCE, r"相差|差额|差距|差值|差多少|多了多少|少了多少"),
    row(Act.RUNNING, r"(?:逐[月日周季年]|当年|年内|(?:从)?年初(?:到(?:当月|当期|现在)|至今|以来)?的?)?累计"),
    row(
        Act.MOVING,
        rf"(?:近|最近)?{_N}(?:个)?(?:月|天|周|季度?|年|期)的?(?:[(（](?:含|包括|包含)?(?:当|本)[月天日期周](?:在内|的)?[)）])?(?:滚动|移动)(?:平均|均值)(?:值|数|线)?"
        r"(?:[（(](?:当|本|每)(?:月|天|周|期|日)[^（）()]{0,14}[)）])?",
    ),
    row(
        Act.NOT,
        r"(?:从来?|一直|至今|还)?(?:没有?|未)(?:被|有)?(?:再)?(?:来)?(?:[卖售](?![价后完罄])(?:出去?|掉)?|买(?!单)|消费|光顾)过?",
        r"(?:从来?|一直|至今|还)?(?:没有?|未)(?:再)?成交(?!额|量|单|价)过?",
        detail=SOLD,
    ),
    row(Act.NOT, r"(?:从来?|一直|至今|还)?(?:没有?|未)下过?(?=的|过|$|[，,？?（(])", detail=BOUGHT),
    row(
        Act.NOT,
        r"(?:的话)?(?:[都也就则请均]|一律|统统)*(?:不算|不要|不看|不计|不统计|不考虑|不(?:用|必|需要?)(?:管|算|列|看|统计|考虑)|不包括|不包含|不含|不管|除外"
        r"|排除|剔除|去掉|刨除|刨掉|忽略|(?:别|不要|不用)(?:再)?(?:算|管|列|要|看|统计))(?:在内|进去|进来|上)?[了吧]?(?=[)），,。；;？?!！]|$)",
        detail=EXCLUDED,
    ),
    row(Act.NOT, r"从来?没有?|从未|没有|没|尚未|还未|未|不是|不在|不含|不包括|无|非|除了|除"),
    row(
        Act.TREE,
        r"(?:以?及|和|含|包括|包含|连同)(?:其|它的|所有|全部)*(?:下属|下级|下面|子)(?:各?级|的|各)?"
        r"(?:部门|类目|机构|单位|组织|分类|组)?",
        r"(?:直接|直属)?(?:下属|下级|下辖|手下|下面|底下)的?(?:所有|各级|全部)?",
        r"[(（]?(?:包括|包含|含|连同?)?(?:它|其)?(?:下面|底下|下属|下级)的?(?:所有|各级|全部|各个?|下级)?(?:部门|小类|子类|细类|类目|分类|品类|部|组)?"
        r"(?:也都?|都|全)*要?算(?:上|进去|进来|在内)?[)）]?",
        r"(?:包括|包含|含|连同?)(?:下面|底下|下属|下级)(?:的下级|各个?部门?|各组)",
        r"[(（]?(?:连同?|含|包括|算上)(?:它?下面|底下|下属|间接)(?:的)?(?:所有|各级|全部)?(?:部门|机构|单位|组织|类目|分类|细类|小类|下属|的)?(?:一起|也算|都算|都要算|在内)?[)）]?",
        r"直接(?:加|和|与|及|、|\+)间接的?(?:一?共|总共|汇报|下属|[管带]着?)*的?",
        r"手底下的?(?:所有|全部)?",
    ),
    row(
        Act.CHILDREN,
        r"(?:下面|底下|下属|下级|旗下)?的?(?:各个?|每个|分)(?:小类|子类目?|细类|细分|[二三]级(?:类目|分类|品类|部门|科目|目录)?|下级(?:部门|类目|分类|品类)?|子部门|小组)",
    ),
    row(Act.TOPMOST, r"(?:一|1|第一|顶|最上)级的?(?!城市|医院|市|能效|客户|会员|代理|经销|供应)"),
    row(Act.WHICH, r"叫(?:啥|什么)(?:名字?)?"),
    row(Act.WHICH, rf"(?:是)?(?:哪一?(?:{PIECES}|些)?|谁|什么)"),
    row(
        Act.LIST,
        rf"(?:是|有)?哪几(?:{PIECES})人?",
        rf"有?哪些|列出|列举|名单|清单|列表|有没有(?:哪(?:一?(?:{PIECES})|些))?|(?:都)?有谁",
    ),
    row(
        Act.ATTAINED,
        r"(?:没有?|未能?)(?:完成|达成|达到|达标)了?(?:月度?|当月|全年|年度)?(?:的)?(?:销售|业绩|营收|营业)?额?(?:的)?(?:目标|任务)",
        detail=Operator.BELOW,
    ),
    row(
        Act.ATTAINED,
        r"(?<![没未有能])(?:完成|达成|达到)了?(?:月度?|当月|全年|年度)?(?:的)?(?:销售|业绩|营收|营业)?额?(?:的)?(?:目标|任务)(?!完成|达成|率)",
        detail=Operator.AT_LEAST,
    ),
    row(Act.COMPARE, r"不低于|不少于|不小于|至少|大于等于|达到|>=", detail=Operator.AT_LEAST),
    row(Act.COMPARE, r"不超过|不高于|不大于|不多于|至多|最多(?=[0-9])|小于等于|<=", detail=Operator.AT_MOST),
    row(
        Act.COMPARE,
        r"超过|大于|高于|多于|超出|>|过(?=[0-9])(?![0-9]+[次个单笔张件条]?及?以[上下])|破(?=[0-9百千万一二三四五])",
        detail=Operator.ABOVE,
    ),
    row(Act.COMPARE, r"低于|小于|少于|不足|不到|未达到?|<", detail=Operator.BELOW),
    row(Act.COMPARE, r"及?以上|或更[高多]", detail=Operator.AT_LEAST + AFTER),
    row(Act.COMPARE, r"及?以下|以内|或更[低少]", detail=Operator.AT_MOST + AFTER),
    row(Act.COMPARE, r"之间|介于", detail=Operator.BETWEEN),
    row(Act.COMPARE, r"等于|=", detail=Operator.IS),
    row(Act.ALSO, r"和|与|及|以及|、|还有|,|，"),
)
