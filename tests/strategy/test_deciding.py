"""The deciding question: asked for every thin case and every close call, and the same as the best open question."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.tables import OpenQuestion, PlatformAssessment
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.draft import LOW_MARGIN, draft_recommendations
from aidiscover_pipelines.strategy.evaluate import evaluate_strategy
from aidiscover_pipelines.strategy.policy.policy import Policy, shipped_policy
from aidiscover_pipelines.strategy.questions.deciding import (
    ASK,
    DECISIVE_UNKNOWNS,
    FIND_OUT,
    unassessed,
    with_best_questions,
)
from aidiscover_pipelines.strategy.questions.information import weigh_questions
from aidiscover_pipelines.strategy.signals import FactTable, told_signals


def test_an_application_without_a_single_fact_gets_a_row_that_asks_first(acme):
    """`bare` is in the inventory, and nothing is known of it but its name."""
    row = acme.stored("bare")
    others = [acme.stored(name)["confidence"] for name in ("shop", "hr", "wms", "billing", "crm-cloud", "old-reports")]
    assert row["confidence"] <= min(*others, 0.6)
    assert row["question"]
    assert row["next_steps"][0].startswith("Ask the ") and row["next_steps"][-1] == FIND_OUT
    assert any("little is known" in risk["risk"] for risk in row["risks"])
    assert row["effort"]["days_low"] in (0, None) and row["cost"]["low"] is None


def test_every_close_call_has_a_question(facts, no_attributes, no_members):
    argument = {"id": "vital", "strategy": "rehost", "points": 1.0, "theme": "fit", "text": "vital",
                "when": {"at_least": {"criticality": 2}}}  # fmt: skip
    even = {
        **shipped_policy().model_dump(),
        "start": dict.fromkeys(Strategy, 0.0),
        "constraints": [],
        "criteria": [argument],
    }
    known = {name: "x" for fields in DECISIVE_UNKNOWNS.values() for name in fields}
    frame = facts(lacking={"os_names": "Linux"}, known={**known, "business_criticality": "low"})
    policy = Policy.model_validate(even)
    drafts = draft_recommendations(frame, no_attributes, no_members, policy=policy).set_index("application_id")
    assert (drafts["margin"] < LOW_MARGIN).all()
    assert drafts.loc["lacking", "question"] == COLLECTION["technology_stack"].question
    # The scale's smallest step: two up, from low to high. Rehost leads anyway in a tie, so nothing else becomes.
    assert drafts.loc["known", "strategy"] == "rehost" and not drafts.loc["known", "counterfactuals"]
    against = {**argument, "strategy": "replatform"}
    turned = Policy.model_validate({**even, "criteria": [against]})
    row = (
        draft_recommendations(frame, no_attributes, no_members, policy=turned).set_index("application_id").loc["known"]
    )
    assert row["question"] == (
        "What is recorded decides narrowly; is it right? "
        "It becomes replatform if its criticality is high (recorded: low)"
    )


def test_a_sure_answer_asks_nothing(portfolio, no_attributes, no_members):
    drafts = draft_recommendations(portfolio, no_attributes, no_members).set_index("application_id")
    assert drafts.loc["crm-cloud", "question"] == ""
    assert not any(step.startswith("Ask the ") for step in drafts.loc["crm-cloud", "next_steps"])


def asked(application, question="Which database?", ask="database team"):
    row = (application, "technology_stack", ask, question, "questionnaire", 6.0, 0.4, {}, 4.0)
    return pd.DataFrame([row], columns=OpenQuestion.columns())


def test_the_best_open_question_is_the_one_that_is_asked(portfolio, no_attributes, no_members):
    drafts = draft_recommendations(portfolio, no_attributes, no_members)
    doubtful = drafts.assign(confidence=0.5)
    told = with_best_questions(doubtful, asked("shop")).set_index("application_id")
    assert told.loc["shop", "question"] == "Which database?"
    assert told.loc["shop", "next_steps"][0] == ASK.format("database team", "Which database?")
    assert told.loc["hr", "question"] == doubtful.set_index("application_id").loc["hr", "question"]
    sure = with_best_questions(drafts.assign(confidence=0.9), asked("shop")).set_index("application_id")
    assert sure.loc["shop", "question"] == "Which database?"
    assert not sure.loc["shop", "next_steps"][0].startswith("Ask the ")


def test_asking_twice_says_it_once(portfolio, no_attributes, no_members):
    drafts = draft_recommendations(portfolio, no_attributes, no_members).assign(confidence=0.5)
    once = with_best_questions(drafts, asked("shop"))
    pd.testing.assert_frame_equal(once, with_best_questions(once, asked("shop")))


def test_nobody_is_asked_about_what_a_person_decided(portfolio, no_attributes, no_members):
    drafts = draft_recommendations(portfolio, no_attributes, no_members).assign(decided_by="person", question="open")
    assert set(with_best_questions(drafts, asked("shop"))["question"]) == {""}


def test_stored_recommendations_carry_the_best_of_the_stored_questions(acme):
    questions = acme.store.read(acme.tenant, OpenQuestion).drop_duplicates("application_id")
    for row in questions.to_dict("records"):
        assert acme.stored(row["application_id"])["question"] == row["question"]


@pytest.mark.parametrize(("tier", "method"), [(2, "scan of the cloud accounts"), (4, "questionnaire")])
def test_an_answer_is_collected_by_what_the_tier_allows(facts, tier, method):
    frame = facts(tie={"technology_stack": "Java"})
    names = ["tie", *(f"other-{number}" for number in range(2000))]
    open_ones = pd.DataFrame({"application_id": names}).assign(
        attribute="operating_system", state="missing", question=""
    )
    plan = pd.DataFrame({"application_id": ["tie"], "strategy": ["replatform"], "decided_by": ["policy"]})
    (row,) = weigh_questions(told_signals(FactTable(frame)), open_ones, plan, frame, tier=tier).to_dict("records")
    assert row["method"] == method


def test_an_application_on_an_air_gapped_site_is_asked_where_others_are_scanned(facts):
    frame = facts(scanned={"technology_stack": "Java"}, closed={"technology_stack": "Java"})
    names = ["scanned", "closed", *(f"other-{number}" for number in range(2000))]
    open_ones = pd.DataFrame({"application_id": names}).assign(
        attribute="operating_system", state="missing", question=""
    )
    plan = pd.DataFrame({"application_id": names[:2], "strategy": "replatform", "decided_by": "policy"})
    signals = told_signals(FactTable(frame))
    rows = weigh_questions(signals, open_ones, plan, frame, tier=2, tiers={"closed": 4}).set_index("application_id")
    assert rows["method"].to_dict() == {"scanned": "scan of the cloud accounts", "closed": "questionnaire"}


def test_the_tier_of_the_tenant_decides_by_what_answers_are_collected(acme):
    names = [
        "scope",
        "tier",
        "automation_percent",
        "methods",
        "justification",
        "strategy",
        "capabilities",
        "decided_by",
        "groups",
    ]
    manual = pd.DataFrame([("tenant", 4, 0.0, [], "", "", {}, "policy", [])], columns=names)
    acme.store.replace(acme.tenant, RunRef("r1"), {PlatformAssessment: manual})
    acme.discover()
    methods = set(acme.store.read(acme.tenant, OpenQuestion)["method"])
    assert methods <= {"questionnaire", "interview"}


def test_what_no_field_tells_counts_as_open_where_nobody_assessed_the_attributes(facts):
    table = FactTable(facts(a={"technology_stack": "Java", "user_count": 5}, b={"business_criticality": "low"}))
    found = set(unassessed(table)[["application_id", "attribute"]].itertuples(index=False, name=None))
    assert ("a", "business_criticality") in found and ("a", "user_load") not in found
    assert ("b", "technology_stack") in found and ("b", "business_criticality") not in found


def test_the_evaluation_asks_for_every_case_that_tells_nothing():
    cases = pd.DataFrame({"case_id": ["1", "2"], "application": ["Zeta", "Web shop"], "gold_6r": ["retain", "rehost"]})
    assert all(prediction["question"] for prediction in evaluate_strategy(cases)["predictions"])
