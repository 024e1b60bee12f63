"""Declared repositories are scanned once for each commit; what fails says why and keeps what it told before."""

from datetime import UTC, datetime, timedelta

import pytest

from aidiscover_pipelines.domain.tables import RepositoryCell, RepositoryScan, RepositorySource
from aidiscover_pipelines.domain.tenancy import RunRef, tenant_id
from aidiscover_pipelines.repositories.stage import scan_repositories

ACME = tenant_id("acme")
NOW = datetime.now(UTC)


def declare(store, code_host, path, kind="github", application=""):
    place = code_host.url.removeprefix("http://")
    url = f"{code_host.url}/{path}"
    row = RepositorySource(name=f"{place}/{path}", kind=kind, url=url, application=application, by="eve", at=NOW)
    store.put(ACME, [row])
    return row.name


def scan(store, hosts, minute=0, only=None):
    return scan_repositories(
        store, hosts, ACME, RunRef(f"r{minute}", NOW + timedelta(minutes=minute)), NOW.date(), only
    )


def row_of(store, name):
    return store.find(ACME, RepositoryScan, repository_id=name)


def test_a_repository_tells_stack_quality_documentation_and_history(store, hosts, code_host):
    name = declare(store, code_host, "acme/webshop")
    result = scan(store, hosts)
    assert result.figures == {"scanned": 1, "unchanged": 0, "failed": 0}, result.skipped
    row = row_of(store, name)
    assert row.commit == code_host.head("acme/webshop")
    assert row.facts["licences"] == ["Apache-2.0"]
    assert row.facts["integration"] == ["GitLab CI"]
    assert row.facts["history"]["authors"] == 1
    assert row.facts["history"]["commits_90_days"] == 1
    assert "ada" not in str(row).lower(), "counts of people, never who they are"
    cells = store.read(ACME, RepositoryCell)
    values = {(field, value) for field, value in zip(cells["field"], cells["value"], strict=True)}
    assert values >= {
        ("technology_stack", "Django 3.2.5"),
        ("technology_stack", "Python 3.8"),
        ("technology_stack", "Debian 10"),
        ("technology_stack", "Docker"),
        ("database_engine", "PostgreSQL 12.3"),
        ("documentation_quality", "good"),
        ("business_logic_complexity", "low"),
    }
    (django,) = cells.loc[cells["value"] == "Django 3.2.5", "evidence_id"]
    place = name.replace(".", "_")
    assert django.startswith(f"repository:{place}@{row.commit[:12]}.requirements_txt.1.")
    assert cells["evidence_id"].is_unique
    assert "vulnerability_count" not in set(cells["field"]), "without advisories nothing is known"


def test_an_unchanged_commit_is_not_read_again_and_a_new_one_replaces_its_cells(
    store, hosts, code_host, code_host_module
):
    name = declare(store, code_host, "acme/billing")
    scan(store, hosts)
    code_host.requests.clear()
    assert scan(store, hosts, 1).figures == {"scanned": 0, "unchanged": 1, "failed": 0}
    assert not [path for path, _ in code_host.requests if "git-upload-pack" in path]
    commit = code_host_module.commit(code_host.root / "acme/billing", {"go.mod": "module x\ngo 1.18\n"}, author=1)
    assert scan(store, hosts, 2).figures["scanned"] == 1
    cells = store.read(ACME, RepositoryCell, repository_id=name)
    assert set(cells["file_id"]) == {f"repository:{name.replace('.', '_')}@{commit[:12]}"}
    assert "Go 1.18" in set(cells["value"])
    assert row_of(store, name).facts["history"]["authors"] == 2


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_an_owner_means_all_of_its_repositories_page_by_page(store, hosts, code_host, kind):
    declare(store, code_host, "acme/*", kind)
    assert scan(store, hosts).figures == {"scanned": 3, "unchanged": 0, "failed": 0}
    assert any("page=2" in path for path, _ in code_host.requests)


def test_a_plain_git_host_needs_no_rest(store, hosts, code_host):
    declare(store, code_host, "acme/tools", "git")
    assert scan(store, hosts).figures["scanned"] == 1
    assert not [path for path, _ in code_host.requests if path.startswith("/api")]


def test_a_repository_that_fails_keeps_what_it_told_and_others_go_on(store, hosts, code_host):
    shop = declare(store, code_host, "acme/webshop")
    gone = declare(store, code_host, "acme/gone")
    assert scan(store, hosts).figures == {"scanned": 1, "unchanged": 0, "failed": 1}
    assert "404" in row_of(store, gone).reason
    assert "Metadata: read" in row_of(store, gone).reason
    code_host.faults["/api/v3/repos/acme/webshop"] = [(403, {}, "{}")]
    assert scan(store, hosts, 1).figures["failed"] == 2
    row = row_of(store, shop)
    assert (row.outcome, row.commit) == ("failed", code_host.head("acme/webshop"))
    assert len(store.read(ACME, RepositoryCell, repository_id=shop)) > 5


def test_a_withdrawn_declaration_is_forgotten(store, hosts, code_host):
    declare(store, code_host, "acme/tools")
    scan(store, hosts)
    store.delete(ACME, RepositorySource, [])
    scan(store, hosts, 1)
    assert store.read(ACME, RepositoryScan).empty
    assert store.read(ACME, RepositoryCell).empty


def test_one_repository_is_scanned_alone(store, hosts, code_host, code_host_module):
    shop, tools = declare(store, code_host, "acme/webshop"), declare(store, code_host, "acme/tools")
    scan(store, hosts)
    for path in ("acme/webshop", "acme/tools"):
        code_host_module.commit(code_host.root / path, {"x.py": "x = 1\n"})
    assert scan(store, hosts, 1, [tools]).rows_in == 1
    assert row_of(store, tools).commit == code_host.head("acme/tools")
    assert row_of(store, shop).commit != code_host.head("acme/webshop")


def test_the_token_reaches_its_host_and_nothing_that_is_stored(store, hosts, code_host, code_host_module):
    declare(store, code_host, "acme/webshop")
    scan(store, hosts)
    assert code_host_module.TOKEN not in store.read(ACME, RepositoryScan).to_csv()
    assert all(told for path, told in code_host.requests if path.startswith("/api"))
