"""Ops of discovery: the 22 attributes, the automation tier, the patterns."""

from typing import Any

import dagster as dg

from aidiscover_pipelines.attributes import stage as attributes
from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ops.pools import MODELS
from aidiscover_pipelines.ops.reviews import apply_cluster_answers, ask_about_clusters
from aidiscover_pipelines.patterns import stage as patterns
from aidiscover_pipelines.ports import Clock, CrewRunner, PortfolioStore
from aidiscover_pipelines.technology import stage as technology
from aidiscover_pipelines.tiers import stage as tiers


@dg.op(ins=after("inventory", "applications", "dependencies"), out=DONE, retry_policy=RETRY)
def name_technologies(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], clock: dg.ResourceParam[Clock]
) -> dg.Output[None]:
    """Name the products that texts mention and look up how long their vendors support them."""
    return stage_output(
        context, technology.name_technologies, store, tenant_of(context), run_of(context), clock.today()
    )


@dg.op(ins=after("technologies"), out=DONE, retry_policy=RETRY)
def validate_attributes(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], clock: dg.ResourceParam[Clock]
) -> dg.Output[None]:
    """Gather each application's facts and judge its 22 critical attributes."""
    return stage_output(
        context, attributes.validate_attributes, store, tenant_of(context), run_of(context), clock.today()
    )


@dg.op(ins=after("inventory", "cloud_resources", "validated_attributes"), retry_policy=RETRY, pool=MODELS)
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


@dg.op(ins=after("validated_attributes", "platform_assessment"), out=DONE, retry_policy=RETRY)
def find_patterns(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Group applications that look alike and mark those that stand out."""
    return stage_output(context, patterns.find_patterns, store, tenant_of(context), run_of(context))


@dg.op(ins=after("found"), retry_policy=RETRY, pool=MODELS)
def ask_about_patterns(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    settings: dg.ResourceParam[Settings],
) -> list[dict[str, Any]]:
    """Give the discovery crew one case for each cluster: a name, its members' values, gaps and how to close them."""
    with translated():
        return ask_about_clusters(store, crews, tenant_of(context), run_of(context), settings.kickoffs)


@dg.op(out=DONE, retry_policy=RETRY)
def settle_patterns(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], answers: list[dict[str, Any]]
) -> dg.Output[None]:
    """Take the crew's names and gap reports for the patterns, its questions, verdicts and proposals for the gaps."""
    return stage_output(context, apply_cluster_answers, store, tenant_of(context), run_of(context), answers)
