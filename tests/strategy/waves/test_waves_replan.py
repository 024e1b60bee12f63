from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, InvalidPolicy
from aidiscover_pipelines.domain.tables import (
    Application,
    PlanProblem,
    Recommendation,
    TenantPolicy,
    Wave,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ops.verdicts import nothing_moves_before_its_needs
from aidiscover_pipelines.strategy.waves.declared import KIND, declare, history, planning_of
from aidiscover_pipelines.strategy.waves.difference import difference
from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.plan import plan_waves
from aidiscover_pipelines.strategy.waves.stage import plan_migration_waves, preview_plan
from resources.scratch_store import ScratchStore

HARD = {"risk": "high"}
TENANT, RUN = TenantId("acme"), RunRef("r1")
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def of(count, start=0):
    return {f"a{number:02d}": {**HARD, "priority": 1 + number % 5} for number in range(start, start + count)}


def test_the_same_again_is_the_same_plan(plan):
    first = plan(of(50))
    assert plan(of(50), previous=first).assignments.equals(first.assignments)


def test_after_a_small_change_nearly_all_stay_where_they_were(plan, waves):
    first = waves(made := plan(of(60)))
    second = waves(plan(of(60, start=2), previous=made))
    assert sum(first[name] != wave for name, wave in second.items() if name in first) <= 2


def test_much_more_capacity_makes_fewer_waves_also_of_a_plan_that_is_there(plan):
    first = plan(of(60))
    assert len(first.waves) == 3
    assert len(plan(of(60), document={"capacity": {"applications": 60}}, previous=first).waves) == 1


def test_what_has_started_stays_and_new_ones_come_after_it(plan, waves):
    first = plan(of(30))
    before, started = waves(first), {name for name, wave in waves(first).items() if wave == 1}
    second = plan({**of(30), "new": {**HARD, "priority": 1}}, document={"frozen": [1]}, previous=first)
    now = waves(second)
    assert {name for name, wave in now.items() if wave == 1} == started and now["new"] == 2
    assert {now[name] for name in started} == {1} and before.keys() < now.keys()
    reasons = second.assignments.set_index("application_id")["reason"]
    assert reasons[sorted(started)].str.startswith("its wave has started").all()


def test_a_dependency_that_a_started_wave_breaks_is_told_and_not_taken_for_a_fault_of_the_plan(plan):
    first = plan(of(30))
    name = first.assignments.query("wave == 1")["application_id"].iloc[0]
    second = plan({**of(30), "new": HARD}, [(name, "new")], {"frozen": [1]}, first)
    [problem] = second.problems.to_dict("records")
    assert problem["what"] == f"{name} moves in wave 1, which has started, before new, which it needs"
    assert problem["rule"] == "started" and problem["applications"] == sorted([name, "new"])


def test_a_started_application_keeps_its_wave_whatever_is_recommended_now(plan, waves):
    first = plan(of(5))
    second = plan({**of(5), "a00": {"strategy": "retain"}}, document={"frozen": [1]}, previous=first)
    assert waves(second)["a00"] == 1


def test_a_try_tells_who_moves_which_dates_shift_and_how_many_waves_there_are(inputs):
    applications = of(30)
    first = plan_waves(inputs(applications))
    tables = inputs(applications, previous=first)
    tried = as_planning({"start": "2027-01-04", "wave_days": 14, "capacity": {"applications": 30}}, "tried")
    told = difference(tables, plan_waves(tables, tried))
    assert told["waves"] == {"before": 2, "after": 1} and told["ends"] == {"before": None, "after": "2027-01-17"}
    assert len(told["moved"]) == (first.assignments["wave"] == 2).sum()
    assert {(each["from"], each["to"]) for each in told["moved"]} == {(2, 1)}
    assert told["dates"] == [{"wave": 1, "before": None, "after": "2027-01-04 to 2027-01-17"}]
    same = difference(tables, plan_waves(tables))
    assert same["moved"] == same["dates"] == same["problems"] == []
    fewer = difference(tables, plan_waves(inputs(of(29), previous=first)))
    assert {"application": "a29", "name": "a29", "from": fewer["moved"][-1]["from"], "to": None} == fewer["moved"][-1]


@pytest.fixture
def store():
    return ScratchStore(Tenant(TENANT, "Acme"))


def test_the_newest_document_of_a_tenant_is_in_force_and_the_others_are_history(store):
    assert planning_of(store, TENANT).start is None
    declare(store, TENANT, as_planning({"capacity": {"servers": 9}}, "one"), "first", "me", AT)
    stored = declare(store, TENANT, as_planning({}, "two"), "  back to  the defaults ", "you", AT)
    assert stored == {"version": 2, "document": {}} and planning_of(store, TENANT).capacity.servers is None
    assert [(each["version"], each["note"], each["by"]) for each in history(store, TENANT)] == [
        (2, "back to the defaults", "you"),
        (1, "first", "me"),
    ]
    with pytest.raises(ConfigError, match="needs a note"):
        declare(store, TENANT, as_planning({}, "three"), " ", "me", AT)


def test_a_stored_document_that_no_longer_fits_names_its_version(store):
    store.put(TENANT, [TenantPolicy(kind=KIND, version=4, document={"old": 1}, note="n", by="me", at=AT)])
    with pytest.raises(InvalidPolicy, match="planning of acme, version 4"):
        planning_of(store, TENANT)


def test_the_stage_stores_plan_waves_and_problems_and_keeps_them_where_the_document_no_longer_fits(store):
    told = {
        "strategy": "rehost",
        "confidence": 0.5,
        "foretold": 0.5,
        "decided_by": "policy",
        "risk": "high",
        "priority": 1,
    }
    blank = {name: "" for name, field in Recommendation.model_fields.items() if field.annotation is str}
    empty = {name: {} if name in ("effort", "cost") else [] for name in Recommendation.columns()}
    rows = [{**empty, **blank, **told, "application_id": name} for name in ("a", "b")]
    recommendations = pd.DataFrame(rows, columns=Recommendation.columns())
    applications = pd.DataFrame(
        [(name, name.upper(), [], 1, "recorded", 1.0, "single") for name in ("a", "b")], columns=Application.columns()
    )
    store.replace(TENANT, RUN, {Recommendation: recommendations, Application: applications})
    declare(store, TENANT, as_planning({"apart": [["A", "b", "C"]]}, "one"), "why", "me", AT)
    result = plan_migration_waves(store, TENANT, RUN)
    assert result.figures["waves"] == 2 and result.figures["problems"] == 1 and result.rows_out == 2
    assert result.figures["movers_without_known_effort"] == 2 and result.figures["search"] == "proved best"
    assert len(store.read(TENANT, Wave)) == 2 and store.read(TENANT, PlanProblem)["rule"].tolist() == ["name"]
    assert set(store.read(TENANT, WaveAssignment)["wave"]) == {1, 2}
    assert nothing_moves_before_its_needs(store, TENANT).passed
    assert "in time" not in result.tables["Waves"][0]
    declare(
        store,
        TENANT,
        as_planning({"start": "2027-01-04", "wave_days": 10, "apart": [["a", "b"]]}, "two"),
        "w",
        "me",
        AT,
    )
    dated = plan_migration_waves(store, TENANT, RUN).tables["Waves"]
    assert [row["in time"] for row in dated] == ["█" * 20 + "·" * 20, "·" * 20 + "█" * 20]
    _, tried = preview_plan(store, TENANT, as_planning({}, "tried"))
    assert len(tried.waves) == 1 and len(store.read(TENANT, Wave)) == 2
    store.put(TENANT, [TenantPolicy(kind=KIND, version=3, document={"old": 1}, note="n", by="me", at=AT)])
    kept = plan_migration_waves(store, TENANT, RunRef("r2"))
    [problem] = store.read(TENANT, PlanProblem).to_dict("records")
    assert problem["rule"] == "document"
    assert (
        problem["what"]
        == "planning of acme, version 3 cannot be used, and the last plan stays: old: there is no such field"
    )
    assert problem["relax"] == "remove it or correct its name; then 'aidiscover waves set'"
    assert set(store.read(TENANT, WaveAssignment)["wave"]) == {1, 2} and len(store.read(TENANT, Wave)) == 2
    assert (kept.rows_out, kept.figures["waves"], kept.figures["problems"]) == (2, 2, 1)
    assert kept.tables["Waves"] == dated
