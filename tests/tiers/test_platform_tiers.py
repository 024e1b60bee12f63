"""From facts to a tier with its methods, reasons and strategy; for the tenant and for each group."""

import time

import pytest

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES
from aidiscover_pipelines.domain.tables import AttributeValue, Dependency, SourceStanding
from aidiscover_pipelines.tiers.rules import ATTRIBUTES
from aidiscover_pipelines.tiers.stage import draft_platform

OTHER = "aws:123:us-east-1"


def drafted(estate):
    return draft_platform(estate.store, estate.tenant)


def group(draft, name):
    return next(each for each in draft["groups"] if each["group"] == name)


def full(estate, scope="aws:123:eu-central-1"):
    """An account that answers in full: four measured servers with every field."""
    made = estate().read("called", "called", "empty", scope=scope).assets(4, scope).measured(4)
    for number in range(4):
        for field in FIELDS:
            made.value(f"a{number}", field.name, source=f"{scope}.ec2.r")
    return made


def test_an_estate_that_answers_in_full_is_tier_1_and_needs_no_files(estate):
    draft = drafted(full(estate))
    assert (draft["tier"], draft["methods"], draft["automation_percent"]) == (1, ["api"], 100.0)
    assert [each["group"] for each in draft["groups"]] == ["aws account 123 eu-central-1"]
    assert draft["groups"][0]["methods"] == ["api"]


def test_what_interfaces_leave_open_is_asked_for_even_in_tier_1(estate):
    made = estate().read("called").assets(4).measured(4)
    draft = drafted(made)
    assert (draft["tier"], draft["methods"]) == (1, ["api", "manual"])
    assert draft["automation_percent"] == pytest.approx(100 / 22, abs=0.1)


@pytest.mark.parametrize(
    ("outcomes", "others", "measures"),
    [(("called", "called", "denied"), 0, 10), (("called", "called"), 40, 10), (("called", "called"), 0, 0)],
    ids=["a read is denied", "most assets are elsewhere", "nothing is measured"],
)
def test_partial_access_is_tier_2_and_keeps_people_in_the_loop(estate, outcomes, others, measures):
    made = estate().read(*outcomes).assets(10).assets(others, "f1", "o").measured(measures)
    draft = drafted(made)
    assert (draft["tier"], draft["methods"]) == (2, ["api", "file", "manual"])


def test_files_alone_are_tier_3_and_count_less_than_an_interface(estate):
    made = estate().file().assets(2, "f1").value("a0", "os_name").value("a1", "os_name")
    draft = drafted(made)
    assert (draft["tier"], draft["methods"]) == (3, ["file", "manual"])
    # The operating system, and the end of its support.
    assert draft["automation_percent"] == pytest.approx(100 * 0.6 * 2 / 22, abs=0.1)
    assert draft["groups"][0]["group"] == "source cmdb.csv" and draft["capabilities"]["is_file_only"]


def test_mostly_denied_interfaces_fall_back_to_files_and_name_the_permission(estate):
    made = estate().file().read("denied", "failed", "called").assets(5, ["f1", "aws:123:eu-central-1"])
    draft = drafted(made)
    assert draft["tier"] == 3 and "manual" in draft["methods"]
    assert "1 of 3 cloud reads answered" in draft["justification"]
    assert "Grant ec2:DescribeInstances, then scan again" in draft["strategy"]
    assert draft["capabilities"]["cloud_asset_share"] == 0.0


def test_nothing_readable_is_tier_4_by_hand(estate):
    refused = estate().file(status="quarantined").read("denied")
    for made in (
        estate(),
        refused,
        estate().read("skipped", scope="none::global"),
        estate().read("skipped", scope="aws::global"),
    ):
        draft = drafted(made)
        assert (draft["tier"], draft["methods"], draft["automation_percent"]) == (4, ["manual"], 0.0)


def test_a_scan_that_was_skipped_counts_as_unanswered_where_a_cloud_is_configured(estate):
    nothing = drafted(estate().read("skipped", scope="none::global"))
    lost = drafted(estate().file().read("skipped", scope="aws::global", permission=""))
    assert "No cloud was asked" in nothing["justification"] and nothing["groups"] == []
    assert lost["capabilities"]["cloud_reads_unanswered"] == 1
    assert group(lost, "aws, no account reached")["tier"] == 4


