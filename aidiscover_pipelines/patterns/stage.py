"""The stage that finds patterns in a tenant's portfolio, and the one that lets a crew word them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.excerpts import clipped
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import ClusterMember, PatternCluster, SimilarityGroup
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.anomalies import place_members
from aidiscover_pipelines.patterns.cluster import group_alike, keep_ids
from aidiscover_pipelines.patterns.describe import DESCRIPTION_LENGTH, describe_clusters
from aidiscover_pipelines.patterns.features import read_features
from aidiscover_pipelines.patterns.naming import LABEL_LENGTH
from aidiscover_pipelines.patterns.neighbours import find_neighbours
from aidiscover_pipelines.ports import PortfolioStore

GAP_REPORT_LENGTH = 800
"""Longest gap report that is stored: one look of a person."""
_PREVIEW_ROWS = 10
_WORDS = {"label": LABEL_LENGTH, "description": DESCRIPTION_LENGTH, "gap_report": GAP_REPORT_LENGTH}
_PREVIEW_COLUMNS = ["cluster_id", "label", "size", "representative", "description"]


def find_patterns(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Group the tenant's applications, describe the groups and mark those that stand out.

    rows_in counts applications, rows_out members placed. Ids carry over from the last run; words that a crew gave a
    group do not, because its members may have changed.
    """
    # One thread: the arrays are small, and waiting threads cost more than they save (5 s instead of 0.3 s for 1,000
    # applications beside one busy process on two cores).
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # no stubs; comes with scikit-learn

    table = read_features(partial(store.read, tenant))
    with threadpool_limits(1):
        cluster_ids = keep_ids(
            table.ids, group_alike(table), store.read(tenant, ClusterMember, columns=["application_id", "cluster_id"])
        )
        clusters = describe_clusters(table, cluster_ids)
        similar, groups = find_neighbours(table)
        members = place_members(table, cluster_ids, similar)
    store.replace(tenant, run, {PatternCluster: clusters, ClusterMember: members, SimilarityGroup: groups})
    largest = clusters.sort_values(["size", "cluster_id"], ascending=[False, True])
    return StageResult(
        rows_in=len(table.ids),
        rows_out=len(members),
        preview=_preview(largest),
        figures={
            "clusters": len(clusters),
            "anomalies": int(members["anomaly"].sum()),
            "largest_cluster": int(clusters["size"].max()) if len(clusters) else 0,
            "similarity groups": len(groups),
            "applications in similarity groups": int(groups["size"].sum()),
        },
        charts={
            "Applications by pattern": _bars(largest, clusters.set_index("cluster_id")["size"]),
            "Standing out by pattern": _bars(largest, members.groupby("cluster_id")["anomaly"].sum()),
        },
        tables={"Applications all but equal": _group_preview(groups)},
    )


def settle_patterns(
    store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Sequence[Mapping[str, Any]]
) -> StageResult:
    """Let a crew word groups: an answer is {"cluster_id", "label", "description", "gap_report", "methods"}.

    Words are cut to LABEL_LENGTH, DESCRIPTION_LENGTH and GAP_REPORT_LENGTH; an empty one, and one that is the start
    of what the code composed, cut off, leave that.
    `methods` are [{"attribute", "method", "why"}]. Unknown groups are skipped; of several answers for one the last
    counts.
    """
    held = store.read(tenant, PatternCluster)
    given = pd.DataFrame(list(answers), columns=["cluster_id", "label", "description", "gap_report", "methods"])
    worded = given.drop_duplicates("cluster_id", keep="last").set_index("cluster_id")
    settled = held[held["cluster_id"].isin(worded.index)].copy()
    for column, length in _WORDS.items():
        words = (
            settled["cluster_id"].map(worded[column]).astype(object).fillna("").astype(str).str.split().str.join(" ")
        )
        settled[column] = [
            own if _is_start_of(said, own) else clipped(said, length)
            for said, own in zip(words, settled[column], strict=True)
        ]
    methods = worded["methods"].dropna().to_dict()
    settled["methods"] = [methods.get(name, []) for name in settled["cluster_id"]]
    if len(settled):
        store.upsert(tenant, run, {PatternCluster: settled})
    unknown = len(given) - len(settled)
    return StageResult(
        rows_in=len(given),
        rows_out=len(settled),
        skipped={"no such pattern, or answered twice": unknown} if unknown else {},
        preview=_preview(settled),
        figures={
            "patterns named": int(worded["label"].astype(object).fillna("").ne("").loc[settled["cluster_id"]].sum()),
            "gap reports": int(settled["gap_report"].ne("").sum()),
        },
        tables={"Gap reports": _gap_reports(settled)},
    )


def _is_start_of(said: str, own: str) -> bool:
    """Whether these words are the others cut short: crews are shown the start of long texts. So are no words at all."""
    return said in ("", own) or (said.endswith("…") and own.startswith(said.removesuffix("…")))


def _gap_reports(clusters: pd.DataFrame) -> list[dict[str, Any]]:
    """The largest groups with their gap report and the methods that close the gaps."""
    told = clusters[clusters["gap_report"] != ""].sort_values(["size", "cluster_id"], ascending=[False, True])
    return [
        {
            "pattern": row["label"],
            "members": row["size"],
            "gap report": row["gap_report"],
            "how to close": "; ".join(
                f"{each['attribute'].replace('_', ' ')}: {each['method']}" for each in row["methods"]
            ),
        }
        for row in told.head(_PREVIEW_ROWS).to_dict("records")
    ]


def _group_preview(groups: pd.DataFrame) -> list[dict[str, Any]]:
    """The largest similarity groups and what their members have in common."""
    largest = groups.sort_values(["size", "group_id"], ascending=[False, True]).head(_PREVIEW_ROWS)
    return [
        {
            "applications": row["size"],
            "such as": ", ".join(row["members"][:3]),
            "similarity": row["similarity"],
            "common": "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["common"].items()),
        }
        for row in largest.to_dict("records")
    ]


def _bars(clusters: pd.DataFrame, figures: "pd.Series[int]") -> dict[str, float]:
    """A bar for each cluster that has any, in the order of the clusters."""
    told = figures.reindex(clusters["cluster_id"])
    return {
        label: float(number) for label, number in zip(clusters["label"].tolist(), told.tolist(), strict=True) if number
    }


def _preview(clusters: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(column): value for column, value in row.items()}
        for row in clusters[_PREVIEW_COLUMNS].head(_PREVIEW_ROWS).to_dict("records")
    ]
