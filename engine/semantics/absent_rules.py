"""The tables behind ``absent``: words that name no data of their own, and families of words that stand for one another.

A word that is not here, not in the general vocabulary and not in the database is what a question asks for in vain, so
what is missing here makes a question be stopped wrongly: when in doubt, a word belongs here.
"""

from __future__ import annotations

import re

_KIN_ZH = """
销售额 销售 营业额 营收 收入 流水 成交额 交易额 业绩 销量 营业收入 卖 进账 消费 消费额 购买 下单 花费
利润 毛利 净利 净利润 毛利润 盈利 盈亏 利润率 毛利率 收益
成本 费用 开支 支出 开销 花费 经费 花销 成本价 进价
预算 计划 目标 指标 任务 额度
员工 人员 职员 同事 人手 编制 人力 在岗 雇员 工作人员 员工数 团队 人头
工资 薪水 薪资 薪酬 待遇 底薪 月薪 年薪 工资单 实发 收入
奖金 年终奖 绩效奖 提成
客户 顾客 用户 会员 买家 消费者 客人 回头客 老客户 新客户 客群 客源 人群
供应商 供货商 供货 供货方 厂家 厂商 卖家
商品 产品 货品 货物 品类 单品 货 物品 品项 存货
门店 店铺 店 商店 网点 店面 分店
订单 单子 单据 单量 下单 订购 买卖 交易 单数
退货 退款 退单 退 售后 退回
付款 支付 收款 回款 缴费 付 实付 款项 货款
库存 存货 备货 货值 存量 入库 出库 进货 补货 缺货
仓库 仓储 库房 仓
部门 科室 处室 单位 组织 机构 小组 班组
职位 岗位 职务 职级 级别 职称 工种
活动 促销 优惠 折扣 大促 打折
地区 区域 大区 片区 城市 省份 地方 地域 地理 地点 位置
生日 年龄 岁数 出生 寿星 年纪
入职 新人 新员工 招聘 工龄 司龄 年限
离职 流失 辞职 离开
请假 假期 休假 缺勤 假 年假 病假 休息
评级 评分 星级 打分 等级
手机号 电话 手机 联系方式 号码
"""
_KIN_EN = """
sale revenue turnover income receipts takings earnings gmv
profit margin markup earnings gain
cost expense expenditure spending spend outlay
budget plan target goal quota objective
employee staff worker colleague personnel workforce headcount people team person hire hiree
salary wage pay paycheck payroll compensation earnings remuneration
bonus incentive commission
customer client shopper buyer consumer patron user member guest account purchaser
supplier vendor provider manufacturer
product item good merchandise sku article goods
store shop outlet branch location
order purchase transaction sale deal
return refund exchange
payment receipt collection remittance
stock inventory unit holding
warehouse depot storehouse
department team division unit
position job title role post occupation
promotion campaign discount offer deal event
region area territory zone location city place
birthday age birthdate dob
hire joiner newcomer hiring tenure seniority
leaver departure resignation turnover attrition
leave vacation holiday absence
rating score grade
phone telephone mobile cellphone contact
"""


def _families(text: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(line.split()) for line in text.strip().splitlines())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FAMILIES = (*_families(_KIN_ZH), *_families(_KIN_EN))
"""What one word of a family asks for can be worked out of the data for another: 利润 of 毛利."""

