"""What approve, comment, lock, unlock and withdraw mean, what is flagged, and what two people at once come to."""

import threading

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import ApplicationFact, Recommendation, ReviewEntry
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import ReviewAction
from aidiscover_pipelines.strategy.review.agreement import agreements
from aidiscover_pipelines.strategy.review.decided import CONTRADICTORY, SAID, decisions
from aidiscover_pipelines.strategy.review.entries import Word, approve_many
from aidiscover_pipelines.strategy.review.flags import FACT_CHANGED, GONE
from aidiscover_pipelines.strategy.review.said import decided_applications, removed, said
from aidiscover_pipelines.strategy.review.waiting import waiting


def standings(acme, application="shop"):
    return [(row["action"], row["standing"]) for row in said(acme.store, acme.tenant, application)]


def bulk(acme, **chosen):
    word = Word(ReviewAction.APPROVE, "as the committee read it", "eve", chosen.pop("strategy", ""))
    return approve_many(acme.store, acme.tenant, word, acme.today, **chosen)


def test_an_approved_recommendation_is_held_and_its_facts_are_kept(acme):
    before = acme.stored()
    document = acme.speak("approve")
    assert (document["strategy"], document["proposed_by"]) == (before["strategy"], "policy")
    acme.discover()
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == (before["strategy"], "person")
    entry = acme.store.read(acme.tenant, ReviewEntry).iloc[0]
    assert entry["facts"]["user_count"] == ["5000", 5000.0]
    assert entry["facts"]["business_criticality"] == ["high", None]
    assert acme.flags() == [] and acme.stored()["review"] == ""


def test_a_changed_fact_under_an_approval_is_flagged_and_changes_nothing(acme):
    acme.speak("approve", "hr", by="ann")
    acme.tell("hr", "lifecycle_status", "Retired")
    acme.tell("hr", "technology_stack", "COBOL, in-house")
    acme.discover()
    assert (acme.stored("hr")["strategy"], acme.stored("hr")["decided_by"]) == ("repurchase", "person")
    flags = {flag["field"]: flag for flag in acme.flags("hr")}
    assert set(flags) == {"lifecycle_status", "technology_stack"}
    assert {flag["problem"] for flag in flags.values()} == {FACT_CHANGED}
    retired = flags["lifecycle_status"]
    assert (retired["value"], retired["evidence"]) == ("Retired", ["f2.1.hr.lifecycle_status"])
    assert "lifecycle_status was nothing when ann decided repurchase on 20" in retired["what"]
    assert "is 'Retired' now; repurchase stays, and the policy would now say retire: approve it" in retired["what"]
    assert "technology_stack was 'PeopleSoft' when" in flags["technology_stack"]["what"]
    (row,) = waiting(acme.store, acme.tenant)
    assert (row["application"], row["kind"]) == ("hr", "fact changed")
    assert "lifecycle_status was nothing, is 'Retired'" in row["why"]


def test_a_fact_that_is_gone_is_a_changed_one_and_approving_again_takes_the_flag_away(acme):
    acme.speak("approve")
    acme.tell("shop", "business_criticality", None)
    acme.discover()
    (flag,) = acme.flags()
    assert "business_criticality was 'high'" in flag["what"] and "is nothing now" in flag["what"]
    acme.speak("approve")
    assert acme.flags() == [] and acme.stored()["review"] == ""
    acme.discover("r3")
    assert acme.flags() == []


def test_what_the_policy_does_not_read_or_reads_alike_is_no_changed_fact(acme):
    acme.speak("approve")
    acme.tell("shop", "user_count", "6100", 6100.0)
    acme.tell("shop", "business_owner", "Bo Chen")
    acme.discover()
    assert acme.flags() == [] and acme.stored()["review"] == ""


def test_one_application_alone_flags_as_the_whole_run_does(acme):
    for application in ("shop", "hr"):
        acme.speak("approve", application)
        acme.tell(application, "business_criticality", "low")
    acme.discover("r2", application="shop")
    alone = acme.flags()
    assert len(alone) == 1 and acme.flags("hr") == []
    acme.discover("r3")
    assert acme.flags() == alone and len(acme.flags("hr")) == 1


def test_a_comment_changes_nothing(acme):
    before = acme.stored().to_dict()
    assert acme.speak("comment", reason="ask Bo first")["strategy"] == before["strategy"]
    assert acme.stored().to_dict() == before and decided_applications(acme.store, acme.tenant) == set()
    assert standings(acme) == [("comment", "")]
    acme.speak("approve")
    acme.discover()
    before = acme.stored().to_dict()
    acme.speak("comment", by="bob")
    assert acme.stored().to_dict() == before


