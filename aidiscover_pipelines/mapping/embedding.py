"""Columns as vectors, for finding those that resemble one a person has corrected: hashed words and character n-grams.

No model is downloaded and nothing is trained: see domain/feature_hashing.py.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from aidiscover_pipelines.domain.feature_hashing import hashed_feature
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.mapping import words

# What each kind of feature counts: a header's concepts say most, its spelling helps where a word is misspelt or
# unknown, the sheet and the neighbours tell equal headers of different sheets apart.
WORD, LETTERS, INDEX, SHEET, NEIGHBOUR = 1.0, 0.5, 0.5, 0.25, 0.08
_NGRAM = 3
# Six digits come back from a single-precision column as they went in.
_DIGITS = 6


def embed_columns(headers: Sequence[str], sheets: Sequence[str], neighbours: Sequence[Sequence[str]]) -> np.ndarray:
    """One vector of length 1 for each column, shape (columns, 256); all zeros for a column without any text.

    The cosine of two columns is the product of their vectors: 1 for the same header in the same surroundings.
    """
    vectors = np.zeros((len(headers), EMBEDDING_DIMENSIONS))
    for row, (header, sheet, around) in enumerate(zip(headers, sheets, neighbours, strict=True)):
        for place, weight in _header_features(header):
            vectors[row, place] += weight
        for place, weight in _context_features(sheet):
            vectors[row, place] += weight * SHEET
        for neighbour in around:
            for place, weight in _context_features(neighbour):
                vectors[row, place] += weight * NEIGHBOUR
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.round(vectors / np.where(length > 0, length, 1.0), _DIGITS)
    return unit


@lru_cache(maxsize=4096)
def _header_features(header: str) -> tuple[tuple[int, float], ...]:
    concepts = words.concepts(header)
    features = [(f"word {concept}", WORD) for concept in concepts]
    for concept in concepts:
        grams = list(_ngrams(concept))
        features += [(f"letters {gram}", LETTERS / len(grams) ** 0.5) for gram in grams]
    # 'Custom 1' and 'Custom 2' have the same words and nothing else in common.
    features += [(f"index {number}", INDEX) for number in re.findall(r"\d+", header)]
    return tuple(hashed_feature(text, weight) for text, weight in features)


@lru_cache(maxsize=4096)
def _context_features(text: str) -> tuple[tuple[int, float], ...]:
    return tuple(hashed_feature(f"context {concept}", 1.0) for concept in words.concepts(text))


def _ngrams(word: str) -> Iterator[str]:
    padded = f"<{word}>"
    yield from (padded[start : start + _NGRAM] for start in range(max(1, len(padded) - _NGRAM + 1)))
