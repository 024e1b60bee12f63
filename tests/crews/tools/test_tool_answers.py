"""What tools find in a real portfolio: every row can be traced to a cell, and every result fits a prompt."""

import json

import pytest

from aidiscover_pipelines.crews.grounding import evidence_in
from aidiscover_pipelines.crews.tools import MOST_ROWS, RESULT_CHARS, TOOLS
from aidiscover_pipelines.crews.tools.case_tools import CASE_TOOLS
from aidiscover_pipelines.domain.tables import CloudCell, EntityValue, SourceRecord
from aidiscover_pipelines.governance.sensitivity import withhold

PORTFOLIO_TOOLS = sorted(set(TOOLS) - {tool.name for tool in CASE_TOOLS})
# Tool -> calls that find something in the demo, for the application and for the portfolio.
CALLS = {
    "cloud_scanner": [{}, {"cloud": "aws", "service": "ec2"}],
    "credential_validator": [{}],
    "api_endpoint_validator": [{}, {"answered": "yes"}],
    "capability_assessor": [{}],
    "service_discovery": [{}, {"kind": "servers"}, {"kind": "software"}, {"kind": "ports"}],
    "environment_analyser": [{}, {"dimension": "operating_system"}],
    "data_collector": [{"mode": mode} for mode in ("api", "realtime", "file", "limited")],
    "pattern_analyser": [{}, {"cluster_id": "c01"}],
    "similarity_detector": [{"application": "auftragsportal"}],
    "anomaly_identifier": [{"application": "auftragsportal"}],
    "data_validator": [{"whole_portfolio": True}, {"whole_portfolio": True, "problem": "conflict"}],
    "gap_analyser": [{}, {"attribute": "code_quality"}],
    "quality_scorer": [{"by": by} for by in ("application", "attribute", "source")],
    "database_query": [{"query": "historical_mappings"}, {"query": "asset_patterns", "by": "os_name"}],
    "pattern_matcher": [
        {"kind": "field_names"},
        {"kind": "field_names", "header": "Operating System"},
        {"kind": "value_formats", "file": "servicenow"},
        {"kind": "relationships"},
    ],
    "recall": [{"query": "order portal"}, {"query": "order portal", "scope": "entity"}],
}
NEEDING = ("data_collector", "database_query", "pattern_matcher", "recall")
# These show the portfolio's sources and accounts whatever the case is about.
NOT_ABOUT_ONE = (
    *("credential_validator", "capability_assessor", "api_endpoint_validator"),
    *("database_query", "pattern_matcher", "recall"),
)
EVERY_CALL = [(name, arguments) for name, calls in CALLS.items() for arguments in calls]


def test_every_tool_of_the_portfolio_is_called_here():
    assert sorted(CALLS) == PORTFOLIO_TOOLS


@pytest.mark.parametrize("about", ["application", "tenant"])
@pytest.mark.parametrize(("name", "arguments"), EVERY_CALL)
def test_a_tool_finds_rows_that_fit_a_prompt_and_cite_cells_that_exist(portfolio, desks, about, name, arguments):
    desk = desks[about]
    assert TOOLS[name].is_useful(desk)
    result = TOOLS[name].read(desk, arguments)
    assert set(result) == {"about", "rows", "total"}
    assert 1 <= len(result["rows"]) <= MOST_ROWS and result["total"] >= len(result["rows"])
    assert len(json.dumps(result, ensure_ascii=False, allow_nan=False)) <= RESULT_CHARS
    assert all("evidence" in row for row in result["rows"])
    cited = set(evidence_in(result))
    of_clouds = {cell for cell in cited if cell.startswith("aws:")}
    assert set(portfolio.read("acme", CloudCell, evidence_id=sorted(of_clouds))["evidence_id"]) == of_clouds
    records = {cell.rpartition(".")[0] for cell in cited - of_clouds}
    assert set(portfolio.read("acme", SourceRecord, record_id=sorted(records))["record_id"]) == records


@pytest.mark.parametrize("name", ["service_discovery", "data_collector", "similarity_detector", "pattern_analyser"])
def test_what_a_tool_says_of_the_application_is_traced(desks, name):
    rows = TOOLS[name].read(desks["application"], CALLS[name][-1] if name == "data_collector" else {})["rows"]
    assert rows and all(row["evidence"] for row in rows if row.get("state") != "missing")


def test_the_cloud_scanner_counts_what_the_last_scan_stored(desks):
    rows = TOOLS["cloud_scanner"].read(desks["tenant"], {})["rows"]
    assert [(row["service"], row["outcome"], row["resources"]) for row in rows] == [
        ("ec2", "called", 2),
        ("rds", "denied", 0),
        ("s3", "empty", 0),
    ]
    assert rows[0]["cells"] == 16 and "os_name" in rows[0]["fields"]
    own = TOOLS["cloud_scanner"].read(desks["application"], {})
    assert [(row["service"], row["resources"]) for row in own["rows"]] == [("ec2", 1)]


