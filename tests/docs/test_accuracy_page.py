"""docs/accuracy.md was written by `make accuracy` for the ranker that is shipped, and nobody edited it."""

import json
import re
from pathlib import Path

import pandas as pd

from aidiscover_pipelines.cli import accuracy
from aidiscover_pipelines.cli.accuracy_inventory import resolution_section, technology_section
from aidiscover_pipelines.cli.accuracy_patterns import patterns_section
from aidiscover_pipelines.cli.accuracy_strategy import measured_strategy, strategy_section
from aidiscover_pipelines.mapping.model import ARTEFACT, inputs_digest

PAGE = accuracy.PAGE.read_text(encoding="utf-8")
RANKER = json.loads(ARTEFACT.read_text(encoding="utf-8"))


def test_the_page_says_when_and_at_which_commit_it_was_measured() -> None:
    assert re.search(r"Measured on \d{4}-\d\d-\d\d at commit `[0-9a-f]{7,}` by `make accuracy", PAGE)


def test_the_page_was_measured_with_the_shipped_ranker() -> None:
    assert f"ranker inputs `{inputs_digest()[:12]}`" in PAGE, "run: make accuracy GOLD=headers.csv"


def test_the_figures_for_unseen_products_are_those_of_the_shipped_ranker() -> None:
    unseen = RANKER["unseen products"]
    assert f"| accuracy, mean over products | {unseen['macro_accuracy']:.3f} |" in PAGE
    for language, share in unseen["by_language"].items():
        assert f"| accuracy in {language} | {share:.3f} |" in PAGE


def test_the_command_writes_the_page_in_this_shape() -> None:
    columns = ["source", "file", "header", "sample_values", "canonical_field", "also_accept"]
    rows = [
        ("tool", "a.csv", "Server Name", "s1|s2", "asset_name", ""),
        ("tool", "a.csv", "IP Address", "10.0.0.1", "ip_address", ""),
        ("tool", "a.csv", "Sort order", "1|2", "ignore", ""),
    ]
    measured = {
        "headers": 2, "accuracy": 1.0, "false_map_rate": 0.0, "accepted_false_map_rate": 0.0, "accepted_share": 1.0,
        "accepted_precision": 1.0, "macro_accuracy": 1.0, "expected_calibration_error": 0.01,
    }  # fmt: skip
    document = {
        **measured,
        "non_english": measured,
        "sources": {"tool": measured},
        "taught": [{"round": 1, "answers": 3, **measured, "queue_only": measured}],
        "predictions": pd.DataFrame(rows, columns=columns).to_dict("records"),
    }
    run = {"rows": 9_990, "seed": 2, "precision": 1.0, "recall": 0.99, "f1": 0.995, "seconds": 0.4}
    figures = dict.fromkeys(("top_1", "top_1_where_taught", "coverage", "precision", "calibration_error"), 0.5)
    technology = {
        "folds": 5, "training_mentions": 10, "labels": 2, "by_text": figures, "by_mention": figures,
        "labels_held_back": {"false_names": 0.1}, "labels_and_products_held_back": {"false_names": 0.3},
        "everyday_texts": 4, "everyday_false_names": 0.25,
    }  # fmt: skip
    found = {"precision": 0.5, "recall": 0.25}
    patterns = {
        "applications": 300, "seed": 9, "kinds": 7, "clusters": 6, "adjusted_rand_index": 0.9, "anomalies": found,
        "isolation_forest": found,
    }  # fmt: skip
    sections = [
        *resolution_section([run]),
        *technology_section(technology),
        *patterns_section([patterns]),
        *strategy_section(measured_strategy()),
    ]
    page = accuracy.accuracy_page(document, RANKER, sections, "abc1234", "2026-01-31")
    assert "| 300 | 9 | 7 | 6 | 0.900 | 0.50 | 0.25 | 0.50 | 0.25 |" in page
    assert "| 9,990 | 2 | 1.00000 | 0.99000 | 0.99500 | 0.40 |" in page
    assert "| 4 everyday words, hosts, people, departments | <= 0.10 | 0.250 |" in page
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings == [line for line in PAGE.splitlines() if line.startswith("#")]
    assert "| tool | 2 | 1.000 | 0.000 | 1.000 | 1.000 |" in page
    assert Path(accuracy.PAGE).name == "accuracy.md"


def test_the_figures_about_strategies_are_those_of_the_shipped_policy() -> None:
    assert "\n".join(strategy_section(measured_strategy())) in PAGE, "run: make accuracy"
