"""The first page: the mix, the ranges of effort and cost, what a committee has to decide, and what to do next."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.band_totals import total_band
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.reporting.dossiers import as_list
from aidiscover_pipelines.reporting.labels import counted, work
from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.waiting import UNSURE, waiting

TOP_DECISIONS = 10
_NAMED = 5


def figures(view: PortfolioView) -> dict[str, Any]:
    """Numbers of the summary, computed once for tiles and sentences."""
    total = len(view.applications)
    decided = sum(view.strategies.values())
    moving = decided - view.strategies[Strategy.RETAIN] - view.strategies[Strategy.RETIRE]
    confidence = view.applications["confidence"].dropna().astype(float)
    return {
        "applications": total,
        "decided": decided,
        "moving": moving,
        "moving_percent": round(100 * moving / decided) if decided else 0,
        "confidence": round(100 * float(confidence.mean())) if len(confidence) else None,
        "to_review": int(view.applications["review"].fillna("").ne("").sum()),
        "unsure": int((confidence < UNSURE).sum()),
        "waves": sum(1 for wave in view.waves if wave["wave"]),
        "anomalies": int(view.applications["anomaly"].sum()),
        "models": sorted({*view.crews.models, *(str(m) for m in view.applications["model"].dropna() if m)}),
        "policies": sorted({str(policy) for policy in view.applications["policy"].dropna() if policy}),
        "unresolved": int((~view.dependencies["resolved"].astype(bool)).sum()) if len(view.dependencies) else 0,
        "effort": sum_of_bands(view.applications["effort"], "days_low", "days_high"),
        "cost": sum_of_bands(view.applications["cost"], "low", "high"),
        "currencies": sorted(
            {str(cost["currency"]) for cost in view.applications["cost"] if cost and cost.get("low") is not None}
        ),
    }


def mix(view: PortfolioView) -> list[dict[str, Any]]:
    """One entry for each R: strategy, applications, percent, high_risk and effort, see `sum_of_bands`."""
    decided = sum(view.strategies.values()) or 1
    rows = []
    for strategy, count in view.strategies.items():
        of_it = view.applications[view.applications["strategy"] == strategy]
        rows.append({
            "strategy": strategy,
            "applications": count,
            "percent": round(100 * count / decided),
            "high_risk": int((of_it["risk"] == "high").sum()),
            "effort": sum_of_bands(of_it["effort"], "days_low", "days_high"),
        })  # fmt: skip
    return rows


def sum_of_bands(bands: "pd.Series[Any]", low: str, high: str) -> dict[str, Any] | None:
    """See `total_band`; low and high to two digits, which is more than rough bands know. None where none is."""
    held = [band if isinstance(band, dict) else {} for band in bands]
    total = total_band([band.get(low) for band in held], [band.get(high) for band in held])
    ends = {end: int(float(f"{total[end]:.2g}")) for end in ("low", "high")}
    return {**total, **ends} if total["counted"] else None


def decisions(view: PortfolioView) -> list[dict[str, Any]]:
    """What a committee has to decide, at most TOP_DECISIONS of `waiting`.

    Each: application_id, name, criticality, strategy, instead (the next best that is allowed), confidence, what.
    """
    return [
        {
            **{name: row[name] for name in ("application_id", "name", "criticality", "strategy", "confidence")},
            "instead": next((str(entry["strategy"]) for entry in as_list(row["ranking"])
                             if entry["allowed"] and str(entry["strategy"]) != row["strategy"]), ""),
            "what": _what_to_decide(row),
        }
        for row in waiting(view.dossiers.applications).head(TOP_DECISIONS).to_dict("records")
    ]  # fmt: skip


def _what_to_decide(row: dict[Any, Any]) -> str:
    if row["review"]:
        return str(row["review"])
    if row["confidence"] < UNSURE:
        return str(row["question"] or "the evidence is thin; confirm or name another")
    return f"confirm that a critical application is a case for {row['strategy']}"


def actions(view: PortfolioView, groups: Sequence[dict[str, Any]]) -> list[str]:
    """What to do, first things first, one sentence each. `groups` as `question_groups` gives them."""
    told = figures(view)
    steps: list[str] = []
    if told["to_review"]:
        asking = counted(told["to_review"], "recommendation that asks", "recommendations that ask")
        steps.append(f"Look at {asking} for a person.")
    if told["unsure"]:
        unsure = counted(told["unsure"], "recommendation")
        steps.append(
            f"Decide on {unsure} of a confidence below {100 * UNSURE:.0f} %; the most critical are listed below."
        )
    if groups:
        best = groups[0]
        steps.append(
            f"Ask the {best['ask']} about {best['label'].lower()} of {counted(best['applications'], 'application')}: "
            f"{work(best['minutes'])} in all, {best['change']:.1f} recommendations expected to change."
        )
    if view.strategies[Strategy.RETIRE]:
        steps.append(_named(view, Strategy.RETIRE, "Switch off", "once their owners agree and their data is archived"))
    first = next((wave for wave in view.waves if wave["wave"]), None)
    if first:
        steps.append(
            f"Start with wave {first['wave']}: {counted(first['applications'], 'application')} on "
            f"{counted(first['servers'], 'server')} ({_some(first['names'])})."
        )
    if view.risks["high"]:
        steps.append(
            f"Assign an owner to the mitigation of each high risk: {counted(view.risks['high'], 'application')}."
        )
    if view.strategies[Strategy.RETAIN]:
        steps.append(_named(view, Strategy.RETAIN, "Look again next year at", "which stay for now"))
    return steps


def _named(view: PortfolioView, strategy: Strategy, verb: str, addition: str) -> str:
    names = view.applications.loc[view.applications["strategy"] == strategy, "name"].tolist()
    return f"{verb} {counted(len(names), 'application')} ({_some(names)}), {addition}."


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
