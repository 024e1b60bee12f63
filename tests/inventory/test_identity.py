"""What people say about identity: later runs respect it, also for new uploads, until it is withdrawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, Asset, CleansedCell, DataFlag, EntityValue, IdentityDecision
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.resolution.identity import decision_rows, forced
from aidiscover_pipelines.inventory.resolution.identity_decisions import (
    list_decisions,
    merge_entities,
    split_entity,
    undo_decisions,
)
from aidiscover_pipelines.inventory.stage import build_applications, build_inventory
from resources.scratch_store import ScratchStore
from tests.inventory.asset_rows import UUID, Rows, asset_cells

TENANT = tenant_id("acme")
START = datetime(2026, 11, 1, tzinfo=UTC)
ASSET, APPLICATION = EntityKind.ASSET, EntityKind.APPLICATION


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore(Tenant(TENANT, "Acme"))


def run(store: ScratchStore, *rows: Rows, number: int = 1) -> dict[str, str]:
    """Resolve these cells; name of each asset and application -> its id."""
    run_ref = RunRef(f"r{number}", started_at=START + timedelta(days=number))
    cells = asset_cells(*rows).assign(rule="")
    cells.loc[cells["field"].str.startswith("application"), "entity"] = "application"
    store.replace(TENANT, run_ref, {CleansedCell: cells})
    build_inventory(store, TENANT, run_ref)
    build_applications(store, TENANT, run_ref)
    assets, applications = store.read(TENANT, Asset), store.read(TENANT, Application)
    ids = dict(zip(assets["name"], assets["asset_id"], strict=True))
    return ids | dict(zip(applications["name"], applications["application_id"], strict=True))


def test_two_assets_that_a_person_merged_stay_one_in_a_new_upload(store: ScratchStore) -> None:
    rows = [("a.1.2", {"asset_name": "mail", "serial_number": "S-1111"}), ("b.1.2", {"asset_name": "exchange-01"})]
    ids = run(store, *rows)
    merge_entities(store, TENANT, ASSET, [ids["mail"], ids["exchange-01"]], "moved", "eve")
    run(store, ("x.1.9", rows[0][1]), ("y.2.4", rows[1][1]), number=2)
    asset = store.read(TENANT, Asset).iloc[0]
    assert (len(store.read(TENANT, Asset)), asset["records"], asset["matched_by"]) == (1, 2, "person")
    decision = list_decisions(store, TENANT)[0]
    assert (decision["verdict"], decision["reason"], decision["by"], decision["overruled"]) == (
        "same",
        "moved",
        "eve",
        False,
    )


def test_rows_that_a_person_split_stay_two_in_a_new_upload_until_it_is_undone(store: ScratchStore) -> None:
    rows = [
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "ip_address": "10.0.0.1"}),
        ("b.1.2", {"asset_name": "web01-new", "asset_id": UUID, "ip_address": "10.0.0.1"}),
    ]
    ids = run(store, *rows)
    only = next(iter(ids.values()))
    decision = split_entity(store, TENANT, ASSET, only, ["b.1.2"], "copied", "eve")[0]
    assert decision["left_keys"] == ["name:web01-new"] and decision["right_keys"] == ["name:web01"]
    run(store, ("x.3.2", rows[1][1]), ("y.1.5", rows[0][1]), number=2)
    assert len(store.read(TENANT, Asset)) == 2
    undo_decisions(store, TENANT, [decision["decision_id"]])
    run(store, *rows, number=3)
    assert len(store.read(TENANT, Asset)) == 1 and list_decisions(store, TENANT) == []


def test_a_split_holds_although_a_third_record_fits_both(store: ScratchStore) -> None:
    rows = [
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "mac_address": "00:50:56:00:00:01"}),
        ("b.1.2", {"asset_name": "web01-new", "asset_id": UUID, "mac_address": "00:50:56:00:00:01"}),
        ("c.1.2", {"asset_id": UUID, "mac_address": "00:50:56:00:00:01"}),
    ]
    ids = run(store, *rows)
    split_entity(store, TENANT, ASSET, next(iter(ids.values())), ["b.1.2"], "", "eve")
    run(store, *rows, number=2)
    values = store.read(TENANT, EntityValue, field="asset_name")
    assert values.set_index("value")["entity_id"].nunique() == 2


def test_of_contradicting_decisions_the_later_wins_and_it_is_said(store: ScratchStore) -> None:
    rows = [
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "ip_address": "10.0.0.1"}),
        ("b.1.2", {"asset_name": "web01-new", "asset_id": UUID, "ip_address": "10.0.0.1"}),
    ]
    ids = run(store, *rows)
    first = split_entity(store, TENANT, ASSET, next(iter(ids.values())), ["b.1.2"], "", "eve")[0]
    ids = run(store, *rows, number=2)
    second = merge_entities(store, TENANT, ASSET, [ids["web01"], ids["web01-new"]], "", "ann")[0]
    assert second["overrules"] == [first["decision_id"]]
    run(store, *rows, number=3)
    assert len(store.read(TENANT, Asset)) == 1
    flagged = store.read(TENANT, DataFlag, problem="contradictory decisions")
    assert flagged["value"].tolist() == [first["decision_id"]]
    assert [row["overruled"] for row in list_decisions(store, TENANT)] == [False, True]


def test_what_no_key_tells_apart_is_refused_in_one_line(store: ScratchStore) -> None:
    twin = {"asset_name": "web", "location": "Berlin"}
    rows = [
        ("a.1.2", {"asset_id": "vm-1", **twin}),
        ("a.1.3", {"asset_id": "vm-2", **twin}),
        ("b.1.2", twin),
        ("c.1.2", {"asset_name": "mail"}),
        ("d.1.2", {"asset_name": "mail"}),
    ]
    ids = run(store, *rows)
    with pytest.raises(ConfigError, match=r"^cannot split .*no id, name or hardware key tells these rows") as refused:
        split_entity(store, TENANT, ASSET, ids["mail"], ["d.1.2"], "", "eve")
    assert "\n" not in str(refused.value)
    lonely = store.read(TENANT, EntityValue, evidence_id="b.1.2.1")["entity_id"].iloc[0]
    with pytest.raises(ConfigError, match=r"^cannot merge .*no id, name or hardware key tells"):
        merge_entities(store, TENANT, ASSET, [ids["mail"], lonely], "", "eve")
    assert store.read(TENANT, IdentityDecision).empty


@pytest.mark.parametrize(
    ("ids", "message"),
    [(["nope", "mail"], "no asset 'nope'"), (["mail"], "two assets"), (["mail", "mail"], "two assets")],
)
def test_an_unknown_id_or_one_alone_is_refused(store: ScratchStore, ids: list[str], message: str) -> None:
    known = run(store, ("a.1.2", {"asset_name": "mail"}))
    with pytest.raises(ConfigError, match=message):
        merge_entities(store, TENANT, ASSET, [known.get(one, one) for one in ids], "", "eve")


def test_an_unknown_row_decision_or_tenant_is_refused(store: ScratchStore) -> None:
    known = run(store, ("a.1.2", {"asset_name": "mail"}))
    with pytest.raises(ConfigError, match=r"'a.1.9' is no row of it; its rows are a.1.2"):
        split_entity(store, TENANT, ASSET, known["mail"], ["a.1.9"], "", "eve")
    with pytest.raises(ConfigError, match="no decision 'x'"):
        undo_decisions(store, TENANT, ["x"])
    with pytest.raises(UnknownTenant):
        list_decisions(store, tenant_id("nobody"))


def test_applications_are_merged_and_split_likewise(store: ScratchStore) -> None:
    rows = [
        ("a.1.2", {"application_name": "Billing", "application_id": "APP1"}),
        ("b.1.2", {"application_name": "Invoicing"}),
        ("c.1.2", {"application_name": "Web Shop"}),
        ("d.1.2", {"application_name": "Web Shop (Prod)"}),
    ]
    ids = run(store, *rows)
    assert "Web Shop" not in ids or "Web Shop (Prod)" not in ids
    merge_entities(store, TENANT, APPLICATION, [ids["Billing"], ids["Invoicing"]], "", "eve")
    shop = next(identity for name, identity in ids.items() if name.startswith("Web Shop"))
    split_entity(store, TENANT, APPLICATION, shop, ["d.1.2"], "", "eve")
    names = run(store, *rows, number=2)
    assert {"Web Shop", "Web Shop (Prod)"} <= set(names)
    assert len({"Billing", "Invoicing"} & set(names)) == 1
    merged = store.read(TENANT, Application, matched_by="person")
    assert merged["records"].tolist() == [2] and merged["confidence"].notna().all()


def decision(number: int, verdict: str, left: str, right: str) -> dict[str, Any]:
    return {
        "decision_id": f"d{number}",
        "entity": "asset",
        "verdict": verdict,
        "left_keys": [left],
        "right_keys": [right],
        "left_name": "",
        "right_name": "",
        "reason": "",
        "by": "eve",
        "at": START + timedelta(hours=number),
    }


def test_a_chain_of_decisions_never_joins_what_a_later_one_keeps_apart() -> None:
    keys = pd.DataFrame({"entry": [0, 1, 2], "kind": "name", "value": ["a", "b", "c"]})
    said = decision_rows(
        decision(1, "same", "name:a", "name:b"),
        decision(2, "same", "name:b", "name:c"),
        decision(3, "different", "name:a", "name:c"),
    )
    settled = forced(said, keys, ASSET)
    assert settled.overruled == ["d1"]
    assert (settled.joined[0].tolist(), settled.joined[1].tolist()) == ([1], [2])
    assert (settled.apart[0].tolist(), settled.apart[1].tolist()) == ([0], [2])


def test_a_decision_about_what_is_gone_means_nothing_and_does_no_harm() -> None:
    keys = pd.DataFrame({"entry": [0], "kind": ["name"], "value": ["a"]})
    settled = forced(decision_rows(decision(1, "same", "name:a", "name:gone")), keys, ASSET)
    assert len(settled.joined[0]) == len(settled.apart[0]) == 0 and settled.overruled == []


def test_the_strongest_kind_that_both_have_says_whom_a_decision_means() -> None:
    """An entry of that name with another UUID is another machine."""
    keys = pd.DataFrame(
        {
            "entry": [0, 0, 1, 1, 2],
            "kind": ["uuid", "name", "uuid", "name", "name"],
            "value": ["u1", "web", "u2", "web", "x"],
        }
    )
    row = decision(1, "same", "name:x", "") | {"right_keys": ["uuid:u1", "name:web"]}
    settled = forced(decision_rows(row), keys, ASSET)
    assert sorted([settled.joined[0].tolist(), settled.joined[1].tolist()]) == [[0], [2]]
