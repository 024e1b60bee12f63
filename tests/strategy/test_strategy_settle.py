import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.settle import settle_recommendations

RISK = {"kind": "business", "level": "high", "risk": "audit", "mitigation": "ask", "evidence": ["f9.1.1.1"]}


def answer(subject, strategy, status="answered", **more):
    said = {"strategy": strategy, "rationale": "because", "risks": [RISK], "next_steps": ["do"], "evidence": ["e1"]}
    return {"subject": subject, "status": status, "model": "offline/x", "answer": {**said, **more}}


@pytest.fixture
def drafts(portfolio, no_attributes, no_members):
    frame = draft_recommendations(portfolio, no_attributes, no_members).assign(cluster_id="c01")
    hesitant = frame["application_id"] == "shop"
    return frame.assign(
        margin=frame["margin"].mask(hesitant, 0.05), exception=hesitant.map({True: "low margin", False: ""})
    )


def row(frame, application):
    return frame.set_index("application_id").loc[application]


def test_without_answers_the_drafts_stand(drafts):
    settled = settle_recommendations(drafts, [])
    assert list(settled.columns) == Recommendation.columns()
    assert settled["digest"].tolist() == drafts["digest"].tolist()
    assert set(settled["decided_by"]) == {"policy"}


def test_a_crew_decides_an_exception_within_the_allowed_set(drafts):
    settled = row(settle_recommendations(drafts, [answer("application:shop", "rehost")]), "shop")
    draft = row(drafts, "shop")
    assert (settled["strategy"], settled["decided_by"], settled["model"]) == ("rehost", "crew", "offline/x")
    assert settled["confidence"] < draft["confidence"]
    assert settled["ranking"][0]["strategy"] == "rehost"
    assert settled["ranking"][0]["reasons"][0]["text"] == "chosen by the crew: because"
    assert (settled["rationale"], settled["risks"], settled["risk"]) == ("because", [RISK], "high")
    assert settled["digest"] != draft["digest"]
    assert "e1" in settled["evidence"]


def test_a_crew_cannot_choose_what_is_excluded(drafts):
    settled = row(settle_recommendations(drafts, [answer("application:old-reports", "refactor")]), "old-reports")
    assert (settled["strategy"], settled["decided_by"]) == ("retire", "policy")
    assert "The crew would have chosen refactor: because" in settled["rationale"]


def test_a_crew_does_not_overrule_a_clear_policy(drafts):
    settled = row(settle_recommendations(drafts, [answer("application:hr", "rehost", rationale="")]), "hr")
    assert (settled["strategy"], settled["decided_by"]) == ("repurchase", "policy")
    assert "no reason given" in settled["rationale"]


def test_a_fallback_changes_nothing(drafts):
    settled = settle_recommendations(drafts, [answer("application:shop", "rehost", status="fallback")])
    assert settled["digest"].tolist() == drafts["digest"].tolist()


def test_a_pattern_answer_rewords_members_and_turns_none_of_them(drafts):
    settled = settle_recommendations(drafts, [answer("cluster:c01", "rehost")])
    before = drafts.set_index("application_id")["strategy"]
    after = settled.set_index("application_id")["strategy"]
    assert before[before != after].empty
    assert set(settled["decided_by"]) == {"policy"}
    agreeing, other = row(settled, "wms"), row(settled, "hr")
    assert agreeing["rationale"].startswith("because ") and "do" in agreeing["next_steps"]
    assert "because" not in other["rationale"] and "do" not in other["next_steps"]
    assert {**RISK, "evidence": []} in other["risks"]


def test_an_application_answer_wins_over_its_pattern(drafts):
    answers = [answer("cluster:c01", "rehost"), answer("application:shop", "replatform", rationale="mine")]
    settled = row(settle_recommendations(drafts, answers), "shop")
    assert (settled["strategy"], settled["rationale"], settled["decided_by"]) == ("replatform", "mine", "crew")


def test_no_drafts_give_an_empty_frame(drafts):
    settled = settle_recommendations(pd.DataFrame(columns=drafts.columns), [])
    assert settled.empty and list(settled.columns) == Recommendation.columns()
