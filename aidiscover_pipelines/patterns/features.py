"""What makes applications alike: the declared features, read from the store and encoded as one row per application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.excerpts import clipped
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, AttributeValue, TechnologyUse
from aidiscover_pipelines.domain.vocabulary import AttributeState

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

VALUES_KEPT, RARE_VALUES_KEPT = 40, 12
"""Most frequent values of a feature that get a column each, and how many of them however rare they are."""
FEWEST_WITH_VALUE, LEAST_SHARE_WITH_VALUE = 2, 0.005
"""Applications, and their share, from which a value is not rare. The rest is 'other', which adds no dimensions."""
OTHER = "other"
VALUE_LENGTH = 40

_CLIP = 3.0  # beyond three interquartile ranges an amount is simply large; distances stay comparable
_SEPARATOR = "; "
_TOLD = 400  # characters of a value that are read: the first dozen names of a list
_VERSION = r"[\s_-]*\bv?\d[\d.x]*$"
# Values that hold a place and tell nothing.
_UNTOLD = ("", "unknown")
_SOFTWARE = ("technology_stack", "database_engine")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `source` is fact or attribute; `kind` is labels (one or several names), amount or measure.

    An amount is compared by its order of magnitude, a measure as it is. `weight` says how much what an application
    tells of it counts against the other features; `label` is how people call it.
    """

    key: str
    label: str
    source: str
    kind: str
    weight: float


# Weights follow what decides how an application moves: what it is made of first, how large and how connected it is
# next, where it stands in the organisation last. Cores, memory and storage weigh little because they rise and fall
# together. They are declared judgement, not fitted.
FEATURES: tuple[Feature, ...] = (
    Feature("technologies", "technology", "fact", "labels", 1.5),
    Feature("os_family", "operating system", "fact", "labels", 1.2),
    Feature("database_engine", "database", "fact", "labels", 1.0),
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
    Feature("data_volume_gb", "data in GB", "fact", "amount", 0.5),
    Feature("dependency_count", "applications it needs", "fact", "amount", 0.5),
    Feature("depended_on_count", "applications that need it", "fact", "amount", 0.5),
    Feature("cpu_util_pct", "CPU load in percent", "fact", "measure", 0.4),
    Feature("eol_years", "years past support", "fact", "measure", 0.4),
)


@dataclass(frozen=True)
class FeatureTable:
    """Encoded applications, rows in the order of `ids` (sorted).

    `names[i]` is (feature, value) of flag column i, the columns of a feature side by side; `flags` says whether an
    application has it, and where all flags of a feature are unset it is unknown. `amounts[j]` is the feature of number
    column j, `numbers` its raw values (NaN where unknown) and `scaled` its distance from the portfolio's median in
    interquartile ranges (0 where unknown). `matrix` has both, weighted, for distances: what is unknown lies at the
    portfolio's mean, so that nobody is far from it.
    """

    ids: npt.NDArray[np.object_]
    names: Sequence[tuple[Feature, str]]
    flags: Flags
    amounts: Sequence[Feature]
    numbers: Matrix
    scaled: Matrix
    matrix: Matrix

    @cached_property
    def named(self) -> Sequence[Feature]:
        """Features of the flag columns, each once, in their order."""
        return list(dict.fromkeys(feature for feature, _ in self.names))

    @cached_property
    def starts(self) -> Rows:
        """First flag column of each of `named`."""
        features = [feature for feature, _ in self.names]
        return np.array([features.index(feature) for feature in self.named], dtype=np.intp)

    @cached_property
    def widths(self) -> Rows:
        """Flag columns of each of `named`."""
        return np.diff(np.append(self.starts, len(self.names)))

    @cached_property
    def known(self) -> Flags:
        """Whether anything is known of a feature. Shape: (applications, named and amounts)."""
        named = np.logical_or.reduceat(self.flags, self.starts, axis=1) if self.names else self.flags
        return np.hstack([named, ~np.isnan(self.numbers)])

    def shares(self, rows: Rows) -> Matrix:
        """Share of each flag among those rows of which its feature is known. Shape: (flag columns,)."""
        known = self.known[rows][:, : len(self.starts)].sum(axis=0)
        shares: Matrix = self.flags[rows].sum(axis=0) / np.maximum(np.repeat(known, self.widths), 1)
        return shares


def read_features(read: Callable[..., pd.DataFrame]) -> FeatureTable:
    """Feature table of the portfolio; `read` gives a stored table, narrowed to columns and to values of columns."""
    told_by = [feature.key for feature in FEATURES]
    return encode_features(
        read(Application, columns=["application_id"]),
        read(ApplicationFact, columns=["application_id", "field", "value", "number"], field=told_by),
        read(AttributeValue, columns=["application_id", "attribute", "state", "value"], attribute=told_by),
        read(TechnologyUse, columns=["name"], category="database")["name"],
        read(TechnologyUse, columns=["entity_id", "mention"], entity="application", product="", field=list(_SOFTWARE)),
    )


