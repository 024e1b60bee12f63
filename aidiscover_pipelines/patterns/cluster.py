"""Groups of applications that look alike, and ids that stay with a group from run to run."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.patterns.features import Matrix

Labels = npt.NDArray[np.int64]

SEED = 20  # any fixed number: the same portfolio must give the same groups in every run
FEWEST = 4  # below this many applications a split would say nothing
MOST_CLUSTERS = 16  # each cluster costs two crew kickoffs and a person's attention
SAMPLE = 1_500  # silhouette is quadratic; on samples of this size its choice was stable up to 100,000 applications
MANY = 10_000  # from here on micro-clusters joined by Ward beat k-means in both time and agreement
MICRO_CLUSTERS = 200
SLIGHTEST_STRUCTURE = (
    0.10  # shapeless noise on 12 axes reaches 0.06 to 0.10 ; generated portfolios 0.18 to 0.21 (both measured)
)
FEW_DISTINCT = 8
_COMPONENTS = 12
_STARTS = 3


def group_alike(matrix: Matrix) -> Labels:
    """Cluster number of each row, from 0; one cluster where there are few rows or no structure.

    The number of clusters is the one with the best silhouette on a sample. Deterministic.
    """
    # One thread: the arrays are small, and waiting threads cost more than they save (5 s instead of 0.3 s for 1,000
    # applications beside one busy process on two cores).
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # no stubs; comes with scikit-learn

    with threadpool_limits(1):
        return _grouped(_principal(matrix))


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


def _grouped(points: Matrix) -> Labels:
    distinct = _count_distinct(points)
    most = min(MOST_CLUSTERS, distinct, len(points) - 1)
    if len(points) < FEWEST or most < 2:
        return np.zeros(len(points), dtype=np.int64)
    if len(points) > MANY:
        return _joined_micro_clusters(points, most)
    count = _best_count(points, most)
    return _k_means(points, count) if count > 1 else np.zeros(len(points), dtype=np.int64)


def _principal(matrix: Matrix) -> Matrix:
    """Rows on their main axes, which drops the noise of rare names."""
    centred = matrix - matrix.mean(axis=0) if len(matrix) else matrix
    if min(centred.shape) <= _COMPONENTS:
        return np.ascontiguousarray(centred)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(centred @ vectors[:, ::-1][:, :_COMPONENTS])


def _count_distinct(points: Matrix) -> int:
    return len(np.unique(points.round(6), axis=0))


def _best_count(points: Matrix, most: int) -> int:
    """Number of clusters with the best silhouette on a sample; 1 where none shows structure."""
    from sklearn.metrics import pairwise_distances

    sample = points[_sample(points)]
    distances = pairwise_distances(sample)
    np.fill_diagonal(distances, 0.0)
    scores = {
        count: _silhouette(distances, _k_means(sample, count))
        for count in range(2, min(most, _count_distinct(sample), len(sample) - 1) + 1)
    }
    best = max(scores, key=lambda count: scores[count], default=1)
    return best if scores.get(best, 0.0) >= SLIGHTEST_STRUCTURE else 1


def _joined_micro_clusters(points: Matrix, most: int) -> Labels:
    from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
    from sklearn.metrics import pairwise_distances

    distinct = _count_distinct(points)
    micro = MiniBatchKMeans(
        n_clusters=min(MICRO_CLUSTERS, distinct), random_state=SEED, n_init=_STARTS, batch_size=4_096
    ).fit(points)
    chosen = _sample(points)
    distances = pairwise_distances(points[chosen])
    np.fill_diagonal(distances, 0.0)
    best, best_score = np.zeros(len(points), dtype=np.int64), SLIGHTEST_STRUCTURE
    for count in range(2, min(most, len(micro.cluster_centers_)) + 1):
        ward = AgglomerativeClustering(n_clusters=count).fit_predict(micro.cluster_centers_)
        labels = ward[micro.labels_].astype(np.int64)
        score = _silhouette(distances, labels[chosen])
        if score > best_score:
            best, best_score = labels, score
    return best


def _k_means(points: Matrix, count: int) -> Labels:
    from sklearn.cluster import KMeans

    model = KMeans(n_clusters=count, random_state=SEED, n_init=_STARTS)
    labels: Labels = model.fit_predict(points).astype(np.int64)
    return labels


def _silhouette(distances: Matrix, labels: Labels) -> float:
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(labels):
        return 0.0
    return float(silhouette_score(distances, labels, metric="precomputed"))


def _sample(points: Matrix) -> npt.NDArray[np.intp]:
    """Positions of at most SAMPLE rows without repetitions.

    Groups of equal rows would look perfect however finely they cut the portfolio. Where only a handful of rows differ,
    the repetitions are the groups and stay.
    """
    chosen = np.arange(len(points))
    if len(points) > SAMPLE:
        chosen = np.sort(np.random.default_rng(SEED).choice(len(points), SAMPLE, replace=False))
    _, first = np.unique(points[chosen].round(6), axis=0, return_index=True)
    return chosen[np.sort(first)] if len(first) > FEW_DISTINCT else chosen
