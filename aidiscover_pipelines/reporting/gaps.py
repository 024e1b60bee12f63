"""Gap reports of the patterns: what is not known of their members, and what closing it takes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, AttributeState
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.questions import LABELS

# Nobody is asked about what is present or does not apply, nor about a conclusion that is good enough.
_STANDING = [state.value for state in (*sorted(OPEN_STATES), AttributeState.INFERRED)]


def lacking_rows(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """AttributeValue rows that somebody is asked about: application_id and attribute."""
    key = ["application_id", "attribute"]
    held = store.read(tenant, AttributeValue, columns=[*key, "question"], state=_STANDING)
    return held.loc[held["question"] != "", key]


def gap_rows(
    clusters: pd.DataFrame, members: pd.DataFrame, lacking: pd.DataFrame, questions: pd.DataFrame
) -> list[dict[str, Any]]:
    """One entry for each pattern with a gap report, the largest first: pattern, members, report, steps.

    Frames of PatternCluster, ClusterMember, `lacking_rows` and OpenQuestion. A step is one way to close a gap:
    attribute (its name), method, applications that lack it, minutes of work for all of them, and changes, the expected
    number of recommendations that answers change (None where nothing is said of that).
    """
    placed = members.set_index("application_id")["cluster_id"]
    keys = ["cluster", "attribute"]
    counts = lacking.assign(cluster=lacking["application_id"].map(placed)).groupby(keys).size().to_dict()
    worth = questions.assign(cluster=questions["application_id"].map(placed)).groupby(keys)["change"].sum().to_dict()
    ordered = clusters[clusters["gap_report"].fillna("") != ""].sort_values(
        ["size", "cluster_id"], ascending=[False, True]
    )
    return [
        {
            "pattern": row["label"],
            "members": int(row["size"]),
            "report": row["gap_report"],
            "steps": [
                _step(told, counts.get(key, 0), worth.get(key))
                for told in row["methods"]
                if (key := (row["cluster_id"], told["attribute"])) in counts
            ],
        }
        for row in ordered.to_dict("records")
    ]


def _step(told: Mapping[str, Any], applications: int, changes: float | None) -> dict[str, Any]:
    offered = COLLECTION[told["attribute"]].methods if told["attribute"] in COLLECTION else ()
    minutes = next((each.minutes(applications) for each in offered if each.name == told["method"]), None)
    return {
        "attribute": LABELS.get(told["attribute"], told["attribute"]),
        "method": told["method"],
        "applications": applications,
        "minutes": None if minutes is None else round(minutes * applications),
        "changes": None if changes is None else round(float(changes), 1),
    }
