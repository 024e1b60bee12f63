"""Name and describe groups by what distinguishes them from the rest of the portfolio."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import PatternCluster
from aidiscover_pipelines.patterns.anomalies import nearest_to_centre
from aidiscover_pipelines.patterns.features import FeatureTable

TYPICAL_SHARE = 0.5
"""Share of members from which a name is typical of a group."""
DISTINGUISHING_LIFT = 1.3
"""Times more frequent than in the portfolio from which it distinguishes the group."""
CLEAR_SHIFT = 0.5
"""Half an interquartile range between medians is a difference people see."""
_LABEL_TRAITS = 3
_DESCRIBED = 5
LABEL_LENGTH = 80
DESCRIPTION_LENGTH = 600


# Values that hold a place in the feature table and would name nothing.
SAYS_NOTHING = ("other", "unknown")


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that members share. `strength` orders traits; `words` make labels, `sentence` descriptions."""

    key: str
    strength: float
    words: str
    sentence: str
    facts: dict[str, Any]


def describe_clusters(table: FeatureTable, cluster_ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """PatternCluster rows, by cluster_id. Labels are unique: a second group of the same name gets its id added."""
    portfolio = table.flags.mean(axis=0) if len(table.ids) else np.zeros(len(table.names))
    rows = []
    taken: set[str] = set()
    for cluster_id in sorted(set(cluster_ids)):
        members = np.flatnonzero(cluster_ids == cluster_id)
        distinguishing = _names(table, members, portfolio, DISTINGUISHING_LIFT) + _sizes(table, members)
        distinguishing.sort(key=lambda trait: (-trait.strength, trait.key))
        traits = distinguishing or sorted(_names(table, members, portfolio, 0.0), key=lambda each: -each.strength)
        label = _label(traits)
        if label in taken:
            label = f"{label} ({cluster_id})"
        taken.add(label)
        rows.append(
            {
                "cluster_id": cluster_id,
                "label": label,
                "description": _description(len(members), len(table.ids), traits),
                "size": len(members),
                "representative": nearest_to_centre(table, members),
                "traits": {trait.key: trait.facts for trait in traits},
                "gap_report": "",
                "methods": [],
            }
        )
    return pd.DataFrame(rows, columns=PatternCluster.columns())


def _names(
    table: FeatureTable, members: npt.NDArray[np.intp], portfolio: npt.NDArray[np.float64], least_lift: float
) -> list[Trait]:
    shares = table.flags[members].mean(axis=0)
    traits = []
    for column, (feature, value) in enumerate(table.names):
        share, everywhere = float(shares[column]), float(portfolio[column])
        if share < TYPICAL_SHARE or share < least_lift * everywhere or value in SAYS_NOTHING:
            continue
        traits.append(
            Trait(
                key=f"{feature.key}: {value}",
                strength=feature.weight * share * float(np.log2(max(share / everywhere, 1.0)) + 0.1),
                words=value if feature.weight >= 1.0 else f"{feature.label} {value}",
                sentence=f"{share:.0%} have {feature.label} {value} ({everywhere:.0%} of the portfolio)",
                facts={"share": round(share, 3), "portfolio": round(everywhere, 3)},
            )
        )
    return traits


def _sizes(table: FeatureTable, members: npt.NDArray[np.intp]) -> list[Trait]:
    traits = []
    for column, feature in enumerate(table.amounts):
        shift = float(np.median(table.scaled[members, column]))
        numbers = table.numbers[members, column]
        if abs(shift) < CLEAR_SHIFT or np.isnan(numbers).all():
            continue
        typical, everywhere = float(np.nanmedian(numbers)), float(np.nanmedian(table.numbers[:, column]))
        traits.append(
            Trait(
                key=feature.key,
                strength=feature.weight * min(abs(shift), 2.0),
                words=f"{'high' if shift > 0 else 'low'} {feature.label}",
                sentence=f"median {feature.label} {_figure(typical)} ({_figure(everywhere)} in the portfolio)",
                facts={"median": round(typical, 2), "portfolio": round(everywhere, 2)},
            )
        )
    return traits


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:g}"


def _label(traits: list[Trait]) -> str:
    words = list(dict.fromkeys(trait.words for trait in traits))[:_LABEL_TRAITS]
    label = ", ".join(words) or "No common traits"
    return (label[0].upper() + label[1:])[:LABEL_LENGTH]


def _description(size: int, total: int, traits: list[Trait]) -> str:
    """Counts and shares as sentences."""
    told = "; ".join(trait.sentence for trait in traits[:_DESCRIBED]) or "nothing recorded is common to them"
    return f"{size} of {total} applications: {told}."[:DESCRIPTION_LENGTH]
