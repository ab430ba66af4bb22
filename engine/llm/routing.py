"""Which models answer a question, in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from chat2sql.config.errors import Misconfigured
from chat2sql.config.models import ModelCatalogue, ModelEntry
from chat2sql.config.vocabulary import Bilingual, Frozen, Tier

AUTO = "auto"
"""The requested model that means: choose for me."""

_TIERS = (Tier.SMALL, Tier.MEDIUM, Tier.LARGE)
_MEDIUM_FROM = 0.4
_LARGE_FROM = 0.75

# Wording that calls for nesting, windows, set operations or several measures at once.
_HARD = re.compile(
    r"同比|环比|增长率|占比|比例|累计|排名|前\s*\d+|各.{0,8}(最|前)|连续|中位数|留存|复购|去年同期|平均.{0,6}(高于|低于|超过)|"
    r"没有.{0,12}(过|任何)|从未|分别|对比|\b(year[- ]over[- ]year|month[- ]over[- ]month|growth|ratio|share|percent\w*|"
    r"cumulative|running total|rank\w*|top \d+|each|every|per|consecutive|median|retention|cohort|never|without|"
    r"compared?|versus|vs|above (the )?average|below (the )?average|both|except)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"[，,；;。]|并且|而且|以及|同时|其中|\b(?:and|or|but|while|which|whose|that)\b", re.IGNORECASE
)


class Route(Frozen):
    """The models to ask, first to last, by their names in the catalogue, and why these; and those of higher tiers than
    the first, nearest first."""

    models: tuple[str, ...]
    larger: tuple[str, ...] = ()
    tier: Tier
    reason: Bilingual


def complexity(question_text: str, table_count: int) -> float:
    """How hard a question looks, from 0 (a single lookup) to 1. A heuristic without a model call.

    Up to 0.5 for wording that calls for nesting, windows or several measures (0.2 each), up to 0.25 for
    further clauses (0.06 each), up to 0.25 for the tables in sight beyond two (0.03 each).
    """
    hard = len({match[0].lower() for match in _HARD.finditer(question_text)})
    clauses = len(_CLAUSES.findall(question_text.strip().rstrip("。，,.;；？?!！")))
    score = min(0.5, 0.2 * hard) + min(0.25, 0.06 * clauses) + min(0.25, 0.03 * max(0, table_count - 2))
    return round(score, 3)


def tier_for(complexity: float) -> Tier:
    """The tier that a complexity calls for."""
    if complexity >= _LARGE_FROM:
        return Tier.LARGE
    return Tier.MEDIUM if complexity >= _MEDIUM_FROM else Tier.SMALL


def route(
    catalogue: ModelCatalogue,
    *,
    requested: str | None,
    complexity: float,
    configured: Callable[[ModelEntry], bool],
    available: Collection[str],
    prompt_tokens: int,
) -> Route:
    """Order the models for a question: the tier it calls for, then larger ones, then smaller ones.

    Within a tier the catalogue's order is kept. A model is used only if it is configured, if the prompt and its
    answer fit its context, and if it has no pause; when all that would do have a pause they are used all the
    same, since waiting for one is better than no answer. A requested model stands alone, pause or not.

    Args:
        catalogue: the models.
        requested: a model's name; ``None`` or ``auto`` to choose.
        complexity: from 0 to 1.
        configured: whether a model has its key.
        available: names of the models without a pause.
        prompt_tokens: length of the prompt.

    Raises:
        InvalidInput: the catalogue has no model of the requested name.
        Misconfigured: no model can be used, or the requested one cannot.
    """
    if requested is not None and requested != AUTO:
        return _alone(catalogue.get(requested), configured, prompt_tokens)
    tier = tier_for(complexity)
    with_key = [entry for entry in catalogue.models if configured(entry)]
    fitting = [entry for entry in with_key if _fits(entry, prompt_tokens)]
    if not fitting:
        raise _none_usable(bool(with_key), prompt_tokens)
    awake = [entry for entry in fitting if entry.name in available]
    order = sorted(awake or fitting, key=lambda entry: _distance(entry.tier, tier))
    return Route(
        models=tuple(entry.name for entry in order),
        larger=tuple(entry.name for entry in order if _size(entry.tier) > _size(order[0].tier)),
        tier=tier,
        reason=_reason(order[0], tier, complexity),
    )


def _alone(entry: ModelEntry, configured: Callable[[ModelEntry], bool], prompt_tokens: int) -> Route:
    if not configured(entry):
        raise Misconfigured(
            zh=f"模型 {entry.name} 尚未配置密钥。请设置 {entry.provider} 的密钥（见 chat2sql models list），或换一个模型。",
            en=f"Model {entry.name} has no key. Set the key of {entry.provider} (see `chat2sql models list`), "
            "or use another model.",
        )
    if not _fits(entry, prompt_tokens):
        raise Misconfigured(
            zh=f"约 {prompt_tokens} 个 token 的提示放不进模型 {entry.name}（{entry.context_tokens}）。"
            "请换一个上下文更长的模型，或调小 CHAT2SQL_SCHEMA_BUDGET_TOKENS。",
            en=f"A prompt of about {prompt_tokens} tokens does not fit model {entry.name} ({entry.context_tokens}). "
            "Use a model with a longer context, or lower CHAT2SQL_SCHEMA_BUDGET_TOKENS.",
        )
    return Route(
        models=(entry.name,),
        tier=entry.tier,
        reason=Bilingual(zh=f"按要求使用 {entry.name}。", en=f"{entry.name} was asked for."),
    )


def _fits(entry: ModelEntry, prompt_tokens: int) -> bool:
    return prompt_tokens + entry.max_output_tokens <= entry.context_tokens


def _distance(tier: Tier, wanted: Tier) -> int:
    """0 for the tier itself, then the larger ones by nearness, then the smaller ones by nearness."""
    steps = _size(tier) - _size(wanted)
    return steps if steps >= 0 else len(_TIERS) - steps


def _size(tier: Tier) -> int:
    return _TIERS.index(tier)


def _reason(first: ModelEntry, tier: Tier, complexity: float) -> Bilingual:
    zh = f"复杂度 {complexity:.2f}，对应 {tier} 档"
    en = f"Complexity {complexity:.2f} calls for tier {tier}"
    if first.tier is tier:
        return Bilingual(zh=f"{zh}，首选 {first.name}。", en=f"{en}; {first.name} goes first.")
    return Bilingual(
        zh=f"{zh}；该档无可用模型，改用 {first.tier} 档的 {first.name}。",
        en=f"{en}; none of it is usable, so {first.name} of tier {first.tier} goes first.",
    )


def _none_usable(any_key: bool, prompt_tokens: int) -> Misconfigured:
    if any_key:
        return Misconfigured(
            zh=f"约 {prompt_tokens} 个 token 的提示放不进任何已配置的模型。请调小 CHAT2SQL_SCHEMA_BUDGET_TOKENS，"
            "或配置一个上下文更长的模型（见 chat2sql models list）。",
            en=f"A prompt of about {prompt_tokens} tokens fits no configured model. Lower "
            "CHAT2SQL_SCHEMA_BUDGET_TOKENS, or configure a model with a longer context (see `chat2sql models list`).",
        )
    return Misconfigured(
        zh="没有已配置的模型。请运行 chat2sql up 启动本地模型，或设置某个服务商的密钥（见 chat2sql models list）。",
        en="No model is configured. Run `chat2sql up` for the local model, "
        "or set the key of a provider (see `chat2sql models list`).",
    )
