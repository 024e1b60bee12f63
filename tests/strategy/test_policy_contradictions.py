"""Constraints that together forbid all six: warned of in advance, and survived by a run."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, DataFlag, Recommendation
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ops.verdicts import policy_is_used
from aidiscover_pipelines.strategy.policy.contradictions import possible_contradictions
from aidiscover_pipelines.strategy.policy.overlay import overlay_of
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, shipped_policy
from aidiscover_pipelines.strategy.policy.tenant import declare_policy
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.scratch_store import ScratchStore

TENANT, NOW = TenantId("acme"), datetime(2026, 11, 21, 9, tzinfo=UTC)
ALL_BUT_RETAIN = [each.value for each in STRATEGIES if each.value != "retain"]


def constraint(name, when, **means):
    return {"id": name, "when": when, **means, "reason": "the board wants it", "citation": "board, May"}


NEVER_STAY = constraint("never-stay", "erp", excludes=["retain"])
ERP_STAYS = constraint("erp-stays", "erp", mandates="retain")


def overlaid(*constraints):
    return overlay_of({"constraints": list(constraints)}, "test")


def warned(*constraints):
    return possible_contradictions(overlaid(*constraints).over(shipped_policy()))


def test_the_shipped_constraints_always_leave_something():
    assert possible_contradictions(shipped_policy()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NEVER_STAY, ERP_STAYS),
        (ERP_STAYS, constraint("crm-goes", {"any": ["packaged", "custom"]}, mandates="repurchase")),
        (constraint("many-users", {"at_least": {"users": 50}}, mandates="retire"),
         constraint("few-users", {"at_most": {"users": 60}}, mandates="rehost")),
    ],
)  # fmt: skip
def test_constraints_that_can_hold_together_and_leave_nothing_are_warned_of(first, second):
    (warning,) = [told for told in warned(first, second) if first["id"] in told and second["id"] in told]
    assert warning.startswith("contradictory constraints: ") and warning.endswith("leave no strategy")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ERP_STAYS, constraint("others-go", {"yes": "packaged", "unless": ["erp"]}, mandates="repurchase")),
        (constraint("many-users", {"at_least": {"users": 60}}, mandates="retire"),
         constraint("few-users", {"at_most": {"users": 50}}, mandates="rehost")),
        (ERP_STAYS, constraint("erp-stays-too", "packaged", mandates="retain")),
    ],
)  # fmt: skip
def test_constraints_that_never_meet_or_agree_are_not(first, second):
    assert [told for told in warned(first, second) if first["id"] in told and second["id"] in told] == []


def test_a_shipped_constraint_can_complete_the_six():
    warnings = warned(constraint("never-stay", "retired", excludes=["retain", "retire"]))
    assert any("recorded-as-retired" in warning for warning in warnings)


@pytest.fixture
def store(facts):
    made = ScratchStore(Tenant(TENANT, "Acme"))
    told = facts(
        erp={"application_name": "ERP", "technology_stack": "SAP ECC", "business_criticality": "high"},
        shop={"application_name": "Shop", "technology_stack": "Java", "database_engine": "PostgreSQL 11"},
    )
    rows = [(key, key, [], 1, "recorded", 1.0, "single") for key in ("erp", "shop")]
    names = pd.DataFrame(rows, columns=Application.columns())
    made.replace(TENANT, RunRef("r0"), {ApplicationFact: told, Application: names})
    return made


def settled(store, answers=(), run="r1"):
    drafts = draft_portfolio(store, TENANT, NOW.date())
    settle_portfolio(store, TENANT, RunRef(run), drafts, list(answers), NOW.date())
    return store.read(TENANT, Recommendation).set_index("application_id")


def test_the_run_goes_on_and_a_person_is_asked(store):
    before = settled(store)
    declare_policy(store, TENANT, overlaid(NEVER_STAY, ERP_STAYS), "", "eve", NOW)
    after = settled(store, run="r2")
    erp = after.loc["erp"]
    assert after.loc["shop", "strategy"] == before.loc["shop", "strategy"] and after.loc["shop", "review"] == ""
    assert erp["strategy"] == max(erp["ranking"], key=lambda entry: entry["score"])["strategy"]
    assert erp["review"].startswith("contradictory constraints: ") and erp["confidence"] <= 0.3
    assert "never-stay (excludes retain)" in erp["review"] and "erp-stays (mandates retain)" in erp["review"]
    assert not any(entry["allowed"] for entry in erp["ranking"])
    (flag,) = store.read(TENANT, DataFlag, stage="policy").to_dict("records")
    assert (flag["problem"], flag["entity_id"]) == ("contradictory constraints", "erp")
    assert not policy_is_used(store, TENANT).passed


def test_a_crew_cannot_talk_a_contradiction_away(store):
    declare_policy(store, TENANT, overlaid(NEVER_STAY, ERP_STAYS), "", "eve", NOW)
    answer = {"subject": "application:erp", "status": "answered", "model": "m", "answer": {"strategy": "rehost"}}
    erp = settled(store, [answer]).loc["erp"]
    assert erp["review"].startswith("contradictory constraints: ") and erp["decided_by"] == "policy"


def test_a_mandate_leaves_one_and_each_other_says_why_not(store):
    declare_policy(store, TENANT, overlaid(ERP_STAYS), "", "eve", NOW)
    erp = settled(store).loc["erp"]
    allowed = [entry["strategy"] for entry in erp["ranking"] if entry["allowed"]]
    assert (erp["strategy"], allowed, erp["review"]) == ("retain", ["retain"], "")
    for entry in erp["ranking"][1:]:
        assert entry["strategy"] in ALL_BUT_RETAIN
        (why_not,) = [reason for reason in entry["reasons"] if reason.get("rule") == "erp-stays"]
        assert why_not["text"] == "excluded: the board wants it [board, May]" and why_not["evidence"]
