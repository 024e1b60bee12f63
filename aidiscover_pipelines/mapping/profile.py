"""What a column's values look like, as shares of its non-empty cells.

One row per column; the tests are vectorised over the different texts, and none of them looks at the header.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.mapping.words import VOCABULARY, read_data

# Feature -> pattern that a whole cell text has to match, from vocabulary/values.yaml.
PATTERNS: dict[str, str] = {
    feature: "|".join(f"({pattern})" for pattern in patterns)
    for feature, patterns in read_data(VOCABULARY / "values.yaml").items()
}
FEATURES = (*PATTERNS, "distinct", "length", "words", "values")
# Different values per column that are put to the tests; more tell nothing new and cost most of the time.
TESTED_VALUES = 30
_LONGEST_TESTED = 200


def profile_columns(columns: Sequence[Sequence[str]]) -> pd.DataFrame:
    """One row of FEATURES per column of cell texts; 0 where a column has no values.

    PATTERNS features and `distinct` (different values) are shares of the non-empty cells, `length` and `words` are
    means, `values` counts the non-empty cells.
    """
    cells = pd.DataFrame(
        {
            "column": np.repeat(np.arange(len(columns)), [len(column) for column in columns]),
            "text": pd.Series([text for column in columns for text in column], dtype="str").str.strip(),
        }
    )
    pairs = cells[cells["text"] != ""].groupby(["column", "text"], sort=False).size().rename("n").reset_index()
    counts = pairs.groupby("column")["n"].agg(["sum", "size"]).reindex(range(len(columns)), fill_value=0)
    held = pairs[pairs.groupby("column").cumcount() < TESTED_VALUES]
    tests = _tests(held["text"].drop_duplicates().reset_index(drop=True))
    weight = held["n"].to_numpy(dtype=float)
    weighted = tests.loc[held["text"]].to_numpy() * weight[:, None]
    sums = pd.DataFrame(weighted, columns=tests.columns).assign(weight=weight).groupby(held["column"].to_numpy()).sum()
    totals = sums.reindex(range(len(columns)), fill_value=0.0)
    out = totals.drop(columns="weight").div(np.maximum(totals["weight"], 1), axis=0)
    out["distinct"] = counts["size"] / np.maximum(counts["sum"], 1)
    out["values"] = counts["sum"].astype(float)
    return out[list(FEATURES)].reset_index(drop=True)


def _tests(texts: pd.Series) -> pd.DataFrame:
    """Every feature test on the different texts, indexed by text."""
    lower = texts.str.lower().str.slice(0, _LONGEST_TESTED)
    out: dict[str, np.ndarray] = {
        feature: lower.str.fullmatch(pattern).to_numpy(dtype=float) for feature, pattern in PATTERNS.items()
    }
    # '4x 2 TB' and '512 GB SSD' are numbers too, for whoever wants a size.
    out["number"] = np.maximum(out["number"], out["size"])
    out["length"] = texts.str.len().to_numpy(dtype=float)
    out["words"] = lower.str.count(" ").to_numpy(dtype=float) + 1
    return pd.DataFrame(out, index=pd.Index(texts, name="text"))
