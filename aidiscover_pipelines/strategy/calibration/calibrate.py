"""Fits calibration.json on first sights: what the policy said of published cases that it had never met.

A case that was read while the policy was written says little about the next one, so each stands in
first_sight.csv as it was answered first, and stays so when the policy changes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.calibration import calibration_error
from aidiscover_pipelines.strategy.calibration.confidence import (
    MOST_SUPPORT,
    SETTLING,
    STRONG,
    THIN_COVERAGE,
    THIN_MARGIN,
    Calibration,
    Evidence,
    shipped_calibration,
)

FIRST_SIGHT = Path(__file__).with_name("first_sight.csv")
SIGHT_COLUMNS = ("case_id", "source", "strategy", "margin", "support", "coverage", "stated", "right")
# L2 on the two slopes: a case or two, and what gives the least log-loss out of source among 0.05, 0.1, 0.25, 0.5 and 1.
PENALTY = 0.25
BINS = 5
DRAWS, SEED = 1000, 20261121
_DIGITS = 4


def read_first_sights(path: Path = FIRST_SIGHT) -> pd.DataFrame:
    """One row per case, `right` and `stated` as 0 and 1."""
    return pd.read_csv(path)


def fit(sights: pd.DataFrame) -> Calibration:
    """Logistic regression with an L2 penalty; more lead or more support never lowers the odds. Four digits.

    `sights` holds margin, support and right. Fewer than two kinds of outcome say nothing: the shipped coefficients.
    """
    from scipy.optimize import minimize

    right = sights["right"].to_numpy(dtype="float64")
    if len(np.unique(right)) < 2:
        return shipped_calibration()
    support = np.clip(sights["support"].to_numpy(dtype="float64"), 0.0, MOST_SUPPORT) / MOST_SUPPORT
    told = np.column_stack([np.ones(len(right)), sights["margin"].to_numpy(dtype="float64"), support])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = told @ weights
        slopes = np.append(0.0, weights[1:])
        value = np.logaddexp(0.0, -odds * (2 * right - 1)).sum() + PENALTY / 2 * (slopes**2).sum()
        return float(value), told.T @ (1 / (1 + np.exp(-odds)) - right) + PENALTY * slopes

    found = minimize(
        loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=[(None, None), (0, None), (0, None)],
        options={"ftol": 1e-14, "gtol": 1e-9},
    ).x  # fmt: skip
    return Calibration(*(round(float(weight), _DIGITS) for weight in found))


def evidence_at(sights: pd.DataFrame) -> Evidence:
    """The evidence that first sights had; thin as strategy/calibration/confidence.py says."""
    margin, support = (sights[name].to_numpy(dtype="float64") for name in ("margin", "support"))
    unknown = (sights["coverage"] <= THIN_COVERAGE) & (sights["support"] < SETTLING) & (sights["stated"] == 0)
    return Evidence(margin, support, ((support < STRONG) & (margin < THIN_MARGIN)) | unknown.to_numpy())


def out_of_source(sights: pd.DataFrame) -> np.ndarray:
    """Probability for each case by a fit that saw no case of its source."""
    found = np.zeros(len(sights))
    for source in sights["source"].unique():
        own = (sights["source"] == source).to_numpy()
        found[own] = fit(sights[~own]).probability(evidence_at(sights[own]))
    return found


def reliability(confidences: np.ndarray, right: np.ndarray) -> list[dict[str, float]]:
    """By equal bins of confidence: from, to, cases, mean confidence, share right. Bins without cases are left out."""
    place = np.minimum((confidences * BINS).astype(int), BINS - 1)
    return [
        {
            "from": round(each / BINS, 2),
            "to": round((each + 1) / BINS, 2),
            "cases": int((place == each).sum()),
            "confidence": round(float(confidences[place == each].mean()), _DIGITS),
            "right": round(float(right[place == each].mean()), _DIGITS),
        }
        for each in range(BINS)
        if (place == each).any()
    ]


def interval_of_error(confidences: np.ndarray, right: np.ndarray) -> list[float]:
    """Bootstrap 95 % interval of the calibration error. A resample of few cases errs upwards even where none is."""
    chance = np.random.default_rng(SEED)
    drawn = [chance.integers(0, len(right), len(right)) for _ in range(DRAWS)]
    errors = [calibration_error(confidences[rows].tolist(), right[rows].tolist(), BINS) for rows in drawn]
    return [round(float(bound), _DIGITS) for bound in np.percentile(errors, [2.5, 97.5])]


def calibration_document(sights: pd.DataFrame) -> dict[str, Any]:
    """What calibration.json holds: the coefficients, and how they did on sources that they had not seen."""
    fitted, right = fit(sights), sights["right"].to_numpy(dtype=bool)
    foretold = out_of_source(sights)
    return {
        "made_by": "make calibration",
        "cases": len(sights),
        "sources": int(sights["source"].nunique()),
        "intercept": fitted.intercept,
        "per_margin": fitted.per_margin,
        "per_support": fitted.per_support,
        "out_of_source": {
            "agreement": round(float(right.mean()), _DIGITS),
            "mean_confidence": round(float(foretold.mean()), _DIGITS),
            "calibration_error": calibration_error(foretold.tolist(), right.tolist(), BINS),
            "calibration_error_95": interval_of_error(foretold, right),
            "reliability": reliability(foretold, right),
        },
    }


def calibration_text(sights: pd.DataFrame) -> str:
    """The same as text, byte for byte the same for the same cases."""
    return json.dumps(calibration_document(sights), indent=2) + "\n"
