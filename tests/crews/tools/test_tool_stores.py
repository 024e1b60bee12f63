"""The same tools over PostgreSQL: the same rows, and another tenant's view of the same server is empty."""

import json
import uuid
from dataclasses import replace

import pytest

from aidiscover_pipelines.crews.tools import TOOLS, TenantView
from aidiscover_pipelines.crews.tools.desk import READABLE
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tables import Application
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.crews.desk import set_desk

CALLS = (
    *(("cloud_scanner", {}), ("service_discovery", {}), ("api_endpoint_validator", {}), ("environment_analyser", {})),
    *(("data_collector", {"mode": mode}) for mode in ("api", "realtime", "file", "limited")),
    *(("pattern_analyser", {}), ("similarity_detector", {}), ("anomaly_identifier", {}), ("data_validator", {})),
    *(("quality_scorer", {"by": by}) for by in ("application", "attribute", "source")),
    *(("database_query", {"query": query}) for query in ("historical_mappings", "asset_patterns")),
    *(("pattern_matcher", {"kind": kind}) for kind in ("field_names", "value_formats", "relationships")),
    *(("capability_assessor", {}), ("credential_validator", {}), ("gap_analyser", {})),
)


@pytest.fixture(scope="module")
def tenants(portfolio, session_store):
    """The demo tenant's tables in PostgreSQL under a tenant of its own, and a tenant beside it."""
    here, beside = (TenantId(f"t-{uuid.uuid4().hex[:12]}") for _ in range(2))
    for tenant in (here, beside):
        session_store.add_tenant(Tenant(tenant, "Acme"))
    session_store.upsert(here, RunRef("copy"), {table: portfolio.read("acme", table) for table in READABLE})
    return here, beside


@pytest.mark.parametrize("about", ["application", "tenant"])
def test_every_tool_finds_the_same_in_postgres(desks, tenants, session_store, about):
    case = CaseFile(tenants[0], "own_crew", desks[about].case.subject, {}, {}, "digest")
    there = replace(set_desk(case, session_store, today=desks[about].today, remote=False), tier=desks[about].tier)
    for name, arguments in CALLS:
        found, expected = TOOLS[name].read(there, arguments), TOOLS[name].read(desks[about], arguments)
        assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True), name


def test_another_tenants_view_of_the_same_server_is_empty(tenants, session_store):
    own, beside = (TenantView(session_store, tenant) for tenant in tenants)
    assert len(own.read(Application)) == own.page(Application)[1] == own.sums(Application, [])["rows"] > 60
    assert beside.read(Application).empty
    assert beside.page(Application)[1] == beside.sums(Application, [])["rows"] == 0
