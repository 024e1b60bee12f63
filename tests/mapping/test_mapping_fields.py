"""Whole sheets through `map_sheets`; the sheets are invented, in the manner of common exports."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.tables import FieldMapping, SourceRecord, SourceSheet
from aidiscover_pipelines.mapping.document import mapping_document
from aidiscover_pipelines.mapping.fields import map_sheets

Table = Mapping[str, Sequence[str]]
FILE = "f" * 12


def frames(**tables: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SourceSheet and SourceRecord frames of one file with these sheets."""
    sheets: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for index, (sheet, table) in enumerate(tables.items(), start=1):
        rows = list(zip(*table.values(), strict=True))
        sheets.append(
            {
                "file_id": FILE,
                "sheet_index": index,
                "sheet": sheet,
                "header_row": 1,
                "headers": list(table),
                "rows": len(rows),
            }
        )
        records.extend(
            {
                "record_id": f"{FILE}.{index}.{row}",
                "file_id": FILE,
                "sheet_index": index,
                "row": row,
                "cells": list(cells),
            }
            for row, cells in enumerate(rows, start=2)
        )
    return pd.DataFrame(sheets, columns=SourceSheet.columns()), pd.DataFrame(records, columns=SourceRecord.columns())


def mapped(**tables: Table) -> pd.DataFrame:
    return map_sheets(*frames(**tables))


def fields(mappings: pd.DataFrame) -> dict[str, str | None]:
    return {
        header: None if pd.isna(field) else field
        for header, field in zip(mappings["header"], mappings["field"], strict=True)
    }


GERMAN: Table = {
    "Servername": ["srv-app01", "srv-app02", "srv-db01"],
    "Anwendung": ["Kundenportal", "Kundenportal", "Lagerverwaltung"],
    "Betriebssystem": ["Windows Server 2012 R2", "RHEL 7.9", "Windows Server 2019"],
    "Arbeitsspeicher (GB)": ["16", "32", "64"],
    "CPU-Kerne": ["4", "8", "16"],
    "Festplatte gesamt (GB)": ["200", "400", "1.200"],
    "CPU-Auslastung Durchschnitt (%)": ["12", "45", "60"],
    "IP-Adresse": ["10.1.1.4", "10.1.1.5", "10.1.2.9"],
    "Kritikalität": ["hoch", "hoch", "mittel"],
    "Umgebung": ["Produktion", "Test", "Produktion"],
    "Ansprechpartner": ["Anke Brandt", "Jörg Petersen", "Selin Aydin"],
    "Standort": ["Hamburg", "Hamburg", "Kiel"],
    "Wartungsfenster": ["So 02:00-04:00", "Sa 22:00-02:00", "jederzeit"],
    "Datenbank": ["Oracle 11g", "Oracle 11g", "SQL Server 2014"],
    "Benutzeranzahl": ["1200", "1200", "35"],
    "Abhängigkeiten": ["SAP ERP; Mail", "SAP ERP", "-"],
    "Support-Ende": ["14.01.2020", "30.06.2024", "09.01.2029"],
    "Fachbereich": ["Vertrieb", "Vertrieb", "Logistik"],
    "Bemerkung": ["wird bald durch das neue System abgelöst", "", "läuft stabil und wird gepflegt"],
}


def test_a_german_home_grown_sheet_is_understood_in_full() -> None:
    found = mapped(Serverliste=GERMAN)
    assert set(found["entity"]) == {"asset"}
    assert fields(found) == {
        "Servername": "asset_name",
        "Anwendung": "application_name",
        "Betriebssystem": "os_name",
        "Arbeitsspeicher (GB)": "memory_mb",
        "CPU-Kerne": "cpu_cores",
        "Festplatte gesamt (GB)": "storage_total_gb",
        "CPU-Auslastung Durchschnitt (%)": "cpu_util_pct",
        "IP-Adresse": "ip_address",
        "Kritikalität": "business_criticality",
        "Umgebung": "environment",
        "Ansprechpartner": "technical_owner",
        "Standort": "location",
        "Wartungsfenster": "change_tolerance",
        "Datenbank": "database_engine",
        "Benutzeranzahl": "user_count",
        "Abhängigkeiten": "integration_dependencies",
        "Support-Ende": "support_end_date",
        "Fachbereich": "business_unit",
        "Bemerkung": "description",
    }
    by_header = found.set_index("header")
    assert by_header.loc["Arbeitsspeicher (GB)", "unit"] == "GB"
    assert by_header.loc["CPU-Auslastung Durchschnitt (%)", "statistic"] == "avg"
    assert (found["decision"] == "accept").mean() > 0.8


