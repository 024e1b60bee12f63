from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.strategy.evaluate import evaluate_strategy, facts_of_cases, first_sights

PUBLISHED = Path(__file__).with_name("published_cases.csv")
STATEMENTS = Path(__file__).with_name("statements.csv")
LABELS = ["gold_6r", "also_accept", "second_opinion", "facts"]
TECHNOLOGY = ["technology_stack", "database", "architecture_pattern", "os_hosting"]
PROSE = ["description", "technical_debt_lifecycle", "drivers", "change_tolerance", "cost_facts"]

CASES = pd.DataFrame(
    [
        ("c1", "CRM System", "Salesforce", "", "retain", "", "retain", "enough"),
        ("c2", "Print Server", "Windows Server", "to be retired", "rehost", "", "rehost", "thin"),
        ("c3", "Portal", "Java", "", None, None, None, "thin"),
    ],
    columns=["case_id", "application", "technology_stack", "drivers",
             "gold_6r", "also_accept", "second_opinion", "facts"],
)  # fmt: skip


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(PUBLISHED, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def measured(published):
    return evaluate_strategy(published)


@pytest.fixture(scope="module")
def studied(published):
    return published[published["split"].isin(["dev", "study"])].reset_index(drop=True)


def joined(cases, columns):
    return ["; ".join(cell for cell in row if cell) for row in cases[columns].to_numpy()]


def test_agreement_is_counted_over_labelled_cases_only():
    result = evaluate_strategy(CASES)
    assert (result["cases"], result["agreement"]) == (2, 0.5)
    assert {key: (row["cases"], row["agreement"]) for key, row in result["by_facts"].items()} == {
        "enough": (1, 1.0),
        "thin": (1, 0.0),
    }
    assert result["recall"] == {"rehost": 0.0, "retain": 1.0}
    assert result["confusion"] == {"rehost": {"retire": 1}, "retain": {"retain": 1}}
    assert [item["case_id"] for item in result["predictions"]] == ["c1", "c2", "c3"]
    assert sum(row["cases"] for row in result["reliability"]) == 2
    low, high = result["agreement_95"]
    assert low <= result["agreement"] <= high


@pytest.mark.parametrize("leave_one_source_out", [False, True])
def test_labels_may_be_absent_and_unknown_columns_stand_by(leave_one_source_out):
    bare = CASES.drop(columns=LABELS).assign(mood="blue")
    result = evaluate_strategy(bare, leave_one_source_out=leave_one_source_out)
    assert result["cases"] == 0 and result["mean_confidence"] == 0.0 and result["reliability"] == []
    assert [item["strategy"] for item in result["predictions"][:2]] == ["retain", "retire"]


def test_labels_are_never_read_as_facts(published, measured):
    labels = [*LABELS, "original_label"]
    shuffled = published.copy()
    order = np.random.default_rng(3).permutation(len(published))
    shuffled[labels] = published[labels].to_numpy()[order]
    result = evaluate_strategy(shuffled)
    assert result["predictions"] == measured["predictions"]
    assert result["agreement"] < measured["agreement"]


def test_no_cases_are_a_result():
    result = evaluate_strategy(CASES.iloc[:0], leave_one_source_out=True)
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


def test_a_source_left_out_moves_confidences_and_no_strategy(published, measured):
    left_out = evaluate_strategy(published, leave_one_source_out=True)
    pairs = list(zip(measured["predictions"], left_out["predictions"], strict=True))
    assert all(one["strategy"] == other["strategy"] for one, other in pairs)
    assert any(one["confidence"] != other["confidence"] for one, other in pairs)


def test_first_sights_are_rows_of_the_calibration():
    sights = first_sights(CASES.assign(source="a source"))
    assert sights[["case_id", "strategy", "right"]].to_numpy().tolist() == [["c1", "retain", 1], ["c2", "retire", 0]]


def test_the_policy_agrees_with_published_experts(measured):
    assert measured["by_facts"]["enough"]["agreement"] >= 0.85
    assert measured["recall"].keys() == {"rehost", "replatform", "refactor", "repurchase", "retain", "retire"}
    assert min(measured["recall"].values()) >= 0.60


def test_thin_facts_give_no_confident_answer_and_a_question_each(published, measured):
    thin = set(published.loc[published["facts"] == "thin", "case_id"])
    told = [each for each in measured["predictions"] if each["case_id"] in thin]
    assert np.mean([each["confidence"] for each in told]) <= 0.6
    assert all(each["question"] for each in told)


@pytest.mark.parametrize("split", ["technology in one column", "prose in one column", "all in the description"])
def test_other_columns_for_the_same_facts_change_little(studied, split):
    cases = studied.copy()
    if split == "technology in one column":
        cases["technology_stack"] = joined(studied, TECHNOLOGY)
        cases[TECHNOLOGY[1:]] = ""
    else:
        moved = PROSE if split == "prose in one column" else PROSE + TECHNOLOGY
        cases["description"] = joined(studied, moved)
        cases[[each for each in moved if each != "description"]] = ""
    assert evaluate_strategy(cases)["agreement"] >= 0.85


@pytest.mark.parametrize("missing", ["users", "business_criticality", "os_hosting", "database", "application"])
def test_a_missing_column_is_no_disaster(studied, missing):
    assert evaluate_strategy(studied.drop(columns=missing))["agreement"] >= 0.85


def test_statements_are_understood_in_nine_languages():
    said = pd.read_csv(STATEMENTS)
    cases = pd.DataFrame(
        {
            "case_id": [f"s{number:03}" for number in range(len(said))],
            "application": "Application X",
            "description": said["statement"],
            "gold_6r": said["strategy"],
        }
    )
    result = evaluate_strategy(cases)
    wrong = [
        (text, each["strategy"])
        for text, gold, each in zip(said["statement"], said["strategy"], result["predictions"], strict=True)
        if each["strategy"] != gold
    ]
    assert wrong == []


def test_a_case_that_tells_nothing_is_answered_without_confidence():
    cases = pd.DataFrame([{"case_id": "x1", "application": "", "gold_6r": ""}])
    (told,) = evaluate_strategy(cases)["predictions"]
    assert told["case_id"] == "x1" and told["confidence"] <= 0.5 and told["question"]
