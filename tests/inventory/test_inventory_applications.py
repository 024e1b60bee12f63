"""Applications from records and mentions, what they run on, and the graph between them; all through the store."""

import time
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    CleansedCell,
    CloudCell,
    Dependency,
    EntityValue,
    FieldMapping,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.inventory.names import core_name, plain_name, slug
from aidiscover_pipelines.inventory.stage import (
    build_applications,
    build_dependencies,
    build_inventory,
    cleanse_records,
    row_accounting,
)
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
RUN = RunRef("r1")
Sheet = tuple[str, str | None, list[str | None], list[list[str]]]


def portfolio(*sheets: Sheet) -> ScratchStore:
    """A store whose files hold these sheets (file, entity, field by column, rows), taken through all four stages."""
    store = ScratchStore(Tenant(ACME, "Acme"))
    frames: dict[Any, list[dict[str, Any]]] = {SourceFile: [], SourceSheet: [], SourceRecord: [], FieldMapping: []}
    for place, (file_id, entity, fields, rows) in enumerate(sheets, start=1):
        status = "quarantined" if file_id.startswith("bad") else "accepted"
        sheet = {"file_id": file_id, "sheet_index": place, "sheet": f"S{place}"}
        file = {"file_id": file_id, "name": file_id, "sha256": "", "bytes": 1, "format": "csv", "reason": ""}
        received = {"status": status, "received_at": datetime(2026, 1, 1, tzinfo=UTC), "warnings": []}
        frames[SourceFile].append(file | received)
        frames[SourceSheet].append(sheet | {"header_row": 1, "headers": [], "rows": len(rows), "hidden": False})
        for row, cells in enumerate(rows, start=2):
            record = {"record_id": f"{file_id}.{place}.{row}", "file_id": file_id, "sheet_index": place}
            frames[SourceRecord].append(record | {"row": row, "cells": cells})
        for column, field in enumerate(fields, start=1):
            mapped = {"entity": entity, "column_index": column, "header": field or "?", "field": field}
            mapped |= {"unit": None, "statistic": None, "confidence": 1.0, "alternatives": [], "reason": ""}
            frames[FieldMapping].append(sheet | mapped | {"decision": "accept" if field else "ignore"})
    store.replace(ACME, RUN, {table: pd.DataFrame(rows, columns=table.columns()) for table, rows in frames.items()})
    for stage in (cleanse_records, build_inventory, build_applications, build_dependencies):
        stage(store, ACME, RUN)
    assert row_accounting(store, ACME)["unaccounted"] == 0
    return store


def names(store: ScratchStore) -> dict[str, str]:
    applications = store.read(ACME, Application)
    return dict(zip(applications["name"], applications["origin"], strict=True))


def edges(store: ScratchStore) -> set[tuple[Any, ...]]:
    frame = store.read(ACME, Dependency)
    frame = frame[["source_application", "target_application", "kind", "port"]].astype(object)
    return {tuple(row) for row in frame.where(frame.notna(), None).values.tolist()}


def skipped(store: ScratchStore) -> dict[str, str]:
    rows = store.read(ACME, SkippedRow)
    return dict(zip(rows["record_id"], rows["reason"], strict=True))


SERVERS: Sheet = (
    "inv",
    "asset",
    ["asset_name", "os_name", "application_name", "technology_stack"],
    [
        ["srv1", "RHEL 8", "CRM", "Java"],
        ["srv2", "RHEL 8", "crm; ERP System", "Tomcat"],
        ["srv3", "RHEL 8", "Payroll, Batch", ""],
        ["srv4", "RHEL 8", "", "IIS"],
    ],
)
RECORDS: Sheet = (
    "app",
    "application",
    ["application_id", "application_name", "business_criticality", "asset_name", "integration_dependencies"],
    [
        ["A1", "CRM Application", "High", "srv4", "ERP; Data Lake; 3"],
        ["A2", "ERP System", "mittel", "srv4, srv1", "CRM; ERP System"],
        ["A3", "Internal HR Portal", "", "nowhere", "HR Portal; 12"],
        ["A4", "Time Tracking", "", "", "HR Portal"],
    ],
)


