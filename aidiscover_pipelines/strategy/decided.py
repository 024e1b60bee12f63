"""Recommendations that a person decided: the latest override of each application, with reason, risks and steps."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import Recommendation, RecommendationOverride
from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.strategy.draft import digests

EVIDENCE = "override:"
# Without the vector, which only the search for precedents reads.
SAID = [column for column in RecommendationOverride.columns() if column != "embedding"]
EXCLUDED = "excluded: "
# Whether another expert would follow a person who knows the application: where facts were enough, two experts named the
# same strategy for 31 of the 37 development cases (gold/sixr_cases.csv).
WHEN_DECIDED = 0.84
# A hard constraint says no and the person yes: whom an expert would follow is open.
WHEN_EXCLUDED = 0.5


def in_force(overrides: pd.DataFrame) -> pd.DataFrame:
    """The latest override of each application, by application; earlier ones are history."""
    ordered = overrides.sort_values(["at", "override_id"], kind="stable")
    latest = ordered.drop_duplicates("application_id", keep="last")
    return latest.sort_values("application_id", kind="stable").reset_index(drop=True)


def as_decided(drafts: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Recommendation rows of the applications in `decisions` (overrides in force); run_id is left empty.

    `drafts` were made with `chosen_for` these decisions, so that risks, steps and priority fit. No drafts: no rows.
    """
    said = {str(row["application_id"]): row for row in decisions.to_dict("records")}
    rows = [
        _decided({str(name): value for name, value in row.items()}, said[str(row["application_id"])])
        for row in drafts.to_dict("records")
        if str(row["application_id"]) in said
    ]
    if not rows:
        return pd.DataFrame(columns=Recommendation.columns())
    frame = pd.DataFrame(rows)
    seeds = [f"{row['digest']} {said[row['application_id']]['override_id']}" for row in rows]
    return frame.assign(digest=digests(frame, seeds))[Recommendation.columns()]


def exclusions(ranking: list[dict[str, Any]], strategy: str) -> list[str]:
    """Why hard constraints forbid a strategy; nothing where they allow it."""
    entry = next(entry for entry in ranking if entry["strategy"] == strategy)
    texts = [str(reason["text"]) for reason in entry["reasons"]]
    return [text.removeprefix(EXCLUDED) for text in texts if text.startswith(EXCLUDED)]


def _decided(draft: dict[str, Any], said: Mapping[Any, Any]) -> dict[str, Any]:
    strategy, key = str(said["strategy"]), EVIDENCE + str(said["override_id"])
    first, against = draft["ranking"][0], exclusions(draft["ranking"], strategy)
    reason = {"text": f"decided by a person: {said['reason']}", "evidence": [key]}
    chosen = [
        {**entry, "reasons": [reason, *entry["reasons"]]} for entry in draft["ranking"] if entry["strategy"] == strategy
    ]
    others = [entry for entry in draft["ranking"] if entry["strategy"] != strategy]
    return {
        **draft,
        "strategy": strategy,
        "confidence": _confidence(draft, strategy, against),
        "decided_by": DecidedBy.PERSON.value,
        "ranking": [*chosen, *others],
        "rationale": _rationale(draft, first, said, against),
        "evidence": [key, *draft["evidence"]],
    }


def _confidence(draft: Mapping[str, Any], strategy: str, against: list[str]) -> float:
    if against:
        return WHEN_EXCLUDED
    agrees = draft["ranking"][0]["strategy"] == strategy
    return max(WHEN_DECIDED, float(draft["confidence"])) if agrees else WHEN_DECIDED


def _rationale(draft: Mapping[str, Any], first: Mapping[str, Any], said: Mapping[Any, Any], against: list[str]) -> str:
    strategy = str(said["strategy"])
    words = f"{strategy.capitalize()}, decided by a person: {str(said['reason']).rstrip('.')}."
    if against:
        words += f" A hard constraint speaks against it: {'; '.join(against)}."
    view = "The policy agrees" if first["strategy"] == strategy else "The policy ranks another first"
    return f"{words} {view}: {draft['rationale']}"
