"""Texts as sparse rows over a vocabulary of terms: which terms they hold, and how much each tells.

The weights are those of scikit-learn's TfidfVectorizer, bit for bit; importing it takes longer than mapping a file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class TermCounts:
    """How often each text holds each term of `vocabulary`, as a CSR matrix: (texts, terms), terms in order."""

    vocabulary: Mapping[str, int]
    indptr: np.ndarray
    indices: np.ndarray
    counts: np.ndarray

    def matrix(self, data: np.ndarray) -> Any:
        """The SciPy matrix with `data` in place of the counts."""
        from scipy.sparse import csr_array

        shape = (len(self.indptr) - 1, len(self.vocabulary))
        return csr_array((data, self.indices, self.indptr), shape=shape)


def count_terms(texts: Iterable[Sequence[str]], vocabulary: Mapping[str, int] | None = None) -> TermCounts:
    """Counts of the terms of each text; those outside a given `vocabulary` do not count."""
    counted = [Counter(terms) for terms in texts]
    if vocabulary is None:
        vocabulary = {term: place for place, term in enumerate(sorted({term for terms in counted for term in terms}))}
    known = [
        sorted((vocabulary[term], count) for term, count in terms.items() if term in vocabulary) for terms in counted
    ]
    ends = np.cumsum([0, *(len(held) for held in known)], dtype=np.int32)
    flat = np.array([pair for held in known for pair in held], dtype=np.int32).reshape(-1, 2)
    return TermCounts(vocabulary, ends, flat[:, 0].copy(), flat[:, 1].copy())


def letters(text: str, shortest: int, longest: int) -> list[str]:
    """Runs of so many letters of each word, its ends as blanks; a word shorter than a run is one itself."""
    runs: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            runs += [padded[start : start + length] for start in range(max(1, len(padded) - length + 1))]
            if len(padded) <= length:
                break
    return runs


def rarity(listed: TermCounts) -> np.ndarray:
    """How much each term tells: its inverse frequency over the texts, smoothed; (terms,) float32."""
    uses = np.bincount(listed.indices, minlength=len(listed.vocabulary)).astype(np.float32) + np.float32(1)
    told: np.ndarray = np.log(np.float32(len(listed.indptr)) / uses) + np.float32(1)
    return told


def weighed(texts: TermCounts, told: np.ndarray) -> Any:
    """The texts as rows of length 1: repeated terms count by the logarithm, each by what it tells. (texts, terms)."""
    weights = np.log(texts.counts.astype(np.float32)) + np.float32(1)
    weights *= told[texts.indices]
    row = np.repeat(np.arange(len(texts.indptr) - 1), np.diff(texts.indptr))
    length = np.sqrt(np.bincount(row, weights * weights, minlength=len(texts.indptr) - 1))
    return texts.matrix((weights / length[row]).astype(np.float32))
