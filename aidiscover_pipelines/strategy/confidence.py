"""How far a recommendation can be trusted: a calibrated function of its lead and of how much is known.

Origin of the coefficients: logistic regression with an L2 penalty of 1 on the 69 published development cases
(gold/sixr_cases.csv); a case counts as right when one of the two experts agrees. The cases had been read when the
policy was written and revised, so the fit takes the answers of the policy's first version (84 % right) and gives no
credit for the revision (96 %). Leave-one-source-out predictions have an expected calibration error of 0.039 against
that target. Coverage got a negative coefficient (cases made of one telling sentence are easy), which no consultant
would believe, so it was left out of the fit and only caps.
"""

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import OPEN_STATES
from aidiscover_pipelines.strategy.score import Scores
from aidiscover_pipelines.strategy.signals import FactTable

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

INTERCEPT = 0.59
PER_MARGIN = 2.06
WHEN_SETTLED = 0.66

# Points from which an argument is strong, and from which it settles the matter (the scale of strategy/criteria.py).
STRONG, SETTLING = 1.0, 2.0

# Nothing is certain. Where facts are thin, two experts agreed with each other on 56 % of the development cases.
MOST = 0.97
THIN_COVERAGE = 0.25
MOST_WHEN_THIN = 0.56


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


def confidence(scores: Scores, covered: np.ndarray, complete: np.ndarray) -> np.ndarray:
    """Probability that an expert would agree, 0 to 1. Thin evidence caps it."""
    odds = INTERCEPT + PER_MARGIN * scores.margin + WHEN_SETTLED * (scores.support >= SETTLING)
    probability = 1.0 / (1.0 + np.exp(-odds))
    thin = is_thin(scores, np.fmin(covered, complete))
    return np.asarray(np.minimum(probability, np.where(thin, MOST_WHEN_THIN, MOST)).round(3))


def is_thin(scores: Scores, covered: np.ndarray) -> np.ndarray:
    """Whether little is known and no strong argument speaks for the best strategy either."""
    return np.asarray((covered <= THIN_COVERAGE) & (scores.support < STRONG))
