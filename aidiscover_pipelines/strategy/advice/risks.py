"""Risks of the chosen strategy, each with a mitigation, as one table; the worst one is the overall band.

Complete in the sense of the checklists it cites: data gravity, latency, licences, skills, vendor, compliance, cut-over,
neighbours, end of life, and what is not known. Sources, where there is one: AWS Prescriptive Guidance (guide for large
migrations; application portfolio assessment; migration of Oracle), the Microsoft Cloud Adoption Framework (migration
risks), AWS Migration Ops (pilot rule), and the vendors' licence terms.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.policy.conditions import Condition, any_of, at_least, unless, yes
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES

CHANGES = (Strategy.REPLATFORM, Strategy.REFACTOR, Strategy.REPURCHASE)
MOVES = (Strategy.REHOST, *CHANGES)
LEVELS = (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk that applications with `strategies` run where `when` holds. Kinds: technical, operational, business.

    `source` is who says so; empty where it is a consultant's experience.
    """

    kind: str
    level: RiskLevel
    strategies: tuple[Strategy, ...]
    when: Condition
    text: str
    mitigation: str
    source: str = ""


LOW, MEDIUM, HIGH = RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH
REHOST, REPLATFORM, REFACTOR = Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR
REPURCHASE, RETIRE, RETAIN = Strategy.REPURCHASE, Strategy.RETIRE, Strategy.RETAIN

AWS_LARGE = "AWS Prescriptive Guidance, guide for large migrations"
AWS_PORTFOLIO = "AWS Prescriptive Guidance, application portfolio assessment"
AWS_PILOT = "AWS Migration Ops, pilot selection"
AWS_ORACLE = "AWS Prescriptive Guidance, migrating Oracle databases"
AZURE_CAF = "Microsoft Cloud Adoption Framework, migration risks"
ORACLE_TERMS = "Oracle, Licensing Oracle Software in the Cloud Computing Environment"
MICROSOFT_TERMS = "Microsoft Product Terms, License Mobility and listed providers"

