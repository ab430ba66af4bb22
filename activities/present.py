"""After the path: a result in words and, where it helps, a chart."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit
from urllib.request import url2pathname

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.present.answer_text import headline
from chat2sql.engine.present.chart import ChartSpec, choose_chart
from chat2sql.engine.present.empty_result import told as emptiness_told
from chat2sql.engine.present.explain import explain
from chat2sql.engine.present.naming import labels_of
from chat2sql.engine.present.render import draw_chart
from chat2sql.engine.present.shape import ResultColumn, roles
from chat2sql.engine.sql.cautions.cautions import cautions
from chat2sql.engine.sql.emptiness import why_empty
from chat2sql.engine.sql.executors.port import Truncation
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.wording import told as masked_columns_told
from chat2sql.engine.sql.results.store import ResultStore
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.answer import Presentation
from chat2sql.graph.state import PresentInput

_log = logging.getLogger("chat2sql.activities")

CHART_ROWS = 500
"""Rows read back from the result store for a chart."""

FEWEST_CHART_ROWS = 2
TITLE_CHARS = 80


async def present(parts: Parts, ask: PresentInput) -> Presentation:
    """Headline, explanation and chart, in the asker's language."""
    context, execution, language = ask.schema_context, ask.execution, ask.understanding.language
    datasource = await parts.datasource(context.datasource)
    catalogue = await parts.view(datasource, ask.request.caller, context.catalogue_version)
    columns = tuple(ResultColumn(name=column.name, type=column.type) for column in execution.columns)
    try:
        chart = await _chart(parts, ask, columns)
    except Chat2SQLError as error:
        # The rows are there and the answer stands; it goes without its picture.
        _log.warning("no chart: %s", error.message.en)
        chart = None
    labels = labels_of(catalogue)
    return Presentation(
        headline=headline(columns, execution.preview, execution.row_count, execution.truncated, language),
        explanation=explain(
            ask.sql,
            context.dialect,
            language=language,
            labels=labels,
            assumptions=ask.understanding.assumptions,
            row_count=execution.row_count,
            truncated=Truncation(execution.truncated_by or "rows") if execution.truncated else None,
            row_cap=parts.settings.row_cap,
            confidence=ask.confidence,
            cautions=tuple(caution.told for caution in cautions(ask.sql, catalogue)),
            nothing=await _nothing(parts, ask, datasource, labels),
            masked=masked_columns_told(
                [column.name for column in execution.columns],
                [MaskKind(column.mask) if column.mask else None for column in execution.columns],
            ),
        ),
        chart_kind=chart.kind if chart else None,
        chart_svg=chart.svg if chart else None,
        chart_png=chart.png if chart else None,
        chart_spec=chart.spec if chart else None,
    )


async def _nothing(
    parts: Parts, ask: PresentInput, datasource: Datasource, labels: dict[str, Bilingual]
) -> Bilingual | None:
    """Why nothing was found; None: something was, or it cannot be said."""
    context, execution, caller = ask.schema_context, ask.execution, ask.request.caller
    # Where a person has to approve what runs, nothing else runs.
    if execution.row_count > 1 or ask.request.require_approval or context.needs_approval:
        return None
    try:
        found = await why_empty(
            ask.sql,
            execution.preview,
            await parts.executor(datasource),
            catalogue=await parts.catalogue(datasource, context.catalogue_version),
            policy=await parts.policy(datasource),
            caller=caller,
            values=await parts.values(datasource, context.catalogue_version),
        )
    except Chat2SQLError as error:
        _log.warning("not said why there is nothing: %s", error.message.en)
        return None
    return emptiness_told(found, context.dialect, labels) if found is not None else None


class _Chart(Frozen):
    """A drawn chart and where its three files are."""

    kind: str
    svg: str
    png: str
    spec: str


async def _chart(parts: Parts, ask: PresentInput, columns: tuple[ResultColumn, ...]) -> _Chart | None:
    execution = ask.execution
    if execution.result_uri is None or execution.row_count < FEWEST_CHART_ROWS:
        return None
    page = await asyncio.to_thread(
        parts.results.read_page, execution.result_uri, 0, CHART_ROWS, tenant=ask.request.tenant
    )
    spec = choose_chart(
        roles(columns, page.rows),
        columns,
        page.rows,
        language=ask.understanding.language,
        title=ask.understanding.question[:TITLE_CHARS],
        truncated=execution.row_count > CHART_ROWS or execution.truncated,
    )
    if spec is None:
        return None
    return await asyncio.to_thread(_kept, parts.results, execution.result_uri, ask.request.tenant, spec)


def _kept(results: ResultStore, uri: str, tenant: str, spec: ChartSpec) -> _Chart:
    """Draw the chart and keep its files beside the rows that they show; they go with them."""
    drawn = draw_chart(spec)

    def keep(name: str, content: bytes) -> str:
        kept = results.write_beside(uri, name, content, tenant=tenant)
        # A local file goes by its path, as people and programs open it.
        return url2pathname(urlsplit(kept).path) if kept.startswith("file://") else kept

    return _Chart(
        kind=spec.kind.value,
        svg=keep("svg", drawn.svg.encode()),
        png=keep("png", drawn.png),
        spec=keep("vl.json", spec.vega_lite.encode()),
    )
