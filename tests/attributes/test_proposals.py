from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.formula import ASK_BELOW
from aidiscover_pipelines.attributes.proposals import (
    CONFIRMED_GAIN,
    DOUBTED_FACTOR,
    PROPOSED,
    before_crew,
    drafted_question,
    take_reviews,
)
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
RULES, RUN = RunRef("rules"), RunRef("crew")
MODEL = "offline/analyst-v1"
# attribute, state, value, quality, evidence, rule
HELD = (
    ("business_criticality", "missing", "", 0.0, [], ""),
    ("user_load", "missing", "", 0.0, [], ""),
    ("data_volume", "asked", "", 0.0, [], ""),
    ("change_tolerance", "inferred", "low: critical", 0.5, ["f1.1.2.5"], "it is critical and productive"),
    ("technology_stack", "present", "Java 8", 1.0, ["f1.1.2.3"], "recorded"),
    ("code_quality", "not applicable", "does not apply", 1.0, ["q1.1.2.3"], "a person said so"),
)


@pytest.fixture
def store() -> ScratchStore:
    rows = [
        {
            "application_id": application, "attribute": attribute, "state": state, "value": value, "quality": quality,
            "evidence": evidence, "question": "" if quality >= 0.5 else drafted_question(attribute), "rule": rule,
            "presence": quality, "validity": 1.0, "freshness": 1.0, "agreement": 1.0, "trust": 1.0, "problem": "",
        }
        for application in ("crm", "erp")
        for attribute, state, value, quality, evidence, rule in HELD
    ]  # fmt: skip
    made = ScratchStore(Tenant(ACME, "Acme"))
    made.replace(ACME, RULES, {AttributeValue: pd.DataFrame(rows, columns=AttributeValue.columns())})
    return made


def proposal(attribute: str, value: str, **changed: Any) -> dict[str, Any]:
    told = {"application_id": "crm", "why": "Its description says so.", "evidence": ["f1.1.2.9"], "model": MODEL}
    return {**told, "attribute": attribute, "value": value, **changed}


def verdict(word: str, attribute: str = "change_tolerance", **changed: Any) -> dict[str, Any]:
    told = {"application_id": "crm", "why": "It may stop at night.", "evidence": ["f1.1.2.8"], "model": MODEL}
    return {**told, "attribute": attribute, "verdict": word, **changed}


def row(store: ScratchStore, attribute: str, application: str = "crm") -> dict[str, Any]:
    frame = store.read(ACME, AttributeValue, application_id=application, attribute=attribute)
    return {str(name): value for name, value in frame.iloc[0].items()}


def test_a_proposal_fills_what_is_open_as_a_weak_inference_with_its_cells(store):
    result = take_reviews(
        store, ACME, RUN, [], [proposal("user_load", " 300\n users "), proposal("data_volume", "2 TB")]
    )
    taken = row(store, "user_load")
    assert (taken["state"], taken["value"], taken["presence"]) == ("inferred", "300 users", PROPOSED)
    assert taken["quality"] == round(PROPOSED * (0.3 * 0.5 + 0.4 + 0.3 * 0.7), 3), "undated, and of no source by itself"
    assert taken["quality"] < ASK_BELOW
    assert taken["evidence"] == ["f1.1.2.9"]
    assert taken["rule"] == "proposed by the discovery crew (offline/analyst-v1): Its description says so"
    assert taken["question"] == drafted_question("user_load"), "a weak value keeps its question"
    assert row(store, "data_volume")["state"] == "inferred"
    assert row(store, "user_load", "erp")["state"] == "missing"
    assert result.figures["values proposed"] == 2 and result.skipped == {}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (proposal("technology_stack", "COBOL"), "recorded, or not applicable"),
        (proposal("code_quality", "poor"), "recorded, or not applicable"),
        (proposal("change_tolerance", "high"), "inferred, and not doubted"),
        (proposal("shoe_size", "42"), "no such application or attribute"),
        (proposal("user_load", "9", application_id="globex"), "no such application or attribute"),
        (proposal("user_load", "300 users", evidence=[]), "no evidence"),
        (proposal("user_load", " \n "), "no value of this attribute"),
        (proposal("user_load", "x" * 121), "no value of this attribute"),
        (proposal("business_criticality", "extreme"), "no value of this attribute"),
    ],
)
def test_what_may_not_be_proposed_changes_nothing_and_is_counted(store, given, reason):
    before = store.read(ACME, AttributeValue)
    result = take_reviews(store, ACME, RUN, [], [given])
    pd.testing.assert_frame_equal(before, store.read(ACME, AttributeValue))
    assert result.skipped == {reason: 1}
    assert result.figures["proposals and verdicts refused"] == 1


