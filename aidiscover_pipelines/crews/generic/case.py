"""Cases of a tenant's own crew: what its tools can show of the tenant or of one application, and nothing besides."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.cases import Rows, case_file, rows_of
from aidiscover_pipelines.crews.definition import Subject
from aidiscover_pipelines.crews.generic.offline import fallback
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.tools import TOOLS, Desk
from aidiscover_pipelines.crews.tools.case_tools import CASE_TOOLS
from aidiscover_pipelines.domain.crew import APPLICATION, CaseFile
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeValue,
    ClusterMember,
    PatternCluster,
    PlatformAssessment,
    Recommendation,
)
from aidiscover_pipelines.domain.tenancy import TenantId, hint_at_application
from aidiscover_pipelines.domain.vocabulary import AttributeState
from aidiscover_pipelines.ports import PortfolioStore

TENANT = "tenant"
FACT_COLUMNS = ("field", "value", "basis", "evidence")
GAP_COLUMNS = ("application_id", "attribute", "state", "question", "evidence")
DRAFT_COLUMNS = ("application_id", "strategy", "confidence", "risk", "next_steps", "evidence")
CLUSTER_COLUMNS = ("cluster_id", "label", "description", "size", "representative")
TIER_COLUMNS = ("tier", "automation_percent", "methods", "justification", "strategy")


def representatives(store: PortfolioStore, tenant: TenantId, most: int) -> list[str]:
    """The typical application of each pattern, the largest pattern first: what a bulk run looks at."""
    clusters = store.read(tenant, PatternCluster, columns=["cluster_id", "size", "representative"])
    ordered = clusters.sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    return [str(name) for name in ordered["representative"].head(most)]


def crew_cases(
    store: PortfolioStore, tenant: TenantId, crew: CrewSpec, subject: Subject, applications: Sequence[str]
) -> list[CaseFile]:
    """One case for the tenant, or one for each application. Raises: ConfigError for an application that is not known.

    A case holds only what some tool of the crew shows, so that a change elsewhere asks nothing again.
    """
    if subject == "tenant":
        return [_case(store, tenant, crew, TENANT, _of_tenant(store, tenant))]
    known = store.read(tenant, Application, application_id=list(applications))
    if unknown := [name for name in applications if name not in set(known["application_id"])]:
        ids = store.read(tenant, Application, columns=["application_id"])["application_id"].tolist()
        raise ConfigError(
            f"cannot run crew {crew.name!r} on application {unknown[0]!r} of tenant {tenant!r}: the inventory has no "
            f"application of that id; {hint_at_application(unknown[0], ids)}"
        )
    return [
        _case(store, tenant, crew, f"{APPLICATION}{name}", _of_application(store, tenant, name))
        for name in applications
    ]


def _case(
    store: PortfolioStore, tenant: TenantId, crew: CrewSpec, subject: str, sections: Mapping[str, Rows]
) -> CaseFile:
    tools = {name for names in crew.tools.values() for name in names}
    shown = {name: rows for name, rows in sections.items() if _is_shown(tenant, tools, name, rows)}
    answer = fallback(shown)
    if tools - {tool.name for tool in CASE_TOOLS}:
        shown["portfolio_state"] = [{"digest": _state(store, tenant)}]
    return case_file(tenant, crew, subject, shown, answer)


def _is_shown(tenant: TenantId, tools: set[str], name: str, rows: Rows) -> bool:
    alone = Desk(CaseFile(tenant, "", "", {name: rows}, {}, ""))
    return any(TOOLS[tool].is_useful(alone) for tool in tools)


def _state(store: PortfolioStore, tenant: TenantId) -> str:
    """Changes whenever a disposition or what it rests on does: tools of the portfolio show more than the case holds."""
    rows = store.read(tenant, Recommendation, columns=["application_id", "digest"])
    return hashlib.sha256(json.dumps(rows.to_numpy().tolist()).encode()).hexdigest()


def _of_tenant(store: PortfolioStore, tenant: TenantId) -> dict[str, Rows]:
    """The platform, and the gaps of the typical applications."""
    platform = store.read(tenant, PlatformAssessment)
    capabilities = platform["capabilities"].iloc[0] if len(platform) else {}
    return {
        "capabilities": [
            {"capability": name, "value": value, "evidence": [f"capability:{name}"]}
            for name, value in capabilities.items()
        ],
        "tier_draft": rows_of(platform, TIER_COLUMNS),
        "attribute_gaps": _gaps(store.read(tenant, AttributeValue, application_id=representatives(store, tenant, 10))),
    }


def _of_application(store: PortfolioStore, tenant: TenantId, name: str) -> dict[str, Rows]:
    facts = store.read(tenant, ApplicationFact, application_id=name)
    edges = facts["basis"] == "dependencies"
    advised = store.read(tenant, Recommendation, application_id=name)
    member = store.read(tenant, ClusterMember, columns=["cluster_id"], application_id=name)
    cluster = store.read(tenant, PatternCluster, cluster_id=list(member["cluster_id"]))
    return {
        "application": [{"application_id": name}],
        "application_facts": rows_of(facts[~edges], FACT_COLUMNS),
        "dependencies": rows_of(facts[edges], FACT_COLUMNS),
        "attribute_gaps": _gaps(store.read(tenant, AttributeValue, application_id=name)),
        "policy_draft": rows_of(advised, DRAFT_COLUMNS),
        "policy_scores": _listed(advised, "ranking"),
        "risk_factors": _listed(advised, "risks"),
        "cluster": rows_of(cluster, CLUSTER_COLUMNS),
        "cluster_traits": [
            {"trait": trait, "value": value, "evidence": []}
            for traits in cluster["traits"]
            for trait, value in traits.items()
        ],
    }


def _gaps(attributes: pd.DataFrame) -> Rows:
    settled = [AttributeState.PRESENT.value, AttributeState.NOT_APPLICABLE.value]
    return rows_of(attributes[~attributes["state"].isin(settled)], GAP_COLUMNS)


def _listed(frame: pd.DataFrame, column: str) -> list[Any]:
    return [row for rows in frame[column] for row in rows]