def test_records_and_mentions_of_one_application_are_one() -> None:
    store = portfolio(SERVERS, RECORDS)
    assert names(store) == {
        "CRM Application": "recorded",
        "ERP System": "recorded",
        "Internal HR Portal": "recorded",
        "Time Tracking": "recorded",
        "Payroll, Batch": "mentioned",
    }
    crm = store.read(ACME, Application, application_id="crm-application").iloc[0]
    assert (crm["records"], crm["sources"], crm["confidence"]) == (3, ["app", "inv"], 0.855)


def test_assets_are_linked_by_rows_links_and_names() -> None:
    store = portfolio(
        SERVERS,
        RECORDS,
        (
            "inv",
            "link",
            ["application_id", "asset_name"],
            [["A1", "srv3"], ["A1", "SRV3"], ["A2", "gone"], ["Z9", "srv4"]],
        ),
    )
    links = store.read(ACME, ApplicationAsset)
    pairs = {(row.application_id, row.asset_id[:4], row.how) for row in links.itertuples()}
    assert pairs == {
        ("crm-application", "srv1", "asset row"),
        ("crm-application", "srv2", "asset row"),
        ("crm-application", "srv3", "link row"),
        ("crm-application", "srv4", "name"),
        ("erp-system", "srv1", "name"),
        ("erp-system", "srv2", "asset row"),
        ("erp-system", "srv4", "name"),
        ("payroll-batch", "srv3", "asset row"),
        ("z9", "srv4", "link row"),
    }
    assert skipped(store)["inv.3.3"] == "repeats a link that another row gives"
    assert skipped(store)["inv.3.4"] == "link to an asset that no source lists"


def test_values_of_a_server_row_go_to_its_application_only_where_it_names_one() -> None:
    store = portfolio(SERVERS, RECORDS)
    stacks = store.read(ACME, EntityValue, field="technology_stack")
    found = {(row.entity, row.entity_id.rsplit("-", 1)[0], row.value) for row in stacks.itertuples()}
    assert found == {("application", "crm", "Java"), ("asset", "srv4", "IIS")}
    criticality = store.read(ACME, EntityValue, field="business_criticality")
    assert criticality["value"].tolist() == ["high", "medium"]


def test_integrations_listed_by_records_become_mentions() -> None:
    assert edges(portfolio(SERVERS, RECORDS)) == {
        ("crm-application", "erp-system", "mention", None),
        ("crm-application", None, "mention", None),
        ("crm-application", "erp-system", "shared host", None),
        ("erp-system", "crm-application", "mention", None),
        ("time-tracking", "internal-hr-portal", "mention", None),
    }


FLOWS: Sheet = (
    "inv",
    "dependency",
    ["dep_source", "dep_target", "dep_port"],
    [
        ["srv1", "srv9", "443"],
        ["srv1", "srv9", "443"],
        ["srv1", "10.0.0.9", "8080"],
        ["srv1", "srv1", "22"],
        ["nobody", "srv9", "443"],
        ["A1", "A2", ""],
        ["A1", "A1", ""],
    ],
)
FLOW_SERVERS: Sheet = (
    "inv",
    "asset",
    ["asset_name", "ip_address", "application_name"],
    [["srv1", "10.0.0.1", "CRM"], ["srv9", "10.0.0.9", "ERP System"]],
)


def test_flows_between_servers_are_lifted_to_their_applications() -> None:
    store = portfolio(FLOW_SERVERS, FLOWS, ("inv", *RECORDS[1:]))
    recorded = {edge for edge in edges(store) if edge[2] in ("flow", "relation")}
    assert recorded == {
        ("crm-application", "erp-system", "flow", 443),
        ("crm-application", "erp-system", "flow", 8080),
        (None, None, "flow", 22),
        (None, None, "flow", 443),
        ("crm-application", "erp-system", "relation", None),
    }
    assert skipped(store)["inv.2.3"] == "repeats an edge that another row gives"
    assert "inv.2.8" in skipped(store)
    assert store.read(ACME, Dependency)["dependency_id"].is_unique


def test_a_mention_that_a_flow_confirms_is_not_told_twice() -> None:
    store = portfolio(FLOW_SERVERS, FLOWS, ("inv", *RECORDS[1:]))
    assert ("crm-application", "erp-system", "mention", None) not in edges(store)


