"""`identity` as a person and a script use it, on PostgreSQL."""

import uuid

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Asset, CleansedCell
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.inventory.stage import build_inventory
from tests.inventory.asset_rows import asset_cells


@pytest.fixture
def tenant(store) -> TenantId:
    """A tenant with two servers, one of them known to two files."""
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    rows = (
        ("a.1.2", {"asset_name": "mail", "serial_number": "S-1111", "mac_address": "00:50:56:00:00:01"}),
        ("b.1.2", {"asset_name": "mail-dr", "serial_number": "S-1111", "mac_address": "00:50:56:00:00:01"}),
        ("a.1.3", {"asset_name": "exchange"}),
    )
    store.upsert(fresh, RunRef("r0"), {CleansedCell: asset_cells(*rows).assign(rule="")})
    build_inventory(store, fresh, RunRef("r1"))
    return fresh


def test_that_nobody_has_said_anything_is_told(run, tenant):
    assert "nobody has said" in run("identity", "list", "--tenant", tenant)


def test_assets_are_merged_split_listed_and_undone(run, tenant, store) -> None:
    ids = store.read(tenant, Asset).set_index("records")["asset_id"]
    told = run(
        "identity", "merge", "--tenant", tenant, "--asset", ids[1], ids[2], "--reason", "moved [x]", "--by", "eve"
    )
    assert "are one" in told and f"next: aidiscover discover --tenant {tenant}" in told
    split = run("identity", "split", "--tenant", tenant, "--asset", ids[2], "--row", "b.1.2", "--json")["decisions"][0]
    assert (split["verdict"], split["left_keys"]) == ("different", ["name:mail-dr"])
    listed = run("identity", "list", "--tenant", tenant, "--json")["decisions"]
    assert {row["verdict"] for row in listed} == {"same", "different"}
    assert "moved [x]" in run("identity", "list", "--tenant", tenant)
    build_inventory(store, tenant, RunRef("r2"))
    assert sorted(store.read(tenant, Asset)["matched_by"]) == ["person", "single"]
    assert "undone" in run("identity", "undo", "--tenant", tenant, *(row["decision_id"] for row in listed))
    build_inventory(store, tenant, RunRef("r3"))
    assert sorted(store.read(tenant, Asset)["records"]) == [1, 2]


def test_what_is_not_known_is_one_clear_line(run, tenant) -> None:
    with pytest.raises(ConfigError, match="there is no asset 'x'"):
        run("identity", "merge", "--tenant", tenant, "--asset", "x", "y")
    with pytest.raises(ConfigError, match="give one id"):
        run("identity", "split", "--tenant", tenant, "--asset", "x", "--asset", "y", "--row", "a.1.2")
    with pytest.raises(ConfigError, match="identity list"):
        run("identity", "undo", "--tenant", tenant, "nope")
    for words in (("list",), ("merge", "--asset", "x", "y"), ("undo", "x")):
        with pytest.raises(UnknownTenant):
            run("identity", *words, "--tenant", "nobody")


def test_assets_and_applications_do_not_mix() -> None:
    words = ["identity", "merge", "--tenant", "x", "--asset", "a", "--application", "b"]
    assert CliRunner().invoke(cli, words).exit_code == 2