def test_a_closed_attribute_takes_one_of_its_words(store):
    take_reviews(store, ACME, RUN, [], [proposal("business_criticality", "critical")])
    assert row(store, "business_criticality")["value"] == "critical"


def test_a_confirmed_inference_says_so_and_is_worth_a_little_more(store):
    result = take_reviews(store, ACME, RUN, [verdict("confirmed")], [])
    taken = row(store, "change_tolerance")
    assert (taken["state"], taken["value"], taken["quality"]) == ("inferred", "low: critical", 0.5 + CONFIRMED_GAIN)
    assert taken["rule"] == (
        "it is critical and productive; confirmed by the discovery crew (offline/analyst-v1): It may stop at night"
    )
    assert taken["evidence"] == ["f1.1.2.5", "f1.1.2.8"]
    assert result.figures["inferences confirmed"] == 1


def test_a_doubted_inference_stays_weaker_and_is_asked_about(store):
    take_reviews(store, ACME, RUN, [verdict("doubted")], [])
    taken = row(store, "change_tolerance")
    assert (taken["value"], taken["quality"]) == ("low: critical", 0.5 * DOUBTED_FACTOR)
    assert taken["question"] == drafted_question("change_tolerance")


def test_a_doubted_inference_gives_way_to_a_proposal_and_both_are_told(store):
    result = take_reviews(store, ACME, RUN, [verdict("doubted")], [proposal("change_tolerance", "nightly window")])
    taken = row(store, "change_tolerance")
    assert (taken["state"], taken["value"], taken["presence"]) == ("inferred", "nightly window", PROPOSED)
    assert "in place of 'low: critical' (it is critical and productive)" in taken["rule"]
    assert "doubted by the discovery crew (offline/analyst-v1): It may stop at night" in taken["rule"]
    assert (result.figures["inferences doubted"], result.figures["values proposed"]) == (1, 1)
    assert result.rows_out == 1


@pytest.mark.parametrize("attribute", ["technology_stack", "user_load", "code_quality"])
def test_only_an_inference_can_be_judged(store, attribute):
    before = store.read(ACME, AttributeValue)
    result = take_reviews(store, ACME, RUN, [verdict("doubted", attribute)], [])
    assert result.skipped == {"a verdict on what is not inferred": 1}
    pd.testing.assert_frame_equal(before, store.read(ACME, AttributeValue))


def test_the_same_answers_twice_change_nothing_more(store):
    answers = ([verdict("confirmed")], [proposal("user_load", "300 users")])
    take_reviews(store, ACME, RUN, *answers)
    once = store.read(ACME, AttributeValue)
    again = take_reviews(store, ACME, RUN, *answers)
    pd.testing.assert_frame_equal(once, store.read(ACME, AttributeValue))
    assert again.skipped == {"judged already": 1, "inferred, and not doubted": 1}


def test_no_answers_change_nothing(store):
    before = store.read(ACME, AttributeValue)
    assert take_reviews(store, ACME, RUN, [], []).rows_out == 0
    pd.testing.assert_frame_equal(before, store.read(ACME, AttributeValue))


def test_a_crew_is_never_shown_its_own_words(store):
    before = store.read(ACME, AttributeValue)
    take_reviews(store, ACME, RUN, [verdict("confirmed")], [proposal("user_load", "300 users")])
    seen = before_crew(store.read(ACME, AttributeValue))
    shown = ["application_id", "attribute", "state", "value", "rule", "question"]
    pd.testing.assert_frame_equal(seen[shown], before_crew(before)[shown])
    assert not seen["rule"].str.contains("discovery crew").any()
