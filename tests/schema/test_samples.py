from __future__ import annotations

import pytest

from chat2sql.engine.schema.samples import choose_samples, one_line


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ()),
        ([None, "", "  "], ()),
        (["b", "a", "b", "c", "a", "b", "d"], ("b", "a", "c")),
        (["paid", None, "paid "], ("paid",)),
        (["x" * 50], ("x" * 39 + "…",)),
        (["x" * 61, "y" * 61, "short"], ()),
        (["x" * 61, "short", "short"], ("short",)),
        (['{"a": 1}', "[1]"], ()),
        (['say "hi"', "it's", "`rm`"], ("say ”hi”", "it’s", "’rm’")),
        (["a\nb\tc\x00d\u202ee\u200bf"], ("a b c d e f",)),
        (["13812345678", "138-1234-5678", "+86 138 1234 5678"], ()),
        (["11010119900101123X", "4111 1111 1111 1111"], ()),
        (["ann@example.com", "Ann", "Bob"], ("Ann", "Bob")),
        (["2024-05-06 07:08:09", "2024-05-06"], ("2024-05-06 07:08:09", "2024-05-06")),
        (["123456789", "12.50", "-3"], ("123456789", "12.50", "-3")),
    ],
)
def test_samples_are_frequent_short_harmless_and_of_nobody(
    values: list[str | None], expected: tuple[str, ...]
) -> None:
    assert choose_samples(values, 3) == expected


def test_a_text_is_put_on_one_line_and_cut() -> None:
    assert one_line("  a\r\n\u2028b  ", 10) == "a b"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcd efgh", 6) == "abcd…"
