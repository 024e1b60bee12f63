import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.strategy.advice.reasons import STEPS
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.settle import settle_recommendations, turned_by_crew

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


@pytest.fixture
def settle(drafts, portfolio, no_attributes, no_members):
    """Settle the drafts with answers, redrafting what the crew turns as the stage does."""

    def settled(answers, typical=None):
        turned = turned_by_crew(drafts, answers)
        redrafted = draft_recommendations(portfolio, no_attributes, no_members, chosen_for=turned)
        return settle_recommendations(drafts, answers, typical, redrafted=redrafted)

    return settled


def row(frame, application):
    return frame.set_index("application_id").loc[application]


def test_without_answers_the_drafts_stand(drafts):
    settled = settle_recommendations(drafts, [])
    assert list(settled.columns) == Recommendation.columns()
    assert settled["digest"].tolist() == drafts["digest"].tolist()
    assert set(settled["decided_by"]) == {"policy"}


def test_a_crew_decides_an_exception_within_the_allowed_set(drafts, settle):
    settled = row(settle([answer("application:shop", "rehost")]), "shop")
    draft = row(drafts, "shop")
    assert (settled["strategy"], settled["decided_by"], settled["model"]) == ("rehost", "crew", "offline/x")
    assert settled["confidence"] < draft["confidence"]
    assert settled["ranking"][0]["strategy"] == "rehost"
    assert settled["ranking"][0]["reasons"][0]["text"] == "chosen by the crew: because"
    policys = settled["ranking"][1]
    assert policys["strategy"] == draft["strategy"]
    assert policys["reasons"][0]["text"] == "behind: first by points, but rehost was chosen by the crew"
    assert (settled["rationale"], settled["risks"][0], settled["risk"]) == ("because", RISK, "high")
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


def test_a_fallback_changes_nothing_but_asks_for_a_look(drafts):
    settled = settle_recommendations(drafts, [answer("application:shop", "rehost", status="fallback")])
    same = [name for name in Recommendation.columns() if name not in ("review", "digest")]
    assert settled[same].to_dict("records") == drafts[same].to_dict("records")
    assert row(settled, "shop")["review"] == "fallback: the crew gave no answer that may stand"
    assert set(settled.loc[settled["application_id"] != "shop", "review"]) == {""}


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


def test_reasons_that_the_pattern_answer_gives_are_not_given_again_beside_it(drafts):
    own = row(drafts, "wms")
    pro = [reason["text"].removeprefix("for: ") for reason in own["ranking"][0]["reasons"][:3]]
    said = f"Rehost comes first, because {', '.join(pro[:-1])} and {pro[-1]}."
    settled = row(settle_recommendations(drafts, [answer("cluster:c01", "rehost", rationale=said)]), "wms")
    assert all(settled["rationale"].count(reason) == 1 for reason in pro)
    assert settled["rationale"].startswith(said) and " Next best is " in settled["rationale"]
    some = row(settle_recommendations(drafts, [answer("cluster:c01", "rehost", rationale=pro[0])]), "wms")
    assert some["rationale"] == f"{pro[0]} {own['rationale']}"


def test_an_application_answer_wins_over_its_pattern(drafts):
    answers = [answer("cluster:c01", "rehost"), answer("application:shop", "replatform", rationale="mine")]
    settled = row(settle_recommendations(drafts, answers), "shop")
    assert (settled["strategy"], settled["rationale"], settled["decided_by"]) == ("replatform", "mine", "crew")


def test_no_drafts_give_an_empty_frame(drafts):
    settled = settle_recommendations(pd.DataFrame(columns=drafts.columns), [])
    assert settled.empty and list(settled.columns) == Recommendation.columns()


def test_a_contradiction_lowers_the_confidence_and_asks_for_a_look_whoever_decides(drafts, settle):
    answers = [
        answer("application:shop", "rehost"),
        answer("application:hr", "rehost"),
        answer("cluster:c01", "retain"),
    ]
    settled = settle(answers, {"c01": "wms"})
    for application, who in (("shop", "the crew chose rehost, "), ("hr", "the crew would choose rehost, ")):
        assert row(settled, application)["review"].startswith(f"disagreement: {who}the policy ranks")
        assert row(settled, application)["confidence"] < row(drafts, application)["confidence"]
    typical, member = row(settled, "wms"), row(settled, "billing")
    assert typical["review"].startswith("disagreement: the crew would choose retain for its pattern, ")
    assert typical["confidence"] < row(drafts, "wms")["confidence"]
    assert (member["review"], member["confidence"]) == ("", row(drafts, "billing")["confidence"])


