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
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, RiskLevel, Strategy
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.attribute_grid import AttributeGrid, attribute_grid
from aidiscover_pipelines.reporting.conflicts import read_disputes
from aidiscover_pipelines.reporting.dossiers import Dossiers, as_list, dossiers, with_dossier
from aidiscover_pipelines.reporting.gaps import gap_rows, lacking_rows
from aidiscover_pipelines.reporting.heatmap import application_confidence, portfolio_heat_map
from aidiscover_pipelines.reporting.quality import (
    CrewUsage,
    DataQuality,
    crew_answers,
    crew_usage,
    data_quality,
    flag_rows,
    read_flags,
)
from aidiscover_pipelines.reporting.questions import in_order

TOP_RISKS = 10
_WEIGHT = {RiskLevel.HIGH.value: 0, RiskLevel.MEDIUM.value: 1, RiskLevel.LOW.value: 2}

_SHOWN = [
    "application_id", "strategy", "confidence", "decided_by", "risk", "rationale", "priority", "model", "review",
    "target", "target_why", "effort", "cost", "question", "policy",
]  # fmt: skip
_PLACED = ["application_id", "wave", "reason", "moves_with"]
_OF_EDGES = [
    "source_application", "source_text", "target_application", "target_text", "kind", "directed", "port", "evidence_id",
]  # fmt: skip
_ALIKE = ["application_id", "cluster_id", "anomaly"]
_NO_PRIORITY = 9  # sorts behind 5, the last priority that is given


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """One tenant's portfolio as the reports show it.

    applications: one row each, first things first: the columns of Recommendation but `dossiers.REASONS`, name, origin,
        criticality (empty where unknown), wave, wave_reason, moves_with, completeness and data_confidence (percent),
        servers, cluster (the pattern's name) and anomaly. Missing is None.
    attribute_states: see `AttributeGrid.states`.
    heat_map: quality of the attributes by application, or by pattern.
    dossiers: what the dossiers rest on, and whose they are.
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
    known = store.read(tenant, Application, columns=["application_id", "name", "origin"])
    grid = attribute_grid(store, tenant, known["application_id"])
    members = store.read(tenant, ClusterMember, columns=_ALIKE)
    clusters = store.read(tenant, PatternCluster)
    links = store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id"])
    applications = application_rows(
        known,
        store.read(tenant, Recommendation, columns=_SHOWN),
        store.read(tenant, WaveAssignment, columns=_PLACED),
        grid,
        criticality(store, tenant),
        members,
        links,
    )
    applications["cluster"] = (
        applications["cluster_id"].map(clusters.set_index("cluster_id")["label"]).astype(object).fillna("")
    )
    disputes = read_disputes(store, tenant)
    flags = read_flags(store, tenant)
    shown = with_dossier(applications, worst(applications).index)
    held = dossiers(store, tenant, shown, links, disputes, flags["cell"])
    names = applications.set_index("application_id")["name"]
    dependencies = _dependency_rows(store.read(tenant, Dependency, columns=_OF_EDGES), names)
    assets = store.read(tenant, Asset, columns=["asset_id"])
    calendar = store.read(tenant, Wave)
    questions = in_order(store.read(tenant, OpenQuestion))
    return PortfolioView(
        tenant=tenant,
        name=registered.name,
        applications=applications,
        attribute_states=grid.states,
        heat_map=portfolio_heat_map(grid.quality, applications),
        dossiers=held,
        clusters=_cluster_rows(clusters, applications, names),
        gaps=gap_rows(clusters, members, lacking_rows(store, tenant), questions),
        waves=wave_rows(applications, calendar),
        calendar=calendar,
        problems=store.read(tenant, PlanProblem),
        flags=flag_rows(flags, held.cells, disputes.names),
        scenarios=scenario_rows(store.read(tenant, ScenarioOutcome), names),
        dependencies=dependencies,
        hubs=_hubs(dependencies),
        top_risks=top_risks(held.applications),
        questions=questions,
        assets=len(assets),
        unplaced_assets=int((~assets["asset_id"].astype(object).isin(set(links["asset_id"]))).sum()),
        platform=platform_row(store, tenant),
        quality=data_quality(store, tenant, disputes),
        crews=crew_usage(crew_answers(store, tenant)),
        strategies=_counts(applications["strategy"], [strategy.value for strategy in Strategy]),
        risks=_counts(applications["risk"], [level.value for level in RiskLevel]),
        decided_by=_counts(applications["decided_by"], ["policy", "crew", "person"]),
    )


def application_rows(
    applications: pd.DataFrame,
    recommendations: pd.DataFrame,
    waves: pd.DataFrame,
    grid: AttributeGrid,
    critical: pd.Series,
    members: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """One row per application in the order a reader wants: by priority, then wave, then name."""
    decided = recommendations.assign(
        **{column: recommendations[column].map(str) for column in ("strategy", "decided_by", "risk")}
    )
    rows = applications.merge(decided, on="application_id", how="left")
    rows = rows.merge(waves.rename(columns={"reason": "wave_reason"}), on="application_id", how="left")
    rows = rows.merge(members, on="application_id", how="left")
    rows["criticality"] = rows["application_id"].map(critical).astype(object).fillna("")
    rows["completeness"] = rows["application_id"].map(grid.known)
    rows["data_confidence"] = rows["application_id"].map(application_confidence(grid.quality) * 100)
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


def criticality(store: PortfolioStore, tenant: TenantId) -> pd.Series:
    """The word for each application's business criticality, by application_id; those without one are left out."""
    told = store.read(
        tenant, AttributeValue, columns=["application_id", "value"], attribute="business_criticality"
    ).set_index("application_id")["value"]
    word = told.str.extract(r"^(\w+)", expand=False)
    return word[word.isin(CLOSED_ATTRIBUTES["business_criticality"])]


def _last_wave(waves: pd.DataFrame) -> int:
    return int(waves["wave"].max()) if len(waves) else 0


def _counts(values: pd.Series, order: list[str]) -> dict[str, int]:
    counted = values.value_counts()
    return {name: int(counted.get(name, 0)) for name in order}


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


def worst(applications: pd.DataFrame) -> pd.DataFrame:
    """The TOP_RISKS rows of the greatest risk, high before medium, else in the given order."""
    weight = applications["risk"].map(_WEIGHT).dropna()
    return applications.loc[weight.sort_values(kind="stable").index[:TOP_RISKS]]


def top_risks(applications: pd.DataFrame) -> list[dict[str, Any]]:
    """The `worst`; needs application_id, name, strategy, risk, risks and rationale.

    Each: application_id, application, strategy, risk, kind, text, mitigation.
    """
    rows: list[dict[str, Any]] = []
    for row in worst(applications).to_dict("records"):
        named = sorted(as_list(row["risks"]), key=lambda risk: _WEIGHT.get(str(risk.get("level")), 3))
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
