"""Which figures a question asks for: metrics, measures summed up as it says or as is usual, rows counted."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.analytic.acts import MONEY, Act
from chat2sql.engine.semantics.analytic.defined_figures import as_defined
from chat2sql.engine.semantics.analytic.figures import counts_all_rows, counts_rows
from chat2sql.engine.semantics.analytic.intent import Aggregate, Figure, Group
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.analytic.told_besides import told_of_each
from chat2sql.engine.semantics.model.finer import amount_of
from chat2sql.engine.semantics.model.semantic_model import Additivity, Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.values.index import How

_MONEY = re.compile(r"回款|付款|收款|报销|退款|支付|支出|收入|缴费|充值|还款|放款|打款")
_ROWS = re.compile(r"[笔张单条次宗起](?:数)?$")
_OF_PAPERS = frozenset("张笔单")
_SLIPS = re.compile(r"(?:单|记录|申请|笔|次)$")


class Asked:
    """The figures of one phrase.

    Attributes:
        first: the one that is named first, by which it ranks.
    """

    def __init__(self, phrase: Phrase, model: SemanticModel) -> None:
        self._phrase, self._model = phrase, model
        self._last: dict[Figure, int] = {}
        self.first: Figure | None = None

    def figures(self, compared: frozenset[int]) -> tuple[Figure, ...]:
        """The figures that are named.

        Args:
            compared: the pieces that only stand in comparisons.
        """
        found: list[Figure] = []
        for piece in self._phrase:
            figure = self._figure(piece, compared)
            if figure is None:
                continue
            piece.used = True
            self._last[figure] = piece.number
            if found and (self._only_ranks(piece) or self._says_again(piece, found)):
                # 采购最多的，按采购额排: by that, and not by how often.
                counted = self._only_ranks(piece) and found == [found[0]] and self._is_count(found[0])
                found = [figure] if counted and figure.metric is not None else found
                continue
            counts = figure.aggregate is Aggregate.COUNT and self._asks_how_much()
            found.append(self._amount(figure) if counts else figure)
        told = tuple(dict.fromkeys(self._with_number(found)))
        self.first = told[0] if told else None
        if self._phrase.list_begins() is None:
            return told
        # 达成率低于80%的，列出销售额、目标和达成率: in the order of the list.
        return tuple(sorted(told, key=lambda one: self._last.get(one, 0)))

    def _is_count(self, figure: Figure) -> bool:
        return figure.aggregate is Aggregate.COUNT and self._phrase.has(Act.MOST)

    def _with_number(self, found: list[Figure]) -> list[Figure]:
        """一共多少钱、多少笔: the number of the rows as well, in the order of the question."""
        asked = [
            piece
            for piece in self._phrase
            if piece.token.act is Act.COUNT and _ROWS.search(piece.token.text) and not piece.used
        ]
        plain = len(found) == 1 and found[0].aggregate is Aggregate.SUM
        if len(asked) != 1 or not plain:
            return found
        asked[0].used = True
        number = Figure(aggregate=Aggregate.COUNT, dataset=found[0].dataset)
        money = [piece.number for piece in self._phrase if piece.used and self._phrase.is_measure(piece)]
        return [number, *found] if money and asked[0].number < money[0] else [*found, number]

    def _figure(self, piece: Piece, compared: frozenset[int]) -> Figure | None:
        """The figure that a piece names, None where it names none."""
        before = self._phrase.before(piece)
        if before is not None and before.token.act is Act.WHICH and "位" in before.token.text:
            # 哪位销售 asks for whom, and not for how much.
            return None
        if piece.kind is Kind.METRIC and piece.meaning is not None and not piece.restricts:
            piece.used = self._only_says_of_what(piece) or self._is_attained(piece)
            named = Figure(metric=piece.meaning.name, dataset=piece.meaning.dataset)
            return None if piece.used else named
        if piece.number in compared:
            return None
        if self._phrase.is_measure(piece):
            summed = self._aggregated(piece)
            return as_defined(summed, self._phrase, self._model) if summed is not None else None
        return self._counted(piece) if piece.counted else None

    def _is_attained(self, piece: Piece) -> bool:
        """没完成5月的销售目标: what was to be reached, and no figure."""
        met = [
            one.meaning for one in self._phrase if one.token.act is Act.ATTAINED and one.meaning is not None
        ]
        ratios = [self._model.metric(one.name) for one in met]
        before = self._phrase.before(piece)
        listed = before is not None and before.token.act is Act.ALSO
        return not listed and any(
            one is not None and piece.meaning is not None and one.denominator == piece.meaning.name
            for one in ratios
        )

    def _counted(self, piece: Piece) -> Figure | None:
        """How many there are of a thing, or of rows that have a name."""
        rows = f"{piece.meaning.name}_count" if piece.kind is Kind.SEGMENT and piece.meaning else ""
        if self._model.metric(rows) is not None:
            return Figure(metric=rows, dataset=piece.dataset)
        base = self._model.dataset(self._phrase.base)
        if (
            piece.token.act is Act.COUNT
            and base is not None
            and base.label.zh.endswith(piece.token.text[-1:])
        ):
            # 发货异常的有几单: of 发货单, whatever other papers there are.
            return as_defined(Figure(aggregate=Aggregate.COUNT, dataset=base.name), self._phrase, self._model)
        is_thing = piece.kind is Kind.SEGMENT or (piece.kind is Kind.DATASET and not piece.restricts)
        if not is_thing:
            return None
        return as_defined(Figure(aggregate=Aggregate.COUNT, dataset=piece.dataset), self._phrase, self._model)

    def _only_says_of_what(self, piece: Piece) -> bool:
        """营收目标完成率: what stands right before a ratio of it names no figure of its own."""
        after = next(iter(self._phrase.next_to(piece, 1)), None)
        beside = after is not None and after.token.start == piece.token.end
        if after is None or not beside or after.kind is not Kind.METRIC or after.meaning is None:
            return False
        metric = self._model.metric(after.meaning.name)
        assert piece.meaning is not None
        return metric is not None and piece.meaning.name in (metric.numerator, metric.denominator)

    def _says_again(self, piece: Piece, found: list[Figure]) -> bool:
        """名字和金额, behind 销售额: that of the metric."""
        if piece.token.act is Act.COUNT and _ROWS.search(piece.token.text):
            # 有效订单数前三的，带上单数
            return self._is_numbered(piece.dataset, found)
        if self._is_all_rows(piece) and self._phrase.has(Act.MOST, Act.TOP, Act.COMPARE):
            # 有效订单数最多的，给出订单数
            return self._is_numbered(piece.dataset, found)
        said = piece.token.act is Act.SAID and piece.token.detail == MONEY
        is_amount = said or piece.token.text in ("金额", "总金额", "数额")
        return is_amount and any(figure.metric is not None for figure in found)

    def _is_all_rows(self, piece: Piece) -> bool:
        """订单数: of all rows, by its name."""
        named = piece.meaning.name if piece.meaning is not None and piece.kind is Kind.METRIC else ""
        return counts_all_rows(named, self._model)

    def _is_numbered(self, dataset: str, found: list[Figure]) -> bool:
        """Whether a number of a dataset's rows is asked for by its name already."""
        named = (one for one in found if one.metric is not None and counts_rows(one, self._model))
        return any(one.dataset == dataset for one in named)

    def _only_ranks(self, piece: Piece) -> bool:
        """按金额从高到低, behind the figure itself, says by what it goes."""
        before = self._phrase.before(piece)
        return (
            before is not None and before.token.act is Act.EACH and before.token.text.startswith(("按", "依"))
        )

    def _aggregated(self, piece: Piece) -> Figure | None:
        """A measure summed up as its neighbours say, or as it is usual for it; None: it is listed."""
        assert piece.meaning is not None
        field = self._phrase.field_of(piece)
        near = [one for one in (self._phrase.before(piece), self._phrase.after(piece)) if one is not None]
        said = next((one for one in near if one.token.act is Act.AGGREGATE), None)
        before = self._phrase.before(piece)
        how: Aggregate | None
        if piece.token.sort is Sort.TERM and piece.token.detail:
            how = Aggregate(piece.token.detail)
        elif piece.token.act is Act.SAID:
            how = Aggregate.SUM
        elif said is not None:
            said.used = True
            how = Aggregate(said.token.detail)
        elif (
            before is not None and before.token.act is Act.MOST and not self._phrase.names_thing_after(piece)
        ):
            how = Aggregate.MAX if before.token.detail == "desc" else Aggregate.MIN
            if self._phrase.asks_which():
                return None
            before.used = True
        elif self._is_of_one_named(piece) or told_of_each(piece, self._phrase):
            return None
        elif field is not None and field.additivity is Additivity.NON_ADDITIVE:
            how = Aggregate.MEAN if self._phrase.has(Act.EACH, Act.GRAIN) else None
        else:
            how = Aggregate.SUM
        plain = not piece.token.detail or (piece.token.act is Act.SAID and "总" not in piece.token.text)
        if how is Aggregate.SUM and said is None and plain and self._is_row_wise(piece):
            return None
        if how is None:
            return None
        return Figure(aggregate=how, dataset=piece.meaning.dataset, field=piece.meaning.name)

    def _is_row_wise(self, piece: Piece) -> bool:
        """Whether a quantity is that of each row that is listed: 工资最高的员工, 列出订单的金额."""
        if self._groups() and not self._phrase.has(Act.MOST, Act.TOP):
            return False
        if not self._phrase.lists_things():
            return False
        thing = self._phrase.thing_asked_for()
        listed = self._phrase.has(Act.LIST) and not self._phrase.has(Act.EACH)
        if listed or (thing is None and self._phrase.has(Act.WHICH)):
            # 在职员工里工资最低的是哪些人，在哪个部门
            rows = [one for one in self._phrase if one.kind is Kind.SEGMENT and one.number < piece.number]
            if any(one.dataset == piece.dataset for one in rows):
                return True
        return thing is not None and thing.dataset == piece.dataset and not thing.counted

    def _is_of_one_named(self, piece: Piece) -> bool:
        """某公司的客户编码和信用额度: what is asked of one row that is named, beside what is no quantity."""
        dataset = self._model.dataset(piece.dataset)
        own = [one for one in self._phrase if one.dataset == piece.dataset and one is not piece]
        is_named = dataset is not None and (
            self._names_one_of(dataset) or (dataset.is_record and self._names_one_led_to(dataset))
        )
        # 有几个工位，面积多大: of two quantities neither is summed up.
        asked = any(
            one.kind is Kind.FIELD and not one.restricts and one.meaning != piece.meaning for one in own
        )
        by_unit = any(
            one.token.act is Act.GRAIN and not one.token.text.startswith("哪") for one in self._phrase
        )
        return is_named and asked and not by_unit and not self._phrase.has(Act.EACH, Act.AGGREGATE)

    def _names_one_of(self, dataset: Dataset) -> bool:
        """Whether one row is named, by its name or number."""
        return any(
            one.value is not None
            and one.dataset == dataset.name
            and one.value.field in (dataset.display, *dataset.numbering)
            and one.value.how is not How.PART
            for one in self._phrase
        )

    def _names_one_led_to(self, record: Dataset) -> bool:
        """工号E1017那天的岗位和工资: one row is named of what a record is about."""
        leads = (self._model.dataset(join.target) for join in self._model.joins_from(record.name))
        return any(self._names_one_of(one) for one in leads if one is not None)

    def _groups(self) -> bool:
        """Whether something is asked by groups; 各多少 behind a list says nothing of them."""
        for one in self._phrase:
            after = self._phrase.after(one)
            if one.token.act is Act.GRAIN or (
                one.token.act is Act.EACH and after is not None and after.token.act is not Act.COUNT
            ):
                return True
        return False

    def counted(self, base: str, groups: tuple[Group, ...]) -> tuple[Figure, ...]:
        """A count of rows, where the question counts without saying of what it is a figure."""
        lists = self._phrase.row_field(Role.MEASURE) is not None and not groups
        asks = (self._phrase.has(Act.COUNT) and not lists) or (
            groups and not self._phrase.has(Act.LIST, Act.WHICH)
        )
        if asks or self._phrase.has(Act.SHARE, Act.YEAR_BEFORE, Act.PERIOD_BEFORE, Act.RUNNING):
            counted = as_defined(Figure(aggregate=Aggregate.COUNT, dataset=base), self._phrase, self._model)
            how_much = self._asks_how_much() or not self._phrase.has(Act.COUNT)
            self._phrase.use(Act.COUNT)
            return (self._amount(counted) if how_much else counted,)
        return ()

    def counts_no_thing(self, base: str) -> bool:
        """2024年3月15号的零售价是多少: how much something is, of which no quantity is named."""
        below = any(
            piece.is_below and piece.kind in (Kind.SEGMENT, Kind.DATASET) and piece.token.act is None
            for piece in self._phrase
        )
        if below and not any(self._names(piece, base) for piece in self._phrase):
            # 去年注册的会员有多少个 counts no regions, whatever theirs is called.
            return True
        for piece in self._phrase:
            if piece.token.act is Act.COUNT and piece.token.text[-1:] in _OF_PAPERS and self._has_names(base):
                # 客户提交了多少张申请 counts no customers.
                return True
            before, said = self._phrase.before(piece), self._phrase.just_before(piece)
            if before is None or said is None or said.token.text != "是":
                continue
            asks = piece.token.act is Act.COUNT and piece.token.text == "多少"
            if asks and (before.kind is Kind.CODE or before.value is not None):
                return True
        return False

    def _names(self, piece: Piece, base: str) -> bool:
        """Whether a piece speaks of the rows of the base, and not only of a column of theirs."""
        kinds = (Kind.DATASET, Kind.SEGMENT, Kind.CODE, Kind.METRIC)
        spoken = piece.token.act is None and (piece.kind in kinds or piece.value is not None)
        return piece.dataset == base and spoken

    def _has_names(self, base: str) -> bool:
        dataset = self._model.dataset(base)
        return dataset is not None and dataset.display is not None

    def settle_sums(self, figures: tuple[Figure, ...]) -> None:
        """一共 and total say nothing more where everything is summed or counted anyway."""
        summed = all(
            figure.metric is not None or figure.aggregate in (Aggregate.SUM, Aggregate.COUNT)
            for figure in figures
        )
        for piece in self._phrase:
            if (
                piece.token.act is Act.AGGREGATE
                and piece.token.detail == Aggregate.SUM
                and figures
                and summed
            ):
                piece.used = True

    def _asks_how_much(self) -> bool:
        """Whether it is asked how much and not how many: 回款多少, without a word for pieces."""
        asked = [piece.token.text for piece in self._phrase if piece.token.act is Act.COUNT]
        return "多少" in asked and not any(_ROWS.search(text) for text in asked)

    def _amount(self, counted: Figure) -> Figure:
        """Of what is money by its name, the sum; of anything else, and of slips of paper, the count."""
        named = [piece.token.text for piece in self._phrase if piece.dataset == counted.dataset]
        if any(_SLIPS.search(text) for text in named):
            return counted
        dataset = self._model.dataset(counted.dataset)
        amount = amount_of(dataset) if dataset is not None and _MONEY.search(dataset.label.zh) else None
        if amount is None:
            return counted
        summed = Figure(aggregate=Aggregate.SUM, dataset=counted.dataset, field=amount.name)
        return as_defined(summed, self._phrase, self._model, is_named=False)
