"""The applications most like one, and what they share: Gower's general coefficient over the declared features.

Gower, "A general coefficient of similarity and some of its properties", Biometrics 27 (1971): each feature gives 0 to 1
and the coefficient is their weighted mean. Features unknown of the one asked about do not count; those unknown of the
other count as no agreement, so that an application of which little is known is like nothing.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, AttributeValue, ClusterMember
from aidiscover_pipelines.patterns.features import FEATURES, Feature, FeatureTable, Matrix, encode_features

SHARED_FROM = 0.8
"""Agreement of a feature from which it is told as shared, and its complement as different."""
EVIDENCE_LIMIT = 5
_TOLD = 8


def alike(read: Callable[..., pd.DataFrame], application: str, limit: int) -> list[dict[str, Any]]:
    """The `limit` applications nearest to one, best first; no rows where the portfolio lacks it.

    application_id, name, similarity (0 to 1), shared and differs (what they agree and disagree on, in words),
    features_compared, same_pattern, evidence (cells of the shared facts of the other application).
    """
    applications = read(Application, columns=["application_id", "name"])
    fields = [feature.key for feature in FEATURES]
    facts = read(ApplicationFact, field=fields)
    attributes = read(AttributeValue, attribute=fields)
    table = encode_features(applications, facts, attributes)
    (places,) = np.nonzero(table.ids == application)
    if not len(places):
        return []
    place = int(places[0])
    agreement, features = _agreement(table, place)
    weights = np.array([feature.weight for feature in features]) * ~np.isnan(agreement[place])
    similarity = np.nan_to_num(agreement) @ weights / (weights.sum() or 1.0)
    order = [row for row in np.argsort(-similarity, kind="stable").tolist() if row != place][:limit]
    names = dict(zip(applications["application_id"], applications["name"], strict=True))
    near = [str(table.ids[row]) for row in order]
    members = read(ClusterMember, application_id=[application, *near])
    cluster = dict(zip(members["application_id"], members["cluster_id"], strict=True))
    told = _told(facts, attributes, [application, *near])
    rows = []
    for row, application_id in zip(order, near, strict=True):
        shared = _features_where(features, agreement[row] >= SHARED_FROM)
        differs = _features_where(features, agreement[row] <= 1 - SHARED_FROM)
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


def _agreement(table: FeatureTable, place: int) -> tuple[Matrix, list[Feature]]:
    """Agreement of each row with row `place` by feature (NaN where either is unknown), and the features."""
    columns, features = [], []
    for feature in dict.fromkeys(each for each, _ in table.names):
        flags = table.flags[:, [i for i, (each, _) in enumerate(table.names) if each == feature]]
        both = (flags & flags[place]).sum(axis=1)
        either = (flags | flags[place]).sum(axis=1)
        known = flags.any(axis=1) & flags[place].any()
        columns.append(np.where(known, both / np.maximum(either, 1), np.nan))
        features.append(feature)
    for column, feature in enumerate(table.amounts):
        scaled = np.where(np.isnan(table.numbers[:, column]), np.nan, table.scaled[:, column])
        known = scaled[~np.isnan(scaled)]
        spread = float(known.max() - known.min()) if len(known) else 0.0
        columns.append(1.0 - np.abs(scaled - scaled[place]) / (spread or 1.0))
        features.append(feature)
    return np.column_stack(columns) if columns else np.zeros((len(table.ids), 0)), features


def _features_where(features: list[Feature], flags: Any) -> list[Feature]:
    """The features of the set columns, those that weigh most first."""
    return sorted((features[i] for i in np.flatnonzero(flags)), key=lambda feature: -feature.weight)


def _told(facts: pd.DataFrame, attributes: pd.DataFrame, ids: list[str]) -> dict[str, dict[str, tuple[str, list[str]]]]:
    """Application -> feature key -> (value, evidence)."""
    sources = {feature.key: feature.source for feature in FEATURES}
    told: dict[str, dict[str, tuple[str, list[str]]]] = {}
    for source, frame, name in (("attribute", attributes, "attribute"), ("fact", facts, "field")):
        rows = frame[frame["application_id"].isin(ids)]
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
