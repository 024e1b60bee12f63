"""What cleansing did can be listed, undone and redone; a run in between respects it."""

import json
import uuid

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.cleansing import cleansing
from aidiscover_pipelines.cli.main import main
from aidiscover_pipelines.domain.tables import CleansedCell, CleansingExemption, CloudCell, FieldMapping, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ingest.stage import load_file
from aidiscover_pipelines.inventory.cleansing.exemptions import exempt_cells
from aidiscover_pipelines.inventory.stage import cleanse_records

SERVERS = """Server Name,Environment,Operating System,RAM (GB),IP Address
srv01,PRD,RHEL 8,16,10.0.0.1
srv02,PRD,RHEL 8,n/a,10.0.20.447
srv03,Dev,Ubuntu 22.04,64,10.0.0.3
"""
COLUMNS = (
    ("Server Name", "asset_name", None),
    ("Environment", "environment", None),
    ("Operating System", "os_name", None),
    ("RAM (GB)", "memory_mb", "GB"),
    ("IP Address", "ip_address", None),
)


@pytest.fixture
def home(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))


@pytest.fixture
def servers(store, tenant, tmp_path, home):
    """A tenant whose three servers are cleansed."""
    path = tmp_path / "servers.csv"
    path.write_text(SERVERS)
    load_file(store, tenant, RunRef("load"), path)
    sheet = store.read(tenant, SourceSheet).iloc[0]
    mapped = {"file_id": sheet["file_id"], "sheet_index": sheet["sheet_index"], "sheet": sheet["sheet"]}
    mapped |= {"entity": "asset", "statistic": None, "confidence": 1.0, "decision": "accept", "reason": ""}
    rows = [
        mapped | {"column_index": place, "header": header, "field": field, "unit": unit, "alternatives": []}
        for place, (header, field, unit) in enumerate(COLUMNS, start=1)
    ]
    store.replace(tenant, RunRef("map"), {FieldMapping: pd.DataFrame(rows)})
    cleanse_records(store, tenant, RunRef("cleanse"))
    return tenant


def run(*words):
    return CliRunner().invoke(cleansing, list(words), standalone_mode=False)


def document(*words):
    result = run(*words, "--json")
    return json.loads(result.stdout) | {"code": result.return_value}


def before_and_after(tenant, *words):
    return {
        (row["field"], row["before"]): row["after"] for row in document("list", "--tenant", tenant, *words)["changes"]
    }


def environments(store, tenant):
    return store.read(tenant, CleansedCell, field="environment")["value"].tolist()


def test_changes_are_listed_once_with_their_cells(servers):
    listed = document("list", "--tenant", servers, "--field", "environment")
    first = listed["changes"][0]
    assert (first["before"], first["after"], first["rule"], first["cells"]) == ("PRD", "production", "vocabulary", 2)
    assert first["example"].count(".") == 3
    assert listed["values"] == 2
    assert len(document("list", "--tenant", servers, "--limit", "1")["changes"]) == 1


def test_what_gave_no_value_is_listed_apart(servers):
    unread = before_and_after(servers, "--unread")
    assert unread == {("memory_mb", "n/a"): None, ("ip_address", "10.0.20.447"): None}


def test_the_asset_shows_what_changed_by_rule(store, servers):
    result = cleanse_records(store, servers, RunRef("again"))
    assert result.charts["Cells by rule"] == {"vocabulary": 3.0, "os_name": 2.0, "unit": 2.0}
    assert result.charts["Cells dropped by reason"] == {"impossible IP address": 1.0, "stands for nothing": 1.0}
    assert result.preview[0] == {
        "field": "environment",
        "before": "PRD",
        "after": "production",
        "rule": "vocabulary",
        "cells": 2,
        "example": result.preview[0]["example"],
    }
    assert (result.figures["cells_changed"], result.figures["cells_dropped"]) == (7, 2)


def test_an_undone_rule_stays_undone_over_runs_until_it_is_redone(store, servers):
    words = ("--tenant", servers, "--rule", "vocabulary", "--field", "environment", "--value", "PRD")
    assert document("undo", *words, "--by", "ann")["cells"] == 2
    assert store.read(servers, CleansingExemption)[["rule", "field", "original", "by"]].values.tolist() == [
        ["vocabulary", "environment", "PRD", "ann"]
    ]
    for run_id in ("again", "once more"):
        figures = cleanse_records(store, servers, RunRef(run_id)).figures
        assert environments(store, servers) == ["PRD", "PRD", "development"]
        assert (figures["cells_left_as_read"], figures["rules_undone"]) == (2, 1)
    redone = document("redo", *words)
    assert (redone["removed"], redone["cells"], redone["code"]) == (1, 2, 0)
    cleanse_records(store, servers, RunRef("last"))
    assert environments(store, servers) == ["production", "production", "development"]
    assert document("redo", *words)["code"] == 1


