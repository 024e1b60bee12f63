from typing import Any

import pytest

from aidiscover_pipelines.attributes.evaluate import evaluate_attributes
from aidiscover_pipelines.attributes.rules import FIRM, FOLLOWS, INFERENCES, WEAK
from tests.attributes.conftest import APPS, assets, edges, evaluated, facts_of, links, values

INFERRED: list[tuple[str, list[tuple[str, Any]], str, float]] = [
    ("operating_system", [("technology_stack", "classic ASP on IIS 6")], "Windows, version unknown", WEAK),
    ("network_configuration", [("description", "Proxy in der DMZ")], "in a DMZ", WEAK),
    ("availability_requirements", [("cluster_name", "HA-1")], "runs in cluster HA-1", WEAK),
    ("availability_requirements", [("change_tolerance", "keine, 24x7")], "high: needed around the clock", FIRM),
    ("availability_requirements", [("environment", "test")], "best effort, not productive", WEAK),
    ("availability_requirements", [("environment", "production"), ("business_criticality", "high")],
     "high, critical and productive", WEAK),
    ("technology_stack", [("description", "Web shop in PHP on MySQL")], "mysql; php", WEAK),
    ("architecture_pattern", [("technology_stack", "COBOL on z/OS")], "mainframe", FIRM),
    ("architecture_pattern", [("application_type", "client/server")], "client-server", FIRM),
    ("architecture_pattern", [("application_type", "cliente-servidor")], "client-server", FIRM),
    ("architecture_pattern", [("application_type", "微服务")], "microservices", FIRM),
    ("architecture_pattern", [("application_type", "Mehrschicht")], "web application", FIRM),
    ("architecture_pattern", [("application_type", "SaaS")], "software as a service", FIRM),
    ("data_volume", [("storage_used_gb", 120)], "at most 120 GB in use", FIRM),
    ("data_volume", [("storage_total_gb", 500)], "at most 500 GB allocated", WEAK),
    ("user_load", [("description", "Portal for 1,200 internal users")], "1,200 users", FIRM),
    ("user_load", [("description", "ca. 350 Benutzer in der Logistik")], "350 users", FIRM),
    ("user_load", [("description", "peak of 80 concurrent sessions")], "80 sessions at a time", FIRM),
    ("user_load", [("description", "40 Lizenzen")], "at most 40 users, by licences", WEAK),
    ("business_logic_complexity", [("application_type", "COTS")], "maintained by its vendor", FIRM),
    ("business_logic_complexity", [("application_type", "progiciel")], "maintained by its vendor", FIRM),
    ("business_logic_complexity", [("description", "600k lines of code")], "high: 600,000 lines", FIRM),
    ("business_logic_complexity", [("description", "12.000 Codezeilen")], "low: 12,000 lines", FIRM),
    ("configuration_complexity", [("technology_stack", "Java 8")], "low: few technologies and servers", WEAK),
    ("security_requirements", [("compliance_requirements", "PCI DSS")],
     "what it is bound by demands: PCI DSS", FIRM),
    ("security_requirements", [("description", "Extranet, aus dem Internet erreichbar")],
     "reachable from the internet: its edge needs protection", FIRM),
    ("security_requirements", [("description", "stores patient records")], "holds personal or payment data", FIRM),
    ("security_requirements", [("technology_stack", "Java 17; SAML")], "signs in by saml", WEAK),
    ("business_criticality", [("environment", "pre-production")], "low: not productive", FIRM),
    ("business_criticality", [("availability_target", "99.95 %")], "high: high availability is agreed", FIRM),
    ("business_criticality", [("description", "Unternehmenskritisch!")], "high: its description says so", FIRM),
    ("business_criticality", [("recovery_objectives", 2)], "high: recovery within 2 h", FIRM),
    ("change_tolerance", [("environment", "development")], "high: not productive", FIRM),
    ("change_tolerance", [("business_criticality", "critical")], "low: critical", FIRM),
    ("change_tolerance", [("environment", "production"), ("business_criticality", "low")],
     "medium: productive, not critical", FIRM),
    ("change_tolerance", [("description", "Wartungsfenster So 2-6 Uhr. Intern.")],
     "wartungsfenster so 2-6 uhr", FIRM),
    ("change_tolerance", [("description", "weekly releases")], "high: released often", WEAK),
    ("change_tolerance", [("tags", "jährliche Releases")], "low: released once or twice a year", WEAK),
    ("compliance_constraints", [("security_requirements", "holds PII")], "data is classified: holds PII", FIRM),
    ("compliance_constraints", [("description", "Fällt unter DSGVO")], "its description names dsgvo", FIRM),
    ("compliance_constraints", [("description", "処理する個人情報")], "protection of personal or payment data", WEAK),
    ("stakeholder_impact", [("business_unit", "Sales"), ("user_count", 40)], "Sales, 40 users", FIRM),
    ("stakeholder_impact", [("business_unit", "Sales")], "Sales", FIRM),
    ("stakeholder_impact", [("user_count", 40)], "40 users", FIRM),
    ("code_quality", [("description", "hohe technische Schulden")], "technical debt is mentioned", WEAK),
    ("security_vulnerabilities", [("database_engine", "Oracle 11g")],
     "past or near the end of fixes: Oracle Database 11 (2015-01-31)", FIRM),
    ("eol_technology", [("lifecycle_status", "end of life")], "recorded as at the end of its life", FIRM),
    ("documentation_quality", [("description", "see https://intra.example/wiki/crm")],
     "documentation is linked or named", WEAK),
]  # fmt: skip


