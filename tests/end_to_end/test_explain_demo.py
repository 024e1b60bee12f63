"""Every attribute of every demo application is explained down to cells that exist, from one read of each table."""

import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import Application, CleansedCell, SourceStanding
from aidiscover_pipelines.reporting.explain import application_document
from aidiscover_pipelines.reporting.explain_text import explained
from aidiscover_pipelines.reporting.ledger import application_ledger


@pytest.fixture(scope="module")
def store(demo):
    store = open_portfolio(Settings.from_environment())
    yield store
    store.close()


@pytest.fixture(scope="module")
def documents(store):
    ids = store.read("demo", Application)["application_id"].tolist()
    ledger = application_ledger(store, "demo", ids)
    return {name: application_document(ledger, name) for name in ids}


def attributes(documents):
    return [(name, row) for name, document in documents.items() for row in document["attributes"]]


def test_all_22_attributes_of_every_application_have_a_chain(documents):
    keys = [attribute.key for attribute in CRITICAL_ATTRIBUTES]
    for name, document in documents.items():
        assert [row["attribute"] for row in document["attributes"]] == keys, name
    for name, row in attributes(documents):
        known = row["state"] in ("present", "inferred")
        behind = row["values"] or row["relations"] or row["cells"] or not row["evidence"]
        assert behind, (name, row["attribute"])
        assert not known or row["rule"], (name, row["attribute"])
        assert known or row["state"] == "not applicable" or row["question"]["text"], (name, row["attribute"])


def test_every_value_leads_to_its_cell_mapping_and_source(documents, store):
    cells = set(store.read("demo", CleansedCell, columns=["evidence_id"])["evidence_id"])
    kinds = set()
    for name, row in attributes(documents):
        assert set(row["evidence"]) <= cells, (name, row["attribute"])
        for contest in row["values"]:
            for value in [*contest["stands"], *contest["others"]]:
                cell = value["cell"]
                place = (name, row["attribute"], value["evidence_id"])
                assert cell["file"] and cell["column"] and cell["row"] and cell["header"] and cell["original"], place
                assert cell["mapping"]["field"] and cell["mapping"]["reason"], place
                assert value["rule"], place
                kinds.add(cell["source"]["kind"])
    assert kinds == {"platform", "registry", "list"}


def test_disputes_show_what_stands_and_what_lost_to_which_cell(documents):
    disputed = [
        contest for _, row in attributes(documents) for contest in row["values"] if contest["conflict"]
    ]  # fmt: skip
    assert disputed
    for contest in disputed:
        addresses = [value["evidence_id"] for value in contest["stands"]]
        assert any(f"lost to {address}: " in value["rule"] for value in contest["others"] for address in addresses)


def test_the_chain_reads_as_lines_without_an_address_that_only_a_machine_knows(documents, store):
    addresses = store.read("demo", SourceStanding)["sheet_key"].tolist()
    for document in documents.values():
        text = "\n".join(explained(document))
        assert text.startswith(document["name"]) and "written by run " in text
        assert not [line for line in text.splitlines() if "lost to" in line and any(key in line for key in addresses)]


def test_the_command_prints_the_chain_and_the_same_as_data(demo, command_line):
    name = "Wiki"
    printed = command_line.run("explain", "--tenant", "demo", "--application", name.lower())
    assert printed.return_value == 0 and "[business_criticality]: low" in printed.output
    document = command_line.json(
        "explain", "--tenant", "demo", "--application", name, "--attribute", "business_criticality"
    )
    assert [row["attribute"] for row in document["attributes"]] == ["business_criticality"]
    asset = command_line.json("explain", "--tenant", "demo", "--asset", "nwhh-idp-app01", "--field", "os_name")
    assert [contest["conflict"] for contest in asset["values"]] == [True]
    assert command_line.run("explain", "--tenant", "demo").exception is not None
    assert command_line.run("explain", "--tenant", "demo", "--asset", "x", "--attribute", "a").exception is not None
