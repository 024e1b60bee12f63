"""How well records were brought together, measured pair by pair against labels."""

from collections.abc import Sequence

import pandas as pd


def pairwise(truth: Sequence[str], clusters: Sequence[int]) -> dict[str, float | int | None]:
    """Precision, recall and F1 over pairs of labelled records, and what they are made of.

    A pair is right where both records have one label. Records with a blank label count for nothing. Without a pair
    that was joined precision is 1, without one that should be recall is 1; without a label all three are None.
    """
    frame = pd.DataFrame({"truth": pd.Series(list(truth), dtype="str"), "cluster": list(clusters)})
    labelled = frame[frame["truth"].str.strip() != ""]
    joined, wanted = _pairs(labelled, ["cluster"]), _pairs(labelled, ["truth"])
    right = _pairs(labelled, ["truth", "cluster"])
    known = bool(len(labelled))
    return {
        "precision": (right / joined if joined else 1.0) if known else None,
        "recall": (right / wanted if wanted else 1.0) if known else None,
        "f1": (2 * right / (joined + wanted) if joined + wanted else 1.0) if known else None,
        "pairs_wrong": joined - right,
        "pairs_missed": wanted - right,
        "rows": len(frame),
        "rows_labelled": len(labelled),
        "entities": int(labelled["truth"].nunique()),
        "entities_found": int(frame["cluster"].nunique()),
    }


def _pairs(frame: pd.DataFrame, columns: list[str]) -> int:
    sizes = frame.groupby(columns).size()
    return int((sizes * (sizes - 1) // 2).sum())
