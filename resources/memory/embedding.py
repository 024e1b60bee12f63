"""Texts as vectors without a model: hashed words and letter groups, the same on every machine and in every release.

Words are Unicode words. Scripts that are written without spaces (Chinese, Japanese, Thai and their like) have none to
see, so their single letters and pairs of letters stand for words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from aidiscover_pipelines.domain.feature_hashing import hashed_feature
from aidiscover_pipelines.domain.settings import OFFLINE_EMBEDDER
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.ports import EmbeddingCall

# What a word and all its letter groups count: the groups find it again where it is inflected or misspelt.
WORD, LETTERS = 1.0, 1.0
_NGRAM = 3
# Short words (of, der, le, 12) tell texts apart less well than long ones.
_LONG = 6
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_TOKENS = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])[^\W_])+")
# Six digits come back from a single-precision column as they went in.
_DIGITS = 6


class WordsEmbedder:
    """Embedder that needs no key, no download and no network. Texts that share words are near each other."""

    name = OFFLINE_EMBEDDER

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See Embedder; raises nothing."""
        return [_vector(text) for text in texts]

    def through(self, redact: Callable[[str], str], record: Callable[[EmbeddingCall], None]) -> "WordsEmbedder":
        """See Embedder: nothing leaves."""
        return self


def _vector(text: str) -> list[float]:
    total = np.zeros(EMBEDDING_DIMENSIONS)
    for word, count in Counter(_words(text)).items():
        for place, weight in _features(word):
            total[place] += weight * count**0.5
    length = float(np.linalg.norm(total))
    unit: list[float] = np.round(total / length if length else total, _DIGITS).tolist()
    return unit


def _words(text: str) -> Iterator[str]:
    for token in _TOKENS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        letters = token.group()
        if token["unspaced"]:
            yield from letters
            yield from map("".join, pairwise(letters))
        else:
            yield letters


@lru_cache(maxsize=1 << 15)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    scale = 1.0 if re.match(f"[{_UNSPACED}]", word) else min(len(word), _LONG) / _LONG
    padded = f"<{word}>"
    groups = [padded[start : start + _NGRAM] for start in range(max(1, len(padded) - _NGRAM + 1))]
    share = LETTERS / len(groups) ** 0.5
    return (
        hashed_feature(f"word {word}", WORD * scale),
        *(hashed_feature(f"letters {group}", share * scale) for group in groups),
    )
