"""Partitions of the asset graph and what an op needs to know of the one it works on.

Tenants are one dimension, applications (`tenant/application`) another definition of its own: a multi-partition would be
a cross product of mostly meaningless keys (docs/adr/0002).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId, split_partition_key, tenant_id

TENANTS = dg.DynamicPartitionsDefinition(name="tenant")
APPLICATIONS = dg.DynamicPartitionsDefinition(name="application")

# Draws the lineage edge between the two kinds without marking every tenant's applications stale whenever one tenant is
# materialised; a mapping class of our own would never reach the webserver.
DRAWN_EDGE = dg.SpecificPartitionsPartitionMapping([])

PARTITION_TAG = "dagster/partition"
# The run queue lets one run at a time of each tenant through, whichever of the two kinds of key it has.
TENANT_TAG = "aidiscover/tenant"
# Higher first; runs of one priority start in the order in which they were asked for.
PRIORITY_TAG = "dagster/priority"


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What to report of one partition: its data version and the metadata a person wants first.

    The metadata of all partitions of an asset have the same names and types.
    """

    key: str
    version: str
    metadata: Mapping[str, str | int | float]


def after(*upstream: str) -> dict[str, dg.In]:
    """Inputs that make an op wait and hand over nothing, named by what it waits for.

    One input each: a list into a single input cannot be combined with blocking checks on its members.
    """
    return {name: dg.In(dg.Nothing) for name in upstream}


def tenant_of(context: dg.OpExecutionContext) -> TenantId:
    """Tenant of the run's partition, whichever of the two kinds it is."""
    return (
        split_partition_key(context.partition_key)[0]
        if "/" in context.partition_key
        else tenant_id(context.partition_key)
    )


def application_of(context: dg.OpExecutionContext) -> ApplicationId:
    """Application of the run's partition. Raises: ConfigError on a tenant's partition."""
    return split_partition_key(context.partition_key)[1]


def run_of(context: dg.OpExecutionContext) -> RunRef:
    """The writer that the store fences by: a run created later wins, then a later attempt at the step."""
    record = context.instance.get_run_record_by_id(context.run_id)
    created = record.create_timestamp if record else datetime.now(UTC)
    return RunRef(context.run_id, created.replace(tzinfo=created.tzinfo or UTC), context.retry_number)