def test_an_account_that_answers_but_lists_nothing_is_partial_access(estate):
    assert drafted(estate().read("empty", "called"))["tier"] == 2


def test_each_group_has_its_own_tier_and_methods(estate):
    made = full(estate).file().read("denied", "called", "denied", scope=OTHER)
    made.assets(2, OTHER, "d").assets(3, "f1", "o").assets(2, "f1", "n").application("hr")
    for number in range(3):
        made.value(f"o{number}", "location", "Werk Nord" if number else "werk nord")
        made.value(f"o{number}", "network_name", "vlan 12")
    made.value("n0", "network_name", "DMZ").value("n1", "network_name", "4")
    told = {each["group"]: (each["kind"], each["tier"], each["methods"]) for each in drafted(made)["groups"]}
    assert told == {
        "aws account 123 eu-central-1": ("cloud account", 1, ["api"]),
        "site Werk Nord": ("site", 3, ["file", "manual"]),
        "aws account 123 us-east-1": ("cloud account", 4, ["api", "manual"]),
        "applications without a known server, cmdb.csv": ("source", 3, ["file", "manual"]),
        "network segment DMZ": ("network segment", 3, ["file", "manual"]),
        "source cmdb.csv": ("source", 3, ["file", "manual"]),
    }


def test_a_region_is_judged_by_the_whole_account_where_that_was_asked_at_once(estate):
    made = estate().read("called", scope="azure:sub-1:global").assets(2, "azure:sub-1:westeurope").measured(2)
    draft = drafted(made)
    assert draft["tier"] == 1 and draft["groups"][0]["group"] == "azure account sub-1 westeurope"


def test_a_cloud_that_only_a_file_names_is_no_access(estate):
    made = estate().file().assets(3, "f1")
    for number in range(3):
        made.value(f"a{number}", "virtualization_platform", "Wolkenwerk Cloud")
    draft = drafted(made)
    assert draft["tier"] == 3 and draft["capabilities"]["cloud_asset_share"] == 0.0


def test_what_says_to_be_air_gapped_is_a_group_of_its_own_in_tier_4(estate):
    made = estate().file().assets(4, "f1")
    for number, text in enumerate(("Server im Inselnetz", "air-gapped: no", "not air gapped", "")):
        made.value(f"a{number}", "location", "Werk Nord").value(f"a{number}", "description", text)
    draft = drafted(made)
    alone = group(draft, "site Werk Nord, air-gapped")
    assert (alone["tier"], alone["methods"], alone["assets"], alone["automation_percent"]) == (4, ["manual"], 1, 0.0)
    assert group(draft, "site Werk Nord")["assets"] == 3 and draft["tier"] == 3


def test_what_a_person_declares_air_gapped_is_tier_4_whatever_answers(estate):
    made = full(estate).declared("somewhere else").declared("*", version=2)
    draft = drafted(made)
    assert (draft["tier"], draft["methods"]) == (4, ["manual"])
    one = drafted(estate().file().assets(2, "f1").value("a0", "location", "Werk").declared("SITE werk"))
    assert group(one, "site Werk")["tier"] == 4 and group(one, "source cmdb.csv")["tier"] == 3


def test_answers_of_people_and_files_no_longer_used_are_not_automatic(estate):
    made = estate().file().file("f2", status="superseded").assets(3, "f1")
    made.value("a0", "os_name", source="f1.1.1").value("a1", "os_name", source="f1.2.1").value(
        "a2", "os_name", source="f2.1.1"
    )
    made.add(SourceStanding, "f1.2", "ask.xlsx", "person", 1.0, None, "a questionnaire")
    assert drafted(made)["automation_percent"] == pytest.approx(100 * 0.6 * 2 / 22 / 3, abs=0.1)


def test_an_asset_has_what_its_applications_and_edges_tell(estate):
    made = estate().file().assets(1, "f1").application("crm", "a0")
    made.value("crm", "business_criticality", "high", entity="application")
    made.add(Dependency, "d1", "crm", None, None, None, "CRM", "ERP", "relation", None, "f1.2.2.1", True, 1.0, 1, [])
    ways = drafted(made)["groups"][0]["ways"]
    assert {name for name, way in ways.items() if way == "file"} == {"business_criticality", "integration_dependencies"}


