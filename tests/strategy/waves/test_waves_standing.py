"""The stored plan stays as long as nothing that it was made of differs, and is made anew as soon as something does."""

import itertools
from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Dependency,
    PlanProblem,
    Recommendation,
    StageDigest,
    TenantPolicy,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import Condition
from aidiscover_pipelines.strategy.waves import improve
from aidiscover_pipelines.strategy.waves.declared import KIND, declare
from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.plan import plan_waves
from aidiscover_pipelines.strategy.waves.stage import UNCHANGED, plan_migration_waves, read_inputs, store_plan
from resources.scratch_store import ScratchStore

TENANT, RUN = TenantId("acme"), RunRef("r1")
AT = datetime(2026, 11, 22, tzinfo=UTC)
NOTHING = {str: "", int: 0, float: 0.0, bool: False}
TOLD = {Recommendation: {"strategy": "rehost", "decided_by": "policy", "risk": "high", "priority": 3}}


def row(table, **told):
    """A row with what is told, and nothing in the other columns."""
    nothing = {
        name: NOTHING.get(field.annotation, {} if str(field.annotation).startswith("dict") else [])
        for name, field in table.model_fields.items()
    }
    missing = {name: None for name, field in table.model_fields.items() if "None" in str(field.annotation)}
    return table(**{**nothing, **missing, **TOLD.get(table, {}), **told})


@pytest.fixture
def store():
    held = ScratchStore(Tenant(TENANT, "Acme"))
    names = [f"a{number:02d}" for number in range(25)]
    held.put(TENANT, [row(table, application_id=name, **more) for name in names
                      for table, more in ((Application, {"name": name.upper()}), (Recommendation, {}))])  # fmt: skip
    declare(held, TENANT, as_planning({"capacity": {"applications": 5}}, "one"), "why", "me", AT)
    return held


def planned(store):
    result = plan_migration_waves(store, TENANT, RUN)
    return result, store.read(TENANT, WaveAssignment), store.read(TENANT, PlanProblem)


def test_an_unchanged_portfolio_keeps_its_plan(store):
    first, waves, _ = planned(store)
    again, same, _ = planned(store)
    assert first.figures["search"] != UNCHANGED == again.figures["search"]
    pd.testing.assert_frame_equal(same, waves)
    assert (again.preview, again.tables, again.charts) == (first.preview, first.tables, first.charts)


CHANGES = {
    "a priority": [row(Recommendation, application_id="a03", priority=1)],
    "a strategy": [row(Recommendation, application_id="a03", strategy="retire")],
    "an effort": [row(Recommendation, application_id="a03", effort={"days_low": 1, "days_high": 3})],
    "a name": [row(Application, application_id="a03", name="Shop")],
    "a new application": [row(Application, application_id="b", name="B"), row(Recommendation, application_id="b")],
    "a fact": [row(ApplicationFact, application_id="a03", field="business_unit", value="Sales")],
    "a server": [row(ApplicationAsset, application_id="a03", asset_id="s1")],
    "a dependency": [
        row(Dependency, dependency_id="d", source_application="a03", target_application="a20", directed=True)
    ],
    "a document": [
        TenantPolicy(kind=KIND, version=2, document={"capacity": {"applications": 9}}, note="n", by="me", at=AT)
    ],
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_what_differs_makes_the_plan_anew(store, changed):
    planned(store)
    store.put(TENANT, changed)
    document = {"capacity": {"applications": 9 if isinstance(changed[0], TenantPolicy) else 5}}
    expected = plan_waves(read_inputs(store, TENANT), as_planning(document, "test"))
    result, waves, problems = planned(store)
    assert result.figures["search"] != UNCHANGED
    pd.testing.assert_frame_equal(waves, expected.assignments, check_dtype=False)
    assert problems["problem_id"].tolist() == expected.problems["problem_id"].tolist()
    assert planned(store)[0].figures["search"] == UNCHANGED


def test_a_lost_application_makes_the_plan_anew(store):
    planned(store)
    store.delete(TENANT, Application, [Condition("application_id", "=", "a03")])
    result, waves, _ = planned(store)
    assert result.figures["search"] != UNCHANGED and "a03" not in set(waves["application_id"])


def test_a_plan_that_something_else_stored_does_not_stand(store):
    planned(store)
    other = plan_waves(read_inputs(store, TENANT), as_planning({"capacity": {"applications": 25}}, "other"))
    store_plan(store, TENANT, RUN, other)  # as a run does that is ended before it keeps the digest
    assert planned(store)[0].figures["search"] != UNCHANGED


def test_the_problem_of_a_document_that_could_not_be_used_goes_with_it(store):
    planned(store)
    unusable = TenantPolicy(kind=KIND, version=2, document={"old": 1}, note="n", by="me", at=AT)
    store.put(TENANT, [unusable])
    assert planned(store)[2]["rule"].tolist() == ["document"]
    declare(store, TENANT, as_planning({"capacity": {"applications": 5}}, "three"), "back", "me", AT)
    assert planned(store)[2].empty


def test_a_search_that_the_clock_ended_goes_on_in_the_next_run(store, monkeypatch):
    store.put(TENANT, [row(table, application_id=f"b{number:02d}") for number in range(60)
                       for table in (Application, Recommendation)])  # fmt: skip
    times = itertools.chain([0.0], itertools.repeat(1e6))
    with monkeypatch.context() as patched:
        patched.setattr(improve.time, "monotonic", lambda: next(times))
        assert planned(store)[0].figures["search"].startswith("ended by the clock")
    assert store.read(TENANT, StageDigest).empty
    assert planned(store)[0].figures["search"] == "ended by its effort"