@pytest.mark.parametrize(("attribute", "told", "value", "presence"), INFERRED)
def test_what_nobody_recorded_is_inferred_by_a_declared_rule(
    attribute: str, told: list[tuple[str, Any]], value: str, presence: float
) -> None:
    facts = facts_of(values(*(("application", "crm", field, text) for field, text in told)))
    row = evaluated(facts, "crm", attribute)
    assert (row["state"], row["value"], row["presence"]) == ("inferred", value, presence)
    assert row["rule"] in {rule.reason for rule in INFERENCES if rule.attribute == attribute}
    assert row["evidence"]
    assert bool(row["question"]) == (presence == WEAK)
    assert evaluated(facts, "hr", attribute)["state"] == "missing"


@pytest.mark.parametrize(
    "attribute",
    ["operating_system", "compute_specification", "virtualization_platform", "performance_baseline", "code_quality"],
)
def test_what_its_vendor_runs_has_no_servers_and_no_code_of_ours(attribute: str) -> None:
    facts = facts_of(values(("application", "crm", "application_type", "SaaS")))
    row = evaluated(facts, "crm", attribute)
    assert (row["state"], row["presence"], row["question"]) == ("not applicable", FOLLOWS, "")
    assert row["value"].startswith("does not apply: ")
    assert row["evidence"] == ["e0"]
    denied = facts_of(values(("application", "crm", "application_type", "SaaS: no")))
    assert evaluated(denied, "crm", attribute)["state"] == "missing"


@pytest.mark.parametrize(("kind", "state"), [("COTS", "not applicable"), ("COTS (customised)", "missing")])
def test_nobody_is_asked_for_the_code_of_a_product_that_was_bought_as_it_is(kind: str, state: str) -> None:
    row = evaluated(facts_of(values(("application", "crm", "application_type", kind))), "crm", "code_quality")
    assert (row["state"], bool(row["question"])) == (state, state == "missing")


def test_a_server_that_runs_it_counts_more_than_the_word_of_its_vendor() -> None:
    told = values(("application", "crm", "application_type", "SaaS"), ("asset", "s1", "os_name", "RHEL 9"))
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    assert evaluated(facts, "crm", "operating_system")["state"] == "present"


@pytest.mark.parametrize(
    ("told", "attribute"),
    [
        (("environment", "prod; test"), "change_tolerance"),
        (("business_criticality", "non-critical"), "change_tolerance"),
        (("business_criticality", "unkritisch"), "change_tolerance"),
        (("environment", "non-production"), "stakeholder_impact"),
        (("description", "used by many users"), "user_load"),
        (("description", "Knowledge base on Confluence"), "documentation_quality"),
        (("description", "personal assistant"), "compliance_constraints"),
        (("compliance_requirements", "none"), "security_requirements"),
        (("recovery_objectives", 48), "business_criticality"),
    ],
)
def test_a_sign_that_is_not_clear_concludes_nothing(told: tuple[str, Any], attribute: str) -> None:
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


def test_a_copy_for_disaster_recovery_tells_that_it_must_be_available() -> None:
    told = values(("asset", "s1", "environment", "production"), ("asset", "s2", "environment", "disaster recovery"))
    facts = facts_of(told, assets(s1="virtual", s2="virtual"), links(("crm", "s1"), ("crm", "s2"), ("hr", "s2")))
    row = evaluated(facts, "crm", "availability_requirements")
    assert (row["value"], row["evidence"]) == ("has a copy for disaster recovery", ["e1", "e0"])
    assert evaluated(facts, "hr", "availability_requirements")["state"] == "missing"


def test_names_of_servers_tell_tiers_doubled_servers_and_load_balancers() -> None:
    facts = facts_of(
        values(),
        assets(**dict.fromkeys(("nw_crm_web01", "nw_crm_web02", "nw_crmdb01", "nw_bill_lb1", "hr07"), "virtual")),
        links(("crm", "nw_crm_web01"), ("crm", "nw_crm_web02"), ("crm", "nw_crmdb01"), ("bill", "nw_bill_lb1"),
              ("hr", "hr07")),
    )  # fmt: skip
    assert evaluated(facts, "crm", "architecture_pattern")["value"] == "n-tier: servers for web, database"
    assert evaluated(facts, "crm", "availability_requirements")["value"] == "several servers of one role: web 2"
    assert evaluated(facts, "bill", "availability_requirements")["value"] == "behind a load balancer"
    assert evaluated(facts, "hr", "availability_requirements")["state"] == "missing"


def test_ports_and_clients_of_its_servers_tell_technologies_tiers_and_load() -> None:
    facts = facts_of(
        values(),
        needs=edges(
            ("bill", "crm", "crm", "flow", 1521),
            ("hr", "crm", "crm", "flow", 443),
            (None, "crm", "crm", "flow", 443),
            (None, "hr", "hr", "flow", 5005),
        ),
    )
    assert evaluated(facts, "crm", "technology_stack")["value"] == "listens as Oracle Database (port 1521)"
    assert evaluated(facts, "crm", "architecture_pattern")["value"].startswith("n-tier: listens")
    assert evaluated(facts, "crm", "security_requirements")["value"] == "encrypted transport on port 443"
    assert evaluated(facts, "crm", "user_load")["value"] == "1 client addresses seen"
    assert evaluated(facts, "hr", "technology_stack")["state"] == "missing"


def test_many_parts_make_configuration_complex() -> None:
    servers = {f"s{n}": "virtual" for n in range(12)}
    facts = facts_of(
        values(),
        assets(**servers),
        links(*(("crm", server) for server in servers), *(("hr", f"s{n}") for n in range(5))),
    )
    assert evaluated(facts, "crm", "configuration_complexity")["value"].startswith("high")
    assert evaluated(facts, "hr", "configuration_complexity")["value"].startswith("medium")
