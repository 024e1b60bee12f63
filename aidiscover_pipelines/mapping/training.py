"""Trains the ranker from the product templates: `make model` writes ranker.json, the same bytes from the same inputs.

Every template is described as if its product were unknown, so that the model learns to read strangers. The confidence
is fitted on predictions for products that the predicting model had not seen (six folds of product families).
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.mapping import lexical
from aidiscover_pipelines.mapping.features import COLUMN_NAMES, PAIR_NAMES, Columns, Features, describe
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.model import TRUST_NAMES, VERSION, Model, inputs_digest, trust_features
from aidiscover_pipelines.mapping.profile import profile_columns
from aidiscover_pipelines.mapping.readings import surroundings
from aidiscover_pipelines.mapping.templates import Template, templates
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX

FOLDS = 6
# Ridge on the weights: of pair features, of the candidates' biases, and of column features for each candidate. The last
# are many (5,000), so they are held hardest. Chosen among 2, 6 and 15 by accuracy on left-out products.
RIDGE, RIDGE_BIAS, RIDGE_COLUMNS = 1.0, 2.0, 15.0
_TRUST_INVERSE_RIDGE = 0.3
SECOND_LABEL = 0.4
_ITERATIONS = 250
# Large sheets say much of the same: a sheet counts as the root of its columns.
_SHEET_WEIGHT = 5.0
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled sheet. `right` is what each candidate is worth: (columns, CANDIDATES).

    1 for the label, SECOND_LABEL for what a second person would say instead, 0 for what is wrong.
    """

    family: str
    language: str
    features: Features
    right: np.ndarray


def examples(sheets: Sequence[Template]) -> list[Example]:
    """Each sheet described as if nothing were known of its product family."""
    return [_example(sheet) for sheet in sheets]


def _example(sheet: Template) -> Example:
    headers = [column.header for column in sheet.columns]
    values = [column.samples for column in sheet.columns]
    right = np.zeros((len(headers), len(CANDIDATES)), dtype=np.float32)
    for row, column in enumerate(sheet.columns):
        right[row, [INDEX[name] for name in column.also]] = SECOND_LABEL
        right[row, INDEX[column.field]] = 1
    return Example(sheet.family, sheet.language, _features(sheet, headers, values), right)


def _features(sheet: Template, headers: Sequence[str], values: Sequence[Sequence[str]]) -> Features:
    """Features as the ranker sees them, with what the rows describe told by the template."""
    around = surroundings(sheet.sheet, headers)
    likeness = lexical.compare(headers, [around] * len(headers), frozenset({sheet.family}))
    part, entity = [around.part] * len(headers), [sheet.describes] * len(headers)
    return describe(Columns([0] * len(headers), headers, part, values, entity), likeness, profile_columns(values))


def train(labelled: Sequence[Example]) -> dict[str, Any]:
    """The artefact as a JSON document; `labelled` must hold at least as many families as FOLDS."""
    final = rounded(fit(labelled))
    rows, right, strangers = [], [], []
    for fold in range(FOLDS):
        held_out = [example for example in labelled if _fold(example.family) == fold]
        if not held_out:
            continue
        stranger = fit([example for example in labelled if _fold(example.family) != fold])
        for example in held_out:
            probabilities = stranger.probabilities(example.features)
            chosen = probabilities.argmax(axis=1)
            rows.append(trust_features(chosen, probabilities, example.features))
            right.append(example.right[np.arange(len(chosen)), chosen] > 0)
            carries = example.right[:, INDEX[IGNORE]] < 1
            told = zip(carries.tolist(), right[-1].tolist(), strict=True)
            strangers += [(example.family, example.language, *column) for column in told]
    trust, bias = _fit_trust(np.concatenate(rows), np.concatenate(right))
    return {
        "version": VERSION,
        "inputs": inputs_digest(),
        "sheets": len(labelled),
        "labelled columns": int(sum(len(example.right) for example in labelled)),
        "unseen products": _accuracy(strangers),
        **final,
        "trust": dict(zip(TRUST_NAMES, trust, strict=True)),
        "trust_bias": bias,
    }


def _accuracy(judged: Sequence[tuple[str, str, bool, bool]]) -> dict[str, Any]:
    """How well products outside the training folds were read: accuracy on columns with a field, and false maps.

    Each row: product family, language, whether the column carries a field, whether the likeliest candidate was right.
    """
    frame = pd.DataFrame(judged, columns=["family", "language", "carries", "right"])
    held = frame[frame["carries"]]
    return {
        "products": int(frame["family"].nunique()),
        "columns": len(held),
        "macro_accuracy": round(float(held.groupby("family")["right"].mean().mean()), 4),
        "accuracy": round(float(held["right"].mean()), 4),
        "false_map_rate": round(float(1 - frame["right"][~frame["carries"]].mean()), 4),
        "by_language": {
            str(language): round(float(share), 4)
            for language, share in held.groupby("language")["right"].mean().items()
        },
    }


