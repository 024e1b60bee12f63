import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, ClusterMember


def _facts(**applications):
    rows = [
        (key.replace("_", "-"), field, str(value), float(value) if isinstance(value, int | float) else None,
         [f"f1.1.{key}.{field}"], "application")
        for key, fields in applications.items()
        for field, value in fields.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=ApplicationFact.columns())
    return frame.assign(number=frame["number"].astype("float64"))


@pytest.fixture
def facts():
    """Build ApplicationFact rows from keyword arguments: application -> {field: value}."""
    return _facts


@pytest.fixture
def no_attributes():
    return pd.DataFrame(columns=AttributeValue.columns())


@pytest.fixture
def no_members():
    return pd.DataFrame(columns=ClusterMember.columns())


@pytest.fixture
def portfolio():
    """One application for each strategy, as a consultant would meet them."""
    return _facts(
        crm_cloud={"application_name": "CRM", "technology_stack": "Salesforce", "business_criticality": "high"},
        old_reports={"application_name": "Old Reports", "lifecycle_status": "Retired", "business_criticality": "low"},
        hr={"application_name": "HR System", "technology_stack": "PeopleSoft", "business_criticality": "medium"},
        shop={
            "application_name": "Web Shop", "technology_stack": "Java; Spring", "database_engine": "PostgreSQL 11",
            "business_criticality": "high", "user_count": 5000, "business_logic_complexity": "medium",
        },
        billing={
            "application_name": "Billing", "technology_stack": "Custom Java monolith", "business_criticality": "high",
            "description": "strategic, cannot keep up with demand; technical debt: high",
            "business_logic_complexity": "high",
        },
        wms={
            "application_name": "Warehouse Management", "technology_stack": "SAP WMS", "database_engine": "SAP HANA",
            "business_criticality": "high", "business_logic_complexity": "high",
        },
    )  # fmt: skip
