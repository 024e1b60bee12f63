"""How far two applications agree: Gower's general coefficient over the declared features.

Gower, "A general coefficient of similarity and some of its properties", Biometrics 27 (1971): each feature gives 0 to 1
and the coefficient is their weighted mean. Features unknown of the one asked about do not count; those unknown of the
other count as no agreement, so that an application of which little is known is like nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidiscover_pipelines.patterns.features import Feature, FeatureTable, Flags, Matrix, Rows

SHARED_FROM = 0.8
"""Agreement of a feature from which it is told as shared, and its complement as different."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A feature table ready for comparing.

    `known` has a row for each application and a column for each of `features`; `weights` are theirs, `told` is the
    weight of what is known of each application. `bits` are its flags, eight to a byte, those of a feature in bytes of
    their own from `starts`; `scaled` its numbers, NaN where unknown, with the portfolio's `spread` of each.
    """

    table: FeatureTable
    features: Sequence[Feature]
    known: Flags
    weights: Matrix
    told: Matrix
    bits: npt.NDArray[np.uint8]
    starts: Rows
    scaled: Matrix
    spread: Matrix

    def agreement(self, left: Rows, right: Rows) -> Matrix:
        """Agreement of pairs by feature, NaN where either is unknown. Shape: (pairs, features)."""
        mine, other = self.bits[left], self.bits[right]
        both, either = self._flags_set(mine & other), self._flags_set(mine | other)
        numbers = 1.0 - np.abs(self.scaled[left] - self.scaled[right]) / self.spread
        agreed = np.hstack([both / np.maximum(either, 1), numbers])
        return np.where(self.known[left] & self.known[right], agreed, np.nan)

    def similarity(self, left: Rows, agreement: Matrix) -> Matrix:
        """Coefficient of pairs as `left` sees it."""
        told = self.told[left]
        likeness: Matrix = np.nan_to_num(agreement) @ self.weights / np.where(told > 0, told, 1.0)
        return likeness

    def _flags_set(self, bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Number of flags by feature."""
        if not len(self.starts):
            return np.zeros((len(bits), 0), dtype=np.uint8)
        return np.add.reduceat(np.bitwise_count(bits), self.starts, axis=1, dtype=np.uint8)


def comparable(table: FeatureTable) -> Comparable:
    """The table ready for comparing."""
    features = [*table.named, *table.amounts]
    weights = np.array([feature.weight for feature in features])
    packed = [
        np.packbits(table.flags[:, start : start + width], axis=1)
        for start, width in zip(table.starts, table.widths, strict=True)
    ]
    scaled = np.where(np.isnan(table.numbers), np.nan, table.scaled)
    # Unknown values are scaled to 0, the median, which lies between the least and the most.
    spread = np.ptp(table.scaled, axis=0) if len(table.ids) else np.zeros(len(table.amounts))
    return Comparable(
        table,
        features,
        table.known,
        weights,
        table.known @ weights,
        np.hstack(packed) if packed else np.zeros((len(table.ids), 0), dtype=np.uint8),
        np.cumsum([0, *(block.shape[1] for block in packed)])[:-1].astype(np.intp),
        scaled,
        np.where(spread > 0, spread, 1.0),
    )
