"""The strategy stages: drafts and settled recommendations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.band_totals import total_band
from aidiscover_pipelines.domain.collection import FILES, application_tiers
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeValue,
    ClusterMember,
    DataFlag,
    OpenQuestion,
    PatternCluster,
    PlatformAssessment,
    Recommendation,
    ReviewEntry,
    ScenarioOutcome,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import DecidedBy, ReviewAction, Strategy
from aidiscover_pipelines.ports import Condition, PortfolioStore
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.history import record_changes
from aidiscover_pipelines.strategy.policy.flags import POLICY, policy_flags
from aidiscover_pipelines.strategy.policy.policy import Policy
from aidiscover_pipelines.strategy.policy.tenant import policy_in_force
from aidiscover_pipelines.strategy.questions.deciding import with_best_questions
from aidiscover_pipelines.strategy.questions.information import TOLD_FIELDS, weigh_questions
from aidiscover_pipelines.strategy.review.agreement import agreements, shifts
from aidiscover_pipelines.strategy.review.decided import SAID, as_decided, decisions, in_force
from aidiscover_pipelines.strategy.review.flags import STAGE, changed_facts, remarks, review_flags
from aidiscover_pipelines.strategy.scenarios.scenarios import PLANNED, goal_outcomes
from aidiscover_pipelines.strategy.settle import settle_recommendations, turned_by_crew
from aidiscover_pipelines.strategy.signals import FactTable, told_signals, with_derived

PREVIEW = 10
# Stands for the run on a recommendation that no run wrote.
BY_A_PERSON = "review"
# What scoring asks of facts; their cells, which only a recommendation cites, take longer to read than all of it.
_SCORED = ["application_id", "field", "value", "number"]
_CITED = ["application_id", "field", "evidence"]


def draft_portfolio(
    store: PortfolioStore, tenant: TenantId, today: date, application: str | list[str] | None = None
) -> pd.DataFrame:
    """Policy drafts of every application, or of one or some; see draft_recommendations. Stores nothing.

    Applications of which nothing but the name is known get a draft too.
    """
    return _drafts(store, tenant, today, policy_in_force(store, tenant).policy, _scope(application))


def assess_portfolio(store: PortfolioStore, tenant: TenantId, today: date) -> pd.DataFrame:
    """Drafts of every application with the question that would decide it. Stores nothing."""
    policy = policy_in_force(store, tenant).policy
    drafts = _drafts(store, tenant, today, policy, {})
    attributes = store.read(tenant, AttributeValue, columns=["application_id", "attribute", "state", "question"])
    signals = told_signals(FactTable(_named_facts(store, tenant, {}, _SCORED)), today)
    return with_best_questions(drafts, open_questions(store, tenant, signals, attributes, drafts, policy))


def decided_portfolio(
    store: PortfolioStore,
    tenant: TenantId,
    today: date,
    policy: Policy,
    entries: pd.DataFrame,
    application: str | None = None,
    drafts: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Recommendation rows of the applications that people hold by these entries, and DataFlag rows on them.

    Of one application where it is named. `drafts` of today serve where people said what the policy says. Stores
    nothing.
    """
    held = in_force(entries)
    if application is not None:
        held = held[held["application_id"] == application].reset_index(drop=True)
    if held.empty:
        return pd.DataFrame(columns=Recommendation.columns()), pd.DataFrame(columns=DataFlag.columns())
    ids = held["application_id"].tolist()
    chosen = dict(zip(ids, held["strategy"].astype("str").tolist(), strict=True))
    drafts = _chosen_drafts(store, tenant, today, policy, chosen, drafts)
    kept = store.read(tenant, ReviewEntry, columns=["entry_id", "facts"], application_id=ids)
    held = held.merge(kept, on="entry_id", how="left")
    first = {
        key: ranked[0]["strategy"] for key, ranked in zip(drafts["application_id"], drafts["ranking"], strict=True)
    }
    in_inventory = held[held["application_id"].astype(object).isin(first.keys())]
    changed = changed_facts(
        in_inventory, store.read(tenant, ApplicationFact, columns=_SCORED, application_id=ids), today
    )
    cells = store.read(
        tenant, ApplicationFact, columns=_CITED, application_id=changed["application_id"].unique().tolist()
    )
    changed = changed.merge(cells, on=["application_id", "field"], how="left")
    flags = review_flags(held, changed, first)
    return as_decided(drafts, held.assign(review=remarks(held, changed))), flags