def test_only_decisions_that_nobody_withdrew_say_how_often_the_policy_was_upheld(acme):
    acme.speak("approve", "shop")
    acme.speak("override", "hr", "retain")
    for application in ("wms", "billing"):
        acme.speak("lock" if application == "wms" else "comment", application)
    acme.speak("override", "old-reports", "rehost")
    acme.speak("withdraw", "old-reports")
    entries = acme.store.read(acme.tenant, ReviewEntry, columns=SAID)
    policy = next(each for each in agreements(decisions(entries)) if each.kind == "decider")
    assert (policy.name, policy.upheld, policy.answers) == ("policy", 1, 2)


def test_a_lock_holds_against_everybody_until_it_is_unlocked(acme):
    strategy = acme.stored()["strategy"]
    acme.speak("lock", by="ann", reason="the board decided")
    assert acme.stored()["rationale"].startswith(f"{strategy.capitalize()}, locked by a person: the board decided.")
    for action, said_strategy in (("override", "retire"), ("approve", ""), ("lock", ""), ("withdraw", "")):
        with pytest.raises(ConfigError, match=r"'ann' locked it on 20.*aidiscover review unlock") as caught:
            acme.speak(action, strategy=said_strategy, by="bob")
        assert "\n" not in str(caught.value)
    acme.speak("comment", by="bob")
    acme.tell("shop", "lifecycle_status", "Retired")
    acme.discover()
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == (strategy, "person")
    assert "unlock it and decide again" in acme.flags()[0]["what"]
    acme.speak("unlock", by="bob")
    assert standings(acme) == [("unlock", ""), ("comment", ""), ("lock", "unlocked")]
    acme.discover("r3")
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == ("retire", "policy")


def test_below_a_lock_the_earlier_decision_comes_back(acme):
    acme.speak("override", strategy="retain")
    key = acme.speak("lock")["entry"]
    with pytest.raises(ConfigError, match="application 'shop' is locked"):
        removed(acme.store, acme.tenant, [said(acme.store, acme.tenant)[-1]["entry_id"]], "eve", acme.today)
    acme.speak("unlock")
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == ("retain", "person")
    assert f"override:{key}" not in acme.stored()["evidence"]


def test_withdrawing_gives_the_decision_before_back_at_once(acme):
    first = acme.speak("override", strategy="retain", by="ann")["entry"]
    second = acme.speak("override", strategy="rehost", by="ann")["entry"]
    acme.speak("withdraw")
    assert acme.stored()["strategy"] == "retain"
    with pytest.raises(ConfigError, match=f"it has no decision '{second}' that holds or held"):
        acme.speak("withdraw", about=second)
    acme.speak("withdraw", about=first)
    with pytest.raises(ConfigError, match="no decision holds"):
        acme.speak("withdraw")
    assert len(acme.store.read(acme.tenant, ReviewEntry)) == 4


def test_people_who_contradict_each_other_are_both_named_and_the_latest_holds(acme):
    acme.speak("approve", by="ann")
    told = acme.speak("override", strategy="retire", by="bob")
    assert told["strategy"] == acme.stored()["strategy"] == "retire"
    (flag,) = acme.flags()
    assert flag["problem"] == CONTRADICTORY
    assert flag["what"].startswith("ann said replatform on 20") and "; bob said retire on 20" in flag["what"]
    acme.discover()
    assert acme.flags() == [flag] and acme.stored()["review"].startswith("contradictory reviews: ann said replatform")
    assert acme.stored("hr")["run_id"] == "r2"
    acme.speak("approve", by="ann")
    assert acme.flags() == [] and acme.stored()["review"] == ""


@pytest.mark.parametrize("way_out", ["lock", "withdraw"])
def test_a_lock_or_a_withdrawal_ends_a_contradiction(acme, way_out):
    acme.speak("override", strategy="retain", by="ann")
    acme.speak("override", strategy="retire", by="bob")
    acme.speak(way_out, by="cy")
    assert acme.flags() == []
    assert acme.stored()["strategy"] == ("retire" if way_out == "lock" else "retain")


def test_what_was_approved_is_what_the_person_saw(acme):
    with pytest.raises(ConfigError, match="replatform is recommended now, not rehost; approve that, or override it"):
        acme.speak("approve", strategy="rehost")
    acme.speak("override", strategy="retain", by="bob")
    acme.speak("approve", strategy="replatform", by="ann")
    assert acme.stored()["strategy"] == "replatform" and acme.flags()[0]["problem"] == CONTRADICTORY


