"""Where each application lies: how far from its group, whether and by what it stands out, its place on a map."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import ClusterMember
from aidiscover_pipelines.patterns.agreement import comparable
from aidiscover_pipelines.patterns.classes import Evidence, count, evidence_of, fit
from aidiscover_pipelines.patterns.cluster import principal_axes
from aidiscover_pipelines.patterns.features import OTHER, FeatureTable, Flags, Matrix, Rows

OUTLYING = 3.5
"""Robust z from which a figure is an outlier (Iglewicz and Hoaglin, 1993)."""
ODD = 1.0
"""Surprise of a feature, beyond what its group's members cause on average, from which it is told as a reason (nats)."""
ODD_TO_STAND_OUT = 2
"""One odd value happens in most portfolios; two in the same application rarely do by chance."""

_MOST_ODD = 3.0  # one value, however odd, may be a slip of the pen; it takes several to outweigh what is ordinary
_MAD_TO_DEVIATION = 1.4826
_LEAST_SPREAD = 0.25  # in a group of equals the slightest difference would else be an outlier
_REASONS = 5


def place_members(
    table: FeatureTable, cluster_ids: npt.NDArray[np.object_], similar: list[list[dict[str, Any]]]
) -> pd.DataFrame:
    """ClusterMember rows, by application_id. Distance is in units of the group's median distance (1 where that is 0).

    How surprising each value is among the members of its group is added up over the features, by their weights and for
    what is known. An application stands out where that sum is an outlier of its group and ODD_TO_STAND_OUT features are
    odd. `similar` is taken as it is.
    """
    distance = np.zeros(len(table.ids))
    anomaly = np.zeros(len(table.ids), dtype=bool)
    reasons: list[list[str]] = [[] for _ in table.ids]
    compared = comparable(table)
    clusters, group = np.unique(cluster_ids, return_inverse=True)
    surprise = _surprise(evidence_of(table), group, compared.known)
    total = np.clip(surprise, 0.0, _MOST_ODD) @ compared.weights / np.sqrt(np.maximum(compared.told, 1.0))
    several = (surprise >= ODD).sum(axis=1) >= ODD_TO_STAND_OUT
    for number in range(len(clusters)):
        rows = np.flatnonzero(group == number)
        distance[rows] = _distances(table.matrix[rows])
        anomaly[rows] = _beyond(total[rows]) & several[rows]
        odd = rows[anomaly[rows]]
        if len(odd):
            ordinary = _Ordinary(table, table.shares(rows), _medians(table.numbers[rows]))
            for row, surprises in zip(odd.tolist(), surprise[odd], strict=True):
                order = np.argsort(-surprises * compared.weights, kind="stable")
                told = order[surprises[order] >= ODD][:_REASONS].tolist()
                reasons[row] = [_reason(ordinary, row, feature) for feature in told]
    x, y = map_of(table)
    return pd.DataFrame(
        {
            "application_id": table.ids,
            "cluster_id": cluster_ids,
            "distance": distance.round(3),
            "anomaly": anomaly,
            "reasons": pd.Series(reasons, dtype=object),
            "similar": pd.Series(similar, dtype=object),
            "x": x,
            "y": y,
        },
        columns=ClusterMember.columns(),
    )


def map_of(table: FeatureTable) -> tuple[Matrix, Matrix]:
    """Place of each application on a map of the portfolio, its two main axes, each from -1 to 1."""
    axes = principal_axes(table.matrix, 2)
    places = np.zeros((len(table.ids), 2))
    places[:, : axes.shape[1]] = axes
    furthest = np.abs(places).max(axis=0, initial=0.0)
    places = (places / np.where(furthest > 0, furthest, 1.0)).round(4)
    return places[:, 0], places[:, 1]


def _surprise(evidence: Evidence, group: Rows, known: Flags) -> Matrix:
    """Surprise of what is known, less its mean in the group (its entropy). Shape: (applications, features)."""
    belongs = np.eye(group.max(initial=0) + 1)[group]
    classes = fit(evidence, count(evidence, belongs))
    names = -evidence.by_feature(evidence.shares * classes.names[group])
    expected = -evidence.by_feature(np.exp(classes.names) * classes.names)
    numbers = 0.5 * (evidence.numbers - classes.means[group]) ** 2 / classes.variances[group] - 0.5
    return np.where(known, np.hstack([names - expected[group], numbers]), 0.0)


def _distances(matrix: Matrix) -> Matrix:
    # Rounded, because the mean of equal rows differs from them in the last bits.
    distances: Matrix = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1).round(9)
    return distances / (float(np.median(distances)) or 1.0)


def _beyond(values: Matrix) -> Flags:
    middle = np.median(values)
    spread = _MAD_TO_DEVIATION * np.median(np.abs(values - middle))
    outlying: Flags = (values - middle) / max(spread, _LEAST_SPREAD) > OUTLYING
    return outlying


@dataclass(frozen=True, slots=True)
class _Ordinary:
    """What is ordinary in a group: shares of names among those of which they are known, medians of numbers."""

    table: FeatureTable
    shares: Matrix
    medians: Matrix


def _medians(numbers: Matrix) -> Matrix:
    """Median of each column's known numbers; NaN where none is known."""
    known = [column[~np.isnan(column)] for column in numbers.T]
    return np.array([np.median(column) if len(column) else np.nan for column in known])


def _reason(ordinary: _Ordinary, row: int, feature: int) -> str:
    """What is odd of an application, against what its group has."""
    table, named = ordinary.table, ordinary.table.named
    if feature >= len(named):
        column = feature - len(named)
        told, median = table.numbers[row, column], ordinary.medians[column]
        return f"{table.amounts[column].label} {told:g}, its group's median {median:g}"
    columns = np.arange(table.starts[feature], table.starts[feature] + table.widths[feature])
    own = columns[table.flags[row, columns]]
    rarest = int(own[ordinary.shares[own].argmin()])
    value = table.names[rarest][1]
    words = "that hardly any application has" if value == OTHER else value
    return f"{named[feature].label} {words}, as {ordinary.shares[rarest]:.1%} of its group"
