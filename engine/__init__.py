"""The machinery of the steps, a folder each; it knows neither Temporal nor LangGraph.

llm: models. schema: catalogue, M-Schema, index. semantics: language, intent, time. sql: guard, executors, masking,
results.
stores, ledger, audit: our own PostgreSQL. present: explanation and chart. demo: the demo company.
"""