def write(document: dict[str, Any]) -> str:
    """The artefact's text."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def without_families(labelled: Sequence[Example], without: frozenset[str], shipped: Model) -> Model:
    """The model refitted as if some families had never been labelled; the confidence is the shipped one's.

    The confidence needs no refit: it was fitted on predictions for strangers only.
    """
    stranger = fit([example for example in labelled if example.family not in without], start=shipped)
    return replace(stranger, trust=shipped.trust, trust_bias=shipped.trust_bias)


def fit(labelled: Sequence[Example], start: Model | None = None) -> Model:
    """Maximum likelihood that each column gets one of its right candidates, with a ridge; without a confidence.

    A `start` near the answer saves most of the work.
    """
    from scipy.optimize import minimize

    pairs = np.concatenate([example.features.pairs for example in labelled])
    alone = np.concatenate([example.features.columns for example in labelled])
    right = np.concatenate([example.right for example in labelled])
    weight = np.concatenate([np.full(len(e.right), _SHEET_WEIGHT / np.sqrt(len(e.right))) for e in labelled])
    spread = pairs.reshape(-1, pairs.shape[2]).std(axis=0) + 1e-6
    mean, scale = alone.mean(axis=0), alone.std(axis=0) + 1e-3
    flat = (pairs / spread).reshape(-1, pairs.shape[2]).astype(np.float32)
    alone = ((alone - mean) / scale).astype(np.float32)
    columns, candidates = right.shape
    cuts = [flat.shape[1], flat.shape[1] + candidates]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        by_pair, bias, by_column = np.split(parameters.astype(np.float32), cuts)
        by_column = by_column.reshape(-1, candidates)
        score = (flat @ by_pair).reshape(columns, candidates) + alone @ by_column + bias
        score -= score.max(axis=1, keepdims=True)
        share = np.exp(score)
        share /= share.sum(axis=1, keepdims=True)
        hit = share * right
        likelihood = np.maximum(hit.sum(axis=1, keepdims=True), 1e-9)
        slope = (share - hit / likelihood) * weight[:, None].astype(np.float32)
        ridge = RIDGE * by_pair @ by_pair + RIDGE_BIAS * bias @ bias + RIDGE_COLUMNS * (by_column**2).sum()
        gradient = [
            flat.T @ slope.ravel() + RIDGE * by_pair,
            slope.sum(axis=0) + RIDGE_BIAS * bias,
            (alone.T @ slope + RIDGE_COLUMNS * by_column).ravel(),
        ]
        value = -(weight * np.log(likelihood[:, 0])).sum() + ridge / 2
        return float(value), np.concatenate(gradient).astype(float)

    first = np.zeros(cuts[1] + alone.shape[1] * candidates)
    if start is not None:
        by_column = start.columns * (scale / start.scale)[:, None]
        shift = ((mean - start.mean) / start.scale) @ start.columns
        first = np.concatenate([start.pairs * spread, start.bias + shift, by_column.ravel()])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS}).x
    by_pair, bias, by_column = np.split(found, cuts)
    nothing = np.zeros(len(TRUST_NAMES))
    return Model(by_pair / spread, by_column.reshape(-1, candidates), bias, mean, scale, nothing, 0.0)


def rounded(model: Model) -> dict[str, Any]:
    """The fitted weights by name, rounded: small to store, and the same whatever the last bits of the fit were."""
    by_column = {
        name: {field: round(float(w), _DIGITS) for field, w in zip(CANDIDATES, row, strict=True) if round(float(w), 3)}
        for name, row in zip(COLUMN_NAMES, model.columns, strict=True)
    }
    return {
        "pairs": _named(PAIR_NAMES, model.pairs),
        "bias": _named(CANDIDATES, model.bias),
        "mean": _named(COLUMN_NAMES, model.mean),
        "scale": _named(COLUMN_NAMES, model.scale),
        "columns": by_column,
    }


def _named(names: Iterable[str], weights: np.ndarray) -> dict[str, float]:
    return {name: round(float(weight), _DIGITS) for name, weight in zip(names, weights, strict=True)}


def _fit_trust(rows: np.ndarray, right: np.ndarray) -> tuple[list[float], float]:
    """Platt's logistic regression on what choices rest on."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=_TRUST_INVERSE_RIDGE, max_iter=1000).fit((rows - mean) / spread, right)
    weights = fitted.coef_[0] / spread
    return [round(float(w), _DIGITS) for w in weights], round(float(fitted.intercept_[0] - weights @ mean), _DIGITS)


def _fold(family: str) -> int:
    return zlib.crc32(family.encode()) % FOLDS


def retrained() -> str:
    """The text of ranker.json, trained anew from every template."""
    return write(train(examples(templates())))
