"""Search attributes: how questions are found in Temporal."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

TENANT_ID = SearchAttributeKey.for_keyword("TenantId")
USER_ID = SearchAttributeKey.for_keyword("UserId")
DATASOURCE = SearchAttributeKey.for_keyword("Datasource")
MODEL = SearchAttributeKey.for_keyword("Model")
OUTCOME = SearchAttributeKey.for_keyword("Outcome")
COST_USD = SearchAttributeKey.for_float("CostUsd")

ALL_ATTRIBUTES = (TENANT_ID, USER_ID, DATASOURCE, MODEL, OUTCOME, COST_USD)
"""Every attribute that a namespace must know before a worker starts."""
