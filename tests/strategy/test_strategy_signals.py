from datetime import date

import pytest

from aidiscover_pipelines.strategy.signals import SIGNALS, signals

CASES = [
    ({"technology_stack": "Salesforce"}, "saas", 1.0),
    ({"technology_stack": "Java"}, "saas", 0.0),
    ({"lifecycle_status": "state=SaaS; technical debt=None"}, "saas", 1.0),
    ({"description": "a SaaS version exists"}, "offered_as_service", 1.0),
    ({"description": "COTS No"}, "custom", 1.0),
    ({"application_type": "COTS No"}, "packaged", 0.0),
    ({"application_type": "COTS"}, "packaged", 1.0),
    ({"technology_stack": ".NET Framework 4.8"}, "portable_runtime", 1.0),
    ({"technology_stack": "COBOL; CICS"}, "non_x86", 1.0),
    ({"os_names": "AIX 7.1"}, "non_x86", 1.0),
    ({"lifecycle_status": "Retired"}, "retired", 1.0),
    ({"lifecycle_status": "In Use; Retired"}, "retired", 0.0),
    ({"lifecycle_status": "to be retired next year"}, "retired", 0.0),
    ({"environment": "Non-Production"}, "nonproduction", 1.0),
    ({"environment": "Production; Test"}, "nonproduction", 0.0),
    ({"business_criticality": "Mission Critical"}, "criticality", 3.0),
    ({"business_logic_complexity": "hoch"}, "complexity", 2.0),
    ({"code_quality_score": "poor"}, "debt", 2.0),
    ({"code_quality_score": "high"}, "debt", None),
    ({"lifecycle_status": "technical debt=Medium"}, "debt", 1.0),
    ({"compliance_requirements": "GDPR; PCI-DSS; SOX"}, "compliance", 3.0),
    ({"compliance_requirements": "None"}, "compliance", 0.0),
    ({"user_count": "1,200 users, 10 connections"}, "users", 1200.0),
    ({"integration_dependencies": "All Systems"}, "hub", 1.0),
    ({"cpu_util_pct": 2.0, "memory_util_pct": 3.0}, "zombie", 1.0),
    ({"cpu_util_pct": 2.0, "memory_util_pct": 15.0}, "idle", 1.0),
    ({"cpu_util_pct": 2.0}, "zombie", None),
    ({"description": "average CPU and memory below 5 %"}, "zombie", 1.0),
    ({"os_names": "Windows Server 2008 R2"}, "eol", 2.0),
    ({"os_names": "Windows Server 2012", "eol_status": "supported"}, "eol", 0.0),
    ({"os_names": "Oracle Linux 8.9"}, "oracle", 0.0),
    ({"os_names": "Oracle Enterprise Linux; Oracle Solaris 11"}, "oracle", 0.0),
    ({"technology_stack": "Oracle JDK 8"}, "oracle", 0.0),
    ({"technology_stack": "Oracle Linux 8; Oracle 19c"}, "oracle", 1.0),
    ({"technology_stack": "Oracle; Linux"}, "oracle", 1.0),
    ({"support_end_date": "2026-01-31"}, "eol", 2.0),
    ({"support_end_date": "2027-05-31"}, "eol", 1.0),
    ({"support_end_date": "2031-05-31"}, "eol", 0.0),
    ({"install_date": "2026-03-01", "kinds": 1.0}, "recent_refresh", 1.0),
    ({"install_date": "2015-03-01", "kinds": 1.0}, "recent_refresh", 0.0),
    ({"install_date": "2026-03-01"}, "recent_refresh", None),
    ({"compliance_requirements": "None"}, "change_freeze", 0.0),
    ({"change_tolerance": "None"}, "change_freeze", 1.0),
    ({"description": "Änderungsstopp bis Juni"}, "change_freeze", 1.0),
]


@pytest.mark.parametrize(("given", "signal", "expected"), CASES)
def test_a_signal_reads_what_a_consultant_would_read(facts, given, signal, expected):
    frame = signals(facts(app=given), today=date(2026, 11, 21))
    value = frame.loc["app", signal]
    assert value != value if expected is None else value == expected


def test_every_signal_has_a_column_and_the_field_it_came_from(facts):
    frame = signals(facts(app={"technology_stack": "Java"}))
    assert set(SIGNALS) <= set(frame.columns)
    assert frame.loc["app", "portable_runtime.from"] == "technology_stack"
    assert frame[list(SIGNALS)].dtypes.eq("float64").all()


def test_a_recorded_opinion_on_the_strategy_is_never_read(facts):
    plain = signals(facts(app={"technology_stack": "Java"}))
    told = signals(facts(app={"technology_stack": "Java", "migration_strategy": "retire; unused; saas available"}))
    assert plain.equals(told)


def test_the_id_stands_in_for_a_missing_name(facts):
    frame = signals(facts(crm_system={"business_criticality": "low"}))
    assert frame.loc["crm-system", "commodity"] == 1.0


def test_dates_are_not_read_without_a_day_to_compare_with(facts):
    frame = signals(facts(app={"support_end_date": "2020-01-31"}))
    assert frame["eol"].isna().all()
