"""Drafts of the policy and answers of the crews become one recommendation per application.

A crew decides only where the policy hesitates, and only within the allowed strategies; the rest of it is words. Where
it names another strategy than the policy ranks first, whoever decides, the confidence falls and a person is asked to
look (`review`); so it is where the crew gave no answer that may stand.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED, APPLICATION
from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.vocabulary import DecidedBy, RiskLevel, Strategy
from aidiscover_pipelines.strategy.advice import ASK, STEPS
from aidiscover_pipelines.strategy.agreement import calibrated
from aidiscover_pipelines.strategy.draft import digests
from aidiscover_pipelines.strategy.review import disagreement, no_answer

CLUSTER = "cluster:"
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
    "review",
)
# Two experts named the same strategy for 43 of the 69 development cases: a right policy is contradicted in 0.38 of
# cases, a wrong one nearly always, so a contradiction multiplies its odds by that.
CONTRADICTED = 0.38
BANDS = [level.value for level in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)]


def settle_recommendations(
    drafts: pd.DataFrame,
    answers: Sequence[Mapping[str, Any]],
    typical: Mapping[str, str] | None = None,
    moves: Mapping[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """Recommendation rows in the drafts' order; run_id is left empty.

    An application's own answer wins over its pattern's. The confidence stays the policy's where the crew agrees; where
    the crew takes another strategy it falls, and again with the points that one is behind. `typical` names each
    pattern's representative, whom a contradiction or a failure on the pattern concerns; `moves` are the `shifts` of
    agreement. Drafts about which nobody was asked or answered pass through unchanged.
    """
    if drafts.empty:
        return pd.DataFrame(columns=Recommendation.columns())
    by_subject = {str(answer["subject"]): answer for answer in answers}
    settled = drafts.copy()
    seeds = drafts["digest"].tolist()
    heard: dict[int, _Heard] = {}
    for position, (application, cluster) in enumerate(zip(drafts["application_id"], drafts["cluster_id"], strict=True)):
        own = by_subject.get(f"{APPLICATION}{application}")
        pattern = by_subject.get(f"{CLUSTER}{cluster}") if cluster else None
        found = _Heard.of(own, pattern, is_typical=(typical or {}).get(cluster) == application)
        if found.given is not None or found.failure:
            heard[position] = found
    touched = sorted({*heard, *_moved(drafts, moves or {})})
    changed: dict[int, dict[str, Any]] = {}
    for row, position in zip(drafts.iloc[touched].to_dict("records"), touched, strict=True):
        told = {str(name): value for name, value in row.items()}
        if position in heard:
            told = _answered(told, heard[position])
        told["confidence"] = calibrated(told["confidence"], told["decided_by"], told["strategy"], moves or {})
        changed[position] = told
    for column in TOLD:
        values = settled[column].tolist()
        for position, told in changed.items():
            values[position] = told[column]
        settled[column] = pd.Series(values, index=settled.index, dtype=settled[column].dtype)
    digest = settled["digest"].tolist()
    renewed = digests(settled.iloc[list(changed)], [seeds[position] for position in changed])
    for position, value in zip(changed, renewed, strict=True):
        digest[position] = value
    settled["digest"] = digest
    return settled[Recommendation.columns()]


def _moved(drafts: pd.DataFrame, moves: Mapping[tuple[str, str], float]) -> list[int]:
    """Positions of the policy's drafts whose confidence people's answers move."""
    told = {strategy for decider, strategy in moves if decider == DecidedBy.POLICY.value}
    strategies = drafts["strategy"].astype("str")
    concerned = strategies.notna() if "" in told else strategies.isin(told)
    return [position for position, is_moved in enumerate(concerned) if is_moved]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the crew said that concerns one application: the answer to use, and why there is none or a weaker one."""

    given: Mapping[str, Any] | None
    is_own: bool
    is_typical: bool
    failure: str

    @classmethod
    def of(cls, own: Mapping[str, Any] | None, pattern: Mapping[str, Any] | None, is_typical: bool) -> "_Heard":
        """Its own answer before its pattern's; failures on the pattern concern its representative."""
        asked = own if own is not None else pattern if is_typical else None
        given = next((one for one in (own, pattern) if one is not None and one["status"] == ANSWERED), None)
        failure = ""
        if asked is not None and (asked["status"] != ANSWERED or asked.get("reason")):
            failure = no_answer(str(asked.get("reason") or ""))
        return cls(given, given is not None and given is own, is_typical, failure)


def _answered(row: dict[str, Any], heard: _Heard) -> dict[str, Any]:
    """The draft after an answer, or after a failure to give one."""
    if heard.given is None:
        return {**row, "review": heard.failure}
    review = heard.failure
    named = str(heard.given["answer"].get("strategy") or row["strategy"])
    if named != row["strategy"] and (heard.is_own or heard.is_typical):
        decides = _decides(row, named, heard.is_own)
        review = disagreement(row["ranking"], named, decides=decides, is_pattern=not heard.is_own)
        row = {**row, "confidence": _contradicted(float(row["confidence"]))}
    return {**_worded(row, heard.given, heard.is_own), "review": review}


def _contradicted(confidence: float) -> float:
    odds = CONTRADICTED * confidence / max(1.0 - confidence, 1e-9)
    return round(odds / (1.0 + odds), 3)


def _decides(row: Mapping[str, Any], strategy: str, is_own: bool) -> bool:
    """Only an exception's own case decides, and only within the allowed set; a pattern's answer lends words."""
    return is_own and bool(row["exception"]) and strategy in row["allowed"]


def _worded(row: dict[str, Any], given: Mapping[str, Any], is_own: bool) -> dict[str, Any]:
    """The draft with what the crew said."""
    answer = given["answer"]
    strategy = str(answer.get("strategy") or row["strategy"])
    turned = strategy != row["strategy"] and _decides(row, strategy, is_own)
    if _decides(row, strategy, is_own):
        row["decided_by"] = DecidedBy.CREW.value
        if turned:
            row.update(_turned(row, strategy, str(answer.get("rationale") or "")))
    agrees = strategy == row["strategy"]
    row["model"] = str(given.get("model") or "")
    if is_own:
        row["rationale"] = str(answer.get("rationale") or row["rationale"]) if agrees else _overruled(row, answer)
        row["risks"] = list(answer.get("risks") or row["risks"])
        if agrees:
            said = answer.get("next_steps")
            row["next_steps"] = _joined(row["next_steps"], said) if turned else list(said or row["next_steps"])
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
        "next_steps": [*(step for step in row["next_steps"] if step.startswith(ASK)), *STEPS[Strategy(strategy)]],
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
