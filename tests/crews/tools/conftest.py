"""Two tenants in one store: the demo's CMDB and application list with two AWS servers, and a foreign firm."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.stage import validate_attributes
from aidiscover_pipelines.crews.tools import Desk
from aidiscover_pipelines.demo.write import write_demo_files
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tables import AgentMemory, CloudCell, CloudCoverage, MappingCorrection
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.governance.memory.memories import recall
from aidiscover_pipelines.ingest.stage import read_records, receive_uploads
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.mapping.answers import Answer, correction_row
from aidiscover_pipelines.mapping.stage import map_fields
from aidiscover_pipelines.patterns.stage import find_patterns
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from aidiscover_pipelines.tiers.stage import draft_platform, settle_platform
from resources.clouds.account import Page, Read, Resource
from resources.clouds.reader import Ended, Part
from resources.clouds.scopes import Gathering
from resources.crews.desk import set_desk
from resources.landing import LocalTenantFiles
from resources.memory.embedding import WordsEmbedder
from resources.scratch_store import ScratchStore

ACME, GLOBEX, EMPTY = TenantId("acme"), TenantId("globex"), TenantId("initech")
TODAY = date(2026, 11, 21)
EMBEDDER = WordsEmbedder()
# Stands in every value of the foreign tenant, and in none of the demo.
MARK = "zyxglobex"
FOREIGN = f"""application,server,operating system,owner,cpu cores,memory GB,criticality
Auftragsportal {MARK},{MARK}-srv-01,Windows Server 2019 {MARK},{MARK} owner,4,16,high
{MARK} ledger,{MARK}-srv-02,RHEL 8 {MARK},{MARK} owner,8,32,low
"""


def _discover(store: ScratchStore, files: LocalTenantFiles, tenant: TenantId, paths: list[Any]) -> None:
    run = RunRef("run-1")
    for path in paths:
        files.receive(tenant, path)
    receive_uploads(store, files, tenant, run)
    read_records(store, files, tenant, run)
    for stage in (
        map_fields,
        inventory.cleanse_records,
        inventory.build_inventory,
        inventory.build_applications,
        inventory.build_dependencies,
    ):
        stage(store, tenant, run)
    validate_attributes(store, tenant, run, TODAY)
    settle_platform(store, tenant, run, draft_platform(store, tenant), None)
    find_patterns(store, tenant, run)
    settle_portfolio(store, tenant, run, draft_portfolio(store, tenant, TODAY), [], TODAY)


def _clouds(store: ScratchStore) -> None:
    """Two servers, one of an application that the files know, and a service that was denied."""
    servers = [
        Resource(
            f"i-{number}",
            {
                "asset_name": f"aws-app0{number}",
                "cpu_cores": "4",
                "memory_mb": "8192",
                "os_name": "Red Hat Enterprise Linux 8",
                "location": "eu-central-1a",
            },
            kind="ec2:instance",
            tags={"application": name},
        )
        for number, name in ((1, "Auftragsportal"), (2, "Wolkenlager"))
    ]

    def listed(service: str, operation: str) -> Read:
        return Read("eu-central-1", service, operation, f"{service}:{operation}", lambda token: Page())

    instances, buckets, databases = (
        listed("ec2", "DescribeInstances"),
        listed("s3", "ListBuckets"),
        listed("rds", "DescribeDBInstances"),
    )
    events = [
        Part(instances, Page(servers)),
        Ended(instances, "called", len(servers), 1, ""),
        Ended(buckets, "empty", 0, 1, ""),
        Ended(databases, "denied", 0, 1, "AccessDenied"),
    ]
    for scope in Gathering("aws", "123456789012").scopes(events):
        store.upsert(ACME, RunRef("run-0"), {CloudCell: scope.cells, CloudCoverage: scope.coverage})


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> ScratchStore:
    folder = tmp_path_factory.mktemp("portfolio")
    store = ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"), Tenant(EMPTY, "Initech"))
    files = LocalTenantFiles(folder / "home", 0)
    _clouds(store)
    demo = [path for path in write_demo_files(folder / "demo") if "rvtools" not in path.name]
    _discover(store, files, ACME, demo)
    foreign = folder / f"{MARK}.csv"
    foreign.write_text(FOREIGN, encoding="utf-8")
    _discover(store, files, GLOBEX, [foreign])
    now = datetime.now(UTC)
    for tenant, header in ((ACME, "Verantwortlicher (fachlich)"), (GLOBEX, f"{MARK} header")):
        answer = Answer(header, "business_owner", "", "", None, None)
        row = correction_row(answer, "someone", now, None, None)
        store.append(tenant, {MappingCorrection: pd.DataFrame([row])})
    _remember(
        store,
        ACME,
        "The order portal was retained last year",
        ["aws:123456789012:eu-central-1.ec2.i-1.os_name", "f9.9.9.9"],
    )
    _remember(store, GLOBEX, f"{MARK} payroll moves first", [])
    return store


def _remember(store: ScratchStore, tenant: TenantId, content: str, evidence: list[str]) -> None:
    now = datetime.now(UTC)
    row = AgentMemory(
        record_id=content[:8],
        scope="/entity/auftragsportal/",
        embedder=EMBEDDER.name,
        embedding=EMBEDDER.embed([content])[0],
        application_id="auftragsportal",
        content=content,
        categories=[],
        details={"evidence": evidence},
        importance=0.5,
        source=None,
        private=False,
        created_at=now,
    )
    store.append(tenant, {AgentMemory: pd.DataFrame([row.model_dump()])})


def desk_of(store: ScratchStore, tenant: TenantId, subject: str) -> Desk:
    """A desk as a kickoff has it."""

    def remembered(query: str, scope: str, limit: int) -> list[dict[str, Any]]:
        return recall(store, tenant, query, EMBEDDER, scope=scope, limit=limit)

    case = CaseFile(tenant, "own_crew", subject, {}, {}, "digest")
    # Full access: every tool is offered, and every way of collecting may be looked at.
    return replace(set_desk(case, store, today=TODAY, recall=remembered, remote=False), tier=1)


@pytest.fixture(scope="session")
def desks(portfolio: ScratchStore) -> dict[str, Desk]:
    """A desk for each kind of case."""
    return {
        "application": desk_of(portfolio, ACME, "application:auftragsportal"),
        "tenant": desk_of(portfolio, ACME, "tenant"),
        "unknown": desk_of(portfolio, ACME, "application:no-such-application"),
        "empty": desk_of(portfolio, EMPTY, "tenant"),
        "foreign": desk_of(portfolio, GLOBEX, "tenant"),
    }
