"""Digests that tell whether the same was told again, whatever the order of rows."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Hashes = npt.NDArray[np.uint64]


def digests_by(keys: pd.Series, told: "pd.Series | pd.DataFrame") -> "pd.Series[str]":
    """Key -> 16 hex digits over its rows of `told` (texts), in any order. `keys` and `told` have equally many rows."""
    return _digests(keys, np.asarray(pd.util.hash_pandas_object(told, index=False), dtype=np.uint64))


def value_digests(values: pd.DataFrame) -> "pd.Series[str]":
    """entity_id -> digest of its values, whichever cells they came from. `values` are EntityValue rows that stand."""
    (field, fields), (statistic, statistics), (text, texts) = (
        pd.factorize(values[name]) for name in ("field", "statistic", "value")
    )
    # Most values stand in many rows: each is put together and hashed once. No statistic has the code -1.
    several = len(statistics) + 1
    told, distinct = pd.factorize((field * several + statistic + 1) * max(len(texts), 1) + text)
    kinds, place = np.divmod(distinct, max(len(texts), 1))
    words = [f"{name}\x1f{measure}\x1f" for name in fields for measure in ("", *statistics)]
    prefixed = np.array(words, dtype=object)[kinds] + np.asarray(texts, dtype=object)[place] if len(told) else place
    hashes = pd.util.hash_array(np.asarray(prefixed, dtype=object), categorize=False).astype(np.uint64)
    return _digests(values["entity_id"], hashes[told])


def _digests(keys: pd.Series, hashes: Hashes) -> "pd.Series[str]":
    codes, names = pd.factorize(keys)
    sums = np.zeros(len(names), dtype=np.uint64)
    np.add.at(sums, codes, hashes)  # a sum does not know an order, and runs over at 2**64
    return pd.Series([f"{number:016x}" for number in sums.tolist()], index=names.astype("str"), dtype="str")
