"""What is known since when, what is gone, and ids that outlive a further source; all through the store."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.attributes.stage import validate_attributes
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    TABLES,
    Application,
    Asset,
    EntityPresence,
    FieldMapping,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.digests import value_digests
from aidiscover_pipelines.inventory.presence import entity_presences
from aidiscover_pipelines.inventory.stable_ids import matching_ids
from aidiscover_pipelines.inventory.stage import (
    build_applications,
    build_dependencies,
    build_inventory,
    cleanse_records,
)
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
START = datetime(2026, 1, 1, tzinfo=UTC)
# file -> (entity, field by column, rows)
Sheets = dict[str, tuple[str, list[str], list[list[str]]]]

CMDB = ["asset_name", "os_name", "cpu_cores", "application_name"]
WEB, DB = ["web01", "Windows Server 2019", "4", "Shop"], ["db01", "Debian 12", "8", "Shop"]


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore(Tenant(ACME, "Acme"))


def discover(store: ScratchStore, sheets: Sheets, day: int = 0) -> tuple[StageResult, StageResult]:
    """Put the sheets in place of all others and take them to dependencies; results of inventory and applications."""
    run = RunRef(f"day {day}", START + timedelta(days=day))
    frames: dict[Any, list[dict[str, Any]]] = {SourceFile: [], SourceSheet: [], SourceRecord: [], FieldMapping: []}
    for file_id, (entity, fields, rows) in sheets.items():
        sheet = {"file_id": file_id, "sheet_index": 1, "sheet": file_id}
        file = {"file_id": file_id, "name": f"{file_id}.csv", "sha256": "", "bytes": 1, "format": "csv", "reason": ""}
        frames[SourceFile].append(file | {"status": "accepted", "received_at": START, "warnings": []})
        frames[SourceSheet].append(sheet | {"header_row": 1, "headers": fields, "rows": len(rows), "hidden": False})
        for number, cells in enumerate(rows, start=2):
            record = {"record_id": f"{file_id}.1.{number}", "file_id": file_id, "sheet_index": 1}
            frames[SourceRecord].append(record | {"row": number, "cells": cells})
        for column, field in enumerate(fields, start=1):
            mapped = {"entity": entity, "column_index": column, "header": field, "field": field, "decision": "accept"}
            mapped |= {"unit": None, "statistic": None, "confidence": 1.0, "alternatives": [], "reason": ""}
            frames[FieldMapping].append(sheet | mapped)
    store.replace(ACME, run, {table: pd.DataFrame(rows, columns=table.columns()) for table, rows in frames.items()})
    cleanse_records(store, ACME, run)
    results = build_inventory(store, ACME, run), build_applications(store, ACME, run)
    build_dependencies(store, ACME, run)
    return results


def figures(result: StageResult) -> list[Any]:
    kind = "assets" if "assets_added" in result.figures else "applications"
    return [result.figures[f"{kind}_{word}"] for word in ("added", "changed", "unchanged", "gone", "reappeared")]


def presence(store: ScratchStore, name: str) -> dict[str, Any]:
    [row] = store.read(ACME, EntityPresence, name=name).to_dict("records")
    return {str(key): value for key, value in row.items()}


def ids(store: ScratchStore) -> dict[str, str]:
    assets = store.read(ACME, Asset)
    return dict(zip(assets["name"], assets["asset_id"], strict=True))


def test_everything_is_added_once_and_unchanged_afterwards(store: ScratchStore) -> None:
    sheets: Sheets = {"a": ("asset", CMDB, [WEB, DB])}
    assets, applications = discover(store, sheets)
    assert (figures(assets), figures(applications)) == ([2, 0, 0, 0, 0], [1, 0, 0, 0, 0])
    assets, applications = discover(store, sheets, day=1)
    assert (figures(assets), figures(applications)) == ([0, 0, 2, 0, 0], [0, 0, 1, 0, 0])
    known = presence(store, "web01")
    assert (known["state"], known["first_seen"], known["last_seen"]) == ("present", START, START + timedelta(days=1))
    assert pd.isna(known["gone_since"]) and known["last_known"] == {}


def test_a_changed_value_changes_the_digest_and_nothing_else(store: ScratchStore) -> None:
    discover(store, {"a": ("asset", CMDB, [WEB, DB])})
    before = presence(store, "web01"), presence(store, "db01")
    assets, _ = discover(store, {"b": ("asset", CMDB, [["web01", "Windows Server 2022", "4", "Shop"], DB])}, day=1)
    assert figures(assets) == [0, 1, 1, 0, 0]
    after = presence(store, "web01"), presence(store, "db01")
    assert before[0]["digest"] != after[0]["digest"] and before[1]["digest"] == after[1]["digest"]
    assert before[0]["entity_id"] == after[0]["entity_id"]


def test_what_is_gone_stays_with_what_was_last_known(store: ScratchStore) -> None:
    discover(store, {"a": ("asset", CMDB, [WEB, DB])})
    assets, _ = discover(store, {"b": ("asset", CMDB, [WEB])}, day=7)
    assert figures(assets) == [0, 0, 1, 1, 0]
    assert [line["name"] for line in assets.tables["assets gone since the run before"]] == ["db01"]
    gone = presence(store, "db01")
    assert (gone["state"], gone["last_seen"], gone["gone_since"]) == ("gone", START, START + timedelta(days=7))
    assert gone["last_known"]["asset_name"] == "db01" and gone["last_known"]["cpu_cores"] == "8"
    assert gone["sources"] == ["a"]
    assert list(ids(store)) == ["web01"]
    again, _ = discover(store, {"b": ("asset", CMDB, [WEB])}, day=8)
    assert figures(again) == [0, 0, 1, 0, 0]
    assert presence(store, "db01") == gone


def test_what_comes_back_is_the_same_thing_with_its_history(store: ScratchStore) -> None:
    discover(store, {"a": ("asset", CMDB, [WEB, DB])})
    first = ids(store)
    discover(store, {"b": ("asset", CMDB, [WEB])}, day=1)
    assets, _ = discover(store, {"a": ("asset", CMDB, [WEB, DB])}, day=2)
    assert figures(assets) == [0, 0, 1, 0, 1]
    back = presence(store, "db01")
    assert (back["state"], back["first_seen"], back["last_known"]) == ("reappeared", START, {})
    assert ids(store) == first


def test_an_empty_portfolio_marks_everything_gone(store: ScratchStore) -> None:
    discover(store, {"a": ("asset", CMDB, [WEB, DB])})
    assets, applications = discover(store, {}, day=1)
    assert (figures(assets), figures(applications)) == ([0, 0, 0, 2, 0], [0, 0, 0, 1, 0])
    assert set(store.read(ACME, EntityPresence)["state"]) == {"gone"}


def test_an_asset_keeps_its_id_when_a_further_source_knows_a_stronger_key(store: ScratchStore) -> None:
    cmdb = ("asset", CMDB, [WEB, DB])
    discover(store, {"a": cmdb})
    first = ids(store)
    uuid = "4223a1b2-7f10-4c7e-9d3b-5a6e8f901234"
    rvtools = ("asset", ["asset_name", "serial_number", "mac_address"], [["web01", uuid, "00:50:56:aa:bb:01"]])
    assets, _ = discover(store, {"a": cmdb, "r": rvtools}, day=1)
    assert ids(store) == first
    assert assets.figures["assets_added"] == assets.figures["assets_gone"] == 0
    discover(store, {"a": cmdb, "r": rvtools}, day=2)
    assert ids(store) == first


def test_an_asset_keeps_its_id_when_it_gets_another_name(store: ScratchStore) -> None:
    fields = ["asset_name", "serial_number"]
    discover(store, {"a": ("asset", fields, [["web01", "CZJ1234567"], ["db01", "CZJ7654321"]])})
    before = ids(store)
    discover(store, {"b": ("asset", fields, [["shop-web-01", "CZJ1234567"], ["db01", "CZJ7654321"]])}, day=1)
    assert ids(store) == {"shop-web-01": before["web01"], "db01": before["db01"]}


def test_a_new_machine_under_an_old_name_is_another_asset(store: ScratchStore) -> None:
    fields = ["asset_name", "serial_number"]
    discover(store, {"a": ("asset", fields, [["web01", "CZJ1234567"]])})
    before = ids(store)["web01"]
    assets, _ = discover(store, {"b": ("asset", fields, [["web01", "CZJ9999999"]])}, day=1)
    assert ids(store)["web01"] != before
    assert assets.figures["assets_with_another_id"] == 1
    assert [line["entity_id"] for line in assets.tables["assets of one name with another id"]] == [before]


def keys(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["entity_id", "kind", "value"])
    return frame.assign(rank=frame["kind"].map({"uuid": 0, "serial": 1, "mac": 2, "name": 3}))


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        ([("old", "name", "web")], [("new", "name", "web")], {"new": "old"}),
        ([("old", "name", "web")], [("new", "name", "mail")], {}),
        ([("a", "name", "web"), ("b", "name", "mail")], [("new", "name", "web"), ("new", "name", "mail")], {}),
        ([("old", "name", "web")], [("x", "name", "web"), ("y", "name", "web")], {}),
        ([("old", "mac", "1"), ("old", "name", "w")], [("x", "mac", "1"), ("y", "name", "w")], {"x": "old"}),
        ([("old", "uuid", "1"), ("old", "name", "w")], [("x", "uuid", "2"), ("x", "name", "w")], {}),
        ([("old", "uuid", "1"), ("old", "mac", "w")], [("x", "uuid", "1"), ("x", "serial", "2")], {"x": "old"}),
    ],
)
def test_only_the_strongest_keys_that_lead_to_one_thing_keep_an_id(
    before: list[tuple[str, str, str]], now: list[tuple[str, str, str]], kept: dict[str, str]
) -> None:
    assert matching_ids(keys(*before), keys(*now)) == kept


def test_an_application_keeps_its_id_under_another_name(store: ScratchStore) -> None:
    fields = ["application_id", "application_name"]
    discover(store, {"a": ("application", fields, [["APP-0007", "Web Shop"], ["APP-0008", "Billing"]])})
    _, applications = discover(
        store, {"b": ("application", fields, [["APP-0007", "Commerce Platform"], ["APP-0008", "Billing"]])}, day=1
    )
    held = store.read(ACME, Application)
    assert dict(zip(held["name"], held["application_id"], strict=True)) == {
        "Commerce Platform": "web-shop",
        "Billing": "billing",
    }
    assert figures(applications) == [0, 1, 1, 0, 0]


NAMES = st.sampled_from(["web01", "web02", "db01.acme.org", "DB01", "mail", "erp-01", ""])
SERIALS = st.sampled_from(["", "CZJ1234567", "CZJ7654321", "VMW-000111", "0"])
APPLICATIONS = st.sampled_from(["Shop", "SHOP", "Billing", "HR (Prod)", ""])
SERVER_ROWS = st.lists(
    st.tuples(NAMES, SERIALS, APPLICATIONS, st.sampled_from(["4", "8", "-1", "10^9", ""])), max_size=7
)
APPLICATION_ROWS = st.lists(st.tuples(APPLICATIONS, st.sampled_from(["High", "low", ""]), APPLICATIONS), max_size=4)
PORTFOLIOS = st.tuples(SERVER_ROWS, SERVER_ROWS, APPLICATION_ROWS)


def as_sheets(portfolio: tuple[Any, Any, Any]) -> Sheets:
    servers = ["asset_name", "serial_number", "application_name", "cpu_cores"]
    applications = ["application_name", "business_criticality", "integration_dependencies"]
    kinds = (("a", "asset", servers), ("b", "asset", servers), ("c", "application", applications))
    return {
        file: (entity, fields, [list(row) for row in rows])
        for (file, entity, fields), rows in zip(kinds, portfolio, strict=True)
    }


@settings(max_examples=4)
@given(first=PORTFOLIOS, second=PORTFOLIOS)
def test_the_same_upload_again_changes_nothing(first: tuple[Any, Any, Any], second: tuple[Any, Any, Any]) -> None:
    store = ScratchStore(Tenant(ACME, "Acme"))
    discover(store, as_sheets(first))
    discover(store, as_sheets(second), day=1)
    validate_attributes(store, ACME, RunRef("day 1", START + timedelta(days=1)), START.date())
    before = {table: store.read(ACME, table) for table in TABLES}
    for result in discover(store, as_sheets(second), day=2):
        added, changed, _, gone, reappeared = figures(result)
        assert (added, changed, gone, reappeared) == (0, 0, 0, 0)
    validate_attributes(store, ACME, RunRef("day 2", START + timedelta(days=2)), START.date())
    for table, held in before.items():
        again = store.read(ACME, table)
        if table is EntityPresence:
            held, again = held.drop(columns="last_seen"), again.drop(columns="last_seen")
        pd.testing.assert_frame_equal(again, held, obj=table.table)


def test_a_suggested_group_that_a_record_replaces_is_not_gone(store: ScratchStore) -> None:
    servers = [[f"shop-web-{number:02}"] for number in range(1, 5)]
    discover(store, {"a": ("asset", ["asset_name"], servers)})
    suggested = set(store.read(ACME, Application, origin="suggested")["application_id"])
    assert suggested
    named = [[row[0], "Online Store"] for row in servers]
    _, applications = discover(store, {"b": ("asset", ["asset_name", "application_name"], named)}, day=1)
    assert applications.figures["applications_gone"] == 0
    assert not suggested & set(store.read(ACME, EntityPresence, entity="application")["entity_id"])
    assert list(store.read(ACME, Application)["name"]) == ["Online Store"]


def test_the_presence_of_a_hundred_thousand_assets_takes_seconds(store: ScratchStore) -> None:
    ids = [f"srv-{number:06d}" for number in range(100_000)]
    assets = pd.DataFrame({"asset_id": ids, "name": ids, "sources": [["a"]] * len(ids)})
    columns: dict[str, Any] = {"entity_id": ids * 5, "field": sorted(["cpu", "ram", "os", "ip", "env"] * len(ids))}
    values = pd.DataFrame(columns).assign(value=columns["entity_id"], statistic=None)
    began = time.process_time()
    told = entity_presences(store, ACME, RunRef("r1"), EntityKind.ASSET, assets, value_digests(values))
    store.replace(ACME, RunRef("r1"), {EntityPresence: told.rows})
    again = entity_presences(store, ACME, RunRef("r2"), EntityKind.ASSET, assets[:-1], value_digests(values))
    assert (again.figures["assets_unchanged"], again.figures["assets_gone"]) == (99_999, 1)
    assert time.process_time() - began < 15