def test_an_application_that_left_is_flagged_and_can_be_withdrawn(acme):
    acme.speak("approve", "hr", by="ann")
    facts = acme.store.read(acme.tenant, ApplicationFact)
    acme.know(facts[facts["application_id"] != "hr"], ["shop", "bare"])
    acme.discover()
    (flag,) = acme.flags("hr")
    assert flag["problem"] == GONE and "ann decided repurchase on" in flag["what"]
    assert set(acme.store.read(acme.tenant, Recommendation)["application_id"]) >= {"shop", "bare"}
    assert "hr" not in set(acme.store.read(acme.tenant, Recommendation)["application_id"])
    acme.speak("withdraw", "hr")
    assert acme.flags("hr") == []


def test_what_a_person_says_while_a_run_writes_is_not_overwritten(acme, monkeypatch):
    replaced = acme.store.replace

    def replace_and_be_interrupted(tenant, run, frames, **scope):
        if Recommendation in frames and not decided_applications(acme.store, tenant):
            acme.speak("override", strategy="retain")  # after the run has read what people said
        replaced(tenant, run, frames, **scope)

    monkeypatch.setattr(acme.store, "replace", replace_and_be_interrupted)
    acme.discover()
    assert (acme.stored()["strategy"], acme.stored()["decided_by"]) == ("retain", "person")


def test_many_people_at_once_leave_one_order_of_entries_and_what_it_comes_to(acme):
    strategies = ["retain", "rehost", "retire", "refactor"]
    start = threading.Barrier(len(strategies))

    def decide(strategy):
        start.wait()
        acme.speak("override", strategy=strategy, by=f"for {strategy}")

    threads = [threading.Thread(target=decide, args=(strategy,)) for strategy in strategies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = acme.store.read(acme.tenant, ReviewEntry)
    assert entries["number"].tolist() == [1, 2, 3, 4] and set(entries["strategy"]) == set(strategies)
    assert acme.stored()["strategy"] == entries["strategy"].iloc[-1]
    assert all(f"for {strategy} said {strategy}" in acme.flags()[0]["what"] for strategy in strategies)


def test_a_bulk_approval_leaves_alone_what_is_decided_and_what_asks(acme):
    crew = {"subject": "application:wms", "status": "fallback", "reason": "nobody answered"}
    acme.discover("r2", [crew])
    acme.speak("override", "hr", "retain")
    document = bulk(acme, all_above=0.0)
    assert (document["decided"], document["asking"]) == (1, 1)
    assert set(document["approved"]) == {"shop", "billing", "crm-cloud", "old-reports", "bare"}
    assert decided_applications(acme.store, acme.tenant) == {"hr", *document["approved"]}
    assert acme.store.read(acme.tenant, Recommendation)["decided_by"].value_counts()["person"] == 6
    assert bulk(acme, all_above=0.0)["approved"] == []


def test_a_bulk_approval_takes_only_what_is_sure_enough_of_the_pattern_and_the_strategy(acme):
    frame = acme.store.read(acme.tenant, Recommendation)
    least = float(frame["confidence"].sort_values().iloc[3])
    frame.loc[frame["application_id"].isin(["shop", "hr"]), "cluster_id"] = "c03"
    acme.store.upsert(acme.tenant, RunRef("r2"), {Recommendation: frame})
    with pytest.raises(ConfigError, match="it has no pattern 'c99'; there are c03"):
        bulk(acme, pattern="c99")
    assert bulk(acme, pattern="c03", strategy="retire")["approved"] == []
    assert bulk(acme, pattern="c03")["approved"] == ["hr", "shop"]
    sure = set(frame.loc[frame["confidence"] >= least, "application_id"])
    assert set(bulk(acme, all_above=least)["approved"]) == sure - {"shop", "hr"}


@pytest.mark.parametrize(
    ("action", "words", "message"),
    [
        ("approve", {"application": "shpo"}, "did you mean 'shop'"),
        ("approve", {"strategy": "rewrite"}, "'rewrite' is no strategy"),
        ("unlock", {}, "it is not locked"),
        ("withdraw", {}, "no decision holds"),
        ("lock", {"by": " "}, "it needs a name"),
        ("comment", {"reason": ""}, "it needs a reason"),
    ],
)
def test_what_cannot_be_said_is_one_clear_line_and_keeps_nothing(acme, action, words, message):
    with pytest.raises(ConfigError, match=message) as caught:
        acme.speak(action, **words)
    assert "\n" not in str(caught.value)
    assert acme.store.read(acme.tenant, ReviewEntry).empty


def test_nothing_can_be_approved_before_anything_is_recommended(acme):
    acme.store.replace(acme.tenant, RunRef("r5"), {Recommendation: acme.store.read(acme.tenant, Recommendation)[:0]})
    with pytest.raises(ConfigError, match="nothing is recommended yet; run 'aidiscover discover"):
        acme.speak("approve")
