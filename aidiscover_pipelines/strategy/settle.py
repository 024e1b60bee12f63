"""Drafts of the policy and answers of the crews become one recommendation per application.

A crew decides only where the policy hesitates, and only within the allowed strategies; the rest of it is words. Where
it names another strategy than the policy ranks first, whoever decides, the confidence falls and a person is asked to
look (`review`); so it is where the crew gave no answer that may stand.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED, APPLICATION
from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.vocabulary import DecidedBy, RiskLevel
from aidiscover_pipelines.strategy.advice.reasons import beside, put_first
from aidiscover_pipelines.strategy.draft import digests, rows_of
from aidiscover_pipelines.strategy.review.agreement import calibrated
from aidiscover_pipelines.strategy.review.waiting import disagreement, no_answer

CLUSTER = "cluster:"
# Two experts named the same strategy for 43 of the 69 development cases: a right policy is contradicted in 0.38 of
# cases, a wrong one nearly always, so a contradiction multiplies its odds by that.
CONTRADICTED = 0.38
BANDS = [level.value for level in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)]


def turned_by_crew(drafts: pd.DataFrame, answers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Applications for which the crew decides another strategy than the policy ranks first, and that strategy."""
    named = {
        str(answer["subject"]).removeprefix(APPLICATION): str(answer["answer"].get("strategy"))
        for answer in answers
        if answer["status"] == ANSWERED and str(answer["subject"]).startswith(APPLICATION)
    }
    return {
        row["application_id"]: named[row["application_id"]]
        for row in rows_of(drafts[drafts["application_id"].isin(named)])
        if named[row["application_id"]] != row["strategy"] and _decides(row, named[row["application_id"]], True)
    }


