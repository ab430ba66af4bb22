"""One figure as a part of another: 退款金额占销售额的比例, 奖金相当于基本工资的百分之多少."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Aggregate, AnalyticIntent, Figure, Part
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.labels import figure_label
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.semantic_model import Additivity, Metric, Origin, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind

_BOTH = 2


def is_of_other(phrase: Phrase, figures: tuple[Figure, ...], part: Part) -> bool:
    """Whether the share that is asked for is that of the first figure in the second."""
    shares = [piece for piece in phrase if piece.token.act is Act.SHARE]
    if len(figures) != _BOTH or not shares or part != Part():
        return False
    named = [
        piece.number
        for piece in phrase
        if piece.used and (piece.kind is Kind.METRIC or phrase.is_measure(piece)) and not piece.restricts
    ]
    # 占 between both, or 的百分之几 behind them.
    between = any(named[0] < one.number < named[-1] for one in shares) if len(named) == _BOTH else False
    beside = len(named) == _BOTH and any(
        "是" in piece.token.text for piece in phrase if named[0] < piece.number < named[1]
    )
    return between or beside


def with_ratio(intent: AnalyticIntent, model: SemanticModel) -> tuple[AnalyticIntent, SemanticModel]:
    """The intent with one figure in place of both, and the model with what that is.

    Raises:
        NotExpressible: one of the figures is a ratio itself, or something is compared with one of them.
    """
    if not intent.of_other:
        return intent, model
    if intent.thresholds or intent.comparison is not None:
        raise NotExpressible("a figure over another, and one of them compared")
    above, below = (_as_metric(figure, model) for figure in intent.figures)
    names = [
        Bilingual(zh=figure_label(one, model, Language.ZH), en=figure_label(one, model, Language.EN))
        for one in intent.figures
    ]
    ratio = Metric(
        name=f"{above.name}/{below.name}",
        label=Bilingual(
            zh=f"{names[0].zh}占{names[1].zh}的比例", en=f"{names[0].en} as a share of {names[1].en}"
        ),
        origin=Origin.NAME,
        certainty=1,
        dataset=above.dataset,
        numerator=above.name,
        denominator=below.name,
        additivity=Additivity.NON_ADDITIVE,
    )
    told = intent.model_copy(
        update={"figures": (Figure(metric=ratio.name, dataset=ratio.dataset),), "of_other": False}
    )
    return told, model.extended(metrics=(above, below, ratio))


def _as_metric(figure: Figure, model: SemanticModel) -> Metric:
    known = model.metric(figure.metric or "")
    if known is not None:
        if known.numerator or known.less or known.additivity is Additivity.NON_ADDITIVE:
            raise NotExpressible("a ratio over another figure")
        return known
    if figure.aggregate is Aggregate.COUNT and figure.field is None:
        return _metric(figure, "COUNT(*)", model)
    if figure.aggregate is Aggregate.SUM and figure.field is not None:
        return _metric(figure, f"SUM({spelled(figure.dataset, figure.field, model.dialect)})", model)
    raise NotExpressible("a mean over another figure")


def _metric(figure: Figure, expression: str, model: SemanticModel) -> Metric:
    return Metric(
        name=f"{figure.dataset}.{figure.field or 'rows'}.all",
        label=Bilingual(
            zh=figure_label(figure, model, Language.ZH), en=figure_label(figure, model, Language.EN)
        ),
        origin=Origin.NAME,
        certainty=1,
        dataset=figure.dataset,
        expression=expression,
    )