def test_a_row_of_an_application_or_server_is_the_source_of_what_it_needs() -> None:
    store = portfolio(
        ("inv", "asset", ["asset_name", "os_name", "dep_target"], [["s1", "AIX", "s2"], ["s2", "AIX", ""]]),
        ("app", "application", ["application_name", "dep_target"], [["CRM", "ERP"], ["ERP", ""]]),
    )
    frame = store.read(ACME, Dependency)
    assert edges(store) == {("crm", "erp", "relation", None), (None, None, "flow", None)}
    assert frame["source_asset"].notna().sum() == 1


def test_a_database_on_a_server_does_not_depend_on_its_other_applications() -> None:
    store = portfolio(
        ("inv", "asset", ["asset_name", "os_name", "application_name"], [["s1", "AIX", "CRM"]]),
        ("dbs", "asset", ["asset_name", "database_engine", "dep_target"], [["D1", "Oracle", "s1"]]),
        ("lnk", "link", ["application_name", "asset_name"], [["Billing", "D1"]]),
    )
    assert edges(store) == {(None, None, "relation", None)}


def test_shared_hosts_are_not_lifted() -> None:
    links = [[f"App {n}", server] for n in range(12) for server in ("hub", "peer")]
    store = portfolio(
        ("inv", "asset", ["asset_name", "os_name"], [["hub", "AIX"], ["peer", "AIX"]]),
        ("inv", "link", ["application_name", "asset_name"], links),
        ("inv", "dependency", ["dep_source", "dep_target", "dep_port"], [["hub", "peer", "161"]]),
    )
    assert edges(store) == {(None, None, "flow", 161)}


def test_cycles_and_hubs_are_counted() -> None:
    store = portfolio(
        ("app", "application", ["application_name"], [["Alpha"], ["Beta"], ["Gamma"]]),
        ("app", "dependency", ["dep_source", "dep_target"], [["Alpha", "Beta"], ["Beta", "Alpha"], ["Gamma", "Beta"]]),
    )
    result = build_dependencies(store, ACME, RUN)
    assert result.figures["cycles"] == 1
    assert result.figures["applications_in_cycles"] == 2
    assert result.charts["Most needed applications"] == {"Beta": 2.0, "Alpha": 1.0}


def test_two_rows_of_one_list_with_different_ids_stay_two_applications() -> None:
    store = portfolio(
        (
            "app",
            "application",
            ["application_id", "application_name"],
            [["1", "CRM"], ["2", "CRM"], ["3", "CRM System"]],
        ),
        ("oth", "asset", ["asset_name", "application_name"], [["s1", "CRM"]]),
    )
    ids = store.read(ACME, Application)["application_id"]
    assert ids.is_unique
    assert ids.str.startswith("crm").all()
    assert len(ids) == 4


def test_ids_in_one_file_join_sheets_and_long_similar_names_join_files() -> None:
    store = portfolio(
        ("app", "application", ["application_id", "application_name"], [["A1", "Customer Onboarding Platform"]]),
        ("app", "application", ["application_id", "business_owner"], [["a1", "Ann"]]),
        (
            "oth",
            "application",
            ["application_name"],
            [["Customer Onboarding Platforms"], ["Customer Onboarding Platform 2"]],
        ),
        ("lnk", "asset", ["asset_name", "application_id"], [["s1", "A1"]]),
    )
    applications = store.read(ACME, Application).set_index("application_id")
    assert len(applications) == 2
    assert "Customer Onboarding Platform 2" in set(applications["name"])
    owner = store.read(ACME, EntityValue, field="business_owner")
    assert owner["entity_id"].tolist()[0] in applications.index


def test_any_id_of_a_record_finds_it() -> None:
    store = portfolio(
        ("app", "application", ["application_id", "application_id", "application_name"], [["A1", "EID-7", "CRM"]]),
        ("app", "link", ["application_id", "asset_name"], [["eid-7", "s1"], ["A1", "s2"]]),
        ("inv", "asset", ["asset_name", "os_name"], [["s1", "AIX"], ["s2", "AIX"]]),
    )
    assert store.read(ACME, ApplicationAsset)["application_id"].tolist() == ["crm", "crm"]


def test_a_name_without_latin_letters_gets_a_stable_id() -> None:
    store = portfolio(("app", "application", ["application_name"], [["会計システム"], ["受注"]]))
    assert store.read(ACME, Application)["application_id"].str.fullmatch(r"application-[0-9a-f]{6}").all()


