"""The portfolio in numbers, without its texts: for key figures and the command line."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import (
    Application,
    Asset,
    AttributeValue,
    Dependency,
    EntityValue,
    FieldMapping,
    PatternCluster,
    Recommendation,
    SourceFile,
    SourceSheet,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import (
    STATE_WEIGHTS,
    DecidedBy,
    FileStatus,
    MappingDecision,
    RiskLevel,
    Strategy,
)
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.quality import CrewUsage, crew_answers, crew_usage, file_rows, rows_left_out
from aidiscover_pipelines.reporting.view import platform_row, top_risks, worst

TOP_RISKS_SHOWN = 5
_COUNTED = ["application_id", "strategy", "confidence", "decided_by", "risk", "priority", "review"]
_CONTEST = ["entity", "entity_id", "field"]


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """Counts and shares of one tenant's portfolio. Frames: files as `file_rows` gives them, the rest as stored."""

    files: pd.DataFrame
    columns_to_review: int
    assets: int
    applications: int
    dependencies: int
    conflicts: int
    completeness: float
    clusters: int
    recommendations: pd.DataFrame
    waves: pd.DataFrame
    top_risks: list[dict[str, Any]]
    platform: dict[str, Any] | None
    crews: CrewUsage

    def strategies(self) -> dict[str, int]:
        """Applications per R, all six."""
        return _counts(self.recommendations["strategy"], Strategy)

    def deciders(self) -> dict[str, float]:
        """Percent of the recommendations that policy, crew and person decided."""
        counts = _counts(self.recommendations["decided_by"], DecidedBy)
        return {name: round(100 * count / max(len(self.recommendations), 1), 2) for name, count in counts.items()}

    def summary(self) -> dict[str, Any]:
        """JSON-ready; the keys that the command line promises."""
        status = _counts(self.files["status"], FileStatus)
        return {
            "files": {name: status[name] for name in ("accepted", "quarantined")},
            "records": int(self.files["records"].sum()),
            "skipped": int(self.files["skipped"].sum()),
            "review": self.columns_to_review,
            "assets": self.assets,
            "applications": self.applications,
            "dependencies": self.dependencies,
            "conflicts": self.conflicts,
            "completeness": round(self.completeness / 100, 4),
            "clusters": self.clusters,
            "recommendations": self.strategies(),
            "decided_by": self.deciders(),
            "tier": int(self.platform["tier"]) if self.platform else None,
            "top_risks": [risk for risk in self.top_risks[:TOP_RISKS_SHOWN] if risk["risk"] != RiskLevel.LOW],
            "waves": self._waves(),
            "crews": {
                "kickoffs": self.crews.kickoffs,
                "llm_calls": self.crews.llm_calls,
                "tokens": self.crews.tokens,
                "cost_usd": round(self.crews.cost_usd, 6),
            },
        }

    def kpis(self) -> list[tuple[str, float, str]]:
        """Rows of DiscoveryKpi: (kpi, value, unit)."""
        rows: list[tuple[str, float, str]] = [
            ("applications", self.applications, "applications"),
            ("assets", self.assets, "assets"),
            ("dependencies", self.dependencies, "edges"),
            ("completeness", round(self.completeness, 2), "percent"),
            ("clusters", self.clusters, "clusters"),
            ("waves", int(self.waves.loc[self.waves["wave"] > 0, "wave"].nunique()), "waves"),
            ("mean confidence", round(100 * _mean(self.recommendations["confidence"]), 2), "percent"),
            ("rows in", int(self.files["rows"].sum()), "rows"),
            ("rows used", int(self.files["used"].sum()), "rows"),
            ("rows skipped", int(self.files["skipped"].sum()), "rows"),
            ("conflicts", self.conflicts, "values"),
            ("columns to review", self.columns_to_review, "columns"),
            ("recommendations to review", int((self.recommendations["review"] != "").sum()), "applications"),
            ("automation tier", int(self.platform["tier"]) if self.platform else 0, "tier, 0 before it is known"),
            ("crew kickoffs", self.crews.kickoffs, "kickoffs"),
            ("crew fallbacks", self.crews.fallbacks, "kickoffs"),
            ("llm calls", self.crews.llm_calls, "calls"),
            ("llm tokens", self.crews.tokens, "tokens"),
            ("llm cost", round(self.crews.cost_usd, 6), "USD"),
        ]
        rows += [(f"recommended {name}", count, "applications") for name, count in self.strategies().items()]
        rows += [(f"decided by {name}", share, "percent") for name, share in self.deciders().items()]
        risks = _counts(self.recommendations["risk"], RiskLevel)
        rows += [(f"risk {name}", count, "applications") for name, count in risks.items()]
        status = _counts(self.files["status"], FileStatus)
        rows += [(f"files {name}", count, "files") for name, count in status.items()]
        return [(kpi, float(value), unit) for kpi, value, unit in rows]

    def _waves(self) -> list[dict[str, int]]:
        sizes = self.waves["wave"].astype(int).value_counts().sort_index()
        return [
            {"wave": wave, "applications": count}
            for wave, count in zip(sizes.index.tolist(), sizes.tolist(), strict=True)
        ]


