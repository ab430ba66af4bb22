"""The tables behind ``injection``: what a text looks like that speaks to the system instead of asking about data.

Each row is a pattern searched in the text, white space folded to one space, or one line break. Patterns are bounded,
so that reading stays linear.
What business questions say too ("ignore cancelled orders", "进入维护模式的设备数") has to stay outside: a row asks for
the address of a command (its clause, "you", "previous") and not for a word.
"""

from __future__ import annotations

import re
from enum import StrEnum

Table = tuple[re.Pattern[str], ...]


class InjectionKind(StrEnum):
    """How a text tries to be more than a question."""

    OVERRIDE = "override"
    ROLE_PLAY = "role_play"
    AUTHORITY = "authority"
    PROMPT_LEAK = "prompt_leak"
    CREDENTIAL = "credential"
    FORGED_DIALOGUE = "forged_dialogue"
    DELIMITER = "delimiter"
    ENCODED = "encoded"
    MARKUP = "markup"
    SQL = "sql"


def _table(*patterns: str) -> Table:
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns)


_CLAUSE = r"(?:^|[.;:,!?。；：，！？]\s*|\b(?:please|you|now|must|should|will|then|and|you\s+to)\s+)"
_CLAUSE_ZH = r"(?:^|[.;:,!?。；：，！？\s]|请|你|现在|立即|马上|并|然后)"
_DROP_EN = (
    r"\b(?:ignore|disregard|forget|override|bypass|overlook|neglect|dismiss|discard|skip|drop|cancel|stop\s+following"
    r"|(?:do\s+not|don't|never)\s+(?:follow|obey))\s+"
)
_EARLIER_EN = r"(?:previous|prior|above|earlier|preceding|foregoing|initial|original|system|your|these|those)"
_RULES_EN = r"(?:instructions?|prompts?|directions?|directives?|guidelines?|guardrails?|restrictions?|rules|messages?)"
_DROP_ZH = r"(?:忽略|无视|忘记|忘掉|抛开|不要理会|不用理会|(?:不要|别|不必|停止)(?:再)?(?:遵守|遵循|执行)|跳过|绕过|覆盖|解除)"
_RULES_ZH = r"(?:指令|提示词?|指示|设定|限制(?!条件)|约束|系统规则|安全规则)"

