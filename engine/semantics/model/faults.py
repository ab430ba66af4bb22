"""What is wrong in an owner's file: each fault with its line, its place and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Bilingual, Frozen


class Fault(Frozen):
    """One thing that is wrong.

    Attributes:
        line: where it stands, from 1; 0: nowhere in particular.
        place: the keys that lead to it, entries by their names: ``metrics[sales].expression``.
        message: what is wrong and what to do about it.
    """

    line: int
    place: str
    message: Bilingual

    @property
    def told(self) -> Bilingual:
        """The fault with its place, as people read it."""
        zh, en = self.place, self.place
        if self.line:
            zh = f"第 {self.line} 行" + (f" {zh}" if zh else "")
            en = f"line {self.line}" + (f", {en}" if en else "")
        if not zh:
            return self.message
        return Bilingual(zh=f"{zh}：{self.message.zh}", en=f"{en}: {self.message.en}")


def refusal(faults: Iterable[Fault]) -> InvalidInput:
    """The error that tells all faults of a file at once."""
    told = [fault.told for fault in faults]
    return InvalidInput(
        zh="\n".join(["语义模型文件有误：", *(f"- {one.zh}" for one in told)]),
        en="\n".join(["The semantic model file is wrong:", *(f"- {one.en}" for one in told)]),
    )


def meant(close: list[str]) -> Bilingual:
    """The question whether a like name was meant; empty where there is none."""
    if not close:
        return Bilingual(zh="", en="")
    return Bilingual(zh=f"是否想写 {'、'.join(close)}？", en=f" Did you mean {' or '.join(close)}?")
