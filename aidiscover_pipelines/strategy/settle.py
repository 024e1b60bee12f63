"""Drafts of the policy and answers of the crews become one recommendation per application.

A crew decides only where the policy hesitates, and only within the allowed strategies; the rest of it is words.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.vocabulary import DecidedBy, RiskLevel
from aidiscover_pipelines.strategy.draft import digests

APPLICATION, CLUSTER = "application:", "cluster:"
ANSWERED = "answered"
# What an answer may change; everything else of a draft is computed.
TOLD = (
    "strategy",
    "confidence",
    "decided_by",
    "ranking",
    "risk",
    "risks",
    "rationale",
    "next_steps",
    "evidence",
    "model",
)
BANDS = [level.value for level in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)]


def settle_recommendations(drafts: pd.DataFrame, answers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Recommendation rows in the drafts' order; run_id is left empty.

    An application's own answer wins over its pattern's. The confidence stays the policy's where the crew agrees; where
    the crew takes another strategy it shrinks with the points that one is behind. Drafts without an answered case pass
    through unchanged.
    """
    if drafts.empty:
        return pd.DataFrame(columns=Recommendation.columns())
    answered = {str(answer["subject"]): answer for answer in answers if answer.get("status") == ANSWERED}
    settled = drafts.copy()
    seeds = drafts["digest"].tolist()
    asked: dict[int, tuple[Mapping[str, Any], bool]] = {}
    for position, (application, cluster) in enumerate(zip(drafts["application_id"], drafts["cluster_id"], strict=True)):
        own = answered.get(f"{APPLICATION}{application}")
        given = own or (answered.get(f"{CLUSTER}{cluster}") if cluster else None)
        if given is not None:
            asked[position] = (given, own is not None)
    rows = drafts.iloc[list(asked)].to_dict("records")
    changed = {
        position: _worded({str(name): value for name, value in row.items()}, given, is_own)
        for row, (position, (given, is_own)) in zip(rows, asked.items(), strict=True)
    }
    for column in TOLD:
        told = settled[column].tolist()
        for position, row in changed.items():
            told[position] = row[column]
        settled[column] = pd.Series(told, index=settled.index, dtype=settled[column].dtype)
    digest = settled["digest"].tolist()
    renewed = digests(settled.iloc[list(changed)], [seeds[position] for position in changed])
    for position, value in zip(changed, renewed, strict=True):
        digest[position] = value
    settled["digest"] = digest
    return settled[Recommendation.columns()]


def _worded(row: dict[str, Any], given: Mapping[str, Any], is_own: bool) -> dict[str, Any]:
    """The draft with what the crew said. Only an exception's own case decides; a pattern's answer lends words."""
    answer = given["answer"]
    strategy = str(answer.get("strategy") or row["strategy"])
    if is_own and row["exception"] and strategy in row["allowed"]:
        row["decided_by"] = DecidedBy.CREW.value
        if strategy != row["strategy"]:
            row.update(_turned(row, strategy, str(answer.get("rationale") or "")))
    agrees = strategy == row["strategy"]
    row["model"] = str(given.get("model") or "")
    if is_own:
        row["rationale"] = str(answer.get("rationale") or row["rationale"]) if agrees else _overruled(row, answer)
        row["risks"] = list(answer.get("risks") or row["risks"])
        row["next_steps"] = list(answer.get("next_steps") or row["next_steps"]) if agrees else row["next_steps"]
        row["evidence"] = _joined(row["evidence"], answer.get("evidence"))
    elif agrees:
        row["rationale"] = " ".join(part for part in (str(answer.get("rationale") or ""), row["rationale"]) if part)
        row["next_steps"] = _joined(row["next_steps"], answer.get("next_steps"))
    if not is_own:
        row["risks"] = _joined(row["risks"], _of_the_pattern(answer.get("risks"), row["evidence"]))
    row["risk"] = max([row["risk"], *(str(risk["level"]) for risk in row["risks"])], key=BANDS.index)
    return row


def _of_the_pattern(risks: Sequence[Mapping[str, Any]] | None, own: Sequence[str]) -> list[dict[str, Any]]:
    """Risks said of a pattern, citing only cells that are this member's own."""
    return [{**risk, "evidence": [cell for cell in risk.get("evidence", []) if cell in own]} for risk in risks or []]


def _turned(row: Mapping[str, Any], strategy: str, why: str) -> dict[str, Any]:
    """The crew's strategy first in the ranking, with its reason; scores stay the policy's."""
    scores = {entry["strategy"]: float(entry["score"]) for entry in row["ranking"]}
    behind = max(scores[row["strategy"]] - scores[strategy], 0.0)
    chosen = [
        {**entry, "reasons": [{"text": f"chosen by the crew: {why}", "evidence": []}, *entry["reasons"]]}
        for entry in row["ranking"]
        if entry["strategy"] == strategy
    ]
    others = [entry for entry in row["ranking"] if entry["strategy"] != strategy]
    return {
        "strategy": strategy,
        "confidence": round(float(row["confidence"]) * math.exp(-behind), 3),
        "ranking": [*chosen, *others],
    }


def _overruled(row: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """The crew wanted something that the policy does not leave to it; both views are shown."""
    why = answer.get("rationale") or "no reason given"
    return f"{row['rationale']} The crew would have chosen {answer['strategy']}: {why}"


def _joined(first: Sequence[Any], second: Sequence[Any] | None) -> list[Any]:
    """Both lists without repeats; items may be dicts."""
    joined: list[Any] = []
    for item in [*first, *(second or [])]:
        if item not in joined:
            joined.append(item)
    return joined
