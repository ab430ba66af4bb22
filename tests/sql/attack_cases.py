"""The attack statements of ``tests/fixtures/attacks``: one file a class, each case a statement and what is expected."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from chat2sql.config.vocabulary import Dialect

FOLDER = Path(__file__).parent.parent / "fixtures" / "attacks"


class Expect(StrEnum):
    """What the guard alone must achieve.

    Attributes:
        REFUSED: the guard refuses it.
        HARMLESS: it may run; then it has no effect and shows nothing that is hidden.
        BOUNDED: as harmless, and a limit of time or size may have to stop it.
    """

    REFUSED = "refused"
    HARMLESS = "harmless"
    BOUNDED = "bounded"


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Written):
    """A part of a long statement, written once; ``{n}`` counts from 1, ``{before}`` from 0."""

    text: str
    times: int = 1
    between: str = ""

    def written(self) -> str:
        """The part in full."""
        if self.times == 1:
            return self.text
        return self.between.join(
            self.text.replace("{n}", str(n)).replace("{before}", str(n - 1)) for n in range(1, self.times + 1)
        )


class Case(_Written):
    """One attack statement.

    Attributes:
        dialects: where it means something. It is tried there only.
        sql: the statement. ``<<name>>`` stands for what an arena fills in: ``canary`` (a file), ``folder``, ``port``
            (of a listener), ``pid`` (of another session), ``oid`` (of a large object).
        pieces: the statement where it is long.
        harmless_in: dialects in which the guard lets it through, since what it makes of it (a comment or a quote read as
            the database reads it, columns fenced in) is harmless.
        control: dialects in which it has an effect, or shows a canary, without guard and role: proof that it would be
            seen; ``true``: in all of them.
        source: the weakness that it was made after.
    """

    id: str
    dialects: tuple[Dialect, ...]
    sql: str = ""
    pieces: tuple[Piece, ...] = ()
    expect: Expect = Expect.REFUSED
    harmless_in: tuple[Dialect, ...] = ()
    control: bool | tuple[Dialect, ...] = False
    source: str = ""

    @model_validator(mode="after")
    def _one_text(self) -> Case:
        if bool(self.sql) == bool(self.pieces):
            raise ValueError(f"{self.id}: either sql or pieces")
        return self

    @property
    def template(self) -> str:
        """The whole statement, with the names that an arena fills in."""
        return self.sql or "".join(piece.written() for piece in self.pieces)

    def must_be_refused(self, dialect: Dialect) -> bool:
        """Whether the guard has to refuse it."""
        return self.expect is Expect.REFUSED and dialect not in self.harmless_in

    def is_control(self, dialect: Dialect) -> bool:
        """Whether it belongs to the control run of a dialect."""
        return dialect in (
            self.control if isinstance(self.control, tuple) else self.dialects if self.control else ()
        )


class AttackClass(_Written):
    """The cases of one file."""

    about: str
    cases: tuple[Case, ...]


def filled(template: str, places: dict[str, str]) -> str:
    """A statement with an arena's names in it."""
    for name, value in places.items():
        template = template.replace(f"<<{name}>>", value)
    return template


@cache
def classes() -> dict[str, AttackClass]:
    """All classes by name."""
    return {
        file.stem: AttackClass.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in sorted(FOLDER.glob("*.yaml"))
    }


def cases_of(name: str, dialect: Dialect) -> list[Case]:
    """The cases of a class that mean something to a dialect."""
    return [case for case in classes()[name].cases if dialect in case.dialects]