def portfolio_figures(store: PortfolioStore, tenant: TenantId, run: RunRef | None = None) -> PortfolioFigures:
    """Read what the figures need. With a run, crew usage counts that run's kickoffs alone."""
    answers = crew_answers(store, tenant)
    applications = store.read(tenant, Application, columns=["application_id", "name"])
    recommendations = store.read(tenant, Recommendation, columns=_COUNTED)
    disputed = store.read(tenant, EntityValue, columns=_CONTEST, conflict=True)
    return PortfolioFigures(
        files=file_rows(store.read(tenant, SourceFile), store.read(tenant, SourceSheet), rows_left_out(store, tenant)),
        columns_to_review=len(
            store.read(tenant, FieldMapping, columns=["file_id"], decision=MappingDecision.REVIEW.value)
        ),
        assets=len(store.read(tenant, Asset, columns=["asset_id"])),
        applications=len(applications),
        dependencies=len(store.read(tenant, Dependency, columns=["dependency_id"])),
        conflicts=len(disputed.drop_duplicates(_CONTEST)),
        completeness=_completeness(store, tenant, applications["application_id"]),
        clusters=len(store.read(tenant, PatternCluster, columns=["cluster_id"])),
        recommendations=recommendations,
        waves=store.read(tenant, WaveAssignment, columns=["application_id", "wave"]),
        top_risks=_top_risks(store, tenant, recommendations, applications),
        platform=platform_row(store, tenant),
        crews=crew_usage(answers if run is None else answers[answers["run_id"] == run.run_id]),
    )


def _top_risks(
    store: PortfolioStore, tenant: TenantId, recommendations: pd.DataFrame, applications: pd.DataFrame
) -> list[dict[str, Any]]:
    """Each: application, strategy, risk, text."""
    ranked = recommendations.sort_values(["priority", "application_id"], kind="stable")
    named = worst(ranked.assign(risk=ranked["risk"].map(str)).merge(applications, on="application_id", how="inner"))
    told = store.read(
        tenant,
        Recommendation,
        columns=["application_id", "risks", "rationale"],
        application_id=named["application_id"].tolist(),
    )
    risks = top_risks(named.merge(told, on="application_id").assign(strategy=lambda rows: rows["strategy"].map(str)))
    return [{key: risk[key] for key in ("application", "strategy", "risk", "text")} for risk in risks]


def _completeness(store: PortfolioStore, tenant: TenantId, applications: "pd.Series[str]") -> float:
    """Percent of attributes known. Reads all but the recorded ones, which are the most."""
    if applications.empty:
        return 0.0
    key = ["application_id", "attribute"]
    first = store.read(tenant, AttributeValue, columns=key, application_id=applications.iloc[0])
    if first.empty:
        return 0.0
    partly = [state.value for state, weight in STATE_WEIGHTS.items() if weight < 1]
    gaps = store.read(tenant, AttributeValue, columns=["application_id", "state"], state=partly)
    gaps = gaps[gaps["application_id"].isin(applications)]
    lacking = (1 - gaps["state"].map(str).map(STATE_WEIGHTS).astype(float)).sum()
    return 100.0 * float(1 - lacking / (len(applications) * len(first)))


def _counts(
    values: pd.Series, kinds: type[Strategy] | type[DecidedBy] | type[RiskLevel] | type[FileStatus]
) -> dict[str, int]:
    counted = values.map(str).value_counts()
    return {kind.value: int(counted.get(kind.value, 0)) for kind in kinds}


def _mean(values: pd.Series) -> float:
    return float(values.astype(float).mean()) if len(values) else 0.0