def settle_recommendations(
    drafts: pd.DataFrame,
    answers: Sequence[Mapping[str, Any]],
    typical: Mapping[str, str] | None = None,
    moves: Mapping[tuple[str, str], float] | None = None,
    redrafted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Recommendation rows in the drafts' order; run_id is left empty.

    An application's own answer wins over its pattern's. The confidence stays the policy's where the crew agrees; where
    the crew takes another strategy it falls, and again with the points that one is behind. `typical` names each
    pattern's representative, whom a contradiction or a failure on the pattern concerns; `moves` are the `shifts` of
    agreement. `redrafted` are the drafts of `turned_by_crew` made for the strategies named there, so that all that
    depends on the strategy fits. Drafts about which nobody was asked or answered pass through unchanged.
    """
    if drafts.empty:
        return pd.DataFrame(columns=Recommendation.columns())
    heard = _all_heard(drafts, answers, typical or {})
    turned = {} if redrafted is None else {row["application_id"]: row for row in rows_of(redrafted)}
    changed = {
        position: _answered(row, heard[position], turned)
        for position, row in zip(heard, rows_of(drafts.iloc[list(heard)]), strict=True)
    }
    settled = drafts.copy()
    for column in drafts.columns if changed else ():
        values = settled[column].tolist()
        for position, told in changed.items():
            values[position] = told[column]
        settled[column] = pd.Series(values, index=settled.index, dtype=settled[column].dtype)
    settled["foretold"] = settled["confidence"]
    settled["confidence"] = _calibrated(settled, moves or {})
    settled["digest"] = _renewed(drafts, settled, list(changed))
    return settled[Recommendation.columns()]


def _all_heard(
    drafts: pd.DataFrame, answers: Sequence[Mapping[str, Any]], typical: Mapping[str, str]
) -> "dict[int, _Heard]":
    """What was heard, by the position of the draft that it concerns."""
    by_subject = {str(answer["subject"]): answer for answer in answers}
    heard: dict[int, _Heard] = {}
    for position, (application, cluster) in enumerate(zip(drafts["application_id"], drafts["cluster_id"], strict=True)):
        own = by_subject.get(f"{APPLICATION}{application}")
        pattern = by_subject.get(f"{CLUSTER}{cluster}") if cluster else None
        found = _Heard.of(own, pattern, is_typical=typical.get(cluster) == application)
        if found.given is not None or found.failure:
            heard[position] = found
    return heard


def _calibrated(settled: pd.DataFrame, moves: Mapping[tuple[str, str], float]) -> pd.Series:
    """Confidences after people's answers; each distinct one is computed once."""
    if not moves:
        return settled["confidence"]
    told = settled[["confidence", "decided_by", "strategy"]].astype({"decided_by": "str", "strategy": "str"})
    triples = list(zip(told["confidence"], told["decided_by"], told["strategy"], strict=True))
    moved = {(sure, by, strategy): calibrated(sure, by, strategy, moves) for sure, by, strategy in set(triples)}
    return pd.Series([moved[triple] for triple in triples], index=settled.index)


def _renewed(drafts: pd.DataFrame, settled: pd.DataFrame, changed: list[int]) -> list[str]:
    """Digests: anew for what was answered, with the confidence where that alone moved, else the draft's."""
    digest = drafts["digest"].tolist()
    sure = settled["confidence"].tolist()
    moved = np.flatnonzero((settled["confidence"] != drafts["confidence"]).to_numpy())
    answered = set(changed)
    for position in (place for place in moved.tolist() if place not in answered):
        told = f"{digest[position]} {sure[position]}"
        digest[position] = hashlib.sha256(told.encode()).hexdigest()[:16]
    renewed = digests(settled.iloc[changed], [digest[position] for position in changed])
    for position, value in zip(changed, renewed, strict=True):
        digest[position] = value
    return digest


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


def _answered(draft: dict[str, Any], heard: _Heard, turned: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The draft after an answer, or after a failure to give one."""
    review = draft["review"] or heard.failure
    if heard.given is None:
        return {**draft, "review": review}
    named = str(heard.given["answer"].get("strategy") or draft["strategy"])
    row, decides = draft, _decides(draft, named, heard.is_own)
    if named != draft["strategy"] and (heard.is_own or heard.is_typical):
        disagrees = disagreement(draft["ranking"], named, decides=decides, is_pattern=not heard.is_own)
        review = draft["review"] or disagrees
        row = {**row, "confidence": _contradicted(float(row["confidence"]))}
    if decides:
        row = {**row, "decided_by": DecidedBy.CREW.value}
        if named != draft["strategy"]:
            row = _turned(row, turned[draft["application_id"]], heard.given["answer"])
    told = (
        _worded_alone(row, heard.given["answer"], named, draft)
        if heard.is_own
        else _of_pattern(row, heard.given, named)
    )
    risk = max([told["risk"], *(str(one["level"]) for one in told["risks"])], key=BANDS.index)
    return {**told, "risk": risk, "model": str(heard.given.get("model") or ""), "review": review}


def _contradicted(confidence: float) -> float:
    odds = CONTRADICTED * confidence / max(1.0 - confidence, 1e-9)
    return round(odds / (1.0 + odds), 3)


def _decides(row: Mapping[str, Any], strategy: str, is_own: bool) -> bool:
    """Only an exception's own case decides, and only within the allowed set; a pattern's answer lends words."""
    return is_own and bool(row["exception"]) and strategy in row["allowed"]


def _turned(draft: Mapping[str, Any], redraft: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The draft for the crew's strategy, which comes first in the ranking with its reason; scores stay the policy's."""
    strategy = redraft["strategy"]
    scores = {entry["strategy"]: float(entry["score"]) for entry in draft["ranking"]}
    behind = max(scores[draft["strategy"]] - scores[strategy], 0.0)
    return {
        **redraft,
        "decided_by": draft["decided_by"],
        "confidence": round(float(draft["confidence"]) * math.exp(-behind), 3),
        "ranking": put_first(draft["ranking"], strategy, "chosen by the crew", str(answer.get("rationale") or "")),
    }


def _worded_alone(
    row: Mapping[str, Any], answer: Mapping[str, Any], named: str, draft: Mapping[str, Any]
) -> dict[str, Any]:
    """The row with what the crew said of this application."""
    told = {**row, "evidence": _joined(row["evidence"], answer.get("evidence"))}
    if named != row["strategy"]:
        return {**told, "risks": list(answer.get("risks") or row["risks"]), "rationale": _overruled(row, answer)}
    is_turned = row["strategy"] != draft["strategy"]
    steps = _joined(row["next_steps"], answer.get("next_steps")) if is_turned else list(answer.get("next_steps") or ())
    return {
        **told,
        "rationale": str(answer.get("rationale") or row["rationale"]),
        "risks": _risks_when_turned(row, answer, draft) if is_turned else list(answer.get("risks") or row["risks"]),
        "next_steps": steps or list(row["next_steps"]),
    }


def _risks_when_turned(
    row: Mapping[str, Any], answer: Mapping[str, Any], draft: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The crew's risks without those that the rules see in the policy's strategy alone; then the others of its own."""
    mine = {risk["risk"] for risk in row["risks"]}
    others = {risk["risk"] for risk in draft["risks"]} - mine
    named = [risk for risk in answer.get("risks") or () if risk["risk"] not in others]
    return [*named, *(risk for risk in row["risks"] if risk["risk"] not in {one["risk"] for one in named})]


def _of_pattern(row: Mapping[str, Any], given: Mapping[str, Any], named: str) -> dict[str, Any]:
    """The row with what the crew said of its pattern: words where it agrees, and risks by the member's own cells."""
    answer = given["answer"]
    told = {**row, "risks": _joined(row["risks"], _of_the_member(answer.get("risks"), row["evidence"]))}
    if named != row["strategy"]:
        return told
    words = beside(str(answer.get("rationale") or ""), row["rationale"], row["ranking"][0])
    return {**told, "rationale": words, "next_steps": _joined(row["next_steps"], answer.get("next_steps"))}


def _of_the_member(risks: Sequence[Mapping[str, Any]] | None, own: Sequence[str]) -> list[dict[str, Any]]:
    return [{**risk, "evidence": [cell for cell in risk.get("evidence", []) if cell in own]} for risk in risks or []]


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
