"""Registers a tenant's applications as partitions and reports what a bulk run did for each of them."""

from dataclasses import replace
from typing import Any

import dagster as dg
import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import AttributeValue, Recommendation
from aidiscover_pipelines.domain.tenancy import TenantId, partition_key
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES
from aidiscover_pipelines.ops.partitions import APPLICATIONS, PartitionState
from aidiscover_pipelines.ports import PortfolioStore


def publish_applications(
    instance: dg.DagsterInstance,
    store: PortfolioStore,
    tenant: TenantId,
    run_id: str,
    job_name: str,
    settled: StageResult,
) -> StageResult:
    """Register new application keys and report each new or changed application; counts of both join the figures."""
    # Half a second: it brings SQLAlchemy and Alembic, which definitions load without.
    from aidiscover_pipelines.ops.event_batches import add_partitions, report_changed

    recommendations = recommendation_states(store, tenant)
    attributes = attribute_states(store, tenant)
    registered = add_partitions(instance, str(APPLICATIONS.name), [state.key for state in recommendations])
    reported = sum(
        report_changed(instance, dg.AssetKey(asset), states, run_id, job_name)
        for asset, states in (("application_attributes", attributes), ("application_recommendation", recommendations))
    )
    published = {"applications registered": registered, "application materialisations reported": reported}
    return replace(settled, figures={**settled.figures, **published})


def recommendation_states(store: PortfolioStore, tenant: TenantId, **where: Any) -> list[PartitionState]:
    """State of each application's recommendation; the digest that strategy computed is the data version."""
    columns = ["application_id", "digest", "strategy", "confidence", "decided_by", "risk"]
    frame = store.read(tenant, Recommendation, columns=columns, **where)
    return [
        PartitionState(
            partition_key(tenant, application),
            digest,
            {"strategy": strategy, "confidence": float(confidence), "decided by": decided_by, "risk": risk},
        )
        for application, digest, strategy, confidence, decided_by, risk in frame.itertuples(index=False)
    ]


def attribute_states(store: PortfolioStore, tenant: TenantId, **where: Any) -> list[PartitionState]:
    """State of each application's 22 attributes; the data version is a hash over state, value and quality.

    Hashes of rows are added up, so that the order of an application's rows does not matter.
    """
    columns = ["application_id", "attribute", "state", "value", "quality"]
    frame = store.read(tenant, AttributeValue, columns=columns, coded=columns[:4], **where)
    codes, qualities = pd.factorize(frame["quality"])
    told = frame.assign(quality=pd.Categorical.from_codes(codes, pd.Index(qualities).astype("str")))
    hashed = frame.assign(hash=pd.util.hash_pandas_object(told, index=False), filled=~frame["state"].isin(OPEN_STATES))
    grouped = hashed.groupby("application_id", observed=True, sort=False)
    states = grouped.agg(hash=("hash", "sum"), filled=("filled", "sum"), of=("hash", "size"))
    return [
        PartitionState(
            partition_key(tenant, application), f"{number:016x}", {"attributes filled": int(filled), "of": int(of)}
        )
        for application, number, filled, of in states.itertuples()
    ]
