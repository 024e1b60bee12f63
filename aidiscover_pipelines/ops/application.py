"""Ops of one application, looked at alone and in depth; they write the same tables as the bulk run."""

from dataclasses import replace

import dagster as dg

from aidiscover_pipelines.attributes import stage as attributes
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import Application, Recommendation
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.ops.application_events import attribute_states, recommendation_states
from aidiscover_pipelines.ops.assessments import ask_about_disposition
from aidiscover_pipelines.ops.failures import RETRY
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import PartitionState, after, application_of, run_of, tenant_of
from aidiscover_pipelines.ops.pools import MODELS
from aidiscover_pipelines.ops.reviews import apply_reviews, ask_about_application
from aidiscover_pipelines.ports import Clock, CrewRunner, PortfolioStore
from aidiscover_pipelines.strategy import stage as strategy
from aidiscover_pipelines.technology import stage as technology


@dg.op(ins=after("refreshed"), out=DONE, retry_policy=RETRY, pool=MODELS)
def examine_application(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    clock: dg.ResourceParam[Clock],
) -> dg.Output[None]:
    """Judge the 22 attributes of one application and let the discovery crew word the open questions."""
    tenant, application = tenant_of(context), application_of(context)
    output = stage_output(context, examine, store, crews, clock, tenant, run_of(context), application)
    return _versioned(output, attribute_states(store, tenant, application_id=application))


@dg.op(ins=after("application_attributes", "recommendations"), out=DONE, retry_policy=RETRY, pool=MODELS)
def decide_application(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    clock: dg.ResourceParam[Clock],
) -> dg.Output[None]:
    """Draft, ask the assessment crew about this one application, and settle its disposition."""
    tenant, application = tenant_of(context), application_of(context)
    output = stage_output(context, reassess, store, crews, clock, tenant, run_of(context), application)
    return _versioned(output, recommendation_states(store, tenant, application_id=application))


def examine(
    store: PortfolioStore,
    crews: CrewRunner,
    clock: Clock,
    tenant: TenantId,
    run: RunRef,
    application: ApplicationId,
) -> StageResult:
    """Facts, 22 attributes and questions of one application. Raises: ConfigError when the inventory lacks it."""
    _check_known(store, tenant, application)
    technology.name_technologies(store, tenant, run, clock.today(), application)
    result = attributes.validate_attributes(store, tenant, run, clock.today(), application)
    reviewed = apply_reviews(store, tenant, run, ask_about_application(store, crews, tenant, run, application))
    return replace(
        result,
        skipped={**result.skipped, **reviewed.skipped},
        figures={**result.figures, **reviewed.figures},
        tables={**result.tables, "Values judged or proposed": reviewed.preview},
    )


def reassess(
    store: PortfolioStore,
    crews: CrewRunner,
    clock: Clock,
    tenant: TenantId,
    run: RunRef,
    application: ApplicationId,
) -> StageResult:
    """Disposition of one application, as a bulk run whose budget suffices; what a person holds is asked of nobody.

    Raises: ConfigError when the inventory lacks it.
    """
    _check_known(store, tenant, application)
    today = clock.today()
    drafts, answers = ask_about_disposition(store, crews, tenant, run, today, application)
    strategy.settle_portfolio(store, tenant, run, drafts, answers, today, application)
    return disposition_of(store, tenant, application)


def disposition_of(store: PortfolioStore, tenant: TenantId, application: ApplicationId) -> StageResult:
    """The stored disposition of one application as what a person wants to see of it first."""
    row = store.read(tenant, Recommendation, application_id=application).iloc[0]
    shown = ("strategy", "score", "allowed")
    return StageResult(
        rows_in=1,
        rows_out=1,
        preview=[{name: entry[name] for name in shown} for entry in row["ranking"]],
        figures={
            "strategy": str(row["strategy"]),
            "confidence": float(row["confidence"]),
            "decided by": str(row["decided_by"]),
            "risk": str(row["risk"]),
            "priority": int(row["priority"]),
        },
        charts={"Score by strategy": {entry["strategy"]: float(entry["score"]) for entry in row["ranking"]}},
    )


def _check_known(store: PortfolioStore, tenant: TenantId, application: ApplicationId) -> None:
    if store.read(tenant, Application, columns=["application_id"], application_id=application).empty:
        raise ConfigError(
            f"cannot examine application {application!r} of tenant {tenant!r}: the inventory does not have it; "
            f"upload a file that names it, then run 'aidiscover discover --tenant {tenant}'"
        )


def _versioned(output: dg.Output[None], states: list[PartitionState]) -> dg.Output[None]:
    return dg.Output(None, metadata=output.metadata, data_version=dg.DataVersion(states[0].version))