@pytest.mark.parametrize(
    ("name", "core", "as_slug"),
    [
        ("CRM Application (Prod)", "crm", "crm-application-prod"),
        ("The System", "the system", "the-system"),
        ("Straße & Söhne", "strasse sohne", "strasse-sohne"),
        ("CRM (Test)", "crm test", "crm-test"),
    ],
)
def test_names_lose_noise_but_never_everything(name: str, core: str, as_slug: str) -> None:
    assert (core_name(name), slug(name)) == (core, as_slug)
    assert plain_name(" A/B ") == "a b"


def test_cells_of_clouds_join_those_of_files() -> None:
    store = portfolio(SERVERS)
    record_id = "aws:1:eu.ec2.i-0abc12345678def90"
    cell = {"cloud": "aws", "account": "1", "region": "eu", "service": "ec2", "operation": "DescribeInstances"}
    cell |= {"record_id": record_id, "file_id": "aws:1:eu", "entity": "asset", "number": None, "statistic": None}
    cell |= {"transform": "", "rule": ""}
    told = {"asset_id": "i-0abc12345678def90", "asset_name": "srv1"}
    rows = [
        cell | {"evidence_id": f"{record_id}.{n}", "field": field, "value": value, "original": value}
        for n, (field, value) in enumerate(told.items())
    ]
    store.replace(ACME, RUN, {CloudCell: pd.DataFrame(rows)[CloudCell.columns()]})
    build_inventory(store, ACME, RUN)
    merged = store.read(ACME, Asset)
    assert merged["kind"].tolist().count("cloud") == 1
    assert ["aws:1:eu", "inv"] in merged["sources"].tolist()


def test_quarantined_files_and_rows_left_out_earlier_do_not_count() -> None:
    store = portfolio(SERVERS, ("bad", *SERVERS[1:]))
    assert row_accounting(store, ACME)["rows_in"] == 4
    row = {
        "record_id": "inv.1.2",
        "file_id": "inv",
        "sheet": "S1",
        "row": 2,
        "stage": "mapping",
        "reason": "no use",
        "cells": [],
    }
    left_out = pd.DataFrame([row])
    store.upsert(ACME, RUN, {SkippedRow: left_out})
    cleanse_records(store, ACME, RUN)
    assert "inv.1.2" not in set(store.read(ACME, CleansedCell)["record_id"])
    assert skipped(store)["inv.1.2"] == "no use"


def test_an_empty_tenant_has_empty_stages() -> None:
    store = portfolio()
    assert row_accounting(store, ACME) == {"rows_in": 0, "used": 0, "skipped": 0, "unaccounted": 0}
    for stage in (cleanse_records, build_inventory, build_applications, build_dependencies):
        assert stage(store, ACME, RUN).rows_out == 0


def test_a_second_run_over_the_same_files_writes_the_same() -> None:
    store = portfolio(FLOW_SERVERS, FLOWS, RECORDS)
    tables = (Asset, Application, EntityValue, ApplicationAsset, Dependency, SkippedRow)
    before = [store.read(ACME, table) for table in tables]
    for stage in (cleanse_records, build_inventory, build_applications, build_dependencies):
        stage(store, ACME, RUN)
    for table, frame in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(frame, store.read(ACME, table))


def test_previews_are_plain_and_short() -> None:
    store = portfolio(SERVERS, RECORDS)
    for stage in (cleanse_records, build_inventory, build_applications, build_dependencies):
        result = stage(store, ACME, RUN)
        assert 0 < len(result.preview) <= 10
        assert all(isinstance(key, str) for row in result.preview for key in row)


@pytest.mark.slow
def test_forty_thousand_servers_take_seconds() -> None:
    rows = [
        [f"srv{n}", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", "RHEL 8", str(n % 64), "prod", f"DC{n % 5}"]
        for n in range(20_000)
    ]
    fields: list[str | None] = ["asset_name", "ip_address", "os_name", "cpu_cores", "environment", "location"]
    start = time.process_time()
    store = portfolio(("one", "asset", fields, rows), ("two", "asset", fields, rows))
    assert len(store.read(ACME, Asset)) == 20_000
    assert time.process_time() - start < 60


def test_an_ampersand_and_its_word_are_the_same_name() -> None:
    assert core_name("Zoll & Außenhandel") == core_name("Zoll und Außenhandel")
    assert core_name("Order & Billing") == core_name("Order and Billing") != core_name("Order")
