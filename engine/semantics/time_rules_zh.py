"""The Chinese rules for time, and those for figures that both languages write alike."""

from __future__ import annotations

from chat2sql.engine.semantics import time_resolvers as to
from chat2sql.engine.semantics.time_rules import NUMBER, rule
from chat2sql.engine.semantics.time_weekdays import weekday, weekdays_span, weekend

# Not inside another figure: 12024年, 3.5月, the 03 of 2024-03.
ALONE = r"(?<![0-9])(?<![0-9][.\-/])"
# Characters that make the word behind them another one: 目前年龄, 以上周期, 成本月报, 过去年份.
_NO = r"(?!(?<=[目以])前)(?!(?<=[成基])本)"
_FOUR = r"(?:19|20)[0-9]{2}(?![0-9])"
_BARE_YEAR = r"(?:19[5-9][0-9]|200[1-9]|20[1-4][0-9])(?![0-9])"
_YEAR_WORD = rf"{_NO}(?P<ry>今|本|(?<!过)去|上一|大前|前|明)年度?"
YEAR = (
    rf"(?:(?:{ALONE}(?P<y>{_FOUR}|[0-9]{{2}}(?=年)|[一二三四五六七八九〇零]{{4}}(?=年))\s*年?度?|{_YEAR_WORD})"
    r"\s*的?\s*)"
)
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_MONTH_2 = _MONTH.replace("<m>", "<m2>")
_DAY = r"(?P<d>3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DAY_2 = _DAY.replace("<d>", "<d2>")
_START = rf"{ALONE}(?<![第每零〇一二三四五六七八九十])"
TO = r"\s*(?:到|至|~|～|-|–|—|－)\s*"
_EDGE = r"(?P<edge>[底末初])?"
_UNIT = r"(?P<u>天|日|个?星期|个?礼拜|周|个?月|个?季度|年)"
_COUNT = rf"{ALONE}(?!(?:19|20)[0-9]{{2}}\s*年){NUMBER}"  # 2023年之前 is no number of years
_RECENT = r"(?:最近|近|过去|滚动|这|上)的?"
_WITHOUT = r"(?:不含|不包括|不包含|不算)(?:今天|当天|[本这当](?:周|个?月|个?季度|年))[）)]?"
_WEEK = r"个?(?:周|星期|礼拜)"
_REL = r"(?P<rel>上上一?|上一|上|本|这一|这|当|下下|下一|下)"
_NOT_OTHER_WORD = r"(?![期转边围报薪])"
_FIGURES_OF = r"\s?的?(?:销售|营收|收入|利润|业绩|预算|成本|毛利|费用|全年|财报|数据)"

