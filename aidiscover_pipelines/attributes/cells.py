"""Values of entities as columns of codes, made once for each part: what comes after works on integers."""

import json
from collections.abc import Collection
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.standing import Believed, Sources, arrow_texts
from aidiscover_pipelines.attributes.wide import NO_CELL, Cited, Codes, Flags, Numbers, Texts
from aidiscover_pipelines.domain.vocabulary import EntityKind

_ESCAPED = r'["\\\x00-\x1f]'  # what JSON does not write as it is


class Coded(NamedTuple):
    """A column of texts: the code of each row, and the distinct texts, missing ones as the empty text."""

    codes: Codes
    texts: Texts

    @classmethod
    def of(cls, texts: "pd.Series[str]") -> "Coded":
        """Codes in the order in which texts come."""
        told = arrow_texts(texts).fill_null("").dictionary_encode()
        codes = told.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(codes, told.dictionary.to_numpy(zero_copy_only=False).astype(object))

    def among(self, known: Collection[str]) -> Flags:
        """Rows whose text is one of these."""
        flags: Flags = np.array([text in known for text in self.texts.tolist()], dtype=bool)[self.codes]
        return flags

    def take(self, rows: "Codes | slice") -> Texts:
        """The texts of these rows."""
        texts: Texts = self.texts[self.codes[rows]]
        return texts


class Cells:
    """EntityValue rows, each column coded when it is first asked for."""

    def __init__(self, values: pd.DataFrame) -> None:
        self.values = values
        self.chosen: Flags = values["chosen"].to_numpy(dtype=bool)
        self.conflict: Flags = values["conflict"].to_numpy(dtype=bool)
        self.number: Numbers = values["number"].to_numpy(dtype=float)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def entity(self) -> Coded:
        """Asset or application."""
        return Coded.of(self.values["entity"].astype("str"))

    @cached_property
    def is_asset(self) -> Flags:
        """Values of assets."""
        return self.entity.among({EntityKind.ASSET.value})

    @cached_property
    def entity_id(self) -> Coded:
        """Ids of assets and applications."""
        return Coded.of(self.values["entity_id"])

    @cached_property
    def field(self) -> Coded:
        """Canonical fields."""
        return Coded.of(self.values["field"])

    @cached_property
    def value(self) -> Coded:
        """Normalised values."""
        return Coded.of(self.values["value"])

    @cached_property
    def statistic(self) -> Coded:
        """avg, max, p95 ...; empty for what is no measurement."""
        return Coded.of(self.values["statistic"])

    @cached_property
    def rule(self) -> Coded:
        """Why each was chosen or lost."""
        return Coded.of(self.values["rule"])


class Addresses:
    """Every address that a part cites, once: as text and as JSON, with what is thought of it.

    `values`, `links`, `edges` and `uses` are the codes of the addresses of these rows.
    """

    def __init__(self, sources: Sources, *cited: "pd.Series[str]") -> None:
        """`cited` are the evidence ids of values, links, edges and uses."""
        columns = [arrow_texts(column) for column in cited]
        told = pa.concat_arrays(columns).fill_null("").dictionary_encode()
        codes: Codes = told.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        ends = np.cumsum([len(column) for column in columns])
        self.values, self.links, self.edges, self.uses = np.split(codes, ends[:-1])
        self._told = told.dictionary
        self.believed: Believed = sources.believe(self._told)

    def __len__(self) -> int:
        return len(self._told)

    @cached_property
    def texts(self) -> Texts:
        """The addresses as objects."""
        texts: Texts = self._told.to_numpy(zero_copy_only=False).astype(object)
        return texts

    def lists(self, cited: Cited) -> "pd.Series[str]":
        """JSON lists of the addresses of each row, shape (rows, EVIDENCE_LIMIT), NO_CELL after the last one."""
        opening, following = self._items
        places = np.where(cited == NO_CELL, len(self), cited).T
        columns = [opening.take(pa.array(places[0])), *(following.take(pa.array(column)) for column in places[1:])]
        joined = pc.binary_join_element_wise(*columns, _text("]"), _text(""))
        return pd.Series(pc.if_else(pc.equal(joined, _text("]")), _text("[]"), joined), dtype="str")

    @cached_property
    def _items(self) -> tuple[pa.Array, pa.Array]:
        """Each address as JSON as the first of a list and as a later one; behind them, as nothing."""
        told = self._told
        if pc.any(pc.match_substring_regex(told, _ESCAPED)).as_py():
            told = pa.array([json.dumps(text, ensure_ascii=False)[1:-1] for text in told.to_pylist()], told.type)
        ends = [pc.binary_join_element_wise(_text(start), told, _text('"'), _text("")) for start in ('["', ',"')]
        none = pa.array([""], told.type)
        return pa.concat_arrays([ends[0], none]), pa.concat_arrays([ends[1], none])


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())
