"""What accounts tell becomes cells with addresses that hold, and a coverage row for each kind of call."""

from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage
from aidiscover_pipelines.ports import CloudScope
from resources.clouds.reader import Limits, read_account
from resources.clouds.scopes import Gathering
from tests.clouds.loopback import Answer, Cloud, LoopbackAccount, cloud, server

QUICK = Limits(threads=4, attempts=2, backoff_s=0.01, seconds=20)


def scopes(held: Cloud, **account: Any) -> list[CloudScope]:
    of = LoopbackAccount(held, **account)
    return list(Gathering(of.cloud, of.id).scopes(read_account(of, QUICK)))


def cells(held: Cloud, **account: Any) -> pd.DataFrame:
    frames = [scope.cells for scope in scopes(held, **account) if len(scope.cells)]
    return pd.concat(frames, ignore_index=True).sort_values("evidence_id", ignore_index=True)


def coverage(held: Cloud, **account: Any) -> dict[str, dict[str, Any]]:
    rows = pd.concat([scope.coverage for scope in scopes(held, **account)])
    return {row["operation"]: row for row in rows.to_dict("records")}


def told(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["evidence_id"], frame["value"], strict=True))


def test_an_address_is_cloud_account_region_service_resource_and_field() -> None:
    with cloud(List=Answer([server("web-1")])) as held:
        frame = cells(held)
    assert told(frame) == {
        "aws:1:north.compute.web-1.asset_id": "web-1",
        "aws:1:north.compute.web-1.asset_name": "web-1",
        "aws:1:north.compute.web-1.memory_mb": "8192",
    }
    assert list(frame.columns) == CloudCell.columns()
    assert set(frame["file_id"]) == {"aws:1:north"}
    place = frame[["cloud", "account", "region", "service", "operation"]].drop_duplicates()
    assert place.to_numpy().tolist() == [["aws", "1", "north", "compute", "List"]]
    memory = frame[frame["field"] == "memory_mb"].iloc[0]
    assert (memory["original"], memory["transform"], memory["number"]) == ("8192", "MiB to MB", 8192.0)


def test_dots_of_names_do_not_part_addresses_and_names_stay_apart() -> None:
    with cloud(List=Answer([server("shop.assets"), server("shop_assets"), server("shop%2Eassets")])) as held:
        frame = cells(held)
    assert frame["record_id"].nunique() == 3
    assert set(frame["record_id"].str.count(r"\.")) == {2}


def test_tags_tell_application_environment_and_owners_alike_in_all_clouds() -> None:
    tagged = server("web-1", Application="Web Shop", env="prod", **{"Technical-Owner": "ann", "Cost_Center": "4711"})
    with cloud(List=Answer([tagged])) as held:
        frame = cells(held).set_index("field")
    assert frame["value"].to_dict() == {
        "asset_id": "web-1",
        "asset_name": "web-1",
        "memory_mb": "8192",
        "application_name": "Web Shop",
        "environment": "production",
        "technical_owner": "ann",
        "business_unit": "4711",
        "tags": "Application=Web Shop; Cost_Center=4711; Technical-Owner=ann; env=prod",
    }
    of_application = frame[frame["entity"] == "application"]
    assert set(of_application.index) == {"application_name", "technical_owner", "business_unit"}


def test_without_an_application_owners_are_those_of_the_resource() -> None:
    with cloud(List=Answer([server("web-1", owner="ann", criticality="high", app="-")])) as held:
        frame = cells(held).set_index("field")
    assert frame.loc["business_owner", "entity"] == "asset"
    assert "business_criticality" not in frame.index, "only an application has one"
    assert "criticality=high" in frame.loc["tags", "value"], "what was tagged is kept"


def test_what_another_service_tells_of_a_resource_stands_in_its_record_whichever_is_first() -> None:
    more = {"id": "web-1", "texts": {"cpu_cores": "4"}}
    for slow in ("north/compute/List", "north/sizes/Types"):
        script = {"north/compute/List": [server("web-1")], "north/sizes/Types": [more]}
        answers = {name: Answer(items, late_s=0.1 * (name == slow)) for name, items in script.items()}
        with cloud(**answers) as held:
            frame = cells(held)
        assert told(frame)["aws:1:north.compute.web-1.cpu_cores:sizes"] == "4"
        assert frame["record_id"].nunique() == 1
        sizes = frame[frame["field"] == "cpu_cores"].iloc[0]
        assert (sizes["service"], sizes["operation"]) == ("sizes", "Types")


def test_what_nobody_lists_has_a_record_of_its_own_once_all_is_read() -> None:
    with cloud(**{"north/tagging/Tags": Answer([{"id": "arn:lambda", "tags": {"app": "Web Shop"}}])}) as held:
        frame = cells(held)
    assert told(frame)["aws:1:north.tagging.arn:lambda.asset_id"] == "arn:lambda"


def test_measurements_keep_their_statistics_apart() -> None:
    measured = {"id": "web-1", "measured": [["cpu_util_pct", "avg", 12.5], ["cpu_util_pct", "p95", 71.0]]}
    with cloud(List=Answer([server("web-1")]), **{"north/monitor/Load": Answer([measured])}) as held:
        frame = cells(held, later=["north/monitor/Load"])
    load = frame[frame["field"] == "cpu_util_pct"]
    assert load["evidence_id"].tolist() == [
        "aws:1:north.compute.web-1.cpu_util_pct_avg:monitor",
        "aws:1:north.compute.web-1.cpu_util_pct_p95:monitor",
    ]
    assert load["statistic"].tolist() == ["avg", "p95"]
    assert load["number"].tolist() == [12.5, 71.0]


def test_relations_become_edges_with_an_address_of_their_own() -> None:
    edges = [["web-1", "db-1", "target group", 5432], ["web-1", "db-1", "flow log", None]]
    with cloud(List=Answer([server("web-1")], relations=edges)) as held:
        frame = cells(held)
    edge = frame[frame["entity"] == "dependency"]
    assert edge["record_id"].nunique() == 2
    assert set(edge["field"]) == {"dep_source", "dep_target", "dep_port", "dep_type"}
    assert edge.loc[edge["field"] == "dep_port", "number"].tolist() == [5432.0]


def test_what_is_counted_but_no_asset_has_no_cells() -> None:
    with cloud(List=Answer([{"id": "ami-1", "kind": "image"}])) as held:
        found = scopes(held)
    assert sum(len(scope.cells) for scope in found) == 0
    assert sum(int(scope.coverage["resources"].sum()) for scope in found) == 1


def test_reads_of_one_operation_are_one_row_that_tells_its_gravest_outcome() -> None:
    details = ["north/compute/Detail"]
    pages = [Answer([server("a")], next="2", more=details), Answer([server("b")], more=details)]
    refused = [Answer([{"id": "a", "texts": {"os_name": "Linux"}}]), Answer(status=403, code="AccessDenied")]
    with cloud(List=pages, Detail=refused) as held:
        rows = coverage(held)
    assert list(rows["Detail"]) == CloudCoverage.columns()
    assert {name: rows["Detail"][name] for name in ("outcome", "resources", "calls", "permission")} == {
        "outcome": "denied",
        "resources": 0,
        "calls": 2,
        "permission": "compute:Detail",
    }
    assert rows["Detail"]["reason"] == "1 of 2 reads: answered 403; allow compute:Detail"
    assert (rows["List"]["outcome"], rows["List"]["permission"], rows["List"]["reason"]) == ("called", "", "")
