"""dbt's semantic models as a document of ours, and what could not be taken over, with the reason.

Taken over: tables with their keys, joins along keys of the same name, dimensions, measures as metrics, ratios, and
derived metrics that are a quotient of two or arithmetic over figures of the same rows. A figure that would come out
different here (accumulated, shifted in time, of conversions) is left out rather than bent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import JsonValue, ValidationError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.semantics.model.dbt_metrics import DbtMetrics, LeftOut
from chat2sql.engine.semantics.model.dbt_source import (
    DbtDimension,
    DbtEntity,
    DbtProject,
    DbtSemanticModel,
    newer_form,
)
from chat2sql.engine.semantics.model.document import Document
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.expressions import Expressions, Use, qualified
from chat2sql.engine.semantics.model.owned import FileModel
from chat2sql.engine.semantics.model.places import read_yaml
from chat2sql.engine.semantics.model.roles import spoken
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Dataset,
    Field,
    Origin,
    Relationship,
    Role,
    SemanticModel,
    Validity,
)
from chat2sql.engine.semantics.model.writing import document_of

_REF = re.compile(r"""(?:ref|source)\(\s*(?:['"]\w+['"]\s*,\s*)?['"]([\w.]+)['"]""")
_OWN_KEYS = frozenset({"primary", "unique", "natural"})


class Imported(Frozen):
    """What came of an import."""

    document: Document
    left_out: tuple[LeftOut, ...]


def import_dbt(texts: Sequence[tuple[str, str]], catalogue: Catalogue) -> Imported:
    """The semantic models of some dbt files.

    Args:
        texts: name and text of each YAML file; those without semantic models or metrics are passed over.
        catalogue: of the database that holds the models' tables.

    Raises:
        InvalidInput: a file is no YAML or not of dbt's form, or none holds a semantic model of a table of the catalogue.
    """
    project = _project(texts)
    taken = _Importer(catalogue, project)
    if not taken.datasets:
        raise InvalidInput(
            zh="没有找到与该数据源的表对应的语义模型。请检查路径，以及 model 所指的表名。",
            en="No semantic model of a table of this datasource was found. Check the paths, and the tables that model names.",
        )
    figures = DbtMetrics(project, catalogue, taken.tables, {one.name: one for one in taken.datasets})
    model = SemanticModel(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        version=catalogue.version,
        datasets=tuple(taken.datasets),
        relationships=tuple(taken.relationships()),
        segments=tuple(figures.segments.values()),
        metrics=tuple(figures.metrics.values()),
    )
    return Imported(
        document=document_of(FileModel(model=model)), left_out=(*taken.left_out, *figures.left_out)
    )


def _project(texts: Sequence[tuple[str, str]]) -> DbtProject:
    found: dict[str, list[JsonValue]] = {"semantic_models": [], "metrics": []}
    for name, text in texts:
        written = read_yaml(text)
        if written.faults:
            told = written.faults[0].told
            raise InvalidInput(zh=f"{name}：{told.zh}", en=f"{name}: {told.en}")
        if isinstance(written.data, dict):
            for key, entries in newer_form(written.data).items():
                found[key] += entries if isinstance(entries, list) else []
    try:
        return DbtProject.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            zh=f"不是 dbt 语义模型的写法：{place}（{first['msg']}）。请先用 dbt parse 检查。",
            en=f"not of the form of dbt's semantic models: {place} ({first['msg']}). Check it with dbt parse first.",
        ) from None


class _Importer:
    def __init__(self, catalogue: Catalogue, project: DbtProject) -> None:
        self._catalogue, self._draft = catalogue, draft_model(catalogue)
        self.left_out: list[LeftOut] = []
        self.tables: dict[str, str] = {}
        self._models: dict[str, DbtSemanticModel] = {}
        self.datasets: list[Dataset] = []
        for model in project.semantic_models:
            table = self._table(model)
            if table is None:
                self._leave(
                    model.name,
                    "数据源中没有它的表；请先 chat2sql datasource refresh，或检查 schema。",
                    "the datasource has no such table; refresh the datasource, or check the schema.",
                )
            elif catalogue.key(table) in self._models:
                self._leave(
                    model.name, "同一张表已有一个语义模型。", "its table has a semantic model already."
                )
            else:
                self.tables[model.name] = catalogue.key(table)
                self._models[catalogue.key(table)] = model
                self.datasets.append(self._dataset(model, table))

    def _leave(self, name: str, zh: str, en: str) -> None:
        self.left_out.append(LeftOut(name=name, reason=Bilingual(zh=zh, en=en)))

    def _table(self, model: DbtSemanticModel) -> Table | None:
        if model.node_relation is not None:
            relation = model.node_relation
            full = f"{relation.schema_name}.{relation.alias}" if relation.schema_name else relation.alias
            return self._catalogue.table(full) or self._catalogue.table(relation.alias)
        named = _REF.search(model.model or "")
        return self._catalogue.table(named.group(1) if named else model.model or model.name)

    def _dataset(self, model: DbtSemanticModel, table: Table) -> Dataset:
        key = self._catalogue.key(table)
        drafted = self._draft.dataset(key)
        keys = [self._key_field(model, entity, table) for entity in model.entities]
        dimensions = [self._dimension(model, one, table) for one in model.dimensions]
        fields = {field.name: field for field in (*keys, *dimensions) if field is not None}
        primary = [one for one in model.entities if one.type.lower() == "primary"]
        column = table.column(_text(primary[0].expr, primary[0].name)) if primary else None
        time = model.defaults.agg_time_dimension if model.defaults is not None else None
        named = {one.name: field for one, field in zip(model.dimensions, dimensions, strict=True)}
        placed = named.get(time or "")
        label = drafted.label if drafted is not None else Bilingual(zh="", en="")
        said = spoken(model.label or model.name)
        return Dataset(
            name=key,
            label=Bilingual(zh=label.zh, en=label.en or said),
            synonyms=tuple(dict.fromkeys((*(drafted.synonyms if drafted else ()), said))),
            origin=Origin.IMPORT,
            table=key,
            primary_key=(column.name,) if column is not None else table.primary_key,
            fields=tuple(fields.values()),
            display=drafted.display if drafted is not None else None,
            time=placed.name if placed is not None else (drafted.time if drafted is not None else None),
            parent=drafted.parent if drafted is not None else None,
            validity=_validity(model, named),
        )

    def _key_field(self, model: DbtSemanticModel, entity: DbtEntity, table: Table) -> Field | None:
        column = table.column(_text(entity.expr, entity.name))
        if column is None:
            self._leave(
                f"{model.name}.{entity.name}",
                "它的键不是一个列，这里的连接只能按列。",
                "its key is no column, and joins here are along columns.",
            )
            return None
        return self._field(table, column.name, Role.KEY, told=entity, type_=column.type)

    def _dimension(self, model: DbtSemanticModel, one: DbtDimension, table: Table) -> Field | None:
        text, role = _text(one.expr, one.name), Role.TIME if one.type.lower() == "time" else Role.CATEGORY
        column = table.column(text)
        if column is not None:
            return self._field(table, column.name, role, told=one, type_=column.type)
        key = self._catalogue.key(table)
        expression, problem = qualified(text, key, self._catalogue)
        if problem is None:
            fields = {key: {known.name: "" for known in table.columns}}
            judged = Expressions(self._catalogue, fields=fields, tables={key: key}, called={}).judged(
                expression, Use.FIELD, key
            )
            problem = judged.problems[0] if judged.problems else None
        if problem is None and table.column(one.name) is not None:
            problem = Bilingual(
                zh="它与一个列同名，却是另一个表达式；请改名。",
                en="it is called as a column and is another expression; rename it.",
            )
        if problem is not None:
            self._leave(f"{model.name}.{one.name}", problem.zh, problem.en)
            return None
        return self._field(table, one.name, role, told=one, expression=expression)

    def _field(
        self,
        table: Table,
        name: str,
        role: Role,
        *,
        told: DbtEntity | DbtDimension,
        expression: str = "",
        type_: str = "",
    ) -> Field:
        drafted = self._draft.field(self._catalogue.key(table), name)
        known = drafted.label if drafted is not None else Bilingual(zh="", en="")
        # A category that is a name or a flag stays one; dbt knows of no such difference.
        if drafted is not None and role is Role.CATEGORY and drafted.role not in (Role.TIME, Role.MEASURE):
            role = drafted.role
        said = told.label.lower() if told.label else spoken(told.name)
        return Field(
            name=name,
            label=Bilingual(zh=known.zh, en=said if told.label or not known.en else known.en),
            synonyms=tuple(dict.fromkeys((*(drafted.synonyms if drafted else ()), said))),
            origin=Origin.IMPORT,
            role=role,
            type=type_,
            expression=expression,
            codes=drafted.codes if drafted is not None else (),
            unset_words=drafted.unset_words if drafted is not None else (),
            additivity=Additivity.NON_ADDITIVE,
        )

    def relationships(self) -> list[Relationship]:
        """A join from each foreign key to the table whose own key bears the same name."""
        owners: dict[str, tuple[str, str]] = {}
        for key, model in self._models.items():
            for entity in model.entities:
                column = self._column(key, entity)
                if entity.type.lower() in _OWN_KEYS and column is not None:
                    owners.setdefault(entity.name, (key, column))
        found = []
        for key, model in self._models.items():
            for entity in model.entities:
                target, column = owners.get(entity.name), self._column(key, entity)
                if entity.type.lower() != "foreign" or target is None or column is None or target[0] == key:
                    continue
                drafted = [one for one in self._draft.joins_from(key) if one.source_columns == (column,)]
                found.append(
                    Relationship(
                        name=f"{key}_{column}",
                        label=drafted[0].label if drafted else Bilingual(zh="", en=spoken(entity.name)),
                        origin=Origin.IMPORT,
                        source=key,
                        target=target[0],
                        source_columns=(column,),
                        target_columns=(target[1],),
                    )
                )
        return found

    def _column(self, key: str, entity: DbtEntity) -> str | None:
        table = self._catalogue.table(key)
        column = table.column(_text(entity.expr, entity.name)) if table is not None else None
        return column.name if column is not None else None


def _text(expr: str | int | bool | None, name: str) -> str:
    return name if expr is None else str(expr).strip()


def _validity(model: DbtSemanticModel, fields: dict[str, Field | None]) -> Validity | None:
    """Between which dimensions a row of a slowly changing table holds."""
    told: dict[str, str] = {}
    for one in model.dimensions:
        params = one.type_params.validity_params if one.type_params is not None else None
        field = fields.get(one.name)
        if params is not None and field is not None:
            told |= {side: field.name for side in ("start", "end") if getattr(params, f"is_{side}")}
    return Validity(start=told["start"], end=told["end"]) if len(told) == 2 else None