def test_applications_without_servers_count_and_may_be_called_like_a_server(estate):
    made = estate().file().assets(1, "f1").application("a0").application("hr").application("crm")
    for name in ("a0", "hr"):
        made.value(name, "business_criticality", "high", entity="application")
    alone = group(drafted(made), "applications without a known server, cmdb.csv")
    assert (alone["assets"], alone["applications"]) == (0, ["a0", "crm", "hr"])
    assert alone["automation_percent"] == pytest.approx(100 * 0.6 * 2 / 22 / 3, abs=0.1)


def test_agents_are_told_and_used_in_the_strategy_but_are_no_access(estate):
    made = estate().file().assets(4, "f1").value("a0", "tags", "agent=Amazon-SSM-Agent; monitored=Dynatrace OneAgent")
    made.value("a1", "asset_type", "microsoft.hybridcompute/machines").value(
        "a2", "memory_util_pct", "3", f"{OTHER}.cw.r"
    )
    draft = drafted(made)
    agents = draft["capabilities"]["agents"]
    assert agents == {"Azure Arc": 1, "AWS Systems Manager": 1, "CloudWatch agent": 1, "monitoring agent": 1}
    assert draft["capabilities"]["agent_asset_share"] == 0.75 and draft["tier"] == 3
    assert "Connect or export what" in draft["strategy"]


def test_freshness_counts_sightings_within_a_month_of_the_newest_source(estate):
    def seen(made):
        made.assets(4, "f1").value("a0", "last_seen", "2026-11-10").value("a1", "last_seen", "2026-01-10")
        return drafted(made.value("a2", "last_seen", "often"))["capabilities"]["fresh_asset_share"]

    assert seen(estate().file()) == seen(estate()) == 0.25
    unreadable = estate().assets(1, "f1").value("a0", "last_seen", "often")
    assert drafted(unreadable)["capabilities"]["fresh_asset_share"] == 0.0


def test_filled_attributes_are_a_capability(estate):
    judged = ("", 1.0, 1.0, 1.0, 1.0, 1.0, "")
    made = estate().add(AttributeValue, "a", "x", "present", "v", 1.0, [], "", *judged)
    made.add(AttributeValue, "a", "y", "missing", "", 0.0, [], "?", *judged)
    assert drafted(made)["capabilities"]["filled_attribute_share"] == 0.5


def test_rare_sites_are_told_as_one_and_the_order_of_rows_changes_nothing(estate):
    def made(numbers):
        one = estate().file()
        for number in numbers:
            one.assets(1, "f1", f"s{number}-").value(f"s{number}-0", "location", f"Site {number % 40:02d}")
        return drafted(one)

    draft = made(range(80))
    assert draft == made(reversed(range(80)))
    assert len(draft["groups"]) == 31 and group(draft, "site other locations")["assets"] == 20


def test_the_attributes_are_the_22_and_each_is_served_by_the_canonical_schema():
    assert sorted(ATTRIBUTES) == sorted(attribute.key for attribute in CRITICAL_ATTRIBUTES)
    served = {field.serves for field in FIELDS}
    assert all(served.intersection(groups) for groups in ATTRIBUTES.values())


def test_ten_thousand_assets_are_judged_in_three_seconds_of_computing(estate):
    made = estate().file()
    for region in range(4):
        made.read(*("called",) * 15, scope=f"aws:1:region-{region}")
        made.assets(2000, f"aws:1:region-{region}", f"r{region}-")
    made.assets(2000, "f1", "o")
    fields = ("os_name", "cpu_cores", "memory_mb", "ip_address", "location", "cpu_util_pct", "tags", "environment")
    for _, (asset, *_rest) in enumerate(list(made.rows[next(t for t in made.rows if t.table == "assets")])):
        source = f"aws:1:region-{asset[1]}.ec2.{asset}" if asset[0] == "r" else "f1.1.1"
        for field in fields:
            made.value(asset, field, f"value {asset[-2:]}", source)
    store = made.store
    began = time.process_time()
    draft = draft_platform(store, estate.tenant)
    assert time.process_time() - began < 3
    assert sum(each["assets"] for each in draft["groups"]) == 10_000
