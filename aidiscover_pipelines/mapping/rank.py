"""Which field a column carries: header, values and sheet weighed together, then one choice with a confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.mapping import evidence, lexical, measures, normalise, readings, words
from aidiscover_pipelines.mapping.lexical import CANDIDATES, INDEX
from aidiscover_pipelines.mapping.lexicon import IGNORE

# A column that resembles no field this much is taken to carry none.
NOTHING_ALIKE = 0.55
# Confidence = 1 / (1 + exp(-(base + likeness * score + margin * lead))), where score is that of the choice (at most
# 1.2) and lead its distance to the next candidate (at most 0.5). Fields: logistic regression on the labelled headers
# of 19 sources, leaving out one at a time (calibration error 0.03), with the base lowered by 0.3 because the lexicon
# had seen those sources and a new one will fit less well. Ignored columns: 89 % are right whatever their score.
CONFIDENCE: Mapping[str, tuple[float, float, float]] = {
    "field": (-3.7, 4.6, 6.5),
    "ignore": (-0.2, 1.6, 1.6),
}
# Least confidence of a decision; the first that holds, else the column is ignored.
DECISIONS: tuple[tuple[float, MappingDecision], ...] = (
    (0.9, MappingDecision.ACCEPT),
    (0.5, MappingDecision.REVIEW),
)
# Fields of which a row has one: a second column of the same meaning would make two things of one row.
UNIQUE_FIELDS = frozenset({"asset_name", "application_id", "application_name", "dep_source", "dep_target", "dep_port"})
# Identity fields that a bare 'Name' or 'ID' cannot mean, by what the rows describe.
_ASSET_IDENTITY, _APPLICATION_IDENTITY = ("asset_id", "asset_name", "hostname"), ("application_id", "application_name")
_OTHER_IDENTITY: Mapping[EntityKind, tuple[str, ...]] = {
    EntityKind.ASSET: _APPLICATION_IDENTITY,
    EntityKind.APPLICATION: _ASSET_IDENTITY,
    EntityKind.DEPENDENCY: (*_ASSET_IDENTITY, *_APPLICATION_IDENTITY),
    EntityKind.LINK: (),
}
_HARDWARE_PARTS = frozenset({"memory", "cpu", "disk", "partition", "network"})
_COUNTED = frozenset({"number", "cpu", "physical", "total", "allocated"})
ALTERNATIVES = 3
_SCORE_CEILING, _LEAD_CEILING = 1.2, 0.5


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of many sheets side by side; all sequences have one entry per column.

    `part` is the part of a machine that the sheet's rows detail, `values` the column's non-empty cell texts.
    """

    sheet: Sequence[int]
    header: Sequence[str]
    part: Sequence[str | None]
    values: Sequence[Sequence[str]]
    entity: Sequence[EntityKind]


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


def choose_fields(columns: Columns, likeness: lexical.Similarity, profiles: pd.DataFrame) -> list[Choice]:
    """One choice per column. `likeness` and `profiles` have one row per column, in the same order."""
    if not columns.header:
        return []
    by_values, said = evidence.value_weights(profiles, likeness.score)
    scores = likeness.score + by_values + evidence.context_weights(list(columns.entity)) * (likeness.score > 0)
    scores[:, INDEX[IGNORE]] = np.maximum(likeness.score[:, INDEX[IGNORE]], NOTHING_ALIKE)
    scores += _header_hints(columns)
    blank = np.array([not header.strip() for header in columns.header])
    scores[blank] = -1.0
    scores[blank, INDEX[IGNORE]] = 1.0
    taken_by = _one_per_field(columns, scores)
    return [
        _choice(columns, row, scores[row], likeness, said[row], taken_by.get(row)) for row in range(len(columns.header))
    ]


def _header_hints(columns: Columns) -> np.ndarray:
    """What headers and their neighbours tell beside likeness.

    A numbered disk, or a row per disk, is one disk and not the storage. A header that asks yes or no names a flag.
    Beside a column of cores, a count of CPUs counts sockets. A bare 'Name' or 'ID' is never the identity of what the
    rows do not describe, and in a sheet of disks or adapters a bare 'Type' is not the server's.
    """
    hints = np.zeros((len(columns.header), len(CANDIDATES)))
    meanings = [frozenset(words.concepts(header)) for header in columns.header]
    counts_cores = {
        sheet
        for sheet, meaning in zip(columns.sheet, meanings, strict=True)
        if "core" in meaning and meaning & _COUNTED
    }
    for row, (header, meaning) in enumerate(zip(columns.header, meanings, strict=True)):
        if {"cpu", "number"} == meaning and columns.sheet[row] in counts_cores:
            hints[row, INDEX["cpu_cores"]] -= 0.2
            hints[row, INDEX["cpu_sockets"]] += 0.3
        if meaning and meaning <= readings.GENERIC:
            hints[row, [INDEX[name] for name in _OTHER_IDENTITY[columns.entity[row]]]] -= 0.5
            if columns.part[row] in _HARDWARE_PARTS:
                hints[row, : INDEX[IGNORE]] -= 0.5
        if normalise.is_numbered(header) or columns.part[row] in {"disk", "partition"}:
            hints[row, INDEX["disk_size_gb"]] += 0.05
            hints[row, INDEX["storage_total_gb"]] -= 0.05
        if normalise.is_flag(header):
            hints[row, [INDEX[name] for name in CANDIDATES if name not in evidence.FLAGS]] -= 0.2
    return hints


