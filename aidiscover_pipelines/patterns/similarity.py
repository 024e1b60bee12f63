"""The applications most like one, what they share and where they differ, each with its cells."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, AttributeValue, ClusterMember
from aidiscover_pipelines.patterns.agreement import SHARED_FROM, comparable
from aidiscover_pipelines.patterns.features import FEATURES, Feature, read_features

EVIDENCE_LIMIT = 5
_TOLD = 8


def alike(read: Callable[..., pd.DataFrame], application: str, limit: int) -> list[dict[str, Any]]:
    """The `limit` applications nearest to one, best first; no rows where the portfolio lacks it.

    application_id, name, similarity (0 to 1), shared and differs (what they agree and disagree on, in words),
    features_compared, same_pattern, evidence (cells of the shared facts of the other application).
    """
    table = read_features(read)
    (places,) = np.nonzero(table.ids == application)
    if not len(places):
        return []
    place = int(places[0])
    compared = comparable(table)
    asked = np.full(len(table.ids), place)
    agreement = compared.agreement(asked, np.arange(len(table.ids)))
    similarity = compared.similarity(asked, agreement)
    order = [row for row in np.argsort(-similarity, kind="stable").tolist() if row != place][:limit]
    near = [str(table.ids[row]) for row in order]
    named = read(Application, columns=["application_id", "name"], application_id=near)
    names = dict(zip(named["application_id"], named["name"], strict=True))
    members = read(ClusterMember, application_id=[application, *near])
    cluster = dict(zip(members["application_id"], members["cluster_id"], strict=True))
    told = _told(read, [application, *near])
    rows = []
    for row, application_id in zip(order, near, strict=True):
        shared = _features_where(compared.features, agreement[row] >= SHARED_FROM)
        differs = _features_where(compared.features, agreement[row] <= 1 - SHARED_FROM)
        mine, other = told.get(application, {}), told.get(application_id, {})
        rows.append(
            {
                "application_id": application_id,
                "name": names[application_id],
                "similarity": round(float(similarity[row]), 3),
                "features_compared": int((~np.isnan(agreement[row])).sum()),
                "same_pattern": cluster.get(application_id, "") == cluster.get(application),
                "shared": [f"{each.label}: {_value(other, each)}" for each in shared[:_TOLD]],
                "differs": [f"{each.label}: {_value(mine, each)} / {_value(other, each)}" for each in differs[:_TOLD]],
                "evidence": _evidence(other, shared),
            }
        )
    return rows


def _features_where(features: Any, flags: Any) -> list[Feature]:
    """The features of the set columns, those that weigh most first."""
    return sorted((features[i] for i in np.flatnonzero(flags)), key=lambda feature: -feature.weight)


def _told(read: Callable[..., pd.DataFrame], ids: list[str]) -> dict[str, dict[str, tuple[str, list[str]]]]:
    """Application -> feature key -> (value, evidence)."""
    sources = {feature.key: feature.source for feature in FEATURES}
    told: dict[str, dict[str, tuple[str, list[str]]]] = {}
    frames = (
        ("attribute", read(AttributeValue, attribute=list(sources), application_id=ids), "attribute"),
        ("fact", read(ApplicationFact, field=list(sources), application_id=ids), "field"),
    )
    for source, rows, name in frames:
        for application_id, key, value, evidence in zip(
            rows["application_id"], rows[name], rows["value"], rows["evidence"], strict=True
        ):
            if sources[key] == source:
                told.setdefault(application_id, {})[key] = (value, evidence)
    return told


def _value(told: dict[str, tuple[str, list[str]]], feature: Feature) -> str:
    return told.get(feature.key, ("unknown", []))[0]


def _evidence(told: dict[str, tuple[str, list[str]]], shared: list[Feature]) -> list[str]:
    """The first cell of each shared fact: one for each claim rather than five for the first."""
    cells = (told.get(feature.key, ("", []))[1][:1] for feature in shared)
    return list(dict.fromkeys(cell for first in cells for cell in first))[:EVIDENCE_LIMIT]
