"""How far each application lies from its group, whether it stands out, and by what."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import ClusterMember
from aidiscover_pipelines.patterns.features import FeatureTable, Flags, Matrix

OUTLYING = 3.5
"""Robust z from which a number is an outlier (Iglewicz and Hoaglin, 1993)."""
RARE_SHARE = 0.05
COMMON_ENOUGH = 20
"""Members a group needs before one in twenty can be called rare."""
POINTS_TO_STAND_OUT = 2
"""One odd value happens in most portfolios; two in the same application rarely do by chance."""

_MAD_TO_DEVIATION = 1.4826
_LEAST_SPREAD = 0.25  # of the portfolio's interquartile range: a group of equals does not make every difference odd
_FEWEST_COMPARED = 5
_REASONS = 5


def place_members(table: FeatureTable, cluster_ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """ClusterMember rows, by application_id. Distance is in units of the group's median distance (1 where that is 0).

    A point is given for each outlying number, two where it lies twice as far, one for each name that is rare in the
    group and one for an outlying distance; POINTS_TO_STAND_OUT make an anomaly.
    """
    count = len(table.ids)
    distance = np.zeros(count)
    points = np.zeros(count)
    reasons: list[list[str]] = [[] for _ in range(count)]
    for cluster_id in sorted(set(cluster_ids)):
        rows = np.flatnonzero(cluster_ids == cluster_id)
        distance[rows] = _distances(table.matrix[rows])
        far = _robust_z(distance[rows], least=_LEAST_SPREAD) > OUTLYING
        outlying = _outlying(table, rows)
        rare, shares = _rare(table.flags[rows])
        points[rows] = (
            (outlying > OUTLYING).sum(axis=1) + (outlying > 2 * OUTLYING).sum(axis=1) + rare.sum(axis=1) + far
        )
        _explain(table, rows, outlying, rare, shares, reasons)
    anomaly = points >= POINTS_TO_STAND_OUT
    return pd.DataFrame(
        {
            "application_id": table.ids,
            "cluster_id": cluster_ids,
            "distance": distance.round(3),
            "anomaly": anomaly,
            "reasons": pd.Series(
                [told[:_REASONS] if odd else [] for told, odd in zip(reasons, anomaly, strict=True)], dtype=object
            ),
            "similar": pd.Series([[] for _ in range(count)], dtype=object),
        },
        columns=ClusterMember.columns(),
    )


def nearest_to_centre(table: FeatureTable, rows: npt.NDArray[np.intp]) -> str:
    """application_id of the most typical of the rows."""
    return str(table.ids[rows[int(np.argmin(_from_centre(table.matrix[rows])))]])


def _from_centre(matrix: Matrix) -> Matrix:
    # Rounded, because the mean of equal rows differs from them in the last bits.
    distances: Matrix = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1).round(9)
    return distances


def _distances(matrix: Matrix) -> Matrix:
    distances = _from_centre(matrix)
    return distances / (float(np.median(distances)) or 1.0)


def _robust_z(values: Matrix, least: float) -> Matrix:
    middle = np.median(values, axis=0)
    spread = _MAD_TO_DEVIATION * np.median(np.abs(values - middle), axis=0)
    z: Matrix = np.abs(values - middle) / np.maximum(spread, least)
    return z


def _outlying(table: FeatureTable, rows: npt.NDArray[np.intp]) -> Matrix:
    """Robust z of each number among the group's known ones; 0 where it is unknown or too few are known to compare."""
    z = np.zeros((len(rows), len(table.amounts)))
    for column in range(len(table.amounts)):
        known = np.flatnonzero(~np.isnan(table.numbers[rows, column]))
        if len(known) >= _FEWEST_COMPARED:
            z[known, column] = _robust_z(table.scaled[rows[known], column], least=_LEAST_SPREAD)
    return z


def _rare(flags: Flags) -> tuple[Flags, Matrix]:
    shares = flags.mean(axis=0)
    if len(flags) < COMMON_ENOUGH:
        return np.zeros_like(flags), shares
    return flags & (shares <= RARE_SHARE), shares


def _explain(
    table: FeatureTable, rows: npt.NDArray[np.intp], outlying: Matrix, rare: Flags, shares: Matrix, reasons: list[Any]
) -> None:
    """Add what makes each row stand out, outlying numbers first."""
    for column, feature in enumerate(table.amounts):
        odd = np.flatnonzero(outlying[:, column] > OUTLYING)
        if not len(odd):
            continue
        median = np.nanmedian(table.numbers[rows, column])
        for row in odd:
            told = table.numbers[rows[row], column]
            reasons[rows[row]].append(f"{feature.label} {told:g}, its group's median {median:g}")
    for column, (feature, value) in enumerate(table.names):
        for row in np.flatnonzero(rare[:, column]):
            reasons[rows[row]].append(f"{feature.label} {value}, as {shares[column]:.1%} of its group")
