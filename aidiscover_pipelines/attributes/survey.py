"""One look at every value: what each entity is told to be, as a hash, and the few values that concern the whole."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.standing import arrow_texts, parents
from aidiscover_pipelines.attributes.validity import NUMERIC
from aidiscover_pipelines.attributes.wide import Codes, Flags
from aidiscover_pipelines.domain.tables import EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind

Hashes = npt.NDArray[np.uint64]

BATCH_ROWS = 131_072
"""Values that are looked at together, some 20 MB."""

STAMP = "last_seen"
_TEXTS = ("field", "value", "statistic", "evidence_id", "rule")
_ODD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio, as in splitmix64


class Survey:
    """What EntityValue rows in key order tell, as they go by.

    `rows`: how many; `ids`, `is_asset` and `told`: the entities and a hash over all values of each; `cited`: the
    addresses of rows that these come from, with the place of the entity (`of`) and which of its rows it is (`turn`);
    `seen`: every last_seen; `unmeasured`: values of measures that hold no number.
    """

    def __init__(self, parts: Iterable[pd.DataFrame]) -> None:
        self.rows = 0
        self._found: list[tuple[pa.Array, Flags, Hashes, pa.Array, Codes]] = []
        self._seen: list[pd.DataFrame] = []
        self._unmeasured: list[pd.DataFrame] = []
        for values in whole_entities(parts):
            self._take(values)
        ids, is_asset, told, cited, of = zip(*self._found, strict=True) if self._found else ([], [], [], [], [])
        nothing = pa.array([], pa.large_string())
        self.ids, self.cited = pa.concat_arrays([*ids, nothing]).to_pandas(), pa.concat_arrays([*cited, nothing])
        self.is_asset: Flags = np.concatenate([*is_asset, np.zeros(0, dtype=bool)])
        self.told: Hashes = np.concatenate([*told, np.zeros(0, dtype=np.uint64)])
        self.of: Codes = np.concatenate([*of, np.zeros(0, dtype=np.int64)])
        begins = np.flatnonzero(np.diff(self.of, prepend=-1))
        self.turn = np.arange(len(self.of)) - np.repeat(begins, np.diff(begins, append=len(self.of)))
        none = pd.DataFrame(columns=EntityValue.columns())
        self.seen = pd.concat(self._seen, ignore_index=True) if self._seen else none
        self.unmeasured = pd.concat(self._unmeasured, ignore_index=True) if self._unmeasured else none

    def _take(self, values: pd.DataFrame) -> None:
        starts = entity_starts(values)
        first = np.flatnonzero(starts)
        entity = np.cumsum(starts) - 1
        texts = {name: arrow_texts(values[name]).fill_null("") for name in _TEXTS}
        rows = parents(texts["evidence_id"])
        turns = starts | _differs(rows)
        known = sum(len(ids) for ids, *_ in self._found)
        self._found.append(
            (
                arrow_texts(values["entity_id"]).take(pa.array(first)),
                values["entity"].iloc[first].eq(EntityKind.ASSET.value).to_numpy(dtype=bool),
                _told(values, list(texts.values()), first, entity),
                rows.filter(pa.array(turns)),
                entity[turns] + known,
            )
        )
        self.rows += len(values)
        number = values["number"].to_numpy(dtype=float)
        for kept, hit in (
            (self._seen, pc.equal(texts["field"], STAMP)),
            (
                self._unmeasured,
                pc.and_(pc.is_in(texts["field"], pa.array(NUMERIC, pa.large_string())), np.isnan(number)),
            ),
        ):
            found = np.flatnonzero(hit.to_numpy(zero_copy_only=False))
            if len(found):
                kept.append(values.iloc[found])


def whole_entities(parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Rows in key order as frames of about BATCH_ROWS rows that end where an entity does."""
    held: list[pd.DataFrame] = []
    for part in parts:
        held.append(part)
        if sum(map(len, held)) < BATCH_ROWS:
            continue
        rows = pd.concat(held, ignore_index=True)
        last = int(np.flatnonzero(entity_starts(rows))[-1])
        if last:
            yield rows.iloc[:last]
        held = [rows.iloc[last:]]
    rows = pd.concat(held, ignore_index=True) if held else pd.DataFrame()
    if len(rows):
        yield rows


def entity_starts(values: pd.DataFrame) -> Flags:
    """Where another entity begins."""
    return _differs(arrow_texts(values["entity_id"])) | _differs(arrow_texts(values["entity"]))


def _differs(texts: pa.Array) -> Flags:
    """Whether each differs from the one before it; the first does."""
    flags: Flags = np.ones(len(texts), dtype=bool)
    flags[1:] = pc.not_equal(texts.slice(1), texts.slice(0, max(len(texts) - 1, 0))).to_numpy(zero_copy_only=False)
    return flags


def _told(values: pd.DataFrame, texts: list[pa.Array], first: Codes, entity: Codes) -> Hashes:
    """A hash of each entity over its rows in their order. Its texts lie side by side, so they are hashed as one."""
    ends = np.append(first, len(entity))
    place = (np.arange(len(entity)) - first[entity]).astype(np.uint64)
    number = np.nan_to_num(values["number"].to_numpy(dtype=float), nan=np.inf).view(np.uint64)
    stands = values["chosen"].to_numpy(dtype=np.uint64) * 2 + values["conflict"].to_numpy(dtype=np.uint64)
    each, joined = [place, number, stands], []
    for column in texts:
        _, offsets, data = column.buffers()
        bounds = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
        each.append(np.diff(bounds).astype(np.uint64))
        whole = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), len(first), [None, pa.py_buffer(np.ascontiguousarray(bounds[ends])), data]
        )
        joined.append(hashes(whole.to_numpy(zero_copy_only=False)))
    return mixed([np.add.reduceat(mixed(each), first), *joined])


def hashes(values: "npt.NDArray[Any]") -> Hashes:
    """A hash of each."""
    return cast(Hashes, pd.util.hash_array(values, categorize=False))


def mixed(columns: "list[Hashes]") -> Hashes:
    """One hash for each row of all its columns, which depends on their order."""
    out = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        out = (out ^ column) * _ODD
        out ^= out >> np.uint64(32)
    return out
