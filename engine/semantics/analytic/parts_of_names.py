"""Names that a question shortens: 朝阳店 for 北京朝阳店, 空气炸锅 for every product that is one.

What tokens leave unread is looked for inside the values of columns that name things. One value that has it is meant; of
several all are, by what they have in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.analytic.tokens import tokens_of
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import TermIndex, term_index, units_of
from chat2sql.engine.semantics.time_expressions import TimeExpression
from chat2sql.engine.sql.masking.person_names import name_words, word_tags
from chat2sql.engine.values.index import How, LinkedValue, ValueIndex, field_name

_LONGEST, _SHORTEST = 10, 2
_NAMING = (Role.NAME, Role.CATEGORY, Role.TEXT)
_MOST_COLUMNS = 3
_MOST_WORDS, _MOST_STRETCHES, _LONGEST_STRETCH = 4, 12, 60
_SURNAME = re.compile(r"姓(?P<name>[㐀-鿿])(?=的|[员同客会])")
_NO_PERSON = re.compile(
    r"(?:那|这)[家个间](?:店|门店|分店|厂|仓)|店|路|街|厂|仓|村|镇|县|市|区|有限|实业|科技|百货|超市|电器|商贸|公司|集团|家居|家具|建材|机械|工贸|贸易|电子"
)
"""Behind what could be somebody's name: a firm or a place is called so."""
_CALLED = re.compile("(?:旗舰|直营|体验|社区)?(?:门|分)?(?:店|仓|厂)$")
_CAMPAIGN = re.compile(r"(?:那个|的|这个)?(?:促销|大促|营销)?(?:活动|大促|促销)(?:期间)?")
_YEAR_SAID = re.compile(r"^(?:[0-9]{2,4}年?|去年|今年|前年|上一?年)的?")
_STRETCH = re.compile(r"[㐀-鿿豈-﫿]+|[A-Za-z][A-Za-z' -]*[A-Za-z]")


def tokens_with_names(
    question: str,
    model: SemanticModel,
    times: Sequence[TimeExpression],
    values: Sequence[LinkedValue],
    known: ValueIndex | None,
    *,
    people: bool = True,
) -> tuple[Token, ...]:
    """The question as tokens, shortened names read as the values that they stand for.

    Args:
        known: all values that may be looked through; None: no names are looked for.
        people: whether names of people are values too, though none of them is known.
    """
    index = term_index(model)
    tokens = tokens_of(question, index, times, values)
    further = _shortened(question, tokens, known, model) if known is not None else ()
    if people:
        further = (*further, *_people(question, (*tokens, *further), index), *_surnames(question, index))
    if known is not None:
        further = (*further, *_campaigns(question, tokens, known, model))
    return tokens_of(question, index, times, values, further) if further else tokens


def _people(question: str, tokens: Sequence[Token], index: TermIndex) -> Iterator[Token]:
    """Names of people that no value is known for, as personal columns are in no index: they are looked up as they stand."""
    read = {
        place
        for token in tokens
        if token.sort not in (Sort.UNREAD, Sort.NOISE) and len(token.text) > 1
        for place in range(token.start, token.end)
    }
    for match in name_words(question):
        is_place = _NO_PERSON.match(question, match[1]) is not None
        if index.named_people and not is_place and not read & set(range(*match)):
            name = question[slice(*match)]
            values = tuple(
                LinkedValue(table=one.dataset, column=one.name, value=name, mention=name, how=How.EXACT)
                for one in index.named_people
            )
            yield Token(Sort.VALUE, *match, name, values=values)


def _surnames(question: str, index: TermIndex) -> Iterator[Token]:
    """姓王的: whose name begins so."""
    for match in _SURNAME.finditer(question) if index.named_people else ():
        values = tuple(
            LinkedValue(
                table=one.dataset, column=one.name, value=match["name"], mention=match.group(), how=How.START
            )
            for one in index.named_people
        )
        yield Token(Sort.VALUE, match.start(), match.end(), match.group(), values=values)


def _campaigns(
    question: str, tokens: Sequence[Token], values: ValueIndex, model: SemanticModel
) -> Iterator[Token]:
    """去年双十一活动: the campaign of that name and year, where there is one, and not the days."""
    for token in tokens:
        behind = _CAMPAIGN.match(question, token.end)
        said = f"{token.text}{behind.group() if behind else ''}"
        if token.time is None or token.time.start is None or not _CAMPAIGN.search(said):
            continue
        year = str(token.time.start.year)
        core = (
            _YEAR_SAID.sub("", _CAMPAIGN.sub("", token.text))
            .replace("双十一", "双11")
            .replace("双十二", "双12")
        )
        found = _linked(core, partial(_has_both, (core, year)), values, model) if core else ()
        linked = tuple(one for one in found if one.how is How.FUZZY)
        if linked:
            end = behind.end() if behind is not None else token.end
            yield Token(Sort.VALUE, token.start, end, question[token.start : end], values=linked)


def _has_both(parts: tuple[str, str], value: str) -> bool:
    said = value.replace("双十一", "双11").replace("双十二", "双12")
    return all(part in said for part in parts)


