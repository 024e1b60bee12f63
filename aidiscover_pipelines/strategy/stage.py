"""The strategy stages: drafts, settled recommendations, waves."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeValue,
    ClusterMember,
    Dependency,
    OpenQuestion,
    PatternCluster,
    Recommendation,
    RecommendationOverride,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import DecidedBy, Strategy
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.agreement import agreements, shifts
from aidiscover_pipelines.strategy.decided import SAID, as_decided, in_force
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.history import record_changes
from aidiscover_pipelines.strategy.information import TOLD_FIELDS, weigh_questions
from aidiscover_pipelines.strategy.settle import settle_recommendations
from aidiscover_pipelines.strategy.waves import plan_waves

PREVIEW = 10


def draft_portfolio(
    store: PortfolioStore, tenant: TenantId, today: date, application: str | None = None
) -> pd.DataFrame:
    """Policy drafts of every application, or of one; see draft_recommendations. Stores nothing.

    Applications of which nothing but the name is known get a draft too.
    """
    return _drafts(store, tenant, today, _scope(application))


def decided_portfolio(store: PortfolioStore, tenant: TenantId, today: date, decisions: pd.DataFrame) -> pd.DataFrame:
    """Recommendation rows of the applications that the overrides in force decide. Stores nothing."""
    if decisions.empty:
        return as_decided(decisions, decisions)
    chosen = dict(zip(decisions["application_id"], decisions["strategy"].astype("str"), strict=True))
    return as_decided(_drafts(store, tenant, today, {"application_id": list(chosen)}, chosen), decisions)


def _drafts(
    store: PortfolioStore,
    tenant: TenantId,
    today: date,
    scope: Mapping[str, Any],
    chosen_for: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    applications = store.read(tenant, Application, **scope)
    facts = store.read(tenant, ApplicationFact, **scope)
    attributes = store.read(tenant, AttributeValue, **scope)
    members = store.read(tenant, ClusterMember, **scope)
    named = with_names(facts, applications)
    return draft_recommendations(named, attributes, members, today, chosen_for=chosen_for)


def with_names(facts: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """Facts with each application's name among them, as a fact without a cell of its own."""
    named = facts.loc[facts["field"] == "application_name", "application_id"]
    unnamed = applications[~applications["application_id"].isin(named)]
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
    )
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

    An override decides its application in every run until it is removed.
    """
    scope = _scope(application)
    overrides = store.read(tenant, RecommendationOverride, columns=SAID)
    patterns = store.read(tenant, PatternCluster, columns=["cluster_id", "representative"])
    typical = dict(zip(patterns["cluster_id"], patterns["representative"], strict=True))
    settled = settle_recommendations(drafts, answers, typical, shifts(agreements(overrides)))
    decisions = in_force(overrides)
    decided = decided_portfolio(
        store, tenant, today, decisions[decisions["application_id"].isin(drafts["application_id"])]
    )
    is_theirs = settled["application_id"].isin(decided["application_id"])
    parts = [part for part in (settled[~is_theirs], decided) if len(part)]
    final = pd.concat(parts, ignore_index=True) if parts else settled
    final = final.sort_values("application_id", kind="stable").reset_index(drop=True).assign(run_id=run.run_id)
    questions = _open_questions(store, tenant, final, today, application)
    store.replace(tenant, run, {Recommendation: final, OpenQuestion: questions}, **scope)
    record_changes(store, tenant, run, final, application)
    return _recommendation_result(len(drafts), final, questions)


def _open_questions(
    store: PortfolioStore, tenant: TenantId, final: pd.DataFrame, today: date, application: str | None
) -> pd.DataFrame:
    """What is worth asking of the applications in `final`; what others tell and lack decides shares and costs."""
    columns = ["application_id", "attribute", "state", "question"]
    attributes = store.read(tenant, AttributeValue, columns=columns)
    scope = _scope(application)
    facts = with_names(store.read(tenant, ApplicationFact, **scope), store.read(tenant, Application, **scope))
    told = store.read(tenant, ApplicationFact, columns=["field", "value", "number"], field=TOLD_FIELDS)
    return weigh_questions(facts, attributes, final[["application_id", "strategy", "decided_by"]], today, told)


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


def _next_questions(questions: pd.DataFrame) -> list[dict[str, Any]]:
    """The best of them, for the page of the run."""
    shown = questions.head(PREVIEW)[["application_id", "ask", "question", "change", "minutes", "would_become"]]
    return [
        {**{str(name): value for name, value in row.items()}, "would_become": "; ".join(_spelt(row["would_become"]))}
        for row in shown.to_dict("records")
    ]


def _spelt(outcomes: Mapping[str, str]) -> list[str]:
    return [f"{answer}: {strategy}" for answer, strategy in outcomes.items()]


def plan_migration_waves(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Put every recommended application into a wave and store the plan."""
    recommendations = store.read(tenant, Recommendation)
    dependencies = store.read(tenant, Dependency)
    applications = store.read(tenant, Application)
    facts = store.read(tenant, ApplicationFact, field="business_criticality")
    waves = plan_waves(recommendations, dependencies, applications, facts)
    store.replace(tenant, run, {WaveAssignment: waves})
    gone = len(recommendations) - len(waves)
    sizes = waves.loc[waves["wave"] > 0, "wave"].value_counts().sort_index()
    return StageResult(
        rows_in=len(recommendations),
        rows_out=len(waves),
        skipped={"application no longer in the inventory": gone} if gone else {},
        preview=[
            {str(column): value for column, value in row.items()}
            for row in waves.sort_values(["wave", "application_id"]).head(PREVIEW).to_dict("records")
        ],
        figures={
            "waves": len(sizes),
            "moving": int(sizes.sum()),
            "staying": int((waves["wave"] == 0).sum()),
            "moving_in_circles": int((waves["moves_with"].str.len() > 0).sum()),
        },
        charts={"Applications by wave": {f"wave {wave}": float(size) for wave, size in sizes.items()}},
    )


def _scope(application: str | None) -> dict[str, Any]:
    return {} if application is None else {"application_id": application}
