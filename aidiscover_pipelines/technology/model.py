"""Which label a text is a spelling of, learned from labelled spellings.

Kernel ridge regression on character n-grams, solved for each text among its nearest spellings alone: as accurate as
solved over all of them, and ready as soon as the spellings are counted. A logistic curve over the figures of an
answer says how likely it is right; it is fitted on spellings and on whole labels that were held back.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import linalg, sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from aidiscover_pipelines.technology.calibration import FIGURES, FITTED, Calibration, Floats
from aidiscover_pipelines.technology.spelling import squashed, words

NEIGHBOURS = 100
_RIDGE = 0.3
_GRAMS = (2, 4)
_CHUNK = 2_000


class SpellingModel:
    """Labelled spellings, and the answer for any other text."""

    def __init__(self, spellings: Sequence[str], labels: Sequence[str]) -> None:
        """Equal spellings of one label count once. At least two spellings are needed."""
        distinct = dict.fromkeys(zip([words(spelling) for spelling in spellings], labels, strict=True))
        texts = [text for text, _ in distinct]
        self._labels, self._codes = np.unique(np.array([label for _, label in distinct], object), return_inverse=True)
        self._counters = _counters()
        self._analysers = tuple(counter.build_analyzer() for counter in self._counters)
        self._known = _rows([counter.fit_transform(texts) for counter in self._counters])

    def answer(self, texts: Sequence[str]) -> tuple[list[str], Floats]:
        """Best label of each text, and the FIGURES of each answer."""
        best: list[str] = []
        figures = np.zeros((len(texts), len(FIGURES)))
        for start in range(0, len(texts), _CHUNK):
            part = [words(text) for text in texts[start : start + _CHUNK]]
            asked = _rows([counter.transform(part) for counter in self._counters])
            alike = (asked @ self._known.T).toarray()
            size = min(NEIGHBOURS, alike.shape[1])
            nearest = np.argpartition(-alike, size - 1, axis=1)[:, :size]
            for row, columns in enumerate(nearest):
                label, figures[start + row] = self._settle(np.sort(columns), alike[row], asked[row], part[row])
                best.append(label)
        return best, figures

    def _settle(self, columns: Any, alike: Floats, asked: Any, text: str) -> tuple[str, tuple[float, ...]]:
        near = self._known[columns]
        kernel = (near @ near.T).toarray()
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        similar = alike[columns]
        weights = linalg.solve(kernel, similar, assume_a="pos", check_finite=False)
        scores = np.bincount(self._codes[columns], weights, minlength=len(self._labels))
        first = int(scores.argmax())
        lead = float(scores[first] - np.delete(scores, first).max(initial=0.0))
        own = near[self._codes[columns] == first]
        explained = np.isin(asked.indices, own.indices).sum() / self._size(text)
        return str(self._labels[first]), (float(scores[first]), lead, float(similar.max(initial=0.0)), float(explained))

    def _size(self, text: str) -> int:
        """Features that a text would have if all of them were known."""
        return max(1, sum(len(set(analyse(text))) for analyse in self._analysers))


def calibrated(figures: Floats, right: Sequence[bool], plain: Sequence[bool]) -> Calibration:
    """Curve fitted on answers of which it is known whether they were right.

    `plain` marks texts that name nothing. They are many here, to tell them apart well; then the curve is moved to where
    they are one text in ten, as in an inventory's technology columns.
    """
    # Half of what loading scikit-learn takes, which only learning needs.
    from sklearn.linear_model import LogisticRegression

    names_nothing, truth = np.array(plain), np.array(right)
    if truth.all() or not truth.any():
        return FITTED  # a handful of spellings, none of them right or none wrong, teaches nothing about confidence
    curve = LogisticRegression(C=10.0).fit(figures, truth)
    weight = np.where(names_nothing, (~names_nothing).sum() / (9.0 * max(1, names_nothing.sum())), 1.0)
    moved = LogisticRegression(C=10.0).fit(curve.decision_function(figures)[:, None], truth, sample_weight=weight)
    slope = float(moved.coef_[0, 0])
    weights = tuple(slope * float(one) for one in curve.coef_[0])
    return Calibration(weights, slope * float(curve.intercept_[0]) + float(moved.intercept_[0]))


def mutually_nearest(
    left: Sequence[tuple[str, str]], right: Sequence[tuple[str, str]], at_least: float = 0.5
) -> dict[str, str]:
    """Label of `right` -> label of `left` where each is the other's nearest, by their two most similar spellings."""
    if not left or not right:
        return {}
    texts = [words(text) for text, _ in (*left, *right)]
    counted = _counters()[1].fit_transform(texts)
    alike = (counted[: len(left)] @ counted[len(left) :].T).toarray()
    rows, row_codes = np.unique(np.array([label for _, label in left], object), return_inverse=True)
    columns, column_codes = np.unique(np.array([label for _, label in right], object), return_inverse=True)
    best = np.zeros((len(rows), len(columns)))
    np.maximum.at(best, (row_codes[:, None], column_codes[None, :]), alike)
    nearest = best.argmax(axis=1)
    return {
        str(columns[column]): str(rows[row])
        for row, column in enumerate(nearest.tolist())
        if best[row, column] >= at_least and best[:, column].argmax() == row
    }


def _counters() -> tuple[TfidfVectorizer, ...]:
    """Grams of each word, grams of the text as one word, and words."""
    counted = {"ngram_range": _GRAMS, "sublinear_tf": True, "lowercase": False}
    return (
        TfidfVectorizer(analyzer="char_wb", **counted),
        TfidfVectorizer(analyzer="char", preprocessor=_closed, **counted),
        TfidfVectorizer(analyzer=str.split, sublinear_tf=True),
    )


def _closed(text: str) -> str:
    """A text as one word with its ends marked."""
    return f"^{squashed(text)}$"


def _rows(parts: list[sparse.csr_matrix]) -> sparse.csr_matrix:
    return normalize(sparse.hstack(parts).tocsr(), copy=False)
