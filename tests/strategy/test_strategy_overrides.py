from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, Recommendation, RecommendationOverride
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.advice import STEPS
from aidiscover_pipelines.strategy.decided import WHEN_DECIDED, WHEN_EXCLUDED, in_force
from aidiscover_pipelines.strategy.overrides import list_overrides, override, remove_overrides
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.scratch_store import ScratchStore

TODAY = date(2026, 11, 21)
TENANT = TenantId("acme")


@pytest.fixture
def store(portfolio):
    store = ScratchStore(Tenant(TENANT, "Acme"))
    ids = [*portfolio["application_id"].unique(), "bare"]
    applications = pd.DataFrame(
        [(key, key, [], 1, "recorded", 1.0, "single") for key in ids], columns=Application.columns()
    )
    store.replace(TENANT, RunRef("r0"), {ApplicationFact: portfolio, Application: applications})
    discover(store)
    return store


def discover(store, run="r1", answers=(), **options):
    drafts = draft_portfolio(store, TENANT, TODAY, **options)
    return settle_portfolio(store, TENANT, RunRef(run), drafts, list(answers), TODAY, **options)


def decide(store, application="shop", strategy="retain", reason="the shop is sold next year", **more):
    return override(store, TENANT, application, strategy, reason, "eve", TODAY, **more)


def stored(store, application="shop"):
    return store.read(TENANT, Recommendation, application_id=application).iloc[0]


def test_an_override_holds_at_once_with_its_reason_risks_and_steps(store):
    before = stored(store)
    document = decide(store)
    row = stored(store)
    assert (row["strategy"], row["decided_by"], row["confidence"]) == ("retain", "person", WHEN_DECIDED)
    assert (document["kind"], document["proposed"], document["warnings"]) == ("override", before["strategy"], [])
    key = f"override:{document['override']}"
    first = row["ranking"][0]
    assert (first["strategy"], first["reasons"][0]["evidence"]) == ("retain", [key])
    assert first["reasons"][0]["text"] == "decided by a person: the shop is sold next year"
    assert row["evidence"][0] == key
    assert row["rationale"].startswith("Retain, decided by a person: the shop is sold next year. The policy ranks")
    assert list(row["next_steps"])[-len(STEPS["retain"]) :] == list(STEPS["retain"])
    assert (row["priority"], row["digest"] != before["digest"]) == (5, True)
    assert store.read(TENANT, Recommendation)["decided_by"].value_counts().to_dict() == {"policy": 6, "person": 1}


def test_what_stood_then_and_the_traits_are_kept_with_it(store):
    before = stored(store)
    decide(store)
    row = store.read(TENANT, RecommendationOverride).iloc[0]
    assert (row["proposed"], row["proposed_by"], row["crew"]) == (before["strategy"], "policy", "")
    assert row["confidence"] == before["confidence"]
    assert row["traits"]["criticality"] == "high" and row["traits"]["users"] == "5000 or more"
    assert row["traits"]["open_database"] == "yes" and "spring" in row["traits"]["products"]
    assert len(row["embedding"]) == 256 and sum(x * x for x in row["embedding"]) == pytest.approx(1.0, abs=1e-4)


def test_what_a_person_decided_holds_in_every_later_run(store):
    decide(store)
    digests = set()
    crew = {"subject": "application:shop", "status": "answered", "model": "m", "answer": {"strategy": "rehost"}}
    for run, options in (("r2", {}), ("r3", {"application": "shop"}), ("r4", {"answers": [crew]})):
        discover(store, run, **options)
        row = stored(store)
        assert (row["strategy"], row["decided_by"], row["run_id"]) == ("retain", "person", run)
        digests.add(row["digest"])
    assert len(digests) == 1 and len(store.read(TENANT, Recommendation)) == 7


def test_the_same_strategy_confirms_it_and_makes_it_no_less_sure(store):
    sure = float(stored(store, "hr")["confidence"])
    document = decide(store, "hr", "Repurchase", "we have the offer")
    row = stored(store, "hr")
    assert (document["kind"], row["decided_by"]) == ("confirmation", "person")
    assert row["confidence"] == max(sure, WHEN_DECIDED)
    assert "The policy agrees: Repurchase:" in row["rationale"]