def test_credentials_and_interfaces_are_judged_by_how_they_answered(desks):
    (cloud,) = TOOLS["credential_validator"].read(desks["tenant"], {})["rows"]
    assert cloud["credentials"] == "answered; some calls were refused"
    assert (cloud["services_answered"], cloud["services_refused"]) == (["ec2", "s3"], ["rds"])
    denied = TOOLS["api_endpoint_validator"].read(desks["tenant"], {"answered": "no"})["rows"]
    assert [(row["service"], row["answered"]) for row in denied] == [("rds", False)]
    recorded = TOOLS["api_endpoint_validator"].read(desks["application"], {})["rows"]
    assert {(row["port"], row["answered"]) for row in recorded if row["endpoint"] == "recorded flow"} == {(443, None)}


def test_similar_applications_come_with_what_is_shared_and_how_they_were_decided(desks):
    rows = TOOLS["similarity_detector"].read(desks["application"], {"limit": 5})["rows"]
    assert len(rows) == 5 and "auftragsportal" not in {row["application_id"] for row in rows}
    scores = [row["similarity"] for row in rows]
    assert scores == sorted(scores, reverse=True) and 0.5 < scores[0] <= 1
    assert rows[0]["shared"] and rows[0]["strategy"]


def test_a_gap_comes_with_its_question_and_whom_to_ask(desks):
    own = TOOLS["gap_analyser"].read(desks["application"], {})
    assert own["about"]["cheapest_question"]["question"]
    assert {row["state"] for row in own["rows"]} <= {"missing", "inferred"}
    everywhere = TOOLS["gap_analyser"].read(desks["application"], {"whole_portfolio": True})
    gains = [row["gain"] for row in everywhere["rows"]]
    assert gains == sorted(gains, reverse=True) and everywhere["rows"][0]["of"] > 60


def test_conflicts_show_both_values_with_their_cells(desks):
    found = TOOLS["data_validator"].read(desks["tenant"], {"problem": "conflict", "field": "business_criticality"})
    (row,) = found["rows"]
    assert row["entities"] >= 1 and "also recorded as" in row["what"] and len(row["evidence"]) >= 2


def test_history_says_what_people_corrected(desks):
    rows = TOOLS["database_query"].read(desks["tenant"], {"query": "historical_mappings", "contains": "verantwort"})
    assert [row["told_by"] for row in rows["rows"]] == ["a person", "the mapper"]
    assert rows["rows"][0]["field"] == "business_owner" and "by" not in rows["rows"][0]


def test_headers_in_another_language_are_matched_and_shared_values_relate_columns(desks):
    match = TOOLS["pattern_matcher"]
    alike = match.read(desks["tenant"], {"kind": "field_names", "header": "Operating System"})["rows"]
    assert alike[0]["field"] == "os_name" and alike[0]["similarity"] > 0.9
    related = match.read(desks["tenant"], {"kind": "relationships"})["rows"]
    ends = {frozenset((row["left"]["field"], row["right"]["field"])) for row in related}
    assert {"application_name"} in ends and any(row["left"]["file"] != row["right"]["file"] for row in related)
    (shapes,) = [
        row["shapes"]
        for row in match.read(desks["tenant"], {"kind": "value_formats", "file": "servicenow"})["rows"]
        if row["field"] == "ip_address"
    ]
    assert next(iter(shapes)) == "ip"


def test_a_memory_cites_only_cells_that_still_exist(desks):
    (memory,) = TOOLS["recall"].read(desks["application"], {"query": "portal", "scope": "entity"})["rows"]
    assert memory["content"] == ["The order portal was retained last year"]
    assert memory["evidence"] == ["aws:123456789012:eu-central-1.ec2.i-1.os_name"]


@pytest.mark.parametrize("name", PORTFOLIO_TOOLS)
@pytest.mark.parametrize("about", ["unknown", "empty"])
def test_nothing_found_is_an_empty_result(desks, about, name):
    if about == "unknown" and name in NOT_ABOUT_ONE:
        return
    required = {"mode": "file", "query": "asset_patterns", "kind": "field_names"}
    given = {key: value for key, value in required.items() if TOOLS[name].schema.model_fields.get(key)}
    result = TOOLS[name].read(desks[about], given if name in NEEDING else {})
    assert (result["rows"], result["total"]) == ([], 0)


def test_rows_say_which_field_they_are_about_so_that_restricted_values_can_be_withheld(portfolio, desks):
    values = portfolio.read("acme", EntityValue, field=["serial_number", "mac_address"])["value"]
    secret = {*values, *(value.lower() for value in values)}
    for name, arguments in [*EVERY_CALL, ("pattern_matcher", {"kind": "value_formats", "header": "serial"})]:
        sent, _ = withhold(TOOLS[name].read(desks["tenant"], arguments), True)
        assert not [text for text in _texts(sent) if text in secret], name


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
