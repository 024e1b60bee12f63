"""`correct`, `corrections`, `review` and `templates` as a person and a script use them, on PostgreSQL."""

import uuid

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import FieldMapping, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId

RUN = RunRef("r1")


@pytest.fixture
def tenant(store) -> TenantId:
    """A tenant whose one file has a doubtful key, a doubtful column and a sure one."""
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    put(store, fresh, SourceFile, {"file_id": "f", "name": "cmdb.csv", "received_at": "2026-11-21T00:00:00Z"})
    put(store, fresh, SourceSheet, {"file_id": "f", "sheet_index": 1, "sheet": "cmdb.csv", "rows": 2})
    cells = [["srv1", "Ann [red]", "x"], ["srv2", "Bo", ""]]
    for row, listed in enumerate(cells, 2):
        record = {"record_id": f"f.1.{row}", "file_id": "f", "sheet_index": 1, "row": row, "cells": listed}
        put(store, fresh, SourceRecord, record)
    columns = [
        ("Ding", "asset_name", 0.7, "review"),
        ("Owner", "technical_owner", 0.85, "review"),
        ("OS", "os_name", 0.95, "accept"),
    ]
    for place, (header, field, confidence, decision) in enumerate(columns, 1):
        mapping = {"file_id": "f", "sheet_index": 1, "sheet": "cmdb.csv", "entity": "asset", "column_index": place}
        mapping |= {"header": header, "field": field, "confidence": confidence, "decision": decision}
        put(store, fresh, FieldMapping, mapping | {"reason": "resembles"})
    return fresh


def put(store, tenant, table, row):
    blank = {name: [] if "list" in str(field.annotation) else 0 if field.annotation in (int, float) else ""
             for name, field in table.model_fields.items()}  # fmt: skip
    store.upsert(tenant, RUN, {table: pd.DataFrame([blank | row])})


def test_the_queue_tells_what_waits_and_how_to_answer(run, tenant):
    document = run("review", "--tenant", tenant, "--json", code=3)
    assert document["waiting"] == 2
    first, second = document["columns"]
    assert (first["id"], first["header"], second["header"]) == ("f.1.1", "Ding", "Owner")
    assert second["samples"] == ["Ann [red]", "Bo"]
    assert {"file", "sheet", "field", "confidence", "alternatives", "reason"} <= set(first)
    assert any("review accept" in line for line in document["answer"])
    shown = run("review", "--tenant", tenant, code=3)
    assert "Ann [red]" in shown and f"aidiscover review set --tenant {tenant}" in shown


def test_answers_empty_the_queue(run, tenant):
    assert run("review", "accept", "--tenant", tenant, "--all-above", 0.8, "--json", code=3)["waiting"] == 1
    told = run("review", "set", "--tenant", tenant, "--id", "f.1.1", "--field", "hostname", "--by", "eve", "--json")
    assert told["waiting"] == 0
    assert (told["corrections"][0]["field"], told["corrections"][0]["by"]) == ("hostname", "eve")
    assert "nothing waits" in run("review", "--tenant", tenant)
    trust = run("corrections", "list", "--tenant", tenant, "--json")["trust"]
    assert {(row["kind"], row["name"]): row["upheld"] for row in trust}[("source", "cmdb.csv")] == 1


def test_accepting_says_what_happens_next(run, tenant):
    told = run("review", "accept", "--tenant", tenant, "--id", "f.1.1", "--id", "f.1.2")
    assert f"the next 'aidiscover discover --tenant {tenant}' uses them" in told


def test_a_correction_is_stored_listed_and_removed(run, tenant):
    told = run("correct", "--tenant", tenant, "--header", "Owner", "--field", "business_owner", "--json")
    assert told["columns"][0]["id"] == "f.1.2"
    assert "next: aidiscover discover" in run(
        "correct", "--tenant", tenant, "--header", "Owner", "--field", "ignore", "--source", "cmdb*", "--by", "bob"
    )
    shown = run("correct", "--tenant", tenant, "--header", "Owner", "--field", "vendor", "--unit", "GB")
    assert "still otherwise for one source" in shown
    listed = run("corrections", "list", "--tenant", tenant, "--json")["corrections"]
    assert [(row["field"], row["superseded"]) for row in listed] == [
        ("vendor", False),
        ("ignore", False),
        ("business_owner", True),
    ]
    shown = run("corrections", "list", "--tenant", tenant)
    assert "superseded" in shown and "bob" in shown
    ids = [row["correction_id"] for row in listed]
    assert run("corrections", "remove", "--tenant", tenant, "--id", ids[0], "--json")["removed"] == ids[:1]
    assert "removed" in run("corrections", "remove", "--tenant", tenant, "--id", ids[1])


def test_a_wrong_field_or_tenant_is_one_clear_line(run, tenant):
    with pytest.raises(ConfigError, match=r"'busines_owner' is no canonical field.*business_owner"):
        run("correct", "--tenant", tenant, "--header", "Owner", "--field", "busines_owner")
    with pytest.raises(UnknownTenant):
        run("review", "--tenant", "nobody")


@pytest.mark.parametrize(
    "arguments",
    [("review",), ("review", "accept", "--tenant", "x"), ("review", "set", "--tenant", "x", "--field", "y")],
)
def test_a_command_that_lacks_something_is_wrong_usage(arguments):
    assert CliRunner().invoke(cli, list(arguments)).exit_code == 2


def test_what_was_learned_goes_to_another_tenant_as_a_file(run, tenant, store, tmp_path):
    other = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(other, "Globex"))
    run("correct", "--tenant", tenant, "--header", "Owner", "--field", "business_owner", "--by", "ann-of-acme")
    library = tmp_path / "learned.yaml"
    assert "1 columns written" in run("templates", "export", "--tenant", tenant, "--output", library)
    assert "acme" not in library.read_text().lower()
    assert run("templates", "import", "--tenant", other, library, "--json") == {
        "tenant": other,
        "imported": 1,
        "kept": 0,
    }
    (row,) = run("corrections", "list", "--tenant", other, "--json")["corrections"]
    assert (row["header"], row["by"], row["source"]) == ("Owner", "import learned.yaml", "library: learned.yaml")
    assert "0 columns learned, 1 left" in run("templates", "import", "--tenant", other, library)
    assert run("templates", "export", "--tenant", other, "--output", library, "--json")["columns"] == 0
