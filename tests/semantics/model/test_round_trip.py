"""What is drafted, written and read again is the same; so is what an owner made of it."""

from __future__ import annotations

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from semantics.model.catalogues import FIXTURES, catalogue

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.semantics.model.document import parse_document
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.owned import FileModel, drift, owned
from chat2sql.engine.semantics.model.reading import read_model
from chat2sql.engine.semantics.model.related import Related
from chat2sql.engine.semantics.model.restricting import restricted
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    CodeMeaning,
    Conventions,
    Dataset,
    Field,
    Metric,
    Role,
    Segment,
    SemanticModel,
    Validity,
)
from chat2sql.engine.semantics.model.writing import document_of
from chat2sql.engine.semantics.model.yaml_text import yaml_text
from chat2sql.engine.semantics.time_conventions import FiscalNaming, TimeConventions

_WORDS = ("id", "order_id", "amount", "unit_price", "status", "name", "created_at", "hired_on", "left_on", "parent_id",
          "is_open", "tags", "data", "数量", "Betrag", "select", "a b", 'quo"te', "yes", "null", "1st")  # fmt: skip
_QUOTED = ("select", "a b", 'quo"te', "1st", "null")
_COMMENTS = ("", "订单金额 (order amount)", "状态：1=已付款, 2=待付款", "离职日期，为空表示在职", "销售额=订单金额合计",
             "a: b # c", "多行\n注释", "'引号\" \\ |", "是否有效", "  x ")  # fmt: skip
_TYPES = (
    "integer",
    "numeric(10,2)",
    "varchar(20)",
    "timestamp",
    "date",
    "boolean",
    "jsonb",
    "text[]",
    "tsvector",
    "",
)


@some.composite
def _catalogues(draw: some.DrawFn) -> Catalogue:
    names = draw(
        some.lists(
            some.sampled_from(("orders", "order_items", "员工", "hr_people", "Sales")),
            unique=True,
            min_size=1,
        )
    )
    tables = []
    for place, name in enumerate(names):
        columns = tuple(
            Column(
                name=column,
                type=draw(some.sampled_from(_TYPES)),
                nullable=draw(some.booleans()),
                primary_key=draw(some.booleans()),
                # Drafted conditions write names as they are, so a name that needs quotes has no comment to draft from.
                comment="" if column in _QUOTED else draw(some.sampled_from(_COMMENTS)),
            )
            for column in draw(some.lists(some.sampled_from(_WORDS), unique=True, min_size=1, max_size=6))
        )
        target = names[draw(some.integers(0, place))]
        keys: tuple[ForeignKey, ...] = ()
        if draw(some.booleans()) and tables:
            found = next((table for table in tables if table.name == target), tables[0])
            keys = (
                ForeignKey(
                    columns=(columns[0].name,),
                    target_table=found.name,
                    target_columns=(found.columns[0].name,),
                ),
            )
        schema = draw(some.sampled_from(("public", "hr")))
        tables.append(
            Table(
                schema_name=schema,
                name=name,
                comment=draw(some.sampled_from(_COMMENTS)),
                columns=columns,
                foreign_keys=keys,
            )
        )
    return Catalogue(
        datasource="d", dialect=Dialect.POSTGRESQL, default_schema="public", tables=tuple(tables)
    )


@given(_catalogues())
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_draft_is_read_as_it_was_written(known: Catalogue) -> None:
    drafted = draft_model(known)
    text = yaml_text(document_of(FileModel(model=drafted)))
    reading = read_model(text, known)
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file is not None and reading.document is not None
    assert reading.file.model == drafted
    assert owned(drafted, reading.file) == drafted
    assert restricted(drafted, known) == drafted
    assert drift(reading.document, known, drafted) == ()
    assert yaml_text(document_of(reading.file)) == text


