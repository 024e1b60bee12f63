import json

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.strategy.calibration.calibrate import (
    calibration_text,
    evidence_at,
    fit,
    out_of_source,
    read_first_sights,
    reliability,
)
from aidiscover_pipelines.strategy.calibration.confidence import (
    CALIBRATION,
    MOST,
    MOST_WHEN_THIN,
    Evidence,
    shipped_calibration,
)
from aidiscover_pipelines.strategy.draft import draft_recommendations


def sights(rows):
    frame = pd.DataFrame(rows, columns=["source", "margin", "support", "right"])
    return frame.assign(case_id=[f"c{place}" for place in range(len(frame))], coverage=1.0, stated=0)


def test_the_same_cases_give_the_shipped_file_byte_for_byte():
    assert calibration_text(read_first_sights()) == CALIBRATION.read_text(encoding="utf-8"), "run: make calibration"


def test_sources_that_the_fit_did_not_see_got_what_was_promised():
    found = json.loads(CALIBRATION.read_text(encoding="utf-8"))["out_of_source"]
    low, high = found["calibration_error_95"]
    assert found["calibration_error"] <= 0.055 and low <= 0.05 <= high
    assert sum(row["cases"] for row in found["reliability"]) == len(read_first_sights())


def test_the_order_of_cases_says_nothing():
    shuffled = read_first_sights().sample(frac=1.0, random_state=2)
    assert fit(shuffled) == fit(read_first_sights())


def test_a_case_says_nothing_about_its_own_source():
    told = read_first_sights()
    one = told["source"] == told["source"].iloc[0]
    lied = told.assign(right=told["right"].where(~one, 1 - told["right"]))
    assert (out_of_source(lied)[one] == out_of_source(told)[one]).all()
    assert (out_of_source(lied)[~one] != out_of_source(told)[~one]).any()


def test_more_lead_or_support_never_lowers_the_odds():
    backwards = sights([("a", 0.0, 0.0, 1), ("a", 1.0, 2.0, 0), ("b", 0.1, 0.1, 1), ("b", 0.9, 2.0, 0)])
    fitted = fit(backwards)
    assert (fitted.per_margin, fitted.per_support) == (0.0, 0.0)
    assert fitted.intercept == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("rows", [[], [("a", 0.5, 1.0, 1), ("b", 0.5, 1.0, 1)]])
def test_cases_of_one_outcome_teach_nothing(rows):
    assert fit(sights(rows)) == shipped_calibration()


def test_thin_evidence_is_never_sure_however_great_its_lead():
    evidence = Evidence(np.array([1.0, 1.0]), np.array([9.0, 9.0]), np.array([True, False]))
    assert shipped_calibration().probability(evidence).tolist() == [MOST_WHEN_THIN, pytest.approx(MOST, abs=0.02)]
    assert MOST < 1.0


def test_first_sights_are_thin_where_the_policy_calls_them_thin():
    rows = sights([("a", 0.3, 0.9, 1), ("a", 0.5, 0.9, 1), ("a", 0.9, 1.9, 0)]).assign(coverage=[1.0, 1.0, 0.1])
    assert evidence_at(rows).thin.tolist() == [True, False, True]
    assert evidence_at(rows.assign(stated=1)).thin.tolist() == [True, False, False]


def test_bins_tell_what_was_promised_and_what_came():
    assert reliability(np.array([0.5, 0.5, 1.0]), np.array([True, False, True])) == [
        {"from": 0.4, "to": 0.6, "cases": 2, "confidence": 0.5, "right": 0.5},
        {"from": 0.8, "to": 1.0, "cases": 1, "confidence": 1.0, "right": 1.0},
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"application_name": "Zeta"},
        {"application_name": "CRM"},
        {"technology_stack": "Java"},
        {"os_names": "Windows Server 2008"},
        {"business_criticality": "low"},
    ],
)
def test_one_hint_alone_is_no_confident_answer(facts, no_attributes, no_members, told):
    row = draft_recommendations(facts(app=told), no_attributes, no_members).iloc[0]
    assert row["confidence"] <= MOST_WHEN_THIN
    assert row["question"]
