"""A person's correction is in the chain of what it changed, and taking it back restores the chain, but for the runs."""

import copy
from datetime import UTC, date, datetime

import pytest

from aidiscover_pipelines.attributes.stage import validate_attributes
from aidiscover_pipelines.domain.tables import IdentityDecision
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.ingest.stage import ingest_paths, read_records, receive_uploads
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.inventory.cleansing.exemptions import redo_rule, undo_rule
from aidiscover_pipelines.mapping.answers import Answer
from aidiscover_pipelines.mapping.learning import correct, remove_corrections
from aidiscover_pipelines.mapping.stage import map_fields
from aidiscover_pipelines.ports import Condition
from aidiscover_pipelines.reporting.explain import explain
from aidiscover_pipelines.reporting.explain_text import explained
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")
TODAY = date(2026, 11, 21)
APPLICATIONS = """Application name,Business criticality,Kram,Operating hours
CRM,hoch,Blatt 7,8x5
Wiki,low,Blatt 9,24x7
"""
SERVERS = """Server name,Serial number,Operating system,Memory (GB),Application name
srv-crm-01,CZJ042001A,Windows Server 2016,16,CRM
srv-wik-01,CZJ042002B,RHEL 7,8,Wiki
"""
OTHER_SERVERS = """Hostname,Serial number,RAM (GB),Location
srv-crm-01b,CZJ042001A,32,Berlin
srv-wik-01,CZJ042002B,8,Berlin
"""


@pytest.fixture
def store(tmp_path):
    files = LocalTenantFiles(tmp_path / "home", 0.0)
    paths = []
    for name, text in (("apps.csv", APPLICATIONS), ("servers.csv", SERVERS), ("cmdb.csv", OTHER_SERVERS)):
        paths.append(tmp_path / name)
        paths[-1].write_text(text, encoding="utf-8")
    store = ScratchStore(Tenant(ACME, "Acme"))
    ingest_paths(store, files, ACME, paths)
    for step in (receive_uploads, read_records):
        step(store, files, ACME, RunRef("upload"))
    return discovered(store)


def discovered(store):
    run = RunRef(f"run {datetime.now(UTC).isoformat()}")
    map_fields(store, ACME, run)
    for step in (
        inventory.cleanse_records,
        inventory.build_inventory,
        inventory.build_applications,
        inventory.build_dependencies,
    ):
        step(store, ACME, run)
    validate_attributes(store, ACME, run, TODAY)
    return store


def chain(store, name="CRM", kind=EntityKind.APPLICATION, **what):
    """The document without its runs, and its lines."""
    document = explain(store, ACME, kind, name, **what)
    lines = "\n".join(explained(document))
    return {key: value for key, value in copy.deepcopy(document).items() if key != "runs"}, lines


def attribute(document, key):
    return next(row for row in document["attributes"] if row["attribute"] == key)


def test_a_mapping_correction_is_in_the_chain_with_its_author_until_it_is_removed(store):
    before, lines = chain(store)
    assert attribute(before, "stakeholder_impact")["state"] == "missing" and "ann" not in lines
    said = correct(store, ACME, Answer("Kram", "stakeholder_impact"), "ann")["correction"]["correction_id"]
    corrected, lines = chain(discovered(store))
    told = attribute(corrected, "stakeholder_impact")
    assert (told["state"], told["values"][0]["stands"][0]["value"]) == ("present", "Blatt 7")
    cell = told["values"][0]["stands"][0]["cell"]
    assert (cell["file"], cell["column"], cell["row"], cell["header"]) == ("apps.csv", "C", 2, "Kram")
    assert (cell["mapping"]["correction"]["by"], cell["mapping"]["correction"]["correction_id"]) == ("ann", said)
    assert "mapped to stakeholder_impact" in lines and f"(correction {said})" in lines and "by ann on " in lines
    remove_corrections(store, ACME, [said])
    assert chain(discovered(store))[0] == before


def test_an_undone_cleansing_rule_is_in_the_chain_with_its_author_until_it_is_redone(store):
    before, _ = chain(store, attribute="business_criticality")
    value = attribute(before, "business_criticality")["values"][0]["stands"][0]
    rule = value["cell"]["cleansing"]["rule"]
    assert (value["value"], value["cell"]["original"], rule) == ("high", "hoch", "vocabulary")
    undo_rule(store, ACME, rule, "business_criticality", "hoch", "bo")
    undone, lines = chain(discovered(store), attribute="business_criticality")
    value = attribute(undone, "business_criticality")["values"][0]["stands"][0]
    assert value["value"] == "hoch"
    assert [each["by"] for each in value["cell"]["cleansing"]["undone"]] == ["bo"]
    assert "left as read: bo undid rule vocabulary" in lines
    redo_rule(store, ACME, rule, "business_criticality", "hoch")
    assert chain(discovered(store), attribute="business_criticality")[0] == before


def test_a_decision_about_identity_is_in_the_chain_with_its_author_until_it_is_withdrawn(store):
    before, lines = chain(store, "srv-crm-01", EntityKind.ASSET)
    memory = next(contest for contest in before["values"] if contest["field"] == "memory_mb")
    assert memory["conflict"] and len(memory["others"]) == 1 and "lost to " in lines
    assert (before["records"], before["identity"]) == (2, [])
    decision = IdentityDecision(
        decision_id="d1", entity=EntityKind.ASSET, verdict="different", left_keys=["name:srv-crm-01"],
        right_keys=["name:srv-crm-01b"], left_name="srv-crm-01", right_name="srv-crm-01b",
        reason="two racks", by="cy", at=datetime.now(UTC),
    )  # fmt: skip
    store.put(ACME, [decision])
    told, lines = chain(discovered(store), "srv-crm-01", EntityKind.ASSET)
    assert (told["records"], [each["by"] for each in told["identity"]]) == (1, ["cy"])
    assert not any(contest["others"] for contest in told["values"])
    assert "cy said on " in lines and "are different: two racks (d1)" in lines
    assert store.delete(ACME, IdentityDecision, [Condition("decision_id", "=", "d1")]) == 1
    assert chain(discovered(store), "srv-crm-01", EntityKind.ASSET)[0] == before
