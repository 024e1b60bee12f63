"""Risks of the chosen strategy, each with a mitigation, as one table; the worst one is the overall band."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy
from aidiscover_pipelines.strategy.conditions import Condition, any_of, at_least, yes
from aidiscover_pipelines.strategy.score import STRATEGIES
from aidiscover_pipelines.strategy.wording import Quoter

CHANGES = (Strategy.REPLATFORM, Strategy.REFACTOR, Strategy.REPURCHASE)
MOVES = (Strategy.REHOST, *CHANGES)
LEVELS = (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk that applications with `strategies` run where `when` holds. Kinds: technical, operational, business."""

    kind: str
    level: RiskLevel
    strategies: tuple[Strategy, ...]
    when: Condition
    text: str
    mitigation: str


LOW, MEDIUM, HIGH = RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH
REFACTOR, REPURCHASE, RETIRE, RETAIN = Strategy.REFACTOR, Strategy.REPURCHASE, Strategy.RETIRE, Strategy.RETAIN

# A table reads better with its own line breaks.
# fmt: off
RISKS: tuple[Risk, ...] = (
    Risk("business", HIGH, CHANGES, at_least("criticality", 3),
         "a change to a business-critical application ({criticality})",
         "run old and new in parallel, rehearse the cut-over and the way back"),
    Risk("business", MEDIUM, (Strategy.REHOST,), at_least("criticality", 3),
         "an outage of a business-critical application ({criticality})",
         "replicate continuously, cut over in a maintenance window, keep the source for two weeks"),
    Risk("business", MEDIUM, CHANGES, at_least("users", 1000), "{users} users have to get used to a change",
         "name a key user per department and train before the cut-over"),
    Risk("business", MEDIUM, MOVES, at_least("compliance", 1), "obligations travel along: {compliance}",
         "agree controls and data location with compliance before the design is fixed"),
    Risk("business", MEDIUM, MOVES, yes("data_residency"), "data is bound to a place: {data_residency}",
         "choose a region and a key holder that meet it, in writing"),
    Risk("business", HIGH, (RETIRE,), at_least("criticality", 2),
         "it is to be retired although its criticality is {criticality}",
         "let the business owner confirm in writing; archive the data first"),
    Risk("business", MEDIUM, (REPURCHASE,), at_least("complexity", 2),
         "its complexity ({complexity}) may exceed the product's standard",
         "run a fit-gap analysis on the ten most used processes before signing"),
    Risk("operational", MEDIUM, MOVES, at_least("dependency_count", 5) | at_least("depended_on_count", 5) | yes("hub"),
         "many neighbours are affected",
         "move it with its closest neighbours, measure latency to the rest beforehand"),
    Risk("operational", HIGH, (RETIRE,), at_least("depended_on_count", 1), "others still need it ({depended_on_count})",
         "give each of them a replacement or a date before switching it off"),
    Risk("operational", HIGH, (REFACTOR,), at_least("complexity", 2),
         "its complexity ({complexity}) makes a redesign run long",
         "move first, then redesign in slices that go live one by one"),
    Risk("operational", MEDIUM, MOVES, yes("change_freeze"), "changes are restricted: {change_freeze}",
         "plan the cut-over outside the restriction and have it approved early"),
    Risk("operational", MEDIUM, MOVES, at_least("data_gb", 1024), "{data_gb} GB of data take long to copy",
         "seed the data ahead and copy only changes in the cut-over (AWS pilot rule: below 1 TB)"),
    Risk("technical", HIGH, (Strategy.REHOST, RETAIN), at_least("eol", 2),
         "its vendor no longer supports the platform",
         "buy extended support and set a date for the upgrade"),
    Risk("technical", MEDIUM, (Strategy.REPLATFORM, REFACTOR), at_least("eol", 2),
         "the step up from an unsupported version is large", "prove the upgrade on a copy first"),
    Risk("technical", MEDIUM, (*MOVES, RETAIN), yes("legacy_language"), "skills for {legacy_language} are rare",
         "secure two people who know it until it is replaced"),
    Risk("technical", MEDIUM, MOVES, at_least("debt", 2), "high technical debt ({debt})",
         "add tests around the interfaces before the move"),
    Risk("technical", MEDIUM, (Strategy.REPLATFORM, REFACTOR), any_of("oracle", "closed_database"),
         "database features may not carry over ({oracle|closed_database})",
         "run a schema assessment and list the features in use"),
    Risk("technical", MEDIUM, MOVES, at_least("physical", 0.5), "it runs on physical servers",
         "check drivers, licences and attached devices before conversion"),
    Risk("technical", HIGH, (Strategy.REPLATFORM, REFACTOR, RETAIN), yes("non_x86"),
         "{non_x86} cannot be copied to a cloud server",
         "inventory jobs, data and interfaces; decide per workload"),
)
# fmt: on

UNKNOWN = ("technical", MEDIUM, "little is known of this application",
           "answer the open questions on its critical attributes before committing a date")  # fmt: skip


def risks_of(
    frame: pd.DataFrame, chosen: np.ndarray, thin: np.ndarray, quoter: Quoter
) -> tuple[list[list[dict[str, object]]], np.ndarray]:
    """Risks of each application and its overall band, the worst of them; low where none is found.

    `chosen` holds positions in Strategy order, `thin` whether too little is known to see risks.
    """
    found: list[list[dict[str, object]]] = [[] for _ in range(len(frame))]
    worst = np.zeros(len(frame), dtype=int)
    for risk in sorted(RISKS, key=lambda risk: -LEVELS.index(risk.level)):
        concerned = np.isin(chosen, [STRATEGIES.index(strategy) for strategy in risk.strategies])
        rows = np.flatnonzero(concerned & risk.when.holds(frame).to_numpy(dtype=bool))
        texts, cited = quoter.text(risk.text, rows), quoter.cite(risk.when.signals, rows)
        for row, text, evidence in zip(rows, texts, cited, strict=True):
            found[row].append(_entry(risk.kind, risk.level, text, risk.mitigation, evidence))
        worst[rows] = np.maximum(worst[rows], LEVELS.index(risk.level))
    kind, level, text, mitigation = UNKNOWN
    for row in np.flatnonzero(thin):
        found[row].append(_entry(kind, level, text, mitigation, []))
    worst[thin] = np.maximum(worst[thin], LEVELS.index(level))
    return found, np.array([level.value for level in LEVELS], dtype=object)[worst]


def _entry(kind: str, level: RiskLevel, risk: str, mitigation: str, evidence: list[str]) -> dict[str, object]:
    return {"kind": kind, "level": level.value, "risk": risk, "mitigation": mitigation, "evidence": evidence}
