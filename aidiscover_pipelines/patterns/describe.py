"""Name and describe groups by what distinguishes them from the rest of the portfolio."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.excerpts import clipped
from aidiscover_pipelines.domain.tables import PatternCluster
from aidiscover_pipelines.patterns.agreement import Comparable, comparable
from aidiscover_pipelines.patterns.features import OTHER, FeatureTable, Matrix, Rows
from aidiscover_pipelines.patterns.naming import name_group

TYPICAL_SHARE = 0.5
"""Share, of those members of which the feature is known, from which a name is typical of a group."""
LEAST_KNOWN = 0.25
"""Share of members of which a feature must be known before it can be typical."""
DISTINGUISHING_LIFT = 1.3
"""Times more frequent than in the portfolio from which it distinguishes the group."""
CLEAR_SHIFT = 0.5
"""Half an interquartile range between medians is a difference people see."""
DESCRIPTION_LENGTH = 600
_DESCRIBED = 5


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that members share.

    `value` is a name, or + or - of an amount; `strength` orders traits; `telling` ones set the group apart; `sentence`
    is for descriptions, `facts` are stored.
    """

    feature: str
    value: str
    strength: float
    telling: bool
    sentence: str
    facts: dict[str, Any]

    @property
    def key(self) -> str:
        """Its key among the stored traits."""
        return self.feature if self.value in "+-" else f"{self.feature}: {self.value}"


def describe_clusters(table: FeatureTable, cluster_ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """PatternCluster rows, by cluster_id.

    Labels are unique: where traits do not tell two groups apart, the smaller one gets its id added.
    """
    compared = comparable(table)
    everywhere = table.shares(np.arange(len(table.ids)))
    rows = []
    taken: set[str] = set()
    clusters, sizes = np.unique(cluster_ids, return_counts=True)
    # The largest group has the first choice of a name.
    for cluster_id in clusters[np.argsort(-sizes, kind="stable")]:
        members = np.flatnonzero(cluster_ids == cluster_id)
        traits = [*_names(compared, members, everywhere), *_sizes(table, members)]
        traits.sort(key=lambda trait: (not trait.telling, -trait.strength, trait.key))
        typical = {trait.feature: trait.value for trait in reversed(traits)}
        telling = list(dict.fromkeys(trait.feature for trait in traits if trait.telling))
        label = name_group(typical, telling, taken)
        if label in taken:
            label = f"{label} ({cluster_id})"
        taken.add(label)
        told = [trait for trait in traits if trait.telling] or traits
        rows.append(
            {
                "cluster_id": cluster_id,
                "label": label,
                "description": _description(len(members), len(table.ids), told),
                "size": len(members),
                "representative": nearest_to_centre(compared, members),
                "traits": {trait.key: trait.facts for trait in told},
                "gap_report": "",
                "methods": [],
            }
        )
    return pd.DataFrame(rows, columns=PatternCluster.columns()).sort_values("cluster_id").reset_index(drop=True)


def nearest_to_centre(compared: Comparable, members: Rows) -> str:
    """application_id of the most typical of those members of which at least as much is known as of half of them."""
    matrix, told = compared.table.matrix[members], compared.told[members]
    # Rounded, because the mean of equal rows differs from them in the last bits.
    distance = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1).round(9)
    return str(compared.table.ids[members[int(np.where(told >= np.median(told), distance, np.inf).argmin())]])


def _names(compared: Comparable, members: Rows, everywhere: Matrix) -> list[Trait]:
    table = compared.table
    known = dict(zip((feature.key for feature in compared.features), compared.known[members].mean(axis=0), strict=True))
    traits = []
    for (feature, value), share, portfolio in zip(table.names, table.shares(members), everywhere, strict=True):
        if value == OTHER or share < TYPICAL_SHARE or known[feature.key] < LEAST_KNOWN:
            continue
        traits.append(
            Trait(
                feature=feature.key,
                value=value,
                strength=feature.weight * float(share) * float(np.log2(max(share / portfolio, 1.0)) + 0.1),
                telling=bool(share >= DISTINGUISHING_LIFT * portfolio),
                sentence=f"{share:.0%} have {feature.label} {value} ({portfolio:.0%} of the portfolio)",
                facts={"share": round(float(share), 3), "portfolio": round(float(portfolio), 3)},
            )
        )
    return traits


def _sizes(table: FeatureTable, members: Rows) -> list[Trait]:
    traits = []
    for column, feature in enumerate(table.amounts):
        numbers = table.numbers[members, column]
        known = ~np.isnan(numbers)
        if known.mean() < LEAST_KNOWN:
            continue
        shift = float(np.median(table.scaled[members[known], column]))
        if abs(shift) < CLEAR_SHIFT:
            continue
        typical, everywhere = float(np.median(numbers[known])), float(np.nanmedian(table.numbers[:, column]))
        traits.append(
            Trait(
                feature=feature.key,
                value="+" if shift > 0 else "-",
                strength=feature.weight * min(abs(shift), 2.0),
                telling=True,
                sentence=f"median {feature.label} {_figure(typical)} ({_figure(everywhere)} in the portfolio)",
                facts={"median": round(typical, 2), "portfolio": round(everywhere, 2)},
            )
        )
    return traits


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:g}"


def _description(size: int, total: int, traits: list[Trait]) -> str:
    """Counts and shares as sentences."""
    told = "; ".join(trait.sentence for trait in traits[:_DESCRIBED]) or "nothing recorded is common to them"
    return clipped(f"{size} of {total} applications. Of those of which it is known: {told}.", DESCRIPTION_LENGTH)