def _shortened(
    question: str, tokens: Sequence[Token], values: ValueIndex, model: SemanticModel
) -> tuple[Token, ...]:
    """Further mentions of values, in what the tokens have left unread."""
    found: list[Token] = []
    for start, end in list(_unread(tokens))[:_MOST_STRETCHES]:
        found += _in_stretch(question, start, end, values, model)
    return tuple(found)


def _unread(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The stretches of a question that say nothing yet, with noise and single characters beside them."""
    start: int | None = None
    end = 0
    holds = False
    for token in tokens:
        says_little = token.sort in (Sort.UNREAD, Sort.NOISE) or (
            token.sort in (Sort.TERM, Sort.NUMBER) and len(token.text) == 1
        )
        if says_little and (start is None or token.start <= end + 1):
            start = token.start if start is None else start
            end = token.end
            holds = holds or token.sort is Sort.UNREAD
            continue
        if start is not None and holds:
            yield start, end
        start, holds = (token.start, token.sort is Sort.UNREAD) if says_little else (None, False)
        end = token.end
    if start is not None and holds:
        yield start, end


def _in_stretch(
    question: str, start: int, end: int, values: ValueIndex, model: SemanticModel
) -> Iterator[Token]:
    for match in _STRETCH.finditer(question, start, min(end, start + _LONGEST_STRETCH)):
        text = match.group()
        if has_han(text):
            yield from _longest_part(text, match.start(), values, model)
        else:
            yield from _words(text, match.start(), values, model)


def _longest_part(text: str, offset: int, values: ValueIndex, model: SemanticModel) -> Iterator[Token]:
    place = 0
    while place < len(text) - 1:
        for length in range(min(_LONGEST, len(text) - place), _SHORTEST - 1, -1):
            part = text[place : place + length]
            linked = _holding(part, values, model)
            if linked:
                yield _token(part, offset + place, linked)
                place += length - 1
                break
        place += 1


def _words(text: str, offset: int, values: ValueIndex, model: SemanticModel) -> Iterator[Token]:
    units = units_of(text)
    # Longer names are said in full; and this grows with the square.
    for length in range(min(len(units), _MOST_WORDS), 0, -1):
        for first in range(len(units) - length + 1):
            some = units[first : first + length]
            part = text[some[0].start : some[-1].end]
            if len(part) <= _SHORTEST or (length == 1 and part.islower()):
                continue
            linked = _holding_words({unit.text for unit in some}, part, values, model)
            if linked:
                yield _token(part, offset + some[0].start, linked)
                return


def _holding(part: str, values: ValueIndex, model: SemanticModel) -> tuple[LinkedValue, ...]:
    if len(part) == _SHORTEST and part in _schema_words(model):
        # 城市 is a column, whatever department is called 城市配送.
        return ()
    return _linked(part, lambda value: _has_part(value, part), values, model)


@lru_cache(maxsize=16)
def _schema_words(model: SemanticModel) -> str:
    """All that datasets, fields and metrics are called, in one text."""
    called = [dataset.label.zh for dataset in model.datasets]
    called += [field.label.zh for dataset in model.datasets for field in dataset.fields]
    called += [word for metric in model.metrics for word in (metric.label.zh, *metric.synonyms)]
    return "\n".join(called)


def _has_part(value: str, part: str) -> bool:
    """Whether a value has a part that is no piece of a longer word: not 联网 in 年轻/互联网."""
    if part not in value:
        return False
    if value.startswith(part) or value.endswith(part):
        return True
    if _CALLED.match(value, value.index(part) + len(part)):
        # 徐汇 of 上海徐汇店
        return True
    ends = list(accumulate(len(word) for word, _ in word_tags(value)))
    start = value.index(part)
    return start in ends and start + len(part) in ends


def _holding_words(
    units: set[str], part: str, values: ValueIndex, model: SemanticModel
) -> tuple[LinkedValue, ...]:
    return _linked(part, lambda value: units <= {unit.text for unit in units_of(value)}, values, model)


def _linked(
    part: str, holds: Callable[[str], bool], values: ValueIndex, model: SemanticModel
) -> tuple[LinkedValue, ...]:
    found = []
    for column in values.columns:
        field = model.field(column.table, field_name(column.column, column.part))
        if field is None or field.role not in _NAMING:
            continue
        having = [value for value in column.values if holds(value)]
        if having:
            value, how = (having[0], How.FUZZY) if len(having) == 1 else (_shared(part, having), How.PART)
            found.append(
                LinkedValue(
                    table=column.table,
                    column=column.column,
                    part=column.part,
                    value=value,
                    mention=part,
                    how=how,
                )
            )
    return tuple(found) if len(found) <= _MOST_COLUMNS else ()


def _shared(part: str, having: Sequence[str]) -> str:
    """The part as the values spell it: Laptop for laptops."""
    wanted = {unit.text for unit in units_of(part)}
    found = [unit for unit in units_of(having[0]) if unit.text in wanted]
    spelled = having[0][found[0].start : found[-1].end] if found else part
    return spelled if all(spelled in value for value in having) else part


def _token(part: str, start: int, linked: tuple[LinkedValue, ...]) -> Token:
    return Token(Sort.VALUE, start, start + len(part), part, values=linked)
