"""How far a recommendation can be trusted: a calibrated function of its lead and of the weight of its best argument.

The coefficients are data (calibration.json), fitted by calibrate.py on cases that the policy met for
the first time. What is thin has a ceiling that no fit lifts. Coverage of the decisive facts and conflict between
strategies were tried as features and foretold no better out of source; coverage decides what is thin instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import OPEN_STATES
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES
from aidiscover_pipelines.strategy.policy.score import Scores
from aidiscover_pipelines.strategy.signals import FactTable

CALIBRATION = Path(__file__).with_name("calibration.json")

# What an expert asks before deciding (AWS application portfolio assessment, prioritisation criteria); any field does.
DECISIVE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("technology", ("technology_stack", "application_type", "vendor")),
    ("database", ("database_engine",)),
    ("platform", ("os_names", "eol_status", "eol_products", "virtualization_platform")),
    ("standing", ("lifecycle_status", "code_quality_score", "support_end_date")),
    ("criticality", ("business_criticality",)),
    ("use", ("user_count", "cpu_util_pct")),
    ("complexity", ("business_logic_complexity", "architecture_pattern")),
    ("neighbours", ("depends_on", "integration_dependencies", "dependency_count")),
)

# Points from which an argument is strong, and from which it settles the matter (the scale of policy.yaml).
STRONG, SETTLING = 1.0, 2.0
# Support counts up to here: beyond what settles a matter more points say nothing more.
MOST_SUPPORT = 2.5
STATED = "stated"

# Nothing is certain. Of what was thin at first sight 8 of 15 were right: no more than the toss of a coin.
MOST = 0.97
MOST_WHEN_THIN = 0.5
THIN_COVERAGE = 0.25
THIN_MARGIN = 0.4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each application's best strategy.

    margin: its lead, 0 to 1. support: points of its strongest argument. thin: too little for any confident answer.
    """

    margin: np.ndarray
    support: np.ndarray
    thin: np.ndarray


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds that an expert agrees: at no evidence, per margin of 1, per support of `MOST_SUPPORT`."""

    intercept: float
    per_margin: float
    per_support: float

    def probability(self, evidence: Evidence) -> np.ndarray:
        """Probability that an expert would agree, 0 to 1. Thin evidence caps it."""
        support = np.clip(evidence.support, 0.0, MOST_SUPPORT) / MOST_SUPPORT
        odds = self.intercept + self.per_margin * evidence.margin + self.per_support * support
        ceiling = np.where(evidence.thin, MOST_WHEN_THIN, MOST)
        return np.asarray(np.minimum(1.0 / (1.0 + np.exp(-odds)), ceiling).round(3))


@cache
def shipped_calibration() -> Calibration:
    """What calibration.json says."""
    document: Mapping[str, Any] = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return Calibration(document["intercept"], document["per_margin"], document["per_support"])


def coverage(table: FactTable) -> np.ndarray:
    """Share of the decisive questions that some fact answers, 0 to 1, for each application."""
    known = np.zeros(len(table.index))
    for _, fields in DECISIVE:
        held = [field for field in fields if table.has(field)]
        if held:
            known += table.text[held].notna().any(axis=1).to_numpy()
    return known / len(DECISIVE)


def completeness(attributes: pd.DataFrame, index: pd.Index) -> np.ndarray:
    """Share of the attributes that are known; NaN where attributes were not assessed."""
    filled = (~attributes["state"].astype("str").isin(OPEN_STATES)).groupby(attributes["application_id"]).mean()
    return filled.reindex(index).to_numpy(dtype="float64")


def evidence_of(scores: Scores, known: np.ndarray) -> Evidence:
    """Evidence for the best strategies; `known` is the share of what matters that is known, 0 to 1."""
    return Evidence(scores.margin, scores.support, is_thin(scores, known))


def confidence(scores: Scores, covered: np.ndarray, complete: np.ndarray) -> np.ndarray:
    """Probability that an expert would agree, 0 to 1, by the shipped calibration."""
    return shipped_calibration().probability(evidence_of(scores, np.fmin(covered, complete)))


def is_thin(scores: Scores, covered: np.ndarray) -> np.ndarray:
    """Whether the answer rests on hints with a small lead, or on little knowledge and nothing stated or settling."""
    hints = (scores.support < STRONG) & (scores.margin < THIN_MARGIN)
    unknown = (covered <= THIN_COVERAGE) & (scores.support < SETTLING) & ~stated(scores)
    return np.asarray(hints | unknown)


def stated(scores: Scores) -> np.ndarray:
    """Whether what somebody said about the application speaks for its best strategy."""
    best = scores.order[:, 0]
    said = np.zeros(len(best), dtype=bool)
    for criterion, points, rows in scores.argued:
        if criterion.theme == STATED and points > 0:
            said[rows[best[rows] == STRATEGIES.index(criterion.strategy)]] = True
    return said
