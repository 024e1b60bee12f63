"""`make accuracy GOLD=headers.csv TRAIN=train.json`: measures all and writes docs/accuracy.md."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.cli.accuracy_inventory import measured_resolution, resolution_section, technology_section
from aidiscover_pipelines.cli.accuracy_patterns import measured_patterns, patterns_section
from aidiscover_pipelines.cli.accuracy_strategy import measured_strategy, strategy_section
from aidiscover_pipelines.mapping.evaluate import evaluate_mapping
from aidiscover_pipelines.mapping.model import ARTEFACT
from aidiscover_pipelines.technology.evaluate import cross_validate, read_mentions

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
_FIGURES = (
    ("macro_accuracy", "accuracy, mean over sources", ">= 0.90"),
    ("accuracy", "accuracy, all headers with a field", ""),
    ("false_map_rate", "ignorable headers given a field", "<= 0.05"),
    ("accepted_false_map_rate", "... and accepted without asking", ""),
    ("accepted_precision", "right among the accepted", ">= 0.98"),
    ("accepted_share", "accepted among headers with a field", ">= 0.75"),
    ("expected_calibration_error", "calibration error", "<= 0.04"),
)


def accuracy_page(
    measured: dict[str, Any], ranker: dict[str, Any], inventory: Sequence[str], commit: str, today: str
) -> str:
    """The page as markdown, from evaluate.evaluate_mapping with one round of teaching and the ranker's artefact.

    `inventory`: the lines of the other sections.
    """
    unseen = ranker["unseen products"]
    taught = measured["taught"][0]
    lines = [
        "# Accuracy",
        "",
        f"Measured on {today} at commit `{commit}` by `make accuracy GOLD=headers.csv TRAIN=train.json`; ranker inputs "
        f"`{ranker['inputs'][:12]}`. The page is written by that command: do not edit it.",
        "",
        *inventory,
        "## Field mapping: labelled sources, each one left out",
        "",
        "`aidiscover evaluate mapping --gold headers.csv --leave-one-source-out --teach 1`: "
        f"{len(measured['predictions'])} headers of {len(measured['sources'])} sources, 300 of them labelled by a "
        "second person too. Each "
        "source is read by a model that never saw its product: templates that share its name or 30 % of its headers "
        "neither train the model nor are looked up. The lexicon cannot be left out: its English and part of its German "
        "and French were written by people who had seen these sources, so these figures are the optimistic ones.",
        "",
        "| figure | goal | measured | not English | one round of corrections | review queue alone |",
        "|---|---|---|---|---|---|",
        *(
            f"| {title} | {goal} | {measured[name]:.3f} | {measured['non_english'][name]:.3f} | {taught[name]:.3f} | "
            f"{taught['queue_only'][name]:.3f} |"
            for name, title, goal in _FIGURES
        ),
        "",
        f"A round is one person reading the whole mapping once: {taught['answers']} answers, every column in review "
        "and every wrong one. The last column counts what the review queue alone would have shown that person.",
        "",
        "| source | headers | accuracy | false maps | accepted | right among accepted |",
        "|---|---|---|---|---|---|",
        *(
            f"| {source} | {row['headers']} | {row['accuracy']:.3f} | {row['false_map_rate']:.3f} | "
            f"{row['accepted_share']:.3f} | {row['accepted_precision']:.3f} |"
            for source, row in measured["sources"].items()
        ),
        "",
        "## Field mapping: products of the template library, out of product",
        "",
        f"{unseen['products']} product families with {unseen['columns']} columns that carry a field, six folds of "
        "families, labelled by one person each who had not seen the lexicon; printed by `make model`. This is what to "
        "expect of a product that nobody has described yet.",
        "",
        "| figure | measured |",
        "|---|---|",
        f"| accuracy, mean over products | {unseen['macro_accuracy']:.3f} |",
        f"| accuracy, all columns | {unseen['accuracy']:.3f} |",
        f"| ignorable columns given a field | {unseen['false_map_rate']:.3f} |",
        *(f"| accuracy in {language} | {share:.3f} |" for language, share in unseen["by_language"].items()),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    labelled = pd.read_csv(Path(sys.argv[1]), dtype=str, keep_default_na=False)
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)  # noqa: S607
    mentions = read_mentions(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), sys.argv[2])
    page = accuracy_page(
        evaluate_mapping(labelled, leave_one_source_out=True, rounds=1),
        json.loads(ARTEFACT.read_text(encoding="utf-8")),
        [
            *resolution_section(measured_resolution()),
            *technology_section(cross_validate(mentions, 5)),
            *patterns_section(measured_patterns()),
            *strategy_section(measured_strategy()),
        ],
        head.stdout.strip(),
        datetime.now(UTC).date().isoformat(),
    )
    PAGE.write_text(page, encoding="utf-8")