GENERAL_ZH = _words(
    """
    平均 每 各 本 该 总 全 月 年 日 季 天 期 水平 名次 次序 顶层 底层 顶端 上层 下层 年底 年末 年初 月底 月末 月初 季末
    期末 期初 起止 名字 名称 全称 简称 人 人数 人次 人均 钱 情况 数据 信息 资料 占比 比例 比率 比重 份额 均值 差距 差额
    差异 变化 趋势 走势 结构 分布 构成 明细 清单 列表 名单 报表 报告 汇总 概况 总览 单位 期间 时间 日期 时段 周末 工作日
    节假日 假日 节日 平日 公司 企业 集团 总部 全国 国内 全公司 大类 小类 子类 类 档 档次 区间 范围 程度 原因 问题 结果
    答案 百分比 百分点 倍数 东西 公式 口径 定义 标准 方式 方法 维度 角度 粒度 层级 上级 下级 级 平米 平方米 平方 公斤 吨
    斤 元 块钱 人民币 美元 笔数 单数 件数 个数 家数 条数 次数 天数 数量 数目 总数 总量 总额 金额 合计 小计 平均数 中位数
    最大值 最小值 整体 全部 部分 其余 其中 前者 后者 双方 各类 记录 内容 字段 表 表格 图表 柱状图 折线图 饼图 图 一览
    排行榜 排名 榜单 冠军 第一名 末位 首位 头部 尾部 主力 大户 关系 联系 影响 作用 贡献 个人 本人 自己 大家 别人 男女 男
    女 男性 女性 先生 女士 小时 分钟 秒 周 季度 年度 月度 月份 年份 上半年 下半年 全年 全月 历年 往年 同期 当期 本期
    上期 今年 去年 前年 明年 时候 状态 类型 种类 类别 分类 性质 特点 属性 特征 规模 高低 大小 多少 长短 先后 顺序 排序
    升序 降序 增长率 增幅 增速 涨幅 降幅 增长 下降 同比 环比 完成率 达成率 执行率 复购率 转化 复购 回购 客单价 单价 均价
    价格 价钱 货值 货品 成本价 售价 进价 利用率 使用率 业绩 战绩 表现 效益 力度 人效 坪效 效率 周转 动销 滞销 畅销 爆款
    热销 新品 老品 单品 榜首 末尾 门类 大全 样本 案例 例子 情形 现状 概率 频率 频次 高峰 低谷 旺季 淡季 节点 阶段 环节
    过程 步骤 前提 条件 限制 要求 需求 目的 意义 价值 优势 劣势 差别 区别 重点 要点 关键 核心 业务 经营 运营 生意 市场
    行业 领域 方面 本部门 本店 本月 本地 外地 当地 两地 城区 地址栏 实体店 线上 线下 网上 渠道 途径 来源 头衔 主管 经理
    负责人 领导 老板 下属 上司 管理层 高管 总经理 一线 后台 前台
    """
)
"""Nouns that say how to compute, compare, place or show something, or that every business has."""

GENERAL_EN = _words(
    """
    weekend weekday holiday workday season pair piece item unit set kind sort type thing stuff way floor sqm metre meter
    square foot space yuan dollar cent rmb cny usd money cash sum total average mean median mode minimum maximum share
    percentage percent proportion ratio fraction rate growth increase decrease change difference gap comparison trend
    breakdown distribution split ranking rank position order list table chart graph report summary overview detail name
    title number count amount value level extent figure data information record row column entry result answer question
    reason cause example case period time date day week month quarter year half hour minute second decade century start
    end beginning middle today yesterday tomorrow morning evening night past future history company firm business
    enterprise organisation organization headquarter group whole rest remainder part majority minority top bottom first
    last highest lowest best worst subcategory subcategories subtotal category class tier grade region country city town
    place area location site people person man woman men women male female gender everyone anybody one each other
    another same others performance activity behaviour behavior volume size price range interval band bucket frequency
    sequence running cumulative moving target completion achievement attainment progress status state stage step basis
    term condition criterion chain hierarchy tree parent child ancestor descendant subordinate manager boss leader head
    chief team member staff crew full partial net gross actual plan overall individual per point streak lag lead repeat
    retention churn cohort basket window deadline due overdue calendar fiscal monthly weekly daily yearly annual
    annually quarterly sale customer
    """
)
"""The same in English, in the singular."""

GENERAL_HEADS_EN = _words(
    """
    rate ratio share percentage number count amount total average level score index figure value volume cost price fee
    time date duration length size name id code type kind status
    """
)
"""Words that say how much of what stands before them: of a 'bounce rate' the bounces are what is asked for."""

