"""Portfolios with facts given by hand, in a store that forgets."""

from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, AttributeValue, TechnologyUse
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
JUDGED = dict.fromkeys(("presence", "validity", "freshness", "agreement", "trust"), 1.0) | {"rule": "", "problem": ""}
KINDS = (
    {"technologies": "Java; Tomcat", "os_family": "linux", "environment": "prod", "asset_count": 6},
    {"technologies": ".NET Framework; SQL Server", "os_family": "windows", "environment": "prod", "asset_count": 2},
    {"technologies": "COBOL; Db2", "os_family": "mainframe", "environment": "prod", "asset_count": 1},
)


def _store_with(rows: dict[str, dict[str, Any]]) -> ScratchStore:
    """A store whose applications have these facts; keys that start with '@' are attributes."""
    store = ScratchStore(Tenant(ACME, "Acme"))
    applications = [
        {
            "application_id": key,
            "name": key,
            "sources": [],
            "records": 1,
            "origin": "recorded",
            "confidence": 1.0,
            "matched_by": "single",
        }
        for key in rows
    ]
    facts, attributes = [], []
    for key, told in rows.items():
        for field, value in told.items():
            if field.startswith("@"):
                attributes.append(
                    {"application_id": key, "attribute": field[1:], "state": "present", "value": value, "quality": 1.0,
                     "evidence": [], "question": "", **JUDGED}
                )  # fmt: skip
            else:
                number = float(value) if isinstance(value, int | float) else None
                facts.append(
                    {"application_id": key, "field": field, "value": str(value), "number": number, "evidence": ["e"],
                     "basis": "assets"}
                )  # fmt: skip
    databases = [dict.fromkeys(TechnologyUse.columns(), "") | {"name": name, "category": "database", "confidence": 1.0,
                                                               "entity": "asset", "entity_id": name}
                 for name in ("SQL Server", "Db2", "Oracle Database")]  # fmt: skip
    frames = {Application: applications, ApplicationFact: facts, AttributeValue: attributes, TechnologyUse: databases}
    store.replace(
        ACME,
        RunRef("setup"),
        {table: pd.DataFrame(told, columns=table.columns()) for table, told in frames.items()},
    )
    return store


def _three_kinds(each: int) -> dict[str, dict[str, Any]]:
    return {
        f"app-{kind}-{n:03d}": {
            **KINDS[kind],
            "@architecture_pattern": f"pattern {kind}: as told",
            "cpu_cores": 4 + n % 5,
        }
        for kind in range(3)
        for n in range(each)
    }


@pytest.fixture
def store_with():
    return _store_with


@pytest.fixture
def three_kinds():
    return _three_kinds
