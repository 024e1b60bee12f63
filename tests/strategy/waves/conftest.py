import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Wave, WaveAssignment
from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.movers import Inputs
from aidiscover_pipelines.strategy.waves.plan import plan_waves


def _inputs(applications, edges=(), previous=None):
    """applications: name -> {strategy, priority, risk, criticality, unit, tolerance, servers, days}; ids are the names.

    edges: (source, target) or (source, target, directed, strength). previous: a plan.
    """
    names = list(applications)
    recommendations = pd.DataFrame(
        [
            (
                name,
                told.get("strategy", "rehost"),
                told.get("priority", 3),
                told.get("risk", "low"),
                {"days_low": told["days"], "days_high": told["days"]} if "days" in told else {},
            )
            for name, told in applications.items()
        ],
        columns=["application_id", "strategy", "priority", "risk", "effort"],
    )
    dependencies = pd.DataFrame(
        [(*edge, *(True, 0.5)[len(edge) - 2 :]) for edge in edges],
        columns=["source_application", "target_application", "directed", "strength"],
    )
    fields = {"criticality": "business_criticality", "unit": "business_unit", "tolerance": "change_tolerance"}
    facts = [
        (name, field, told[key]) for name, told in applications.items() for key, field in fields.items() if key in told
    ]
    links = [(name, server) for name, told in applications.items() for server in told.get("servers", [])]
    return Inputs(
        recommendations,
        dependencies,
        pd.DataFrame({"application_id": names, "name": names}),
        pd.DataFrame(facts, columns=["application_id", "field", "value"]),
        pd.DataFrame(links, columns=["application_id", "asset_id"]),
        previous.assignments if previous else pd.DataFrame(columns=WaveAssignment.columns()),
        previous.waves if previous else pd.DataFrame(columns=Wave.columns()),
    )


@pytest.fixture
def inputs():
    return _inputs


@pytest.fixture(scope="session")
def inputs_of():
    """The same for properties, which try many portfolios in one test."""
    return _inputs


@pytest.fixture
def plan():
    """Plan applications with a planning document."""

    def planned(applications, edges=(), document=None, previous=None):
        return plan_waves(_inputs(applications, edges, previous), as_planning(document or {}, "test"))

    return planned


@pytest.fixture
def waves():
    """Wave of each application of a plan."""
    return lambda plan: dict(zip(plan.assignments["application_id"], plan.assignments["wave"].tolist(), strict=True))