ZH_RULES = (
    # figures alone
    rule(rf"{ALONE}(?P<y>{_FOUR})(?P<sep>[-/.]){_MONTH}(?P=sep){_DAY}(?![0-9])", to.a_date),
    rule(rf"{ALONE}(?P<y>{_FOUR})[-/](?P<m>0?[1-9]|1[0-2])(?![0-9]|[-/.][0-9])", to.a_month),
    rule(r"(?<![0-9/])(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})/(?P<y>(?:19|20)[0-9]{2})(?![0-9/])", to.slashed),
    rule(
        r"(?:\A|(?<=[在从到至自和与~\-])|(?<=\bon )|(?<=\bfrom )|(?<=\bto )|(?<=\bsince ))"
        r"(?P<y>20[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9A-Za-z])",
        to.a_date,
    ),
    rule(
        r"(?<![0-9/])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12][0-9]|0?[1-9])\s*[到至]\s*"
        r"(?P<m2>1[0-2]|0?[1-9])/(?P<d2>3[01]|[12][0-9]|0?[1-9])(?![0-9/])",
        to.dates_span,
    ),
    rule(
        rf"(?<=[-/.][0-9][0-9][-–—~])\s?(?P<t>(?P<y>{_FOUR})(?P<sep>[-/.]){_MONTH}(?P=sep){_DAY})(?![0-9])",
        to.a_date,
    ),
    # days and months with their number
    rule(
        rf"(?:{YEAR}|(?<![一-鿿\w.\-/])|(?<=[在比看查和与]))(?P<m>1[0-2]|[1-9])(?=(?:[、和及与](?:1[0-2]|[1-9])){{1,11}}月份?(?![0-9]))",
        to.a_month,
    ),
    rule(
        r"[、和及与](?P<t>(?P<m>1[0-2]|[1-9]))(?=(?:[、和及与](?:1[0-2]|[1-9])){1,11}月份?(?![0-9]))",
        to.a_month,
    ),
    rule(rf"{YEAR}?{_START}{_MONTH}\s*月\s*份?的?\s*{_DAY}\s*[日号]", to.a_date),
    rule(rf"{YEAR}?{_START}{_MONTH}\s*月\s*{_DAY}\s*[日号]?{TO}{_DAY_2}\s*[日号]", to.days_span),
    rule(rf"{YEAR}?{_START}{_MONTH}\s*月份?(?P<part>[上中下]旬)?{_EDGE}(?![薪结租供均度龄报卡])", to.a_month),
    rule(
        rf"{YEAR}?{_START}{_MONTH}\s*月?份?{TO}{_MONTH_2}\s*月份?(?![0-9一二三]|\s*[0-9]+[日号])",
        to.months_span,
    ),
    # quarters, halves, years
    rule(rf"{YEAR}?(?<![每\w])第?(?P<q>[一二三四1-4])季度?{_EDGE}(?!节)", to.a_quarter),
    rule(rf"{YEAR}?(?<![\w-])Q(?P<q>[1-4])(?![\w-]){_EDGE}", to.a_quarter),
    rule(rf"{YEAR}Q(?P<q>[1-4])(?![\w-]){_EDGE}", to.a_quarter),
    rule(rf"{YEAR}?(?P<h>[上下])半年(?:度)?", to.a_half),
    rule(rf"{YEAR}?(?<![\w-])H(?P<h>[12])(?![\w-])", to.a_half),
    rule(rf"{YEAR}H(?P<h>[12])(?![\w-])", to.a_half),
    rule(r"[与和跟比于](?P<t>前一(?P<by>天|日|个?周|个?月|个?季度|年))(?![内的]?[每前])", to.same_period),
    rule(rf"{YEAR}?{_NO}(?<!财年)(?<!财年的)前{NUMBER}(?P<u>个月|个?季度)", to.first_of_year),
    rule(
        rf"{ALONE}(?P<y>{_FOUR}|[一二三四五六七八九〇零]{{4}})\s*年(?:度|份|全年)?{_EDGE}(?![代龄级])",
        to.a_year,
    ),
    # 24年: of a length of time people say 24年来, 24年工龄, 近24年.
    rule(
        rf"(?<![近过去满有共长达超0-9.])(?P<y>2[0-9]|1[5-9])年(?:度|全年)?{_EDGE}(?![代龄级前后内来间以半之期的0-9初末底]|多(?!了|少))",
        to.a_year,
    ),
    rule(rf"{_YEAR_WORD}(?:全年)?{_EDGE}(?![龄级薪纪])", to.a_year),
    rule(rf"{YEAR}年(?P<edge>[底末初])", to.a_year),
    rule(rf"{ALONE}(?P<y>{_BARE_YEAR})(?={_FIGURES_OF})", to.a_year),
    rule(rf"{ALONE}(?P<y>{_BARE_YEAR})(?=\s*(?:到|至|和|与|跟|、|~|-|–|—)\s*{_BARE_YEAR}\s*年)", to.a_year),
    rule(
        r"(?<![一-鿿\w.\-/])(?P<a>[12][0-9])年?\s?[到至~-]\s?(?P<b>[1-3][0-9])年(?![以内间工的]?[上下内龄期])",
        to.years_span,
    ),
    # relative to as_of
    rule(rf"{_NO}(?P<rel>今|昨|上一|大前|前|明|大后|后)[天日]", to.relative_day),
    rule(rf"(?:{_YEAR_WORD}|{NUMBER}年前)的?今[天日]", to.day_years_ago),
    rule(rf"{_YEAR_WORD}的?(?P<about>这个?(?:时候|时间|时点))", to.day_years_ago),
    rule(rf"{_NO}{_REL}{_WEEK}{_NOT_OTHER_WORD}", to.relative_week),
    rule(rf"{_NO}{_REL}(?P<week>{_WEEK})(?P<wd>[一二三四五六日天])(?![个名次家]|(?<=一)[共起直些])", weekday),
    rule(rf"{_NO}{_REL}{_WEEK}末", weekend),
    rule(
        rf"{_NO}{_REL}{_WEEK}(?P<wd>[一二三四五六日天]){TO}(?:{_WEEK})?(?P<wd2>[一二三四五六日天])(?![个名次家])",
        weekdays_span,
    ),
    rule(rf"{_NO}{_REL}(?P<u>个?月|个?季度?){_EDGE}{_NOT_OTHER_WORD}", to.relative_unit),
    rule(rf"{_NO}{_REL}个?月份?的?{_DAY}[日号]", to.day_in_relative_month),
    rule(
        rf"(?!上半月){_RECENT}{NUMBER}{_UNIT}(?!(?<=[周期拜])[一二三四五六日]|[末底初度])", to.rolling_units
    ),
    rule(r"(?<![月的])(?P<half>[上下])半月(?![刊板])", to.half_of_month),
    rule(rf"(?:{_RECENT}|前){NUMBER}个?(?P<full>完整|自然)的?{_UNIT}", to.rolling_units),
    rule(rf"(?:未来|今后|接下来)的?{NUMBER}{_UNIT}", to.upcoming),
    rule(rf"{_RECENT}{NUMBER}{_UNIT}[（(，,]?(?P<full>{_WITHOUT})", to.rolling_units),
    rule(rf"[（(]?(?:{_WITHOUT}|(?:含|包括|包含)今天[）)]?)", to.aside),
    rule(rf"{_COUNT}{_UNIT}前(?![三五十几两端后0-9])", to.units_ago),
    rule(rf"{_COUNT}{_UNIT}前(?:至今|到现在|到今天|以来)", to.since_units_ago),
    rule(rf"{_COUNT}{_UNIT}(?:以前|之前)", to.before_units_ago),
    rule(
        rf"{_NO}[本今这](?P<u>年|个?月|周|个?季度)(?:度|初)?(?:至今|以来|到现在|到今天|到目前|截至目前)(?:为止)?",
        to.unit_to_date,
    ),
    rule(r"(?:截[至止]?到?|(?:一直)?到)(?:目前|现在|当前)(?:为止)?|迄今(?:为止)?", to.until_now),
    rule(r"(?P<u>年|月|季)初(?:至今|以来|到现在|到今天|到目前)", to.unit_to_date),
    rule(r"[去上](?P<by>年)的?同(?:期|一?时期|(?P<u>月|季度?|周|日|天))", to.same_period),
    rule(rf"{ALONE}(?P<y>{_FOUR})年?的?同期", to.same_period_of_year),
    rule(r"上一?个?(?P<by>月|季度|周)的?同一?(?:期|(?P<u>周|日|天))", to.same_period),
)
