"""Texts named by somebody else's labels: the catalogue's spellings speak for the labels that share one with them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.technology.calibration import Calibration, Floats
from aidiscover_pipelines.technology.catalogue import Product, catalogue, everyday
from aidiscover_pipelines.technology.model import SpellingModel, calibrated, mutually_nearest
from aidiscover_pipelines.technology.spelling import squashed

Labelled = Sequence[tuple[str, str]]

# Answers are given from this probability on: below it, more than a tenth of texts that name nothing would get a name.
NAMED_FROM = 0.35
# Of a text that is spelled exactly as a labelled one; labels contradict each other on about one in a hundred.
_SEEN = 0.99

# What is held back to fit the confidence: whole labels stand for what nobody has labelled, spellings for new ones.
_UNKNOWN_LABELS = 0.1
_UNKNOWN_SPELLINGS = 0.2
_EVERYDAY = 0.5
_DRAWS = (5, 6)


@dataclass(frozen=True, slots=True)
class Answer:
    """Label of a text, or None where none is likely enough; `guess` is the best label all the same."""

    label: str | None
    guess: str | None
    confidence: float


class Labels:
    """A model of the labels of a training file, with the catalogue's knowledge added."""

    def __init__(self, train: Labelled, forgotten: frozenset[str] = frozenset()) -> None:
        """At least two labels are needed.

        Of the catalogue, products with a spelling in `forgotten` (squashed) are left out, to see how texts fare that
        nobody has ever named.
        """
        self._calibration = _calibrate(train)
        own = _catalogue_spellings(train, forgotten)
        self._exact = _majority(train)
        for spelling, label in own:
            self._exact.setdefault(squashed(spelling), (label, 0.95))
        self._model = SpellingModel(*zip(*train, *own, strict=True))

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        """One answer for each text, in order; equal texts get equal answers."""
        answers: dict[str, Answer] = {}
        open_texts = []
        for text in dict.fromkeys(texts):
            known = self._exact.get(squashed(text))
            if known is None:
                open_texts.append(text)
            else:
                answers[text] = self._settled(known[0], known[1])
        if open_texts:
            guesses, figures = self._model.answer(open_texts)
            chances = self._calibration.probability(figures).tolist()
            for text, guess, chance in zip(open_texts, guesses, chances, strict=True):
                answers[text] = self._settled(guess, chance)
        return [answers[text] for text in texts]

    @staticmethod
    def _settled(guess: str, chance: float) -> Answer:
        """A product of the catalogue that no label stands for is no answer: it is known, but not by these labels."""
        if guess.startswith(_UNTIED):
            return Answer(None, None, 0.0)
        return Answer(guess if chance >= NAMED_FROM else None, guess, chance)


_UNTIED = "catalogue:"


def _catalogue_spellings(train: Labelled, forgotten: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Spellings of the catalogue and texts of no technology, each with the label that it speaks for, or its own name.

    A product speaks for the label that most of its spellings have. Of the labels and products that share none, those
    speak for each other that are mutually nearest.
    """
    labelled = {spelling: label for spelling, (label, _) in _majority(train).items()}
    ties: dict[str, str] = {}
    products = [one for one in catalogue().values() if forgotten.isdisjoint(map(squashed, _written(one)))]
    for product in products:
        votes = Counter(labelled[key] for key in set(map(squashed, _written(product))) if key in labelled)
        if votes:
            ties[product.key] = max(votes, key=lambda label: (votes[label], label))
    alone = {label for label in labelled.values() if label not in set(ties.values())}
    ties |= mutually_nearest(
        [(text, label) for text, label in train if label in alone],
        [(text, one.key) for one in products if one.key not in ties for text in _written(one)],
    )
    rows = [(text, ties.get(product.key, _UNTIED + product.key)) for product in products for text in _written(product)]
    rows += [(text, _UNTIED + kind) for kind, text in everyday("learned")]
    return [(text, label) for text, label in rows if squashed(text) not in labelled]


def _written(product: Product) -> tuple[str, ...]:
    return (*product.inside, *product.whole)


def _majority(train: Labelled) -> dict[str, tuple[str, float]]:
    """Squashed spelling -> its most frequent label and how sure that is."""
    votes: dict[str, Counter[str]] = {}
    for text, label in train:
        votes.setdefault(squashed(text), Counter())[label] += 1
    chosen = {key: max(counted, key=lambda label: (counted[label], label)) for key, counted in votes.items()}
    return {key: (label, _SEEN * votes[key][label] / votes[key].total()) for key, label in chosen.items()}


def _calibrate(train: Labelled) -> Calibration:
    """Hold back some labels and some spellings, answer them from the rest, and fit the curve on what was right."""
    figures, right, plain = zip(*(_held_back(train, np.random.default_rng(seed)) for seed in _DRAWS), strict=True)
    return calibrated(np.vstack(figures), np.concatenate(right).tolist(), np.concatenate(plain).tolist())


def _held_back(train: Labelled, chance: np.random.Generator) -> tuple[Floats, list[bool], list[bool]]:
    """Figures of the answers to what is held back, whether they are right, and whether the text names nothing."""
    unknown = _drawn(chance, (label for _, label in train), _UNKNOWN_LABELS)
    held = _drawn(chance, (squashed(text) for text, label in train if label not in unknown), _UNKNOWN_SPELLINGS)
    plain = _drawn(chance, (text for _, text in everyday("learned")), _EVERYDAY)
    rest = [(text, label) for text, label in train if label not in unknown and squashed(text) not in held]
    own = [(text, label) for text, label in _catalogue_spellings(rest) if text not in plain]
    known = {squashed(text) for text, _ in (*rest, *own)}
    asked = [(text, label) for text, label in train if label in unknown or squashed(text) in held]
    asked += [(text, "") for text in sorted(plain)]
    asked = [(text, label) for text, label in asked if squashed(text) not in known]
    guesses, figures = SpellingModel(*zip(*rest, *own, strict=True)).answer([text for text, _ in asked])
    untied = np.array([guess.startswith(_UNTIED) for guess in guesses])
    figures[untied] = 0.0
    kept = np.flatnonzero(~untied | np.array([not label for _, label in asked])).tolist()
    right = [guesses[row] == asked[row][1] for row in kept]
    return figures[kept], right, [not asked[row][1] for row in kept]


def _drawn(chance: np.random.Generator, values: Iterable[str], share: float) -> set[str]:
    distinct = sorted(set(values))
    return {value for value, lot in zip(distinct, chance.random(len(distinct)), strict=True) if lot < share}
