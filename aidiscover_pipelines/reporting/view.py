"""Everything the reports show, gathered from the store once: HTML and XLSX are two layouts of this view."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    ClusterMember,
    Dependency,
    OpenQuestion,
    PatternCluster,
    PlanProblem,
    PlatformAssessment,
    Recommendation,
    ScenarioOutcome,
    Wave,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, STATE_WEIGHTS, AttributeState, RiskLevel, Strategy
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.dossiers import Dossiers, as_list, dossiers
from aidiscover_pipelines.reporting.gaps import gap_rows
from aidiscover_pipelines.reporting.heatmap import application_confidence, portfolio_heat_map
from aidiscover_pipelines.reporting.quality import (
    CrewUsage,
    DataQuality,
    crew_answers,
    crew_usage,
    data_quality,
    flag_rows,
)
from aidiscover_pipelines.reporting.questions import in_order

TOP_RISKS = 10

_SHOWN_OF_ATTRIBUTES = ["application_id", "attribute", "state", "value", "quality", "evidence", "question", "rule"]
_NO_PRIORITY = 9  # sorts behind 5, the last priority that is given


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """One tenant's portfolio as the reports show it.

    applications: one row each, first things first: the columns of Recommendation, name, origin, criticality (empty
        where unknown), wave, wave_reason, moves_with, stands_out, similar, completeness and data_confidence (percent),
        servers, cluster (the pattern's name) and anomaly. Missing is None.
    attribute_states: index application_id, one column per attribute, values of AttributeState.
    heat_map: quality of the attributes by application, or by pattern.
    dossiers: what the first applications' dossiers rest on.
    clusters, waves, dependencies, hubs: tables ready to show. gaps: see `gap_rows`.
    calendar: Wave rows. problems: PlanProblem rows. flags: see `flag_rows`. scenarios: see `scenario_rows`.
    questions: OpenQuestion rows in the order in which to ask.
    """

    tenant: TenantId
    name: str
    applications: pd.DataFrame
    attribute_states: pd.DataFrame
    heat_map: HeatMap
    dossiers: Dossiers
    clusters: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    waves: list[dict[str, Any]]
    calendar: pd.DataFrame
    problems: pd.DataFrame
    flags: pd.DataFrame
    scenarios: list[dict[str, Any]]
    dependencies: pd.DataFrame
    hubs: list[dict[str, Any]]
    top_risks: list[dict[str, Any]]
    questions: pd.DataFrame
    assets: int
    unplaced_assets: int
    platform: dict[str, Any] | None
    quality: DataQuality
    crews: CrewUsage
    strategies: dict[str, int] = field(default_factory=dict)
    risks: dict[str, int] = field(default_factory=dict)
    decided_by: dict[str, int] = field(default_factory=dict)

    @property
    def completeness(self) -> float:
        """Share of the attributes known, inferred ones by half, over all applications, in percent; 0 without any."""
        return float(self.applications["completeness"].mean()) if len(self.applications) else 0.0

    @property
    def is_cut(self) -> bool:
        """Whether some applications have no dossier."""
        return len(self.dossiers.applications) < len(self.applications)

    @property
    def evidence(self) -> pd.DataFrame:
        """One row for each cell that a recommendation cites; see `Dossiers`."""
        return self.dossiers.evidence


def portfolio_view(store: PortfolioStore, tenant: TenantId) -> PortfolioView:
    """Gather the view. Stages that have not run leave their part empty. Raises: UnknownTenant."""
    registered = store.tenant(tenant, "report on a portfolio")
    recommendations = store.read(tenant, Recommendation)
    attributes = store.read(tenant, AttributeValue, columns=_SHOWN_OF_ATTRIBUTES)
    attributes["state"] = attributes["state"].map(str)
    waves = store.read(tenant, WaveAssignment)
    members = store.read(tenant, ClusterMember)
    clusters = store.read(tenant, PatternCluster)
    links = store.read(tenant, ApplicationAsset)
    applications = application_rows(store.read(tenant, Application), recommendations, waves, attributes, members, links)
    applications["cluster"] = (
        applications["cluster_id"].map(clusters.set_index("cluster_id")["label"]).astype(object).fillna("")
    )
    names = applications.set_index("application_id")["name"]
    dependencies = _dependency_rows(store.read(tenant, Dependency), names)
    assets = store.read(tenant, Asset)
    calendar = store.read(tenant, Wave)
    questions = in_order(store.read(tenant, OpenQuestion))
    return PortfolioView(
        tenant=tenant,
        name=registered.name,
        applications=applications,
        attribute_states=_attribute_states(attributes, applications["application_id"]),
        heat_map=portfolio_heat_map(attributes, applications),
        dossiers=dossiers(store, tenant, applications, attributes),
        clusters=_cluster_rows(clusters, applications, names),
        gaps=gap_rows(clusters, members, attributes, questions),
        waves=wave_rows(applications, calendar),
        calendar=calendar,
        problems=store.read(tenant, PlanProblem),
        flags=flag_rows(store, tenant),
        scenarios=scenario_rows(store.read(tenant, ScenarioOutcome), names),
        dependencies=dependencies,
        hubs=_hubs(dependencies),
        top_risks=top_risks(applications),
        questions=questions,
        assets=len(assets),
        unplaced_assets=int((~assets["asset_id"].astype(object).isin(set(links["asset_id"]))).sum()),
        platform=platform_row(store, tenant),
        quality=data_quality(store, tenant),
        crews=crew_usage(crew_answers(store, tenant)),
        strategies=_counts(applications["strategy"], [strategy.value for strategy in Strategy]),
        risks=_counts(applications["risk"], [level.value for level in RiskLevel]),
        decided_by=_counts(applications["decided_by"], ["policy", "crew", "person"]),
    )


def application_rows(
    applications: pd.DataFrame,
    recommendations: pd.DataFrame,
    waves: pd.DataFrame,
    attributes: pd.DataFrame,
    members: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """One row per application in the order a reader wants: by priority, then wave, then name."""
    decided = recommendations.drop(columns=["cluster_id", "digest", "run_id"])
    for column in ("strategy", "decided_by", "risk"):
        decided[column] = decided[column].map(str)
    known = attributes["state"].map(STATE_WEIGHTS).astype(float).groupby(attributes["application_id"]).mean() * 100
    rows = applications[["application_id", "name", "origin"]].merge(decided, on="application_id", how="left")
    placed = waves[["application_id", "wave", "reason", "moves_with"]].rename(columns={"reason": "wave_reason"})
    rows = rows.merge(placed, on="application_id", how="left")
    alike = members[["application_id", "cluster_id", "anomaly", "reasons", "similar"]].rename(
        columns={"reasons": "stands_out"}
    )
    rows = rows.merge(alike, on="application_id", how="left")
    rows["criticality"] = rows["application_id"].map(criticality(attributes)).astype(object).fillna("")
    rows["completeness"] = rows["application_id"].map(known).astype(float).fillna(0.0)
    believed = application_confidence(attributes) * 100
    rows["data_confidence"] = rows["application_id"].map(believed).astype(float).fillna(0.0)
    rows["servers"] = (
        rows["application_id"].map(links.groupby("application_id").size()).astype(float).fillna(0).astype(int)
    )
    rows["anomaly"] = rows["anomaly"].map(lambda flag: flag is True or flag == 1)
    order = pd.DataFrame({
        "priority": rows["priority"].astype(float).fillna(_NO_PRIORITY),
        "wave": rows["wave"].astype(float).replace(0, _last_wave(waves) + 1).fillna(_last_wave(waves) + 2),
        "name": rows["name"].str.casefold(),
    })  # fmt: skip
    sequence = order.sort_values(["priority", "wave", "name"], kind="stable").index
    rows = rows.loc[sequence].reset_index(drop=True)
    texts = rows.columns.difference(["completeness", "data_confidence", "servers", "anomaly"])
    rows[texts] = rows[texts].astype(object).where(rows[texts].notna(), None)
    return rows


def criticality(attributes: pd.DataFrame) -> pd.Series:
    """The word for each application's business criticality, by application_id; those without one are left out."""
    told = attributes[attributes["attribute"] == "business_criticality"].set_index("application_id")["value"]
    word = told.str.extract(r"^(\w+)", expand=False)
    return word[word.isin(CLOSED_ATTRIBUTES["business_criticality"])]


def _last_wave(waves: pd.DataFrame) -> int:
    return int(waves["wave"].max()) if len(waves) else 0


def _counts(values: pd.Series, order: list[str]) -> dict[str, int]:
    counted = values.value_counts()
    return {name: int(counted.get(name, 0)) for name in order}


def _attribute_states(attributes: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Columns keep the order in which the first application lists its attributes by name."""
    wide = attributes.pivot(index="application_id", columns="attribute", values="state")
    return wide.reindex(ids).fillna(AttributeState.MISSING.value)


def wave_rows(applications: pd.DataFrame, calendar: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry per wave: wave, applications, servers, high_risk, strategies {R: n}, names. Wave 0 does not move.

    `calendar` is the Wave table, which counts a server of several applications once.
    """
    servers = dict(zip(calendar["wave"], calendar["servers"], strict=True))
    placed = applications[applications["wave"].notna()]
    rows: list[dict[str, Any]] = []
    for wave, group in placed.groupby(placed["wave"].astype(int)):
        rows.append({
            "wave": int(wave),
            "applications": len(group),
            "servers": int(servers.get(wave, group["servers"].sum())),
            "high_risk": int((group["risk"] == RiskLevel.HIGH.value).sum()),
            "strategies": _counts(group["strategy"], [strategy.value for strategy in Strategy]),
            "names": group["name"].tolist(),
        })  # fmt: skip
    return rows


def scenario_rows(outcomes: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    """One entry for each scenario: name, moved, moves {(from, to): n} the most first, and all its rows as `examples`.

    An example: application_id, name, instead_of, strategy, confidence, why. The surest first.
    """
    told = outcomes.assign(
        name=outcomes["application_id"].map(names),
        strategy=outcomes["strategy"].map(str),
        instead_of=outcomes["instead_of"].map(str),
    ).dropna(subset=["name"])
    rows: list[dict[str, Any]] = []
    for scenario, group in told.sort_values(["confidence", "name"], ascending=[False, True]).groupby("scenario"):
        moves = group.groupby(["instead_of", "strategy"]).size().sort_values(ascending=False, kind="stable")
        rows.append(
            {"name": scenario, "moved": len(group), "moves": moves.to_dict(), "examples": group.to_dict("records")}
        )
    return rows


def _cluster_rows(clusters: pd.DataFrame, applications: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, cluster in enumerate(clusters.sort_values("size", ascending=False).to_dict("records"), start=1):
        members = applications[applications["cluster_id"] == cluster["cluster_id"]]
        rows.append({
            "number": number,
            "cluster_id": cluster["cluster_id"],
            "label": cluster["label"],
            "description": cluster["description"],
            "size": int(cluster["size"]),
            "representative": names.get(cluster["representative"], cluster["representative"]),
            "representative_id": cluster["representative"],
            "strategies": _counts(members["strategy"], [strategy.value for strategy in Strategy]),
            "anomalies": members.loc[members["anomaly"], "name"].tolist(),
        })  # fmt: skip
    return rows


def _dependency_rows(dependencies: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Edges between applications by name: source, target, kind, directed, port, resolved (both ends are applications).

    source_id and target_id are the applications' ids, missing where an end is none. The source needs the target where
    directed; else the two go together.
    """
    known = set(names.index)
    ends = {end: dependencies[f"{end}_application"].where(dependencies[f"{end}_application"].astype(object).isin(known))
            for end in ("source", "target")}  # fmt: skip
    return pd.DataFrame({
        "source": ends["source"].map(names).fillna(dependencies["source_text"]),
        "target": ends["target"].map(names).fillna(dependencies["target_text"]),
        "kind": dependencies["kind"],
        "directed": dependencies["directed"].astype(bool),
        "port": dependencies["port"],
        "resolved": (ends["source"].notna() & ends["target"].notna()).astype(bool),
        "evidence_id": dependencies["evidence_id"],
        "source_id": ends["source"],
        "target_id": ends["target"],
    }).reset_index(drop=True)  # fmt: skip


def _hubs(dependencies: pd.DataFrame) -> list[dict[str, Any]]:
    """The applications that most others need."""
    needs = dependencies[dependencies["resolved"] & dependencies["directed"]]
    edges = needs.drop_duplicates(["source", "target"])
    needed = edges.groupby("target").size().sort_values(ascending=False, kind="stable")
    return [{"name": name, "needed_by": int(count)} for name, count in needed.head(TOP_RISKS).items()]


def top_risks(applications: pd.DataFrame) -> list[dict[str, Any]]:
    """The ten worst, high before medium, else in the given order; needs name, strategy, risk, risks and rationale.

    Each: application_id, application, strategy, risk, kind, text, mitigation.
    """
    weight = {RiskLevel.HIGH.value: 0, RiskLevel.MEDIUM.value: 1, RiskLevel.LOW.value: 2}
    ranked = applications.assign(weight=applications["risk"].map(weight)).dropna(subset=["weight"])
    ranked = ranked.sort_values("weight", kind="stable").head(TOP_RISKS)
    rows: list[dict[str, Any]] = []
    for row in ranked.to_dict("records"):
        named = sorted(as_list(row["risks"]), key=lambda risk: weight.get(str(risk.get("level")), 3))
        first = named[0] if named else {}
        rows.append({
            "application_id": row["application_id"],
            "application": row["name"],
            "strategy": row["strategy"],
            "risk": row["risk"],
            "kind": str(first.get("kind", "")),
            "text": str(first.get("risk", "") or row["rationale"] or ""),
            "mitigation": str(first.get("mitigation", "")),
        })  # fmt: skip
    return rows


def platform_row(store: PortfolioStore, tenant: TenantId) -> dict[str, Any] | None:
    """The platform assessment, or None before it ran."""
    rows = store.read(tenant, PlatformAssessment).to_dict("records")
    return {str(name): value for name, value in rows[0].items()} if rows else None
