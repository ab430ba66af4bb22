"""The tables behind ``intent``: what a request to write, chatter and an elliptical question look like.

Each row is a pattern searched in the question, white space folded. Patterns are bounded, so that reading stays
linear in the length of the question.
"""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Language

Table = tuple[re.Pattern[str], ...]


def _table(*patterns: str) -> Table:
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns)


# --- requests to write -----------------------------------------------------------------------------------------
_CLAUSE = r"(?:^|[.;:!?。；：！？]\s*|\brun\s+|\bexecute\s+|执行\s*)"
_POLITE_EN = (
    r"(?:(?:please|pls|kindly|now|just|also|then|can|could|would|will|you|i|we|want|need|like|to"
    r"|help|me|go|ahead|and|let's|let|us)\s+){0,8}"
)
_POLITE_ZH = (
    r"(?:请|麻烦|帮我|帮忙|给我|替我|我要|我想|我需要|你|能不能|能否|可以|可不可以|现在|马上|立即|直接|把它"
    r"|再|顺便|然后|，|\s){0,6}"
)
# What makes the word behind it a noun or an adjective: 更新时间, 删除率, 修改过的, 新增客户数.
_NOT_NOUN = (
    r"(?!时间|日期|次数|率|量|数(?!据)|记录数|最|的|过|人|者|频|版本|历史|日志|原因|操作|情况|状态|了?多少"
    r"|及|前|后|于|中|较)"
)
# A question word makes a verb at the start part of a noun: 删除订单有多少.
_NO_QUESTION = r"(?![^。；;]{0,60}(?:多少|几[个条次笔名]|哪|谁|什么|如何|怎|占比|趋势|分布|排名|统计|最[快慢多大]的|最频繁的|吗))"
_VERB_ZH = r"(?:删除|删掉|删去|清空|清除|抹掉|移除|销毁)"
_CHANGE_ZH = r"(?:更新|修改|变更|篡改|调整)"
_TO_VALUE = r"(?:更新为|更新成|修改为|修改成|改为|改成|设为|设置为|设成|置为|调整为|调整到|调到|变更为|变成)"
_PRESENT_ZH = (
    r"(?!按|以|用|柱|折线|饼|条形|图|表格|英文|中文|万元|元为|百分|降序|升序|top|前[0-9一二三四五六七八九十])"
)
WRITES = _table(
    rf"^{_POLITE_ZH}{_VERB_ZH}{_NOT_NOUN}{_NO_QUESTION}",
    rf"(?:帮我|请|麻烦).{{0,6}}{_VERB_ZH}{_NOT_NOUN}",
    rf"(?:然后|接着|并且?|再|顺便|之后|，|,)\s*(?:把.{{1,20}})?{_VERB_ZH}(?:掉|了)?(?:它们?|这些|那些|所有|全部|掉)",
    rf"[把将].{{1,40}}(?:{_VERB_ZH}|删了|删)(?:掉|了)?(?![\w的率时次量过订记])\s*(?:$|[。！!，,；;？?吧])",
    rf"[把将].{{1,40}}{_TO_VALUE}{_PRESENT_ZH}",
    r"[把将].{1,40}(?:插入|添加到|加到|写入|录入|导入|追加到)",
    r"[把将].{1,40}(?:涨|降|提高|降低|上调|下调|增加|减少)\s*(?:到)?\s*[0-9.一二三四五六七八九十百]++[%％]?+(?!\s*(?:以上|以下|以内|的|元的))",
    rf"^{_POLITE_ZH}{_CHANGE_ZH}(?:一下)?{_NOT_NOUN}{_NO_QUESTION}",
    rf"^{_POLITE_ZH}(?:插入|录入|写入|新增|添加|增加|新建)(?:一[条个行笔名张]|[0-9]{{1,4}}[条个行笔名]|新的?|以下|下面|数据|记录){_NO_QUESTION}",
    r"(?:创建|新建|建立?)(?:一[张个])?(?:新的?|临时){0,2}[\w一-鿿]{0,10}?(?:数据表|数据库|索引|视图|触发器|存储过程)"
    r"|(?:创建|新建|建立?)(?:一[张个](?:新的?|临时){0,2}|新的?|临时)表|^(?:请|帮我)?建表(?![单格])|删表|删库",
    r"(?:添加|增加|加|删除|去掉|修改)(?:一[列个])?(?:新的?)?(?:字段|列)(?:到|，|名|叫|类型|$)"
    r"|给.{1,20}表(?:添加|增加|加上?|新增)",
    rf"^{_POLITE_ZH}(?:授予|授权给|赋予|收回|撤销|开通){_NO_QUESTION}.{{0,20}}权限(?!的)|^{_POLITE_ZH}给.{{1,20}}授权$",
    rf"^{_POLITE_ZH}(?:给|为|向|对|把){_NO_QUESTION}.{{1,40}}(?:授予|赋予|授权|开通|开放|收回|撤销)(?!的|了|过|时|次|给的).{{0,30}}(?:权限?|角色)(?![的\w])",
    rf"{_CLAUSE}(?:delete\s+from\s+\w|truncate\s+(?:table\s+)?\w|insert\s+into\s+\w|update\s+[\w.\"]{{1,60}}"
    r"\s+set\s|(?:drop|alter)\s+(?:table|database|view|schema|index|column|user|role|sequence|materialized)"
    r"\b|create\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unique\s+|materialized\s+)?(?:index|view|database"
    r"|schema|user|role|trigger|function|procedure)\b|vacuum\b|merge\s+into\b|replace\s+into\b)",
    r"\b(?:drop|truncate)\s+(?:the\s+)?(?:\w+\s+)?(?:table|database|schema)\b",
    rf"{_CLAUSE}{_POLITE_EN}(?:delete|erase|wipe|purge|truncate)\s+(?!rates?\b|counts?\b|flags?\b"
    r"|time|dates?\b|operations?\b|events?\b|requests?\b|from\s+the\s+(?:chart|result|list)|(?:the\s+)?outl"
    r"iers)\w",
    rf"{_CLAUSE}{_POLITE_EN}drop\s+(?:the\s+|all\s+|my\s+)?(?:\w+\s+){{0,2}}(?:tables?|columns?"
    r"|database|schema|index|view|records|rows)\b",
    rf"{_CLAUSE}{_POLITE_EN}remove\s+(?:\w+\s+){{1,6}}from\s+(?:the\s+)?(?:database|db|system|(?:\w+\s+)?tab"
    r"le|crm)\b",
    rf"{_CLAUSE}{_POLITE_EN}remove\s+(?:all\s+)?(?:the\s+)?(?:\w+\s+)?(?:records?|rows?|employees?"
    r"|users?|customer\s+\w+)\s*(?:$|[.!]|where|with|named|whose)",
    rf"{_CLAUSE}{_POLITE_EN}update\s+(?!me\b|us\b|on\b|about\b|frequency|times?\b|dates?\b|rates?\b"
    r"|counts?\b|history|logs?\b|the\s+(?:chart|report|graph|list|result)|by\b|for\b|per\b)\w",
    rf"{_CLAUSE}{_POLITE_EN}(?:change|set|modify|adjust|rename|increase|decrease|raise|reduce|lower)\s+"
    rf"(?:\S+\s+){{0,8}}?(?:prices?|salar(?:y|ies)|status|names?|address(?:es)?|emails?|amounts?"
    r"|quantit(?:y|ies)|stock|budgets?|roles?|passwords?|values?|discounts?|phone|rows?|records?"
    rf"|columns?)\s+(?:\S+\s+){{0,6}}?(?:to|by|as)\s+\S",
    rf"{_CLAUSE}{_POLITE_EN}insert\s+(?:an?|the|new|this|these|some|[0-9]+|\w+\s+into)\b(?!\s+(?:rate"
    r"|count|time))",
    rf"{_CLAUSE}{_POLITE_EN}add\s+(?:an?\s+|the\s+|this\s+|[0-9]+\s+)?(?:new\s+)?(?:records?|rows?"
    r"|customers?|orders?|users?|products?|employees?|index|constraint)\b",
    rf"{_CLAUSE}{_POLITE_EN}add\s+(?:\S+\s+){{0,6}}column\b.{{0,40}}\bto\s+(?:the\s+)?\w+(?:\s+table)?\s*[.!]"
    r"?$",
    rf"{_CLAUSE}{_POLITE_EN}alter\s+\w",
    rf"{_CLAUSE}{_POLITE_EN}create\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:index|view|database|schema"
    r"|user|role|trigger|procedure|column|table\s+(?:called|named|in\s+the\s+database|[a-z_0-9]+\s*\())",
    rf"{_CLAUSE}{_POLITE_EN}(?:grant|revoke)\s+(?:\S+\s+){{0,6}}?(?:to|on|from|access|permissions?"
    r"|privileges?)\b",
    r"\b(?:delete|wipe|erase)\s+(?:the|all|this|that|those|these)\s+(?:\w+\s+){0,2}tables?\b",
    r"\bcopy\s+(?:the\s+)?\w+\s+table\s+to\b|\b(?:execute|perform|run)\s+(?:\w+\s+){0,2}(?:drop|delete|update|insert|alter"
    r"|truncate)\s+(?:statements?|quer(?:y|ies)|commands?)\b|\bdrop\s+tables\b|\bdelete\s+tables\b",
    r"\b(?:and|then)\s+(?:then\s+|please\s+|also\s+)?(?:delete|erase|truncate|wipe|purge)\s+(?:the"
    r"|all|them|these|those|it|every|any)\b",
)

