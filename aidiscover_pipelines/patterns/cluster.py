"""Groups of applications that look alike, and ids that stay with a group from run to run."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.patterns.classes import (
    Classes,
    Counts,
    Evidence,
    belonging,
    count,
    evidence_of,
    free_parameters,
    likelihood_of,
    log_likelihood,
    mixture,
    refined,
)
from aidiscover_pipelines.patterns.features import FeatureTable, Matrix, Rows

Labels = npt.NDArray[np.int64]

SEED = 20  # any fixed number: the same portfolio must give the same groups in every run
FEWEST = 4  # below this many applications a split would say nothing
MOST_CLUSTERS = 16  # each cluster costs two crew kickoffs and a person's attention
SAMPLE = 3_000
"""Applications that the groups are found on; the others join the group that they fit best."""
MICRO_CLUSTERS = 30
MIXED = 0.75
"""How mixed, against the portfolio, members of a small class are where nothing but being odd unites them."""
MIXED_SHARE = 0.1
"""Share of the portfolio up to which such a class is dissolved: a larger one is what most of the portfolio is like."""

_COMPONENTS = 12
_STARTS = 3
_FIRST_ROUNDS, _ROUNDS, _LAST_ROUNDS = 10, 3, 5


def group_alike(table: FeatureTable) -> Labels:
    """Cluster number of each row, from 0; one cluster where there are few rows or no structure.

    K-means finds micro-clusters on a sample; as Ward does they are joined pair by pair, those first that lose least,
    which is measured by likelihood (see classes.py). Of the 1 to MOST_CLUSTERS groups on the way those with the best
    BIC (Schwarz, 1978) stand. Deterministic.
    """
    one = np.zeros(len(table.ids), dtype=np.int64)
    if len(table.ids) < FEWEST:
        return one
    points = principal_axes(table.matrix, _COMPONENTS)
    rows = _sample(table.ids)
    micro = min(MICRO_CLUSTERS, len(np.unique(points[rows].round(6), axis=0)), len(rows) - 1)
    if micro < 2:
        return one
    evidence = evidence_of(table)
    classes = _kinds(evidence, _best_classes(evidence.rows(rows), _k_means(points[rows], micro)))
    shares, _ = belonging(log_likelihood(evidence, classes))
    shares, _, _ = refined(evidence, shares, _LAST_ROUNDS)
    # A class that lost all its rows to others leaves a gap in the numbers.
    return np.unique(shares.argmax(axis=1), return_inverse=True)[1].astype(np.int64)


def keep_ids(ids: npt.NDArray[np.object_], labels: Labels, previous: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Cluster id of each row: a group keeps the id under which most of its members were known.

    `previous` has application_id and cluster_id of the last run. Largest overlaps are served first; a group without
    one gets the next number that was never used among them, larger groups first.
    """
    before = pd.Series(ids, dtype=object).map(
        dict(zip(previous["application_id"], previous["cluster_id"], strict=True))
    )
    pairs = pd.DataFrame({"label": labels, "before": before}).dropna()
    shared = pairs.groupby(["label", "before"]).size().rename("shared").reset_index()
    names: dict[int, str] = {}
    largest = shared.sort_values(["shared", "before", "label"], ascending=[False, True, True])
    for label, known in zip(largest["label"].tolist(), largest["before"].tolist(), strict=True):
        if label not in names and known not in names.values():
            names[label] = known
    used = [int(name[1:]) for name in previous["cluster_id"].unique() if name[1:].isdigit()]
    number = max(used, default=0)
    for label in np.argsort(-np.bincount(labels), kind="stable") if len(labels) else []:
        if int(label) not in names:
            number += 1
            names[int(label)] = f"c{number:02d}"
    return np.array([names[int(label)] for label in labels], dtype=object)


def principal_axes(matrix: Matrix, most: int) -> Matrix:
    """Rows on their main axes, at most so many. An axis points to where its largest loading is positive."""
    if not len(matrix):
        return matrix
    centred = matrix - matrix.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :most]
    if axes.size:
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.ascontiguousarray(centred @ axes)


def _best_classes(evidence: Evidence, labels: Labels) -> Classes:
    """Join micro-clusters down to one, each time the pair that loses least; the best of those on the way."""
    shares, likelihood, classes = refined(evidence, np.eye(labels.max() + 1)[labels], _FIRST_ROUNDS)
    best, least = classes, np.inf
    while True:
        counts = count(evidence, shares)
        if shares.shape[1] <= MOST_CLUSTERS:
            bic = -2 * likelihood + free_parameters(evidence, counts) * float(np.log(len(shares)))
            best, least = (classes, bic) if bic < least else (best, least)
        if shares.shape[1] == 1:
            return best
        kept, joined = _cheapest_pair(evidence, counts)
        shares[:, kept] += shares[:, joined]
        shares, likelihood, classes = refined(evidence, np.delete(shares, joined, axis=1), _ROUNDS)


def _kinds(evidence: Evidence, classes: Classes) -> Classes:
    """Without small classes that are as mixed as the portfolio: their members are oddities of the other kinds."""
    odd = (mixture(evidence, classes) >= MIXED) & (np.exp(classes.size) < MIXED_SHARE)
    return classes.of(~odd)


def _cheapest_pair(evidence: Evidence, counts: Counts) -> tuple[int, int]:
    left, right = np.triu_indices(len(counts.members), 1)
    apart = likelihood_of(evidence, counts)
    loss = apart[left] + apart[right] - likelihood_of(evidence, counts.of(left) + counts.of(right))
    place = int(loss.argmin())
    return int(left[place]), int(right[place])


def _k_means(points: Matrix, groups: int) -> Labels:
    from sklearn.cluster import KMeans

    model = KMeans(n_clusters=groups, random_state=SEED, n_init=_STARTS)
    labels: Labels = model.fit_predict(points).astype(np.int64)
    return labels


def _sample(ids: npt.NDArray[np.object_]) -> Rows:
    """Positions of at most SAMPLE applications, chosen by their ids: most of them stay when others come and go."""
    if len(ids) <= SAMPLE:
        return np.arange(len(ids))
    return np.sort(np.argsort(pd.util.hash_array(ids), kind="stable")[:SAMPLE])
