"""What makes applications alike: the declared features, and their encoding as one row of numbers per application."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import AttributeState

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CATEGORIES_KEPT = 12
"""Most frequent values of a feature that get a column; rarer ones share 'other', so that noise adds no dimensions."""
VALUE_LENGTH = 40
_CLIP = 3.0  # beyond three interquartile ranges an amount is simply large; distances stay comparable
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `source` is fact or attribute; `kind` is labels (one or several names), amount or measure.

    An amount is compared by its order of magnitude, a measure as it is. `weight` says how much a full difference
    counts; `label` is how people call it.
    """

    key: str
    label: str
    source: str
    kind: str
    weight: float


# Weights follow what decides how an application moves: what it is made of first, how large and how connected it is
# next, where it stands in the organisation last. They are declared judgement, not fitted.
FEATURES: tuple[Feature, ...] = (
    Feature("technologies", "technology", "fact", "labels", 1.5),
    Feature("os_family", "operating system", "fact", "labels", 1.2),
    Feature("architecture_pattern", "architecture", "attribute", "labels", 1.0),
    Feature("application_type", "type", "fact", "labels", 0.8),
    Feature("kinds", "servers", "fact", "labels", 0.7),
    Feature("business_criticality", "criticality", "attribute", "labels", 0.7),
    Feature("eol_status", "support", "fact", "labels", 0.6),
    Feature("environment", "environment", "fact", "labels", 0.4),
    Feature("asset_count", "number of servers", "fact", "amount", 0.8),
    Feature("user_count", "number of users", "fact", "amount", 0.6),
    Feature("cpu_cores", "cores", "fact", "amount", 0.5),
    Feature("memory_mb", "memory in MB", "fact", "amount", 0.5),
    Feature("storage_total_gb", "storage in GB", "fact", "amount", 0.5),
    Feature("dependency_count", "applications it needs", "fact", "amount", 0.5),
    Feature("depended_on_count", "applications that need it", "fact", "amount", 0.5),
    Feature("cpu_util_pct", "CPU load in percent", "fact", "measure", 0.4),
    Feature("eol_years", "years past support", "fact", "measure", 0.4),
)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Encoded applications, rows in the order of `ids` (sorted).

    `matrix` is what distances are measured on: names first, then scaled amounts, all weighted. `names[i]` is
    (feature, value) of flag column i, `flags` whether an application has it. `amounts[j]` is the feature of number
    column j, `numbers` its raw values (NaN where unknown) and `scaled` its unweighted scaled values (0 where unknown).
    """

    ids: npt.NDArray[np.object_]
    matrix: Matrix
    names: Sequence[tuple[Feature, str]]
    flags: Flags
    amounts: Sequence[Feature]
    numbers: Matrix
    scaled: Matrix


def encode_features(applications: pd.DataFrame, facts: pd.DataFrame, attributes: pd.DataFrame) -> FeatureTable:
    """Feature table of the applications from their facts and the values of their attributes. No rows: no columns."""
    ids = np.array(sorted(applications["application_id"]), dtype=object)
    index = pd.Index(ids, dtype=object)
    applies = attributes["state"].ne(AttributeState.NOT_APPLICABLE.value)
    told = attributes[attributes["value"].ne("") & applies].rename(columns={"attribute": "field"})
    # "high: high availability is agreed" is a "High" that says why.
    told = told.assign(value=told["value"].astype(object).str.split(":").str[0].str.lower())
    sources = {"fact": _by_field(facts, index), "attribute": _by_field(told, index)}
    names: list[tuple[Feature, str]] = []
    flags: list[Flags] = []
    amounts: list[Feature] = []
    numbers: list[Matrix] = []
    for feature in FEATURES:
        rows = sources[feature.source].get(feature.key)
        if rows is None:
            continue
        if feature.kind == "labels":
            for value, flag in _label_columns(rows, len(ids)):
                names.append((feature, value))
                flags.append(flag)
        else:
            column = np.full(len(ids), np.nan)
            column[rows["row"].to_numpy()] = rows["number"].to_numpy(dtype=float)
            amounts.append(feature)
            numbers.append(column)
    flag_matrix = np.column_stack(flags) if flags else np.zeros((len(ids), 0), dtype=bool)
    raw = np.column_stack(numbers) if numbers else np.zeros((len(ids), 0))
    scaled = _scaled(raw, amounts)
    weighted = _per_feature(flag_matrix, names)
    amount_weights = np.array([feature.weight for feature in amounts])
    return FeatureTable(ids, np.hstack([weighted, scaled * amount_weights]), names, flag_matrix, amounts, raw, scaled)


def _by_field(frame: pd.DataFrame, index: pd.Index) -> dict[Any, pd.DataFrame]:
    row = index.get_indexer(pd.Index(frame["application_id"].astype(object)))
    known = frame.assign(row=row)[row >= 0]
    return dict(iter(known.groupby(known["field"].astype(object), sort=False)))


def _label_columns(rows: pd.DataFrame, count: int) -> list[tuple[str, Flags]]:
    """A flag column per frequent value, most frequent first, and one for the others."""
    parts = rows["value"].astype(object).str.slice(0, 400).str.split(_SEPARATOR)
    long = pd.DataFrame({"row": rows["row"], "value": parts}).explode("value")
    long["value"] = long["value"].str.strip().str.slice(0, VALUE_LENGTH).str.rstrip()
    ranked = long["value"].value_counts().rename_axis("value").reset_index()
    kept = ranked.sort_values(["count", "value"], ascending=[False, True])["value"].tolist()[:CATEGORIES_KEPT]
    named = long["value"].where(long["value"].isin(kept), "other")
    columns = []
    for value in dict.fromkeys([*kept, "other"]):
        flag = np.zeros(count, dtype=bool)
        flag[long.loc[named == value, "row"].to_numpy()] = True
        if flag.any():
            columns.append((value, flag))
    return columns


def _per_feature(flags: Flags, names: Sequence[tuple[Feature, str]]) -> Matrix:
    """Weighted flags; an application with several names of one feature is no farther away for it."""
    weighted = flags.astype(float)
    for feature in {feature for feature, _ in names}:
        columns = [i for i, (each, _) in enumerate(names) if each == feature]
        block = weighted[:, columns]
        weighted[:, columns] = block * feature.weight / np.sqrt(np.maximum(block.sum(axis=1, keepdims=True), 1.0))
    return weighted


def _scaled(raw: Matrix, amounts: Sequence[Feature]) -> Matrix:
    """Distance from the portfolio's median in interquartile ranges; unknown values lie at the median."""
    scaled = np.zeros_like(raw)
    for column, feature in enumerate(amounts):
        values = np.log1p(np.maximum(raw[:, column], 0.0)) if feature.kind == "amount" else raw[:, column]
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        low, middle, high = np.percentile(known, [25, 50, 75])
        spread = high - low or known.std() or 1.0
        scaled[:, column] = np.nan_to_num(np.clip((values - middle) / spread, -_CLIP, _CLIP))
    return scaled
