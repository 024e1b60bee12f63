from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.odds import shift_between
from aidiscover_pipelines.domain.tables import ReviewEntry
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.review.agreement import AGENT, LEAST_ANSWERS, agreements, calibrated, shifts
from aidiscover_pipelines.strategy.review.decided import SAID
from aidiscover_pipelines.strategy.settle import settle_recommendations

AT = datetime(2026, 11, 21, tzinfo=UTC)


def answers(count, proposed="rehost", decided="rehost", by="policy", confidence=0.7, agents=None, start=0):
    blank = dict.fromkeys(SAID, "")
    rows = [
        {
            **blank,
            "entry_id": f"o{number}",
            "application_id": f"a{number}",
            "strategy": decided,
            "proposed": proposed,
            "proposed_by": by,
            "crew": "assessment" if by == "crew" else "",
            "foretold": confidence,
            "agents": agents or {},
            "traits": {},
            "at": AT + timedelta(minutes=number),
        }
        for number in range(start, start + count)
    ]
    return pd.DataFrame(rows, columns=SAID)


def of(found, kind, name):
    return next(each for each in found if (each.kind, each.name) == (kind, name))


def test_no_answers_are_no_agreement_and_move_nothing():
    assert agreements(pd.DataFrame(columns=ReviewEntry.columns())) == []
    assert calibrated(0.7, "policy", "rehost", {}) == 0.7


@pytest.mark.parametrize("decided", ["rehost", "retain"])
def test_fewer_than_ten_answers_move_nothing(decided):
    found = agreements(answers(LEAST_ANSWERS - 1, decided=decided))
    assert of(found, "decider", "policy").upheld == (9 if decided == "rehost" else 0)
    assert shifts(found) == {}


def test_ten_answers_against_it_lower_and_ten_for_it_raise_the_confidence():
    against = shifts(agreements(answers(10, decided="retain")))
    upheld = shifts(agreements(answers(10)))
    assert calibrated(0.7, "policy", "rehost", against) == round(20 * 0.7 / 30, 3)
    assert calibrated(0.7, "policy", "rehost", upheld) == round((20 * 0.7 + 10) / 30, 3)
    assert calibrated(0.7, "crew", "rehost", against) == 0.7


def test_answers_that_uphold_as_often_as_foretold_leave_it_where_it_is():
    found = agreements(pd.concat([answers(7), answers(3, decided="retain", start=7)]))
    assert of(found, "decider", "policy").posterior == pytest.approx(0.7)
    assert calibrated(0.7, "policy", "rehost", shifts(found)) == pytest.approx(0.7)


def test_however_many_answers_a_confidence_moves_two_log_odds_at_most():
    moves = shifts(agreements(answers(500, decided="retain")))
    assert shift_between(0.7, calibrated(0.7, "policy", "rehost", moves)) == pytest.approx(-2.0, abs=0.01)
    assert calibrated(0.96, "policy", "rehost", shifts(agreements(answers(500, confidence=0.5)))) == 0.97


def test_answers_about_one_strategy_move_no_other():
    found = agreements(pd.concat([answers(12, decided="retain"), answers(9, "retire", "retire", start=12)]))
    moves = shifts(found)
    assert set(moves) == {("policy", "rehost")}
    assert of(found, "decider", "policy").answers == 21
    assert [calibrated(0.7, "policy", other, moves) for other in ("retire", "refactor")] == [0.7, 0.7]


@pytest.mark.parametrize(("reviews", "off"), [(12, 0.25), (50, 0.13), (400, 0.03)])
def test_a_tenant_that_overturns_two_rehosts_of_five_gets_confidences_that_come_true(reviews, off):
    chance = np.random.default_rng(6)
    said = chance.uniform(0.7, 0.95, reviews).round(3)
    overturned = np.resize([True, False, False, True, False], reviews)
    frames = [
        answers(1, decided="retain" if turned else "rehost", confidence=sure, start=place)
        for place, (sure, turned) in enumerate(zip(said, overturned, strict=True))
    ]
    upheld = [answers(1, "replatform", "replatform" if place % 5 else "retain", confidence=0.8, start=reviews + place)
              for place in range(reviews)]  # fmt: skip
    moves = shifts(agreements(pd.concat([*frames, *upheld])))
    promised = np.mean([calibrated(sure, "policy", "rehost", moves) for sure in said])
    assert promised < said.mean()
    assert abs(promised - 0.6) < off
    assert calibrated(0.8, "policy", "replatform", moves) == pytest.approx(0.8, abs=0.02)
    assert calibrated(0.8, "policy", "refactor", moves) == 0.8


def test_few_reviews_move_little():
    told = {"proposed": "rehost", "confidence": 0.85}
    few, many = (
        shifts(agreements(pd.concat([answers(half, **told), answers(half, decided="retain", **told)])))
        for half in (5, 100)
    )
    assert 0.85 - calibrated(0.85, "policy", "rehost", few) < 0.13
    assert 0.85 - calibrated(0.85, "policy", "rehost", many) > 0.29


def test_crew_and_policy_are_judged_apart_and_a_change_of_mind_judges_nobody():
    frames = [answers(4, by="crew", decided="retain"), answers(3, start=4), answers(5, by="person", start=7)]
    found = agreements(pd.concat(frames))
    assert (of(found, "decider", "assessment").answers, of(found, "decider", "assessment").upheld) == (4, 0)
    assert (of(found, "decider", "policy").answers, of(found, "decider", "policy").upheld) == (3, 3)


def test_an_agent_is_judged_by_what_it_named_whatever_the_crew_made_of_it():
    agents = {"migration_strategy": "retain", "recommendation": "rehost"}
    found = agreements(answers(3, by="crew", decided="retain", agents=agents))
    upheld = {each.name: (each.upheld, each.answers) for each in found if each.kind == AGENT}
    assert upheld == {"migration_strategy": (3, 3), "recommendation": (0, 3)}
    assert all(decider != "migration_strategy" for decider, _ in shifts(found))


def test_settling_moves_the_policys_confidence_and_its_digest(portfolio, no_attributes, no_members):
    drafts = draft_recommendations(portfolio, no_attributes, no_members).set_index("application_id", drop=False)
    strategy = drafts.loc["hr", "strategy"]
    moves = {("policy", strategy): -0.5}
    settled = settle_recommendations(drafts, [], moves=moves).set_index("application_id")
    assert settled.loc["hr", "confidence"] < drafts.loc["hr", "confidence"] == settled.loc["hr", "foretold"]
    assert settled.loc["hr", "digest"] != drafts.loc["hr", "digest"]
    others = drafts.index[drafts["strategy"] != strategy]
    assert (settled.loc[others, "digest"] == drafts.loc[others, "digest"]).all()
