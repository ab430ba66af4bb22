"""The conditions of one definition, as they are gathered from its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat2sql.engine.semantics.model.definition_written import as_stored
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled


@dataclass
class Rows:
    """The conditions of one definition.

    Attributes:
        text: what is left of it, each word that was understood blanked.
        coded: by dataset and field, the codes that count and those that do not.
        others: further conditions, each with its dataset, as SQL.
        segments: the names of segments that restrict it.
        words: which rows count, in its words.
        is_either: whether one of two conditions is enough, which conditions here never are.
    """

    text: str
    coded: dict[tuple[str, str], tuple[list[str], list[str]]] = field(default_factory=dict)
    others: list[tuple[str, str]] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    is_either: bool = False

    def conditions(self, model: SemanticModel) -> dict[str, str]:
        """All conditions but the segments, as SQL, by the dataset whose rows they restrict."""
        parts: dict[str, list[str]] = {}
        for (owner, name), (inside, outside) in self.coded.items():
            known = model.field(owner, name)
            assert known is not None
            codes = [code for code in inside if code not in outside] or outside
            written = ", ".join(as_stored(code, known) for code in dict.fromkeys(codes))
            column = spelled(owner, name, model.dialect)
            parts.setdefault(owner, []).append(f"{column} {'IN' if inside else 'NOT IN'} ({written})")
        for owner, condition in dict.fromkeys(self.others):
            parts.setdefault(owner, []).append(condition)
        return {owner: " AND ".join(told) for owner, told in parts.items()}
