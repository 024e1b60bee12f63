"""How like a header is to known wordings: equal, the same words, sharing the telling words, or spelt alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.mapping import normalise
from aidiscover_pipelines.mapping.lexicon import Phrase
from aidiscover_pipelines.mapping.readings import Surroundings, readings
from aidiscover_pipelines.mapping.terms import count_terms
from aidiscover_pipelines.mapping.wordings import CANDIDATES, Wordings, plain, wordings

AS_LISTED, EQUAL, SAME_WORDS, NEARLY = 1.02, 1.0, 0.98, 0.95
# Shared words say more than shared letters, which only help where a word is unknown or misspelt.
WORD_SHARE, LETTER_SHARE = 0.75, 0.25
# A word that no phrase uses weighs this share of the most telling word: it may change the meaning, or be noise.
_UNKNOWN_WORD = 2 / 3
# So many nearest wordings vote; one that is 0.1 less alike than the nearest counts half.
_VOTERS, _VOTE_STEEPNESS, _LEAST_ALIKE, _SPELLING_SHARE = 10, 8.0, 0.2, 0.3
# Headers compared at once: each takes a row of some 15,000 wordings in memory.
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Similarity:
    """Likeness of header i to CANDIDATES[j]; every array is (headers, CANDIDATES).

    `score` (0 to 1.05): to the lexicon's best phrase, which is `phrase[i, j]`; `template`: to the best template header;
    `spelling` (0 to 1): letters shared with any wording; `neighbours` (0 to 1): share of the nearest wordings' votes;
    `agreed` (0 to 1): share of the wordings that are this very header, letter for letter.
    """

    score: np.ndarray
    phrase: np.ndarray
    template: np.ndarray
    spelling: np.ndarray
    neighbours: np.ndarray
    agreed: np.ndarray


def compare(
    headers: Sequence[str], around: Sequence[Surroundings], without: frozenset[str] = frozenset()
) -> Similarity:
    """Likeness of each header to each candidate, read in the surroundings of its sheet; equal headers are read once.

    Templates of the families in `without` do not count: so a product is judged by what is known of the others.
    """
    keys = list(zip(headers, around, strict=True))
    different = list(dict.fromkeys(keys))
    index = wordings()
    parts = [_compare(index, different[at : at + _AT_ONCE], without) for at in range(0, len(different), _AT_ONCE)]
    place = {key: row for row, key in enumerate(different)}
    rows = [place[key] for key in keys]
    if not parts:
        nothing = np.zeros((0, len(CANDIDATES)))
        return Similarity(nothing, nothing.astype(int), nothing, nothing, nothing, nothing)
    return Similarity(*(np.concatenate(arrays)[rows] for arrays in zip(*parts, strict=True)))


def _compare(
    index: Wordings, keys: Sequence[tuple[str, Surroundings]], without: frozenset[str]
) -> tuple[np.ndarray, ...]:
    like = np.zeros((len(keys), len(index.listed)))
    ways = [
        (row, reading, worth)
        for row, (header, around) in enumerate(keys)
        for reading, worth in readings(header, around)
    ]
    if ways:
        read = _likeness(index, [reading for _, reading, _ in ways])
        for (row, _, worth), likes in zip(ways, read, strict=True):
            np.maximum(like[row], likes * worth, out=like[row])
    foreign = np.array([phrase.family in without for phrase in index.listed])
    agreed = np.zeros((len(keys), len(CANDIDATES)))
    for row, (header, _) in enumerate(keys):
        # As listed, word for word: decides where languages share a word, such as French and Spanish 'nombre', and where
        # one concept has two forms, such as 'Disk' (its size) and 'Disks' (how many).
        for place in index.by_text.get(normalise.compact(header), ()):
            like[row, place] = max(AS_LISTED, like[row, place])
            agreed[row, index.field[place]] += not foreign[place]
    agreed /= np.maximum(agreed.sum(axis=1, keepdims=True), 1)
    spelled = index.raw_spelled.like([plain(header) for header, _ in keys])
    like[:, foreign], spelled[:, foreign] = 0.0, 0.0
    taught = slice(0, index.taught)
    score, phrase = _best(like[:, taught], index.field[taught])
    template, _ = _best(like[:, index.taught :], index.field[index.taught :])
    return (
        score,
        phrase,
        template,
        _best(spelled, index.field)[0],
        _votes(like + _SPELLING_SHARE * spelled, index),
        agreed,
    )


def _best(likes: np.ndarray, field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The likest wording of each candidate: how like, and its place (-1 where nothing is)."""
    best = np.zeros((len(likes), len(CANDIDATES)))
    place = np.full((len(likes), len(CANDIDATES)), -1)
    for candidate in np.unique(field):
        columns = np.flatnonzero(field == candidate)
        top = likes[:, columns].argmax(axis=1)
        best[:, candidate] = likes[np.arange(len(likes)), columns[top]]
        place[:, candidate] = np.where(best[:, candidate] > 0, columns[top], -1)
    return best, place


def _votes(alike: np.ndarray, index: Wordings) -> np.ndarray:
    """Share of the votes of the nearest wordings for each candidate."""
    votes = np.zeros((len(alike), len(CANDIDATES)))
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :_VOTERS]
    close = np.take_along_axis(alike, nearest, axis=1)
    weight = np.exp(_VOTE_STEEPNESS * (close - close[:, :1])) * (close > _LEAST_ALIKE)
    np.add.at(votes, (np.arange(len(alike))[:, None], index.field[nearest]), weight)
    share: np.ndarray = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-9)
    return share


def _likeness(index: Wordings, read: Sequence[tuple[str, ...]]) -> np.ndarray:
    """Likeness of each reading to each wording: (readings, wordings)."""
    held = count_terms(read, index.words)
    rows = held.matrix(np.ones(len(held.counts)))
    unknown = np.array([len(unlisted_words(reading)) for reading in read])
    length = rows @ index.weight + unknown * index.weight.max() * _UNKNOWN_WORD
    shared = (rows.multiply(index.weight) @ index.holds.T).toarray()
    overlap = 2 * shared / (length[:, None] + (index.holds @ index.weight)[None, :])
    spelled = index.spelled.like([" ".join(reading) for reading in read])
    like: np.ndarray = np.minimum(WORD_SHARE * overlap + LETTER_SHARE * spelled, NEARLY)
    for row, reading in enumerate(read):
        for place in index.by_words.get(frozenset(reading), ()):
            like[row, place] = EQUAL if index.listed[place].concepts == reading else SAME_WORDS
        # 'Bar Code' and 'barcode' are spelt alike but for the blank.
        for place in index.by_text.get("".join(reading), ()):
            like[row, place] = max(like[row, place], SAME_WORDS)
    return like


def unlisted_words(reading: Sequence[str]) -> set[str]:
    """The words of a reading that no wording uses."""
    known = wordings().words
    return {word for word in reading if word not in known}


def phrase_at(place: int) -> Phrase | None:
    """The phrase behind an entry of `Similarity.phrase`; None where nothing was alike."""
    return wordings().listed[place] if place >= 0 else None


def language_of(headers: Sequence[str]) -> str:
    """The language in which most of the headers are listed, as an ISO code; English where nothing is or others tie."""
    index = wordings()
    votes = Counter({"en": 0.5})
    for header in headers:
        languages = {index.listed[place].language for place in index.by_text.get(normalise.compact(header), ())}
        votes.update(dict.fromkeys(languages, 1.0 / max(len(languages), 1)))
    return votes.most_common(1)[0][0]
