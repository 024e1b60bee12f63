"""Drafts as they are kept between runs: an application is drafted anew only where what its draft rests on differs."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.edition import edition
from aidiscover_pipelines.domain.tables import (
    Application,
    ClusterMember,
    Recommendation,
    RecommendationDraft,
    StageDigest,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.draft import DRAFT_EXTRAS
from aidiscover_pipelines.strategy.policy.tenant import policy_in_force
from aidiscover_pipelines.strategy.stage import draft_portfolio

KEPT = [*Recommendation.columns(), *DRAFT_EXTRAS]
"""Columns of drafts, kept or fresh."""
DRAFTED_AT_ONCE = 5_000
"""Applications whose facts and drafts are held in memory together."""

# The stage whose digest of an application stands for its facts and the states of its attributes.
_JUDGED = "attributes"


def refresh_drafts(
    store: PortfolioStore, tenant: TenantId, run: RunRef, today: date, applications: Sequence[str] | None = None
) -> int:
    """Draft every application, or some, of which something differs since it last was; how many.

    What is kept of applications that are no more goes. Drafts come out equal, however many are made at once.
    """
    scope: dict[str, Any] = {} if applications is None else {"application_id": list(applications)}
    now = _inputs(store, tenant, today, scope)
    held = store.read(tenant, RecommendationDraft, columns=["application_id", "inputs"], **scope)
    before = held.set_index("application_id")["inputs"]
    stale = now.index[now.eq("") | now.ne(before.reindex(now.index))].tolist()

    def drafted() -> Iterator[tuple[type[RecommendationDraft], pd.DataFrame]]:
        for start in range(0, len(stale), DRAFTED_AT_ONCE):
            drafts = draft_portfolio(store, tenant, today, stale[start : start + DRAFTED_AT_ONCE])
            yield RecommendationDraft, drafts.assign(inputs=drafts["application_id"].map(now))

    written = [*stale, *before.index.difference(now.index)]
    store.replace_in_parts(tenant, run, [RecommendationDraft], drafted(), application_id=written)
    return len(stale)


def _inputs(store: PortfolioStore, tenant: TenantId, today: date, scope: Mapping[str, Any]) -> "pd.Series[str]":
    """Digest of all that the draft of each application in scope is made from, by application_id in order.

    Empty where a crew judged its attributes: nobody keeps a digest of what they are then.
    """
    declared = policy_in_force(store, tenant).overlay.document
    common = hashlib.sha256(repr((edition("strategy", "domain"), today.isoformat(), declared)).encode()).hexdigest()
    told = store.read(tenant, Application, columns=["application_id", "name"], **scope)
    for frame in (
        store.read(tenant, StageDigest, columns=["application_id", "digest"], stage=_JUDGED, **scope),
        store.read(tenant, ClusterMember, columns=["application_id", "cluster_id", "anomaly"], **scope),
    ):
        told = told.merge(frame, on="application_id", how="left")
    told = told.sort_values("application_id", kind="stable")
    rows = zip(*(told[name].tolist() for name in ("digest", "name", "cluster_id", "anomaly")), strict=True)
    digests = [
        hashlib.sha256(f"{common}{row}".encode()).hexdigest()[:16] if isinstance(row[0], str) and row[0] else ""
        for row in rows
    ]
    return pd.Series(digests, index=pd.Index(told["application_id"], dtype=object), dtype="str")
