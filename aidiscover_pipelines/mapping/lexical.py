"""How like a header is to the lexicon's phrases: equal, the same words, sharing the telling words, or spelt alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.mapping import normalise
from aidiscover_pipelines.mapping.lexicon import IGNORE, Phrase, phrases
from aidiscover_pipelines.mapping.readings import Surroundings, readings

CANDIDATES: tuple[str, ...] = (*(field.name for field in FIELDS), IGNORE)
INDEX = {name: position for position, name in enumerate(CANDIDATES)}

AS_LISTED, EQUAL, SAME_WORDS, NEARLY = 1.02, 1.0, 0.98, 0.95
# Shared words say more than shared letters, which only help where a word is unknown or misspelt.
WORD_SHARE, LETTER_SHARE = 0.75, 0.25
# A word that no phrase uses weighs this share of the most telling word: it may change the meaning, or be noise.
_UNKNOWN_WORD = 2 / 3


@dataclass(frozen=True, slots=True)
class Similarity:
    """`score[i, j]`: likeness (0 to 1.05) of header i to the best phrase of CANDIDATES[j], at place `phrase[i, j]`."""

    score: np.ndarray
    phrase: np.ndarray


@dataclass(frozen=True)
class _Index:
    """The phrases in CANDIDATES order; those of candidate j begin at starts[j]. Matrices have one row per phrase."""

    listed: tuple[Phrase, ...]
    starts: np.ndarray
    words: Any  # scikit-learn's CountVectorizer
    weight: np.ndarray
    holds: Any
    letters: Any  # and its TfidfVectorizer
    spelled: Any
    by_words: dict[frozenset[str], list[int]]
    by_text: dict[str, list[int]]


@cache
def _index() -> _Index:
    # Half a second; definitions load without it.
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    listed = tuple(sorted(phrases(), key=lambda phrase: INDEX[phrase.field]))
    starts = np.searchsorted([INDEX[phrase.field] for phrase in listed], range(len(CANDIDATES)))
    vectorizer = CountVectorizer(analyzer=_as_words, binary=True, dtype=np.float64)
    holds = vectorizer.fit_transform([phrase.concepts for phrase in listed])
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32)
    spelled = letters.fit_transform([" ".join(phrase.concepts) for phrase in listed])
    # A word that many fields use tells little: inverse frequency over fields.
    used_by = np.add.reduceat(holds.toarray(), starts, axis=0).astype(bool).sum(axis=0)
    by_words: dict[frozenset[str], list[int]] = {}
    by_text: dict[str, list[int]] = {}
    for place, phrase in enumerate(listed):
        by_words.setdefault(frozenset(phrase.concepts), []).append(place)
        by_text.setdefault(normalise.compact(phrase.text), []).append(place)
    weight = np.log1p(len(CANDIDATES) / used_by)
    return _Index(listed, starts, vectorizer, weight, holds, letters, spelled, by_words, by_text)


def _as_words(reading: tuple[str, ...]) -> tuple[str, ...]:
    return reading


def compare(headers: Sequence[str], around: Sequence[Surroundings]) -> Similarity:
    """Likeness of each header to each candidate, read in the surroundings of its sheet; equal headers are read once."""
    keys = list(zip(headers, around, strict=True))
    different = list(dict.fromkeys(keys))
    score, phrase = _compare_different(different)
    place = {key: row for row, key in enumerate(different)}
    rows = [place[key] for key in keys]
    return Similarity(score[rows], phrase[rows])


def _compare_different(keys: Sequence[tuple[str, Surroundings]]) -> tuple[np.ndarray, np.ndarray]:
    index = _index()
    ways = [
        (row, reading, worth)
        for row, (header, around) in enumerate(keys)
        for reading, worth in readings(header, around)
    ]
    score = np.zeros((len(keys), len(CANDIDATES)))
    best = np.full((len(keys), len(CANDIDATES)), -1)
    if ways:
        like = (
            _likeness(index, [reading for _, reading, _ in ways]) * np.array([worth for _, _, worth in ways])[:, None]
        )
        for (row, _, _), likes in zip(ways, like, strict=True):
            _keep_better(index, likes, score[row], best[row])
    for row, (header, _) in enumerate(keys):
        # As listed, word for word: decides where languages share a word, such as French and Spanish 'nombre', and where
        # one concept has two forms, such as 'Disk' (its size) and 'Disks' (how many).
        for place in index.by_text.get(normalise.compact(header), ()):
            column = INDEX[index.listed[place].field]
            score[row, column], best[row, column] = max(AS_LISTED, score[row, column]), place
    return score, best


def _keep_better(index: _Index, likes: np.ndarray, score: np.ndarray, best: np.ndarray) -> None:
    """Raise one header's scores, in place, where this reading is liker to some phrase of a candidate."""
    top = np.maximum.reduceat(likes, index.starts)
    ends = [*index.starts[1:], len(index.listed)]
    for column in np.flatnonzero(top > score):
        score[column] = top[column]
        best[column] = index.starts[column] + likes[index.starts[column] : ends[column]].argmax()


def _likeness(index: _Index, read: Sequence[tuple[str, ...]]) -> np.ndarray:
    """Likeness of each reading to each phrase: (readings, phrases)."""
    rows = index.words.transform(read)
    known = index.words.vocabulary_
    unknown = np.array([sum(word not in known for word in set(reading)) for reading in read])
    length = rows @ index.weight + unknown * index.weight.max() * _UNKNOWN_WORD
    shared = (rows.multiply(index.weight) @ index.holds.T).toarray()
    overlap = 2 * shared / (length[:, None] + (index.holds @ index.weight)[None, :])
    spelled = (index.letters.transform([" ".join(reading) for reading in read]) @ index.spelled.T).toarray()
    like: np.ndarray = np.minimum(WORD_SHARE * overlap + LETTER_SHARE * spelled, NEARLY)
    for row, reading in enumerate(read):
        for place in index.by_words.get(frozenset(reading), ()):
            like[row, place] = EQUAL if index.listed[place].concepts == reading else SAME_WORDS
        # 'Bar Code' and 'barcode' are spelt alike but for the blank.
        for place in index.by_text.get("".join(reading), ()):
            like[row, place] = max(like[row, place], SAME_WORDS)
    return like


def phrase_at(place: int) -> Phrase | None:
    """The phrase behind an entry of `Similarity.phrase`; None where nothing was alike."""
    return _index().listed[place] if place >= 0 else None