def test_a_person_may_break_a_hard_constraint_and_it_is_said(store):
    document = decide(store, "old-reports", "rehost", "the auditors need it running")
    row = stored(store, "old-reports")
    assert "nothing is spent on moving it" in document["warnings"][0]
    assert row["confidence"] == WHEN_EXCLUDED and not row["ranking"][0]["allowed"]
    assert "A hard constraint speaks against it: it is recorded as" in row["rationale"]


def test_the_latest_override_wins_and_history_stays(store):
    first = decide(store)["override"]
    second = decide(store, strategy="rehost", reason="the sale fell through")["override"]
    assert stored(store)["strategy"] == "rehost"
    listed = list_overrides(store, TENANT)
    assert [(row["override_id"], row["superseded"]) for row in listed] == [(second, False), (first, True)]
    assert (listed[0]["proposed"], listed[0]["proposed_by"]) == ("retain", "person")
    assert remove_overrides(store, TENANT, [second]) == []
    discover(store, "r2")
    assert (stored(store)["strategy"], stored(store)["decided_by"]) == ("retain", "person")


def test_removing_it_gives_the_policy_back_with_the_next_run(store):
    before = stored(store)
    key = decide(store)["override"]
    assert remove_overrides(store, TENANT, [key]) == ["shop"]
    discover(store, "r2", application="shop")
    after = stored(store)
    assert (after["strategy"], after["decided_by"], after["digest"]) == (before["strategy"], "policy", before["digest"])


def test_what_stood_after_a_removal_is_nobodys_proposal(store):
    remove_overrides(store, TENANT, [decide(store)["override"]])
    assert decide(store, strategy="rehost")["proposed"] is None


def test_an_application_without_facts_or_recommendation_can_be_decided(store):
    store.replace(TENANT, RunRef("r5"), {Recommendation: store.read(TENANT, Recommendation).iloc[:0]})
    assert decide(store, "bare", "retire", "nobody knows it")["proposed"] is None
    assert stored(store, "bare")["strategy"] == "retire"
    discover(store, "r6")
    assert stored(store, "bare")["decided_by"] == "person"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"application": "shpo"}, r"no application of that id; did you mean 'shop'\?"),
        ({"application": "zzz"}, "ids stand in the report's workbook"),
        ({"strategy": "rewrite"}, "'rewrite' is no strategy; use one of rehost, replatform"),
        ({"reason": "  \n "}, "it needs a reason of at most 1000 characters, and there is none"),
        ({"reason": "x" * 1001}, "and it has 1001 characters"),
    ],
)
def test_what_cannot_be_is_one_clear_line(store, words, message):
    with pytest.raises(ConfigError, match=message) as caught:
        decide(store, **words)
    assert "\n" not in str(caught.value)
    assert store.read(TENANT, RecommendationOverride).empty


def test_deciding_the_same_again_is_refused(store):
    key = decide(store)["override"]
    with pytest.raises(ConfigError, match=f"retain is decided already by override '{key}' of 'eve'"):
        decide(store)


def test_unknown_ids_and_tenants_are_named(store):
    with pytest.raises(ConfigError, match="cannot remove override 'nope' of tenant 'acme'"):
        remove_overrides(store, TENANT, [decide(store)["override"], "nope"])
    assert len(list_overrides(store, TENANT)) == 1
    with pytest.raises(UnknownTenant):
        override(store, TenantId("nobody"), "shop", "retain", "x", "eve", TODAY)


def test_of_two_overrides_at_one_instant_the_id_decides():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    rows = [("b", "shop", at), ("a", "shop", at), ("c", "hr", at - timedelta(days=1))]
    frame = pd.DataFrame(rows, columns=["override_id", "application_id", "at"])
    assert in_force(frame)["override_id"].tolist() == ["c", "b"]
