"""Landing zones: kinds that no single vendor owns, by declared rules, with the cells behind them."""

import pytest

from aidiscover_pipelines.strategy.advice import landing_zones as zones
from aidiscover_pipelines.strategy.advice.target import LANDINGS
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES

VENDORS = ("amazon", "aws", "azure", "microsoft", "google")
CASES = [
    ("rehost", {"database_engine": "Oracle RAC 19c; Data Guard"}, "bare metal"),
    ("rehost", {"virtualization_platform": "VMware", "description": "lift and shift"}, "VMware in the cloud"),
    ("rehost", {"virtualization_platform": "VMware"}, "virtual machine"),
    ("replatform", {"technology_stack": "Java; Docker", "database_engine": "PostgreSQL 15; Redis"},
     "managed containers and managed PostgreSQL and managed cache"),
    ("replatform", {"technology_stack": "Java", "architecture_pattern": "microservices"}, "managed containers"),
    ("replatform", {"technology_stack": "C++, stateless"}, "managed containers"),
    ("replatform", {"application_name": "Fileserver North"}, "managed file service"),
    ("replatform", {"application_name": "Active Directory"}, "managed directory"),
    ("replatform", {"application_name": "Data Warehouse"}, "managed data warehouse"),
    ("replatform", {"os_names": "z/OS"}, "converted mainframe or Unix workload"),
    ("replatform", {"technology_stack": "ASP.NET", "database_engine": "SQL Server 2019"},
     "application platform and managed SQL Server"),
    ("replatform", {"technology_stack": "SAP ECC", "database_engine": "Oracle 19c"}, "virtual machine"),
    ("replatform", {"technology_stack": "C++", "database_engine": "Oracle 19c"}, "virtual machine and managed Oracle"),
    ("refactor", {"technology_stack": "Java", "description": "rebuild it serverless"}, "serverless functions"),
    ("refactor", {"technology_stack": "custom Java", "database_engine": "Sybase"},
     "managed containers and managed PostgreSQL"),
    ("repurchase", {"application_name": "CRM"}, "SaaS product (customer relationship management)"),
    ("repurchase", {"application_name": "Zeta"}, "SaaS product"),
    ("retire", {"compliance_requirements": "GDPR"}, "archive, then decommission"),
    ("retire", {"application_name": "Zeta"}, "decommission"),
    ("retain", {"technology_stack": "Salesforce"}, "stays its vendor's cloud service"),
    ("retain", {"description": "SCADA, must stay on site", "virtualization_platform": "VMware"},
     "edge or private cloud on its site"),
    ("retain", {"application_name": "Zeta"}, "stays on site"),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "given", "expected"), CASES)
def test_an_application_lands_where_a_consultant_would_put_it(
    facts, no_attributes, no_members, strategy, given, expected
):
    row = draft_recommendations(facts(app=given), no_attributes, no_members, chosen_for={"app": strategy}).iloc[0]
    assert row["target"] == expected
    assert row["target_why"].endswith(".")


def test_every_kind_of_zone_has_a_case():
    declared = {(landing.strategy.value, landing.zone.name) for landing in LANDINGS}
    told = {(strategy, name) for strategy, _, expected in CASES for name in [expected.split(" and ")[0].split(" (")[0]]}
    assert declared <= told


def test_the_last_rule_of_each_strategy_always_fits():
    for strategy in STRATEGIES:
        last = [landing for landing in LANDINGS if landing.strategy is strategy][-1]
        assert last.when is None and not last.words


def test_kinds_are_neutral_and_examples_name_all_three_clouds():
    kinds = [value for value in vars(zones).values() if isinstance(value, zones.Zone)]
    for zone in (*kinds, *(twin for _, twin in zones.DATABASES)):
        assert not any(vendor in zone.name.lower() for vendor in VENDORS)
        if zone.offers:
            told = zone.offers.lower()
            assert any(name in told for name in ("amazon", "aws", "ec2"))
            assert any(name in told for name in ("azure", "microsoft"))
            assert any(name in told for name in ("google", "gke"))


def test_the_target_names_its_reasons_and_its_cells(facts, no_attributes, no_members):
    given = {"technology_stack": "Java; Spring", "database_engine": "PostgreSQL 11"}
    row = draft_recommendations(facts(app=given), no_attributes, no_members).iloc[0]
    assert row["target_why"].startswith("Java; Spring runs unchanged")
    assert "Azure Database for PostgreSQL" in row["target_why"]
    assert {"f1.1.app.technology_stack", "f1.1.app.database_engine"} <= set(row["evidence"])
