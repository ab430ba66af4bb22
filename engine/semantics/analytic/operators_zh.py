"""Operators in Chinese."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.acts import AFTER, BOUGHT, MONEY, SOLD, Act, Row, row
from chat2sql.engine.semantics.analytic.intent import Aggregate, Grain, Operator
from chat2sql.engine.semantics.numerals import HAN_NUMERAL

_N = rf"(?P<n>[0-9]+(?:\.[0-9]+)?|{HAN_NUMERAL}{{1,5}})"
_PIECES = (
    "个|家|位|名|款|种|类|条|笔|张|件|项|单|间|大|强|人|座|台|次|门|份|批|户|套|辆|场|宗|箱"
    "|本|册|部|支|只|瓶|袋|栋|所|封|起|例|节|艘|架|篇|通|票|车|趟"
)
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
    row(Act.GRAIN, r"月度(?=趋势|走势|变化|销)", r"(?:按月)?(?:趋势|走势)", detail=Grain.MONTH),
    row(Act.EACH, rf"每一?(?:{_PIECES})?", r"各(?:个|自的)?", r"按照?", r"依照?", r"分(?!别)", r"不同"),
    row(Act.TOP, rf"(?:排名|排行|销量)?前{_N}(?:的|{_PIECES})?(?:的)?", detail="desc"),
    row(Act.TOP, rf"(?:排名)?(?:倒数|垫底|最后|后){_N}(?:的|{_PIECES})?(?:的)?", detail="asc"),
    row(Act.TOP, rf"最(?:{_HIGH})的?(?:前)?{_N}(?:{_PIECES})人?(?:的)?", detail="desc"),
    row(Act.TOP, rf"最(?:{_LOW})的?(?:前)?{_N}(?:{_PIECES})人?(?:的)?", detail="asc"),
    row(Act.TOP, r"(?:排名?)?第(?P<n>一)名?(?![次季批天周轮步个年月])(?:的)?", detail="desc"),
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
    row(Act.SAID, rf"(?:卖|销售?)(?:出去?|掉)?了?(?:多少|几){_UNITS_SOLD}", detail="销量"),
    row(Act.SAID, r"买了?多少(?:钱|东西)?|采?购买了?多少钱?", detail="销售额"),
    row(Act.SAID, r"买过|购买过|下过单|有过?消费", detail="订单"),
    row(Act.SAID, r"走了", detail="离职"),
    row(Act.SAID, r"(?:多少|几)天(?!的)", detail="天数"),
    row(Act.SAID, r"花了?(?:出去)?多少钱?(?=$|[？?，,。])", detail=MONEY),
    row(Act.SAID, r"多少钱(?:一[台件个份斤瓶套张])?", r"消费(?!者)|花费", r"总?金额|总额", detail=MONEY),
    row(
        Act.COUNT,
        rf"(?:有|共有|总共有|一共有)?(?:多少|几)(?:{_PIECES})人?",
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
    row(Act.PERIOD_BEFORE, r"环比", r"(?:比|较)上(?:个|一)?(?:月|周|季度|期)"),
    row(
        Act.GROWTH,
        r"增长率|增幅|增速|变化率|涨幅|涨了?(?:百分之)?(?:多少|几)",
        r"(?:涨|跌|升|降)了?(?:几|多少)?个?点",
        r"(?:增长|增加|下降|减少|变化|上升|涨跌)了?(?:百分之)?(?:多少|几)?",
    ),
    row(Act.DIFFERENCE, r"(?:是)?[多高涨增]了?还是[少低跌减]了?(?:[,，]?(?:相?差|差了)?多少)?"),
    row(Act.DIFFERENCE, r"相差|差额|差距|差值|差多少|多了多少|少了多少"),
    row(Act.RUNNING, r"(?:逐[月日周季年])?累计"),
    row(
        Act.NOT,
        r"(?:从来?|一直|至今|还)?(?:没有?|未)(?:被|有)?[卖售](?![价后完罄])(?:出去?|掉)?过?",
        detail=SOLD,
    ),
    row(Act.NOT, r"(?:从来?|一直|至今|还)?(?:没有?|未)[下买]过?(?!单|[下买])", detail=BOUGHT),
    row(Act.NOT, r"从来?没有?|从未|没有|没|尚未|还未|未|不是|不在|不含|不包括|无|非|除了|除"),
    row(
        Act.TREE,
        r"(?:以?及|和|含|包括|包含|连同)(?:其|它的|所有|全部)*(?:下属|下级|下面|子)(?:各?级|的|各)?"
        r"(?:部门|类目|机构|单位|组织|分类|组)?",
        r"(?:直接|直属)?(?:下属|下级|下辖|手下|下面|底下)的?(?:所有|各级|全部)?",
    ),
    row(Act.WHICH, rf"(?:是)?(?:哪一?(?:{_PIECES}|些)?|谁|什么)"),
    row(Act.LIST, rf"(?:是|有)?哪几(?:{_PIECES})人?", r"有?哪些|列出|列举|名单|清单|列表"),
    row(Act.COMPARE, r"不低于|不少于|不小于|至少|大于等于|达到|>=", detail=Operator.AT_LEAST),
    row(Act.COMPARE, r"不超过|不高于|不大于|不多于|至多|最多(?=[0-9])|小于等于|<=", detail=Operator.AT_MOST),
    row(
        Act.COMPARE,
        r"超过|大于|高于|多于|超出|>|过(?=[0-9])|破(?=[0-9百千万一二三四五])",
        detail=Operator.ABOVE,
    ),
    row(Act.COMPARE, r"低于|小于|少于|不足|不到|未达到?|<", detail=Operator.BELOW),
    row(Act.COMPARE, r"及?以上|或更[高多]", detail=Operator.AT_LEAST + AFTER),
    row(Act.COMPARE, r"及?以下|以内|或更[低少]", detail=Operator.AT_MOST + AFTER),
    row(Act.COMPARE, r"之间|介于", detail=Operator.BETWEEN),
    row(Act.COMPARE, r"等于|=", detail=Operator.IS),
    row(Act.ALSO, r"和|与|及|以及|、|还有|,|，"),
)

ZH_NOISE = (
    rf"一(?:{_PIECES}|分|毛钱)(?=[^，。]{{0,6}}[都也]?[没未])",
    # All who share a place are kept anyway.
    r"(?:[，,（(、]\s*(?:第?[0-9一二三四五六七八九十]+名|末位|名次|数量|金额|额度|次数|得分)?(?:如果?)?有?(?:并列|一样|相同|同样)"
    r"|并列)(?:多|高|大|少|低)?的?(?:话)?(?:[也都全]+(?:要|得|应)?(?:算|列|留|给|保留|显示)(?:出|上|在内)?(?:来|去)?|(?:千万)?(?:别|不要|不能)(?:漏|落)(?:掉|下)?)[)）]?",
    r"并列(?:的)?(?:也)?(?:都)?(?:要)?(?:列出|算)?(?:来|上)?|加起来|拢共|当天|那天|当日|当月|新增|新|一直|先后|跟|与|比|要",
    r"这个?|那个?|就是|也就是|因为|因|多大|多高|多长|看|出来?|被|做|搞|用上?|使用|产生|带来|贡献|收到?|发放?|付|花",
    r"一[分毛]钱|叫|涉及|顺序|列出来|保留|一样多|卖出?去?|买|拿到?|开|签|已经|实际|一次性?|任何|总体|东西|钱|件|次|天数?|年份?|月份?|级|项|类别?|牌子|品牌|大类|小类|只算|只看|申请|供货|名字|但是?|面|性质",
    r"直属(?=的?(?:在职|人|员工))|留下?|归|掉|啥|分布|手[上里头]|手底下|名下|里面|列一?下|卡在|配备?(?=了|过|备|项|$)|[提报](?=了|过)|请问|请|帮我|帮忙|麻烦|给我|我想(?:知道|看看?|了解)?|想(?:知道|看看?|了解)|看一?下|查一?下|看看|查询|查看|查找",
    r"统计|计算|算一?下|算出|显示|展示|列出|给出|汇总|分组|情况|数据|分别|各自|具体|目前|现在|当前|截至目前|为止|到底|大概",
    r"咱们?|我们|公司|全公司|所有|全部|整个|整体",
    r"的|了|是|有|在|为|从|到|来自|来|对|把|给|由|于|就|都|也|还|又|再|吗|呢|吧|啊|么|过|着|地|得|之|其|中|里|内|上|下",
    r"个|位|名|家|款|条|笔|张|人|多少|是多少|怎么样|如何|什么|几(?!级|成)|哪|谁|共|一下|进行|属于|期间|时候|时|元|块钱?|发生",
    r"进来|完成了?|实现|达成|相关|对应|信息|记录|排序|排列|排|按|依",
)
"""What a question in Chinese may say beside what it asks for."""
