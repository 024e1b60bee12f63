"""What is wrong in the demo's files on purpose is found: duplicates, conflicts, systems past their end, gaps."""

import re

import pandas as pd
import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.demo import data_planted as planted
from aidiscover_pipelines.demo.data_systems import SYSTEMS
from aidiscover_pipelines.demo.portfolio import demo_portfolio
from aidiscover_pipelines.demo.write_cmdb import is_in_cmdb
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    Asset,
    AttributeValue,
    EntityValue,
    TechnologyUse,
)
from aidiscover_pipelines.domain.vocabulary import AttributeState

PORTFOLIO = demo_portfolio()
# Operating systems whose vendor has stopped fixing them without a paid extension, by their announcements.
ENDED_SYSTEMS = ("win2008r2", "win2012r2", "rhel6", "rhel7", "centos6", "centos7", "sles12")
# Software in the spreadsheet that is past its end, as written there.
ENDED_SOFTWARE = {
    "Tomcat 7": "Tomcat 7",
    "PostgreSQL 9.6": "PostgreSQL 9.6",
    "SQL Server 2008 R2": "SQL Server 2008 R2",
    "SQL Server 2012": "SQL Server 2012",
    "MySQL 5.7": "MySQL 5.7",
    "Oracle Database 11g": "Oracle Database 11",
}
# Attribute -> column of the portfolio that alone tells it; "-" there means that nobody knows.
ONLY_TOLD_BY = {
    "user_load": "users",
    "documentation_quality": "documented",
    "security_vulnerabilities": "vulnerabilities",
}


@pytest.fixture(scope="module")
def read(demo):
    store = open_portfolio(Settings.from_environment())
    yield lambda table, **where: store.read("demo", table, **where)
    store.close()


@pytest.fixture(scope="module")
def assets_by_host(read) -> pd.Series:
    """asset_id of every short host name that any of its values gives."""
    names = read(EntityValue, entity="asset", field=["hostname", "asset_name"])
    short = names["value"].str.casefold().str.split(".").str[0].str.replace("_", "-")
    return names.assign(host=short).drop_duplicates(["host", "entity_id"]).set_index("host")["entity_id"]


@pytest.fixture(scope="module")
def application_ids(read) -> dict[str, str]:
    """application_id by each name that its values give."""
    names = read(EntityValue, entity="application", field="application_name")
    return dict(zip(names["value"], names["entity_id"], strict=True))


def test_every_server_is_one_asset_also_where_the_cmdb_has_it_twice(read, assets_by_host):
    servers = {server.name: server.application for server in PORTFOLIO.servers}
    applications = {application.name: application for application in PORTFOLIO.applications}
    twice = [host for host, count in assets_by_host.index.value_counts().items() if count > 1]
    assert not [host for host in twice if host in servers], "one host, two assets"
    records = read(Asset).set_index("asset_id")["records"]
    for host in planted.CMDB_TWICE:
        application = applications[servers[host]]
        assert is_in_cmdb(next(server for server in PORTFOLIO.servers if server.name == host), application)
        assert records[assets_by_host[host]] >= 2, host


def test_applications_spelt_in_two_ways_are_one(read, application_ids):
    assert len(read(Application)) == len({application.name for application in PORTFOLIO.applications})
    for name, in_cmdb in planted.CMDB_APPLICATION_NAMES.items():
        assert application_ids[name] == application_ids[in_cmdb], name


@pytest.mark.parametrize("host", planted.CMDB_RAM_GB)
def test_memory_that_two_sources_give_differently_is_a_conflict_and_both_stay(read, assets_by_host, host):
    said = read(EntityValue, entity="asset", entity_id=assets_by_host[host], field="memory_mb")
    real = next(server for server in PORTFOLIO.servers if server.name == host)
    assert said["conflict"].all()
    assert {round(number / 1024) for number in said["number"]} >= {planted.CMDB_RAM_GB[host], real.ram_gb}
    assert round(said.loc[said["chosen"], "number"].item() / 1024) == real.ram_gb, "the hypervisor knows better"


@pytest.mark.parametrize("host", planted.CMDB_OS)
def test_an_operating_system_from_before_an_upgrade_is_a_conflict(read, assets_by_host, host):
    said = read(EntityValue, entity="asset", entity_id=assets_by_host[host], field=["os_name", "os_version"])
    assert said["conflict"].any()
    family = SYSTEMS[planted.CMDB_OS[host]].os.removesuffix(" Server")
    assert said["value"].str.contains(family, regex=False).any()


@pytest.mark.parametrize("name", planted.CMDB_CRITICALITY_OF)
def test_criticality_that_two_sources_give_differently_is_a_conflict(read, application_ids, name):
    said = read(EntityValue, entity="application", entity_id=application_ids[name], field="business_criticality")
    assert said["conflict"].all() and said["chosen"].sum() == 1


def test_every_system_past_its_end_is_found_on_every_server(read, assets_by_host):
    uses = read(TechnologyUse, entity="asset", status="eol")
    past = set(uses.loc[uses["field"].isin(("os_name", "os_version")), "entity_id"])
    ended = [server.name for server in PORTFOLIO.servers if server.os in ENDED_SYSTEMS]
    listed = [host for host in ended if host in assets_by_host.index]
    told = read(EntityValue, entity="asset", field=["os_name", "os_version"])
    said = told.groupby("entity_id")["value"].agg(" ".join)
    versioned = [host for host in listed if re.search(r"\d", said[assets_by_host[host]])]
    assert len(versioned) > 50
    # Where the newer of two statements is wrong, the conflict says so; these servers were upgraded in place.
    assert not {host for host in versioned if assets_by_host[host] not in past} - set(planted.CMDB_OS)
    # Of a system without a version nothing is known, and nothing is guessed.
    unversioned = [assets_by_host[host] for host in set(listed) - set(versioned)]
    uses = read(TechnologyUse, entity="asset", entity_id=unversioned, field=["os_name", "os_version"])
    assert set(uses["status"]) <= {"unknown"}


@pytest.mark.parametrize("written", ENDED_SOFTWARE)
def test_software_past_its_end_is_found_in_every_application_that_has_it(read, application_ids, written):
    facts = read(ApplicationFact, field="eol_products").set_index("application_id")["value"]
    having = [each.name for each in PORTFOLIO.applications if written in f"{each.technology}; {each.database}"]
    listed = [name for name in having if name in application_ids]
    assert listed
    for name in listed:
        assert ENDED_SOFTWARE[written] in facts[application_ids[name]], name


@pytest.mark.parametrize("attribute", ONLY_TOLD_BY)
def test_what_nobody_filled_in_is_a_gap_with_a_question(read, application_ids, attribute):
    known = read(AttributeValue, attribute=attribute).set_index("application_id")
    empty = [each.name for each in PORTFOLIO.applications if getattr(each, ONLY_TOLD_BY[attribute]) in ("", "-")]
    gaps = [application_ids[name] for name in empty if name in application_ids]
    assert gaps
    assert not (known.loc[gaps, "state"] == AttributeState.PRESENT).any()
    assert known.loc[gaps, "question"].ne("").any()