_OVERRIDE = _table(
    rf"{_DROP_EN}(?:\w+\s+){{0,4}}?{_EARLIER_EN}\s+(?:\w+\s+)?{_RULES_EN}\b",
    rf"{_DROP_EN}(?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+)?(?:instructions?|directives?|guidelines?|guardrails?)\b",
    rf"{_DROP_EN}every?thing\s+(?:above|before\b|(?:that\s+)?you)|{_DROP_EN}(?:all|anything|what(?:ever)?)\s+(?:that\s+)?"
    r"(?:above\b|before\b|you(?:'ve|\s+have|\s+were|\s+are)\s+(?:been\s+)?(?:told|instructed|taught|given|trained))",
    rf"{_DROP_EN}(?:all\s+)?(?:of\s+)?the\s+above\s*(?:,|and|\.)\s*(?:say|print|repeat|output|respond|reply|write|state|do)\b",
    r"\bfrom\s+now\s+on\s*,?\s+you\b|\byou\s+(?:can|may|will|must|shall)\s+(?:now\s+)?(?:perform|execute|run|do)\s+any",
    r"\b(?:overrides?|supersedes?)\s+(?:all\s+|any\s+)?(?:previous|prior|earlier|your)\b",
    r"(?:^|[.;!?\n] ?)(?:new|updated|revised)\s+(?:system\s+)?(?:instructions?|rules|prompt|task)\s*[:：]",
    rf"{_CLAUSE}(?:bypass|circumvent|disable|turn\s+off|get\s+around|deactivate)\s+(?:\w+\s+){{0,2}}(?:security|polic(?:y|ies)"
    r"|permissions?|row[\s-]level|guards?|safety|tenant|audit(?:ing)?|read[\s-]only|filters?|masking)\b",
    rf"{_DROP_ZH}.{{0,8}}(?:之前|以上|上面|上述|前面|先前|此前|所有|一切|系统|你的|全部|任何).{{0,8}}{_RULES_ZH}",
    rf"{_DROP_ZH}.{{0,4}}(?:之前|以上|上面|上述|前面|先前|你的)(?:的|所有|全部|一切){{0,2}}(?:规则|要求|对话|内容)",
    r"从现在(?:开始|起)[，,]?\s*你|(?:以下|新的?)(?:系统)?(?:指令|规则)(?:优先|取代|覆盖|(?:如下)?\s*[:：])",
    rf"{_CLAUSE_ZH}(?:绕过|避开|关闭|禁用|突破|取消|解除).{{0,6}}(?:安全|权限|策略|审计|行级|租户隔离|只读|脱敏)(?!库存|告警)"
    r"(?!\S{0,4}(?:的|数|次|率|占比|多少))",
    # The same sentence in languages that the product does not answer, but that models obey.
    r"\b(?:ignor(?:e|ez|a|ar|ieren?|iere|i)|oubli(?:e|ez)|vergiss|olvida|esque[çc]a|dimentica)\b.{0,30}\b(?:instru(?:cciones"
    r"|ctions|ções|coes|zioni)|consignes|anweisungen|indicaciones|reglas|regras|regole)",
    r"(?:[Ии]гнорир|[Зз]абуд)[а-яё]{0,6}.{0,30}(?:инструкци|указани|правил)|تجاهل.{0,20}(?:التعليمات|الأوامر|القواعد)",
    r"(?:以前|上記|前|これまで)の(?:指示|命令|ルール).{0,8}(?:無視|忘れ)|(?:이전|위의|앞의).{0,8}(?:지시|명령|규칙).{0,8}(?:무시|잊)",
)
_ROLE_PLAY = _table(
    r"\byou\s+are\s+now\s+(?:a|an|in|dan|no\s+longer|the|free|unrestricted)\b",
    rf"{_CLAUSE}(?:act|behave|respond)\s+as\s+(?:an?\s+|the\s+|if\s+you\s+(?:were|are)\s+(?:an?\s+|the\s+)?)?(?:unrestricted"
    r"|dan|root|dba|superuser|admin\w*|jailbroken|database\s+owner)\b",
    r"\bpretend\s+(?:that\s+)?(?:you\s+are|to\s+be|you're)\b|\bimagine\s+(?:that\s+)?(?:you(?:'re|\s+are)|we(?:'re|\s+are)\s+"
    r"(?:in|on|doing|living|playing)\s+(?:an?|the)\b)|\brole-?play(?:ing)?\s+(?:as|that)\b|\bparallel\s+universe\b",
    r"\b(?:do\s+anything\s+now|(?:god|dan|sudo)\s+mode)\b|\byou\s+are\s+jailbroken\b|\bjailbreak\s+(?:yourself|prompt)\b",
    r"(?:^|[.;:,!?<\n]\s*|\b(?:i'?m|i\s+am|you\s+are|now|please)\s+)(?:now\s+)?(?:enter(?:ing)?|activat(?:e|ing)|enabl(?:e|ing)"
    r"|switch(?:ing)?\s+to|initiat(?:e|ing)|engag(?:e|ing))\s+(?:the\s+|an?\s+|your\s+)?['\"]?(?:\w+\s+){0,3}?(?:override"
    r"|maintenance|developer|debug\w*|admin\w*|unrestricted|root|diagnostics?|verification|unsafe|jailbreak)\s+mode\b|<\s*(?:\w+\s+){1,3}mode\s*>",
    r"你现在(?:是|扮演).{0,12}(?:不受|没有|无).{0,4}(?:限制|约束)|你现在是.{0,6}(?:管理员|DBA|root|超级用户)",
    r"(?:假装|装作|假设|想象)你?(?:是|没有|不受).{0,20}(?:限制|约束|管理员|DBA|root|黑客|超级用户|所有者)|你(?:来|要|需要|现在|将)扮演",
    rf"{_CLAUSE_ZH}(?:进入|开启|启用|切换到|打开)(?:开发者|越狱|上帝|管理员|超级用户|调试|维护)模式(?!的)|^越狱\s*(?:$|[，。！,!])",
)
# Both have to be there: who one claims to be, and what is to follow from it.
_CLAIM = _table(
    r"\b(?:i\s+am|i'm|im|as)\s+(?:the\s+|an?\s+|your\s+)?(?:\w+\s+){0,3}?(?:admin(?:istrator)?|developer|maintainer|creator|root"
    r"|superuser|dba|sysadmin|boss|president|police|god)\b|^\W*admin\b",
    r"我是(?:你的|系统|数据库|超级|公司)*(?:管理员|开发者|开发人员|DBA|老板|root|总裁|警察|主人)",
)
_CONSEQUENCE = _table(
    r"\b(?:allowed|permi(?:ssion|tted)|authori[sz]ed|may\s+(?:see|know|access|run)|(?:must|have\s+to|need\s+to)\s+(?:obey|answer"
    r"|know|comply|explain|confirm)|obey|comply|override|quick(?:ly)?|urgent|restrictions?|suspect|turn\s+you\s+off|system\s+check"
    r"|your\s+password|security\s+(?:breach|policy|check))\b",
    r"授权|允许|必须|有权|命令|服从|紧急|忽略|绕过|不受限|听我的|立即执行",
)
_AUTHORITY = _table(
    r"\bi\s+(?:hereby\s+)?(?:give|grant)\s+you\s+(?:\w+\s+){0,3}(?:permission|access|authori[sz]ation|rights)",
    r"\byou\s+(?:are|have\s+been|were)\s+(?:now\s+|hereby\s+)?(?:allowed|authori[sz]ed|permitted|granted|given\s+permission)\b",
    r"(?:^|[.;!?]\s*)authori[sz]ed\s+(?:to\s+)?(?:execute|run|drop|delete)\b|\bfailure\s+to\s+comply\s+will\b",
    r"\bmy\s+(?:user[\s_]?(?:id|role)|role|tenant)\s+(?:id\s+)?(?:is\s+now|was\s+changed|has\s+been\s+changed)\b",
    r"\b(?:switch|change)\s+(?:me\s+|us\s+)?to\s+(?:the\s+)?tenant\b|\b(?:run|query|log\s?in)\s+as\s+(?:the\s+)?tenant\b",
    r"\b(?:ignor(?:e|ing)|remov(?:e|ing)|skip(?:ping)?|without)\s+(?:the\s+)?tenant\s+(?:filter|isolation|restriction|condition)",
    r"我(?:授权|允许|批准|命令|准许)你|你(?:已经?)?(?:被授权|被允许|获准|有权)(?:可以)?(?:执行|删除|修改|访问|查看|运行)",
    r"(?:忽略|无视|去掉|取消|不加|跳过).{0,6}租户.{0,4}(?:过滤|隔离|限制|条件)|(?:切换到|冒充|以)(?:其他|别的|另一个)?租户.{0,8}(?:身份|视角)",
)
_PROMPT_LEAK = _table(
    r"\b(?:reveal|show|print|repeat|output|leak|display|tell|what\s+(?:is|are|were)|give|translate|summari[sz]e)\b.{0,30}\b(?:(?:system"
    r"|hidden|initial|developer)\s+prompt|your\s+(?:\w+\s+)?(?:instructions|prompt|rules|guidelines)|developer\s+message)\b",
    r"\b(?:repeat|print|output|copy|translate|summari[sz]e|encode)\s+(?:\w+\s+){0,4}(?:words|text|everything|lines?|sentences?"
    r"|message|content)\s+(?:\w+\s+){0,3}(?:above|before\s+this|you\s+(?:were|have\s+been)\s+(?:given|told))\b",
    r"\bwhat\s+(?:were|have)\s+you\s+(?:been\s+)?(?:told|instructed)\b|\byour\s+(?:system|hidden|initial)\s+(?:prompt|message)\b",
    r"(?:输出|告诉|显示|泄露|打印|复述|重复|展示|给我|说出|是什么|翻译|总结).{0,12}(?:系统提示|提示词|初始指令|隐藏指令|你的(?:系统)?(?:指令|规则)|系统指令)",
    r"(?:系统提示词|提示词|系统指令|初始指令).{0,6}(?:是什么|内容|给我|发我|原文)|(?:重复|复述|输出|打印).{0,6}(?:以上|上面|上述)(?:的)?(?:所有|全部)?(?:文字|文本|内容|对话)",
)
_CREDENTIAL_EN = r"(?:password|pass(?:code|phrase)|secret(?:\s+(?:key|code|word))?|api[\s_-]?key|credentials?|access\s+token)"
_CREDENTIAL = _table(
    rf"\b(?:what|share|sharing|tell|give|reveal|know|need|send|say|ask|confirm|write|see)\b.{{0,60}}\byour\s+(?:\w+\s+)?{_CREDENTIAL_EN}\b",
    r"\b(?:share|tell|give|reveal|show|send|print|what(?:'s|\s+is|\s+are))\b.{0,30}\b(?:database\s+(?:passwords?|credentials)"
    r"|connection\s+string|api[\s_-]?keys?|secret\s+keys?|environment\s+variables?|private\s+keys?)\b",
    rf"(?:^|[.;!?]\s*)(?:what(?:'s|\s+is)|tell\s+me|give\s+me|reveal|show\s+me|write|say)\s+the\s+{_CREDENTIAL_EN}\b",
    r"你的(?:登录)?(?:密码|口令|密钥|API\s?key|连接串|凭据)|(?:告诉|输出|给我|显示|泄露|说出|打印).{0,10}(?:数据库(?:的)?密码|连接串|连接字符串|API\s?密钥|环境变量|root\s?密码)",
    # Of the system that answers, not of a table that has such a column.
    r"(?:连接|登录|登陆|访问|进入)(?:到|上|进)?.{0,4}(?:数据库|服务器|系统|后台).{0,8}(?:密码|口令|密钥|凭据|凭证)(?!的?(?:\S{0,6}(?:数|次|率|时间|最|错误|失败|平均))|字段|列)",
    r"(?:数据库|服务器)的?(?:连接|登录|登陆|访问|管理员|超级用户|root|账号|用户)?的?(?:和|及)?(?:密码|口令|连接串|连接字符串|凭据|凭证)(?:是(?!否)|有哪些|给我|发我|告诉|多少|[？?。]?$)",
    r"\b(?:password|credentials?|login)\s+(?:\w+\s+){0,3}(?:used\s+)?(?:to\s+(?:connect|log\s?in)|for|of)\s+(?:to\s+)?(?:the|this|your)\s+"
    r"(?:database|server|db)\b",
)
_FORGED_DIALOGUE = _table(
    r"(?:^|[\n.!?:)\]\"';] ?)(?:action\s+input|final\s+answer|sql\s?query|sql\s?result)\s*[:：]",
    r"\n[#*]{0,3} ?(?:human|assistant|system|user|ai|observation|thought|action|助手|系统|用户|观察|指令)\s*[:：]",
    r"\b(?:thought|action|observation)\s*:.{1,400}\b(?:thought|action|observation)\s*:",
    r"\b(?:q|question)\s*:.{1,1000}?\b(?:a|answer)\s*:.{1,2000}?\b(?:q|question)\s*:",
    r"(?:^|[\n.!?-] ?)(?:(?:end|start|beginning)\s+of\s+(?:the\s+)?(?:conversation|prompt|instructions?|system\s+(?:prompt"
    r"|message)|user\s+input)|new\s+conversation)\s*(?:$|[\n.:=-])",
    r"(?:^|\n)#{2,} ?(?:system|instructions?|response)\b",
    r"(?:^|[\n。！？] ?)(?:对话结束|系统消息|系统通知|管理员指令|新的对话)\s*[:：\n]",
)
_SPELLED = (
    r"(?:alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo"
    r"|sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu)"
)
_ENCODED = _table(
    r"\b(?:decode|decrypt|unscramble|deobfuscate|interlace)\s+(?:this|it|the\s+following|part)\b|\brot-?13\b",
    r"\b(?:in|using|as|with|from|to|into)\s+(?:base-?64|morse|hex(?:adecimal)?\s+(?:encoding|form)|pig\s+latin|leet\s?speak)\b",
    r"\btake\s+(?:only\s+)?the\s+(?:initials?|first\s+(?:letter|character)s?)\s+of\s+(?:each|every)\s+word",
    rf"(?:\b{_SPELLED}\b[\s,-]+){{6}}",
    r"\bpart\s*1\s*(?:is\b|[:=]).{1,300}\bpart\s*2\b",
    r"(?:解码|解密|反转|还原).{0,12}(?:执行|照做|运行|回答)|(?:用|以|按)\s?base64|每个(?:词|字|单词)的首字母.{0,10}(?:拼|组成|连)",
    r"(?:\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|&#x?[0-9a-f]{2,6};|%[0-9a-f]{2}){4}",
    r"(?:[.-]{1,6}[ /]{1,3}){8}",
)
_MARKUP = _table(
    r"<!--|<\s*/?\s*(?:script|iframe|img|html|svg|object|embed|code|caption|style)\b[^<>]{0,200}>|\bjavascript:|!\[[^\]]{0,80}\]\(",
    r"\b(?:send|post|upload|forward|exfiltrate)\b.{0,60}(?:\bhttps?://|\bwebhook\b)|(?:发送|上传|转发).{0,30}https?://",
)
_SQL = _table(
    r"""['"`)]\s*;\s*(?:drop|delete|insert|update|alter|truncate|grant|create|exec|shutdown|select|copy)\b""",
    r"""['"]\s*(?:or|and)\s+['"]?(\w{1,20})['"]?\s*=\s*['"]?\1\b""",
    r"\bor\s+(?:([0-9]{1,9})\s*=\s*\1\b|true\b\s*(?:--|;|#)|'([0-9]{1,9})'\s*=\s*'\2)",
    r"""['"]\s*\)?\s*(?:--|#\s*$|/\*)|/\*!|\bcurrent_user\s*=""",
    r"""['"0-9)]\s*union\s+(?:all\s+)?select\b""",
    r"\bunion\s+(?:all\s+)?select\b.{0,200}?(?:\b(?:pg_\w+|information_schema|sqlite_master|passwords?|null\s*,)|mysql\.)",
    r"\b(?:xp_cmdshell|sp_executesql|sp_oacreate|pg_sleep|pg_shadow|pg_authid|pg_user|pg_roles|pg_read_file|pg_read_binary_file"
    r"|pg_ls_dir|pg_terminate_backend|lo_import|lo_export|dblink\w*|load_extension|load_file|set_config|current_setting|dbms_\w+"
    r"|utl_http|sqlite_master|sqlite_schema|read_csv(?:_auto)?|read_parquet|query_to_xml)\b",
    r"\b(?:waitfor\s+delay|into\s+(?:outfile|dumpfile)|load\s+data\s+(?:local\s+)?infile|benchmark\s*\(|sleep\s*\(\s*[0-9]"
    r"|copy\s+\S{1,80}\s+(?:to|from)\s+program)",
    r"\b(?:from|join)\s+(?:pg_catalog|information_schema)\s*\.|\b(?:information_schema|pg_catalog)\.\w",
    r"\b(?:set|reset)\s+(?:session\s+|local\s+)?(?:role|session\s+authorization)\b",
    r"\b(?:drop|truncate|alter)\s+table\s+[\w.\"]{1,60}\s*(?:;|cascade\b)|\bdrop\s+\w+\s+using\s+cascade\b",
    r"\bcreate\s+table\s+\w+\s+as\s+(?:table|select)\b|;\s*(?:drop|truncate|alter|grant|delete\s+from|insert\s+into)\s+\w",
)

ATTACKS: dict[InjectionKind, Table] = {
    InjectionKind.OVERRIDE: _OVERRIDE,
    InjectionKind.ROLE_PLAY: _ROLE_PLAY,
    InjectionKind.AUTHORITY: _AUTHORITY,
    InjectionKind.PROMPT_LEAK: _PROMPT_LEAK,
    InjectionKind.CREDENTIAL: _CREDENTIAL,
    InjectionKind.FORGED_DIALOGUE: _FORGED_DIALOGUE,
    InjectionKind.ENCODED: _ENCODED,
    InjectionKind.MARKUP: _MARKUP,
    InjectionKind.SQL: _SQL,
}
CLAIM_AND_CONSEQUENCE = (_CLAIM, _CONSEQUENCE)
