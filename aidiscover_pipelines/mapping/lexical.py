"""How like a header is to known wordings: equal, the same words, sharing the telling words, or spelt alike.

Known wordings are the lexicon's phrases and the headers of the product templates.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.mapping import normalise, words
from aidiscover_pipelines.mapping.lexicon import IGNORE, Phrase, phrases
from aidiscover_pipelines.mapping.readings import Surroundings, readings
from aidiscover_pipelines.mapping.templates import templates

CANDIDATES: tuple[str, ...] = (*(field.name for field in FIELDS), IGNORE)
INDEX = {name: position for position, name in enumerate(CANDIDATES)}

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


@dataclass(frozen=True)
class _Index:
    """The wordings, lexicon first, each part in CANDIDATES order. Matrices have one row per wording."""

    listed: tuple[Phrase, ...]
    field: np.ndarray
    taught: int  # so many of them are the lexicon's
    words: Any  # scikit-learn's CountVectorizer
    weight: np.ndarray
    holds: Any
    letters: Any  # and its TfidfVectorizer
    spelled: Any
    raw: Any
    raw_spelled: Any
    by_words: dict[frozenset[str], list[int]]
    by_text: dict[str, list[int]]


def _wordings() -> tuple[Phrase, ...]:
    headers: dict[tuple[str, tuple[str, ...], str], Phrase] = {}
    for sheet in templates():
        for column in sheet.columns:
            if meaning := words.concepts(column.header):
                headers.setdefault(
                    (column.field, meaning, sheet.family),
                    Phrase(column.field, column.header, sheet.language, meaning, sheet.product, sheet.family),
                )
    return (*sorted(phrases(), key=_candidate), *sorted(headers.values(), key=_candidate))


def _candidate(phrase: Phrase) -> int:
    return INDEX[phrase.field]


@cache
def _index() -> _Index:
    # Half a second; definitions load without it.
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    listed = _wordings()
    field = np.array([INDEX[phrase.field] for phrase in listed])
    vectorizer = CountVectorizer(analyzer=_as_words, binary=True, dtype=np.float64)
    holds = vectorizer.fit_transform([phrase.concepts for phrase in listed])
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32)
    spelled = letters.fit_transform([" ".join(phrase.concepts) for phrase in listed])
    raw = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32)
    raw_spelled = raw.fit_transform([_plain(phrase.text) for phrase in listed])
    # A word that many fields use tells little: inverse frequency over fields.
    used = np.zeros((len(CANDIDATES), holds.shape[1]), dtype=bool)
    entries = holds.tocoo()
    used[field[entries.row], entries.col] = True
    by_words: dict[frozenset[str], list[int]] = {}
    by_text: dict[str, list[int]] = {}
    for place, phrase in enumerate(listed):
        by_words.setdefault(frozenset(phrase.concepts), []).append(place)
        by_text.setdefault(normalise.compact(phrase.text), []).append(place)
    return _Index(
        listed,
        field,
        sum(not phrase.family for phrase in listed),
        vectorizer,
        np.log1p(len(CANDIDATES) / used.sum(axis=0)),
        holds,
        letters,
        spelled,
        raw,
        raw_spelled,
        by_words,
        by_text,
    )


def _as_words(reading: tuple[str, ...]) -> tuple[str, ...]:
    return reading


def _plain(header: str) -> str:
    return " ".join(normalise.words(header))


def compare(
    headers: Sequence[str], around: Sequence[Surroundings], without: frozenset[str] = frozenset()
) -> Similarity:
    """Likeness of each header to each candidate, read in the surroundings of its sheet; equal headers are read once.

    Templates of the families in `without` do not count: so a product is judged by what is known of the others.
    """
    keys = list(zip(headers, around, strict=True))
    different = list(dict.fromkeys(keys))
    index = _index()
    parts = [_compare(index, different[at : at + _AT_ONCE], without) for at in range(0, len(different), _AT_ONCE)]
    place = {key: row for row, key in enumerate(different)}
    rows = [place[key] for key in keys]
    if not parts:
        nothing = np.zeros((0, len(CANDIDATES)))
        return Similarity(nothing, nothing.astype(int), nothing, nothing, nothing, nothing)
    return Similarity(*(np.concatenate(arrays)[rows] for arrays in zip(*parts, strict=True)))


def _compare(
    index: _Index, keys: Sequence[tuple[str, Surroundings]], without: frozenset[str]
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
    spelled = (index.raw.transform([_plain(header) for header, _ in keys]) @ index.raw_spelled.T).toarray()
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


def _votes(alike: np.ndarray, index: _Index) -> np.ndarray:
    """Share of the votes of the nearest wordings for each candidate."""
    votes = np.zeros((len(alike), len(CANDIDATES)))
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :_VOTERS]
    close = np.take_along_axis(alike, nearest, axis=1)
    weight = np.exp(_VOTE_STEEPNESS * (close - close[:, :1])) * (close > _LEAST_ALIKE)
    np.add.at(votes, (np.arange(len(alike))[:, None], index.field[nearest]), weight)
    share: np.ndarray = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-9)
    return share


def _likeness(index: _Index, read: Sequence[tuple[str, ...]]) -> np.ndarray:
    """Likeness of each reading to each wording: (readings, wordings)."""
    rows = index.words.transform(read)
    unknown = np.array([len(unlisted_words(reading)) for reading in read])
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


def unlisted_words(reading: Sequence[str]) -> set[str]:
    """The words of a reading that no wording uses."""
    known: Mapping[str, int] = _index().words.vocabulary_
    return {word for word in reading if word not in known}


def phrase_at(place: int) -> Phrase | None:
    """The phrase behind an entry of `Similarity.phrase`; None where nothing was alike."""
    return _index().listed[place] if place >= 0 else None


def language_of(headers: Sequence[str]) -> str:
    """The language in which most of the headers are listed, as an ISO code; English where nothing is or others tie."""
    index = _index()
    votes = Counter({"en": 0.5})
    for header in headers:
        languages = {index.listed[place].language for place in index.by_text.get(normalise.compact(header), ())}
        votes.update(dict.fromkeys(languages, 1.0 / max(len(languages), 1)))
    return votes.most_common(1)[0][0]