def _owners() -> FileModel:
    words = Bilingual(zh="净额", en="net")
    model = SemanticModel(
        datasource="shop",
        dialect=Dialect.POSTGRESQL,
        version=catalogue("shop").version,
        description="A shop: 商店",
        instructions="Say numbers of\nseveral lines.",
        datasets=(
            Dataset(
                name="orders",
                table="orders",
                label=Bilingual(zh="单", en=""),
                primary_key=("id",),
                fields=(
                    Field(name="amount", role=Role.MEASURE, type="numeric(10,2)", unit="元"),
                    Field(name="cost", role=Role.MEASURE, type="numeric(10,2)", additivity=Additivity.SEMI_ADDITIVE),
                    Field(name="status", role=Role.FLAG, type="varchar(10)", codes=(CodeMeaning(code="paid", words=("付了",)),)),
                    Field(name="net", role=Role.MEASURE, label=words, expression="orders.amount - orders.cost", type="numeric"),
                    Field(name="ordered_at", role=Role.TIME, type="timestamp", unset_words=("未下单", "not placed"),
                          additivity=Additivity.NON_ADDITIVE),
                ),
                validity=Validity(start="ordered_at", end="ordered_at", includes_end=True),
            ),
        ),
        segments=(
            Segment(name="paid", dataset="orders", condition="orders.status = 'paid'", synonyms=("付款", "it's: paid")),
            Segment(name="gone", dataset="customers",
                    related=Related(dataset="orders", segments=("paid",), time="ordered_at", days=90, negated=True)),
        ),
        metrics=(
            Metric(name="net", dataset="orders", expression="SUM(orders.net)", segments=("paid",), time="orders.ordered_at",
                   label=words, unit="元", finer="orders_count"),
            Metric(name="share", dataset="orders", numerator="net", denominator="orders_count",
                   additivity=Additivity.NON_ADDITIVE, certainty=0.4, origin="name"),
        ),
        conventions=Conventions(
            fiscal_year_start_month=4, week_start=6, never_combine=(("net", "share"),), default_segments=(("orders", "paid"),)
        ),
    )  # fmt: skip
    return FileModel(
        model=model,
        keeps_draft=True,
        calendar=TimeConventions(
            fiscal_year_start_month=4, fiscal_year_named=FiscalNaming.STARTS_IN, week_start=6, country="US"
        ),
    )


def test_what_an_owner_says_is_kept() -> None:
    file = _owners()
    text = yaml_text(document_of(file))
    reading = read_model(text, catalogue("shop"))
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file == file


@pytest.mark.parametrize("form", ["flat", "wrapped"])
def test_a_file_of_another_tool_is_read(form: str) -> None:
    """Without our extensions, with a name of its own for a table, a plain context, and columns without their dataset."""
    text = (FIXTURES / "another_tool.yaml").read_text()
    if form == "wrapped":
        whole = yaml.safe_load(text)
        text = yaml.safe_dump(
            {
                "version": "0.1.1",
                "semantic_model": [{key: value for key, value in whole.items() if key != "version"}],
            }
        )
    reading = read_model(text, catalogue("shop"))
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file is not None
    model = reading.file.model
    assert model.instructions == "sales and customers"
    assert [dataset.name for dataset in model.datasets] == ["orders", "customers"]
    fields = {field.name: (field.expression, field.role, field.type) for field in model.datasets[0].fields}
    assert fields == {
        "id": ("", Role.KEY, "integer"),
        "placed": ("orders.ordered_at", Role.TIME, "timestamp"),
        "margin": ("orders.amount - orders.cost", Role.MEASURE, "numeric"),
    }
    assert [(one.name, one.dataset, one.expression, one.additivity) for one in model.metrics] == [
        ("revenue", "orders", "SUM(orders.amount)", Additivity.ADDITIVE),
        (
            "per_customer",
            "orders",
            "SUM(orders.margin) / COUNT(DISTINCT customers.id)",
            Additivity.NON_ADDITIVE,
        ),
    ]
    assert model.metrics[0].synonyms == ("total sales",)


def test_what_is_written_is_of_the_published_form() -> None:
    schema = yaml.safe_load((FIXTURES / "ossie_shape.yaml").read_text())
    for file in (_owners(), FileModel(model=draft_model(catalogue("shop")))):
        text = yaml_text(document_of(file))
        jsonschema.validate(yaml.safe_load(text), schema)
        assert parse_document(text).faults == ()