def test_a_number_without_its_rule_is_its_plain_digits_or_nothing(store, servers):
    assert document("undo", "--tenant", servers, "--rule", "unit", "--field", "memory_mb")["cells"] == 2
    assert document("undo", "--tenant", servers, "--rule", "null_word")["cells"] == 1
    cleanse_records(store, servers, RunRef("again"))
    assert store.read(servers, CleansedCell, field="memory_mb")["number"].tolist() == [16, 64]
    rows = document("list", "--tenant", servers, "--unread")["changes"]
    assert ("n/a", "exempted: no plain number without the rule") in {(row["before"], row["transform"]) for row in rows}


def test_a_redo_counts_no_cell_that_another_exemption_covers(store, servers):
    for words in ((), ("--field", "environment")):
        run("undo", "--tenant", servers, "--rule", "vocabulary", *words)
    cleanse_records(store, servers, RunRef("again"))
    kept = document("redo", "--tenant", servers, "--rule", "vocabulary", "--field", "environment")
    assert (kept["removed"], kept["cells"]) == (1, 0)
    assert document("redo", "--tenant", servers, "--rule", "vocabulary")["cells"] == 3


def test_exemptions_of_one_tenant_are_none_of_another(store, servers):
    other = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(other, "Other"))
    run("undo", "--tenant", other, "--rule", "vocabulary")
    cleanse_records(store, servers, RunRef("again"))
    assert environments(store, servers) == ["production", "production", "development"]


def test_cloud_cells_respect_exemptions_too(store, tenant, home):
    cell = dict.fromkeys(("cloud", "account", "region", "service", "operation"), "any")
    cell |= {"record_id": "aws.i-1", "file_id": "aws", "entity": "asset", "number": float("nan"), "statistic": None}
    told = [
        ("environment", "production", "prod", "to vocabulary", "vocabulary"),
        ("memory_mb", "8192", "8 x 1 GB", "GB to MB", "unit"),
        ("os_name", "Linux", "Linux", "", ""),
    ]
    names = ("field", "value", "original", "transform", "rule")
    rows = [cell | dict(zip(names, row, strict=True)) | {"evidence_id": f"aws.i-1.{row[0]}"} for row in told]
    cells = pd.DataFrame(rows)[CloudCell.columns()]
    assert exempt_cells(store, tenant, cells)["value"].tolist() == ["production", "8192", "Linux"]
    for rule in ("vocabulary", "unit"):
        run("undo", "--tenant", tenant, "--rule", rule)
    assert exempt_cells(store, tenant, cells)["value"].tolist() == ["prod", "Linux"]


def test_people_see_tables_and_what_to_run_next(servers):
    assert "2 values changed" in run("list", "--tenant", servers, "--field", "environment").output
    assert "nothing to list" in run("list", "--tenant", servers, "--rule", "tag_key").output
    assert "more; --limit" in run("list", "--tenant", servers, "--limit", "1").output
    undone = run("undo", "--tenant", servers, "--rule", "unit").output
    assert "unit is undone; the next run leaves 2 cells as read" in undone
    assert f"next: aidiscover discover --tenant {servers}" in undone
    assert "stands again" in run("redo", "--tenant", servers, "--rule", "unit").output
    assert "was not undone" in run("redo", "--tenant", servers, "--rule", "unit").output
    assert "thousands_separator" in run("rules").output
    assert document("rules")["rules"][0]["rule"] == "invisible_characters"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["undo", "--rule", "magic"], "no cleansing rule is called 'magic'; there are invisible_characters, spaces"),
        (["list", "--field", "colour"], "no canonical field is called 'colour'; there are asset_id, asset_name"),
        (
            ["undo", "--rule", "port", "--field", "os_name"],
            "rule 'port' does not act on 'os_name'; it acts on dep_port",
        ),
        (["undo", "--rule", "spaces", "--value", "x" * 501], "500 are the most"),
        (["list"], "tenant 'nobody' is not registered"),
    ],
)
def test_wrong_names_are_one_line_and_exit_2(home, capsys, words, message):
    with pytest.raises(SystemExit) as stopped:
        main(["cleansing", words[0], "--tenant", "nobody", *words[1:]])
    told = capsys.readouterr().err.strip()
    assert stopped.value.code == 2
    assert message in told
    assert "\n" not in told