# A table reads better with its own line breaks.
# fmt: off
RISKS: tuple[Risk, ...] = (
    # Business: what people and contracts feel.
    Risk("business", HIGH, CHANGES, at_least("criticality", 3),
         "a change to a business-critical application ({criticality})",
         "run old and new in parallel, rehearse the cut-over and the way back", AWS_LARGE),
    Risk("business", MEDIUM, (REHOST,), at_least("criticality", 3),
         "an outage of a business-critical application ({criticality})",
         "replicate continuously, cut over in a maintenance window, keep the source for two weeks", AWS_LARGE),
    Risk("business", MEDIUM, CHANGES, at_least("users", 1000), "{users} users have to get used to a change",
         "name a key user per department and train before the cut-over"),
    Risk("business", MEDIUM, MOVES, at_least("compliance", 1), "obligations travel along: {compliance}",
         "agree controls and data location with compliance before the design is fixed", AZURE_CAF),
    Risk("business", MEDIUM, (RETIRE,), at_least("compliance", 1),
         "records may have to be kept after it is gone: {compliance}",
         "agree what is archived, for how long and who can read it, before it is switched off", AWS_PORTFOLIO),
    Risk("business", MEDIUM, MOVES, yes("data_residency"), "data is bound to a place: {data_residency}",
         "choose a region and a key holder that meet it, in writing", AZURE_CAF),
    Risk("business", HIGH, (RETIRE,), at_least("criticality", 2),
         "it is to be retired although its criticality is {criticality}",
         "let the business owner confirm in writing; archive the data first", AWS_PORTFOLIO),
    Risk("business", MEDIUM, (REPURCHASE,), at_least("complexity", 2),
         "its complexity ({complexity}) may exceed the product's standard",
         "run a fit-gap analysis on the ten most used processes before signing", AWS_PORTFOLIO),
    Risk("business", MEDIUM, (REPURCHASE,), any_of("custom", "packaged", "commodity", "successor_service"),
         "another vendor and contract to depend on",
         "agree the way out: data export, notice and price increases", AWS_PORTFOLIO),
    Risk("business", MEDIUM, (REHOST, REPLATFORM, RETAIN), yes("vendor_leaves"),
         "its vendor stops supporting it: {vendor_leaves}",
         "set the date of its replacement before the move is paid for", AWS_PORTFOLIO),
    Risk("business", MEDIUM, (REHOST, REPLATFORM), yes("oracle"),
         "Oracle licences are counted by virtual processors in a cloud ({oracle})",
         "have the licence position checked for the target before sizing it", ORACLE_TERMS),
    Risk("business", LOW, (REHOST, REPLATFORM), yes("mssql"),
         "SQL Server licences need mobility rights outside of the own data centre ({mssql})",
         "check software assurance, or buy the licence with the service", MICROSOFT_TERMS),
    Risk("business", LOW, (REHOST, REPLATFORM), yes("packaged") & unless("oracle", "mssql"),
         "the licence of {packaged} may not cover a cloud",
         "ask its vendor in writing which platforms the licence and the support cover", AWS_PORTFOLIO),
    Risk("business", LOW, (RETIRE,), Condition(nothing_known=("data_gb", "compliance")),
         "what data it holds, and who must keep it, is not known",
         "look for its data and its duties to keep any before it is switched off", AWS_PORTFOLIO),
    # Operational: the move itself, and running it afterwards.
    Risk("operational", MEDIUM, MOVES, at_least("dependency_count", 5) | at_least("depended_on_count", 5) | yes("hub"),
         "many neighbours are affected",
         "move it with its closest neighbours, measure latency to the rest beforehand", AWS_LARGE),
    Risk("operational", LOW, MOVES,
         at_least("dependency_count", 1) & Condition(below={"dependency_count": 5, "depended_on_count": 5}),
         "what it needs ({dependency_count}) may be on the other side of the network for a while",
         "measure the latency that it bears; move chatty neighbours in the same wave", AWS_PORTFOLIO),
    Risk("operational", MEDIUM, MOVES,
         Condition(nothing_known=("dependency_count", "depended_on_count", "hub")),
         "its neighbours are not known",
         "watch its connections for a month before its wave is fixed", AWS_PORTFOLIO),
    Risk("operational", HIGH, (RETIRE,), at_least("depended_on_count", 1), "others still need it ({depended_on_count})",
         "give each of them a replacement or a date before switching it off", AWS_PORTFOLIO),
    Risk("operational", LOW, (RETAIN,), at_least("depended_on_count", 1) & unless("saas"),
         "those that need it ({depended_on_count}) may move away from it",
         "plan the line between the site and the cloud for them", AWS_PORTFOLIO),
    Risk("operational", HIGH, (REFACTOR,), at_least("complexity", 2),
         "its complexity ({complexity}) makes a redesign run long",
         "move first, then redesign in slices that go live one by one", AWS_LARGE),
    Risk("operational", MEDIUM, MOVES, yes("change_freeze"), "changes are restricted: {change_freeze}",
         "plan the cut-over outside the restriction and have it approved early"),
    Risk("operational", MEDIUM, MOVES, at_least("data_gb", 1024), "{data_gb} GB of data take long to copy",
         "seed the data ahead and copy only changes in the cut-over", AWS_PILOT),
    Risk("operational", MEDIUM, MOVES, at_least("data_gb", 1024) & at_least("depended_on_count", 1),
         "data gravity: {data_gb} GB move away from those that work on them ({depended_on_count})",
         "move those that read and write it in the same wave, or replicate the data", AWS_PORTFOLIO),
    Risk("operational", MEDIUM, CHANGES, at_least("data_gb", 1024) & at_least("criticality", 2),
         "{data_gb} GB and criticality {criticality} leave a short window for the cut-over",
         "measure the copy in a rehearsal and agree the window and the point of no return", AWS_LARGE),
    # Technical: what it is made of.
    Risk("technical", HIGH, (REHOST, RETAIN), at_least("eol", 2) & unless("saas"),
         "its vendor no longer supports the platform",
         "buy extended support and set a date for the upgrade", AWS_PORTFOLIO),
    Risk("technical", LOW, (REHOST, RETAIN), at_least("eol", 1) & Condition(below={"eol": 2}),
         "support of its platform ends soon", "set the date of the upgrade together with its wave"),
    Risk("technical", MEDIUM, (REPLATFORM, REFACTOR), at_least("eol", 2),
         "the step up from an unsupported version is large", "prove the upgrade on a copy first", AWS_PORTFOLIO),
    Risk("technical", MEDIUM, (*MOVES, RETAIN), yes("legacy_language"), "skills for {legacy_language} are rare",
         "secure two people who know it until it is replaced", AWS_PORTFOLIO),
    Risk("technical", LOW, (REFACTOR,), yes("custom") & unless("legacy_language"),
         "a redesign of its own code ({custom}) needs those who know it",
         "keep them in the team for the time of the redesign", AZURE_CAF),
    Risk("technical", MEDIUM, MOVES, at_least("debt", 2), "high technical debt ({debt})",
         "add tests around the interfaces before the move", AWS_PORTFOLIO),
    Risk("technical", MEDIUM, (REPLATFORM, REFACTOR), any_of("oracle", "closed_database"),
         "database features may not carry over ({oracle|closed_database})",
         "run a schema assessment and list the features in use", AWS_ORACLE),
    Risk("technical", MEDIUM, MOVES, at_least("physical", 0.5), "it runs on physical servers",
         "check drivers, licences and attached devices before conversion", AWS_LARGE),
    Risk("technical", HIGH, (REPLATFORM, REFACTOR, RETAIN), yes("non_x86"),
         "{non_x86} cannot be copied to a cloud server",
         "inventory jobs, data and interfaces; decide per workload", AWS_LARGE),
    Risk("technical", LOW, MOVES,
         Condition(nothing_known=("eol", "virtual", "physical", "non_x86", "containerised", "asset_count")),
         "the platform that it runs on is not known",
         "find its servers and their operating systems before sizing the target", AWS_PORTFOLIO),
    Risk("technical", LOW, MOVES, Condition(nothing_known=("data_gb",)),
         "how much data moves is not known", "measure databases and file stores before the cut-over is planned",
         AWS_PORTFOLIO),
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
        rows = np.flatnonzero(concerned & risk.when.holds(frame))
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
