import threading

import pandas as pd
import pytest

from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.stage import enabled_crews
from aidiscover_pipelines.crews.tenant_crews import (
    DRAFT,
    RETIRED,
    create_crew,
    crews_of,
    definition_of,
    find_crew,
    running_version,
    set_status,
    update_crew,
    versions_of,
)
from aidiscover_pipelines.domain.errors import ConfigError, InvalidCrew, UnknownTenant
from aidiscover_pipelines.domain.tables import CrewDefinition
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres.store import PostgresStore
from resources.scratch_store import ScratchStore


def crew(name: str = "licences", **changed):
    agent = {"role": "Licence Analyst", "goal": "Find licences.", "backstory": "You read contracts.", "tools": []}
    task = {"name": "look", "description": "Look.", "expected_output": "Licences.", "agent": "analyst"}
    return read_definition(
        {"name": name, "description": "Licences.", "agents": {"analyst": agent}, "tasks": [task], **changed}
    )


@pytest.fixture(params=["scratch", "postgres"])
def store(request) -> ScratchStore | PostgresStore:
    if request.param == "scratch":
        return ScratchStore()
    return request.getfixturevalue("session_store")


@pytest.fixture
def tenant(store, request) -> TenantId:
    name = TenantId(f"crews-{abs(hash(request.node.name)) % 10**12}")
    store.add_tenant(Tenant(name, "Acme"))
    store.delete(name, CrewDefinition, [])
    return name


def test_a_tenant_without_crews_has_none(store, tenant):
    assert crews_of(store, tenant) == [] and enabled_crews(store, tenant) == ([], [])


def test_a_change_makes_a_new_version_and_keeps_the_old_one(store, tenant):
    assert create_crew(store, tenant, crew(), "ann") == 1
    assert update_crew(store, tenant, crew(description="Licences and support."), "bob") == 2
    versions = versions_of(store, tenant, "licences")
    assert [(row["version"], row["status"], row["by"]) for row in versions] == [
        (1, "active", "ann"),
        (2, "active", "bob"),
    ]
    assert definition_of(store, tenant, "licences", 1) == crew()
    assert running_version(store, tenant, "licences") == 2


def test_a_draft_waits_beside_the_version_that_runs_until_it_is_approved(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    update_crew(store, tenant, crew(description="Drafted."), "ann", status=DRAFT, drafted_by="offline/analyst")
    (listed,) = crews_of(store, tenant)
    assert (listed["status"], listed["runs"], listed["drafted_by"]) == (DRAFT, 1, "offline/analyst")
    assert running_version(store, tenant, "licences") == 1
    assert set_status(store, tenant, "licences", "active", "bob") == 3
    assert (
        definition_of(store, tenant, "licences", running_version(store, tenant, "licences")).description == "Drafted."
    )


def test_a_first_draft_does_not_run(store, tenant):
    create_crew(store, tenant, crew(), "ann", status=DRAFT)
    assert enabled_crews(store, tenant) == ([], [])
    with pytest.raises(ConfigError, match="its latest version is draft; approve it with 'aidiscover crew approve"):
        running_version(store, tenant, "licences")


def test_a_retired_crew_does_not_run_is_still_listed_and_can_come_back(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    assert set_status(store, tenant, "licences", RETIRED, "ann") == 2
    assert enabled_crews(store, tenant) == ([], [])
    assert [row["status"] for row in versions_of(store, tenant, "licences")] == ["active", "retired"]
    assert create_crew(store, tenant, crew(description="Again."), "bob") == 3
    assert running_version(store, tenant, "licences") == 3


def test_crews_are_the_tenants_own(store, tenant):
    other = TenantId(f"{tenant}-b")
    store.add_tenant(Tenant(other, "Globex"))
    store.delete(other, CrewDefinition, [])
    create_crew(store, tenant, crew(), "ann")
    assert crews_of(store, other) == []
    with pytest.raises(ConfigError, match=r"cannot find crew 'licences' of tenant '.*': it has none"):
        versions_of(store, other, "licences")
    with pytest.raises(UnknownTenant):
        create_crew(store, TenantId("nobody"), crew(), "ann")


def test_a_case_finds_its_crew_among_the_built_in_ones_and_the_tenants(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    assert find_crew(store, tenant, "assessment").name == "assessment"
    assert [agent.role for agent in find_crew(store, tenant, "licences").agents.values()] == ["Licence Analyst"]
    with pytest.raises(ConfigError, match="cannot find crew 'gone'"):
        find_crew(store, tenant, "gone")


def test_wrong_changes_are_refused_with_what_to_do(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    with pytest.raises(ConfigError, match="it exists; change it with 'aidiscover crew update"):
        create_crew(store, tenant, crew(), "ann")
    with pytest.raises(ConfigError, match=r"cannot find crew 'costs'.*it has licences"):
        update_crew(store, tenant, crew("costs"), "ann")
    with pytest.raises(ConfigError, match="it is active since version 1"):
        set_status(store, tenant, "licences", "active", "ann")
    with pytest.raises(ConfigError, match="cannot find version 7 of crew 'licences'"):
        definition_of(store, tenant, "licences", 7)


def test_a_stored_definition_that_the_rules_refuse_meanwhile_does_not_run(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    (row,) = store.read(tenant, CrewDefinition).to_dict("records")
    row["definition"]["agents"]["analyst"]["tools"] = ["shell"]
    store.append(tenant, {CrewDefinition: pd.DataFrame([row])})
    with pytest.raises(InvalidCrew, match="'shell' is no registered tool"):
        find_crew(store, tenant, "licences")
    enabled, (refused,) = enabled_crews(store, tenant)
    assert enabled == [] and "'shell' is no registered tool" in refused


def test_a_crew_that_is_switched_off_runs_on_demand_and_not_in_bulk(store, tenant):
    create_crew(store, tenant, crew(enabled=False), "ann")
    create_crew(store, tenant, crew("costs"), "ann")
    assert enabled_crews(store, tenant) == (["costs"], [])
    assert running_version(store, tenant, "licences") == 1


def test_concurrent_changes_each_get_a_version_of_their_own(store, tenant):
    create_crew(store, tenant, crew(), "ann")
    names = [f"person {number}" for number in range(16)]
    start = threading.Barrier(len(names))

    def change(name: str) -> None:
        start.wait()
        update_crew(store, tenant, crew(description=f"Changed by {name}."), name)

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = versions_of(store, tenant, "licences")
    assert [row["version"] for row in versions] == list(range(1, 18))
    assert sorted(row["by"] for row in versions[1:]) == sorted(names)
    for row in versions[1:]:
        assert row["definition"]["description"] == f"Changed by {row['by']}."