def _one_per_field(columns: Columns, scores: np.ndarray) -> dict[int, tuple[str, str]]:
    """Give each unique field to its best column in a sheet. Row -> (field it lost, header that has it)."""
    lost: dict[int, tuple[str, str]] = {}
    sheet = np.asarray(columns.sheet)
    for field in sorted(UNIQUE_FIELDS):
        best = scores.argmax(axis=1)
        rivals = np.flatnonzero(best == INDEX[field])
        # Stable order: of equals, the first column of the sheet keeps the field.
        rivals = rivals[np.lexsort((rivals, -scores[rivals, INDEX[field]], sheet[rivals]))]
        for position in range(1, len(rivals)):
            if sheet[rivals[position]] == sheet[rivals[position - 1]]:
                holder = rivals[np.flatnonzero(sheet[rivals] == sheet[rivals[position]])[0]]
                row = int(rivals[position])
                lost[row] = (field, columns.header[int(holder)])
                scores[row, INDEX[field]] = -1.0
    return lost


def confidence(kind: str, score: float, lead: float) -> float:
    """Probability that a choice is right, from its score and its lead over the next candidate; see CONFIDENCE."""
    base, by_score, by_lead = CONFIDENCE[kind]
    weighed = base + by_score * min(score, _SCORE_CEILING) + by_lead * min(lead, _LEAD_CEILING)
    return float(1 / (1 + np.exp(-weighed)))


def _choice(
    columns: Columns,
    row: int,
    scores: np.ndarray,
    likeness: lexical.Similarity,
    said: str,
    lost: tuple[str, str] | None,
) -> Choice:
    order = np.argsort(-scores, kind="stable")
    top, second = int(order[0]), int(order[1])
    header = columns.header[row]
    kind = "ignore" if CANDIDATES[top] == IGNORE else "field"
    sure = confidence(kind, float(scores[top]), float(scores[top] - scores[second]))
    if not header.strip():
        return Choice(None, None, None, 1.0, MappingDecision.IGNORE, [], "the column has no header")
    why = _reason(header, top, float(scores[top]), likeness, row, said, lost)
    others = _alternatives(order[1:], scores, 1 - sure)
    decision = next((name for least, name in DECISIONS if sure >= least), MappingDecision.IGNORE)
    if kind == "ignore" or decision == MappingDecision.IGNORE:
        if kind == "field":
            others = [{"field": CANDIDATES[top], "confidence": round(sure, 3)}, *others][:ALTERNATIVES]
            sure, why = 1 - sure, f"too unlike every field; {why}"
        return Choice(None, None, None, round(sure, 3), MappingDecision.IGNORE, others, why)
    field = CANDIDATES[top]
    values = columns.values[row]
    return Choice(
        field,
        measures.unit(header, field, values),
        measures.statistic(header, field),
        round(sure, 3),
        decision,
        others,
        why,
    )


def _alternatives(order: np.ndarray, scores: np.ndarray, left: float) -> list[dict[str, Any]]:
    """The next fields, sharing what probability the choice leaves in proportion to how they score."""
    fields = [
        int(place)
        for place in order[: ALTERNATIVES + 1]
        if CANDIDATES[int(place)] != IGNORE and scores[int(place)] > 0.2
    ][:ALTERNATIVES]
    weight = np.exp(6 * scores[fields])
    shares = left * weight / (weight.sum() + np.exp(6 * NOTHING_ALIKE)) if fields else weight
    return [
        {"field": CANDIDATES[place], "confidence": round(float(share), 3)}
        for place, share in zip(fields, shares, strict=True)
    ]


def _reason(
    header: str, top: int, score: float, likeness: lexical.Similarity, row: int, said: str, lost: tuple[str, str] | None
) -> str:
    parts = []
    like, phrase = likeness.score[row, top], lexical.phrase_at(int(likeness.phrase[row, top]))
    if CANDIDATES[top] == IGNORE and (phrase is None or like < NOTHING_ALIKE):
        parts.append(f"header {header!r} resembles no field")
    elif phrase is not None:
        says = "is an alias of" if like >= 0.96 else "resembles"
        parts.append(f"header {header!r} {says} {phrase.text!r} ({phrase.language})")
    if said and CANDIDATES[top] != IGNORE:
        parts.append(said)
    if lost:
        parts.append(f"column {lost[1]!r} fits {lost[0]} better")
    return "; ".join(parts)