def _chosen_drafts(
    store: PortfolioStore,
    tenant: TenantId,
    today: date,
    policy: Policy,
    chosen: Mapping[str, str],
    drafts: pd.DataFrame | None,
) -> pd.DataFrame:
    """Drafts of the applications in `chosen` made for the strategies there; those of `drafts` that are, as they are."""
    if drafts is None:
        return _drafts(store, tenant, today, policy, {"application_id": list(chosen)}, chosen)
    fits = [
        chosen.get(key) == strategy
        for key, strategy in zip(drafts["application_id"].tolist(), drafts["strategy"].tolist(), strict=True)
    ]
    made = drafts[np.array(fits, dtype=bool)]
    others = sorted(chosen.keys() - set(made["application_id"]))
    turned = _drafts(store, tenant, today, policy, {"application_id": others}, chosen)
    return pd.concat([made, turned]) if len(made) and len(turned) else turned if len(turned) else made


def hold(
    store: PortfolioStore, tenant: TenantId, today: date, known: pd.DataFrame, applications: Sequence[str] | None = None
) -> None:
    """Put what people said since `known` was read into recommendations and flags, of some applications or of all.

    No scenario moves what a person holds. Reads again after it wrote, until nobody has said more: of a run and several
    people that write at the same time the last one leaves what all entries together come to. Not fenced: a person waits
    for no run.
    """
    scope: dict[str, Any] = {} if applications is None else {"application_id": list(applications)}
    while True:
        entries = store.read(tenant, ReviewEntry, columns=SAID, **scope)
        is_new = ~entries["entry_id"].isin(known["entry_id"]) & (entries["action"] != ReviewAction.COMMENT.value)
        concerned = entries.loc[is_new, "application_id"].unique().tolist()
        if not concerned:
            return
        told = entries[entries["application_id"].isin(concerned)]
        policy = policy_in_force(store, tenant).policy
        decided, flags = decided_portfolio(store, tenant, today, policy, told)
        store.delete(tenant, DataFlag, [Condition("stage", "=", STAGE), Condition("entity_id", "=", concerned)])
        store.delete(tenant, ScenarioOutcome, [Condition("application_id", "=", concerned)])
        store.append(tenant, {Recommendation: decided.assign(run_id=BY_A_PERSON), DataFlag: flags})
        known = entries


