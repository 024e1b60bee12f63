"""A repository's facts become attributes of one application, found as declared, by address or by name; else a flag."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.stage import validate_attributes
from aidiscover_pipelines.cli.scratch import RUN, SCRATCH, mapped_file
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationRepository,
    AttributeValue,
    DataFlag,
    EntityValue,
    RepositoryCell,
    RepositoryScan,
    SourceStanding,
)
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.inventory.applications.repositories import addresses
from aidiscover_pipelines.reporting.evidence import resolve_evidence
from aidiscover_pipelines.repositories.cells import repository_cells
from aidiscover_pipelines.repositories.facts import read_facts
from aidiscover_pipelines.technology.stage import name_technologies

TODAY = date(2026, 11, 1)
CSV = """Application,Owner,Business criticality,Source repository
Web shop,Eve Adams,high,
Billing,Bob Brown,low,https://gitlab.example.com/acme/invoices.git
Payroll,Ann Other,medium,git@gitlab.example.com:acme/payroll-core.git
Ledger,Ann Other,medium,see gitlab.example.com/acme/payroll-core/-/tree/main
"""
FILES = {
    "requirements.txt": "Django==3.2.5\n",
    "Dockerfile": "FROM python:3.8-slim\n",
    "shop.py": "".join(f"def f_{n}():\n    return {n}\n" for n in range(30)),
}
# Repository -> the application that it is declared to build.
REPOSITORIES = {
    "github.com/acme/webshop": "Web shop",
    "gitlab.example.com/acme/invoices": "",
    "gitlab.example.com/acme/payroll-core": "",
    "github.com/acme/Payroll": "",
    "github.com/acme/tools": "",
    "github.com/acme/old": "Nobody knows",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "applications.csv").write_text(CSV)
    store = mapped_file(folder / "applications.csv")
    for name, text in FILES.items():
        (folder / "tree").mkdir(exist_ok=True)
        (folder / "tree" / name).write_text(text)
    facts = read_facts(folder / "tree", {}, None)
    rows = [
        {
            "repository_id": name, "source": name, "url": f"https://{name}", "application": application,
            "commit": "c" * 40, "basis": "b", "outcome": "scanned", "reason": "", "facts": facts,
            "scanned_at": datetime(2026, 11, 1, tzinfo=UTC),
        }
        for name, application in REPOSITORIES.items()
    ]  # fmt: skip
    cells = pd.concat([repository_cells(name, "c" * 40, facts, TODAY) for name in REPOSITORIES])
    store.upsert(SCRATCH.id, RUN, {RepositoryScan: pd.DataFrame(rows), RepositoryCell: cells})
    inventory.cleanse_records(store, SCRATCH.id, RUN)
    inventory.build_inventory(store, SCRATCH.id, RUN)
    inventory.build_applications(store, SCRATCH.id, RUN)
    inventory.build_dependencies(store, SCRATCH.id, RUN)
    name_technologies(store, SCRATCH.id, RUN, TODAY)
    validate_attributes(store, SCRATCH.id, RUN, TODAY)
    return store


def link(store, name):
    return store.find(SCRATCH.id, ApplicationRepository, repository_id=name)


def test_a_repository_makes_no_application(store):
    assert store.read(SCRATCH.id, Application)["name"].tolist() == ["Billing", "Ledger", "Payroll", "Web shop"]


@pytest.mark.parametrize(
    ("name", "application", "how"),
    [
        ("github.com/acme/webshop", "web-shop", "declared"),
        ("gitlab.example.com/acme/invoices", "billing", "address in a source"),
        ("github.com/acme/Payroll", "payroll", "name"),
        ("gitlab.example.com/acme/payroll-core", None, "rows of several applications name its address"),
        ("github.com/acme/tools", None, "no source names its address or an application of its name"),
        ("github.com/acme/old", None, "no source knows the application that it is declared to build"),
    ],
)
def test_a_repository_belongs_to_the_application_that_the_strongest_evidence_names(store, name, application, how):
    found = link(store, name)
    assert (found.application_id, found.how) == (application, how)


def test_the_row_that_names_the_address_is_kept(store):
    assert link(store, "gitlab.example.com/acme/invoices").record_id.endswith(".3")
    assert link(store, "github.com/acme/webshop").record_id == ""


def test_what_belongs_to_no_application_is_flagged_with_its_first_cell(store):
    flags = store.read(SCRATCH.id, DataFlag, stage="applications")
    assert set(flags["value"]) == {name for name in REPOSITORIES if link(store, name).application_id is None}
    assert all(evidence[0].startswith("repository:") for evidence in flags["evidence"])


def test_its_facts_are_attributes_with_evidence_down_to_the_line(store):
    found = store.read(SCRATCH.id, AttributeValue, application_id="web-shop").set_index("attribute")
    assert set(found.loc[["technology_stack", "code_quality", "documentation_quality"], "state"]) == {"present"}
    assert "Django 3.2.5" in found.loc["technology_stack", "value"]
    assert "Django 3.2 (2024-04-01); Python 3.8 (2024-10-07)" in found.loc["eol_technology", "value"]
    assert any(".requirements_txt.1." in one for one in found.loc["technology_stack", "evidence"])
    told = store.read(SCRATCH.id, EntityValue, entity_id="web-shop", field="code_quality_score")
    assert told["chosen"].tolist() == [True]


def test_a_person_is_shown_the_line_of_the_file(store):
    found = store.read(SCRATCH.id, EntityValue, entity_id="web-shop", field="technology_stack", value="Django 3.2.5")
    (shown,) = resolve_evidence(store, SCRATCH.id, found["evidence_id"])["text"]
    assert ".requirements_txt.1" in shown
    assert shown.endswith("= framework Django 3.2.5")


def test_a_repository_has_a_standing_of_its_own(store):
    standing = store.read(SCRATCH.id, SourceStanding, kind="repository")
    assert len(standing) == len(REPOSITORIES)
    assert set(standing["as_of"]) == {"2026-11-01"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("https://github.com/Acme/Web.Shop/tree/main/src", "github.com/acme/web.shop"),
        ("git@gitlab.example.com:group/sub/shop.git", "gitlab.example.com/group/sub/shop"),
        ("ssh://git@host.example:2222/acme/shop", "host.example:2222/acme/shop"),
        ("code: https://eve:x@github.com/acme/shop.git, see wiki", "github.com/acme/shop"),
        ("http://127.0.0.1:8080/acme/shop/", "127.0.0.1:8080/acme/shop"),
    ],
)
def test_addresses_of_a_repository_are_read_as_people_write_them(text, named):
    assert named in list(addresses(text))


def test_a_second_resolution_gives_the_same(store):
    before = store.read(SCRATCH.id, ApplicationRepository)
    inventory.build_applications(store, SCRATCH.id, RUN)
    pd.testing.assert_frame_equal(store.read(SCRATCH.id, ApplicationRepository), before)
