"""The small catalogues that the tests of owners' files share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table

FIXTURES = Path(__file__).parents[2] / "fixtures" / "semantic_model"


def catalogue(name: str) -> Catalogue:
    """The catalogue of that name in ``catalogues.yaml``."""
    return catalogue_of(name, yaml.safe_load((FIXTURES / "catalogues.yaml").read_text())[name])


def catalogue_of(name: str, written: dict[str, Any]) -> Catalogue:
    """A catalogue as it is written in YAML."""
    tables = []
    for key, table in written["tables"].items():
        schema, _, short = key.rpartition(".")
        keys = tuple(
            ForeignKey(
                columns=(column,),
                target_table=target.rpartition(".")[0],
                target_columns=(target.rpartition(".")[2],),
            )
            for column, target in table.get("keys", {}).items()
        )
        columns = tuple(_column(text) for text in table["columns"])
        tables.append(
            Table(
                schema_name=schema or None,
                name=short,
                comment=table.get("comment", ""),
                columns=columns,
                foreign_keys=keys,
            )
        )
    return Catalogue(
        datasource=name,
        dialect=Dialect(written["dialect"]),
        default_schema=written.get("default_schema"),
        tables=tuple(tables),
    )


def _column(text: str) -> Column:
    said, _, comment = text.partition(";")
    name, type_, *more = said.split()
    return Column(name=name, type=type_, primary_key="pk" in more, comment=comment.strip())
