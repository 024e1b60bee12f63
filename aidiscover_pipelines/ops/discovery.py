"""Ops of discovery: the 22 attributes, the automation tier, the patterns."""

from typing import Any

import dagster as dg

from aidiscover_pipelines.attributes import stage as attributes
from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.discovery.case import cluster_cases
from aidiscover_pipelines.crews.plan import naming_budget
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import AttributeValue, ClusterMember, PatternCluster
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.patterns import stage as patterns
from aidiscover_pipelines.ports import Clock, CrewRunner, PortfolioStore
from aidiscover_pipelines.tiers import stage as tiers


@dg.op(ins=after("inventory", "applications", "dependencies"), out=DONE, retry_policy=RETRY)
def validate_attributes(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], clock: dg.ResourceParam[Clock]
) -> dg.Output[None]:
    """Gather each application's facts and judge its 22 critical attributes."""
    return stage_output(
        context, attributes.validate_attributes, store, tenant_of(context), run_of(context), clock.today()
    )


@dg.op(ins=after("inventory", "cloud_resources", "validated_attributes"), retry_policy=RETRY)
def ask_about_platform(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], crews: dg.ResourceParam[CrewRunner]
) -> dict[str, Any]:
    """Draft the tier by rules and give the platform detection crew its one case."""
    tenant = tenant_of(context)
    with translated():
        draft = tiers.draft_platform(store, tenant)
        answers = crews_stage.answer_cases(store, crews, tenant, run_of(context), [platform_case(tenant, draft)])
        return {"draft": draft, "answer": answers[0]}


@dg.op(out=DONE, retry_policy=RETRY)
def settle_platform(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], asked: dict[str, Any]
) -> dg.Output[None]:
    """Keep the tier within what the facts allow."""
    return stage_output(
        context, tiers.settle_platform, store, tenant_of(context), run_of(context), asked["draft"], asked["answer"]
    )


@dg.op(ins=after("validated_attributes"), out=DONE, retry_policy=RETRY)
def find_patterns(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Group applications that look alike and mark those that stand out."""
    return stage_output(context, patterns.find_patterns, store, tenant_of(context), run_of(context))


@dg.op(ins=after("found"), retry_policy=RETRY)
def ask_about_patterns(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    settings: dg.ResourceParam[Settings],
) -> list[dict[str, Any]]:
    """Give the discovery crew one case for each cluster: a name, what is shared, the cheapest questions."""
    tenant = tenant_of(context)
    with translated():
        members = store.read(tenant, ClusterMember)
        cases = cluster_cases(tenant, store.read(tenant, PatternCluster), members, store.read(tenant, AttributeValue))
        budget = naming_budget(len(members), settings.kickoffs)
        return crews_stage.answer_cases(store, crews, tenant, run_of(context), cases[:budget])


@dg.op(out=DONE, retry_policy=RETRY)
def settle_patterns(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], answers: list[dict[str, Any]]
) -> dg.Output[None]:
    """Take the crew's names for the patterns and its questions for the gaps."""
    return stage_output(context, apply_cluster_answers, store, tenant_of(context), run_of(context), answers)


def apply_cluster_answers(
    store: PortfolioStore, tenant: TenantId, run: RunRef, answers: list[dict[str, Any]]
) -> StageResult:
    """Questions go to the attributes, names to the clusters; fallbacks change nothing."""
    answered = [answer for answer in answers if answer["status"] == ANSWERED]
    questions = [question for answer in answered for question in answer["answer"]["questions"]]
    attributes.ask_questions(store, tenant, run, questions)
    names = [
        {"cluster_id": answer["subject"].removeprefix("cluster:"), **answer["answer"]}
        for answer in answered
        if answer["answer"]["label"]
    ]
    return patterns.settle_patterns(store, tenant, run, names)
