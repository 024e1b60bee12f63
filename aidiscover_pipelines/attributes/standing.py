"""How far a value is to be believed: trust in its sheet, the age of its row, and how many sources agree with it."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
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
        self._sheets = pd.Index(standings["sheet_key"].astype(object))
        self._trust = np.append(standings["trust"].to_numpy(dtype=float), UNKNOWN_TRUST)
        self._sheet_age = np.append(_ages(standings["as_of"], today), np.nan)
        rows = parents(arrow_texts(seen["evidence_id"])).dictionary_encode()
        # Of a row with several stamps the latest tells when it was last looked at.
        ages = np.full(len(rows.dictionary) + 1, np.nan)
        np.fmin.at(ages, rows.indices.to_numpy(zero_copy_only=False), _ages(seen["value"], today))
        self._rows, self._row_age = rows.dictionary, ages

    def believe(self, evidence_ids: pa.Array) -> Believed:
        """Trust and age of each cell address."""
        told = parents(evidence_ids).dictionary_encode()
        codes = told.indices.to_numpy(zero_copy_only=False)
        trust, age = self.believe_rows(told.dictionary)
        return Believed(trust[codes], age[codes])

    def believe_rows(self, rows: pa.Array) -> Believed:
        """Trust and age of each row address. A row without a date of its own has its sheet's."""
        told = parents(rows).dictionary_encode()
        sheets = pd.Series(told.dictionary.to_numpy(zero_copy_only=False), dtype=object)
        # A cloud has one standing: its name is what its addresses begin with.
        known = sheets.where(sheets.isin(self._sheets), sheets.str.split(".").str[0])
        sheet = self._sheets.get_indexer(pd.Index(known, dtype=object))[told.indices.to_numpy(zero_copy_only=False)]
        place = pc.index_in(rows, value_set=self._rows).fill_null(-1).to_numpy(zero_copy_only=False)
        age = self._row_age[place]
        return Believed(self._trust[sheet], np.where(np.isnan(age), self._sheet_age[sheet], age))


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


def parents(addresses: pa.Array) -> pa.Array:
    """Each address without what follows its last dot."""
    return pc.replace_substring_regex(addresses, pattern=_PARENT, replacement="")


def arrow_texts(texts: "pd.Series[Any]") -> pa.Array:
    """One array without chunks, whatever a column is made of."""
    is_known = isinstance(texts.dtype, pd.StringDtype | pd.CategoricalDtype)
    array = pa.array(texts if is_known else texts.astype(object), from_pandas=True)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.large_string())


def _ages(texts: "pd.Series[Any]", today: date) -> Numbers:
    """Days from ISO dates and times to today, none below 0; NaN where there is no such date."""
    codes, distinct = pd.factorize(texts.astype(object).where(texts.notna(), "").astype("str").str.slice(0, 10))
    days = pd.to_datetime(pd.Series(distinct, dtype="str"), errors="coerce", format="%Y-%m-%d")
    ages = (pd.Timestamp(today) - days).dt.total_seconds().clip(lower=0) / 86_400
    days_ago: Numbers = np.asarray(ages, dtype=np.float64)
    return days_ago[codes]
