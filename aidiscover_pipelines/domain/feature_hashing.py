"""Features as places in a vector: each is hashed to one of 256 with a sign (feature hashing, Weinberger et al. 2009).

No model is downloaded and nothing is trained, so a vector written by one release on one machine is comparable with
those of another.
"""

import zlib

from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS


def hashed_feature(feature: str, weight: float) -> tuple[int, float]:
    """Place of a feature (0 to 255) and its weight with the feature's sign."""
    code = zlib.crc32(feature.encode())
    return code % EMBEDDING_DIMENSIONS, weight if code & 0x80000000 else -weight
