"""What became of recommendations from run to run: only changes are kept, and the state at any run follows from them."""

from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import RecommendationHistory, SettledRun
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore

KEPT = ["application_id", "strategy", "confidence", "decided_by", "digest"]


def record_changes(
    store: PortfolioStore, tenant: TenantId, run: RunRef, final: pd.DataFrame, application: str | None = None
) -> int:
    """Append what is new, changed or gone in the settled recommendations, and that the run was; how many there were.

    Compares with what was recorded last, not with what was stored before, so that a run which stopped in between leaves
    no gap. With an application, only that one. A second attempt of a run replaces the first.
    """
    scope: dict[str, Any] = {} if application is None else {"application_id": application}
    store.delete(tenant, RecommendationHistory, [Condition("run_id", "=", run.run_id)])
    changed = changes(store.read(tenant, RecommendationHistory, **scope), final, run)
    mark = {
        "run_id": run.run_id,
        "application_id": application or "",
        "recommendations": len(final),
        "changed": len(changed),
        "at": run.started_at,
    }
    store.append(tenant, {RecommendationHistory: changed, SettledRun: pd.DataFrame([mark])})
    return len(changed)


def changes(history: pd.DataFrame, final: pd.DataFrame, run: RunRef) -> pd.DataFrame:
    """RecommendationHistory rows of a run: new and changed applications, and those that left, without a strategy."""
    known = state_at(history, run.started_at).set_index("application_id")["digest"]
    changed = final.loc[final["application_id"].map(known) != final["digest"], KEPT]
    left = known.index.difference(pd.Index(final["application_id"]), sort=True)
    gone = pd.DataFrame(
        {"application_id": left, "strategy": None, "confidence": None, "decided_by": None, "digest": ""}
    )
    parts = [part.astype(object) for part in (changed, gone) if len(part)]
    rows = pd.concat(parts, ignore_index=True) if parts else changed
    return rows.assign(run_id=run.run_id, at=run.started_at)[RecommendationHistory.columns()]


def state_at(history: pd.DataFrame, at: datetime) -> pd.DataFrame:
    """The recommendations as they stood when the run that began then had settled them, by application."""
    past = history[history["at"] <= at].sort_values("at", kind="stable")
    latest = past.drop_duplicates("application_id", keep="last")
    return latest[latest["strategy"].notna()].sort_values("application_id", kind="stable").reset_index(drop=True)


def changed_between(store: PortfolioStore, tenant: TenantId, first: str, second: str) -> dict[str, Any]:
    """What differs between the recommendations as two runs left them.

    {"same", "reworded": counts, "changed": [{"application", "change", "strategy", "confidence", "decided_by"}]}, where
    the last three are [before, after] and `change` is new, gone, strategy, decided by or confidence, by application.
    Where a run settled nothing, {"missing": its id}: there is no state to compare.
    """
    runs = store.read(tenant, SettledRun, run_id=[first, second]).set_index("run_id")["at"]
    for run_id in (first, second):
        if run_id not in runs.index:
            return {"missing": run_id}
    history = store.read(tenant, RecommendationHistory)
    before, after = (state_at(history, runs[run_id]) for run_id in (first, second))
    both = before.merge(after, how="outer", on="application_id", suffixes=("_before", "_after"))
    rows = [_difference({str(name): value for name, value in row.items()}) for row in both.to_dict("records")]
    changed = [row for row in rows if row["change"] not in ("", "reworded")]
    words = [row["change"] for row in rows]
    return {"same": words.count(""), "reworded": words.count("reworded"), "changed": changed}


def _difference(row: dict[str, Any]) -> dict[str, Any]:
    pairs = {
        name: [
            None if row[f"{name}_{when}"] != row[f"{name}_{when}"] else row[f"{name}_{when}"]
            for when in ("before", "after")
        ]
        for name in ("strategy", "confidence", "decided_by", "digest")
    }
    differing = next(
        (name for name in ("strategy", "decided_by", "confidence") if pairs[name][0] != pairs[name][1]), ""
    )
    change = differing.replace("_", " ")
    if pairs["strategy"][0] is None:
        change = "new"
    elif pairs["strategy"][1] is None:
        change = "gone"
    elif not change and pairs["digest"][0] != pairs["digest"][1]:
        change = "reworded"
    del pairs["digest"]
    return {"application": row["application_id"], "change": change, **pairs}
