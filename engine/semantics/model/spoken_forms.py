"""What people say for a name: 下单 for 下单时间, 取消 for 已取消."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.sql.masking.person_names import word_tags

_STATE_ENDING = re.compile(r"(?:日期|时间|时刻|日)$")
_EN_START, _EN_ENDING = (
    re.compile(r"^(?:total|grand total|sum of) "),
    re.compile(r" (?:at|on|date|time|day)$"),
)
_NAME_ENDING = re.compile(r"(?:名称|编号|姓名)$")
_PREFIX = re.compile(
    r"^(?:所属|所在|当前|对应|归属|二级|一级|本月|月|现行|目前|最新|该段|现任?(?=[㐀-鿿]{2}))"
)
_A_WORD = 2
_TWO_WORDS = 4
_PLANNED = re.compile(r"目标|计划|预算|预计|预测|应收|应付|未|待|安全|最低|最高|上限|标准")
_PLANNED_OR_DONE = re.compile("(预算|实际|计划)(?:金额|额|发生额?|费用|支出|数|值)")
_DONE = re.compile("[实应已未预待][付收缴退还发]$")
_IN_CHARGE = re.compile("(?:负责|经办|审批|经手|跟进|对接|主管)人$")
_OFFICE = re.compile(
    r"(?:业务|导购|采购|客服|收银|质检|配送|调度|理货|验货|操作|销售)员|(?:客户|区域|项目|店铺|渠道)经理|(?:医|律|工程|技|培训|美容|教)师"
)
_WHETHER = re.compile("^是否(?:为|是|属于|已经?)?")
_STATES = tuple(
    (re.compile(pattern), tuple(said.split()))
    for pattern, said in (
        ("^(?:正常|在)?营业中?$|^开业$", "开着 开着的 还开着 在开 开门营业"),
        ("^已?(?:关闭|关店|闭店|关门)$", "关了 关掉 关掉的 关门 关门的 关张"),
        ("^已(?:付款?|支付)$", "付了款 付了钱 付完钱 付过款 付过钱"),
        ("^(?:待|未)(?:付款?|支付)$", "没付钱 还没付钱 没给钱 没付钱的 没掏钱"),
        ("^(?:待|未)(?:派单?|分派|派工|指派)$", "没派出去 没派 没分派 没派单 没派人 没派工"),
        ("^(?:待|未)(?:审|审核|审批|批)$|^(?:审批|审核)中$", "没批 还没批 没审 没审批 没审核 没批下来"),
        ("^(?:已)?(?:通过|批准|审批通过|审核通过)$", "批下来 批了 批准了 审过"),
        ("^在售$|^销售中$|^上架中?$|^已上架$", "还在卖 在卖 还在卖的 正在卖 能卖"),
        ("^停售$|^下架$|^已下架$|^停产$", "不卖了 停卖 已经不卖 不再卖"),
        ("^(?:待|未)(?:发货?|出库)$", "没发出去 没发 没发货 没发走"),
        ("^已发货?$", "发出去 发走 发了货"),
        (
            "^(?:已)?(?:驳回|退回|审[批核]驳回|(?:审[批核])?不通过)$",
            "被打回 打回来 打回 被退回 退回来 被驳回 没批过",
        ),
        ("^已退款?$", "退完 退完款 退了钱 退了款 已经退完"),
        ("^(?:已|正常)?(?:完成|完结|结束|完工)$", "做完 搞完 干完"),
    )
)
"""What people say for states, whatever the columns call them."""
_WAITS = ("等", "等着", "等待", "等客户", "等顾客", "等会员")
LEADERS = (
    "直属领导",
    "直接领导",
    "直属上级",
    "直接上级",
    "上级",
    "领导",
    "主管",
    "manager",
    "boss",
    "supervisor",
)
"""What people call whom they report to."""
_SAYS_LITTLE = frozenset(
    [
        "名称",
        "名字",
        "编号",
        "数量",
        "金额",
        "合计",
        "总计",
        "小计",
        "总额",
        "状态",
        "类型",
        "日期",
        "时间",
        "备注",
        "描述",
        "代码",
        "单价",
        "id",
        "name",
        "code",
        "status",
        "type",
        "amount",
        "quantity",
        "date",
        "time",
        "number",
        "note",
        "description",
        "title",
        "value",
        "no",
    ]
)


def says_little(text: str) -> bool:
    """Whether a word only names a field beside the word for its table: 名称, status."""
    return text in _SAYS_LITTLE


def code_forms(word: str) -> Iterator[str]:
    """What people say for a state: 取消 and 被取消 for 已取消, 未付款 and 没付款 for 待付款, 女 by itself.

    Also 试用期 for 试用, and 在营业 for 营业中.
    """
    if len(word) == 1 and has_han(word):
        yield word
        yield f"{word}性"
    if len(word) == _A_WORD and has_han(word):
        yield f"{word}期"
    if word in ("实习", "见习"):
        yield f"{word}生"
    if word.endswith("中") and len(word) > _A_WORD:
        yield f"在{word[:-1]}"
    for pattern, said in _STATES:
        if pattern.search(word):
            yield from said
    bare = word[1:]
    if len(bare) < 2 or not has_han(bare):
        return
    if word[0] == "已":
        yield from (bare, f"被{bare}")
    if word[0] in "待未":
        yield from (f"{denied}{bare}" for denied in ("未", "没", "没有", "还没", "尚未"))
        yield from (f"{waits}{bare}" for waits in (_WAITS if word[0] == "待" else ()))


def short_forms(label: str, role: Role) -> Iterator[str]:
    """What is left of a label in speech: 下单时间 is 下单, 所属大区 is 大区."""
    english = _EN_ENDING.sub("", _EN_START.sub("", label))
    if english != label and not has_han(label):
        yield english
    yield from _of_quantities(label)
    person = _OFFICE.search(label) if role is Role.KEY else None
    if person is not None:
        # 下单业务员 is 业务员, 导购员 is 导购.
        yield person.group()
        yield from ("导购",) if person.group() == "导购员" else ()
    if role is Role.FLAG and (said := _WHETHER.sub("", label)) != label and len(said) > 1:
        yield said
        yield f"已{said}"
    in_charge = _IN_CHARGE.search(label)
    if in_charge is not None:
        # 归谁负责 asks for 负责人.
        yield in_charge.group()[:-1]
    bare = _PREFIX.sub("", label)
    if bare != label and len(bare) > 1:
        yield bare
    yield from _last_words(label) if role is Role.CATEGORY else ()
    if role is Role.CATEGORY and label.endswith("来源"):
        yield f"{label}渠道"
    short = (_STATE_ENDING if role is Role.TIME else _NAME_ENDING).sub("", bare)
    if short != bare and len(short) > 1:
        yield short


def _of_quantities(label: str) -> Iterator[str]:
    planned = _PLANNED_OR_DONE.fullmatch(label)
    if planned is not None:
        yield planned.group(1)
    if label.endswith("金额"):
        yield f"{label[:-2]}额"
        if _DONE.search(label[:-2]):
            yield label[:-2]
    elif label.endswith("数量"):
        yield label[:-1]
    elif label.endswith("额"):
        yield f"{label[:-1]}金额"
    elif label.endswith(("月数", "天数")) and len(label) > _TWO_WORDS - 1:
        yield f"{label[:-2]}期"


def how_many(label: str, things: Collection[str]) -> Iterator[str]:
    """几个工位 for 工位数, where no table has those.

    Args:
        things: what the tables are called.
    """
    counted = label[:-1].removesuffix("个")
    if len(counted) > 1 and counted not in things:
        yield from (f"{asks}{counted}" for asks in ("几个", "多少个", "有几个", "有多少个", "有多少"))


def _last_words(label: str) -> Iterator[str]:
    """下单渠道 is 渠道, 销售大区 is 大区."""
    words = [word for word, _ in word_tags(label)] if has_han(label) else []
    for start in range(1, len(words)):
        last = "".join(words[start:])
        if len(last) > 1 and not says_little(last):
            yield last


def last_words(model: SemanticModel) -> Iterator[tuple[str, str, str]]:
    """工资 for 基本工资, where no other quantity ends so: the word, and the dataset and field that it stands for."""
    found: dict[str, list[tuple[str, str]]] = {}
    for dataset in model.datasets:
        for field in dataset.fields:
            words = [word for word, _ in word_tags(field.label.zh)] if has_han(field.label.zh) else []
            if len(words) == 1 and len(field.label.zh) == _TWO_WORDS:
                words = [field.label.zh[2:]] * 2
            if _PLANNED.match(field.label.zh):
                # 目标销售额 is none of what was sold.
                continue
            if field.role is Role.MEASURE and len(words) > 1 and not says_little(words[-1]):
                found.setdefault(words[-1], []).append((dataset.name, field.name))
    for word, meant in found.items():
        if len(meant) == 1 and len(word) > 1:
            yield word, *meant[0]
