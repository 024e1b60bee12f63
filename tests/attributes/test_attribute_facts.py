import pandas as pd

from aidiscover_pipelines.attributes.facts import FACT_COLUMNS
from tests.attributes.conftest import APPS, assets, cell, edges, facts_of, links, values


def test_numbers_of_the_servers_add_up_and_utilisation_is_averaged() -> None:
    facts = facts_of(
        values(
            ("asset", "s1", "cpu_cores", 4),
            ("asset", "s2", "cpu_cores", 8),
            ("asset", "s1", "cpu_util_pct", 10, "avg"),
            ("asset", "s2", "cpu_util_pct", 30),
            ("asset", "s1", "cpu_util_pct", 70, "max"),
            ("asset", "s2", "cpu_util_pct", 95, "p95"),
            ("asset", "s2", "cpu_util_pct", 1, "min"),
            ("asset", "s1", "recovery_objectives", 4),
            ("asset", "s2", "recovery_objectives", 24),
        ),
        assets(s1="virtual", s2="physical"),
        links(("crm", "s1"), ("crm", "s2")),
    )
    assert cell(facts, "crm", "cpu_cores", "number") == 12
    assert cell(facts, "crm", "cpu_cores") == "12"
    assert cell(facts, "crm", "cpu_cores", "evidence") == ["e0", "e1"]
    assert cell(facts, "crm", "cpu_util_pct", "number") == 20
    assert cell(facts, "crm", "cpu_util_pct_max", "number") == 95
    assert cell(facts, "crm", "recovery_objectives", "number") == 4
    assert cell(facts, "crm", "asset_count", "number") == 2
    assert (cell(facts, "crm", "kinds"), cell(facts, "crm", "kinds", "number")) == ("physical; virtual", 0.5)
    assert set(facts.rows["basis"]) == {"assets"}
    assert facts.rows.columns.tolist() == FACT_COLUMNS


def test_only_assets_that_are_physical_virtual_or_cloud_count_for_the_share_of_physical_servers() -> None:
    servers = assets(s1="physical", s2="unknown", s3="database", s4="cloud", s5="unknown")
    pairs = [("crm", "s1"), ("crm", "s2"), ("crm", "s3"), ("crm", "s4"), ("bill", "s2"), ("bill", "s5"), ("hr", "s3")]
    facts = facts_of(values(), servers, links(*pairs))
    assert cell(facts, "crm", "kinds", "number") == 0.5
    for application, kinds in (("bill", "unknown"), ("hr", "database")):
        assert cell(facts, application, "kinds") == kinds
        assert pd.isna(cell(facts, application, "kinds", "number"))


def test_several_measurements_of_one_server_count_once() -> None:
    told = values(("asset", "s1", "disk_iops", 100, "avg"), ("asset", "s1", "disk_iops", 400, "max"))
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    assert cell(facts, "crm", "disk_iops", "number") == 400


def test_texts_of_several_servers_are_joined_once_each_and_capped() -> None:
    addresses = [("asset", "s1", "ip_address", f"10.0.0.{n:03d}") for n in range(55)]
    told = values(("asset", "s1", "location", "Paris"), ("asset", "s2", "location", "Paris"), *addresses)
    facts = facts_of(told, assets(s1="virtual", s2="virtual"), links(("crm", "s1"), ("crm", "s2")))
    assert cell(facts, "crm", "location") == "Paris"
    assert cell(facts, "crm", "ip_address").endswith("10.0.0.049; +5 more")
    assert len(cell(facts, "crm", "ip_address", "evidence")) == 5


def test_earliest_support_end_and_latest_sighting_are_kept() -> None:
    facts = facts_of(
        values(
            ("asset", "s1", "support_end_date", "2030-01-01"),
            ("asset", "s2", "support_end_date", "2027-05-01"),
            ("asset", "s1", "last_seen", "2026-01-01T00:00:00"),
            ("asset", "s2", "last_seen", "2026-06-01T00:00:00"),
        ),
        assets(s1="virtual", s2="virtual"),
        links(("crm", "s1"), ("crm", "s2")),
    )
    assert cell(facts, "crm", "support_end_date") == "2027-05-01"
    assert cell(facts, "crm", "last_seen") == "2026-06-01T00:00:00"


def test_the_applications_own_value_wins_over_its_servers() -> None:
    told = values(
        ("application", "crm", "environment", "prod"),
        ("asset", "s1", "environment", "dev"),
        ("application", "crm", "cpu_util_pct", 80, "max"),
    )
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    assert (cell(facts, "crm", "environment"), cell(facts, "crm", "environment", "basis")) == ("prod", "application")
    assert cell(facts, "crm", "cpu_util_pct_max", "number") == 80


