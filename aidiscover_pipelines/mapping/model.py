"""The trained ranker: probabilities of each candidate for each column, and how far a choice can be trusted.

A conditional logit over CANDIDATES (weights for column-candidate features, and for each candidate weights for the
column's own) gives probabilities; a logistic regression on out-of-product predictions (Platt) turns the choice into a
confidence. Both are trained by mapping/training.py from the templates and live in ranker.json.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping.features import COLUMN_NAMES, PAIR_NAMES, Features
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX
from aidiscover_pipelines.mapping.words import named_contents

ARTEFACT = Path(__file__).parent / "ranker.json"
VERSION = 1
# Pair features of the chosen candidate that tell how far to trust it.
_TRUSTED = (
    "lexicon", "template", "votes", "lexicon ahead", "template ahead", "lexicon exact", "template exact",
    "agreed", "likest leads", "votes lead", "template leads", "all lead", "values for", "values against",
)  # fmt: skip
TRUST_NAMES = ("odds", "margin", *_TRUSTED, "likest of all", "is ignore", "has values", "ignore")
_LIKEST, _HELD = PAIR_NAMES.index("likest"), COLUMN_NAMES.index("has values")
_PICKED = [PAIR_NAMES.index(name) for name in _TRUSTED]
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by name order: `pairs` (PAIR_NAMES), `columns` (COLUMN_NAMES, CANDIDATES), `bias` (CANDIDATES).

    Column features are taken less `mean`, over `scale`. `trust` (TRUST_NAMES) and `trust_bias` make the confidence.
    """

    pairs: np.ndarray
    columns: np.ndarray
    bias: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    trust: np.ndarray
    trust_bias: float

    def probabilities(self, features: Features) -> np.ndarray:
        """Probability of each candidate, (columns, CANDIDATES); each row sums to 1."""
        alone = (features.columns - self.mean) / self.scale
        score = features.pairs @ self.pairs + alone @ self.columns + self.bias
        score -= score.max(axis=1, keepdims=True)
        weight = np.exp(score)
        share: np.ndarray = weight / weight.sum(axis=1, keepdims=True)
        return share

    def confidence(self, chosen: np.ndarray, probabilities: np.ndarray, features: Features) -> np.ndarray:
        """Probability that the chosen candidate of each column is right, from 0 to 1."""
        odds = trust_features(chosen, probabilities, features) @ self.trust + self.trust_bias
        sure: np.ndarray = 1 / (1 + np.exp(-odds))
        return sure


def trust_features(chosen: np.ndarray, probabilities: np.ndarray, features: Features) -> np.ndarray:
    """What a choice's confidence rests on: (columns, TRUST_NAMES)."""
    rows = np.arange(len(chosen))
    sure = probabilities[rows, chosen]
    rival = probabilities.copy()
    rival[rows, chosen] = 0.0
    return np.column_stack(
        [
            np.log(sure + _FLOOR) - np.log(1 + _FLOOR - sure),
            np.log(sure + _FLOOR) - np.log(rival.max(axis=1) + _FLOOR),
            features.pairs[rows, chosen][:, _PICKED],
            features.pairs[:, :, _LIKEST].max(axis=1),
            chosen == INDEX[IGNORE],
            features.columns[:, _HELD],
            probabilities[:, INDEX[IGNORE]],
        ]
    )


def inputs_digest() -> str:
    """SHA-256 over everything that the artefact is trained from and must be trained again for."""
    shape = repr((VERSION, PAIR_NAMES, COLUMN_NAMES, TRUST_NAMES, CANDIDATES)).encode()
    return hashlib.sha256(shape + named_contents()).hexdigest()


@cache
def trained() -> Model:
    """The shipped model. Raises: ConfigError where it was trained from other words, templates or features."""
    held: dict[str, Any] = json.loads(ARTEFACT.read_text(encoding="utf-8"))
    if held["inputs"] != inputs_digest():
        raise ConfigError(
            f"cannot use the mapping model {ARTEFACT.name!r}: the vocabulary, templates or features have changed since "
            "it was trained; run 'make model'"
        )
    return model_from(held)


def model_from(held: dict[str, Any]) -> Model:
    """A model as `training.train` writes it."""
    named = held["columns"]
    columns = np.array([[named[name].get(field, 0.0) for field in CANDIDATES] for name in COLUMN_NAMES])
    return Model(
        pairs=np.array([held["pairs"][name] for name in PAIR_NAMES]),
        columns=columns,
        bias=np.array([held["bias"][field] for field in CANDIDATES]),
        mean=np.array([held["mean"][name] for name in COLUMN_NAMES]),
        scale=np.array([held["scale"][name] for name in COLUMN_NAMES]),
        trust=np.array([held["trust"][name] for name in TRUST_NAMES]),
        trust_bias=float(held["trust_bias"]),
    )