# --- no question about data ------------------------------------------------------------------------------------
CHATTER = _table(
    r"天气(?:怎么样|如何|好吗|预报)|(?:今天|明天|后天|外面).{0,6}(?:下雨|下雪|天气|气温|多少度|冷吗|热吗)[吗？?]?$",
    r"写(?:一?[首篇段个封])?.{0,10}(?:诗|作文|小说|故事|歌词|文章|情书|散文|邮件|代码|程序|论文)",
    r"(?:讲|说|来)一?个?.{0,4}(?:笑话|故事|段子)|唱.{0,3}歌",
    r"^(?:请问)?你(?:是谁|叫什么|是什么(?:模型|东西)?|几岁|会(?:干|做)?什么|能(?:干|做)?什么|好吗|是(?:机器人|人|AI|GPT).{0,4})",
    r"^(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|谢谢|多谢|再见|拜拜|在吗|hello|hi|hey|thanks|thank\s+you|good\s+(?:morning"
    r"|afternoon|evening)|bye|goodbye)[\s!！。.,，~？?啊呀了你您\w]{0,6}$",
    r"(?:翻译|译)(?:成|为|一下)(?:.{0,6}[英中法日德韩俄]文?语?)?|(?:把|将|请).{0,60}翻译",
    r"人生的?意义|我爱你|推荐.{0,6}(?:电影|餐厅|小说|音乐|景点|旅游)|怎么(?:做(?:菜|饭)|减肥|追|学英语)|股票.{0,4}(?:能买|推荐)|彩票",
    r"(?:美国|中国|法国|日本|英国)的?(?:首都|总统|总理|人口).{0,6}(?:是|谁|哪|多少)",
    r"\bwhat(?:'s|\s+is)\s+the\s+weather\b|\bweather\s+(?:like|forecast)\b|\b(?:will|is)\s+it\s+"
    r"(?:going\s+to\s+)?(?:rain|snow)(?:ing)?\b",
    r"\b(?:write|compose)\s+(?:me\s+)?(?:an?\s+|some\s+)?(?:\w+\s+){0,2}(?:poems?|story|song|essay"
    r"|haiku|novel|letter|email|code|script|python)\b",
    r"\b(?:tell|know)\s+(?:me\s+)?(?:an?\s+|any\s+|some\s+)?(?:\w+\s+)?(?:jokes?|story|riddle)\b"
    r"|\bsing\s+(?:me\s+)?a\b",
    r"^(?:so\s+)?(?:who|what)\s+are\s+you\b|^what(?:'s|\s+is)\s+your\s+name\b|^are\s+you\s+(?:a"
    r"|an)\s+(?:human|robot|bot|ai)\b|^how\s+are\s+you\b|^what\s+can\s+you\s+do\b",
    r"\btranslate\b.{0,120}\b(?:to|into)\s+(?:chinese|english|french|german|spanish|japanese|korean)\b"
    r"|^(?:please\s+)?translate\s+(?:this|the\s+following|['\":“])",
    r"\bsummari[sz]e\s+this\s+(?:web\s?page|article|paper|text|document|e?mail)\b|\boutput\s+of\s+this\s+code\b|\bgiven\s+"
    r"this\s+(?:wikipedia\s+)?(?:article|page|paper)\b|\bconclusions?\s+of\s+this\s+paper\b|\bwhat\s+are\s+your\s+(?:thoughts"
    r"|opinions?|views)\b|\b(?:write|compose)\s+an?\s+(?:paragraph|article|speech|tweet)\b|\b(?:provide|give\s+me|write)\s+"
    r"(?:me\s+)?an?\s+recipe\b|\bexplain\s+(?:\w+\s+){0,3}(?:theory|concept)\s+of\b",
    r"\bmeaning\s+of\s+life\b|\brecommend\s+(?:me\s+)?(?:an?\s+|some\s+)?(?:\w+\s+)?(?:movies?"
    r"|restaurants?|books?|songs?|films?)\b|\bcapital\s+of\s+(?:france|china|germany|japan|the\s+us"
    r"|england|italy|spain)\b|\bwho\s+is\s+the\s+president\b|\bhow\s+(?:do|can)\s+i\s+(?:cook|bake"
    r"|lose\s+weight)\b|\bi\s+love\s+you\b",
)

