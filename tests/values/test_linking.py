"""Which values a question mentions, what a literal was meant to be, and what a model is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from values.conftest import CHAIN

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import Access, Policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.values.index import How, LinkedValue, ValueIndex
from chat2sql.engine.values.linking import link_values
from chat2sql.engine.values.nearest import nearest_values
from chat2sql.engine.values.rendering import render_values


@pytest.mark.parametrize("case", CHAIN["links"], ids=lambda case: case["question"])
def test_values_of_a_question(
    case: dict[str, Any], chain_index: ValueIndex, chain_catalogues: dict[Dialect, Catalogue]
) -> None:
    policy = Policy(default=Access(hide=tuple(case.get("hide", ()))))
    view = visible(chain_catalogues[Dialect.SQLITE], policy, Caller(tenant="t"))
    links = link_values(chain_index, case["question"], view)
    assert [f"{link.table}.{link.column} {link.value} ({link.mention}) {link.how}" for link in links] == case[
        "found"
    ]


def test_no_more_than_asked_for(chain_index: ValueIndex, chain_catalogues: dict[Dialect, Catalogue]) -> None:
    question = "active and closed shops in Chicago, New York, Los Angeles, NY, CA and Beijing"
    many = link_values(chain_index, question, chain_catalogues[Dialect.SQLITE])
    assert len(many) == 8
    assert link_values(chain_index, question, chain_catalogues[Dialect.SQLITE], most=2) == many[:2]


@pytest.mark.parametrize(("place", "literal", "expected"), CHAIN["nearest"])
def test_nearest_values(place: str, literal: str, expected: list[str], chain_index: ValueIndex) -> None:
    table, column = place.split(".")
    assert list(nearest_values(chain_index, table, column, literal)) == expected
    assert list(nearest_values(chain_index, table, column, literal, most=1)) == expected[:1]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("case", CHAIN["lines"], ids=lambda case: case["link"][2])
def test_what_a_model_reads(dialect: Dialect, case: dict[str, Any]) -> None:
    table, column, value, mention = case["link"]
    link = LinkedValue(table=table, column=column, value=value, mention=mention, how=How.EXACT)
    assert render_values([link, link], dialect) == (case.get(dialect.value, case["line"]) or "")
