"""SQL that runs and is likely wrong, and SQL that looks like it and is not: by the keys that each database tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.cautions.cautions import cautions
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import Policy, QueryLimits

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "cautions.yaml").read_text("utf-8"))
Case = dict[str, Any]
# As far as it is up to the guard: it lets one pair of tables stand without a condition, and a caution is about that one too.
_LENIENT = Policy(limits=QueryLimits(cross_joins=2))


def _each(group: str) -> list[Any]:
    return [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("dialects", list(Dialect))
    ]


@pytest.fixture(scope="session")
def club_catalogues(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, Catalogue]]:
    """The catalogues of one schema on every database, as introspection reads them."""
    statements = {dialect: CASES["schema"].split(";\n") for dialect in Dialect}
    folder = tmp_path_factory.mktemp("club")
    with on_every_database("club", statements, postgres_server, mariadb_server, folder) as dsns:
        yield read_catalogues(dsns, "club")


@pytest.mark.parametrize(("dialect", "case"), _each("found"))
def test_it_is_told(dialect: Dialect, case: Case, club_catalogues: dict[Dialect, Catalogue]) -> None:
    catalogue = club_catalogues[dialect]
    checked = check(case["sql"], catalogue, policy=_LENIENT)
    assert checked.ok, checked.problems
    found = cautions(case["sql"], catalogue)
    assert [caution.kind.value for caution in found] == case["found"], found
    for caution in found:
        for name in case.get("names", ()) if len(found) == 1 else ():
            assert all(name in text for text in (caution.told.zh, caution.told.en, caution.hint))
    # The text that is shown says the same, and the tree is only read.
    tree = sqlglot.parse_one(checked.sql, read=dialect)
    before = tree.copy()
    assert [caution.kind for caution in cautions(tree, catalogue)] == [caution.kind for caution in found]
    assert tree == before


@pytest.mark.parametrize(("dialect", "case"), _each("none"))
def test_it_is_left_alone(dialect: Dialect, case: Case, club_catalogues: dict[Dialect, Catalogue]) -> None:
    catalogue = club_catalogues[dialect]
    checked = check(case["sql"], catalogue)
    assert checked.ok is (case["id"] != "no-query"), checked.problems
    assert cautions(case["sql"], catalogue) == ()
