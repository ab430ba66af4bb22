"""The graph as a Mermaid diagram, drawn from the compiled graph itself."""

from __future__ import annotations

from chat2sql.graph.build import build
from chat2sql.graph.fakes import FakeSteps


def mermaid() -> str:
    """Mermaid source of the graph."""
    return build(FakeSteps()).get_graph().draw_mermaid(with_styles=False)
