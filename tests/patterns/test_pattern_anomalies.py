"""Who stands out, by what, and where everybody lies on the map."""

from aidiscover_pipelines.domain.tables import ClusterMember
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.stage import find_patterns

ACME = TenantId("acme")


def members_of(store):
    find_patterns(store, ACME, RunRef("r"))
    return store.read(ACME, ClusterMember).set_index("application_id")


def test_an_application_unlike_its_group_stands_out_with_reasons(store_with, three_kinds):
    rows = three_kinds(40)
    for number, row in enumerate(rows.values()):
        row["storage_total_gb"] = 90 + number % 20
    rows["app-0-007"].update({"storage_total_gb": 90_000, "cpu_cores": 900, "environment": "test"})
    members = members_of(store_with(rows))
    assert members.index[members["anomaly"]].tolist() == ["app-0-007"]
    reasons = members.loc["app-0-007", "reasons"]
    assert "cores 900, its group's median 6" in reasons
    assert "environment test, as 2.5% of its group" in reasons
    assert members.loc["app-0-007", "distance"] > 1
    assert members.loc["app-0-008", "reasons"] == []


def test_an_application_made_of_two_kinds_stands_out_by_what_is_not_of_its_group(store_with, three_kinds):
    rows = three_kinds(40)
    mixed = rows["app-0-011"]
    mixed.update({"os_family": "mainframe", "@architecture_pattern": "pattern 2: as told"})
    members = members_of(store_with(rows))
    assert members.index[members["anomaly"]].tolist() == ["app-0-011"]
    assert members.loc["app-0-011", "reasons"] == [
        "operating system mainframe, as 2.5% of its group",
        "architecture pattern 2, as 2.5% of its group",
    ]


def test_one_odd_value_is_no_anomaly(store_with, three_kinds):
    rows = three_kinds(40)
    rows["app-1-003"]["environment"] = "test"
    assert not members_of(store_with(rows))["anomaly"].any()


def test_groups_lie_apart_on_the_map_which_ends_at_one(store_with, three_kinds):
    members = members_of(store_with(three_kinds(20)))
    places = members[["x", "y"]]
    assert places.abs().max().tolist() == [1.0, 1.0]
    spread = places.groupby(members["cluster_id"]).std().max().max()
    centres = places.groupby(members["cluster_id"]).mean().to_numpy()
    nearest = min(((centres[i] - centres[j]) ** 2).sum() ** 0.5 for i in range(3) for j in range(i))
    assert nearest > 3 * spread
