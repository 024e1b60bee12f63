"""Ops of the intake: uploads to files, rows, mapped columns and cleansed cells; cloud accounts to cells."""

from dataclasses import replace
from typing import Any

import dagster as dg
from pydantic import Field

from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.discovery.case import mapping_cases
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import FieldMapping
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ingest import stage as ingest
from aidiscover_pipelines.ingest.changes import compare_uploads
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.inventory.cloud_scan import record_cloud_scan
from aidiscover_pipelines.mapping import stage as mapping
from aidiscover_pipelines.mapping.fields import warming_up
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ops.pools import CLOUDS, MODELS
from aidiscover_pipelines.ports import CloudInventory, CrewRunner, PortfolioStore, TenantFiles
from aidiscover_pipelines.tiers.access import why_not_scanned

# Tags of Dagster on runs that nobody started by hand.


@dg.op(out=DONE, retry_policy=RETRY)
def receive_uploads(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], files: dg.ResourceParam[TenantFiles]
) -> dg.Output[None]:
    """Register every settled upload by content hash; put aside what cannot be used."""
    return stage_output(context, ingest.receive_uploads, store, files, tenant_of(context), run_of(context))


@dg.op(ins=after("source_files"), out=DONE, retry_policy=RETRY)
def read_records(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], files: dg.ResourceParam[TenantFiles]
) -> dg.Output[None]:
    """Parse every accepted file in a limited child process into rows as received."""
    with warming_up():  # the next op needs it, and this one mostly waits
        return stage_output(context, ingest.read_records, store, files, tenant_of(context), run_of(context))


@dg.op(ins=after("source_records"), out=DONE, retry_policy=RETRY)
def map_fields(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Map every source column to a canonical field, with a confidence."""
    return stage_output(context, mapping.map_fields, store, tenant_of(context), run_of(context))


@dg.op(ins=after("mapped"), retry_policy=RETRY, pool=MODELS)
def ask_about_mappings(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], crews: dg.ResourceParam[CrewRunner]
) -> list[dict[str, Any]]:
    """Give the discovery crew one case for each source with doubtful columns."""
    tenant = tenant_of(context)
    with translated():
        cases = mapping_cases(tenant, store.read(tenant, FieldMapping))
        return crews_stage.answer_cases(store, crews, tenant, run_of(context), cases)


@dg.op(out=DONE, retry_policy=RETRY)
def settle_mappings(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], answers: list[dict[str, Any]]
) -> dg.Output[None]:
    """Apply the crew's answers to columns in review, within their alternatives."""
    decided = [mapping for answer in answers for mapping in answer["answer"].get("mappings", ())]
    return stage_output(context, mapping.settle_mappings, store, tenant_of(context), run_of(context), decided)


@dg.op(ins=after("source_records", "field_mappings"), out=DONE, retry_policy=RETRY)
def cleanse_records(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], files: dg.ResourceParam[TenantFiles]
) -> dg.Output[None]:
    """Normalise every mapped cell, the original beside it; say what changed since the upload before."""
    return stage_output(context, cleanse_and_compare, store, files, tenant_of(context), run_of(context))


def cleanse_and_compare(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """The result of cleansing, and what new uploads of known sources changed: only now is it known what a row is."""
    compared = compare_uploads(store, files, tenant, run)
    cleansed = inventory.cleanse_records(store, tenant, run)
    return replace(
        cleansed,
        figures={**cleansed.figures, **compared.figures},
        tables={**cleansed.tables, **compared.tables},
        charts={**cleansed.charts, **compared.charts},
    )


class CloudsToScan(dg.Config):
    """Which clouds; none named means all that the tenant is connected to."""

    clouds: list[str] = Field(default_factory=list)


@dg.op(out=DONE, retry_policy=RETRY, pool=CLOUDS)
def scan_clouds(
    context: dg.OpExecutionContext,
    config: CloudsToScan,
    store: dg.ResourceParam[PortfolioStore],
    clouds: dg.ResourceParam[CloudInventory],
) -> dg.Output[None]:
    """Read the tenant's cloud accounts; what could not be reached becomes a coverage gap."""
    return stage_output(
        context, scan_where_permitted, store, clouds, tenant_of(context), run_of(context), tuple(config.clouds)
    )


def scan_where_permitted(
    store: PortfolioStore,
    clouds: CloudInventory,
    tenant: TenantId,
    run: RunRef,
    named: tuple[str, ...],
) -> StageResult:
    """A scan, unless the tenant is air-gapped: then what is stored stays, and the result says why."""
    if why := why_not_scanned(store, tenant):
        return StageResult(rows_in=0, rows_out=0, skipped={why: 1})
    return record_cloud_scan(store, clouds, tenant, run, named)
