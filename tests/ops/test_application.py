"""One application alone: what cannot be looked at is refused in one line, before a crew is asked or a row written."""

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, Tenant, tenant_id
from aidiscover_pipelines.ops.application import examine, reassess
from resources.catalogue import SystemClock
from resources.crews.open import open_runner
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")


@pytest.mark.parametrize("look", [examine, reassess])
def test_an_application_that_the_inventory_lacks_is_refused_with_what_to_do(look, monkeypatch, tmp_path):
    monkeypatch.setenv("AIDISCOVER_HOME", str(tmp_path))
    store = ScratchStore(Tenant(ACME, "Acme"))
    runner = open_runner(Settings.from_environment(), store)
    with pytest.raises(ConfigError, match=r"cannot examine application 'no-such'.*aidiscover discover --tenant acme"):
        look(store, runner, SystemClock(), ACME, RunRef("r1"), ApplicationId("no-such"))
