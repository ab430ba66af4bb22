"""How the user is told what was masked."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.guard.policy import MaskKind

KINDS: dict[MaskKind, Bilingual] = {
    MaskKind.NAME: Bilingual(zh="姓名", en="names"),
    MaskKind.PHONE: Bilingual(zh="电话号码", en="telephone numbers"),
    MaskKind.ID_CARD: Bilingual(zh="证件号码", en="identity numbers"),
    MaskKind.EMAIL: Bilingual(zh="电子邮箱", en="e-mail addresses"),
    MaskKind.BANK_CARD: Bilingual(zh="银行卡号", en="bank card numbers"),
    MaskKind.ADDRESS: Bilingual(zh="地址", en="addresses"),
    MaskKind.SECRET: Bilingual(zh="个人信息", en="personal data"),
}
"""What the values of a masked column are, in the middle of a sentence."""


def told(columns: Sequence[str], masked: Sequence[MaskKind | None]) -> Bilingual | None:
    """The sentence that names the masked columns of a result; None: none was masked."""
    both = [(name, KINDS[kind]) for name, kind in zip(columns, masked, strict=False) if kind is not None]
    if not both:
        return None
    zh = "、".join(f"{name}（{kind.zh}）" for name, kind in both)
    en = ", ".join(f"{name} ({kind.en})" for name, kind in both)
    return Bilingual(
        zh=f"以下列已脱敏：{zh}。如需查看原值，请向数据源的管理员申请权限。",
        en=f"Masked columns: {en}. Ask the owner of the data source if you need the clear values.",
    )
