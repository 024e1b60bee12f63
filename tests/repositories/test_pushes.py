"""A push asks for a run of exactly one application; that run takes over what is new in its repositories."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd

from aidiscover_pipelines.domain.tables import (
    ApplicationRepository,
    CleansedCell,
    EntityValue,
    ReassessmentRequest,
    RepositoryScan,
    RepositorySource,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, Tenant, tenant_id
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.ops.repositories import refresh
from aidiscover_pipelines.ops.sensors import repository_pushes
from aidiscover_pipelines.repositories.stage import scan_repositories
from resources.catalogue import SystemClock

ACME = tenant_id("acme")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def push(store, delivery, repository, minute):
    row = {
        "delivery_id": delivery, "body_sha256": delivery, "repository_id": repository, "commit": "c" * 40,
        "received_at": NOW + timedelta(minutes=minute),
    }  # fmt: skip
    store.add(ACME, ReassessmentRequest, pd.DataFrame([row]))


def built(store, **applications):
    rows = [
        {"repository_id": name, "application_id": application, "how": "declared", "record_id": ""}
        for name, application in applications.items()
    ]
    store.upsert(ACME, RunRef("r"), {ApplicationRepository: pd.DataFrame(rows)})


def tick(store, cursor=None):
    with dg.DagsterInstance.ephemeral() as instance:
        return repository_pushes(dg.build_sensor_context(instance=instance, cursor=cursor, resources={"store": store}))


def test_each_application_that_was_pushed_to_runs_once(store):
    built(store, shop="web-shop", shop2="web-shop", bill="billing", stray=None)
    for minute, (delivery, name) in enumerate([("a", "shop"), ("b", "shop2"), ("c", "stray"), ("d", "unknown")]):
        push(store, delivery, name, minute)
    result = tick(store)
    (request,) = result.run_requests
    assert (request.partition_key, request.run_key) == ("acme/web-shop", "acme/web-shop:b")
    assert request.tags["aidiscover/tenant"] == "acme"
    assert result.dynamic_partitions_requests[0].partition_keys == ["acme/web-shop"]


def test_a_push_is_seen_once(store):
    built(store, shop="web-shop", bill="billing")
    push(store, "a", "shop", 0)
    first = tick(store)
    assert not tick(store, first.cursor).run_requests
    push(store, "b", "bill", 1)
    assert [one.partition_key for one in tick(store, first.cursor).run_requests] == ["acme/billing"]


def told(record, field, value):
    return {
        "evidence_id": f"f.1.{record}.{field}", "record_id": f"f.1.{record}", "file_id": "f", "entity": "application",
        "field": field, "value": value, "number": None, "statistic": None, "original": value, "transform": "",
        "rule": "",
    }  # fmt: skip


def test_a_run_of_an_application_takes_over_its_new_commits_and_nobody_elses(store, hosts, code_host, code_host_module):
    rows = [told(2, "application_name", "Web shop"), told(3, "application_name", "Tools")]
    store.upsert(ACME, RunRef("r0", NOW), {CleansedCell: pd.DataFrame(rows)})
    place = code_host.url.removeprefix("http://")
    for path in ("acme/webshop", "acme/tools"):
        name = f"{place}/{path}"
        source = RepositorySource(
            name=name, kind="github", url=f"{code_host.url}/{path}", application="", by="eve", at=NOW
        )
        store.put(ACME, [source])
    scan_repositories(store, hosts, ACME, RunRef("r1", NOW), NOW.date())
    inventory.build_inventory(store, ACME, RunRef("r1", NOW))
    inventory.build_applications(store, ACME, RunRef("r1", NOW))
    for path in ("acme/webshop", "acme/tools"):
        code_host_module.commit(code_host.root / path, {"go.mod": "module x\ngo 1.18\n"})
    later = RunRef("r2", NOW + timedelta(hours=1))
    result = refresh(store, hosts, SystemClock(), ACME, later, ApplicationId("tools"))
    assert result.figures["scanned"] == 1
    values = store.read(ACME, EntityValue, field="technology_stack", value="Go 1.18")
    assert values["entity_id"].tolist() == ["tools"]
    assert values["chosen"].tolist() == [True]
    shop = store.find(ACME, RepositoryScan, repository_id=f"{place}/acme/webshop")
    assert shop.commit != code_host.head("acme/webshop")
    assert refresh(store, hosts, SystemClock(), ACME, later, ApplicationId("tools")).figures["unchanged"] == 1
    assert refresh(store, hosts, SystemClock(), ACME, later, ApplicationId("unknown")).rows_in == 0


def test_no_push_is_lost_where_a_busy_tenant_shares_the_cursor_with_another(store):
    globex = tenant_id("globex")
    store.add_tenant(Tenant(globex, "Globex"))
    names = [f"r{number:02}" for number in range(60)]
    built(store, **{name: f"app-{name}" for name in names})
    for minute, name in enumerate(names):
        push(store, f"d-{name}", name, minute)
    row = {"delivery_id": "g", "body_sha256": "g", "repository_id": "web", "commit": "c" * 40}
    store.add(globex, ReassessmentRequest, pd.DataFrame([{**row, "received_at": NOW + timedelta(days=1)}]))
    first = tick(store)
    second = tick(store, first.cursor)
    asked = [request.partition_key for result in (first, second) for request in result.run_requests]
    assert asked == [f"acme/app-{name}" for name in names]
    assert [int(request.tags["dagster/priority"]) for request in first.run_requests[:3]] == [0, -1, -2]
