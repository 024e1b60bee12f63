from datetime import date

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeValue,
    ClusterMember,
    DataFlag,
    Recommendation,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import ReviewAction
from aidiscover_pipelines.strategy.review.entries import Word, say
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.scratch_store import ScratchStore


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


def _portfolio():
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


@pytest.fixture
def portfolio():
    """One application for each strategy, as a consultant would meet them."""
    return _portfolio()


class Reviewed:
    """A portfolio that people speak about."""

    tenant, today = TenantId("acme"), date(2026, 11, 21)

    def __init__(self):
        self.store = ScratchStore(Tenant(self.tenant, "Acme"))

    def know(self, facts, applications):
        """Make these the facts and the applications of the inventory."""
        rows = [(key, key, [], 1, "recorded", 1.0, "single") for key in applications]
        names = pd.DataFrame(rows, columns=Application.columns())
        self.store.replace(self.tenant, RunRef("r0"), {ApplicationFact: facts, Application: names})

    def tell(self, application, field, value, number=None):
        """Change one fact, or take it away."""
        facts = self.store.read(self.tenant, ApplicationFact)
        rest = facts[(facts["application_id"] != application) | (facts["field"] != field)]
        row = (application, field, value, number, [f"f2.1.{application}.{field}"], "application")
        told = [rest, pd.DataFrame([row], columns=ApplicationFact.columns())] if value is not None else [rest]
        known = pd.concat([part.astype({"number": "float64"}) for part in told], ignore_index=True)
        self.know(known, self.store.read(self.tenant, Application)["application_id"])

    def discover(self, run="r2", answers=(), **options):
        drafts = draft_portfolio(self.store, self.tenant, self.today, **options)
        return settle_portfolio(self.store, self.tenant, RunRef(run), drafts, list(answers), self.today, **options)

    def speak(self, action, application="shop", strategy="", reason="because", by="eve", about=""):
        word = Word(ReviewAction(action), reason, by, strategy, about)
        return say(self.store, self.tenant, application, word, self.today)

    def stored(self, application="shop"):
        return self.store.read(self.tenant, Recommendation, application_id=application).iloc[0]

    def flags(self, application="shop"):
        flags = self.store.read(self.tenant, DataFlag, stage="strategy", entity_id=application)
        return flags[["problem", "field", "value", "what", "evidence"]].to_dict("records")


@pytest.fixture(scope="session")
def discovered():
    """The portfolio and one application with nothing but a name, discovered without crews; to be copied."""
    first, facts = Reviewed(), _portfolio()
    first.know(facts, [*facts["application_id"].unique(), "bare"])
    first.discover("r1")
    return first.store


@pytest.fixture
def acme(discovered):
    """What was discovered, in a store of its own."""
    own = Reviewed()
    own.store._frames.update(discovered._frames)  # a store never changes a frame in place
    own.store._fences.update(discovered._fences)
    return own
