"""Ops of the strategy: policy drafts, crew cases in chunks, settled recommendations, waves, the report."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.assessment.case import assessment_cases
from aidiscover_pipelines.crews.plan import assessment_budget, chunks
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import Application, RecommendationDraft
from aidiscover_pipelines.ops.application_events import publish_applications
from aidiscover_pipelines.ops.assessments import answers_on_file, kept_estate
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.metadata import DONE, stage_output, stage_part
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ops.pools import MODELS
from aidiscover_pipelines.ports import Clock, CrewRunner, PortfolioStore, TenantFiles
from aidiscover_pipelines.reporting import stage as reporting
from aidiscover_pipelines.strategy import stage as strategy
from aidiscover_pipelines.strategy.kept_drafts import KEPT, refresh_drafts
from aidiscover_pipelines.strategy.method import strategy_method
from aidiscover_pipelines.strategy.waves import stage as waves

# Cases of one fan-out step: large enough that a step's overhead (0.1 s) is small beside its kickoffs.
CASES_PER_CHUNK = 20
# Applications of one: drafting 10,000 takes about as long as celery needs to hand out a step and hear of its end.
DRAFTS_PER_CHUNK = 20_000


@dg.op(
    ins=after("validated_attributes", "pattern_clusters", "dependencies"), out=dg.DynamicOut(Any), retry_policy=RETRY
)
def plan_drafts(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]
) -> Iterator[dg.DynamicOutput[list[str] | None]]:
    """Applications, and what drafts are kept of, in chunks that workers can share; None for all where one will do."""
    tenant = tenant_of(context)
    with stage_part(context):
        tables = (Application, RecommendationDraft)
        held = [store.read(tenant, table, columns=["application_id"])["application_id"] for table in tables]
        names = sorted({*held[0], *held[1]})
    parts: Iterable[list[str] | None] = chunks(names, DRAFTS_PER_CHUNK) if len(names) > DRAFTS_PER_CHUNK else [None]
    for number, part in enumerate(parts, start=1):
        yield dg.DynamicOutput(part, mapping_key=f"chunk_{number}")


@dg.op(retry_policy=RETRY)
def draft_chunk(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    clock: dg.ResourceParam[Clock],
    applications: Any,
) -> int:
    """Hard constraints and the scored policy: a draft for every application of a chunk that has changed; how many."""
    with stage_part(context):
        return refresh_drafts(store, tenant_of(context), run_of(context), clock.today(), applications)


@dg.op(out=dg.DynamicOut(list), retry_policy=RETRY)
def plan_assessments(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
    drafted: list[int],
) -> Iterator[dg.DynamicOutput[list[CaseFile]]]:
    """One case for each pattern and for each exception, within the budget, in chunks that workers can share."""
    tenant = tenant_of(context)
    with stage_part(context):
        estate = kept_estate(store, tenant, clock.today())
        cases = assessment_cases(tenant, estate, assessment_budget(len(estate.drafts), settings.kickoffs))
    for number, chunk in enumerate(chunks(cases, CASES_PER_CHUNK), start=1):
        yield dg.DynamicOutput(chunk, mapping_key=f"chunk_{number}")


@dg.op(retry_policy=RETRY, pool=MODELS)
def assess_chunk(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    cases: list[CaseFile],
) -> list[dict[str, Any]]:
    """Give the assessment crew a chunk of cases; finished answers are stored as they come."""
    with stage_part(context):
        return crews_stage.answer_cases(store, crews, tenant_of(context), run_of(context), cases)


@dg.op(retry_policy=RETRY)
def settle_recommendations(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    clock: dg.ResourceParam[Clock],
    drafted: list[int],
    answers: list[list[dict[str, Any]]],
) -> StageResult:
    """Join policy, crews and what people decided into one disposition for each application."""
    tenant, today = tenant_of(context), clock.today()
    asked = [answer for chunk in answers for answer in chunk]
    with stage_part(context):
        estate = kept_estate(store, tenant, today)
        earlier = answers_on_file(store, crews.model, tenant, estate, [answer["subject"] for answer in asked])
        drafts = store.read(tenant, RecommendationDraft, columns=KEPT)
        return strategy.settle_portfolio(store, tenant, run_of(context), drafts, [*asked, *earlier], today)


@dg.op(out=DONE, retry_policy=RETRY)
def publish_recommendations(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], settled: StageResult
) -> dg.Output[None]:
    """Register new applications as partitions and report the new and changed ones in one batch."""
    return stage_output(
        context,
        publish_applications,
        context.instance,
        store,
        tenant_of(context),
        context.run_id,
        context.job_name,
        settled,
    )


@dg.op(ins=after("recommendations", "dependencies", "application_recommendation"), out=DONE, retry_policy=RETRY)
def plan_waves(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Plan the waves so that nothing moves before what it needs, within what the tenant declared."""
    return stage_output(context, waves.plan_migration_waves, store, tenant_of(context), run_of(context))


@dg.op(ins=after("migration_waves", "platform_assessment"), out=DONE, retry_policy=RETRY)
def write_report(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], files: dg.ResourceParam[TenantFiles]
) -> dg.Output[None]:
    """Write the HTML and the XLSX report."""
    tenant = tenant_of(context)
    with translated():
        method = strategy_method(store, tenant)
    return stage_output(
        context, reporting.write_reports, store, files, tenant, run_of(context), datetime.now(UTC), method
    )
