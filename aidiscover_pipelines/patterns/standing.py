"""How applications stand in their patterns: which stand out, by what, and from which cells that is known."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, ClusterMember, PatternCluster
from aidiscover_pipelines.patterns.features import FEATURES
from aidiscover_pipelines.patterns.similarity import EVIDENCE_LIMIT


def standing_out(read: Callable[..., pd.DataFrame], application: str) -> list[dict[str, Any]]:
    """Members that stand out from their pattern, the farthest first; of one application its standing whatever it is.

    application_id, name, cluster_id, pattern, stands_out, distance (1 is the pattern's median), by (reasons), evidence.
    """
    members = read(ClusterMember, application_id=application) if application else read(ClusterMember, anomaly=True)
    members = members.sort_values(["distance", "application_id"], ascending=[False, True], kind="stable")
    ids = members["application_id"].tolist()
    known = read(Application, columns=["application_id", "name"], application_id=ids)
    names = dict(zip(known["application_id"], known["name"], strict=True))
    clusters = read(PatternCluster, columns=["cluster_id", "label"], cluster_id=members["cluster_id"].unique().tolist())
    labels = dict(zip(clusters["cluster_id"], clusters["label"], strict=True))
    facts = read(ApplicationFact, application_id=ids, field=[feature.key for feature in FEATURES])
    return [
        {
            "application_id": row["application_id"],
            "name": names.get(row["application_id"], ""),
            "cluster_id": row["cluster_id"],
            "pattern": labels.get(row["cluster_id"], ""),
            "stands_out": bool(row["anomaly"]),
            "distance": row["distance"],
            "by": row["reasons"],
            "evidence": _evidence(facts[facts["application_id"] == row["application_id"]], row["reasons"]),
        }
        for row in members.to_dict("records")
    ]


def _evidence(facts: pd.DataFrame, reasons: Sequence[str]) -> list[str]:
    """Cells of the facts that the reasons are about; a reason begins with its feature's label."""
    keys = [feature.key for feature in FEATURES if any(reason.startswith(f"{feature.label} ") for reason in reasons)]
    cells = (cell for cells in facts.loc[facts["field"].isin(keys), "evidence"] for cell in cells)
    return list(dict.fromkeys(cells))[:EVIDENCE_LIMIT]
