"""Real export files: an application portfolio, an inventory workbook and an RVTools export of one published sample."""

from pathlib import Path

import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    Asset,
    AttributeValue,
    Dependency,
    EntityValue,
    Recommendation,
    SkippedRow,
    SourceFile,
)
from aidiscover_pipelines.inventory.stage import row_accounting

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "aws_genai_sample"
FILES = ("application-portfolio.csv", "it-infrastructure-inventory.xlsx", "RVTools_Export.xlsx")
TENANT = "aws-sample"

pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason=f"the sample exports are not at {SAMPLE}")


@pytest.fixture(scope="module")
def document(command_line):
    command_line.json("tenant", "add", TENANT)
    command_line.json("ingest", "--tenant", TENANT, *(SAMPLE / name for name in FILES))
    return command_line.json("discover", "--tenant", TENANT)


@pytest.fixture(scope="module")
def store(command_line, document):
    store = open_portfolio(Settings.from_environment())
    yield store
    store.close()


def test_every_application_of_both_lists_has_22_attributes_and_one_disposition(store, document):
    applications = store.read(TENANT, Application)
    recorded = applications[applications["origin"] == "recorded"]
    # 30 of the portfolio and 14 of the workbook; the CRM stands in both.
    assert len(recorded) == 43
    assert set(store.read(TENANT, AttributeValue).groupby("application_id").size()) == {22}
    assert set(store.read(TENANT, Recommendation)["application_id"]) == set(applications["application_id"])
    assert document["status"] == "succeeded"


def test_servers_of_both_exports_are_merged_within_and_kept_apart_between(store):
    names = store.read(TENANT, SourceFile).set_index("file_id")["name"]
    of_file = store.read(TENANT, Asset)["sources"].explode().map(names).value_counts()
    skipped = store.read(TENANT, SkippedRow)
    machines = skipped[(skipped["sheet"] == "vInfo") & (skipped["stage"] == "cleansing")]
    assert of_file["it-infrastructure-inventory.xlsx"] == 200
    # The export lists 212 machines; templates and placeholders are not servers, and say so.
    assert of_file["RVTools_Export.xlsx"] + len(machines) == 212
    assert machines["reason"].str.contains("template|placeholder").all()


def test_the_dependencies_of_the_workbook_are_in_the_graph(store):
    edges = store.read(TENANT, Dependency)
    assert (edges["kind"] == "flow").sum() == 9  # ten rows, one of them twice
    relations = edges[edges["kind"] == "relation"]
    assert set(zip(relations["source_text"], relations["target_text"], strict=True)) == {
        ("A11-Web", "A9-Acct"),
        ("A6-GL", "A7-Sale"),
    }
    assert relations["source_application"].notna().all() and relations["target_application"].notna().all()


def test_nothing_is_dropped_silently(store):
    account = row_accounting(store, TENANT)
    assert account["unaccounted"] == 0
    assert account["rows_in"] == account["used"] + account["skipped"] == 2193
    assert (store.read(TENANT, SkippedRow)["reason"] != "").all()


def test_every_value_leads_back_to_its_cell(store):
    values = store.read(TENANT, EntityValue)
    files = set(store.read(TENANT, SourceFile)["file_id"])
    assert set(values["evidence_id"].str.split(".").str[0]) <= files
