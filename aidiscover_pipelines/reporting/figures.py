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
from aidiscover_pipelines.reporting.view import platform_row, top_risks

TOP_RISKS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """Counts and shares of one tenant's portfolio. Frames: files as `file_rows` gives them, the rest as stored."""

    files: pd.DataFrame
    columns_to_review: int
    assets: int
    applications: pd.DataFrame
    dependencies: int
    conflicts: int
    completeness: float
    clusters: int
    recommendations: pd.DataFrame
    waves: pd.DataFrame
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
            "applications": len(self.applications),
            "dependencies": self.dependencies,
            "conflicts": self.conflicts,
            "completeness": round(self.completeness / 100, 4),
            "clusters": self.clusters,
            "recommendations": self.strategies(),
            "decided_by": self.deciders(),
            "tier": int(self.platform["tier"]) if self.platform else None,
            "top_risks": self._top_risks(),
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
            ("applications", len(self.applications), "applications"),
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

    def _top_risks(self) -> list[dict[str, Any]]:
        ranked = self.recommendations.sort_values(["priority", "application_id"], kind="stable")
        named = ranked.merge(self.applications[["application_id", "name"]], on="application_id", how="inner")
        worst = top_risks(named.assign(risk=named["risk"].map(str), strategy=named["strategy"].map(str)))
        keys = ("application", "strategy", "risk", "text")
        return [{key: risk[key] for key in keys} for risk in worst[:TOP_RISKS_SHOWN] if risk["risk"] != RiskLevel.LOW]

    def _waves(self) -> list[dict[str, int]]:
        sizes = self.waves["wave"].astype(int).value_counts().sort_index()
        return [
            {"wave": wave, "applications": count}
            for wave, count in zip(sizes.index.tolist(), sizes.tolist(), strict=True)
        ]


def portfolio_figures(store: PortfolioStore, tenant: TenantId, run: RunRef | None = None) -> PortfolioFigures:
    """Read what the figures need. With a run, crew usage counts that run's kickoffs alone."""
    answers = crew_answers(store, tenant)
    applications = store.read(tenant, Application)
    disputed = store.read(tenant, EntityValue, conflict=True)
    return PortfolioFigures(
        files=file_rows(store.read(tenant, SourceFile), store.read(tenant, SourceSheet), rows_left_out(store, tenant)),
        columns_to_review=len(store.read(tenant, FieldMapping, decision=MappingDecision.REVIEW.value)),
        assets=len(store.read(tenant, Asset)),
        applications=applications,
        dependencies=len(store.read(tenant, Dependency)),
        conflicts=len(disputed.drop_duplicates(["entity", "entity_id", "field"])),
        completeness=_completeness(store, tenant, applications),
        clusters=len(store.read(tenant, PatternCluster)),
        recommendations=store.read(tenant, Recommendation),
        waves=store.read(tenant, WaveAssignment),
        platform=platform_row(store, tenant),
        crews=crew_usage(answers if run is None else answers[answers["run_id"] == run.run_id]),
    )


def _completeness(store: PortfolioStore, tenant: TenantId, applications: pd.DataFrame) -> float:
    """Percent of attributes known. Reads all but the recorded ones, which hold most of the text."""
    if applications.empty:
        return 0.0
    first = store.read(tenant, AttributeValue, application_id=applications["application_id"].iloc[0])
    if first.empty:
        return 0.0
    partly = [state.value for state, weight in STATE_WEIGHTS.items() if weight < 1]
    gaps = store.read(tenant, AttributeValue, state=partly)
    gaps = gaps[gaps["application_id"].isin(applications["application_id"])]
    lacking = (1 - gaps["state"].map(str).map(STATE_WEIGHTS).astype(float)).sum()
    return 100.0 * float(1 - lacking / (len(applications) * len(first)))


def _counts(
    values: pd.Series, kinds: type[Strategy] | type[DecidedBy] | type[RiskLevel] | type[FileStatus]
) -> dict[str, int]:
    counted = values.map(str).value_counts()
    return {kind.value: int(counted.get(kind.value, 0)) for kind in kinds}


def _mean(values: pd.Series) -> float:
    return float(values.astype(float).mean()) if len(values) else 0.0
