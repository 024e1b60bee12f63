from pathlib import Path

import pandas as pd
import pytest

from aidiscover_pipelines.strategy.evaluate import calibration_error, evaluate_strategy, facts_of_cases

GOLD = Path(__file__).resolve().parents[2] / "../shared/gold/sixr_cases.csv"

CASES = pd.DataFrame(
    [
        ("c1", "CRM System", "Salesforce", "", "retain", "", "retain", "enough"),
        ("c2", "Print Server", "Windows Server", "to be retired", "rehost", "", "rehost", "thin"),
        ("c3", "Portal", "Java", "", None, None, None, "thin"),
    ],
    columns=["case_id", "application", "technology_stack", "drivers",
             "gold_6r", "also_accept", "second_opinion", "facts"],
)  # fmt: skip


def test_agreement_is_counted_over_labelled_cases_only():
    result = evaluate_strategy(CASES)
    assert (result["cases"], result["agreement"]) == (2, 0.5)
    assert result["by_facts"] == {"enough": {"cases": 1, "agreement": 1.0}, "thin": {"cases": 1, "agreement": 0.0}}
    assert result["confusion"] == {"rehost": {"retire": 1}, "retain": {"retain": 1}}
    assert [item["case_id"] for item in result["predictions"]] == ["c1", "c2", "c3"]


def test_labels_are_never_read_as_facts():
    labels = ["gold_6r", "also_accept", "second_opinion", "facts"]
    with_labels, without = evaluate_strategy(CASES), evaluate_strategy(CASES.drop(columns=labels))
    assert with_labels["predictions"] == without["predictions"]
    assert without["cases"] == 0 and without["mean_confidence"] == 0.0


def test_no_cases_are_a_result():
    result = evaluate_strategy(CASES.iloc[:0])
    assert (result["cases"], result["agreement"], result["calibration_error"], result["predictions"]) == (
        0,
        0.0,
        0.0,
        [],
    )


def test_columns_of_one_field_are_joined_and_cited():
    row = facts_of_cases(CASES.assign(description="a desk")).query("application_id == 'c2' and field == 'description'")
    assert row["value"].item() == "a desk; to be retired"
    assert row["evidence"].item() == ["c2.description", "c2.drivers"]


def test_calibration_error_is_the_gap_between_promise_and_result():
    assert calibration_error(pd.Series([0.9, 0.9]), pd.Series([True, False])) == pytest.approx(0.4)
    assert calibration_error(pd.Series(dtype="float64"), pd.Series(dtype=bool)) == 0.0


@pytest.mark.skipif(not GOLD.exists(), reason="the published development cases are not beside the project")
def test_the_policy_agrees_with_experts_where_facts_are_enough():
    result = evaluate_strategy(pd.read_csv(GOLD))
    assert result["by_facts"]["enough"]["agreement"] >= 0.85
