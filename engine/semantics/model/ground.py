"""What the entries of an owner's file are read against, and what comes of them bit by bit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.document import (
    READ_DIALECTS,
    AiContext,
    CustomExtension,
    Document,
    Expression,
)
from chat2sql.engine.semantics.model.expressions import Expressions, Judged, Use
from chat2sql.engine.semantics.model.extensions import EntryPayload, Status, payload_of
from chat2sql.engine.semantics.model.faults import Fault, meant
from chat2sql.engine.semantics.model.owned import EntryKind, Rejected
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.roles import spoken
from chat2sql.engine.semantics.model.semantic_model import Named, Origin, SemanticModel
from chat2sql.engine.sql.guard.hints import nearest

_Payload = TypeVar("_Payload", bound=EntryPayload)

_LIKELY = 0.5


class Heading(NamedTuple):
    """What every entry has, as the file has it."""

    label: Bilingual
    synonyms: tuple[str, ...]
    origin: Origin
    certainty: float


@dataclass
class Ground:
    """One file on its way to a model.

    Attributes:
        root: where the document's keys stand in ``written``.
        draft: of the catalogue: what the file does not say is taken from it.
        called: by what the file calls a dataset, what the model calls it: its table.
        fields: by dataset, the fields that may be named, with their own expressions; empty: the column itself.
        functions: of the datasource's own that may be called.
    """

    document: Document
    written: Written
    root: Path
    catalogue: Catalogue
    draft: SemanticModel
    functions: tuple[str, ...]
    called: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rejected: set[Rejected] = field(default_factory=set)
    _payloads: dict[Path, tuple[EntryPayload | None, Written]] = field(default_factory=dict)

    def payload(
        self, extensions: Sequence[CustomExtension], kind: type[_Payload], path: Path
    ) -> tuple[_Payload | None, Written]:
        """Our payload of an entry, None where it has none, and its values with their lines.

        What is wrong with it is noted the first time.
        """
        if path not in self._payloads:
            found, inner, faults = payload_of(extensions, kind, self.written, (*self.root, *path))
            self.faults += faults
            self._payloads[path] = (found, inner)
        known, inner = self._payloads[path]
        return known if isinstance(known, kind) else None, inner

    def fault(self, path: Path, *, zh: str, en: str) -> None:
        """Note that something at a place of the document is wrong."""
        self.faults.append(self.written.fault((*self.root, *path), zh=zh, en=en))

    def table(self, dataset: str) -> Table | None:
        """The table of a dataset of the model."""
        return self.catalogue.table(dataset)

    def dataset(self, called: str) -> str | None:
        """What the model calls a dataset, by what the file calls it; None: there is none."""
        name = self.called.get(called, called)
        return name if name in self.fields else None

    def no_dataset(self, written: Written, path: Path, called: str) -> None:
        """Note that there is no such dataset."""
        close = meant(nearest(called, (*self.called, *self.fields), most=1))
        self.faults.append(
            written.fault(
                path,
                zh=f"没有数据集 {called}。{close.zh}请写 datasets 中的名称。",
                en=f"there is no dataset {called}.{close.en} Write a name of datasets.",
            )
        )

    def no_column(self, path: Path, table: str, name: str, known: Iterable[str]) -> None:
        """Note that a table has no such column."""
        close = meant(nearest(name, known, most=1))
        self.fault(
            path,
            zh=f"表 {table} 没有列 {name}。{close.zh}请改名或删去这一项。",
            en=f"the table {table} has no column {name}.{close.en} Correct it or remove the entry.",
        )

    def is_again(self, seen: set[str], name: str, path: Path) -> bool:
        """Whether an entry of the same kind has the name already, which is noted."""
        if name in seen:
            self.fault(
                path,
                zh=f"{name} 出现了两次，请改名或删去一个。",
                en=f"{name} is there twice; rename or remove one.",
            )
            return True
        seen.add(name)
        return False

    def reject(self, kind: EntryKind, name: str) -> None:
        """Note that an entry is not to be used."""
        self.rejected.add(Rejected(kind=kind, name=name))

    def expression(self, written: Expression, path: Path) -> tuple[str, Path] | None:
        """The text of an expression that is read, and its place; None: it has none, which is noted."""
        if written.read_at is not None:
            return written.text, (*path, "dialects", written.read_at, "expression")
        self.fault(
            path,
            zh=f"没有 {READ_DIALECTS[0]} 的表达式。请补上一条，用数据源自己的 SQL 写法。",
            en=f"has no expression of {READ_DIALECTS[0]}. Add one, in the datasource's own SQL.",
        )
        return None

    def judged(self, text: str, use: Use, own: str | None, written: Written, path: Path) -> Judged | None:
        """An expression as the model has it; None: it is wrong, which is noted.

        Args:
            path: of the expression in ``written``.
        """
        expressions = Expressions(
            self.catalogue,
            fields=self.fields,
            tables={name: name for name in self.fields},
            called=self.called,
            functions=self.functions,
        )
        found = expressions.judged(text, use, own)
        self.faults += [written.fault(path, zh=problem.zh, en=problem.en) for problem in found.problems]
        return None if found.problems else found


def heading(
    name: str, payload: EntryPayload | None, context: AiContext | None, drafted: Named | None
) -> Heading:
    """Label, synonyms, origin and certainty of an entry.

    Args:
        drafted: the same entry as drafted; None: it is in the file only.
    """
    label = drafted.label if drafted is not None else _label(name)
    if payload is not None and payload.label is not None:
        label = Bilingual(zh=payload.label.zh, en=payload.label.en)
    synonyms = drafted.synonyms if drafted is not None else ()
    if context is not None and context.synonyms is not None:
        synonyms = context.synonyms
    if payload is None or payload.status is not Status.DRAFTED:
        imported = payload is not None and payload.origin is Origin.IMPORT
        return Heading(label, synonyms, Origin.IMPORT if imported else Origin.OWNER, 1.0)
    certainty = payload.certainty if payload.certainty is not None else _LIKELY
    return Heading(label, synonyms, payload.origin or Origin.NAME, certainty)


def _label(name: str) -> Bilingual:
    short = name.rpartition(".")[2]
    return Bilingual(zh=short, en="") if has_han(short) else Bilingual(zh="", en=spoken(short))
