"""The part of docs/accuracy.md about 6R strategies: published cases, and how far confidences may be believed."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.strategy.calibration.calibrate import read_first_sights
from aidiscover_pipelines.strategy.calibration.confidence import CALIBRATION
from aidiscover_pipelines.strategy.evaluate import evaluate_strategy

CASES = Path(__file__).parents[2] / "tests" / "strategy" / "published_cases.csv"
_SPLITS = (("dev", "read while the policy was written"), ("study", "read before its last revision"))


def measured_strategy() -> dict[str, Any]:
    """What strategy_section writes: today's figures on cases that were read, first sights of those that were not."""
    cases = pd.read_csv(CASES, dtype=str, keep_default_na=False)
    known = {split: evaluate_strategy(cases[cases["split"] == split].reset_index(drop=True)) for split, _ in _SPLITS}
    sights = read_first_sights().merge(cases[["case_id", "gold_6r", "facts"]], on="case_id")
    return {
        "known": {
            split: {name: found[name] for name in ("cases", "agreement", "agreement_95", "by_facts")}
            for split, found in known.items()
        },
        "first": {
            "cases": len(sights),
            "sources": int(sights["source"].nunique()),
            **{
                f"by_{column}": {
                    str(key): {"cases": len(rows), "agreement": round(float(rows["right"].mean()), 4)}
                    for key, rows in sights.groupby(column)
                }
                for column in ("facts", "gold_6r")
            },
        },
        "calibration": json.loads(CALIBRATION.read_text(encoding="utf-8"))["out_of_source"],
    }


def strategy_section(measured: dict[str, Any]) -> list[str]:
    """Lines of markdown."""
    first, calibration = measured["first"], measured["calibration"]
    low, high = calibration["calibration_error_95"]
    rows = [(title, measured["known"][split]) for split, title in _SPLITS]
    groups = [*first["by_facts"].items(), *first["by_gold_6r"].items()]
    return [
        "## 6R strategies",
        "",
        f"Published applications with their authors' strategy (`{CASES.name}`), facts only; how they were found and "
        "what they can tell stands in [strategy-accuracy.md](strategy-accuracy.md). The figures to go by are those of "
        f"the {first['cases']} cases of {first['sources']} sources that nobody had read: what the policy said at first "
        "sight.",
        "",
        "| cases | number | facts are enough (goal >= 0.85) | facts are thin | all |",
        "|---|---|---|---|---|",
        f"| never read | {first['cases']} | {first['by_facts']['enough']['agreement']:.3f} | "
        f"{first['by_facts']['thin']['agreement']:.3f} | {calibration['agreement']:.3f} |",
        *(
            f"| {title} | {found['cases']} | {found['by_facts']['enough']['agreement']:.3f} | "
            f"{found['by_facts']['thin']['agreement']:.3f} | {found['agreement']:.3f} |"
            for title, found in rows
        ),
        "",
        "| never read | cases | agreement |",
        "|---|---|---|",
        *(f"| {name} | {row['cases']} | {row['agreement']:.3f} |" for name, row in groups),
        "",
        f"Calibration error by sources that the fit had not seen: {calibration['calibration_error']:.3f} "
        f"(goal <= 0.05; bootstrap 95 % {low:.3f} to {high:.3f}).",
        "",
        "| confidence | cases | mean confidence | right |",
        "|---|---|---|---|",
        *(
            f"| {row['from']:.1f} to {row['to']:.1f} | {row['cases']} | {row['confidence']:.3f} | {row['right']:.3f} |"
            for row in calibration["reliability"]
        ),
        "",
    ]