def test_share_of_servers_that_are_off() -> None:
    told = values(("asset", "s1", "power_state", "poweredOff"), ("asset", "s2", "power_state", "on"))
    facts = facts_of(told, assets(s1="virtual", s2="virtual"), links(("crm", "s1"), ("crm", "s2")))
    assert cell(facts, "crm", "power_off_share", "number") == 0.5


def test_edges_count_each_other_application_once_and_ignore_itself_and_mere_traffic() -> None:
    facts = facts_of(
        values(),
        needs=edges(
            ("crm", "bill", "Billing DB", "flow"),
            ("crm", "bill", "Billing", "relation"),
            ("crm", "crm", "CRM", "flow"),
            ("crm", None, "10.9.9.9", "flow"),
            ("crm", None, "Datev", "mention"),
            ("hr", "gone", "Old portal", "relation"),
        ),
    )
    assert cell(facts, "crm", "depends_on") == "Billing; Datev"
    assert cell(facts, "crm", "dependency_count", "number") == 2
    assert cell(facts, "bill", "depended_on_by") == "CRM"
    assert cell(facts, "bill", "depended_on_count", "number") == 1
    assert cell(facts, "hr", "depends_on") == "Old portal"
    assert set(facts.rows["basis"]) == {"dependencies"}


def test_products_past_their_end_are_named_with_date_and_years() -> None:
    facts = facts_of(
        values(
            ("asset", "s1", "os_name", "Microsoft Windows Server"),
            ("asset", "s1", "os_version", "2008 R2 Standard"),
            ("asset", "s2", "os_version", "RHEL 9.2"),
            ("application", "crm", "technology_stack", "Java 17; Oracle 11g", None, True),
            ("asset", "s1", "virtualization_platform", "VMware ESXi 6.0"),
        ),
        assets(s1="virtual", s2="virtual"),
        links(("crm", "s1"), ("crm", "s2")),
    )
    assert cell(facts, "crm", "os_names") == "Microsoft Windows Server 2008 R2 Standard; RHEL 9.2"
    assert cell(facts, "crm", "os_family") == "linux; windows"
    assert cell(facts, "crm", "technologies") == "Java; Oracle Database"
    assert cell(facts, "crm", "eol_status") == "eol"
    assert cell(facts, "crm", "eol_products") == (
        "Java 17 (2026-09-30); Oracle Database 11 (2015-01-31); Windows Server 2008 R2 (2020-01-14)"
    )
    assert cell(facts, "crm", "eol_years", "number") == 11.8
    assert cell(facts, "crm", "technologies", "conflict")
    assert not cell(facts, "crm", "os_names", "conflict")
    assert cell(facts, "crm", "os_names", "basis") == "assets"
    assert cell(facts, "crm", "technologies", "basis") == "application"


def test_an_unknown_version_is_said_and_has_no_years() -> None:
    facts = facts_of(values(("application", "crm", "technology_stack", "in-house framework")))
    assert cell(facts, "crm", "eol_status") == "unknown"
    assert cell(facts, "crm", "eol_products") is None
    assert cell(facts, "crm", "eol_years") is None


def test_an_application_without_assets_lacks_their_facts_and_foreign_rows_are_left_out() -> None:
    told = values(
        ("application", "crm", "vendor", "SAP"),
        ("application", "nobody", "vendor", "SAP"),
        ("asset", "lost", "cpu_cores", 4),
    )
    facts = facts_of(told, linked=links(("crm", "lost"), ("nobody", "lost")))
    assert facts.rows[["application_id", "field"]].to_numpy().tolist() == [["crm", "asset_count"], ["crm", "vendor"]]


def test_a_peak_counts_though_survivorship_preferred_the_average() -> None:
    told = values(("asset", "s1", "cpu_util_pct", 10, "avg"), ("asset", "s1", "cpu_util_pct", 90, "max"))
    told["chosen"] = [True, False]
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    assert cell(facts, "crm", "cpu_util_pct", "number") == 10
    assert cell(facts, "crm", "cpu_util_pct_max", "number") == 90


def test_losing_values_do_not_count() -> None:
    told = values(("application", "crm", "vendor", "SAP"))
    told["chosen"] = False
    assert facts_of(told).rows.empty


def test_no_applications_have_no_facts() -> None:
    facts = facts_of(values(), applications=APPS.iloc[:0])
    assert facts.rows.empty
    assert facts.rows.columns.tolist() == FACT_COLUMNS
