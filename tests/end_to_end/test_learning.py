"""What a person says before or after a discovery is what the next one does."""

import pytest

from aidiscover_pipelines.domain.tables import FieldMapping
from aidiscover_pipelines.domain.tenancy import tenant_id

INVENTORY = "Server Name,Kram,Verantw.\nsrv01,10.0.0.1,Ann Lee\nsrv02,10.0.0.2,Bo Chen\n"


@pytest.mark.slow
def test_a_correction_is_used_by_the_next_discovery_of_that_tenant_alone(command_line, store, tmp_path):
    inventory = tmp_path / "inventory_2026-03-01.csv"
    inventory.write_text(INVENTORY, encoding="utf-8")
    for name in ("learner", "stranger"):
        command_line.json("tenant", "add", name)
        command_line.json("ingest", "--tenant", name, inventory)
    command_line.json("correct", "--tenant", "learner", "--header", "Kram", "--field", "ip_address", "--by", "ann")
    for name in ("learner", "stranger"):
        assert command_line.json("discover", "--tenant", name)["status"] == "succeeded"
    learned = store.read(tenant_id("learner"), FieldMapping).set_index("header").loc["Kram"]
    assert (learned["field"], learned["decision"]) == ("ip_address", "accept")
    assert learned["reason"].startswith("corrected by ann on ")
    other = store.read(tenant_id("stranger"), FieldMapping).set_index("header").loc["Kram"]
    assert "ann" not in other["reason"]
    assert command_line.json("corrections", "list", "--tenant", "stranger")["corrections"] == []