MEASURE_ENDINGS_ZH = re.compile(
    r"(?:时长|时间|次数|人数|人次|天数|数量|费用|金额|总额|总数|总量|余额|比例|占比|情况|排名|率|量|额|数|费|值|价|度|分)$"
)
"""The same in Chinese, at the end."""

VERB_NOUNS_ZH = re.compile(r"时长|次数|人数|人次|天数|数量|费用|单号|编号|号码|金额|费|率|量|数(?!据)")
"""Words that make a noun of the verb before them: 加班时长, 登录次数."""

VERB_ASKED_ZH = re.compile(r"的?(?:有?多少|有?几[次个件起条]|情况|记录|明细|清单|[？?。]?$)")
"""The same for verbs that the general vocabulary has: 客户投诉有多少."""

COLUMN_SHAPED_ZH = re.compile(
    r"(?:[率量额数度费价金期号码址龄历员长分值箱]|时间|日期|时长|地址|电话|名称|名字|编号|情况|记录)$"
)
"""What a column is called rather than a value in one."""

CLOSING_EN = _words(
    """
    is are was were be been being do does did done have has had having can could will would shall should may might must
    we i you they he she it who that which what when where why how and or but nor than as if while because so then of in
    on at by for from to with without within into onto over under about between among during since until before after
    through across against along around behind beyond despite except inside like near off out outside past per toward
    towards up upon via versus vs there here not no never ever also only just still yet already currently now please
    more less fewer many much most least several some any all both either neither each every this these those them us me
    him her get gets got give gives gave take takes took make makes made go goes went come comes came see sees show
    shows let lets say says said tell tells told know knows want wants need needs use uses used keep keeps kept put puts
    find finds found pay pays paid buy buys bought sell sells sold spend spends spent earn earns earned cost costs run
    runs ran open opens opened sit sits sat stand stands stood hold holds held lead leads led leave leaves left lie lies
    work works worked carry carries begin begins began end ends start starts started close closes closed place places
    placed order orders ordered return returns returned ship ships shipped visit visits visited join joins joined quit
    quits report reports reported rank ranks ranked sort sorts sorted compare compares break breaks exceed exceeds fall
    falls fell rise rises rose drop drops grow grows grew own owns belong belongs include includes contain contains
    contribute contributes generate generates account accounts
    """
)
"""English words that end a noun phrase: function words and verbs."""

OPENING_EN = _words(
    """
    the a an our your my their its his her each every any all some which what whose of per by how many much most least
    worst best highest lowest top average total for with without on about list show give find display me us
    """
)
"""English words behind which a noun phrase stands."""

MODIFIERS_EN = re.compile(r"(?:ly|ed|ing|ive|ous|able|ible|ful|less|ish|est)$")
"""Endings of English words that describe and do not name."""

BETWEEN_EVENTS = (
    re.compile(
        r"(?:从|自)?(?P<first>[㐀-鿿]{2,6}?)(?:后)?(?:到|至)(?P<second>[㐀-鿿]{2,6}?)(?:之间)?(?:的?(?:平均|一般|通常|大概|大约|总共))?"
        r"(?:要|需要|花|用|隔|间隔|经过|相隔|耗时|的)?(?:几|多少)(?:个)?(?:天|小时|分钟|工作日|日)"
    ),
    re.compile(
        r"(?:从|自)?(?P<first>[㐀-鿿]{2,6}?)(?:后)?(?:到|至)(?P<second>[㐀-鿿]{2,6}?)(?:之间)?(?:的?(?:平均|一般|通常|大概|大约|总共))?"
        r"(?:要|需要|花|用|隔|的)?(?:多久|多长时间|时长|天数|时间)"
    ),
    re.compile(
        r"\b(?:days?|hours?|minutes?|weeks?|time|long)\b[^.?!]{0,40}?\b(?:from|between)\s+(?:the\s+|an?\s+|their\s+)?(?P<first>[a-z]{3,20})"
        r"\s+(?:to|and|until)\s+(?:the\s+|an?\s+|its\s+|their\s+)?(?P<second>[a-z]{3,20})\b",
        re.IGNORECASE,
    ),
)
"""How long it takes from one event to another: both have to be kept."""