# --- elliptical and vague --------------------------------------------------------------------------------------
_POINTERS = r"(?:它们?|他们|她们|这些|那些|上述|刚才|这几个|那几个|前者|后者)"
_FOLLOW_UPS_ZH = _table(
    r"^那(?!么?多|时)(?:么|.{0,25}$)|^.{1,20}呢\s*[？?]?$|^(?:为什么|为何|原因呢?|还有(?:呢|吗|其他)?|继续|详细(?:一?点|些)?"
    r"|具体(?:一?点|些)?)\s*[？?]?$",
    r"^(?:再|也|还|就)?(?:按|分)(?:(?!看|统计|展示|显示|汇总)[^的，,]){1,6}(?:看看?|统计|展示|显示|汇总|拆分|分组|来看)?\s*[？?。]?$",
    r"^(?:再|也|还|就)?(?:换为|不含|不包括|除去|加上|增加|限定|限制)[^的，,]{1,10}的?\s*[？?。]?$",
    r"^(?:换成|改成|改用|改为|只看|只要|只保留|只显示|仅看|排除|去掉|剔除|其中|同样|另外再|再加上|此外|相比之下|对比一下)",
    r"^(?:升序|降序|倒序|正序)(?:排列|排序)?$|^(?:用|画|做)?成?(?:柱状|折线|饼|条形)图(?:展示|显示|表示)?$",
    rf"^.{{0,8}}(?<![和与及]){_POINTERS}.{{0,20}}$|^.{{0,16}}(?<![和与及]){_POINTERS}.{{0,6}}$|^.{{0,3}}(?:这个结果|上面的|前面的|刚刚的|上一个问题)",
)
_FOLLOW_UPS_EN = _table(
    r"^(?:what|how)\s+about\b|^(?:and|but|then|also|plus|same|instead|now|ok|okay)\b.{0,60}$|^"
    r"(?:why|why\s+(?:is|was)\s+that|how\s+so|more\s+details?|more|go\s+on|continue)\s*[?.]?$",
    r"^(?:only|just)\s+(?:the|for|show|those|by|in|with|top|from|[a-z]+s?$).{0,50}$|^(?:by|per"
    r"|excluding|including|without|except|instead\s+of|sorted|ordered|grouped|broken)\s+[^,;.?]{1,40}[?.]?$"
    r"|^for\s+[^,;.?]{1,25}[?.]?$",
    r"^(?:now\s+)?(?:sort|order|group|break|split|filter|limit|show|plot|chart|make|turn|exclude"
    r"|remove|drop|keep)\s+(?:it|them|this|that|these|those|the\s+(?:result|list|chart|same))\b",
    r"^(?:sort|order|group|split|break\s+down)\s+by\s+[\w\s]{1,25}$|^(?:as\s+(?:a|an)\s+|in\s+)"
    r"(?:percent\w*|bar|pie|line|table|chart)\b.{0,20}$|^(?:the\s+)?(?:top|bottom)\s+[0-9]{1,4}\s+only$",
    r"^(?:\S+\s+){0,4}(?:them|these|those)\b(?!\s+(?:\w+\s+){0,2}(?:who|that|which|with|where|having|whose))",
    r"^(?:\S+\s+){0,2}(?:their|its|they|it)\b(?!\s+(?:true|possible|correct))",
)
FOLLOW_UPS = {Language.ZH: _FOLLOW_UPS_ZH, Language.EN: _FOLLOW_UPS_EN}
# Whole questions of nothing but these words have no subject: no measure, no thing, no condition.
_NO_SUBJECT_ZH = r"(?:情况|数据|信息|状况|形势|概况|表现|业务|东西|内容|报表|报告|动态|进展|近况)"
_AROUND_ZH = (
    r"(?:请问?|麻烦|帮我|帮忙|给我|替我|为我|我们?|咱们?|公司|想要?|知道|了解|能不能|能否|可以|把|将|对|看看|看一下|看下|看|查看|查询|查一下|查"
    r"|汇总|总结|分析|统计|整理|说说|讲讲|介绍|展示|显示|列出|列|一下|一些|下|最近|近期|近来|目前|现在|当前|如今|这段时间|整体|总体|大致|大概"
    r"|所有|全部|各种|各项|相关|经营|运营|怎么样|怎样|如何|咋样|有什么|有哪些|是什么|什么|的|了|呢|吧|吗|啊|，|、|\s)"
)
_VAGUE_ZH = _table(
    r"^(?:请|帮我|给我|我想|我要|想|能不能|可以)*(?:看看?|看一下|查看?|查一下|查询|显示|展示|来点|分析|统计|了解|要)?(?:一下|一些|下|所有|全部|最新|相关)?的?"
    r"(?:数据|信息|情况|报表|报告|结果|内容|东西|资料|指标|详情|明细|表)(?:怎么样|如何|怎样|呢|吧)?\s*[？?。！!]?$",
    r"^(?:最近|现在|目前|今天|公司)?的?(?:情况|业务|形势|表现)?(?:怎么样|如何|怎样|好吗|好不好)(?:了|啊)?\s*[？?。]?$",
    r"^(?:请|帮我|给我)*(?:分析|统计|查|查询|看|算|汇总|对比|比较)(?:一下|下|看看)?\s*[。！!]?$",
    rf"^(?=.{{0,40}}{_NO_SUBJECT_ZH})(?:{_NO_SUBJECT_ZH}|{_AROUND_ZH})++[\s？?。！!]*$",
)
_VAGUE_EN = _table(
    r"^(?:please\s+)?(?:can\s+you\s+)?(?:(?:show|give|get|display|list|find|fetch|see|tell)\s+)?"
    r"(?:me\s+|us\s+)?(?:about\s+)?(?:the\s+|some\s+|all\s+|any\s+|our\s+|all\s+the\s+|more\s+)?"
    r"(?:data|information|info|stats|statistics|numbers|figures|report|reports|everything|anything"
    r"|something|details|results|records|stuff|analysis)(?:\s+please)?\s*[?.!]?$",
    r"^(?:so\s+)?how(?:'s|\s+(?:is|are|was|were|have|has))\s+(?:it|things|business|everything|we|(?:the|our)\s+"
    r"(?:business|company|situation))(?:\s+(?:going|doing|looking|been|now|today|lately|recently|these\s+days|so\s+far"
    r"|(?:this|last)\s+(?:week|month|quarter|year)|at\s+the\s+moment|overall)){0,3}\s*[?.]?$",
    r"^(?:so\s+)?(?:what(?:'s|\s+is)\s+(?:new|up|going\s+on|happening)|any\s+(?:news|updates?)|(?:give\s+(?:me|us)|show"
    r"\s+(?:me|us))\s+(?:an?\s+|the\s+)?(?:overview|summary|update|rundown))(?:\s+(?:lately|recently|now|today|please)){0,2}\s*[?.]?$",
    r"^(?:please\s+)?(?:analy[sz]e|summari[sz]e|compare|help|query|search)(?:\s+(?:it|this|please"
    r"|me|the\s+data|data))?\s*[?.!]?$",
)
VAGUE = {Language.ZH: _VAGUE_ZH, Language.EN: _VAGUE_EN}