def encode_features(
    applications: pd.DataFrame,
    facts: pd.DataFrame,
    attributes: pd.DataFrame,
    databases: "pd.Series[Any]",
    unnamed: pd.DataFrame,
) -> FeatureTable:
    """Feature table of the applications from their facts and the values of their attributes. No rows: no columns.

    `databases` are those names among `technologies` that are databases. `unnamed` has entity_id and mention of software
    that the catalogue does not know: niche products tell most about the few applications that have them.
    """
    ids = np.array(sorted(applications["application_id"]), dtype=object)
    index = pd.Index(ids, dtype=object)
    applies = attributes["state"].ne(AttributeState.NOT_APPLICABLE.value)
    told = attributes[attributes["value"].ne("") & applies].rename(columns={"attribute": "field"})
    # "high: high availability is agreed" is a "High" that says why.
    told = told.assign(value=told["value"].astype(object).str.split(":").str[0].str.lower())
    sources = {"fact": _by_field(facts, index), "attribute": _by_field(told, index)}
    sources["fact"].update(_software(sources["fact"].get("technologies"), databases, unnamed, index))
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
    weighted = scaled * np.array([feature.weight for feature in amounts])
    matrix = np.hstack([_placed(flag_matrix, names), weighted])
    return FeatureTable(ids, names, flag_matrix, amounts, raw, scaled, matrix)


def _by_field(frame: pd.DataFrame, index: pd.Index) -> dict[Any, pd.DataFrame]:
    row = index.get_indexer(pd.Index(frame["application_id"].astype(object)))
    known = frame.assign(row=row)[row >= 0]
    codes, fields = pd.factorize(known["field"].astype(object))
    return {field: known[codes == code] for code, field in enumerate(fields)}


def _software(
    named: pd.DataFrame | None, databases: "pd.Series[Any]", unnamed: pd.DataFrame, index: pd.Index
) -> dict[str, pd.DataFrame]:
    """Rows (row, value) of technologies and of database_engine; an application may have several of each."""
    is_database = set(databases)
    row = index.get_indexer(pd.Index(unnamed["entity_id"].astype(object)))
    listed = unnamed["mention"].astype(object).reset_index(drop=True).str.split(_SEPARATOR)
    mentions = listed.explode().str.replace(_VERSION, "", regex=True)
    others = pd.DataFrame({"row": row[mentions.index], "value": mentions})
    found = {"technologies": [others[others["row"] >= 0]], "database_engine": []}
    if named is not None:
        codes, texts = pd.factorize(named["value"].astype(object))
        lists = [text.split(_SEPARATOR) for text in texts]
        for key, wanted in (("technologies", False), ("database_engine", True)):
            told = [_SEPARATOR.join(name for name in names if (name in is_database) == wanted) for names in lists]
            values = np.array(told, dtype=object)[codes]
            found[key].insert(0, pd.DataFrame({"row": named["row"].to_numpy(), "value": values}))
    return {key: pd.concat(parts, ignore_index=True) for key, parts in found.items() if parts}


def _label_columns(rows: pd.DataFrame, count: int) -> list[tuple[str, Flags]]:
    """A flag column per frequent value, most frequent first, and one for those who have only rarer ones.

    Case does not count; the most frequent spelling is shown.
    """
    place = rows["row"].to_numpy()
    codes, texts = pd.factorize(rows["value"].astype(object))
    # Few texts differ: each is read once.
    parts = [(number, part) for number, text in enumerate(texts) for part in _parts(text)]
    seen = pd.DataFrame(parts, columns=["text", "spelt"]).astype({"text": np.intp, "spelt": object})
    seen["folded"] = seen["spelt"].str.casefold()
    seen = seen[~seen["folded"].isin(_UNTOLD)]
    seen["count"] = np.bincount(codes, minlength=len(texts))[seen["text"]]
    spellings = seen.groupby(["folded", "spelt"])["count"].sum().reset_index()
    spellings = spellings.sort_values(["count", "spelt"], ascending=[False, True])
    shown = spellings.drop_duplicates("folded").set_index("folded")["spelt"]
    counts = spellings.groupby("folded")["count"].sum()
    ranked = counts.rename_axis("folded").reset_index().sort_values(["count", "folded"], ascending=[False, True])
    is_rare = ranked["count"] < max(FEWEST_WITH_VALUE, LEAST_SHARE_WITH_VALUE * count)
    kept = ranked.loc[np.arange(len(ranked)) < np.where(is_rare, RARE_VALUES_KEPT, VALUES_KEPT), "folded"]
    texts_with = {folded: numbers.to_numpy() for folded, numbers in seen.groupby("folded")["text"]}
    left = _flagged(place, codes, len(texts), seen["text"].to_numpy(), count)
    columns = []
    for folded in kept:
        flag = _flagged(place, codes, len(texts), texts_with[folded], count)
        left &= ~flag
        columns.append((shown[folded], flag))
    return [*columns, (OTHER, left)] if left.any() else columns


def _parts(text: str) -> list[str]:
    return [clipped(part.strip(), VALUE_LENGTH) for part in text[:_TOLD].split(_SEPARATOR)]


def _flagged(place: Rows, codes: Rows, texts: int, wanted: Rows, count: int) -> Flags:
    """Applications that have one of the wanted texts."""
    is_wanted = np.zeros(texts, dtype=bool)
    is_wanted[wanted] = True
    flag = np.zeros(count, dtype=bool)
    flag[place[is_wanted[codes]]] = True
    return flag


def _placed(flags: Flags, names: Sequence[tuple[Feature, str]]) -> Matrix:
    """Weighted flags; an application with several names of one feature is no farther away for it."""
    placed = flags.astype(float)
    for feature in {feature for feature, _ in names}:
        columns = [i for i, (each, _) in enumerate(names) if each == feature]
        block = placed[:, columns]
        many = block.sum(axis=1, keepdims=True)
        known = many[:, 0] > 0
        block = block * feature.weight / np.sqrt(np.maximum(many, 1.0))
        placed[:, columns] = np.where(known[:, None], block - block[known].mean(axis=0), 0.0)
    return placed


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
