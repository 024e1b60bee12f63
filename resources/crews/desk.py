"""Setting an agent's desk: the tenant's tables without a tenant argument, and what other rooms compute for tools."""

from datetime import date

from aidiscover_pipelines.attributes.flags import invalid
from aidiscover_pipelines.attributes.gaps import gaps
from aidiscover_pipelines.attributes.quality import quality
from aidiscover_pipelines.crews.tools import Desk, Recall, RoomFunctions, TenantView
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.mapping.matching import match_columns
from aidiscover_pipelines.patterns.similarity import alike
from aidiscover_pipelines.patterns.standing import standing_out
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.tiers.access import assessed_tier

ROOMS = RoomFunctions(
    alike=alike,
    standing_out=standing_out,
    gaps=gaps,
    quality=quality,
    invalid=invalid,
    match_columns=match_columns,
)


def set_desk(
    case: CaseFile,
    store: PortfolioStore,
    *,
    today: date,
    remote: bool,
    recall: Recall | None = None,
    tier: int | None = None,
) -> Desk:
    """The desk of one kickoff: tools see the tenant of the case and no other, and what its tier permits.

    The tier is looked up where it is not given.
    """
    tier = assessed_tier(store, case.tenant) if tier is None else tier
    return Desk(case, TenantView(store, case.tenant), ROOMS, recall, remote, today, tier)
