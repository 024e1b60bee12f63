"""How well patterns find what was planted: the groups, and the applications that belong to none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ClusterMember
from aidiscover_pipelines.patterns.features import Flags, read_features

_SEED = 0  # of the isolation forest that anomalies are compared with


def measure_patterns(read: Callable[..., pd.DataFrame], truth: pd.DataFrame) -> dict[str, Any]:
    """Figures of found patterns against `truth` (name, kind, anomaly: '' for none).

    applications, kinds, clusters, adjusted_rand_index (Hubert and Arabie, 1985) over all applications, and `anomalies`:
    planted, told, precision and recall, the same of an isolation forest (Liu et al., 2008) that tells as many. An
    application that was not found counts as a group of its own and as not told.
    """
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import adjusted_rand_score

    table = read_features(read)
    forest = IsolationForest(random_state=_SEED).fit(table.matrix)
    applications = read(Application, columns=["application_id", "name"])
    oddness = pd.Series(-forest.score_samples(table.matrix), index=pd.Index(table.ids, name="application_id"))
    members = read(ClusterMember, columns=["application_id", "cluster_id", "anomaly"])
    found = applications.merge(members, on="application_id").assign(
        oddness=lambda rows: rows["application_id"].map(oddness)
    )
    judged = truth.merge(found, on="name", how="left")
    groups = judged["cluster_id"].astype(object).where(judged["cluster_id"].notna(), judged["name"])
    odd = judged["anomaly_x"].ne("").to_numpy()
    told = judged["anomaly_y"].eq(True).to_numpy(dtype=bool)
    isolated = np.zeros(len(judged), dtype=bool)
    isolated[np.argsort(-judged["oddness"].fillna(-np.inf).to_numpy(), kind="stable")[: told.sum()]] = True
    return {
        "applications": len(judged),
        "kinds": int(judged["kind"].nunique()),
        "clusters": int(members["cluster_id"].nunique()),
        "adjusted_rand_index": round(float(adjusted_rand_score(judged["kind"], groups)), 4),
        "anomalies": {"planted": int(odd.sum()), "told": int(told.sum()), **_agreement(told, odd)},
        "isolation_forest": _agreement(isolated, odd),
    }


def _agreement(told: Flags, planted: Flags) -> dict[str, float]:
    both = float((told & planted).sum())
    return {
        "precision": round(both / max(int(told.sum()), 1), 4),
        "recall": round(both / max(int(planted.sum()), 1), 4),
    }
