"""The words of a report, in both languages."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.evaluation.outcomes import OutcomeClass
from chat2sql.engine.evaluation.taxonomy import Mistake

TITLE = Bilingual(zh="评测报告", en="Evaluation report")
RUNS = Bilingual(zh="各次评测", en="Runs")
RUN = Bilingual(zh="评测", en="run")
SUITE = Bilingual(zh="题集", en="question set")
MODEL = Bilingual(zh="模型", en="model")
ROUTED = Bilingual(zh="自动选择", en="routed")
SETTINGS = Bilingual(zh="设置", en="settings")
QUESTIONS = Bilingual(zh="题目", en="questions")
ACCURACY = Bilingual(zh="执行准确率", en="execution accuracy")
INTERVAL = Bilingual(
    zh="方括号内是 95% 置信区间（Wilson）；圆括号内是答对的题数与总题数。",
    en="In square brackets the 95% interval (Wilson), in round ones the questions that are right and all of them.",
)
BEST = Bilingual(zh="候选中至少一个正确", en="at least one candidate right")
ACCURACY_BY = Bilingual(zh="执行准确率：按{0}", en="Execution accuracy by {0}")
GROUPS: dict[str, Bilingual] = {
    "database": Bilingual(zh="数据库", en="database"),
    "difficulty": Bilingual(zh="难度", en="difficulty"),
    "kind": Bilingual(zh="题型", en="kind"),
    "language": Bilingual(zh="语言", en="language"),
}
NONE = Bilingual(zh="未标明", en="not given")
OUTCOMES = Bilingual(zh="结局", en="Outcomes")
OUTCOME = Bilingual(zh="结局", en="outcome")
SHARE_OF_QUESTIONS = Bilingual(zh="占全部题目", en="share of the questions")
MISTAKES = Bilingual(zh="错在哪里", en="What is wrong in the wrong ones")
MISTAKE = Bilingual(zh="与标准答案不同的部分", en="part that differs from the gold")
SHARE_OF_WRONG = Bilingual(zh="占答错的题目", en="share of the wrong ones")
CALIBRATION = Bilingual(zh="把握与准确率", en="Calibration")
STATED = Bilingual(zh="所称把握", en="stated confidence")
ON_THE_LINE = Bilingual(
    zh="在虚线上：把握多少，就对多少。没有投票的题目不在其中。",
    en="On the dashed line, what is said is what is true. Questions without a vote are left out.",
)
COST = Bilingual(zh="成本", en="Cost")
PER_QUESTION = Bilingual(zh="每题", en="per question")
MEAN = Bilingual(zh="平均", en="mean")
MEDIAN = Bilingual(zh="中位数", en="median")
SLOWEST = Bilingual(zh="95% 分位", en="95th percentile")
LARGEST = Bilingual(zh="最大", en="largest")
SECONDS = Bilingual(zh="秒", en="seconds")
CALLS = Bilingual(zh="调用次数", en="model calls")
TOKENS_IN = Bilingual(zh="输入 token", en="tokens in")
TOKENS_OUT = Bilingual(zh="输出 token", en="tokens out")
DOLLARS = Bilingual(zh="美元", en="US dollars")
SECONDS_BY_STEP = Bilingual(zh="各步骤平均秒数", en="Mean seconds by step")
STEP = Bilingual(zh="步骤", en="step")
AT_MOST = Bilingual(zh="不超过该秒数的题目", en="questions that took at most so long")
CURVE = Bilingual(zh="准确率与成本", en="Accuracy and cost")
SECONDS_PER_QUESTION = Bilingual(zh="平均每题秒数", en="mean seconds per question")
PAIRED = Bilingual(zh="与第一次评测逐题比较", en="Question by question against the first run")
BOTH = Bilingual(zh="共同题目", en="questions in both")
FIRST = Bilingual(zh="第一次", en="first")
SECOND = Bilingual(zh="本次", en="this one")
DIFFERENCE = Bilingual(zh="差（百分点）", en="difference (points)")
WON = Bilingual(zh="多对", en="won")
LOST = Bilingual(zh="多错", en="lost")
P = Bilingual(zh="p（McNemar 精确检验）", en="p (McNemar, exact)")
ALL = Bilingual(zh="全部", en="all")
QUESTION = Bilingual(zh="问题", en="question")
ANSWER = Bilingual(zh="答案", en="answer")
GOLD = Bilingual(zh="标准答案", en="gold")
CONFIDENCE = Bilingual(zh="把握", en="confidence")
ROUNDS = Bilingual(zh="校正轮数", en="correction rounds")
REPAIRS = Bilingual(zh="修补", en="mended")
CANDIDATES = Bilingual(zh="候选与票数", en="candidates and votes")
VOTES = Bilingual(zh="票数", en="votes")
VERDICT = Bilingual(zh="判定", en="verdict")
NOT_RUN = Bilingual(zh="不能执行", en="does not run")
TOLD = Bilingual(zh="对提问者说", en="told the asker")
NO_GOLD = Bilingual(zh="数据库答不了这个问题。", en="The database cannot answer it.")
DETAILS = Bilingual(zh="详情", en="details")

OUTCOME_NAMES: dict[OutcomeClass, Bilingual] = {
    OutcomeClass.RIGHT: Bilingual(zh="正确", en="right"),
    OutcomeClass.WRONG: Bilingual(zh="错误", en="wrong"),
    OutcomeClass.DID_NOT_EXECUTE: Bilingual(zh="未能执行", en="did not execute"),
    OutcomeClass.REFUSED: Bilingual(zh="拒绝", en="refused"),
    OutcomeClass.ASKED_BACK: Bilingual(zh="反问", en="asked back"),
    OutcomeClass.CANNOT_ANSWER: Bilingual(zh="称无法回答", en="said it cannot answer"),
    OutcomeClass.FAILED: Bilingual(zh="失败", en="failed"),
}

MISTAKE_NAMES: dict[Mistake, Bilingual] = {
    Mistake.TABLES: Bilingual(zh="表", en="tables"),
    Mistake.OUTPUT: Bilingual(zh="输出列", en="output"),
    Mistake.VALUES: Bilingual(zh="取值", en="values"),
    Mistake.CONDITIONS: Bilingual(zh="条件", en="conditions"),
    Mistake.AGGREGATES: Bilingual(zh="聚合", en="aggregates"),
    Mistake.GROUPING: Bilingual(zh="分组", en="grouping"),
    Mistake.ORDER_OR_LIMIT: Bilingual(zh="排序或行数", en="order or limit"),
    Mistake.DISTINCT: Bilingual(zh="去重", en="distinct"),
    Mistake.SET_OPERATION: Bilingual(zh="集合运算", en="set operation"),
    Mistake.NESTING: Bilingual(zh="嵌套", en="nesting"),
    Mistake.OTHER: Bilingual(zh="其他", en="other"),
}
