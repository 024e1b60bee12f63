"""A small portfolio as frames: four applications, one pattern, one source with a doubtful column."""

from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.crews.assessment.case import Estate
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.scratch_store import ScratchStore

TENANT = TenantId("acme")
RANKED = ("replatform", "rehost", "refactor", "repurchase", "retain", "retire")


def ranking() -> list[dict[str, Any]]:
    return [
        {
            "strategy": name,
            "score": 2.0 - place * 0.3,
            "allowed": name != "retire",
            "reasons": [{"text": "for: Oracle 11g has a managed successor", "evidence": ["f1.1.2.3"]}]
            if name == "replatform"
            else [{"text": "excluded: others depend on it [AWS]", "evidence": ["f1.1.2.5"]}]
            if name == "retire"
            else [],
        }
        for place, name in enumerate(RANKED)
    ]


def draft(application_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "application_id": application_id,
        "strategy": "replatform",
        "confidence": 0.7,
        "decided_by": "policy",
        "ranking": ranking(),
        "risk": "high",
        "risks": [
            {
                "kind": "technical",
                "level": "high",
                "risk": "Oracle 11g is out of support",
                "mitigation": "Upgrade to 19c first",
                "evidence": ["f1.1.2.3"],
            }
        ],
        "rationale": "Replatform: Oracle 11g has a managed successor.",
        "next_steps": ["Prove the managed platform with a copy of the data"],
        "evidence": ["f1.1.2.3"],
        "priority": 2,
        "cluster_id": "c01",
        "model": "",
        "digest": "d",
        "run_id": "",
        "margin": 0.3,
        "allowed": list(RANKED[:5]),
        "exception": "",
        **changed,
    }


@pytest.fixture
def tenant() -> TenantId:
    return TENANT


@pytest.fixture
def run() -> RunRef:
    return RunRef("run-1")


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore(Tenant(TENANT, "Acme"), Tenant(TenantId("globex"), "Globex"))


@pytest.fixture
def one_draft() -> dict[str, Any]:
    return draft("billing")


@pytest.fixture
def drafts() -> pd.DataFrame:
    return pd.DataFrame(
        [
            draft("billing"),
            draft("crm", exception="low margin", margin=0.02),
            draft("hr", cluster_id="c02"),
            draft("payroll", exception="anomaly", margin=0.5),
        ]
    )


@pytest.fixture
def facts() -> pd.DataFrame:
    rows = [
        (application, field, value, [f"f1.1.{row}.{column}"], basis)
        for row, application in enumerate(("billing", "crm", "hr", "payroll"), start=2)
        for column, (field, value, basis) in enumerate(
            [
                ("technology_stack", "Java 8; WebLogic 12", "application"),
                ("database_engine", "Oracle 11g", "application"),
                ("os_names", "RHEL 6", "assets"),
                ("depends_on", "ledger; identity", "dependencies"),
            ],
            start=2,
        )
    ]
    frame = pd.DataFrame(rows, columns=["application_id", "field", "value", "evidence", "basis"])
    return frame.assign(number=float("nan"))


@pytest.fixture
def clusters() -> pd.DataFrame:
    common = {"label": "Java on WebLogic", "description": "Java applications on WebLogic.", "traits": {"java": 0.9}}
    return pd.DataFrame(
        [
            {"cluster_id": "c01", "size": 3, "representative": "billing", **common},
            {"cluster_id": "c02", "size": 1, "representative": "hr", **common},
        ]
    )


@pytest.fixture
def members() -> pd.DataFrame:
    rows = [("billing", "c01", False, []), ("crm", "c01", False, []), ("hr", "c02", False, [])]
    rows.append(("payroll", "c01", True, ["user_count", "data_volume"]))
    frame = pd.DataFrame(rows, columns=["application_id", "cluster_id", "anomaly", "reasons"])
    return frame.assign(distance=1.0)


@pytest.fixture
def estate(drafts: pd.DataFrame, facts: pd.DataFrame, clusters: pd.DataFrame, members: pd.DataFrame) -> Any:
    """Build the estate of the small portfolio; keywords replace parts of it."""

    def built(**changed: Any) -> Estate:
        parts = {
            "drafts": drafts,
            "clusters": clusters,
            "members": members,
            "facts_of": lambda ids: facts[facts["application_id"].isin(ids)],
        }
        return Estate(**{**parts, **changed})

    return built


@pytest.fixture
def attributes() -> pd.DataFrame:
    rows = [
        ("billing", "user_load", "missing", "How many people use it in a month?", []),
        ("crm", "user_load", "missing", "How many people use it in a month?", []),
        ("crm", "change_tolerance", "inferred", "When may it be down?", ["f1.1.3.9"]),
        ("billing", "technology_stack", "present", "", ["f1.1.2.2"]),
        ("hr", "user_load", "missing", "How many people use it in a month?", []),
    ]
    frame = pd.DataFrame(rows, columns=["application_id", "attribute", "state", "question", "evidence"])
    return frame.assign(value="", quality=0.0)


@pytest.fixture
def mappings() -> pd.DataFrame:
    common = {"sheet_index": 1, "sheet": "Apps", "entity": "application", "unit": None, "statistic": float("nan")}
    return pd.DataFrame(
        [
            {
                **common,
                "file_id": "f1",
                "column_index": 3,
                "header": "Owner",
                "field": "business_owner",
                "confidence": 0.62,
                "decision": "review",
                "alternatives": [{"field": "technical_owner", "confidence": 0.55}],
                "reason": "two fields fit",
            },
            {
                **common,
                "file_id": "f1",
                "column_index": 4,
                "header": "Fachlicher Owner",
                "field": "business_owner",
                "confidence": 0.97,
                "decision": "accept",
                "alternatives": [],
                "reason": "synonym",
            },
            {
                **common,
                "file_id": "f2",
                "column_index": 1,
                "header": "Name",
                "field": "application_name",
                "confidence": 0.99,
                "decision": "accept",
                "alternatives": [],
                "reason": "synonym",
            },
        ]
    )


@pytest.fixture
def platform_draft() -> dict[str, Any]:
    return {
        "scope": "tenant",
        "tier": 3,
        "automation_percent": 41.0,
        "methods": ["file", "manual"],
        "justification": "Tier 3: files only.",
        "strategy": "Ask for a read-only account. Fallback: exports.",
        "capabilities": {"files_accepted": 2, "permissions_granted_share": 0.0, "measured_asset_share": 0.25, "x": 1},
        "groups": [],
        "decided_by": "policy",
    }
