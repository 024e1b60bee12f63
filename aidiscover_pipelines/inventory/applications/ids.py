"""Ids of applications: readable, unique within the tenant, and the same on every run over the same names."""

import hashlib
from collections.abc import Set

import pandas as pd

from aidiscover_pipelines.inventory.names import plain_name, slug


def application_ids(named: pd.DataFrame, taken: Set[str]) -> list[str]:
    """Slug of each row's `text`. Where a slug repeats or is taken, all but the first get a short hash behind it.

    First is by the plain name and `id`, what the source calls it.
    """
    if named.empty:
        return []
    identity = named["text"].map(plain_name) + "|" + named["id"].astype("str").fillna("")
    digests = [hashlib.sha256(text.encode()).hexdigest()[:6] for text in identity]
    slugs = pd.Series([slug(name) for name in named["text"]], index=named.index, dtype="str")
    frame = pd.DataFrame({"slug": slugs, "digest": digests, "identity": identity}, index=named.index)
    frame["slug"] = frame["slug"].where(frame["slug"] != "", "application-" + frame["digest"])
    ordered = frame.sort_values(["identity"], kind="stable")
    repeated = ordered.duplicated("slug").reindex(frame.index) | frame["slug"].isin(taken)
    frame["slug"] = frame["slug"].where(~repeated, frame["slug"] + "-" + frame["digest"])
    again = frame.groupby("slug").cumcount()
    return frame["slug"].where(again == 0, frame["slug"] + "-" + (again + 1).astype("str")).tolist()
