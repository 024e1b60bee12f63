"""Stage functions of the reports and the key figures: what the last two assets and the command line call."""

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.method import StrategyMethod
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    DiscoveryKpi,
    PortfolioReport,
    Recommendation,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore, TenantFiles
from aidiscover_pipelines.reporting.figures import portfolio_figures
from aidiscover_pipelines.reporting.files import write_in_one_step
from aidiscover_pipelines.reporting.html import portfolio_html
from aidiscover_pipelines.reporting.markdown import portfolio_markdown
from aidiscover_pipelines.reporting.view import portfolio_view
from aidiscover_pipelines.reporting.xlsx import portfolio_xlsx

REPORTS = {"html": "portfolio.html", "xlsx": "portfolio.xlsx", "markdown": "portfolio.md"}
_IN_DIGEST = ["application_id", "strategy", "decided_by", "digest"]


def write_reports(
    store: PortfolioStore,
    files: TenantFiles,
    tenant: TenantId,
    run: RunRef,
    now: datetime,
    method: StrategyMethod | None = None,
) -> StageResult:
    """Write the reports and record which plan they show. `now` is UTC; an empty portfolio is a report too.

    `method` says how the recommendations were made; without it the report says nothing of their accuracy.
    """
    with _without_garbage_collection():
        view = portfolio_view(store, tenant)
        contents = {
            "html": portfolio_html(view, run, now, method).encode(),
            "xlsx": portfolio_xlsx(view, run, now),
            "markdown": portfolio_markdown(view, run, now).encode(),
        }
    paths = {kind: files.report_path(tenant, name) for kind, name in REPORTS.items()}
    for kind, content in contents.items():
        write_in_one_step(paths[kind], content)
    digest = plan_digest(*_plan(store, tenant))
    records = pd.DataFrame(
        [(kind, str(path), digest, now) for kind, path in paths.items()], columns=PortfolioReport.columns()
    )
    store.upsert(tenant, run, {PortfolioReport: records})
    first = view.applications.head(10)
    return StageResult(
        rows_in=len(view.applications),
        rows_out=len(records),
        preview=_preview(first[["name", "strategy", "confidence", "risk", "wave", "completeness"]]),
        figures={
            "applications": len(view.applications),
            "completeness percent": round(view.completeness, 1),
            "high risk": view.risks["high"],
            "html bytes": len(contents["html"]),
            "xlsx bytes": len(contents["xlsx"]),
            "plan digest": digest,
        },
        charts={
            "6R mix": {name: float(count) for name, count in view.strategies.items()},
            "Applications by wave": {
                f"wave {wave['wave']}" if wave["wave"] else "does not move": float(wave["applications"])
                for wave in view.waves
            },
        },
        links={kind: str(path) for kind, path in paths.items()},
    )


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A view is millions of small lists that live to the end; looking for cycles among them takes a fifth longer."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def plan_digest(recommendations: pd.DataFrame, waves: pd.DataFrame) -> str:
    """Sixteen hex digits over each application's R, inputs and wave; the order of the rows does not matter."""
    decided = recommendations[_IN_DIGEST].map(str)
    placed = waves[["application_id"]].assign(wave=waves["wave"].astype(int)).map(str)
    lines = sorted(["|".join(row) for frame in (decided, placed) for row in frame.itertuples(index=False)])
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _plan(store: PortfolioStore, tenant: TenantId) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `plan_digest` is made of."""
    decided = store.read(tenant, Recommendation, columns=_IN_DIGEST)
    return decided, store.read(tenant, WaveAssignment, columns=["application_id", "wave"])


def plan_is_current(store: PortfolioStore, tenant: TenantId) -> tuple[bool, str]:
    """Whether waves and stored reports show the recommendations as they are now, and in words why or why not."""
    reports = store.read(tenant, PortfolioReport)
    if reports.empty:
        return False, "no report has been written"
    recommendations, waves = _plan(store, tenant)
    known = set(store.read(tenant, Application, columns=["application_id"])["application_id"])
    without = (set(recommendations["application_id"]) & known) ^ (set(waves["application_id"]) & known)
    if without:
        return False, f"{len(without)} applications have a recommendation without a wave or a wave without one"
    digest = plan_digest(recommendations, waves)
    old = sorted(reports.loc[reports["plan_digest"] != digest, "kind"])
    if old:
        return False, f"recommendations or waves changed after the report was written ({', '.join(old)})"
    gone = sorted(kind for kind, path in zip(reports["kind"], reports["path"], strict=True) if not Path(path).is_file())
    if gone:
        return False, f"the report file is gone ({', '.join(gone)})"
    return True, f"report and waves show the current plan ({digest})"


def record_kpis(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Replace the tenant's key figures with those of the portfolio as it is now."""
    rows = portfolio_figures(store, tenant, run).kpis()
    frame = pd.DataFrame(rows, columns=DiscoveryKpi.columns())
    store.replace(tenant, run, {DiscoveryKpi: frame})
    return StageResult(
        rows_in=len(frame),
        rows_out=len(frame),
        preview=_preview(frame.head(10)),
        figures={kpi: value for kpi, value, _ in rows},
    )


def summary(store: PortfolioStore, tenant: TenantId) -> dict[str, Any]:
    """Plain, JSON-ready numbers of the portfolio for the command line. Raises: UnknownTenant."""
    store.tenant(tenant, "sum up a portfolio")
    return portfolio_figures(store, tenant).summary()


def _preview(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
