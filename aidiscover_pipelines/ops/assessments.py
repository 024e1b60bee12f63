"""What the assessment crew is asked about dispositions, alone and in bulk, and which earlier answers still count.

Both make the same cases, so that an answer given in one is found in the other: a case that has not changed is not asked
again, and what was answered once counts in every later run, also where the budget would not have sufficed for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.assessment.case import SINGLED_OUT_BY, Estate, deciding_cases, known_cases
from aidiscover_pipelines.crews.assessment.crew import crew
from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.tables import (
    ApplicationFact,
    ClusterMember,
    CrewAnswer,
    PatternCluster,
    RecommendationDraft,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.ports import CrewRunner, PortfolioStore
from aidiscover_pipelines.strategy import stage as strategy
from aidiscover_pipelines.strategy.review.precedents import precedents
from aidiscover_pipelines.strategy.review.said import decided_applications

Answers = list[dict[str, Any]]


def read_estate(
    store: PortfolioStore,
    tenant: TenantId,
    today: date,
    drafts: pd.DataFrame,
    clusters: pd.DataFrame | None = None,
    members: pd.DataFrame | None = None,
) -> Estate:
    """What cases about these drafts are made of; of all patterns where none are given."""
    return Estate(
        drafts,
        store.read(tenant, PatternCluster) if clusters is None else clusters,
        store.read(tenant, ClusterMember) if members is None else members,
        lambda applications: store.read(tenant, ApplicationFact, application_id=list(applications)),
        precedents(store, tenant, today),
        decided_applications(store, tenant),
    )


def kept_estate(store: PortfolioStore, tenant: TenantId, today: date) -> Estate:
    """The same of the drafts on file, of which whole rows are read for those alone that a case is made of."""
    drafts = store.read(tenant, RecommendationDraft, columns=SINGLED_OUT_BY)
    return replace(
        read_estate(store, tenant, today, drafts),
        drafts_of=lambda applications: store.read(tenant, RecommendationDraft, application_id=list(applications)),
    )


def answers_on_file(
    store: PortfolioStore, model: str, tenant: TenantId, estate: Estate, asked: Sequence[str]
) -> Answers:
    """What this model answered in earlier runs to cases that are the same today; without the subjects just asked."""
    stored = store.read(tenant, CrewAnswer, columns=["subject"], crew=crew().name, status=ANSWERED, model=model)
    cases = known_cases(tenant, estate, set(stored["subject"]) - set(asked))
    return crews_stage.held_answers(store, model, tenant, cases)


def ask_about_disposition(
    store: PortfolioStore, crews: CrewRunner, tenant: TenantId, run: RunRef, today: date, application: ApplicationId
) -> tuple[pd.DataFrame, Answers]:
    """The draft of one application and every answer that concerns it: what a bulk run without a budget would have."""
    members = store.read(tenant, ClusterMember, application_id=application)
    clusters = store.read(tenant, PatternCluster, cluster_id=members["cluster_id"].tolist())
    concerned = list(dict.fromkeys([application, *clusters["representative"]]))
    drafts = strategy.draft_portfolio(store, tenant, today, concerned)
    estate = read_estate(store, tenant, today, drafts, clusters, members)
    asked = crews_stage.answer_cases(store, crews, tenant, run, deciding_cases(tenant, estate, application))
    earlier = answers_on_file(store, crews.model, tenant, estate, [answer["subject"] for answer in asked])
    return drafts[drafts["application_id"] == application].reset_index(drop=True), [*asked, *earlier]
