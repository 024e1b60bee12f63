import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Recommendation, ReviewEntry
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import ReviewAction
from aidiscover_pipelines.strategy.advice.reasons import STEPS
from aidiscover_pipelines.strategy.review.agreement import agreements
from aidiscover_pipelines.strategy.review.decided import WHEN_DECIDED, WHEN_EXCLUDED
from aidiscover_pipelines.strategy.review.entries import Word, say
from aidiscover_pipelines.strategy.review.said import removed, said

SOLD = "the shop is sold next year"


def decide(acme, application="shop", strategy="retain", reason=SOLD):
    return acme.speak("override", application, strategy, reason)


def remove(acme, *ids):
    return removed(acme.store, acme.tenant, ids, "eve", acme.today)


def test_an_override_holds_at_once_with_its_reason_risks_and_steps(acme):
    before = acme.stored()
    document = decide(acme)
    row = acme.stored()
    assert (row["strategy"], row["decided_by"], row["confidence"]) == ("retain", "person", WHEN_DECIDED)
    assert (document["action"], document["proposed"], document["warnings"]) == ("override", before["strategy"], [])
    key = f"override:{document['entry']}"
    first = row["ranking"][0]
    assert (first["strategy"], first["reasons"][0]["evidence"]) == ("retain", [key])
    assert first["reasons"][0]["text"] == "decided by a person: the shop is sold next year"
    assert row["evidence"][0] == key
    policys = row["ranking"][1]
    assert (policys["strategy"], policys["reasons"][0]["evidence"]) == (before["strategy"], [key])
    assert policys["reasons"][0]["text"] == "behind: first by points, but retain was decided by a person"
    assert row["rationale"].startswith("Retain, decided by a person: the shop is sold next year. The policy ranks")
    assert list(row["next_steps"])[-len(STEPS["retain"]) :] == list(STEPS["retain"])
    assert (row["priority"], row["digest"] != before["digest"]) == (5, True)
    assert acme.store.read(acme.tenant, Recommendation)["decided_by"].value_counts().to_dict() == {
        "policy": 6,
        "person": 1,
    }


def test_what_stood_then_and_the_traits_are_kept_with_it(acme):
    before = acme.stored()
    decide(acme)
    row = acme.store.read(acme.tenant, ReviewEntry).iloc[0]
    assert (row["proposed"], row["proposed_by"], row["crew"]) == (before["strategy"], "policy", "")
    assert row["confidence"] == before["confidence"]
    assert row["traits"]["criticality"] == "high" and row["traits"]["users"] == "5000 or more"
    assert row["traits"]["open_database"] == "yes" and "spring" in row["traits"]["products"]
    assert len(row["embedding"]) == 256 and sum(x * x for x in row["embedding"]) == pytest.approx(1.0, abs=1e-4)


def test_an_answer_counts_against_what_was_foretold_and_not_against_what_answers_made_of_it(acme):
    shown = acme.store.read(acme.tenant, Recommendation).assign(confidence=0.41)
    acme.store.upsert(acme.tenant, RunRef("r2"), {Recommendation: shown})
    foretold = acme.stored()["foretold"]
    decide(acme)
    entries = acme.store.read(acme.tenant, ReviewEntry)
    assert entries["confidence"].tolist() == [0.41] and entries["foretold"].tolist() == [foretold]
    assert next(iter(agreements(entries))).expected == foretold != 0.41


def test_what_a_person_decided_holds_in_every_later_run(acme):
    decide(acme)
    digests = set()
    crew = {"subject": "application:shop", "status": "answered", "model": "m", "answer": {"strategy": "rehost"}}
    for run, options in (("r2", {}), ("r3", {"application": "shop"}), ("r4", {"answers": [crew]})):
        acme.discover(run, **options)
        row = acme.stored()
        assert (row["strategy"], row["decided_by"], row["run_id"]) == ("retain", "person", run)
        digests.add(row["digest"])
    assert len(digests) == 1 and len(acme.store.read(acme.tenant, Recommendation)) == 7


def test_the_same_strategy_confirms_it_and_makes_it_no_less_sure(acme):
    sure = float(acme.stored("hr")["confidence"])
    document = decide(acme, "hr", "Repurchase", "we have the offer")
    row = acme.stored("hr")
    assert (document["action"], row["decided_by"]) == ("approve", "person")
    assert row["confidence"] == max(sure, WHEN_DECIDED)
    assert "The policy agrees: Repurchase:" in row["rationale"]


def test_a_person_may_break_a_hard_constraint_and_it_is_said(acme):
    document = decide(acme, "old-reports", "rehost", "the auditors need it running")
    row = acme.stored("old-reports")
    assert "nothing is spent on moving it" in document["warnings"][0]
    assert row["confidence"] == WHEN_EXCLUDED and not row["ranking"][0]["allowed"]
    assert "A hard constraint speaks against it: it is recorded as" in row["rationale"]


def test_the_latest_override_wins_and_history_stays(acme):
    first = decide(acme)["entry"]
    second = decide(acme, strategy="rehost", reason="the sale fell through")["entry"]
    assert acme.stored()["strategy"] == "rehost"
    listed = said(acme.store, acme.tenant)
    assert [(row["entry_id"], row["standing"]) for row in listed] == [(second, "holds"), (first, "superseded")]
    assert (listed[0]["proposed"], listed[0]["proposed_by"]) == ("retain", "person")
    assert remove(acme, second) == []
    acme.discover("r2")
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == ("retain", "person")


def test_removing_it_gives_the_policy_back_with_the_next_run(acme):
    before = acme.stored()
    key = decide(acme)["entry"]
    assert remove(acme, key) == ["shop"]
    acme.discover("r2", application="shop")
    after = acme.stored()
    assert (after["strategy"], after["decided_by"], after["digest"]) == (before["strategy"], "policy", before["digest"])


def test_what_stood_after_a_removal_is_nobodys_proposal(acme):
    remove(acme, decide(acme)["entry"])
    assert decide(acme, strategy="rehost")["proposed"] is None


def test_an_application_without_facts_or_recommendation_can_be_decided(acme):
    acme.store.replace(
        acme.tenant, RunRef("r5"), {Recommendation: acme.store.read(acme.tenant, Recommendation).iloc[:0]}
    )
    assert decide(acme, "bare", "retire", "nobody knows it")["proposed"] is None
    assert acme.stored("bare")["strategy"] == "retire"
    acme.discover("r6")
    assert acme.stored("bare")["decided_by"] == "person"


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
def test_what_cannot_be_is_one_clear_line(acme, words, message):
    with pytest.raises(ConfigError, match=message) as caught:
        decide(acme, **words)
    assert "\n" not in str(caught.value)
    assert acme.store.read(acme.tenant, ReviewEntry).empty


def test_deciding_the_same_again_is_refused(acme):
    key = decide(acme)["entry"]
    with pytest.raises(ConfigError, match=f"retain is decided already by override '{key}' of 'eve'"):
        decide(acme)


def test_unknown_ids_and_tenants_are_named(acme):
    with pytest.raises(ConfigError, match="cannot remove override 'nope' of tenant 'acme'"):
        remove(acme, decide(acme)["entry"], "nope")
    assert [row["standing"] for row in said(acme.store, acme.tenant)] == ["holds"]
    with pytest.raises(UnknownTenant):
        say(acme.store, TenantId("nobody"), "shop", Word(ReviewAction.OVERRIDE, "x", "eve", "retain"), acme.today)
