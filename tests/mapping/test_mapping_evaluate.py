from pathlib import Path

import pandas as pd
import pytest

from aidiscover_pipelines.mapping.evaluate import evaluate_mapping, judge_mapping

GOLD = Path(__file__).resolve().parents[2] / "../shared/gold/headers.csv"
COLUMNS = ["source", "file", "header", "sample_values", "canonical_field", "also_accept"]


def test_figures_count_fields_false_maps_and_second_opinions() -> None:
    gold = pd.DataFrame(
        [
            ("tool", "a.csv", "Server Name", "s1|s2", "asset_name", ""),
            ("tool", "a.csv", "OS", "RHEL 8", "os_version", "os_name"),
            ("tool", "a.csv", "IP Address", "10.0.0.1", "mac_address", ""),
            ("tool", "a.csv", "Sort order", "1|2", "ignore", ""),
            ("tool", "a.csv", "Memory (GB)", "16", "ignore", ""),
        ],
        columns=COLUMNS,
    )
    figures = evaluate_mapping(gold)
    assert figures["headers"] == 3
    assert figures["accuracy"] == figures["macro_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["false_map_rate"] == 0.5
    assert 0 <= figures["expected_calibration_error"] <= 1
    assert list(figures["sources"]) == ["tool"]
    assert judge_mapping(gold)["right"].tolist() == [True, True, False, True, False]


def test_without_labels_there_are_predictions_only() -> None:
    assert evaluate_mapping(pd.DataFrame(columns=COLUMNS)) == {"headers": 0, "predictions": []}
    unlabelled = pd.DataFrame([("tool", "a.csv", "Server Name", "s1|s2", "", "")], columns=COLUMNS)
    document = evaluate_mapping(unlabelled)
    assert list(document) == ["headers", "predictions"]
    (prediction,) = document["predictions"]
    assert list(prediction) == ["source", "header", "field", "confidence", "decision"]
    assert prediction["field"] == "asset_name"


@pytest.mark.skipif(not GOLD.exists(), reason="the labelled headers are not part of the project")
def test_the_labelled_headers_are_mapped_as_well_as_when_last_measured() -> None:
    figures = evaluate_mapping(pd.read_csv(GOLD, keep_default_na=False))
    assert figures["macro_accuracy"] >= 0.90
    assert figures["accepted_precision"] >= 0.96
    assert figures["expected_calibration_error"] <= 0.05
