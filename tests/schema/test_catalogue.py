from __future__ import annotations

import pytest
from pydantic import ValidationError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table

ID = Column(name="Id", type="bigint", primary_key=True, samples=("1",))


def catalogue(*tables: Table, default_schema: str | None = "public") -> Catalogue:
    return Catalogue(datasource="d", dialect=Dialect.POSTGRESQL, default_schema=default_schema, tables=tables)


def table(name: str, schema: str | None = "public", **more: object) -> Table:
    return Table.model_validate({"schema_name": schema, "name": name, "columns": (ID,), **more})


def test_a_table_is_found_in_any_case_with_and_without_its_schema() -> None:
    orders, staff = table("Orders"), table("staff", "hr")
    known = catalogue(orders, staff)
    assert known.table("Orders") is orders
    assert known.table("oRDERS") is orders
    assert known.table("PUBLIC.orders") is orders
    assert known.table("staff") is staff
    assert known.table("HR.Staff") is staff
    assert known.table("hr.orders") is None
    assert known.table("") is None
    assert [known.key(t) for t in known.tables] == ["Orders", "hr.staff"]


def test_the_exact_spelling_and_the_default_schema_come_first() -> None:
    lower, upper, elsewhere = table("orders"), table("Orders"), table("orders", "archive")
    known = catalogue(elsewhere, lower, upper)
    assert known.table("orders") is lower
    assert known.table("Orders") is upper
    assert known.table("ORDERS") is lower
    assert known.table("archive.orders") is elsewhere


def test_a_name_in_two_schemas_neither_the_default_is_no_table() -> None:
    known = catalogue(table("orders", "a"), table("orders", "b"))
    assert known.table("orders") is None
    assert known.table("Orders") is None
    assert known.table("b.orders") is known.tables[1]


def test_a_column_is_found_in_any_case() -> None:
    both = Table(name="t", columns=(Column(name="A", type="int"), Column(name="a", type="text")))
    assert table("t").column("ID") is table("t").columns[0]
    assert both.column("A") is both.columns[0]
    assert both.column("a") is both.columns[1]
    assert both.column("b") is None
    assert table("t").primary_key == ("Id",)


def test_json_round_trip_keeps_everything() -> None:
    known = catalogue(
        table("订单", comment="Orders", row_estimate=3),
        table(
            "v",
            None,
            is_view=True,
            foreign_keys=(ForeignKey(columns=("Id",), target_table="订单", target_columns=("Id",)),),
        ),
    )
    assert known.table("订单") is not None
    again = Catalogue.model_validate_json(known.model_dump_json())
    assert again == known
    assert hash(again) == hash(known)
    assert again.version == known.version


def test_the_version_follows_the_content_and_nothing_else() -> None:
    base = catalogue(table("t", row_estimate=5))
    resampled = table("t", row_estimate=9, columns=(ID.model_copy(update={"samples": ("7", "8")}),))
    assert catalogue(resampled).version == base.version
    key = ForeignKey(columns=("Id",), target_table="t", target_columns=("Id",))
    changes: list[dict[str, object]] = [
        {"comment": "new"},
        {"foreign_keys": (key,)},
        {"is_view": True},
        {"columns": (ID.model_copy(update={"type": "int"}),)},
        {"columns": (ID.model_copy(update={"comment": "new"}),)},
        {"columns": (ID.model_copy(update={"nullable": False}),)},
    ]
    versions = [catalogue(table("t", **change)).version for change in changes]
    assert len({base.version, *versions, catalogue(table("u")).version}) == len(changes) + 2


def test_a_catalogue_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        catalogue(table("t")).tables = ()  # type: ignore[misc]  # what is tested
