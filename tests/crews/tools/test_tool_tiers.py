"""An automation tier decides which tools an agent is given, and which ways of collecting they show."""

import pytest

from aidiscover_pipelines.crews.tools import TOOLS, Desk, TenantView
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.errors import ForbiddenTool
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.crews.desk import ROOMS
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
MODES = ("api", "realtime", "file", "limited")
ACCESS = ("cloud_scanner", "credential_validator", "api_endpoint_validator", "capability_assessor")


def desk_in(tier):
    store = ScratchStore(Tenant(ACME, "Acme"))
    case = CaseFile(ACME, "own_crew", "tenant", {}, {}, "digest")
    return Desk(case, TenantView(store, ACME), ROOMS, tier=tier)


@pytest.mark.parametrize(("tier", "offered"), [(1, 4), (2, 4), (3, 3), (4, 1)])
def test_tools_over_accounts_are_offered_where_accounts_may_answer(tier, offered):
    names = [name for name in ACCESS if TOOLS[name].is_offered(desk_in(tier))]
    assert names == list(ACCESS[4 - offered :])


@pytest.mark.parametrize(
    ("tier", "permitted"),
    [(1, MODES), (2, ("api", "file", "limited")), (3, ("file", "limited")), (4, ("limited",))],
)
def test_the_collector_keeps_to_what_the_tier_permits(tier, permitted):
    desk = desk_in(tier)
    for mode in permitted:
        assert TOOLS["data_collector"].read(desk, {"mode": mode})["about"]["mode"] == mode
    for mode in set(MODES) - set(permitted):
        with pytest.raises(ForbiddenTool, match=f"automation tier {tier} permits {', '.join(permitted)} only"):
            TOOLS["data_collector"].read(desk, {"mode": mode})
