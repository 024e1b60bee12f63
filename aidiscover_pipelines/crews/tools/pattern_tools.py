"""Patterns of the portfolio: what groups share, which applications are alike, which stand out."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from aidiscover_pipelines.crews.tools.counting import counts
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.crews.tools.spec import (
    ANY,
    Arguments,
    Found,
    Id,
    Scoped,
    ToolSpec,
    has_portfolio,
    rooms_of,
    scope_of,
    scope_words,
    view_of,
)
from aidiscover_pipelines.domain.tables import ApplicationFact, ClusterMember, PatternCluster, Recommendation

_TRAITS = 5
_NAMED = 10
_EVIDENCE = 3


class PatternArguments(Scoped):
    """Arguments of pattern_analyser."""

    cluster_id: Id = Field("", description="Only this pattern; empty takes that of the application, or all")


class SimilarArguments(Arguments):
    """Arguments of similarity_detector."""

    application: Id = Field("", description="application_id; empty takes the application of the case")
    limit: int = Field(10, ge=1, le=30, description="How many")


def analyse_patterns(desk: Desk, arguments: PatternArguments) -> Found:
    """All patterns with their leading traits, or one pattern with all its traits, members and their strategies."""
    view, application = view_of(desk), scope_of(desk, arguments)
    cluster_id = arguments.cluster_id
    if not cluster_id and application:
        placed = view.read(ClusterMember, application_id=application)["cluster_id"].tolist()
        if not placed:
            return Found([])
        cluster_id = placed[0]
    return _one_pattern(view, cluster_id) if cluster_id else _all_patterns(view)


def detect_similar(desk: Desk, arguments: SimilarArguments) -> Found:
    """The applications nearest to one, with what they share and how they were decided."""
    view, application = view_of(desk), arguments.application or desk.application
    if not application:
        return Found([], {"note": "the case is about no application; name one"})
    near = rooms_of(desk).alike(view.read, application, arguments.limit)
    ids = [row["application_id"] for row in near]
    decided = view.read(Recommendation, columns=["application_id", "strategy", "decided_by"], application_id=ids)
    strategies = {row["application_id"]: row for row in decided.to_dict("records")}
    rows = []
    for row in near:
        known = strategies.get(row["application_id"], {})
        rows.append({**row, "strategy": known.get("strategy"), "decided_by": known.get("decided_by")})
    return Found(rows, scope_words(desk, application))


def identify_anomalies(desk: Desk, arguments: Scoped) -> Found:
    """Applications that stand out from their pattern and by what; of one application its standing."""
    application = scope_of(desk, arguments)
    rows = rooms_of(desk).standing_out(view_of(desk).read, application)
    return Found(rows, {**scope_words(desk, application), "standing_out": _standing_out(rows)})


def _standing_out(rows: Any) -> int:
    return sum(row["stands_out"] for row in rows)


def _all_patterns(view: TenantView) -> Found:
    clusters = view.read(PatternCluster).sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    anomalies = view.read(ClusterMember, columns=["cluster_id"], anomaly=True)["cluster_id"].value_counts()
    everyone = int(clusters["size"].sum())
    rows = [
        {
            **{name: row[name] for name in ("cluster_id", "label", "size", "representative")},
            "share": round(row["size"] / everyone, 3),
            "standing_out": int(anomalies.get(row["cluster_id"], 0)),
            "traits": dict(_leading(row["traits"])[:_TRAITS]),
            "evidence": [],
        }
        for row in clusters.to_dict("records")
    ]
    return Found(rows, {"of": "the whole portfolio", "applications": everyone})


def _leading(traits: Mapping[str, Mapping[str, float]]) -> list[tuple[str, Mapping[str, float]]]:
    """Traits, those that tell the pattern from the portfolio most first: shares by their lead, then medians by name.

    Stored maps come back in any order.
    """
    return sorted(
        traits.items(), key=lambda item: (item[1]["portfolio"] - item[1].get("share", float("-inf")), item[0])
    )


def _one_pattern(view: TenantView, cluster_id: str) -> Found:
    clusters = view.read(PatternCluster, cluster_id=cluster_id).to_dict("records")
    if not clusters:
        return Found([])
    row = clusters[0]
    members = view.read(ClusterMember, cluster_id=cluster_id)
    ids = members["application_id"].tolist()
    strategies = view.read(Recommendation, columns=["strategy"], application_id=ids)["strategy"]
    fields = {trait: trait.partition(": ")[0] for trait in row["traits"]}  # a trait is "feature: value" or "feature"
    facts = view.read(ApplicationFact, field=list(dict.fromkeys(fields.values())), application_id=row["representative"])
    cells = dict(zip(facts["field"], facts["evidence"], strict=True))
    rows = [
        {"trait": trait, **figures, "evidence": cells.get(fields[trait], [])[:_EVIDENCE]}
        for trait, figures in _leading(row["traits"])
    ]
    shown = ("cluster_id", "label", "description", "size", "representative")
    about = {
        **{name: row[name] for name in shown},
        "standing_out": members.loc[members["anomaly"], "application_id"].tolist(),
        "members": members.sort_values("distance", kind="stable")["application_id"].head(_NAMED).tolist(),
        "strategies": counts(strategies),
        "note": "evidence is of the representative",
    }
    return Found(rows, about)


PATTERN_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "pattern_analyser",
        "The patterns of the portfolio, or one of them: what its members share, who stands out, which strategies.",
        frozenset({ANY}),
        PatternArguments,
        analyse_patterns,
        has_portfolio,
    ),
    ToolSpec(
        "similarity_detector",
        "The applications most like one, what they share, where they differ, and how they were decided.",
        frozenset({ANY}),
        SimilarArguments,
        detect_similar,
        has_portfolio,
    ),
    ToolSpec(
        "anomaly_identifier",
        "Applications that stand out from their pattern, and by what.",
        frozenset({ANY}),
        Scoped,
        identify_anomalies,
        has_portfolio,
    ),
)
