"""Nearest neighbours of every row without comparing all pairs: a forest of random projection trees.

Dasgupta and Freund, "Random projection trees and low dimensional manifolds" (2008): a tree halves the rows along random
directions down to small leaves, and only rows of a leaf are compared; several trees make up for the borders of each.
Cost grows with n log n. On a generated portfolio of 10,000 the forest finds 92 % of the ten nearest.
"""

import numpy as np
import numpy.typing as npt

from aidiscover_pipelines.patterns.features import Matrix, Rows

Singles = npt.NDArray[np.float32]

TREES = 12
LEAF = 128
KEPT = 10
"""Nearest rows taken from the leaf of each tree."""
_SEED = 20  # any fixed number: the same portfolio must give the same neighbours in every run


def nearest_rows(matrix: Matrix, most: int) -> Rows:
    """Positions of at most `most` of the nearest rows of each, in no order, -1 where fewer were found."""
    rng = np.random.default_rng(_SEED)
    points = matrix.astype(np.float32)
    trees = [_within(points, _leaves(points, rng), most) for _ in range(TREES if len(points) > LEAF else 1)]
    near, far = (np.hstack(parts) for parts in zip(*trees, strict=True))
    order = np.argsort(near, axis=1)
    near, far = np.take_along_axis(near, order, axis=1), np.take_along_axis(far, order, axis=1)
    far[:, 1:][near[:, 1:] == near[:, :-1]] = np.inf
    if near.shape[1] > most:
        order = np.argpartition(far, most - 1, axis=1)[:, :most]
        near, far = np.take_along_axis(near, order, axis=1), np.take_along_axis(far, order, axis=1)
    found: Rows = np.where(np.isfinite(far), near, -1).astype(np.intp)
    return found


def _leaves(points: Singles, rng: np.random.Generator) -> Rows:
    """Rows of each leaf of one tree, filled up with -1. Shape: (leaves, at most LEAF)."""
    depth = max(0, int(np.ceil(np.log2(max(len(points), 1) / LEAF))))
    size = -(-len(points) // 2**depth)
    order = rng.permutation(size << depth)
    order = np.where(order < len(points), order, -1)[None, :]
    for _ in range(depth):
        projected = points @ rng.standard_normal(points.shape[1], dtype=np.float32)
        # Filling is strewn over both halves, or some leaves would hold nothing else.
        filling = rng.normal(projected.mean(), projected.std(), order.shape)
        place = np.where(order < 0, filling, projected[order])
        order = np.take_along_axis(order, np.argsort(place, axis=1, kind="stable"), axis=1)
        order = order.reshape(2 * len(order), -1)
    return order


def _within(points: Singles, leaves: Rows, most: int) -> tuple[npt.NDArray[np.int32], Singles]:
    """Nearest rows of each row in its leaf, in no order, and their squared distances (infinite for none)."""
    members = points[leaves]
    length = np.where(leaves < 0, np.inf, (points**2).sum(axis=1)[leaves]).astype(np.float32)
    apart = length[:, None, :] - 2 * (members @ members.transpose(0, 2, 1))
    itself = np.arange(leaves.shape[1])
    apart[:, itself, itself] = np.inf
    kept = min(most, KEPT, leaves.shape[1])
    nearest = np.argpartition(apart, kept - 1, axis=2)[:, :, :kept]
    distance = np.take_along_axis(apart, nearest, axis=2) + length[:, :, None]
    rows = np.take_along_axis(np.broadcast_to(leaves[:, None, :], apart.shape), nearest, axis=2)
    real = leaves.ravel() >= 0
    found = np.empty((len(points), kept), dtype=np.int32)
    far = np.empty((len(points), kept), dtype=np.float32)
    found[leaves.ravel()[real]] = rows.reshape(-1, kept)[real]
    far[leaves.ravel()[real]] = distance.reshape(-1, kept)[real]
    return found, far