VALUES = (
    ("srv1", "srv2"), ("RHEL 8", "RHEL 9"), ("16", "32"), ("high", "low"), ("40", "1200"), ("SAP", "Microsoft"),
)  # fmt: skip
LANGUAGES: dict[str, tuple[str, ...]] = {
    "fr": (
        "Nom du serveur",
        "Système d'exploitation",
        "Mémoire (Go)",
        "Criticité",
        "Nombre d'utilisateurs",
        "Fournisseur",
    ),
    "es": ("Nombre del servidor", "Sistema operativo", "Memoria (GB)", "Criticidad", "Número de usuarios", "Proveedor"),
    "pt": ("Nome do servidor", "Sistema operacional", "Memória", "Criticidade", "Número de usuários", "Fornecedor"),
    "it": ("Nome del server", "Sistema operativo", "Memoria (GB)", "Criticità", "Numero di utenti", "Fornitore"),
    "nl": ("Servernaam", "Besturingssysteem", "Geheugen (GB)", "Kritikaliteit", "Aantal gebruikers", "Leverancier"),
    "ja": ("サーバー名", "オペレーティングシステム", "メモリ(GB)", "重要度", "ユーザー数", "ベンダー"),
    "zh": ("服务器名称", "操作系统", "内存(GB)", "重要性", "用户数量", "供应商"),
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_same_sheet_is_understood_in_other_languages(language: str) -> None:
    found = mapped(Tabelle={header: list(values) for header, values in zip(LANGUAGES[language], VALUES, strict=True)})
    expected = ["asset_name", "os_name", "memory_mb", "business_criticality", "user_count", "vendor"]
    assert list(fields(found).values()) == expected


def test_an_application_portfolio_describes_applications() -> None:
    found = mapped(
        portfolio={
            "Application Name": ["Portal", "ERP"],
            "Business Unit": ["Sales", "Finance"],
            "Criticality": ["High", "Critical"],
            "Environment": ["Production", "Production"],
            "Technology Stack": ["Java Spring Boot", "Oracle EBS"],
            "Recommended Strategy": ["Replatform", "Rehost"],
            "Migration Wave": ["Wave 1", "Wave 2"],
            "Notes": ["Containerize and move", "Lift and shift first"],
        }
    )
    assert set(found["entity"]) == {"application"}
    assert list(fields(found).values()) == [
        "application_name",
        "business_unit",
        "business_criticality",
        "environment",
        "technology_stack",
        "migration_strategy",
        "migration_wave",
        "description",
    ]


def test_bare_names_belong_to_what_the_rows_describe() -> None:
    applications = mapped(
        x={"ID": ["A1"], "Name": ["CRM"], "Annual Cost": ["5"], "Number of Users": ["9"], "Business Owner": ["Ann"]}
    )
    servers = mapped(x={"ID": ["S1"], "Name": ["srv1"], "Operating System": ["RHEL 8"], "IP Address": ["10.0.0.1"]})
    assert list(fields(applications).values())[:2] == ["application_id", "application_name"]
    assert list(fields(servers).values())[:2] == ["asset_id", "asset_name"]
    named = mapped(Applications={"Name": ["CRM"], "Status": ["live"]})
    assert set(named["entity"]) == {"application"}


def test_links_and_dependencies_are_told_apart_from_things() -> None:
    found = mapped(
        **{
            "Server to application": {"appid": ["A1"], "serverId": ["S1"]},
            "Database to application": {"Database ID": ["D1"], "Application ID": ["A1"], "Criticality": ["High"]},
            "Server communication": {
                "Source Server ID": ["S1"],
                "Source Server IP Address": ["10.0.0.1"],
                "Target Server ID": ["S2"],
                "Target Port": ["443"],
                "Transport Protocol": ["TCP"],
            },
            "Application dependency": {"SRC App ID": ["A1"], "DEST App ID": ["A2"]},
            "Flows": {"From": ["CRM"], "To": ["ERP"], "Type": ["REST"]},
        }
    )
    kinds = found.drop_duplicates("sheet").set_index("sheet")["entity"].to_dict()
    assert kinds == {
        "Server to application": "link",
        "Database to application": "link",
        "Server communication": "dependency",
        "Application dependency": "dependency",
        "Flows": "dependency",
    }
    by_sheet = {sheet: fields(rows) for sheet, rows in found.groupby("sheet")}
    assert by_sheet["Server to application"] == {"appid": "application_id", "serverId": "asset_id"}
    assert by_sheet["Server communication"] == {
        "Source Server ID": "dep_source",
        "Source Server IP Address": None,
        "Target Server ID": "dep_target",
        "Target Port": "dep_port",
        "Transport Protocol": "dep_protocol",
    }
    assert by_sheet["Flows"] == {"From": "dep_source", "To": "dep_target", "Type": "dep_type"}


def test_a_database_sheet_describes_databases_as_assets() -> None:
    found = mapped(
        Databases={
            "Database name": ["orders", "billing"],
            "Engine": ["Oracle 19c", "SQL Server 2019"],
            "DB size (GB)": ["800", "35"],
            "Server name": ["srv-db01", "srv-db02"],
        }
    )
    assert set(found["entity"]) == {"asset"}
    assert fields(found)["Engine"] == "database_engine"
    assert fields(found)["DB size (GB)"] == "data_volume_gb"


def test_rvtools_tabs_are_used_where_they_describe_virtual_machines() -> None:
    found = mapped(
        vInfo={"VM": ["vm1"], "Powerstate": ["poweredOn"], "CPUs": ["4"], "Memory": ["8192"], "Host": ["10.0.0.9"]},
        vMemory={"VM": ["vm1"], "Size MiB": ["8192"], "Active": ["819"], "Reservation": ["0"]},
        vDisk={"VM": ["vm1"], "Disk": ["Hard disk 1"], "Capacity MiB": ["40960"]},
        vHost={"Host": ["esx1"], "Datacenter": ["dc"], "# CPU": ["2"]},
        vSnapshot={"VM": ["vm1"], "Name": ["snap"]},
        vDatastore={"Name": ["ds1"], "Capacity MiB": ["1"]},
    )
    kinds = found.drop_duplicates("sheet").set_index("sheet")["entity"]
    assert kinds[["vInfo", "vMemory", "vDisk"]].tolist() == ["asset"] * 3
    assert kinds[["vHost", "vSnapshot", "vDatastore"]].isna().all()
    by_sheet = {sheet: fields(rows) for sheet, rows in found.groupby("sheet")}
    assert by_sheet["vInfo"]["Host"] == "hypervisor_host"
    assert by_sheet["vMemory"] == {
        "VM": "asset_name",
        "Size MiB": "memory_mb",
        "Active": "memory_util_pct",
        "Reservation": None,
    }
    assert by_sheet["vDisk"]["Capacity MiB"] == "disk_size_gb"
    left_out = found[found["sheet"] == "vHost"]
    assert left_out["field"].isna().all()
    assert left_out["reason"].str.startswith("sheet left out: RVTools tab: ").all()


def test_rvtools_tabs_saved_as_single_files_are_recognised() -> None:
    found = mapped(**{"RVTools_tabvHost.csv": {"Host": ["esx1"], "Cluster": ["c1"]}})
    assert found["entity"].isna().all()


def test_a_sheet_without_a_key_is_left_out_but_its_columns_wait_for_a_person() -> None:
    found = mapped(Pricing={"Operating System": ["RHEL 8"], "Sort order": ["1"]})
    assert found["entity"].isna().all()
    assert found["decision"].tolist() == ["review", "ignore"]
    assert found["reason"].str.contains("no column that names an asset").all()


def test_contents_and_blank_sheets_are_left_out_with_a_reason() -> None:
    found = mapped(
        TOC={"This file lists servers": ["x"]}, Additional={"": ["x"]}, Dependencies={"Source": ["a"], "Note": ["b"]}
    )
    assert found["entity"].isna().all()
    reasons = found.drop_duplicates("sheet").set_index("sheet")["reason"]
    assert "table of contents" in reasons["TOC"]
    assert "no header row" in reasons["Additional"]
    assert "only one end" in reasons["Dependencies"]


def test_values_decide_where_a_header_says_nothing() -> None:
    found = mapped(x={"Server": [f"s{n}" for n in range(6)], "Qwx": [f"10.0.0.{n}" for n in range(6)]})
    assert fields(found)["Qwx"] == "ip_address"
    assert found["reason"].str.contains("IP addresses").tolist() == [False, True]
    assert found["confidence"].tolist()[1] < found["confidence"].tolist()[0]


def test_values_speak_against_a_header_they_contradict() -> None:
    found = mapped(
        x={
            "Server": ["s1", "s2", "s3"],
            "IP Address": ["see list", "unknown", "ask the network team"],
            "Memory": ["true", "false", "true"],
        }
    )
    assert fields(found) == {"Server": "asset_name", "IP Address": None, "Memory": None}


def test_only_one_column_of_a_sheet_names_the_thing() -> None:
    found = mapped(x={"Server Name": ["s1"], "Virtual Machine": ["m1"], "Operating System": ["RHEL"], "OS": ["RHEL 8"]})
    assert fields(found) == {
        "Server Name": "asset_name",
        "Virtual Machine": None,
        "Operating System": "os_name",
        "OS": "os_name",
    }
    assert "'Server Name' fits asset_name better" in found["reason"].tolist()[1]


def test_beside_cores_a_count_of_cpus_counts_sockets() -> None:
    alone = mapped(x={"Server": ["s1"], "Number of CPUs": ["4"]})
    beside = mapped(x={"Server": ["s1"], "Number of CPUs": ["2"], "Total cores": ["16"]})
    assert fields(alone)["Number of CPUs"] == "cpu_cores"
    assert fields(beside)["Number of CPUs"] == "cpu_sockets"


def test_a_list_of_applications_that_names_their_servers_describes_applications() -> None:
    found = mapped(
        Anwendungen={
            "Anwendung": ["Portal"],
            "Kurzbeschreibung": ["Bestellungen der Händler"],
            "Kritikalität": ["hoch"],
            "Technologie": ["Java 11; Tomcat 9"],
            "Hersteller": ["Eigenentwicklung"],
            "Jährliche Kosten (EUR)": ["420000"],
            "Server": ["srv1; srv2"],
        }
    )
    assert set(found["entity"]) == {"application"}
    assert fields(found)["Hersteller"] == "vendor"
    assert fields(found)["Server"] == "asset_name"


def test_in_a_sheet_of_parts_bare_headers_are_not_the_servers() -> None:
    found = mapped(vNetwork={"VM": ["vm1"], "Type": ["assigned"], "Mac Address": ["00:50:56:be:5a:01"]})
    assert fields(found) == {"VM": "asset_name", "Type": None, "Mac Address": "mac_address"}


def test_a_count_of_disks_is_not_their_size() -> None:
    assert fields(mapped(x={"Server": ["s1"], "Disks": ["2"], "Disk": ["400"]}))["Disks"] is None


def test_alternatives_are_few_ranked_and_leave_room_for_the_choice() -> None:
    found = mapped(Serverliste=GERMAN)
    for confidence, alternatives in zip(found["confidence"], found["alternatives"], strict=True):
        shares = [other["confidence"] for other in alternatives]
        assert len(alternatives) <= 3
        assert shares == sorted(shares, reverse=True)
        assert confidence + sum(shares) <= 1.01
        assert all(other["field"] in BY_NAME for other in alternatives)


def test_columns_come_in_order_with_the_stored_columns_and_the_same_each_time() -> None:
    sheets, records = frames(a=GERMAN, b={"Server": ["s1"], "": ["x"]})
    once, again = map_sheets(sheets, records), map_sheets(sheets.iloc[::-1], records.sample(frac=1, random_state=1))
    assert list(once.columns) == FieldMapping.columns()
    assert once["column_index"].tolist() == [*range(1, len(GERMAN) + 1), 1, 2]
    pd.testing.assert_frame_equal(once, again)


def test_short_rows_and_missing_cells_are_read_as_empty() -> None:
    sheets, records = frames(a={"Server": ["s1", "s2"], "Serial Number": ["CZ1234", "CZ1235"]})
    records["cells"] = [["s1"], ["s2", None]]
    assert fields(map_sheets(sheets, records)) == {"Server": "asset_name", "Serial Number": "serial_number"}


def test_no_sheets_give_an_empty_frame() -> None:
    sheets, records = frames()
    assert map_sheets(sheets, records).empty
    assert list(map_sheets(sheets, records).columns) == FieldMapping.columns()
    assert mapping_document(map_sheets(sheets, records)) == {"sheets": []}


def test_a_sheet_without_any_column_adds_no_rows() -> None:
    assert mapped(empty={}).empty


def test_the_document_has_exactly_the_agreed_keys() -> None:
    document = mapping_document(mapped(a={"Server": ["s1"], "Sort order": ["1"]}))
    assert list(document) == ["sheets"]
    assert [sheet["sheet"] for sheet in document["sheets"]] == ["a"]
    server, order = document["sheets"][0]["columns"]
    keys = ["header", "field", "unit", "statistic", "confidence", "decision", "alternatives", "reason"]
    assert list(server) == list(order) == keys
    assert (server["field"], server["decision"], server["unit"]) == ("asset_name", "accept", None)
    assert (order["field"], order["decision"]) == (None, "ignore")


@pytest.mark.slow
def test_fifteen_sheets_take_no_more_than_three_times_as_long_as_five() -> None:
    rng = np.random.default_rng(7)
    headers = [f"{a} {b}" for a in ("server", "memory", "disk", "owner", "cost", "status") for b in "abcdefghij"]
    tables = {
        f"s{n}": {f"{header} {n}x": [f"v{value}" for value in rng.integers(0, 900, 200)] for header in headers}
        for n in range(15)
    }
    sheets, records = frames(**tables)

    def seconds(count: int) -> float:
        started = time.process_time()
        map_sheets(sheets.head(count), records)
        return time.process_time() - started

    assert min(seconds(15) for _ in range(2)) < 1.5 * 3 * min(seconds(5) for _ in range(2))