def _drafts(
    store: PortfolioStore,
    tenant: TenantId,
    today: date,
    policy: Policy,
    scope: Mapping[str, Any],
    chosen_for: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    facts = _named_facts(store, tenant, scope)
    attributes = store.read(tenant, AttributeValue, columns=["application_id", "state"], **scope)
    members = store.read(tenant, ClusterMember, columns=["application_id", "cluster_id", "anomaly"], **scope)
    return draft_recommendations(facts, attributes, members, today, policy, chosen_for)


def _named_facts(
    store: PortfolioStore, tenant: TenantId, scope: Mapping[str, Any], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    facts = store.read(tenant, ApplicationFact, columns=columns, **scope)
    return with_names(facts, store.read(tenant, Application, columns=["application_id", "name"], **scope))


def with_names(facts: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """Facts with each application's name among them, as a fact without a cell of its own; the facts' columns."""
    named = facts.loc[facts["field"] == "application_name", "application_id"]
    unnamed = applications[~applications["application_id"].astype(object).isin(set(named))]
    if unnamed.empty:
        return facts
    names = pd.DataFrame(
        {
            "application_id": unnamed["application_id"],
            "field": "application_name",
            "value": unnamed["name"],
            "number": float("nan"),
            "evidence": [[] for _ in range(len(unnamed))],
            "basis": "application",
        }
    )[list(facts.columns)]
    return pd.concat([facts, names], ignore_index=True) if len(facts) else names.reset_index(drop=True)


def settle_portfolio(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    drafts: pd.DataFrame,
    answers: Sequence[Mapping[str, Any]],
    today: date,
    application: str | None = None,
) -> StageResult:
    """Join drafts, crew answers and what people decided, store them, what changed, and what is worth asking next.

    What a person decided or locked holds in every run; what changed under it is flagged.
    """
    scope = _scope(application)
    standing = policy_in_force(store, tenant)
    entries = store.read(tenant, ReviewEntry, columns=SAID)
    patterns = store.read(tenant, PatternCluster, columns=["cluster_id", "representative"])
    typical = dict(zip(patterns["cluster_id"], patterns["representative"], strict=True))
    decided, flags = decided_portfolio(store, tenant, today, standing.policy, entries, application, drafts)
    is_theirs = drafts["application_id"].astype(object).isin(set(decided["application_id"]))
    left = drafts[~is_theirs]
    turned = turned_by_crew(left, answers)
    redrafted = _drafts(store, tenant, today, standing.policy, {"application_id": list(turned)}, turned)
    moves = shifts(agreements(decisions(entries)))
    settled = settle_recommendations(left, answers, typical, moves, redrafted)
    parts = [part for part in (settled, decided) if len(part)]
    final = pd.concat(parts, ignore_index=True) if parts else settled
    final = final.sort_values("application_id", kind="stable").reset_index(drop=True).assign(run_id=run.run_id)
    table = FactTable(_named_facts(store, tenant, scope, _SCORED))
    signals = told_signals(table, today)
    attributes = store.read(tenant, AttributeValue, columns=["application_id", "attribute", "state", "question"])
    questions = open_questions(store, tenant, signals, attributes, final, standing.policy)
    final = with_best_questions(final, questions)
    outcomes = goal_outcomes(table, with_derived(signals), attributes, final[PLANNED], standing.policy)
    store.replace(tenant, run, {Recommendation: final, OpenQuestion: questions, ScenarioOutcome: outcomes}, **scope)
    about = {} if application is None else {"entity_id": application}
    store.replace(tenant, run, {DataFlag: flags}, stage=STAGE, **about)
    store.replace(tenant, run, {DataFlag: policy_flags(standing, final, application)}, stage=POLICY, **about)
    hold(store, tenant, today, entries, None if application is None else [application])
    record_changes(store, tenant, run, final, application)
    return _recommendation_result(len(drafts), final, questions)


def open_questions(
    store: PortfolioStore,
    tenant: TenantId,
    signals: pd.DataFrame,
    attributes: pd.DataFrame,
    final: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """What is worth asking of the applications in `final`; what others tell and lack decides shares and costs."""
    told = store.read(tenant, ApplicationFact, columns=["field", "value", "number"], field=TOLD_FIELDS)
    assessed = store.find(tenant, PlatformAssessment, scope="tenant")
    tier, groups = (FILES, []) if assessed is None else (assessed.tier, assessed.groups)
    plan = final[["application_id", "strategy", "decided_by"]]
    return weigh_questions(signals, attributes, plan, told, policy, tier, application_tiers(groups))


def _recommendation_result(read: int, final: pd.DataFrame, questions: pd.DataFrame) -> StageResult:
    mix = final["strategy"].astype("str").value_counts()
    counts = {strategy.value: int(mix.get(strategy.value, 0)) for strategy in Strategy}
    deciders = final["decided_by"].astype("str").value_counts()
    figures: dict[str, float | int | str] = dict(counts)
    for decider in DecidedBy:
        share = deciders.get(decider.value, 0) / len(final) if len(final) else 0.0
        figures[f"decided_by_{decider.value}_percent"] = round(100.0 * float(share), 1)
    figures["mean_confidence"] = round(float(final["confidence"].astype("float64").mean()), 3) if len(final) else 0.0
    figures["asking_for_review"] = int((final["review"] != "").sum())
    figures["questions_that_could_change_one"] = len(questions)
    figures.update(_totals(final))
    by_attribute = questions.groupby("attribute")["change"].sum().sort_values(ascending=False, kind="stable")
    shown = final.head(PREVIEW)[["application_id", "strategy", "confidence", "risk"]]
    preview = [
        {"application": row[0], "strategy": str(row[1]), "confidence": row[2], "risk": str(row[3])}
        for row in shown.itertuples(index=False, name=None)
    ]
    return StageResult(
        rows_in=read,
        rows_out=len(final),
        preview=preview,
        figures=figures,
        charts={
            "6R mix": {name: float(count) for name, count in counts.items()},
            "Recommendations that answers would change, expected": {
                str(attribute).replace("_", " "): round(float(change), 1)
                for attribute, change in by_attribute.head(PREVIEW).items()
            },
        },
        tables={"Next questions": _next_questions(questions)},
    )


def _totals(final: pd.DataFrame) -> dict[str, str]:
    """What all moves together take and cost, as ranges; without those of which no application has one."""
    ends = (
        ("effort, person days", "effort", "days_low", "days_high"),
        ("running cost, USD a month", "cost", "low", "high"),
    )
    told = {}
    for name, column, low, high in ends:
        bands = final[column].tolist()
        total = total_band((band.get(low) for band in bands), (band.get(high) for band in bands))
        if total["counted"]:
            told[name] = f"{total['low']:,.0f} to {total['high']:,.0f}; {total['uncounted']} not counted"
    return told


def _next_questions(questions: pd.DataFrame) -> list[dict[str, Any]]:
    """The best of them, for the page of the run."""
    shown = questions.head(PREVIEW)[["application_id", "ask", "question", "change", "minutes", "would_become"]]
    return [
        {**{str(name): value for name, value in row.items()}, "would_become": "; ".join(_spelt(row["would_become"]))}
        for row in shown.to_dict("records")
    ]


def _spelt(outcomes: Mapping[str, str]) -> list[str]:
    return [f"{answer}: {strategy}" for answer, strategy in outcomes.items()]


def _scope(application: str | list[str] | None) -> dict[str, Any]:
    return {} if application is None else {"application_id": application}
