"""Which field a column carries: one choice per column with a confidence, a decision, alternatives and a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping import lexical, measures
from aidiscover_pipelines.mapping.features import COLUMN_NAMES, Columns, Features
from aidiscover_pipelines.mapping.lexical import Similarity
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.model import Model
from aidiscover_pipelines.mapping.templates import TemplateColumn
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX

# Least confidence of a decision; the first that holds, else the column is ignored with the field as an alternative.
# 0.88: where out-of-product precision of accepted columns reached 97 % (docs/accuracy.md).
ACCEPT_FROM, REVIEW_FROM = 0.88, 0.35
DECISIONS: tuple[tuple[float, MappingDecision], ...] = (
    (ACCEPT_FROM, MappingDecision.ACCEPT),
    (REVIEW_FROM, MappingDecision.REVIEW),
)
# Fields of which a row has one: a second column of the same meaning would make two things of one row.
UNIQUE_FIELDS = frozenset({"asset_name", "application_id", "application_name", "dep_source", "dep_target", "dep_port"})
ALTERNATIVES = 3
# A header of a recognised product is read by its template; what is left is for exports that a site has changed.
TEMPLATE_PROBABILITY = 0.98
_SHOWN_ALTERNATIVE = 0.01
_RESEMBLES, _ALIAS = 0.3, 0.96
# A share in percent is none of these; of the storage in use it is a way to say it.
_COUNTED_OR_SIZED = np.array(
    [
        INDEX[field.name]
        for field in BY_NAME.values()
        if field.unit in {"count", "MB", "GB"} and field.name != "storage_used_gb"
    ]
)
_NEVER_NUMBERS = np.array(
    [
        INDEX[name]
        for name in (
            "business_owner",
            "technical_owner",
            "stakeholder_impact",
            "environment",
            "os_name",
            "technology_stack",
        )
    ]
)
_SAYS_PERCENT = COLUMN_NAMES.index("header: percent")
_MOSTLY, _ALL_NUMBERS = 0.8, 0.95
_ADDRESSES = {"ip_address": "ip", "mac_address": "mac"}
_ENOUGH_VALUES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What one column was taken to mean; `field` is None where it carries nothing."""

    field: str | None
    unit: str | None
    statistic: str | None
    confidence: float
    decision: MappingDecision
    alternatives: list[dict[str, Any]]
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """Columns that a recognised product's template names, by row."""

    product: dict[int, str]
    column: dict[int, TemplateColumn]


def choose_fields(
    columns: Columns, features: Features, likeness: Similarity, profiles: pd.DataFrame, model: Model, known: Known
) -> list[Choice]:
    """One choice per column. `features`, `likeness` and `profiles` have one row per column, in the same order."""
    probabilities = model.probabilities(features)
    probabilities[_impossible(features, profiles)] = 0.0
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    for row, column in known.column.items():
        probabilities[row] *= 1 - TEMPLATE_PROBABILITY
        probabilities[row, INDEX[column.field]] += TEMPLATE_PROBABILITY
    chosen = _one_per_field(columns.sheet, probabilities)
    sure = model.confidence(chosen, probabilities, features)
    for row, column in known.column.items():
        if CANDIDATES[chosen[row]] == column.field:
            sure[row] = max(sure[row], TEMPLATE_PROBABILITY)
    return [
        _choice(columns, row, chosen, float(sure[row]), probabilities[row], likeness, features, known)
        for row in range(len(columns.header))
    ]


def _impossible(features: Features, profiles: pd.DataFrame) -> np.ndarray:
    """Candidates that the values or the unit rule out: (columns, CANDIDATES).

    A share in percent is no count or size; plain numbers are no people or products; addresses look like addresses.
    """
    ruled_out = np.zeros((len(profiles), len(CANDIDATES)), dtype=bool)
    enough = profiles["values"].to_numpy() >= _ENOUGH_VALUES
    percent = (profiles["percent"].to_numpy() > _MOSTLY) | (features.columns[:, _SAYS_PERCENT] > 0)
    ruled_out[np.ix_(percent, _COUNTED_OR_SIZED)] = True
    for field, feature in _ADDRESSES.items():
        ruled_out[enough & (profiles[feature].to_numpy() == 0), INDEX[field]] = True
    numbers = enough & (profiles["number"].to_numpy() >= _ALL_NUMBERS)
    ruled_out[np.ix_(numbers, _NEVER_NUMBERS)] = True
    return ruled_out


