from __future__ import annotations

import pytest

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.samples import choose_samples, one_line
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.samples import without_samples


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
        (["paid", "call 13812345678", "mail ann@example.com"], ("paid",)),
        (["张伟", "王芳", "李静", "欧阳娜娜"], ()),
        (["北京", "石家庄", "上海", "张家界"], ("北京", "石家庄", "上海")),
        (["华为", "小米", "李宁", "苹果"], ("华为", "小米", "李宁")),
        (["客户张伟反馈破损", "破损", "发错货"], ("破损", "发错货")),
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


def test_the_name_of_a_column_tells_of_more() -> None:
    values = ["Ann Smith", "Bob Lee", "Ann Smith"]
    assert choose_samples(values, 3) == ("Ann Smith", "Bob Lee")
    assert choose_samples(values, 3, "customers.name") == ()
    assert choose_samples(["62345678"], 3, "phone") == ()
    assert choose_samples(["2024-05-06 07:08:09"], 3, "phone_verified_at") == ("2024-05-06 07:08:09",)


def test_prompts_get_no_samples_of_masked_columns_nor_personal_ones() -> None:
    def column(name: str, *samples: str) -> Column:
        return Column(name=name, type="text", samples=samples)

    customers = Table(
        schema_name="crm",
        name="customers",
        columns=(
            column("name", "Ann Smith"),
            column("city", "Rome"),
            column("note", "ok", "call 13812345678"),
        ),
    )
    products = Table(
        schema_name="crm", name="products", columns=(column("name", "Blue Chair"), column("code", "A1"))
    )
    catalogue = Catalogue(datasource="d", dialect=Dialect.POSTGRESQL, tables=(customers, products))
    assert customers.column("city") is not None  # the table has cached its columns

    def samples(policy: Policy) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for table in without_samples(catalogue, policy).tables:
            for column in table.columns:
                found[f"{table.name}.{column.name}"] = column.samples
                assert table.column(column.name) is column
        return found

    open_to_all = {"customers.city": ("Rome",), "products.name": ("Blue Chair",), "products.code": ("A1",)}
    assert samples(Policy()) == open_to_all | {"customers.name": (), "customers.note": ("ok",)}
    masked = Policy(masks={"CRM.*.c*": MaskKind.SECRET, "customers.note": MaskKind.SECRET})
    assert {name for name, values in samples(masked).items() if values} == {"products.name"}

    cleared = without_samples(catalogue, masked)
    assert cleared is without_samples(catalogue, Policy.model_validate(masked.model_dump()))
    assert cleared.version == catalogue.version
    harmless = catalogue.model_copy(update={"tables": (products,)})
    assert without_samples(harmless, Policy()) is harmless
