from datetime import date
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES, GROUPS
from aidiscover_pipelines.attributes.evaluate import CONFLICT_FACTOR, completeness, evaluate_attributes
from aidiscover_pipelines.attributes.facts import FACT_COLUMNS, application_facts
from aidiscover_pipelines.attributes.inference import FIRM, INFERENCES, WEAK
from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.tables import ApplicationAsset, Asset, AttributeValue, Dependency, EntityValue

TODAY = date(2026, 11, 21)
APPS = pd.DataFrame({"application_id": ["bill", "crm", "hr"], "name": ["Billing", "CRM", "HR"]})


def values(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(entity, id, field, value[, statistic[, conflict]]); numbers are read from the value where it is one."""
    out = []
    for position, (entity, key, field, value, *rest) in enumerate(rows):
        number = float(value) if str(value).replace(".", "", 1).isdigit() else None
        out.append(
            {
                "entity": entity,
                "entity_id": key,
                "field": field,
                "value": str(value),
                "number": number,
                "statistic": rest[0] if rest else None,
                "evidence_id": f"e{position}",
                "chosen": True,
                "conflict": bool(rest[1]) if len(rest) > 1 else False,
                "rule": "only source",
            }
        )
    return pd.DataFrame(out, columns=EntityValue.columns())


def assets(**kinds: str) -> pd.DataFrame:
    return pd.DataFrame(
        [{"asset_id": key, "kind": kind} for key, kind in kinds.items()], columns=["asset_id", "kind", "name"]
    )


def links(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"application_id": a, "asset_id": s, "evidence_id": f"link-{a}-{s}", "how": "asset row"} for a, s in pairs],
        columns=ApplicationAsset.columns(),
    )


def edges(*rows: tuple[str | None, str | None, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "dependency_id": f"d{position}",
                "source_application": source,
                "target_application": target,
                "source_text": source or "somewhere",
                "target_text": text,
                "kind": kind,
                "evidence_id": f"x{position}",
            }
            for position, (source, target, text, kind) in enumerate(rows)
        ],
        columns=Dependency.columns(),
    )


def facts_of(
    told: pd.DataFrame,
    servers: pd.DataFrame | None = None,
    linked: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    return application_facts(
        APPS,
        assets() if servers is None else servers,
        told,
        links() if linked is None else linked,
        edges() if needs is None else needs,
        TODAY,
    )


def cell(facts: pd.DataFrame, application: str, field: str, column: str = "value") -> Any:
    row = facts[(facts["application_id"] == application) & (facts["field"] == field)]
    return row[column].iloc[0] if len(row) else None


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
    assert set(facts["basis"]) == {"assets"}
    assert facts.columns.tolist() == FACT_COLUMNS


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
    assert set(facts["basis"]) == {"dependencies"}


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
    assert facts[["application_id", "field"]].to_numpy().tolist() == [["crm", "asset_count"], ["crm", "vendor"]]


def test_a_peak_counts_though_survivorship_preferred_the_average() -> None:
    told = values(("asset", "s1", "cpu_util_pct", 10, "avg"), ("asset", "s1", "cpu_util_pct", 90, "max"))
    told["chosen"] = [True, False]
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    assert cell(facts, "crm", "cpu_util_pct", "number") == 10
    assert cell(facts, "crm", "cpu_util_pct_max", "number") == 90


def test_losing_values_do_not_count() -> None:
    told = values(("application", "crm", "vendor", "SAP"))
    told["chosen"] = False
    assert facts_of(told).empty


def test_the_catalogue_has_22_attributes_in_four_groups_served_by_known_facts() -> None:
    sizes = [sum(attribute.group == group for attribute in ATTRIBUTES) for group in GROUPS]
    assert sizes == [6, 8, 4, 4]
    derived = {"os_names", "eol_judgement", "cpu_util_pct_max", "memory_util_pct_max"}
    told = {fact for attribute in ATTRIBUTES for part in attribute.parts for fact in part.facts}
    assert told <= set(BY_NAME) | derived
    assert {rule.attribute for rule in INFERENCES} <= {attribute.key for attribute in ATTRIBUTES}


def evaluated(facts: pd.DataFrame, application: str, attribute: str) -> dict[str, Any]:
    rows = evaluate_attributes(facts, APPS)
    row = rows[(rows["application_id"] == application) & (rows["attribute"] == attribute)]
    return dict(row.iloc[0])


def test_every_application_has_22_rows_and_nothing_known_is_missing_with_a_question() -> None:
    rows = evaluate_attributes(facts_of(values()), APPS)
    assert rows.columns.tolist() == AttributeValue.columns()
    assert rows["application_id"].value_counts().to_dict() == {"bill": 22, "crm": 22, "hr": 22}
    assert set(rows["state"]) == {"missing"}
    assert rows["question"].ne("").all()
    assert rows["quality"].eq(0).all()
    assert rows["value"].eq("").all()
    assert completeness(rows)["completeness"].tolist() == [0, 0, 0]


def test_a_recorded_value_is_present_with_full_quality_and_no_question() -> None:
    row = evaluated(
        facts_of(values(("application", "crm", "business_criticality", "high"))), "crm", "business_criticality"
    )
    assert (row["state"], row["value"], row["quality"], row["question"]) == ("present", "high", 1.0, "")
    assert row["evidence"] == ["e0"]


def test_a_conflict_and_missing_parts_lower_the_quality() -> None:
    told = values(("application", "crm", "user_count", 50, None, True), ("application", "crm", "cpu_cores", 8))
    facts = facts_of(told)
    assert evaluated(facts, "crm", "user_load")["quality"] == CONFLICT_FACTOR
    compute = evaluated(facts, "crm", "compute_specification")
    assert (compute["state"], compute["quality"], compute["value"]) == ("present", 0.333, "8 cores")
    assert compute["question"].startswith("Ask the server team:")


INFERRED: list[tuple[str, list[tuple[str, Any]], str, float]] = [
    ("availability_requirements", [("cluster_name", "HA-1")], "runs in cluster HA-1", FIRM),
    ("availability_requirements", [("environment", "test")], "best effort, not productive", WEAK),
    ("availability_requirements", [("environment", "prod"), ("business_criticality", "high")],
     "high, critical and productive", WEAK),
    ("technology_stack", [("description", "Web shop in PHP on MySQL")], "mysql; php", WEAK),
    ("architecture_pattern", [("technology_stack", "COBOL on z/OS")], "mainframe", FIRM),
    ("architecture_pattern", [("application_type", "client/server")], "client-server", FIRM),
    ("architecture_pattern", [("application_type", "SaaS")], "software as a service", FIRM),
    ("data_volume", [("storage_used_gb", 120)], "at most 120 GB in use", FIRM),
    ("data_volume", [("storage_total_gb", 500)], "at most 500 GB allocated", WEAK),
    ("business_logic_complexity", [("application_type", "COTS")], "maintained by its vendor", FIRM),
    ("configuration_complexity", [("technology_stack", "Java 8")], "low: few technologies and servers", WEAK),
    ("security_requirements", [("compliance_requirements", "PCI DSS")],
     "what it is bound by demands: PCI DSS", FIRM),
    ("business_criticality", [("environment", "pre-production; test")], "low: not productive", FIRM),
    ("business_criticality", [("availability_target", "99.95 %")], "high: high availability is agreed", FIRM),
    ("change_tolerance", [("environment", "dev")], "high: not productive", FIRM),
    ("change_tolerance", [("business_criticality", "mission critical")], "low: critical", FIRM),
    ("change_tolerance", [("environment", "Production"), ("business_criticality", "low")],
     "medium: productive, not critical", FIRM),
    ("compliance_constraints", [("security_requirements", "holds PII")], "data is classified: holds PII", FIRM),
    ("stakeholder_impact", [("business_unit", "Sales"), ("user_count", 40)], "Sales, 40 users", FIRM),
    ("stakeholder_impact", [("business_unit", "Sales")], "Sales", FIRM),
    ("stakeholder_impact", [("user_count", 40)], "40 users", FIRM),
    ("security_vulnerabilities", [("database_engine", "Oracle 11g")],
     "past or near the end of fixes: Oracle Database 11 (2015-01-31)", FIRM),
]  # fmt: skip


@pytest.mark.parametrize(("attribute", "told", "value", "quality"), INFERRED)
def test_what_nobody_recorded_is_inferred_by_a_declared_rule(
    attribute: str, told: list[tuple[str, Any]], value: str, quality: float
) -> None:
    facts = facts_of(values(*(("application", "crm", field, text) for field, text in told)))
    row = evaluated(facts, "crm", attribute)
    assert (row["state"], row["value"], row["quality"]) == ("inferred", value, quality)
    assert row["evidence"]
    assert bool(row["question"]) == (quality == WEAK)
    assert evaluated(facts, "hr", attribute)["state"] == "missing"


@pytest.mark.parametrize(
    ("told", "attribute"),
    [
        (("environment", "prod; test"), "change_tolerance"),
        (("business_criticality", "non-critical"), "change_tolerance"),
    ],
)
def test_a_sign_that_is_not_clear_concludes_nothing(told: tuple[str, str], attribute: str) -> None:
    facts = facts_of(values(("application", "crm", *told)))
    rows = evaluate_attributes(facts, APPS)
    states = rows[(rows["application_id"] == "crm") & (rows["attribute"] == attribute)]["state"].tolist()
    assert states == ["missing"]


def test_kinds_servers_and_edges_fill_their_attributes() -> None:
    facts = facts_of(
        values(("application", "crm", "database_engine", "an own engine")),
        assets(s1="physical", s2="physical", s3="virtual", s4="cloud"),
        links(("crm", "s1"), ("crm", "s2"), ("bill", "s3"), ("hr", "s4")),
        edges(("crm", "bill", "Billing", "relation"), ("bill", "hr", "HR", "relation")),
    )
    assert evaluated(facts, "crm", "virtualization_platform")["value"] == "physical hardware"
    assert evaluated(facts, "bill", "virtualization_platform")["value"].startswith("virtual machines")
    assert evaluated(facts, "hr", "virtualization_platform")["value"] == "cloud instances"
    assert evaluated(facts, "crm", "architecture_pattern")["value"] == "n-tier"
    assert evaluated(facts, "bill", "architecture_pattern")["value"] == "single server"
    assert evaluated(facts, "crm", "integration_dependencies")["value"] == "needs Billing"
    assert evaluated(facts, "bill", "integration_dependencies")["value"] == "needs HR; needed by CRM"
    assert evaluated(facts, "hr", "integration_dependencies")["value"] == "needed by Billing"


def test_many_parts_make_configuration_complex() -> None:
    servers = {f"s{n}": "virtual" for n in range(12)}
    facts = facts_of(
        values(),
        assets(**servers),
        links(*(("crm", server) for server in servers), *(("hr", f"s{n}") for n in range(5))),
    )
    assert evaluated(facts, "crm", "configuration_complexity")["value"].startswith("high")
    assert evaluated(facts, "hr", "configuration_complexity")["value"].startswith("medium")


@pytest.mark.parametrize(
    ("engine", "state", "value"),
    [
        ("Oracle 11g", "present", "past or near its end: Oracle Database 11 (2015-01-31)"),
        ("MariaDB 10.11", "present", "ends within two years: MariaDB 10.11 (2028-02-16)"),
        ("Oracle 19c", "present", "supported"),
        ("Oracle", "missing", ""),
    ],
)
def test_end_of_life_is_known_only_where_the_version_is(engine: str, state: str, value: str) -> None:
    row = evaluated(facts_of(values(("application", "crm", "database_engine", engine))), "crm", "eol_technology")
    assert (row["state"], row["value"]) == (state, value)


def test_completeness_counts_inferred_attributes_half() -> None:
    told = values(("application", "crm", "user_count", 5), ("application", "crm", "business_unit", "Sales"))
    shares = completeness(evaluate_attributes(facts_of(told), APPS)).set_index("application_id")["completeness"]
    assert shares["crm"] == pytest.approx(1.5 / 22)


def test_no_applications_have_no_facts_and_no_attributes() -> None:
    nobody = APPS.iloc[:0]
    facts = application_facts(nobody, pd.DataFrame(columns=Asset.columns()), values(), links(), edges(), TODAY)
    rows = evaluate_attributes(facts, nobody)
    assert facts.empty
    assert rows.empty
    assert completeness(rows).empty