def _one_per_field(sheet: Sequence[int], probabilities: np.ndarray) -> np.ndarray:
    """The likeliest candidates overall, where each unique field goes to one column of a sheet at most: (columns,)."""
    from scipy.optimize import linear_sum_assignment

    unique = np.array(sorted(INDEX[field] for field in UNIQUE_FIELDS))
    others = np.setdiff1d(np.arange(len(CANDIDATES)), unique)
    log = np.log(np.maximum(probabilities, 1e-12))
    chosen: np.ndarray = others[log[:, others].argmax(axis=1)]
    owner = np.asarray(sheet)
    for each in np.unique(owner):
        rows = np.flatnonzero(owner == each)
        # One place for each unique field, and one of its own for every column: the best of all other fields.
        own = np.full((len(rows), len(rows)), -1e6)
        np.fill_diagonal(own, log[rows, chosen[rows]])
        places, at = linear_sum_assignment(np.hstack([log[np.ix_(rows, unique)], own]), maximize=True)
        for row, place in zip(rows[places], at, strict=True):
            if place < len(unique):
                chosen[row] = unique[place]
    return chosen


def _choice(
    columns: Columns,
    row: int,
    choices: np.ndarray,
    sure: float,
    probabilities: np.ndarray,
    likeness: Similarity,
    features: Features,
    known: Known,
) -> Choice:
    header = columns.header[row]
    if not header.strip():
        return Choice(None, None, None, 1.0, MappingDecision.IGNORE, [], "the column has no header")
    template, chosen = known.column.get(row), int(choices[row])
    why = _reason(columns, row, choices, probabilities, likeness, features, known)
    others = _alternatives(chosen, probabilities, 1 - sure)
    decision = next((name for least, name in DECISIONS if sure >= least), MappingDecision.IGNORE)
    field = CANDIDATES[chosen]
    if field == IGNORE:
        return Choice(None, None, None, round(sure, 3), MappingDecision.IGNORE, others, why)
    if decision is MappingDecision.IGNORE:
        others = _alternatives(INDEX[IGNORE], probabilities, sure)
        return Choice(None, None, None, round(1 - sure, 3), decision, others, f"too unlike every field; {why}")
    told = template if template and template.field == field else None
    unit = measures.unit(header, field, columns.values[row], told.unit if told else None)
    statistic = measures.statistic(header, field) or (told.statistic if told else None)
    return Choice(field, unit, statistic, round(sure, 3), decision, others, why)


def _alternatives(chosen: int, probabilities: np.ndarray, left: float) -> list[dict[str, Any]]:
    """The next fields, sharing what confidence the choice leaves in proportion to their probability."""
    rest = probabilities.copy()
    rest[chosen] = 0.0
    shares = left * rest / max(rest.sum(), 1e-9)
    shares[INDEX[IGNORE]] = 0.0
    order = np.argsort(-shares, kind="stable")[:ALTERNATIVES]
    return [
        {"field": CANDIDATES[place], "confidence": round(float(shares[place]), 3)}
        for place in order
        if shares[place] >= _SHOWN_ALTERNATIVE
    ]


def _reason(
    columns: Columns,
    row: int,
    choices: np.ndarray,
    probabilities: np.ndarray,
    likeness: Similarity,
    features: Features,
    known: Known,
) -> str:
    chosen = int(choices[row])
    header, field = columns.header[row], CANDIDATES[chosen]
    parts = []
    template = known.column.get(row)
    phrase = lexical.phrase_at(int(likeness.phrase[row, chosen]))
    if template and template.field == field:
        parts.append(f"header {header!r} of {known.product[row]}")
    elif likeness.template[row, chosen] > likeness.score[row, chosen]:
        parts.append(f"header {header!r} resembles what other products call {field}")
    elif phrase is not None and likeness.score[row, chosen] >= _RESEMBLES:
        says = "is an alias of" if likeness.score[row, chosen] >= _ALIAS else "resembles"
        parts.append(f"header {header!r} {says} {phrase.text!r} ({phrase.language})")
    else:
        parts.append(f"header {header!r} resembles no field")
    if features.said[row] and field != IGNORE:
        parts.append(features.said[row])
    likeliest = int(probabilities.argmax())
    if likeliest != chosen:
        # Only a unique field is lost, and to the one column of the sheet that has it.
        rivals = [
            columns.header[place]
            for place in np.flatnonzero(choices == likeliest).tolist()
            if columns.sheet[place] == columns.sheet[row]
        ]
        parts.extend(f"{rival!r} fits {CANDIDATES[likeliest]} better" for rival in rivals)
    return "; ".join(parts)