def test_an_agreeing_answer_asks_for_nothing(drafts):
    settled = settle_recommendations(drafts, [answer("application:shop", row(drafts, "shop")["strategy"])])
    assert set(settled["review"]) == {""}
    assert row(settled, "shop")["confidence"] == row(drafts, "shop")["confidence"]


def test_a_strategy_that_a_constraint_forbids_is_told_as_that(drafts):
    settled = row(settle_recommendations(drafts, [answer("application:old-reports", "refactor")]), "old-reports")
    assert settled["review"].endswith("the policy ranks retire first, and a hard constraint forbids the other")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("BudgetExhausted: 10 of 10 tokens used", "budget exhausted"),
        ("ContextOverflow: too long", "context overflow"),
        ("ProviderDown: nobody answered", "fallback"),
    ],
)
def test_a_failure_on_a_pattern_asks_for_a_look_at_its_representative(drafts, reason, kind):
    failed = {**answer("cluster:c01", "rehost", status="fallback"), "reason": reason}
    settled = settle_recommendations(drafts, [failed], {"c01": "wms"})
    assert row(settled, "wms")["review"] == f"{kind}: {reason}"
    assert set(settled.loc[settled["application_id"] != "wms", "review"]) == {""}


def test_an_own_failure_is_told_although_the_pattern_lends_its_words(drafts):
    answers = [answer("application:wms", "rehost", status="fallback"), answer("cluster:c01", "rehost")]
    settled = row(settle_recommendations(drafts, answers), "wms")
    assert settled["review"].startswith("fallback: ") and settled["rationale"].startswith("because ")


def test_an_answer_of_a_stand_in_asks_for_a_look(drafts):
    stood_in = {**answer("application:shop", row(drafts, "shop")["strategy"]), "reason": "offline/x stood in for y"}
    assert row(settle_recommendations(drafts, [stood_in]), "shop")["review"] == "fallback: offline/x stood in for y"


def test_what_depends_on_the_strategy_is_that_of_the_one_the_crew_chose(
    drafts, settle, portfolio, no_attributes, no_members
):
    rule = {**RISK, "risk": row(drafts, "shop")["risks"][0]["risk"]} if row(drafts, "shop")["risks"] else RISK
    settled = row(settle([answer("application:shop", "rehost", risks=[RISK, rule])]), "shop")
    of_it = draft_recommendations(portfolio, no_attributes, no_members, chosen_for={"shop": "rehost"})
    redrafted = row(of_it, "shop")
    assert settled["next_steps"] == [*redrafted["next_steps"], "do"]
    assert settled["next_steps"][-len(STEPS["rehost"]) - 1 : -1] == list(STEPS["rehost"])
    for column in ("priority", "target", "target_why", "counterfactuals", "effort", "cost", "question"):
        assert settled[column] == redrafted[column], column
    told = [risk["risk"] for risk in settled["risks"]]
    only_of_the_policys = {risk["risk"] for risk in row(drafts, "shop")["risks"]} - {
        risk["risk"] for risk in redrafted["risks"]
    }
    assert told[0] == "audit" and not only_of_the_policys & set(told)
    assert {risk["risk"] for risk in redrafted["risks"]} <= set(told) and len(told) == len(set(told))


def test_answers_that_turn_nothing_need_no_new_draft(drafts):
    answers = [answer("application:shop", row(drafts, "shop")["strategy"]), answer("application:hr", "rehost")]
    assert turned_by_crew(drafts, answers) == {}
    assert turned_by_crew(drafts, [answer("application:shop", "rehost")]) == {"shop": "rehost"}
    assert turned_by_crew(drafts, [answer("application:shop", "rehost", status="fallback")]) == {}
