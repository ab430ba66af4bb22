"""From an analytic intent to SQL in the datasource's dialect.

Rows are never repeated: whatever a figure is grouped or restricted by is joined from the many side to the one side, and
what lies on the many side is asked for with EXISTS. Shares and growth rates divide by NULLIF; the last place of a
ranking is shared by all that have the same figure.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.aggregation import Aggregation
from chat2sql.engine.semantics.analytic.common_base import at_common_base
from chat2sql.engine.semantics.analytic.counted_groups import number_of_groups
from chat2sql.engine.semantics.analytic.figures import counts_rows, taken_off
from chat2sql.engine.semantics.analytic.figures_apart import figures_apart, is_apart
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent, Figure, Group, Part
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.lists import Listing
from chat2sql.engine.semantics.analytic.literals import with_today
from chat2sql.engine.semantics.analytic.one_over_other import with_ratio
from chat2sql.engine.semantics.analytic.phrase import called_by
from chat2sql.engine.semantics.analytic.shapes import first_places, quoted, ranked
from chat2sql.engine.semantics.analytic.side_by_side import beside_before, difference_apart
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel

__all__ = ["NotExpressible", "compile_intent"]


def compile_intent(
    intent: AnalyticIntent,
    model: SemanticModel,
    language: Language = Language.ZH,
    *,
    as_of: date | None = None,
) -> str:
    """The SQL for an intent.

    Args:
        language: of the columns' names.
        as_of: the day that definitions call today; None: the database's own.

    Raises:
        NotExpressible: it asks for what cannot be computed without repeating rows, or for what the model lacks.
    """
    intent, model = with_ratio(intent, model)
    told = _compiled(intent, model, language)
    if intent.counts_groups:
        told = number_of_groups(told, intent.groups[0], model, language)
    return (with_today(told, as_of, model.dialect) if as_of is not None else told).sql(model.dialect)


def _holds_several(group: Group, model: SemanticModel) -> bool:
    field = model.field(group.place.dataset, group.place.field) if group.place is not None else None
    return field is not None and field.role in (Role.LIST, Role.DOCUMENT)


def _compiled(intent: AnalyticIntent, model: SemanticModel, language: Language) -> exp.Select:
    if not intent.figures:
        return Listing(intent, model, language).select()
    _check(intent, model)
    less = next((one for figure in intent.figures if (one := taken_off(figure, model)) is not None), None)
    if less is not None and len(intent.figures) == 1:
        select, names, computed = difference_apart(intent, model, language, less)
        return _ordered(intent.model_copy(update={"comparison": None}), language, select, names, computed)
    if any(_holds_several(group, model) for group in intent.groups):
        raise NotExpressible("what holds several values tells no groups apart")
    if is_apart(intent, model):
        select, names, computed = figures_apart(intent, model, language)
        return _ordered(intent, language, select, names, computed)
    intent = at_common_base(intent, model)
    if intent.comparison is not None and intent.comparison.window is None:
        return beside_before(intent, model, language)
    select, names, computed = Aggregation(intent, model, language).select(intent.figures)
    return _ordered(intent, language, select, names, computed)


def _counts_itself(figure: Figure, groups: tuple[Group, ...], model: SemanticModel) -> bool:
    """各门店的门店数: one each."""
    itself = Group(place=called_by(figure.dataset, model))
    return itself.place is not None and itself in groups and counts_rows(figure, model)


def _check(intent: AnalyticIntent, model: SemanticModel) -> None:
    """Raise what an intent with figures asks for in vain."""
    if intent.thresholds and not intent.groups:
        raise NotExpressible("a figure of groups is compared, and there are none")
    if intent.ranking is not None and not intent.groups:
        raise NotExpressible("a figure is ranked, and there are no groups")
    if any(_counts_itself(figure, intent.groups, model) for figure in intent.figures):
        raise NotExpressible("each row counted by itself")
    tops = [one.place.dataset for one in intent.groups if one.topmost and one.place is not None]
    if len(tops) > len(set(tops)):
        raise NotExpressible("several levels of one tree")
    if intent.share and intent.comparison is None and not intent.groups and intent.part == Part():
        raise NotExpressible("a share of itself")
    if intent.moving is not None and (intent.share or intent.running or intent.comparison is not None):
        raise NotExpressible("a moving mean beside what else becomes of a figure")


def _ordered(
    intent: AnalyticIntent,
    language: Language,
    select: exp.Select,
    groups: list[str],
    computed: list[tuple[str, exp.Expr]],
) -> exp.Select:
    ranking = intent.ranking
    if ranking is None or ranking.figure is None or not groups:
        grains = [name for name, group in zip(groups, intent.groups, strict=True) if group.grain is not None]
        order = [quoted(name) for name in grains]
        return select.order_by(*order) if order else select
    _, by = computed[min(ranking.figure, len(computed) - 1)]
    if intent.comparison is not None:
        by = computed[-1][1]
    ordered = exp.Ordered(this=by.copy(), desc=ranking.descending, nulls_first=False)
    if ranking.limit is None and not ranking.told:
        return select.order_by(ordered)
    partition = [column.this.copy() for column in select.expressions[: ranking.within]]
    inner = select.select(ranked(ordered, partition, only=ranking.only))
    shown = [*groups, *(name for name, _ in computed)]
    return first_places(inner, shown, ranking, groups[: ranking.within], language)
