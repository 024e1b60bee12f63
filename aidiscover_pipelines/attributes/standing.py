"""How far a value is to be believed: trust in its sheet, the age of its row, and how many sources agree with it."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.grouping import Groups
from aidiscover_pipelines.attributes.wide import Numbers

# Trust in a sheet of which nothing is known: between a list that somebody keeps and a registry.
UNKNOWN_TRUST = 0.7
SAME_NUMBER = 0.05  # as far apart, two numbers are one measured twice
_PARENT = r"\.[^.]*$"


class Believed(NamedTuple):
    """Trust, 0 to 1, and age in days of each address; NaN where nothing dates it."""

    trust: Numbers
    age: Numbers


class Sources:
    """What is known of sheets and rows.

    `standings` are SourceStanding rows, `seen` has evidence_id and value of every last_seen.
    """

    def __init__(self, standings: pd.DataFrame, seen: pd.DataFrame, today: date) -> None:
        keys = pd.Index(standings["sheet_key"].astype(object))
        self._trust = pd.Series(standings["trust"].to_numpy(dtype=float), index=keys)
        self._sheet_age = pd.Series(_ages(standings["as_of"], today), index=keys)
        ages = pd.Series(_ages(seen["value"], today), index=pd.Index(_parents(seen["evidence_id"]), dtype=object))
        # Of a row with several stamps the latest tells when it was last looked at.
        self._row_age = ages.dropna().groupby(level=0).min()

    def believe(self, evidence_ids: pa.Array) -> Believed:
        """Trust and age of each cell address. A row without a date of its own has its sheet's."""
        told = pc.replace_substring_regex(evidence_ids, pattern=_PARENT, replacement="").dictionary_encode()
        codes = told.indices.to_numpy(zero_copy_only=False)
        rows = pd.Index(told.dictionary.to_numpy(zero_copy_only=False), dtype=object)
        sheets = pd.Series(_parents(rows.to_series()), dtype=object)
        # A cloud has one standing: its name is what its addresses begin with.
        known = pd.Index(sheets.where(sheets.isin(self._trust.index), sheets.str.split(".").str[0]), dtype=object)
        trust = self._trust.reindex(known).fillna(UNKNOWN_TRUST).to_numpy(dtype=float)
        age = self._row_age.reindex(rows).to_numpy(dtype=float)
        age = np.where(np.isnan(age), self._sheet_age.reindex(known).to_numpy(dtype=float), age)
        return Believed(trust[codes], age[codes])


def agreement(values: pd.DataFrame) -> Numbers:
    """Share of the files that say of its field and entity what stands, for each EntityValue row; 1 without a dispute.

    A file that says several things counts by their number, however often it repeats one.
    """
    out = np.ones(len(values))
    rows = np.flatnonzero(values["conflict"].to_numpy(dtype=bool))
    if not len(rows):
        return out
    held = values.iloc[rows][["entity", "entity_id", "field", "value", "number", "chosen"]].assign(row=rows)
    held["file"] = values["evidence_id"].iloc[rows].astype(object).str.split(".", n=1).str[0]
    held["number"] = held["number"].astype(float)
    held["value"] = held["value"].astype(object).str.casefold()
    keys = ["entity", "entity_id", "field"]
    stands = held[held["chosen"].astype(bool)].drop_duplicates(keys)
    both = held.merge(stands[[*keys, "value", "number"]], on=keys, suffixes=("", "_chosen"))
    apart = (both["number"] - both["number_chosen"]).abs()
    near = apart <= SAME_NUMBER * both[["number", "number_chosen"]].abs().max(axis=1)
    both["same"] = (both["value"].eq(both["value_chosen"]) | near).astype(float)
    statements = both.drop_duplicates([*keys, "file", "value"])
    files = Groups(statements, [*keys, "file"])
    shares = files.keys.assign(same=files.mean(statements["same"]))
    per_field = Groups(shares, keys)
    figures = per_field.keys.assign(same=per_field.mean(shares["same"]))
    spread = both[[*keys, "row"]].astype(dict.fromkeys(keys, object)).merge(figures, on=keys, how="left")
    out[spread["row"].to_numpy()] = spread["same"].to_numpy(dtype=float)
    return out


def _parents(addresses: "pd.Series[Any]") -> npt.NDArray[np.object_]:
    """Each address without what follows its last dot."""
    parents = pc.replace_substring_regex(arrow_texts(addresses), pattern=_PARENT, replacement="")
    out: npt.NDArray[np.object_] = parents.to_numpy(zero_copy_only=False)
    return out


def arrow_texts(texts: "pd.Series[Any]") -> pa.Array:
    """One array without chunks, whatever a column is made of."""
    array = pa.array(texts if isinstance(texts.dtype, pd.StringDtype) else texts.astype(object), from_pandas=True)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.large_string())


def _ages(texts: "pd.Series[Any]", today: date) -> Numbers:
    """Days from ISO dates and times to today, none below 0; NaN where there is no such date."""
    codes, distinct = pd.factorize(texts.astype(object).where(texts.notna(), "").astype("str").str.slice(0, 10))
    days = pd.to_datetime(pd.Series(distinct, dtype="str"), errors="coerce", format="%Y-%m-%d")
    ages = (pd.Timestamp(today) - days).dt.total_seconds().clip(lower=0) / 86_400
    days_ago: Numbers = np.asarray(ages, dtype=np.float64)
    return days_ago[codes]
