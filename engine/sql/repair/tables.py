"""Mending the names of tables that are not there."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import referenced_cte, spell, visible_ctes
from chat2sql.engine.sql.repair.likeness import closest, same_words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind


def mend_tables(tree: exp.Expr, catalogue: Catalogue) -> list[Repair]:
    """Rename each unknown table to the one that was meant, where only one can be; in place."""
    done = []
    for written in list(tree.find_all(exp.Table)):
        if (
            not isinstance(written.this, exp.Identifier)
            or referenced_cte(written, catalogue.dialect) is not None
        ):
            continue
        name = ".".join(part.name for part in written.parts)
        if catalogue.table(name) is not None:
            continue
        meant = _meant(written, catalogue)
        if meant is None:
            continue
        if not written.alias:
            # Its columns may go by the name that was written.
            written.set("alias", exp.TableAlias(this=exp.to_identifier(written.name)))
        written.set("this", spell(meant.name, catalogue.dialect))
        written.set("catalog", None)
        elsewhere = meant.schema_name is not None and meant.schema_name != catalogue.default_schema
        written.set(
            "db", spell(meant.schema_name, catalogue.dialect) if elsewhere and meant.schema_name else None
        )
        done.append(Repair(kind=RepairKind.TABLE_NAME, explanation=f"table {name} -> {catalogue.key(meant)}"))
    return done


def _meant(written: exp.Table, catalogue: Catalogue) -> Table | None:
    if any(same_words(written.name, cte.alias) for cte in visible_ctes(written, catalogue.dialect)):
        return None
    bare = [table for table in catalogue.tables if table.name.lower() == written.name.lower()]
    alike = bare or [table for table in catalogue.tables if same_words(written.name, table.name)]
    if not alike:
        names = closest(written.name, (table.name for table in catalogue.tables))
        alike = [table for table in catalogue.tables if table.name in names]
    return alike[0] if len(alike) == 1 else None
